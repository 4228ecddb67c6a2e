/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A driver whose exported functions raise and catch, for the tests of the host's exception handling. None of them needs
 * DriverEntry to have run.
 */
#include "nt/nt.h"
#include "nt/contract.h"

#define EXPORTED __declspec(dllexport) __attribute__((noinline))

void *_exception_info(void);
int _abnormal_termination(void);

typedef void CALLBACK_ROUTINE(void *Context);

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    (void)DriverObject, (void)RegistryPath;
    return STATUS_SUCCESS;
}

EXPORTED ULONG SehQuiet(void) {
    ULONG Result = 1;
    __try {
        Result = 2;
    } __except (1) {
        Result = 3;
    }
    return Result;
}

EXPORTED ULONG SehRaise(NTSTATUS Status) {
    __try {
        ExRaiseStatus(Status);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return (ULONG)_exception_code();
    }
    return 0;
}

static int Note(EXCEPTION_POINTERS *Pointers, EXCEPTION_RECORD *Record, int Answer) {
    *Record = *Pointers->ExceptionRecord;
    return Answer;
}

EXPORTED ULONG SehLoad(volatile ULONG *Address, EXCEPTION_RECORD *Record) {
    ULONG Value;
    __try {
        Value = *Address;
    } __except (Note(_exception_info(), Record, EXCEPTION_EXECUTE_HANDLER)) {
        return (ULONG)_exception_code();
    }
    return Value;
}

EXPORTED ULONG SehStore(volatile ULONG *Address, EXCEPTION_RECORD *Record) {
    __try {
        *Address = 1;
    } __except (Note(_exception_info(), Record, EXCEPTION_EXECUTE_HANDLER)) {
        return (ULONG)_exception_code();
    }
    return 0;
}

/* Also how a test reaches a function of the host with arguments of its choice. */
EXPORTED ULONG SehCall(CALLBACK_ROUTINE *Routine, void *Context, EXCEPTION_RECORD *Record) {
    __try {
        Routine(Context);
    } __except (Note(_exception_info(), Record, EXCEPTION_EXECUTE_HANDLER)) {
        return (ULONG)_exception_code();
    }
    return 0;
}

EXPORTED ULONG SehDivide(volatile int *Values, EXCEPTION_RECORD *Record) {
    __try {
        Values[2] = Values[0] / Values[1];
    } __except (Note(_exception_info(), Record, EXCEPTION_EXECUTE_HANDLER)) {
        return (ULONG)_exception_code();
    }
    return 0;
}

EXPORTED ULONG SehFilterByCode(NTSTATUS Status, NTSTATUS Inner, NTSTATUS Outer) {
    __try {
        __try {
            ExRaiseStatus(Status);
        } __except ((NTSTATUS)_exception_code() == Inner) {
            return 1;
        }
    } __except ((NTSTATUS)_exception_code() == Outer) {
        return 2;
    }
    return 3;
}

static void Say(char *Journal, char Word) {
    while (*Journal) Journal++;
    Journal[0] = Word;
    Journal[1] = 0;
}

static int SayFilter(char *Journal, char Word, int Answer) {
    Say(Journal, Word);
    return Answer;
}

static __attribute__((noinline)) void Finally(char *Journal, NTSTATUS Status) {
    __try {
        __try {
            Say(Journal, 'a');
            if (Status) ExRaiseStatus(Status);
            Say(Journal, 'b');
        } __finally {
            Say(Journal, _abnormal_termination() ? 'X' : 'x');
        }
    } __finally {
        Say(Journal, _abnormal_termination() ? 'Y' : 'y');
    }
    Say(Journal, 'c');
}

EXPORTED ULONG SehFinally(char *Journal, NTSTATUS Status) {
    __try {
        Finally(Journal, Status);
    } __except (SayFilter(Journal, 'f', EXCEPTION_EXECUTE_HANDLER)) {
        Say(Journal, 'h');
        return (ULONG)_exception_code();
    }
    return 0;
}

/* The __finally of the frame that catches: inside of the __try, so it runs before the handler. */
EXPORTED ULONG SehSameFrame(char *Journal) {
    __try {
        __try {
            __try {
                ExRaiseStatus(STATUS_UNSUCCESSFUL);
            } __finally {
                Say(Journal, '1');
            }
        } __except (SayFilter(Journal, 'n', EXCEPTION_CONTINUE_SEARCH)) {
            Say(Journal, '!');
        }
    } __except (SayFilter(Journal, 'y', EXCEPTION_EXECUTE_HANDLER)) {
        Say(Journal, '2');
        __try {
            ExRaiseStatus(STATUS_NOT_SUPPORTED); /* in a handler: for somebody else's */
        } __except (EXCEPTION_EXECUTE_HANDLER) {
            Say(Journal, '3');
            return (ULONG)_exception_code();
        }
    }
    return 0;
}

