/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Exceptions of Windows's become the host's: of PE code where a driver is at fault, of its caller where a function of the
 * host that may raise was given a bad pointer. Windows knows nothing of the driver's image, so all its handlers are for
 * the host to find. What happens in other code is Windows's. As host/seh_fault.c, which does the same with signals.
 */
#include <sched.h>
#include <stdlib.h>

#include "host/ex_pool.h"
#include "host/guest.h"
#include "host/kernel_private.h"
#include "host/seh.h"
#include "host/windows/os_windows.h"

#define STACK_KEPT (32u << 10)
#define STACK_RESERVE (24u << 10) /* what filters and the unwinder need at least */
#define KERNEL_SECURITY_CHECK_FAILURE 0x139
#define CODE_FAST_FAIL ((NTSTATUS)0xc0000409)
#define CODE_STACK_OVERFLOW ((NTSTATUS)0xc00000fd)

enum { ACCESS_WRITE = 1, ACCESS_FETCH = 8 }; /* in the exception record */

/* What a processor or memory does, and not a program that raises one. */
static bool is_fault(NTSTATUS code) {
    static const uint32_t codes[] = {
        0x80000002 /* misaligned */,
        0x80000003 /* breakpoint */,
        0x80000004 /* single step */,
        0xc0000005 /* access */,
        0xc0000006 /* paging */,
        0xc000001d /* illegal instruction */,
        0xc000008d /* floating... */,
        0xc000008e,
        0xc000008f,
        0xc0000090,
        0xc0000091,
        0xc0000092,
        0xc0000093,
        0xc0000094 /* integer... */,
        0xc0000095,
        0xc0000096 /* privileged */,
        0xc00000fd /* stack */,
        0xc0000409 /* fast fail */,
    };
    for (unsigned i = 0; i < sizeof codes / sizeof *codes; i++)
        if ((uint32_t)code == codes[i]) return true;
    return false;
}

/* Between the exception and fault_landing. */
static __thread struct {
    CONTEXT context;
    EXCEPTION_RECORD record;
} fault;

static _Noreturn void fault_landing(void) {
    CONTEXT context = fault.context;
    EXCEPTION_RECORD record = fault.record;
    if (record.ExceptionCode == CODE_FAST_FAIL) {
        fprintf(stderr, "VERIFIER: fast-fail: code %llu\n", (unsigned long long)context.SEH_FAST_FAIL_CODE);
        seh_trace(stderr, &context);
        KeBugCheckEx(KERNEL_SECURITY_CHECK_FAILURE, context.SEH_FAST_FAIL_CODE, (ULONG_PTR)&context, (ULONG_PTR)&record,
                     0);
        abort();
    }
    seh_dispatch(&record, &context);
}

/* Where there is no stack left, the trace is written on another. */
static struct {
    _Alignas(16) uint8_t stack[128u << 10];
    uint32_t taken; /* atomic: it ends the process, so it is for one thread only */
} last_resort;

static _Noreturn void overflow_landing(void) {
    fprintf(stderr, "VERIFIER: stack-overflow: address %p\n", (void *)(uintptr_t)fault.context.Rsp);
    seh_trace(stderr, &fault.context);
    fflush(stderr);
    abort();
}

static void overflow(CONTEXT *context) {
    fault.context = *context;
    while (__atomic_exchange_n(&last_resort.taken, 1, __ATOMIC_ACQ_REL)) sched_yield();
    context->Rsp = (uintptr_t)last_resort.stack + sizeof last_resort.stack - 64 - 8;
    context->Rip = (uintptr_t)overflow_landing;
    context->EFlags &= ~0x500u;
}

static _Noreturn void fatal(const EXCEPTION_RECORD *record, const CONTEXT *context, const char *what) {
    fprintf(stderr, "VERIFIER: %s: exception 0x%08x, address %p\n", what, (unsigned)record->ExceptionCode,
            record->NumberParameters > 1 ? (void *)record->ExceptionInformation[1] : NULL);
    seh_trace(stderr, context);
    fflush(stderr);
    abort();
}

