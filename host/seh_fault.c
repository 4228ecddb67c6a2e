/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Signals become exceptions: of PE code where that is at fault, of its caller where a function of the host that may raise
 * was given a bad pointer. Anything else is a fault of the host and ends the process.
 *
 * The handler only notes what happened, and has the thread go on in fault_landing, on its own stack and outside of the
 * signal, so that filters and handlers run like any other code.
 */
#include "host/ex_pool.h"
#include "host/guest.h"
#include "host/kernel_private.h"
#include "host/pe.h"
#include "host/seh.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#define SIGNAL_STACK (64u << 10)
#define STACK_RESERVE (24u << 10) /* what filters and the unwinder need at least */
#define KERNEL_SECURITY_CHECK_FAILURE 0x139
#define CODE_BREAKPOINT ((NTSTATUS)0x80000003)
#define CODE_SINGLE_STEP ((NTSTATUS)0x80000004)
#define CODE_ILLEGAL_INSTRUCTION ((NTSTATUS)0xc000001d)
#define CODE_FLOAT_DIVIDE ((NTSTATUS)0xc000008e)
#define CODE_FLOAT_INEXACT ((NTSTATUS)0xc000008f)
#define CODE_FLOAT_INVALID ((NTSTATUS)0xc0000090)
#define CODE_FLOAT_OVERFLOW ((NTSTATUS)0xc0000091)
#define CODE_FLOAT_UNDERFLOW ((NTSTATUS)0xc0000093)
#define CODE_INTEGER_DIVIDE ((NTSTATUS)0xc0000094)
#define CODE_INTEGER_OVERFLOW ((NTSTATUS)0xc0000095)
#define CODE_FAST_FAIL ((NTSTATUS)0xc0000409)

static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
#define SIGNALS (sizeof signals / sizeof *signals)
static struct sigaction before[SIGNALS];

/* Between the signal handler and fault_landing. Not in the thread's own storage, of which there is little for an object
 * that is loaded into a running process. */
static __thread struct fault {
    CONTEXT context;
    EXCEPTION_RECORD record;
} *fault;
static __thread void *signal_stack;

__attribute__((disable_sanitizer_instrumentation)) static _Noreturn void fault_landing(void) {
    CONTEXT context = fault->context;
    EXCEPTION_RECORD record = fault->record;
    seh_stack_forget();
    if (record.ExceptionCode == CODE_FAST_FAIL) {
        /* * rule fast-fail: the driver ended itself with __fastfail */
        fprintf(stderr, "VERIFIER: fast-fail: code %llu\n", context.SEH_FAST_FAIL_CODE);
        seh_trace(stderr, &context);
        KeBugCheckEx(KERNEL_SECURITY_CHECK_FAILURE, context.SEH_FAST_FAIL_CODE, (ULONG_PTR)&context, (ULONG_PTR)&record,
                     0);
        abort();
    }
    seh_dispatch(&record, &context);
}

/* Of the interrupted code: program counter, stack and frame pointer; what it did that faulted. */
enum access { ACCESS_READ = 0, ACCESS_WRITE = 1, ACCESS_FETCH = 8 }; /* as in the exception record */

#if defined(__x86_64__)
#define PC_OF(context) ((context)->uc_mcontext.gregs[REG_RIP])
#define SP_OF(context) ((context)->uc_mcontext.gregs[REG_RSP])
#define FP_OF(context) ((context)->uc_mcontext.gregs[REG_RBP])

/* The processor's page fault error code: bit 1 write, bit 4 instruction fetch. */
static enum access access_of(const ucontext_t *context) {
    uint64_t error = (uint64_t)context->uc_mcontext.gregs[REG_ERR];
    return error & 16 ? ACCESS_FETCH : error & 2 ? ACCESS_WRITE : ACCESS_READ;
}

