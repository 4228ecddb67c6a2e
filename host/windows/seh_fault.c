/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Exceptions of Windows's become the host's: of PE code where a driver is at fault, of its caller where a function of the
 * host that may raise was given a bad pointer. Windows knows nothing of the driver's image, so all its handlers are for
 * the host to find. What happens in other code is Windows's. As host/seh_fault.c, which does the same with signals.
 */
#include <stdlib.h>
#include <string.h>

#include "host/ex_pool.h"
#include "host/guest.h"
#include "host/kernel_private.h"
#include "host/seh.h"
#include "host/windows/os_windows.h"

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

/* Whose exception it is: fills in `fault`. False: the host's own. */
static bool fault_take(const EXCEPTION_RECORD *record, const CONTEXT *context) {
    bool access = record->ExceptionCode == STATUS_ACCESS_VIOLATION;
    bool fetch = access && record->ExceptionInformation[0] == ACCESS_FETCH;
    struct image *image = image_find((const void *)(uintptr_t)context->Rip);
    fault.context = *context;
    fault.record = *record;
    if (!image && fetch) {
        /* A call of a wild pointer is the caller's. */
        CONTEXT caller = *context;
        image = seh_step_leaf(&caller) ? image_find((const void *)(uintptr_t)caller.Rip) : NULL;
    }
    if (image) return true;
    bool image_between;
    struct seh_frame *frame = seh_caller(context, &image_between);
    if (!frame || frame != seh_frames || image_between) return false;
    seh_context_of(frame, &fault.context);
    fault.record.ExceptionAddress = (void *)(uintptr_t)frame->rip;
    return true;
}

static bool is_ours(const CONTEXT *context) {
    if (image_find((const void *)(uintptr_t)context->Rip) || guest_is_host_code(context->Rip)) return true;
    return seh_frames || (ps_this && ps_this->process == ps_system_process);
}

static bool on_exception(void *record_of, void *context_of) {
    const EXCEPTION_RECORD *record = record_of;
    CONTEXT *context = context_of;
    if (!is_fault(record->ExceptionCode) || !is_ours(context)) return false;
    struct seh_stack stack = seh_stack();
    if (record->ExceptionCode == CODE_STACK_OVERFLOW ||
        (context->Rsp < stack.low + STACK_RESERVE && context->Rsp + (1u << 20) > stack.low))
        fatal(record, context, "stack-overflow");
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

void seh_thread_start(void) { seh_stack(); }
void seh_thread_stop(void) {}

/* Threads here have the block at gs that Windows gives them. */
void ps_gs_start(PETHREAD thread) { (void)thread; }
void ps_gs_stop(void) {}
