/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Exceptions of PE code: a first pass over the frames asks each one's handler whether it wants the exception, a second
 * one lets the frames below it clean up and goes on where the handler says.
 *
 * A walk ends where an image was called by the host: an exception in a driver's callback does not reach the __try of
 * whoever called the host function that made the callback. What runs below a handler, a filter or a __finally block is
 * an exception to this, it goes on in the frame that these belong to.
 */
#include "host/pe.h"
#include "host/seh.h"
#include "nt/contract.h"

#include <stdlib.h>
#include <string.h>

#define NESTING_LIMIT 32
#define FRAME_LIMIT 10000
#define KMODE_EXCEPTION_NOT_HANDLED 0x1e
#define STATUS_NONCONTINUABLE ((NTSTATUS)0xc0000025)
#define STATUS_UNWINDING ((NTSTATUS)0xc0000027)
#define STATUS_BAD_UNWIND_TARGET ((NTSTATUS)0xc0000029)

/* For functions that are left without a return, which the thread sanitizer would count as still running, or that keep
 * locals whose addresses are compared with those of frames, and which so must lie on the real stack. */
#define REAL_STACK __attribute__((disable_sanitizer_instrumentation))

#if __has_feature(address_sanitizer)
void __asan_handle_no_return(void); /* the frames that are skipped will not clean up their red zones */
#else
#define __asan_handle_no_return() ((void)0)
#endif

__thread struct seh_frame *seh_frames;
static __thread struct seh_dispatch *dispatches;

#if defined(__x86_64__)
_Static_assert(sizeof(struct seh_frame) == 256, "known to seh_x64.S");
#else
_Static_assert(sizeof(struct seh_frame) == 192, "known to host/arm64/seh.S");
#endif

/* --- native images ----------------------------------------------------------------------------------------------- */

#define NATIVE_LIMIT 24

/* The frames' own addresses say nothing under ASan, which may keep them elsewhere: the stack pointer at the push does. */
static __thread struct {
    struct nt_seh_frame *frame;
    uint64_t rsp;
} native[NATIVE_LIMIT];
static __thread unsigned native_count;

void nt_seh_push(struct nt_seh_frame *frame) {
    if (native_count == NATIVE_LIMIT) {
        verify_violation("exception-nesting", "more than %d nested NT_TRY", NATIVE_LIMIT);
        abort();
    }
    frame->code = 0;
    frame->previous = native_count ? native[native_count - 1].frame : NULL;
    native[native_count].frame = frame;
    native[native_count++].rsp = (uint64_t)(uintptr_t)__builtin_frame_address(0);
}

/* A frame that has caught something is off the list already: what its handler raises is for the one outside. */
void nt_seh_pop(struct nt_seh_frame *frame) {
    if (native_count && native[native_count - 1].frame == frame) native_count--;
}

/* Everything that was called below the stack pointer is gone. */
static void unlink_below(uint64_t rsp) {
    while (seh_frames && (uint64_t)(uintptr_t)seh_frames < rsp) seh_frames = seh_frames->previous;
    while (dispatches && (uint64_t)(uintptr_t)dispatches < rsp) dispatches = dispatches->previous;
    while (native_count && native[native_count - 1].rsp < rsp) native_count--;
}

static _Noreturn void native_catch(NTSTATUS code) {
    struct nt_seh_frame *frame = native[--native_count].frame;
    unlink_below(native[native_count].rsp);
    frame->code = code;
    longjmp(frame->place, 1);
}

/* --- the walk ---------------------------------------------------------------------------------------------------- */

/* The frame's registers that handlers need beside its address. */
#if defined(__x86_64__)
#define REGISTERS_OF(context) 0
#define FRAME_OF(at, frame) (frame)
#else
#define REGISTERS_OF(context) ((context).ContextFlags & SEH_UNWOUND) != 0, (PUCHAR) & (context).X[19]
/* Blocks and filters get the frame pointer of the function that they are a part of. */
#define FRAME_OF(at, frame) (((const ULONG64 *)(const void *)(at)->NonVolatileRegisters)[10])
#endif

