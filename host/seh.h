/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The inside of exception handling.
 *
 *   seh_x64.S     import stubs that record the caller's registers, calls into handlers, resuming a context; for ARM64
 *                 host/arm64/seh.S
 *   seh_unwind.c  one frame up, by a PE's unwind tables; for ARM64 host/arm64/unwind.c
 *   seh.c         the two passes: search for a handler, then unwind to it
 *   seh_fault.c   signals become exceptions
 *   seh_trace.c   backtraces
 */
#ifndef HOST_SEH_H
#define HOST_SEH_H

#include "host/image.h"

#include <setjmp.h>

/* What the two machines' contexts have in common. */
#if defined(__x86_64__)
#define SEH_PC Rip
#define SEH_SP Rsp
#define SEH_FP Rbp
#define SEH_RESULT Rax
#define SEH_FAST_FAIL_CODE Rcx
#else
#define SEH_PC Pc
#define SEH_SP Sp
#define SEH_FP Fp
#define SEH_RESULT X[0]
#define SEH_FAST_FAIL_CODE X[0]
/* In ContextFlags: the program counter is behind a call, not at what happened. */
#define SEH_UNWOUND 0x20000000u
#endif

/* Made by an import stub on the stack, linked in seh_frames: an image's call of a function that may raise. The layout is
 * known to the stubs, and so is its place. */
struct seh_frame {
    struct seh_frame *previous;
    uint64_t rip, rsp; /* as after the return */
#if defined(__x86_64__)
    uint64_t rbx, rbp, rsi, rdi, r12, r13, r14, r15;
    uint64_t function;
    M128A xmm[10]; /* 6 to 15 */
#else
    uint64_t x19[10], fp; /* 19 to 28 */
    uint64_t function, unused;
    uint64_t d8[8]; /* 8 to 15 */
#endif
};
#define SEH_FRAME_SIZE sizeof(struct seh_frame) /* it ends where the stub's frame pointer points */
#if defined(__x86_64__)
#define SEH_FRAME_ABOVE_SP 96 /* during the call */
#else
#define SEH_FRAME_ABOVE_SP 64
#endif

extern __thread struct seh_frame *seh_frames;

/* A handler, filter or __finally block that runs. When it raises, the walk goes on in the frame that it was run for. */
struct seh_dispatch {
    struct seh_dispatch *previous;
    const CONTEXT *context; /* search: of the exception; unwind: of the frame whose handler runs */
    DISPATCHER_CONTEXT *at; /* unwind only: its ScopeIndex says which __finally blocks have run */
};

/* Flags of unwind data. */
#define UNWIND_EXCEPTION 1u   /* has a handler for the search */
#define UNWIND_TERMINATION 2u /* has a handler for the unwind */
#define UNWIND_CHAINED 4u

/* The number of 16-bit slots of an unwind code whose second byte is given; 0: there is no such code. */
unsigned seh_code_slots(unsigned version, uint8_t operation);

struct seh_stack {
    uint64_t low, high;
};
struct seh_stack seh_stack(void); /* the calling thread's */
/* In a signal it is too late to ask for a stack that nobody asked for before: until it is forgotten, one page of it must
 * do. Returns true if so. */
bool seh_stack_assume(uint64_t rsp);
void seh_stack_forget(void);

const RUNTIME_FUNCTION *seh_function(uint64_t pc, uint64_t *base);
struct seh_step {
    uint64_t establisher;
    PEXCEPTION_ROUTINE handler; /* one of the wanted kind, if the frame has it */
    void *handler_data;
};
/* From a frame to its caller's. False: the stack makes no sense. */
bool seh_step(unsigned kind, uint64_t base, uint64_t pc, const RUNTIME_FUNCTION *function, CONTEXT *context,
              struct seh_step *step);
/* The address by which a frame is looked up. */
uint64_t seh_control_pc(const CONTEXT *context);
/* Eight bytes of the calling thread's stack; false if they are not there. */
bool seh_stack_read(uint64_t at, uint64_t *value);
/* A function without unwind data has nothing but a return address on the stack. */
bool seh_step_leaf(CONTEXT *context);

_Noreturn void seh_dispatch(EXCEPTION_RECORD *record, CONTEXT *context);
void seh_context_of(const struct seh_frame *frame, CONTEXT *context);
void seh_trace(FILE *file, const CONTEXT *from);
void seh_trace_from(FILE *file, uint64_t rip, uint64_t rsp, uint64_t rbp);
/* Whether an image called what is there. */
bool seh_in_call(uint64_t rip, uint64_t rsp, uint64_t rbp);
/* Calls visit for each frame of the calling thread, innermost first, through host and image code alike. */
void seh_walk(void (*visit)(uint64_t rip, void *context), void *argument);
/* The stub through which an image called the host, seen from code of the host; NULL if image code comes first
 * or the frames cannot be followed. */
struct seh_frame *seh_caller(const CONTEXT *from, bool *image_between);
/* seh_frames.c, and for the build as a Windows DLL host/windows/seh_frames.c: from a frame of the host's to its caller's;
 * where seh_here returns to. False: there is no more. */
bool seh_host_step(CONTEXT *context);
bool seh_here(CONTEXT *context);

/* What images call; nt.h has the rest. */
PRUNTIME_FUNCTION NTAPI RtlLookupFunctionEntry(ULONG64 ControlPc, PULONG64 ImageBase,
                                               struct _UNWIND_HISTORY_TABLE *HistoryTable);
PEXCEPTION_ROUTINE NTAPI RtlVirtualUnwind(ULONG HandlerType, ULONG64 ImageBase, ULONG64 ControlPc,
                                          PRUNTIME_FUNCTION FunctionEntry, PCONTEXT ContextRecord, PVOID *HandlerData,
                                          PULONG64 EstablisherFrame, void *Pointers);
void NTAPI RtlUnwindEx(PVOID TargetFrame, PVOID TargetIp, PEXCEPTION_RECORD ExceptionRecord, PVOID ReturnValue,
                       PCONTEXT ContextRecord, struct _UNWIND_HISTORY_TABLE *HistoryTable);
void NTAPI RtlRaiseException(PEXCEPTION_RECORD ExceptionRecord);
void NTAPI RtlRaiseStatus(NTSTATUS Status);
void NTAPI ExRaiseAccessViolation(void);
void NTAPI ExRaiseDatatypeMisalignment(void);

/* seh_x64.S, host/arm64/seh.S */
extern char seh_call_return[], seh_invoke_return[];

/* A function that may raise is called by a stub: for its return address, that of the stub's caller. */
static inline const void *seh_call_site(const void *caller) {
    return caller == (const void *)seh_call_return && seh_frames ? (const void *)(uintptr_t)seh_frames->rip : caller;
}
uint64_t seh_invoke(void *function, const void *first, uint64_t second, const void *third, const void *fourth,
                    struct seh_dispatch *dispatch);
_Noreturn void seh_resume(const CONTEXT *context);

#endif