static void context_take(const ucontext_t *from, CONTEXT *to) {
    const greg_t *r = from->uc_mcontext.gregs;
    *to = (CONTEXT){.ContextFlags = 0x10000f, .SegCs = 0x33, .SegSs = 0x2b, .EFlags = (ULONG)r[REG_EFL]};
    static const struct {
        uint8_t from;
        uint16_t to;
    } map[] = {{REG_RAX, offsetof(CONTEXT, Rax)}, {REG_RCX, offsetof(CONTEXT, Rcx)}, {REG_RDX, offsetof(CONTEXT, Rdx)},
               {REG_RBX, offsetof(CONTEXT, Rbx)}, {REG_RSP, offsetof(CONTEXT, Rsp)}, {REG_RBP, offsetof(CONTEXT, Rbp)},
               {REG_RSI, offsetof(CONTEXT, Rsi)}, {REG_RDI, offsetof(CONTEXT, Rdi)}, {REG_R8, offsetof(CONTEXT, R8)},
               {REG_R9, offsetof(CONTEXT, R9)},   {REG_R10, offsetof(CONTEXT, R10)}, {REG_R11, offsetof(CONTEXT, R11)},
               {REG_R12, offsetof(CONTEXT, R12)}, {REG_R13, offsetof(CONTEXT, R13)}, {REG_R14, offsetof(CONTEXT, R14)},
               {REG_R15, offsetof(CONTEXT, R15)}, {REG_RIP, offsetof(CONTEXT, Rip)}};
    for (unsigned i = 0; i < sizeof map / sizeof *map; i++) memcpy((char *)to + map[i].to, &r[map[i].from], 8);
    to->MxCsr = 0x1f80;
    if (!from->uc_mcontext.fpregs) return;
    to->MxCsr = from->uc_mcontext.fpregs->mxcsr;
    memcpy(&to->FltSave, from->uc_mcontext.fpregs, sizeof to->FltSave);
}
#else
#define PC_OF(context) ((context)->uc_mcontext.pc)
#define SP_OF(context) ((context)->uc_mcontext.sp)
#define FP_OF(context) ((context)->uc_mcontext.regs[29])

/* Of the records behind the registers, the one that begins with this number; NULL: there is none. */
static const void *record_of(const ucontext_t *context, uint32_t magic) {
    const uint8_t *at = (const uint8_t *)context->uc_mcontext.__reserved,
                  *end = at + sizeof(context->uc_mcontext.__reserved);
    while (at + 16 <= end && pe_32(at) && pe_32(at + 4) >= 16 && pe_32(at + 4) <= (size_t)(end - at)) {
        if (pe_32(at) == magic) return at;
        at += pe_32(at + 4);
    }
    return NULL;
}

/* The exception syndrome: its class, and for data bit 6 for a write. Where there is none (qemu before 8) the instruction
 * tells: loads and stores have bits 27 and 25 as 1 and 0, most stores neither bit 22 nor bit 23. */
static enum access access_of(const ucontext_t *context) {
    const struct esr_context *syndrome = record_of(context, ESR_MAGIC);
    uint64_t class = syndrome ? syndrome->esr >> 26 & 0x3f : 0, pc = context->uc_mcontext.pc;
    if (class == 0x20 || class == 0x21 || context->uc_mcontext.fault_address == pc) return ACCESS_FETCH;
    if (syndrome) return syndrome->esr & 0x40 ? ACCESS_WRITE : ACCESS_READ;
    if (!image_find((const void *)(uintptr_t)pc)) return ACCESS_READ;
    return (pe_32((const uint8_t *)(uintptr_t)pc) & 0x0ac00000) == 0x08000000 ? ACCESS_WRITE : ACCESS_READ;
}

static void context_take(const ucontext_t *from, CONTEXT *to) {
    const struct fpsimd_context *vectors = record_of(from, FPSIMD_MAGIC);
    *to = (CONTEXT){.ContextFlags = 0x400007, .Cpsr = (ULONG)from->uc_mcontext.pstate};
    memcpy(to->X, from->uc_mcontext.regs, sizeof to->X);
    to->Fp = from->uc_mcontext.regs[29];
    to->Lr = from->uc_mcontext.regs[30];
    to->Sp = from->uc_mcontext.sp;
    to->Pc = from->uc_mcontext.pc;
    if (vectors) memcpy(to->V, vectors->vregs, sizeof to->V);
}
#endif

static NTSTATUS float_code(int code) {
    switch (code) {
    case FPE_INTDIV: return CODE_INTEGER_DIVIDE;
    case FPE_INTOVF: return CODE_INTEGER_OVERFLOW;
    case FPE_FLTDIV: return CODE_FLOAT_DIVIDE;
    case FPE_FLTOVF: return CODE_FLOAT_OVERFLOW;
    case FPE_FLTUND: return CODE_FLOAT_UNDERFLOW;
    case FPE_FLTRES: return CODE_FLOAT_INEXACT;
    default: return CODE_FLOAT_INVALID;
    }
}

static void access_violation(EXCEPTION_RECORD *record, const siginfo_t *info, enum access access) {
    record->ExceptionCode = STATUS_ACCESS_VIOLATION;
    record->NumberParameters = 2;
    /* An address that is none (not canonical) is a general protection fault, which knows no address: Windows says -1. */
    record->ExceptionInformation[0] = access;
    record->ExceptionInformation[1] = (ULONG_PTR)info->si_addr;
    if (info->si_code == SI_KERNEL) {
        record->ExceptionInformation[0] = 0;
        record->ExceptionInformation[1] = ~0ull;
    }
}