struct walk {
    CONTEXT context;
    ULONG scope; /* ScopeIndex of the frame: not 0 if the walk re-enters one whose unwind was interrupted */
    bool fresh;  /* where an exception happened, which need not be in any function */
};

/* Steps over what has no unwind data, to the next function that has; NULL at the end. */
static const RUNTIME_FUNCTION *settle(struct walk *walk, uint64_t *base) {
    for (unsigned i = 0; i < FRAME_LIMIT; i++) {
        CONTEXT *context = &walk->context;
        if (context->SEH_PC == (uint64_t)(uintptr_t)seh_invoke_return) {
            struct seh_dispatch *dispatch;
            memcpy(&dispatch, (const void *)(uintptr_t)(context->SEH_SP + 32), sizeof dispatch);
            if (!dispatch) return NULL;
            walk->scope = dispatch->at ? dispatch->at->ScopeIndex : 0;
            walk->fresh = !dispatch->at;
            *context = *dispatch->context;
            continue;
        }
        const RUNTIME_FUNCTION *function = seh_function(seh_control_pc(context), base);
        if (function) return function;
        bool in_image = image_find((const void *)(uintptr_t)context->SEH_PC);
        if (!in_image && !walk->fresh) return NULL;
        /* A call of a wild pointer: the return address is all that there is. */
        walk->fresh = false;
        if (!seh_step_leaf(context)) return NULL;
    }
    return NULL;
}

static void push(struct seh_dispatch *dispatch, EXCEPTION_RECORD *record, const CONTEXT *context) {
    unsigned depth = 0;
    for (struct seh_dispatch *at = dispatches; at; at = at->previous) depth++;
    if (depth > NESTING_LIMIT) {
        verify_violation("exception-nesting", "exception 0x%08x while %u others are handled",
                         (unsigned)record->ExceptionCode, depth);
        abort();
    }
    dispatch->previous = dispatches;
    dispatch->context = context;
    dispatches = dispatch;
}

static _Noreturn void unhandled(const EXCEPTION_RECORD *record, const CONTEXT *context, const char *why) {
    char place[256];
    image_describe(record->ExceptionAddress, place, sizeof place);
    fflush(stdout);
    /* * rule unhandled-exception: nobody handles an exception in a driver */
    fprintf(stderr, "VERIFIER: unhandled-exception: 0x%08x at %s%s", (unsigned)record->ExceptionCode, place, why);
    for (ULONG i = 0; i < record->NumberParameters && i < EXCEPTION_MAXIMUM_PARAMETERS; i++)
        fprintf(stderr, "%s0x%llx", i ? ", " : ", parameters ", record->ExceptionInformation[i]);
    fputc('\n', stderr);
    seh_trace(stderr, context);
    KeBugCheckEx(KMODE_EXCEPTION_NOT_HANDLED, (ULONG_PTR)(LONG_PTR)record->ExceptionCode,
                 (ULONG_PTR)record->ExceptionAddress, record->ExceptionInformation[0], record->ExceptionInformation[1]);
    abort();
}

/* True: a filter wants the exception's context resumed. False: nobody wants it. A handler that takes it does not come
 * back here. */