/* A touch of guarded pool, or of a section that has gone, is a rule broken, whatever the driver may do about it. */
static void guarded_fault(const EXCEPTION_RECORD *record, const CONTEXT *context) {
    static char text[512]; /* of the one that ends the process */
    const void *address = (const void *)record->ExceptionInformation[1];
    const char *rule = verify_enabled ? ex_pool_explain(address, text, sizeof text) : NULL;
    if (!rule && verify_enabled) rule = image_explain(address, text, sizeof text);
    if (!rule || verify_expected(rule)) return;
    fflush(stdout);
    fprintf(stderr, "VERIFIER: %s: %s of %s\n", rule,
            record->ExceptionInformation[0] == ACCESS_WRITE ? "a write" : "a read", text);
    seh_trace(stderr, context);
    fflush(stderr);
    abort();
}

/* A call of a wild pointer is the caller's: the image that it returns to. */
static struct image *wild_caller(const EXCEPTION_RECORD *record, const CONTEXT *context) {
    if (record->ExceptionCode != STATUS_ACCESS_VIOLATION || record->ExceptionInformation[0] != ACCESS_FETCH)
        return NULL;
    CONTEXT caller = *context;
    return seh_step_leaf(&caller) ? image_find((const void *)(uintptr_t)caller.Rip) : NULL;
}

/* Whose exception it is: fills in `fault`. False: the host's own. */
static bool fault_take(const EXCEPTION_RECORD *record, const CONTEXT *context) {
    fault.context = *context;
    fault.record = *record;
    if (image_find((const void *)(uintptr_t)context->Rip) || wild_caller(record, context)) return true;
    bool image_between;
    struct seh_frame *frame = seh_caller(context, &image_between);
    if (!frame || frame != seh_frames || image_between) return false;
    seh_context_of(frame, &fault.context);
    fault.record.ExceptionAddress = (void *)(uintptr_t)frame->rip;
    return true;
}

static bool is_ours(const EXCEPTION_RECORD *record, const CONTEXT *context) {
    if (image_find((const void *)(uintptr_t)context->Rip) || guest_is_host_code(context->Rip)) return true;
    if (wild_caller(record, context)) return true;
    return seh_frames || (ps_this && ps_this->process == ps_system_process);
}

static bool on_exception(void *record_of, void *context_of) {
    const EXCEPTION_RECORD *record = record_of;
    CONTEXT *context = context_of;
    if (!is_fault(record->ExceptionCode) || !is_ours(record, context)) return false;
    struct seh_stack stack = seh_stack();
    if (record->ExceptionCode == CODE_STACK_OVERFLOW ||
        (context->Rsp < stack.low + STACK_RESERVE && context->Rsp + (1u << 20) > stack.low)) {
        overflow(context);
        return true;
    }
    if (record->ExceptionCode == STATUS_ACCESS_VIOLATION) guarded_fault(record, context);
    if (!fault_take(record, context))
        fatal(record, context, seh_in_call(context->Rip, context->Rsp, context->Rbp) ? "fault-in-call" : "host-fault");
    /* As if fault_landing had been called, by nobody. A stub's frame must not be overwritten: it is in use until the
     * exception is handled. */
    context->Rsp = ((context->Rsp - 256) & ~15ull) - 8;
    context->Rip = (uintptr_t)fault_landing;
    context->EFlags &= ~0x500u; /* direction and trap flag */
    return true;
}

void seh_start(void) {
    if (!os_exceptions_watch(on_exception)) host_panic("Windows tells of no exceptions");
    seh_thread_start();
}

/* So that there is some left for Windows to tell of its end. */
void seh_thread_start(void) {
    os_stack_keep(STACK_KEPT);
    seh_stack();
}
void seh_thread_stop(void) {}

/* Threads here have the block at gs that Windows gives them. */
void ps_gs_start(PETHREAD thread) { (void)thread; }
void ps_gs_stop(void) {}