EXPORTED ULONG SehFinallyRaises(char *Journal) {
    __try {
        __try {
            __try {
                ExRaiseStatus(STATUS_UNSUCCESSFUL);
            } __finally {
                Say(Journal, '1');
                ExRaiseStatus(STATUS_NOT_SUPPORTED);
            }
        } __finally {
            Say(Journal, '2');
        }
    } __except (SayFilter(Journal, 'f', EXCEPTION_EXECUTE_HANDLER)) {
        Say(Journal, 'h');
        return (ULONG)_exception_code();
    }
    return 0;
}

static int FilterThatCatches(char *Journal) {
    __try {
        ExRaiseStatus(STATUS_NOT_SUPPORTED);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        Say(Journal, (NTSTATUS)_exception_code() == STATUS_NOT_SUPPORTED ? 'i' : '!');
    }
    return EXCEPTION_EXECUTE_HANDLER;
}

EXPORTED ULONG SehFilterCatches(char *Journal) {
    __try {
        ExRaiseStatus(STATUS_UNSUCCESSFUL);
    } __except (FilterThatCatches(Journal)) {
        Say(Journal, 'h');
        return (ULONG)_exception_code();
    }
    return 0;
}

static int Repair(EXCEPTION_POINTERS *Pointers, CALLBACK_ROUTINE *Routine) {
    Routine((void *)(ULONG_PTR)Pointers->ExceptionRecord->ExceptionInformation[1]);
    return EXCEPTION_CONTINUE_EXECUTION;
}

EXPORTED ULONG SehContinue(volatile ULONG *Address, CALLBACK_ROUTINE *Routine) {
    ULONG Value = 0;
    __try {
        Value = *Address;
    } __except (Repair(_exception_info(), Routine)) {
        return 0;
    }
    return Value;
}

static __attribute__((noinline)) ULONG Recurse(ULONG Depth, volatile ULONG *Left) {
    ULONG Result = 0;
    __try {
        if (Depth == 0) ExRaiseStatus(STATUS_UNSUCCESSFUL);
        Result = Recurse(Depth - 1, Left) + 1;
    } __finally {
        (*Left)++;
    }
    return Result;
}

EXPORTED ULONG SehDeep(ULONG Depth) {
    volatile ULONG Left = 0;
    __try {
        Recurse(Depth, &Left);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return Left;
    }
    return 0;
}

/* Many registers, a frame, an inner call and an epilogue with pops, for single steps. */
static __attribute__((noinline)) ULONG Mix(ULONG A, ULONG B, ULONG C, ULONG D, ULONG E, volatile ULONG *F) {
    ULONG Values[16];
    for (ULONG i = 0; i < 16; i++) Values[i] = A * i + B;
    for (ULONG i = 0; i < 16; i++) *F += Values[(i * C + D) & 15] ^ E;
    return *F;
}

EXPORTED ULONG SehStep(void *Unused, ULONG Seed) {
    volatile ULONG Sum = 0;
    ULONG A = Mix(Seed, 1, 2, 3, 4, &Sum), B = Mix(Seed, 5, 6, 7, 8, &Sum), C = Mix(A, B, 9, 10, 11, &Sum);
    (void)Unused;
    return (A ^ B) + C + Mix(A, B, C, A, B, &Sum);
}

EXPORTED void SehRaiseOnly(void *Context) { ExRaiseStatus((NTSTATUS)(LONG_PTR)Context); }
EXPORTED void SehWithoutHandler(void *Context) {
    SehRaiseOnly(Context);
    SehQuiet();
}
#if defined(_M_X64)
EXPORTED void SehFastFail(void) { __asm__ volatile("int $0x29" : : "c"(2ull)); }
#else
EXPORTED void SehFastFail(void) { __asm__ volatile("mov x0, #2\n brk #0xf003" : : : "x0"); }
#endif

#if defined(_M_X64)
/* SehRegisters(Function, Argument, Result): fills every register that a call has to preserve, calls Function(Argument),
 * and counts those that changed. What lies between raises out of functions that save and spoil them all: SehSpoilSmall
 * with pushes and a frame register, SehSpoilLarge with every far form of the unwind codes. */