static void record_make(EXCEPTION_RECORD *record, int number, const siginfo_t *info, const ucontext_t *context,
                        CONTEXT *at, bool in_image) {
    *record = (EXCEPTION_RECORD){0};
    const uint8_t *code = (const uint8_t *)(uintptr_t)at->SEH_PC;
    switch (number) {
    case SIGFPE: record->ExceptionCode = float_code(info->si_code); break;
    case SIGILL: record->ExceptionCode = CODE_ILLEGAL_INSTRUCTION; break;
    case SIGTRAP:
        /* Windows reports the instruction, the processor what is behind it. */
        record->ExceptionCode = info->si_code == TRAP_TRACE ? CODE_SINGLE_STEP : CODE_BREAKPOINT;
#if defined(__x86_64__)
        if (info->si_code != TRAP_TRACE) at->Rip--;
#else
        /* brk, whose number says what is meant. */
        if (in_image && (pe_32(code) >> 5 & 0xffff) == 0xf003) record->ExceptionCode = CODE_FAST_FAIL;
        if (in_image && (pe_32(code) >> 5 & 0xffff) == 0xf004) record->ExceptionCode = CODE_INTEGER_DIVIDE;
#endif
        break;
    case SIGBUS:
        if (info->si_code == BUS_ADRALN) {
            record->ExceptionCode = STATUS_DATATYPE_MISALIGNMENT;
            break;
        } /* fall through */
    default: access_violation(record, info, access_of(context));
#if defined(__x86_64__)
        if (in_image && info->si_code == SI_KERNEL && code[0] == 0xcd && code[1] == 0x29)
            *record = (EXCEPTION_RECORD){.ExceptionCode = CODE_FAST_FAIL};
#endif
    }
    record->ExceptionAddress = (void *)(uintptr_t)at->SEH_PC;
}

/* Whose exception it is: fills in `fault`. False: the host's own. */
static bool fault_take(int number, const siginfo_t *info, const ucontext_t *context) {
    uint64_t rip = (uint64_t)PC_OF(context);
    struct image *image = image_find((const void *)(uintptr_t)rip);
    bool fetch = number == SIGSEGV && access_of(context) == ACCESS_FETCH;
    if (image && image_is_native(image)) return false;
    if (!fault) {
        void *page = mmap(NULL, sizeof *fault, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) return false;
        fault = page;
    }
    context_take(context, &fault->context);
    if (!image && fetch) {
        /* A call of a wild pointer is the caller's. */
        CONTEXT caller = fault->context;
        image = seh_step_leaf(&caller) ? image_find((const void *)(uintptr_t)caller.SEH_PC) : NULL;
        if (image && image_is_native(image)) return false;
    }
    if (image) {
        record_make(&fault->record, number, info, context, &fault->context, !fetch);
        return true;
    }
    bool image_between;
    struct seh_frame *frame = seh_caller(&fault->context, &image_between);
    if (!frame || frame != seh_frames || image_between) return false;
    record_make(&fault->record, number, info, context, &fault->context, false);
    seh_context_of(frame, &fault->context);
    fault->record.ExceptionAddress = (void *)(uintptr_t)frame->rip;
    return true;
}

/* Says where, and has the signal happen again for whoever had it before: the sanitizer, or the system. */
static void fatal(int number, const siginfo_t *info, const ucontext_t *context, const char *what) {
    fprintf(stderr, "VERIFIER: %s: signal %d (%s), address %p\n", what, number, sigdescr_np(number), info->si_addr);
    seh_trace_from(stderr, (uint64_t)PC_OF(context), (uint64_t)SP_OF(context), (uint64_t)FP_OF(context));
    fflush(stderr);
    for (unsigned i = 0; i < SIGNALS; i++)
        if (signals[i] == number) sigaction(number, &before[i], NULL);
    if (number == SIGTRAP || info->si_code <= 0) raise(number);
}

/* What no handler may see. A native image has none for it; our own code that an image called was given a bad pointer. */
static const char *whose_fault(const ucontext_t *context) {
    if (image_find((const void *)(uintptr_t)PC_OF(context))) return "unhandled-exception";
    bool called = seh_in_call((uint64_t)PC_OF(context), (uint64_t)SP_OF(context), (uint64_t)FP_OF(context));
    /* * rule fault-in-call: a function of the system faulted on what an image gave it */
    return called ? "fault-in-call" : "host-fault";
}