REAL_STACK static bool search(EXCEPTION_RECORD *record, CONTEXT *original) {
    struct seh_dispatch dispatch = {0};
    struct walk walk = {.context = *original, .fresh = true};
    const RUNTIME_FUNCTION *function;
    uint64_t base;
    push(&dispatch, record, original);
    while ((function = settle(&walk, &base))) {
        CONTEXT next = walk.context;
        struct seh_step step;
        if (!seh_step(UNWIND_EXCEPTION, base, seh_control_pc(&walk.context), function, &next, &step)) break;
        if (step.handler) {
            DISPATCHER_CONTEXT at = {seh_control_pc(&walk.context),
                                     base,
                                     (PRUNTIME_FUNCTION)(uintptr_t)function,
                                     step.establisher,
                                     0,
                                     &next,
                                     step.handler,
                                     step.handler_data,
                                     NULL,
                                     walk.scope,
                                     REGISTERS_OF(walk.context)};
            CONTEXT caller = next; /* the handler owns what it is given */
            uint64_t disposition =
                seh_invoke((void *)(uintptr_t)step.handler, record, step.establisher, original, &at, &dispatch);
            next = caller;
            if ((uint32_t)disposition == ExceptionContinueExecution) {
                dispatches = dispatch.previous;
                if (record->ExceptionFlags & EXCEPTION_NONCONTINUABLE) {
                    record->ExceptionCode = STATUS_NONCONTINUABLE;
                    unhandled(record, original, " (a filter continued what cannot be continued)");
                }
                return true;
            }
        }
        walk.context = next;
        walk.scope = 0;
        walk.fresh = false;
    }
    dispatches = dispatch.previous;
    return false;
}

/* Lets the frames from `start` up to the target clean up, and goes on in the target frame at the address. */
REAL_STACK static _Noreturn void unwind(const CONTEXT *start, uint64_t target, uint64_t ip, EXCEPTION_RECORD *record,
                                        uint64_t value) {
    EXCEPTION_RECORD own = {.ExceptionCode = STATUS_UNWINDING, .ExceptionAddress = (void *)(uintptr_t)start->SEH_PC};
    struct seh_dispatch dispatch = {0};
    struct walk walk = {.context = *start, .fresh = true};
    const RUNTIME_FUNCTION *function;
    uint64_t base;
    if (!record) record = &own;
    record->ExceptionFlags |= EXCEPTION_UNWINDING | (target ? 0 : EXCEPTION_EXIT_UNWIND);
    push(&dispatch, record, &walk.context);
    while ((function = settle(&walk, &base))) {
        CONTEXT next = walk.context;
        struct seh_step step;
        if (!seh_step(UNWIND_TERMINATION, base, seh_control_pc(&walk.context), function, &next, &step)) break;
        bool is_target = step.establisher == target;
        if (step.handler) {
            CONTEXT scratch = walk.context;
            DISPATCHER_CONTEXT at = {seh_control_pc(&walk.context),
                                     base,
                                     (PRUNTIME_FUNCTION)(uintptr_t)function,
                                     step.establisher,
                                     ip,
                                     &scratch,
                                     step.handler,
                                     step.handler_data,
                                     NULL,
                                     walk.scope,
                                     REGISTERS_OF(walk.context)};
            if (is_target) record->ExceptionFlags |= EXCEPTION_TARGET_UNWIND;
            dispatch.at = &at;
            seh_invoke((void *)(uintptr_t)step.handler, record, step.establisher, &walk.context, &at, &dispatch);
            dispatch.at = NULL;
            record->ExceptionFlags &= ~(ULONG)EXCEPTION_TARGET_UNWIND;
        }
        if (is_target) {
            walk.context.SEH_PC = ip;
            walk.context.SEH_RESULT = value;
            unlink_below(walk.context.SEH_SP);
            __asan_handle_no_return();
            seh_resume(&walk.context);
        }
        if (target && step.establisher > target) break;
        walk.context = next;
        walk.scope = 0;
        walk.fresh = false;
    }
    record->ExceptionCode = STATUS_BAD_UNWIND_TARGET;
    unhandled(record, start, " (no frame of the unwind's target)");
}

REAL_STACK void seh_dispatch(EXCEPTION_RECORD *record, CONTEXT *context) {
    if (!search(record, context)) unhandled(record, context, "");
    unlink_below(context->SEH_SP);
    __asan_handle_no_return();
    seh_resume(context);
}

/* --- raising ----------------------------------------------------------------------------------------------------- */

