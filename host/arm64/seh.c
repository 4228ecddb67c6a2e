/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * ARM64: in place of seh.c, seh_unwind.c, seh_fault.c, seh_trace.c, pe_pdata.c and ke_shared.c. Nothing is unwound: an
 * exception, raised or by a fault, says where it happened and ends the process. Frames are followed by their frame
 * pointers, which images of Windows on ARM64 keep as Linux does.
 */
#include "host/ex_pool.h"
#include "host/pe.h"
#include "host/seh.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define DEPTH_LIMIT 64
#define KMODE_EXCEPTION_NOT_HANDLED 0x1e

__thread struct seh_frame *seh_frames;

/* --- frames ------------------------------------------------------------------------------------------------------ */

static __thread struct seh_stack stack;

struct seh_stack seh_stack(void) {
    pthread_attr_t attributes;
    void *low;
    size_t size;
    if (stack.high || pthread_getattr_np(pthread_self(), &attributes)) return stack;
    if (!pthread_attr_getstack(&attributes, &low, &size))
        stack = (struct seh_stack){(uint64_t)(uintptr_t)low, (uint64_t)(uintptr_t)low + size};
    pthread_attr_destroy(&attributes);
    return stack;
}

static void walk(uint64_t pc, uint64_t fp, void (*visit)(uint64_t pc, void *context), void *argument) {
    struct seh_stack bounds = seh_stack();
    for (unsigned i = 0; i < DEPTH_LIMIT && pc; i++) {
        visit(pc, argument);
        if (fp % 16 || fp < bounds.low || fp > bounds.high - 16) return;
        const volatile uint64_t *frame = (const volatile uint64_t *)(uintptr_t)fp;
        if (frame[0] && frame[0] <= fp) return;
        pc = frame[1];
        fp = frame[0];
    }
}

__attribute__((noinline)) void seh_walk(void (*visit)(uint64_t pc, void *context), void *argument) {
    walk((uint64_t)(uintptr_t)__builtin_return_address(0), *(uint64_t *)__builtin_frame_address(0), visit, argument);
}

struct printer {
    FILE *file;
    unsigned frame;
};

static void print_frame(uint64_t pc, void *argument) {
    struct printer *printer = argument;
    char place[256];
    image_describe((const void *)(uintptr_t)pc, place, sizeof place);
    fprintf(printer->file, "  #%-2u %s\n", printer->frame++, place);
}

static void note_image(uint64_t pc, void *found) { *(bool *)found |= image_find((const void *)(uintptr_t)pc) != NULL; }

__attribute__((noinline)) void image_backtrace(FILE *file) {
    struct printer printer = {.file = file};
    seh_walk(print_frame, &printer);
}

/* --- what is raised ---------------------------------------------------------------------------------------------- */

static _Noreturn void unhandled(NTSTATUS code, const void *address, uint64_t fp) {
    char place[256];
    struct printer printer = {.file = stderr};
    image_describe(address, place, sizeof place);
    fflush(stdout);
    fprintf(stderr, "VERIFIER: unhandled-exception: 0x%08x at %s (on ARM64 the host runs no handlers)\n",
            (unsigned)code, place);
    walk((uint64_t)(uintptr_t)address, fp, print_frame, &printer);
    KeBugCheckEx(KMODE_EXCEPTION_NOT_HANDLED, (ULONG_PTR)(LONG_PTR)code, (ULONG_PTR)address, 0, 0);
    abort();
}

void seh_raise(NTSTATUS code, unsigned parameter_count, const ULONG_PTR *parameters) {
    (void)parameter_count, (void)parameters;
    unhandled(code, __builtin_return_address(0), *(uint64_t *)__builtin_frame_address(0));
}

void NTAPI RtlRaiseException(PEXCEPTION_RECORD ExceptionRecord) {
    NT_ENTER(RtlRaiseException);
    seh_raise(ExceptionRecord->ExceptionCode, 0, NULL);
}

DECLSPEC_NORETURN void NTAPI RtlRaiseStatus(NTSTATUS Status) {
    NT_ENTER(RtlRaiseStatus);
    seh_raise(Status, 0, NULL);
}

DECLSPEC_NORETURN void NTAPI ExRaiseAccessViolation(void) {
    NT_ENTER(ExRaiseAccessViolation);
    seh_raise(STATUS_ACCESS_VIOLATION, 0, NULL);
}

DECLSPEC_NORETURN void NTAPI ExRaiseDatatypeMisalignment(void) {
    NT_ENTER(ExRaiseDatatypeMisalignment);
    seh_raise(STATUS_DATATYPE_MISALIGNMENT, 0, NULL);
}