bool ke_shared_fault(int number, const siginfo_t *info, ucontext_t *context); /* ke_shared.c */

/* A touch of guarded pool, or of a section that has gone, is a rule broken, whatever the driver may do about the
 * exception. */
static void guarded_fault(const siginfo_t *info, const ucontext_t *context) {
    static char text[512]; /* of the one that ends the process */
    const char *rule = verify_enabled ? ex_pool_explain(info->si_addr, text, sizeof text) : NULL;
    if (!rule && verify_enabled) rule = image_explain(info->si_addr, text, sizeof text);
    if (!rule || verify_expected(rule)) return;
    fflush(stdout);
    fprintf(stderr, "VERIFIER: %s: %s of %s\n", rule, access_of(context) == ACCESS_WRITE ? "a write" : "a read", text);
    seh_trace_from(stderr, (uint64_t)PC_OF(context), (uint64_t)SP_OF(context), (uint64_t)FP_OF(context));
    fflush(stderr);
    abort();
}

/* In a process of Wine's most are Wine's. */
static bool is_guests(int number, const ucontext_t *context) {
    uint64_t pc = (uint64_t)PC_OF(context);
    if (image_find((const void *)(uintptr_t)pc) || guest_is_host_code(pc)) return true;
    return seh_frames || (ps_this && ps_this->process == ps_system_process);
}

static void pass_on(int number, siginfo_t *info, void *context) {
    for (unsigned i = 0; i < SIGNALS; i++) {
        if (signals[i] != number) continue;
        if (before[i].sa_flags & SA_SIGINFO)
            before[i].sa_sigaction(number, info, context);
        else
            sigaction(number, &before[i], NULL);
    }
}

static void on_signal(int number, siginfo_t *info, void *argument) {
    ucontext_t *context = argument;
    if (ke_shared_fault(number, info, context)) return;
    if (guest && !is_guests(number, context)) {
        pass_on(number, info, argument);
        return;
    }
    uint64_t rsp = (uint64_t)SP_OF(context);
    bool assumed = seh_stack_assume(rsp);
    struct seh_stack stack = seh_stack();
    if (info->si_code <= 0) { /* somebody's kill() */
        fatal(number, info, context, "signal");
        return;
    }
    if (!assumed && rsp < stack.low + STACK_RESERVE && rsp + (1u << 20) > stack.low) {
        fatal(number, info, context, "stack-overflow");
        return;
    }
    if (number == SIGSEGV && info->si_code == SEGV_ACCERR) guarded_fault(info, context);
    if (!fault_take(number, info, context)) {
        fatal(number, info, context, whose_fault(context));
        return;
    }
    /* As if fault_landing had been called, by nobody. A stub's frame must not be overwritten: it is in use until the
     * exception is handled. */
#if defined(__x86_64__)
    greg_t *r = context->uc_mcontext.gregs;
    r[REG_RSP] = (greg_t)(((rsp - 256) & ~15ull) - 8);
    r[REG_RIP] = (greg_t)(uintptr_t)fault_landing;
    r[REG_RBP] = 0;
    r[REG_EFL] &= ~0x500; /* direction and trap flag */
#else
    SP_OF(context) = (rsp - 256) & ~15ull;
    PC_OF(context) = (uint64_t)(uintptr_t)fault_landing;
    FP_OF(context) = context->uc_mcontext.regs[30] = 0;
#endif
}

void seh_start(void) {
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (unsigned i = 0; i < SIGNALS; i++) {
        struct sigaction now;
        /* Twice would make our handler its own predecessor. */
        if (!sigaction(signals[i], NULL, &now) && (now.sa_flags & SA_SIGINFO) && now.sa_sigaction == on_signal)
            continue;
        if (guest) action.sa_mask = now.sa_mask;
        sigaction(signals[i], &action, &before[i]);
    }
    seh_thread_start();
}

void seh_thread_start(void) {
    stack_t now;
    seh_stack(); /* asking later, in a signal, would not be safe */
    if (signal_stack || sigaltstack(NULL, &now) || !(now.ss_flags & SS_DISABLE)) return; /* a sanitizer made one */
    void *stack = mmap(NULL, SIGNAL_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED) return;
    signal_stack = stack;
    sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = SIGNAL_STACK}, NULL);
}

void seh_thread_stop(void) {
    if (fault) munmap(fault, sizeof *fault);
    fault = NULL;
    if (!signal_stack) return;
    sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
    munmap(signal_stack, SIGNAL_STACK);
    signal_stack = NULL;
}