#if defined(__x86_64__)
void seh_context_of(const struct seh_frame *frame, CONTEXT *context) {
    *context = (CONTEXT){.ContextFlags = 0x10000f, .SegCs = 0x33, .SegSs = 0x2b, .EFlags = 0x202};
    context->Rip = frame->rip;
    context->Rsp = frame->rsp;
    context->Rbx = frame->rbx;
    context->Rbp = frame->rbp;
    context->Rsi = frame->rsi;
    context->Rdi = frame->rdi;
    context->R12 = frame->r12;
    context->R13 = frame->r13;
    context->R14 = frame->r14;
    context->R15 = frame->r15;
    context->MxCsr = __builtin_ia32_stmxcsr();
    context->FltSave.MxCsr = context->MxCsr;
    memcpy(&context->FltSave.XmmRegisters[6], frame->xmm, sizeof frame->xmm);
}
#else
void seh_context_of(const struct seh_frame *frame, CONTEXT *context) {
    *context = (CONTEXT){.ContextFlags = 0x400007 | SEH_UNWOUND};
    context->Pc = context->Lr = frame->rip;
    context->Sp = frame->rsp;
    context->Fp = frame->fp;
    memcpy(&context->X[19], frame->x19, sizeof frame->x19 - 8);
    context->X[28] = frame->x19[9];
    for (unsigned i = 0; i < 8; i++) context->V[8 + i].Low = frame->d8[i];
}
#endif

/* The caller's stub; where there is none, its rule is broken and no frame could be trusted. */
static struct seh_frame *caller(NTSTATUS code) {
    bool image_between = false;
    CONTEXT here = {0};
    if (seh_here(&here)) seh_caller(&here, &image_between);
    if (seh_frames && !image_between) return seh_frames;
    verify_violation("raise-uncaught",
                     "exception 0x%08x raised in a function that is not listed as raising, or outside "
                     "of any NT_TRY",
                     (unsigned)code);
    abort();
}

REAL_STACK static _Noreturn void raise_record(EXCEPTION_RECORD *record) {
    CONTEXT context;
    if (native_count && (!seh_frames || native[native_count - 1].rsp < (uint64_t)(uintptr_t)seh_frames))
        native_catch(record->ExceptionCode);
    seh_context_of(caller(record->ExceptionCode), &context);
    record->ExceptionAddress = (void *)(uintptr_t)context.SEH_PC;
    seh_dispatch(record, &context);
}

REAL_STACK void seh_raise(NTSTATUS code, unsigned parameter_count, const ULONG_PTR *parameters) {
    EXCEPTION_RECORD record = {.ExceptionCode = code, .ExceptionFlags = EXCEPTION_NONCONTINUABLE};
    for (unsigned i = 0; i < parameter_count && i < EXCEPTION_MAXIMUM_PARAMETERS; i++) {
        record.ExceptionInformation[i] = parameters[i];
        record.NumberParameters = i + 1;
    }
    raise_record(&record);
}

REAL_STACK void NTAPI RtlRaiseException(PEXCEPTION_RECORD ExceptionRecord) {
    NT_ENTER(RtlRaiseException);
    EXCEPTION_RECORD record = *ExceptionRecord;
    raise_record(&record);
}

REAL_STACK DECLSPEC_NORETURN void NTAPI RtlRaiseStatus(NTSTATUS Status) {
    NT_ENTER(RtlRaiseStatus);
    seh_raise(Status, 0, NULL);
}

REAL_STACK DECLSPEC_NORETURN void NTAPI ExRaiseAccessViolation(void) {
    NT_ENTER(ExRaiseAccessViolation);
    seh_raise(STATUS_ACCESS_VIOLATION, 0, NULL);
}

REAL_STACK DECLSPEC_NORETURN void NTAPI ExRaiseDatatypeMisalignment(void) {
    NT_ENTER(ExRaiseDatatypeMisalignment);
    seh_raise(STATUS_DATATYPE_MISALIGNMENT, 0, NULL);
}