__asm__(".text\n"
        ".macro each_xmm do:vararg\n"
        ".irp n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n \\do \\n\n .endr\n"
        ".endm\n"
        ".macro each_integer do:vararg\n"
        ".irp r, rbx, rsi, rdi, r12, r13, r14, r15\n \\do \\r\n .endr\n"
        ".endm\n"
        ".macro save_xmm n\n movaps %xmm\\n, 32+(\\n-6)*16(%rsp)\n .seh_savexmm %xmm\\n, 32+(\\n-6)*16\n .endm\n"
        ".macro load_xmm n\n movaps 32+(\\n-6)*16(%rsp), %xmm\\n\n .endm\n"
        ".macro save_xmm_far n\n movaps %xmm\\n, 0x110000+(\\n-6)*16(%rsp)\n"
        " .seh_savexmm %xmm\\n, 0x110000+(\\n-6)*16\n .endm\n"
        ".macro load_xmm_far n\n movaps 0x110000+(\\n-6)*16(%rsp), %xmm\\n\n .endm\n"
        ".macro push_one r\n push %\\r\n .seh_pushreg %\\r\n .endm\n"
        ".macro spoil_xmm n\n pcmpeqd %xmm\\n, %xmm\\n\n .endm\n"
        ".macro spoil r\n mov $-1, %\\r\n .endm\n"
        ".macro set_xmm n\n mov $0x4000+\\n, %eax\n movd %eax, %xmm\\n\n pshufd $0, %xmm\\n, %xmm\\n\n .endm\n"
        ".macro test_xmm n\n mov $0x4000+\\n, %eax\n movd %eax, %xmm0\n pshufd $0, %xmm0, %xmm0\n"
        " pcmpeqd %xmm\\n, %xmm0\n pmovmskb %xmm0, %eax\n cmp $0xffff, %eax\n setne %al\n movzx %al, %eax\n"
        " add %eax, (%rdx)\n .endm\n"
        ".macro set r\n mov $seed, %\\r\n .set seed, seed+0x111\n .endm\n"
        ".macro test r\n cmp $seed, %\\r\n setne %al\n movzx %al, %eax\n add %eax, (%rdx)\n"
        " .set seed, seed+0x111\n .endm\n"

        ".globl SehRegisters\n .def SehRegisters; .scl 2; .type 32; .endef\n"
        ".seh_proc SehRegisters\n"
        "SehRegisters:\n"
        " push_one rbp\n each_integer push_one\n"
        " sub $216, %rsp\n .seh_stackalloc 216\n"
        " each_xmm save_xmm\n"
        " .seh_endprologue\n"
        " mov %r8, 192(%rsp)\n"
        " mov %rcx, %r10\n mov %rdx, %rcx\n"
        " each_xmm set_xmm\n"
        " .set seed, 0x1000\n each_integer set\n"
        " mov $0x7777, %ebp\n"
        " call *%r10\n"
        " mov 192(%rsp), %rdx\n movl $0, (%rdx)\n"
        " .set seed, 0x1000\n each_integer test\n"
        " cmp $0x7777, %rbp\n setne %al\n movzx %al, %eax\n add %eax, (%rdx)\n"
        " each_xmm test_xmm\n"
        " each_xmm load_xmm\n"
        " add $216, %rsp\n pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rdi\n pop %rsi\n pop %rbx\n pop %rbp\n"
        " ret\n .seh_endproc\n"

        ".seh_proc SehSpoilSmall\n"
        "SehSpoilSmall:\n"
        " push_one rbp\n each_integer push_one\n"
        " sub $200, %rsp\n .seh_stackalloc 200\n"
        " lea 32(%rsp), %rbp\n .seh_setframe %rbp, 32\n"
        " each_xmm save_xmm\n"
        " .seh_endprologue\n"
        " each_integer spoil\n each_xmm spoil_xmm\n"
        " sub $4096, %rsp\n" /* as alloca does: only the frame register knows the way back */
        " call SehRaiseOnly\n nop\n int3\n .seh_endproc\n"

        ".seh_proc SehSpoilLarge\n"
        "SehSpoilLarge:\n"
        " sub $0x120008, %rsp\n .seh_stackalloc 0x120008\n"
        " mov %rbx, 0x100000(%rsp)\n .seh_savereg %rbx, 0x100000\n"
        " mov %rbp, 0x100(%rsp)\n .seh_savereg %rbp, 0x100\n"
        " mov %rsi, 0x100010(%rsp)\n .seh_savereg %rsi, 0x100010\n"
        " mov %rdi, 0x100018(%rsp)\n .seh_savereg %rdi, 0x100018\n"
        " mov %r12, 0x100020(%rsp)\n .seh_savereg %r12, 0x100020\n"
        " mov %r13, 0x100028(%rsp)\n .seh_savereg %r13, 0x100028\n"
        " mov %r14, 0x100030(%rsp)\n .seh_savereg %r14, 0x100030\n"
        " mov %r15, 0x100038(%rsp)\n .seh_savereg %r15, 0x100038\n"
        " each_xmm save_xmm_far\n"
        " .seh_endprologue\n"
        " each_integer spoil\n each_xmm spoil_xmm\n mov $-1, %rbp\n"
        " call SehRaiseOnly\n nop\n int3\n .seh_endproc\n");

void SehSpoilSmall(void *Context);
void SehSpoilLarge(void *Context);
void SehRegisters(void (*Function)(void *), void *Argument, ULONG *Changed);

static __attribute__((noinline)) void CatchSmall(void *Context) {
    __try {
        SehSpoilSmall(Context);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
    }
}

static __attribute__((noinline)) void CatchLarge(void *Context) {
    __try {
        SehSpoilLarge(Context);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
    }
}

EXPORTED ULONG SehChangedRegisters(ULONG Large) {
    ULONG Changed = ~0u;
    SehRegisters(Large ? CatchLarge : CatchSmall, (void *)(LONG_PTR)STATUS_UNSUCCESSFUL, &Changed);
    return Changed;
}
#endif