/* What only a handler would call. */
EXCEPTION_DISPOSITION NTAPI __C_specific_handler(struct _EXCEPTION_RECORD *ExceptionRecord, void *EstablisherFrame,
                                                 struct _CONTEXT *ContextRecord,
                                                 struct _DISPATCHER_CONTEXT *DispatcherContext) {
    (void)EstablisherFrame, (void)ContextRecord, (void)DispatcherContext;
    unhandled(ExceptionRecord->ExceptionCode, __builtin_return_address(0), 0);
}

void NTAPI RtlUnwindEx(PVOID TargetFrame, PVOID TargetIp, PEXCEPTION_RECORD ExceptionRecord, PVOID ReturnValue,
                       PCONTEXT ContextRecord, struct _UNWIND_HISTORY_TABLE *HistoryTable) {
    NT_ENTER(RtlUnwindEx);
    unhandled(STATUS_NOT_IMPLEMENTED, __builtin_return_address(0), 0);
}

PRUNTIME_FUNCTION NTAPI RtlLookupFunctionEntry(ULONG64 ControlPc, PULONG64 ImageBase,
                                               struct _UNWIND_HISTORY_TABLE *HistoryTable) {
    NT_ENTER(RtlLookupFunctionEntry);
    unhandled(STATUS_NOT_IMPLEMENTED, __builtin_return_address(0), 0);
}

PEXCEPTION_ROUTINE NTAPI RtlVirtualUnwind(ULONG HandlerType, ULONG64 ImageBase, ULONG64 ControlPc,
                                          PRUNTIME_FUNCTION FunctionEntry, PCONTEXT ContextRecord, PVOID *HandlerData,
                                          PULONG64 EstablisherFrame, void *Pointers) {
    NT_ENTER(RtlVirtualUnwind);
    unhandled(STATUS_NOT_IMPLEMENTED, __builtin_return_address(0), 0);
}

void NTAPI RtlCaptureContext(PCONTEXT ContextRecord) {
    NT_ENTER(RtlCaptureContext);
    unhandled(STATUS_NOT_IMPLEMENTED, __builtin_return_address(0), 0);
}

/* --- faults ------------------------------------------------------------------------------------------------------ */

/* A touch of guarded pool, or of a section that has gone, is a rule broken. */
static const char *rule_of(const siginfo_t *info, char *text, size_t size) {
    if (!verify_enabled || info->si_code != SEGV_ACCERR) return NULL;
    const char *rule = ex_pool_explain(info->si_addr, text, size);
    return rule ? rule : image_explain(info->si_addr, text, size);
}

static void on_signal(int number, siginfo_t *info, void *argument) {
    static char text[512];
    const ucontext_t *context = argument;
    struct printer printer = {.file = stderr};
    uint64_t pc = context->uc_mcontext.pc, fp = context->uc_mcontext.regs[29];
    const char *rule = number == SIGSEGV ? rule_of(info, text, sizeof text) : NULL;
    bool called = false;
    fflush(stdout);
    walk(pc, fp, note_image, &called);
    if (rule)
        fprintf(stderr, "VERIFIER: %s: a touch of %s\n", rule, text);
    else
        fprintf(stderr, "VERIFIER: %s: signal %d (%s), address %p\n",
                image_find((const void *)(uintptr_t)pc) ? "unhandled-exception"
                : called                                ? "fault-in-call"
                                                        : "host-fault",
                number, sigdescr_np(number), info->si_addr);
    walk(pc, fp, print_frame, &printer);
    fflush(stderr);
    signal(number, SIG_DFL);
    raise(number);
}

void seh_start(void) {
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, NULL);
    seh_thread_start();
}

void seh_thread_start(void) { seh_stack(); }
void seh_thread_stop(void) {}

/* --- images ------------------------------------------------------------------------------------------------------ */

/* Entries of 8 bytes: where a function begins, and either its unwind data or where that is. */
bool pe_check_functions(struct pe *pe) {
    struct pe_directory directory = pe->directories[PE_EXCEPTION];
    const uint8_t *at = directory.size ? pe_at(pe, directory.rva, directory.size) : NULL;
    uint32_t before = 0;
    if (directory.size % 8 || directory.rva % 4)
        return pe_fail(pe, "corrupt: the exception directory has 0x%x bytes", directory.size);
    for (uint32_t i = 0; at && i < directory.size / 8; i++, at += 8) {
        uint32_t begin = pe_32(at), data = pe_32(at + 4);
        const struct pe_section *section = pe_section_of(pe, begin, 4);
        if (begin < before || begin % 4 || !section || !section->execute)
            return pe_fail(pe, "corrupt: entry %u of the exception directory (0x%x) is out of order or no code", i,
                           begin);
        if (!(data & 3) && !pe_at(pe, data, 4))
            return pe_fail(pe, "corrupt: the unwind data of 0x%x lies outside the sections", begin);
        before = begin;
    }
    return true;
}