REAL_STACK void NTAPI RtlUnwindEx(PVOID TargetFrame, PVOID TargetIp, PEXCEPTION_RECORD ExceptionRecord,
                                  PVOID ReturnValue, PCONTEXT ContextRecord,
                                  struct _UNWIND_HISTORY_TABLE *HistoryTable) {
    NT_ENTER(RtlUnwindEx);
    CONTEXT context;
    (void)ContextRecord, (void)HistoryTable;
    seh_context_of(caller(STATUS_UNWINDING), &context);
    unwind(&context, (uint64_t)(uintptr_t)TargetFrame, (uint64_t)(uintptr_t)TargetIp, ExceptionRecord,
           (uint64_t)(uintptr_t)ReturnValue);
}

/* --- the handler of C's __try ------------------------------------------------------------------------------------ */

/* Behind the unwind data of a function with __try: a count, then these, inner scopes first. */
struct scope {
    uint32_t begin, end;
    uint32_t handler; /* a filter, 1 for "always", or a __finally block */
    uint32_t jump;    /* the __except block, 0 for __finally */
};

static void leave_scopes(const struct scope *scopes, uint32_t count, uint64_t frame, const EXCEPTION_RECORD *record,
                         DISPATCHER_CONTEXT *at) {
    uint64_t pc = at->ControlPc - at->ImageBase, target = at->TargetIp - at->ImageBase;
    for (uint32_t i = at->ScopeIndex; i < count; i++) {
        if (pc < scopes[i].begin || pc >= scopes[i].end) continue;
        /* In the frame that goes on, scopes around the place where it does are not left. */
        if (record->ExceptionFlags & EXCEPTION_TARGET_UNWIND) {
            if (target >= scopes[i].begin && target < scopes[i].end) return;
            if (scopes[i].jump && target == scopes[i].jump) return;
        }
        if (scopes[i].jump) continue;
        at->ScopeIndex = i + 1; /* should the block raise, it is not run again */
        seh_invoke((void *)(uintptr_t)(at->ImageBase + scopes[i].handler), (const void *)1, FRAME_OF(at, frame), NULL,
                   NULL, dispatches);
    }
}

REAL_STACK EXCEPTION_DISPOSITION NTAPI __C_specific_handler(struct _EXCEPTION_RECORD *ExceptionRecord,
                                                            void *EstablisherFrame, struct _CONTEXT *ContextRecord,
                                                            struct _DISPATCHER_CONTEXT *DispatcherContext) {
    const uint8_t *table = DispatcherContext->HandlerData;
    const struct scope *scopes = (const struct scope *)(const void *)(table + 4);
    uint32_t count = pe_32(table);
    uint64_t frame = (uint64_t)(uintptr_t)EstablisherFrame, base = DispatcherContext->ImageBase;
    uint64_t pc = DispatcherContext->ControlPc - base;
    if (ExceptionRecord->ExceptionFlags & (EXCEPTION_UNWINDING | EXCEPTION_EXIT_UNWIND)) {
        leave_scopes(scopes, count, frame, ExceptionRecord, DispatcherContext);
        return ExceptionContinueSearch;
    }
    if (!dispatches) return ExceptionContinueSearch; /* called by an image itself: nothing is being handled */
    EXCEPTION_POINTERS pointers = {ExceptionRecord, ContextRecord};
    for (uint32_t i = DispatcherContext->ScopeIndex; i < count; i++) {
        if (pc < scopes[i].begin || pc >= scopes[i].end || !scopes[i].jump) continue;
        int32_t wanted = EXCEPTION_EXECUTE_HANDLER;
        if (scopes[i].handler != 1)
            wanted = (int32_t)seh_invoke((void *)(uintptr_t)(base + scopes[i].handler), &pointers,
                                         FRAME_OF(DispatcherContext, frame), NULL, NULL, dispatches);
        if (wanted < 0) return ExceptionContinueExecution;
        if (wanted > 0)
            unwind(dispatches->context, frame, base + scopes[i].jump, ExceptionRecord,
                   (uint32_t)ExceptionRecord->ExceptionCode);
    }
    return ExceptionContinueSearch;
}
