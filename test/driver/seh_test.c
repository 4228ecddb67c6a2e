/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Exceptions in PE code, by a small driver made for it (drivers/seh.c). The host is not started.
 */
#include "test/common/testing.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "host/seh.h"
#include "nt/contract.h"

#define CODE(status) ((uint32_t)(status))

static struct image *image;

/* The test drivers lie beside the tests: O/host/driver_test, O/win-x64/test/seh.sys. */
static void load(void) {
    char path[4096], why[512] = "";
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 64);
    ck_assert_int_gt(length, 0);
    path[length] = 0;
    strcpy(strrchr(path, '/'), "/../" TEST_WIN "/test/seh.sys");
    const char *named = getenv("WARREN_TEST_SEH");
    image = image_load(named ? named : path, why, sizeof why);
    ck_assert_msg(image != NULL, "%s", why);
    seh_start();
}

static void unload(void) {
    ck_assert_ptr_null(seh_frames);
    image_unload(image);
}

#define IMPORT(type, name, ...)                                                                                        \
    type(NTAPI *name)(__VA_ARGS__) = (type(NTAPI *)(__VA_ARGS__))(uintptr_t)image_symbol(image, #name);                \
    ck_assert_msg(name != NULL, #name)

/* --- raising calls ----------------------------------------------------------------------------------------------- */

START_TEST(a_raising_call_is_caught_with_its_code) {
    load();
    IMPORT(uint32_t, SehQuiet, void);
    IMPORT(uint32_t, SehRaise, NTSTATUS);
    ck_assert_uint_eq(SehQuiet(), 2);
    for (unsigned i = 0; i < 10000; i++) ck_assert_uint_eq(SehRaise((NTSTATUS)(0xc0000000 + i)), 0xc0000000 + i);
    unload();
}
END_TEST

#if defined(__x86_64__)
START_TEST(registers_survive_a_raise_through_frames_that_use_them_all) {
    load();
    IMPORT(uint32_t, SehChangedRegisters, uint32_t);
    ck_assert_uint_eq(SehChangedRegisters(0), 0);
    ck_assert_uint_eq(SehChangedRegisters(1), 0);
    unload();
}
END_TEST
#endif

START_TEST(filters_see_the_code_and_decide) {
    load();
    IMPORT(uint32_t, SehFilterByCode, NTSTATUS, NTSTATUS, NTSTATUS);
    ck_assert_uint_eq(SehFilterByCode(STATUS_UNSUCCESSFUL, STATUS_UNSUCCESSFUL, 0), 1);
    ck_assert_uint_eq(SehFilterByCode(STATUS_UNSUCCESSFUL, STATUS_NOT_SUPPORTED, STATUS_UNSUCCESSFUL), 2);
    unload();
}
END_TEST

START_TEST(finally_blocks_run_once_and_know_why) {
    char journal[64] = "";
    load();
    IMPORT(uint32_t, SehFinally, char *, NTSTATUS);
    ck_assert_uint_eq(SehFinally(journal, 0), 0);
    ck_assert_str_eq(journal, "abxyc");
    journal[0] = 0;
    ck_assert_uint_eq(SehFinally(journal, STATUS_UNSUCCESSFUL), CODE(STATUS_UNSUCCESSFUL));
    ck_assert_str_eq(journal, "afXYh");
    unload();
}
END_TEST

START_TEST(nested_scopes_of_one_frame_go_inside_out) {
    char journal[64] = "";
    load();
    IMPORT(uint32_t, SehSameFrame, char *);
    ck_assert_uint_eq(SehSameFrame(journal), CODE(STATUS_NOT_SUPPORTED));
    ck_assert_str_eq(journal, "ny123");
    unload();
}
END_TEST

START_TEST(a_finally_block_that_raises_replaces_the_exception) {
    char journal[64] = "";
    load();
    IMPORT(uint32_t, SehFinallyRaises, char *);
    ck_assert_uint_eq(SehFinallyRaises(journal), CODE(STATUS_NOT_SUPPORTED));
    ck_assert_str_eq(journal, "f1f2h");
    unload();
}
END_TEST

START_TEST(a_filter_may_raise_and_catch) {
    char journal[64] = "";
    load();
    IMPORT(uint32_t, SehFilterCatches, char *);
    ck_assert_uint_eq(SehFilterCatches(journal), CODE(STATUS_UNSUCCESSFUL));
    ck_assert_str_eq(journal, "ih");
    unload();
}
END_TEST

START_TEST(every_frame_of_a_deep_recursion_cleans_up) {
    load();
    IMPORT(uint32_t, SehDeep, uint32_t);
    ck_assert_uint_eq(SehDeep(300), 301);
    unload();
}
END_TEST

static void *raise_often(void *context) {
    IMPORT(uint32_t, SehRaise, NTSTATUS);
    IMPORT(uint32_t, SehLoad, const void *, EXCEPTION_RECORD *);
    NTSTATUS code = (NTSTATUS)(uintptr_t)context;
    EXCEPTION_RECORD record;
    seh_thread_start();
    for (unsigned i = 0; i < 2000; i++) {
        ck_assert_uint_eq(SehRaise(code), CODE(code));
        ck_assert_uint_eq(SehLoad((void *)(uintptr_t)(16 + i), &record), CODE(STATUS_ACCESS_VIOLATION));
        ck_assert_uint_eq(record.ExceptionInformation[1], 16 + i);
    }
    seh_thread_stop();
    return NULL;
}

START_TEST(threads_raise_independently) {
    pthread_t threads[4];
    load();
    for (unsigned i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, raise_often, (void *)(uintptr_t)(0xc0001000 + i));
    for (unsigned i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    unload();
}
END_TEST

/* --- faults ------------------------------------------------------------------------------------------------------ */

START_TEST(bad_addresses_are_access_violations_that_say_how_and_where) {
    EXCEPTION_RECORD record;
    uint32_t word = 0x12345678;
    load();
    IMPORT(uint32_t, SehLoad, const void *, EXCEPTION_RECORD *);
    IMPORT(uint32_t, SehStore, const void *, EXCEPTION_RECORD *);
    IMPORT(uint32_t, SehCall, const void *, void *, EXCEPTION_RECORD *);
    ck_assert_uint_eq(SehLoad(&word, &record), word);
    ck_assert_uint_eq(SehLoad((void *)0x1230, &record), CODE(STATUS_ACCESS_VIOLATION));
    ck_assert_uint_eq(record.NumberParameters, 2);
    ck_assert_uint_eq(record.ExceptionInformation[0], 0);
    ck_assert_uint_eq(record.ExceptionInformation[1], 0x1230);
    ck_assert_ptr_eq(image_find(record.ExceptionAddress), image);
    ck_assert_uint_eq(SehStore(image_base(image), &record), CODE(STATUS_ACCESS_VIOLATION));
    ck_assert_uint_eq(record.ExceptionInformation[0], 1);
    ck_assert_uint_eq(record.ExceptionInformation[1], (uintptr_t)image_base(image));
    ck_assert_uint_eq(SehCall(NULL, NULL, &record), CODE(STATUS_ACCESS_VIOLATION));
    ck_assert_uint_eq(record.ExceptionInformation[0], 8);
    ck_assert_ptr_null(record.ExceptionAddress);
    ck_assert_uint_eq(SehCall(&word, NULL, &record), CODE(STATUS_ACCESS_VIOLATION));
    ck_assert_uint_eq(record.ExceptionInformation[0], 8);
    ck_assert_uint_eq(record.ExceptionInformation[1], (uintptr_t)&word);
    ck_assert_uint_eq(SehLoad((void *)0x8000000000000000u, &record), CODE(STATUS_ACCESS_VIOLATION));
#if defined(__x86_64__) /* whose processor does not say what such an address was */
    ck_assert_uint_eq(record.ExceptionInformation[1], UINT64_MAX);
#endif
    unload();
}
END_TEST

#if defined(__x86_64__) /* ARM64's processor gives 0 */
START_TEST(division_by_zero_is_an_exception) {
    int values[3] = {42, 0, 0};
    EXCEPTION_RECORD record;
    load();
    IMPORT(uint32_t, SehDivide, int *, EXCEPTION_RECORD *);
    ck_assert_uint_eq(SehDivide(values, &record), 0xc0000094);
    values[1] = 2;
    ck_assert_uint_eq(SehDivide(values, &record), 0);
    ck_assert_int_eq(values[2], 21);
    unload();
}
END_TEST
#endif

static void NTAPI repair(void *address) {
    mprotect((void *)((uintptr_t)address & ~4095ull), 4096, PROT_READ | PROT_WRITE);
    *(uint32_t *)address = 77;
}

START_TEST(a_filter_may_repair_and_continue) {
    uint8_t *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    load();
    IMPORT(uint32_t, SehContinue, void *, const void *);
    ck_assert_uint_eq(SehContinue(page + 64, (const void *)repair), 77);
    unload();
}
END_TEST

/* RtlRaiseException reads what it is given. */
START_TEST(a_bad_pointer_given_to_a_raising_host_function_is_the_callers_exception) {
    EXCEPTION_RECORD record,
        raised = {.ExceptionCode = (NTSTATUS)0xe0001234, .NumberParameters = 1, .ExceptionInformation = {99}};
    load();
    const struct host_export *export = host_export_find("NTOSKRNL.EXE", "RtlRaiseException");
    IMPORT(uint32_t, SehCall, const void *, void *, EXCEPTION_RECORD *);
    ck_assert_uint_eq(SehCall(export->bound, &raised, &record), 0xe0001234);
    ck_assert_uint_eq(record.ExceptionInformation[0], 99);
    ck_assert_uint_eq(SehCall(export->bound, (void *)0x4560, &record), CODE(STATUS_ACCESS_VIOLATION));
    ck_assert_uint_eq(record.ExceptionInformation[1] & ~0xffull, 0x4500);
    ck_assert_ptr_eq(image_find(record.ExceptionAddress), image);
    unload();
}
END_TEST

#if defined(__x86_64__)
/* --- unwinding at every instruction ----------------------------------------------------------------------------- */

/* uint64_t step_call(function, first, second): calls with the trap flag set. */
__asm__(".text\n"
        "step_call:\n"
        " push %rbp\n mov %rsp, %rbp\n sub $48, %rsp\n"
        " mov %rdi, %rax\n mov %rsi, %rcx\n"
        " pushf\n orq $0x100, (%rsp)\n popf\n"
        " call *%rax\n"
        "step_return:\n"
        " pushf\n andq $~0x100, (%rsp)\n popf\n"
        " leave\n ret\n");
uint64_t step_call(void *function, const void *first, uint64_t second);
extern char step_return[];

static struct {
    bool begun;
    uint64_t rsp, kept[8];
    unsigned steps, bad_address, bad_stack, bad_registers;
} stepping;

static const int kept_registers[8] = {REG_RBX, REG_RBP, REG_RSI, REG_RDI, REG_R12, REG_R13, REG_R14, REG_R15};

static void on_step(int number, siginfo_t *info, void *argument) {
    const greg_t *r = ((ucontext_t *)argument)->uc_mcontext.gregs;
    (void)number, (void)info;
    if (image_find((void *)(uintptr_t)r[REG_RIP]) != image) return;
    if (!stepping.begun) {
        stepping.begun = true;
        stepping.rsp = (uint64_t)r[REG_RSP] + 8;
        for (unsigned i = 0; i < 8; i++) stepping.kept[i] = (uint64_t)r[kept_registers[i]];
    }
    CONTEXT context = {.Rip = (uint64_t)r[REG_RIP],
                       .Rsp = (uint64_t)r[REG_RSP],
                       .Rbx = (uint64_t)r[REG_RBX],
                       .Rbp = (uint64_t)r[REG_RBP],
                       .Rsi = (uint64_t)r[REG_RSI],
                       .Rdi = (uint64_t)r[REG_RDI],
                       .R12 = (uint64_t)r[REG_R12],
                       .R13 = (uint64_t)r[REG_R13],
                       .R14 = (uint64_t)r[REG_R14],
                       .R15 = (uint64_t)r[REG_R15]};
    for (unsigned i = 0; i < 64 && image_find((void *)(uintptr_t)context.Rip) == image; i++) {
        uint64_t base;
        struct seh_step step;
        const RUNTIME_FUNCTION *function = seh_function(context.Rip, &base);
        if (!(function ? seh_step(0, base, context.Rip, function, &context, &step) : seh_step_leaf(&context))) break;
    }
    const uint64_t now[8] = {context.Rbx, context.Rbp, context.Rsi, context.Rdi,
                             context.R12, context.R13, context.R14, context.R15};
    stepping.steps++;
    stepping.bad_address += context.Rip != (uint64_t)(uintptr_t)step_return;
    stepping.bad_stack += context.Rsp != stepping.rsp;
    stepping.bad_registers += memcmp(now, stepping.kept, sizeof now) != 0;
}

START_TEST(unwinding_is_right_at_every_instruction_of_prologue_body_and_epilogue) {
    static const char *const names[] = {"SehFinally", "SehQuiet", "SehStep"};
    struct sigaction action = {.sa_sigaction = on_step, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    load();
    sigaction(SIGTRAP, &action, NULL);
    for (unsigned i = 0; i < 3; i++) {
        char journal[64] = "";
        memset(&stepping, 0, sizeof stepping);
        step_call(image_symbol(image, names[i]), journal, 0);
        ck_assert_uint_gt(stepping.steps, 3);
        ck_assert_uint_eq(stepping.bad_address, 0);
        ck_assert_uint_eq(stepping.bad_stack, 0);
        ck_assert_uint_eq(stepping.bad_registers, 0);
    }
    unload();
}
END_TEST
#endif

/* --- what must not be survived ----------------------------------------------------------------------------------- */

/* Runs in a child, which has to die, having said all of the texts. */
static void dies(void (*function)(void), const char *const *texts) {
    int pipes[2], status;
    char said[65536];
    size_t length = 0;
    ck_assert_int_eq(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(pipes[1], STDERR_FILENO);
        close(pipes[0]);
        close(pipes[1]);
        function();
        _exit(0);
    }
    close(pipes[1]);
    for (ssize_t got; length < sizeof said - 1 && (got = read(pipes[0], said + length, sizeof said - 1 - length)) > 0;)
        length += (size_t)got;
    said[length] = 0;
    close(pipes[0]);
    waitpid(child, &status, 0);
    ck_assert_msg(WIFSIGNALED(status) || WEXITSTATUS(status), "it survived: %s", said);
    for (; *texts; texts++) ck_assert_msg(strstr(said, *texts) != NULL, "did not say '%s' but: %s", *texts, said);
}

static void raise_uncaught(void) {
    IMPORT(void, SehWithoutHandler, void *);
    SehWithoutHandler((void *)(intptr_t)STATUS_UNSUCCESSFUL);
}

static volatile unsigned called_back; /* also keeps the call from becoming a jump */

static void NTAPI call_back(void *context) {
    ((void(NTAPI *)(void *))(uintptr_t)image_symbol(image, "SehWithoutHandler"))(context);
    called_back++;
}

static void raise_across_the_host(void) {
    EXCEPTION_RECORD record;
    IMPORT(uint32_t, SehCall, const void *, void *, EXCEPTION_RECORD *);
    SehCall((const void *)call_back, (void *)(intptr_t)STATUS_UNSUCCESSFUL, &record);
}

static void NTAPI raise_wrongly(void *context) { seh_raise((NTSTATUS)(intptr_t)context, 0, NULL); }

static void raise_from_a_plain_export(void) {
    EXCEPTION_RECORD record;
    IMPORT(uint32_t, SehCall, const void *, void *, EXCEPTION_RECORD *);
    SehCall((const void *)raise_wrongly, (void *)(intptr_t)STATUS_UNSUCCESSFUL, &record);
}

static void fail_fast(void) {
    IMPORT(void, SehFastFail, void);
    SehFastFail();
}

static void NTAPI fault_wrongly(void *context) { *(volatile int *)context = 1; }

static void fault_in_the_host(void) {
    EXCEPTION_RECORD record;
    IMPORT(uint32_t, SehCall, const void *, void *, EXCEPTION_RECORD *);
    SehCall((const void *)fault_wrongly, (void *)0x40, &record);
}

START_TEST(an_exception_that_nobody_wants_is_a_bug_check_with_a_backtrace) {
    load();
    dies(raise_uncaught,
         (const char *const[]){"unhandled-exception: 0xc0000001 at seh.sys+", "(SehWithoutHandler+", NULL});
    dies(raise_across_the_host, (const char *const[]){"unhandled-exception: 0xc0000001", "(SehCall+", NULL});
    dies(raise_from_a_plain_export, (const char *const[]){"raise-uncaught", "(SehCall+", NULL});
    unload();
}
END_TEST

static void overflow(void) {
    IMPORT(uint32_t, SehDeep, uint32_t);
    SehDeep(1u << 30);
}

static void *fault_without_signal_stack(void *context) {
    EXCEPTION_RECORD record;
    IMPORT(uint32_t, SehLoad, const void *, EXCEPTION_RECORD *);
    *(uint32_t *)context = SehLoad((void *)64, &record);
    return NULL;
}

START_TEST(a_thread_that_the_host_does_not_know_may_fault_too) {
    pthread_t thread;
    uint32_t code = 0;
    load();
    pthread_create(&thread, NULL, fault_without_signal_stack, &code);
    pthread_join(thread, NULL);
    ck_assert_uint_eq(code, CODE(STATUS_ACCESS_VIOLATION));
    unload();
}
END_TEST

/* ThreadSanitizer runs signal handlers in a frame of its own, through which a backtrace does not lead. */
#if __has_feature(thread_sanitizer)
#define IN_BACKTRACE(text) NULL
#else
#define IN_BACKTRACE(text) text
#endif

START_TEST(a_stack_overflow_is_named) {
    load();
    dies(overflow, (const char *const[]){"stack-overflow", IN_BACKTRACE("seh.sys+"), NULL});
    unload();
}
END_TEST

START_TEST(fast_fail_cannot_be_caught) {
    load();
    dies(fail_fast, (const char *const[]){"fast-fail: code 2", "(SehFastFail+", NULL});
    unload();
}
END_TEST

START_TEST(a_fault_of_the_host_itself_is_not_passed_to_the_driver) {
    load();
    dies(fault_in_the_host, (const char *const[]){"fault-in-call", IN_BACKTRACE("(SehCall+"), NULL});
    unload();
}
END_TEST

/* --- native images ----------------------------------------------------------------------------------------------- */

START_TEST(native_code_catches_what_the_host_raises) {
    volatile unsigned reached = 0;
    for (unsigned i = 0; i < 3; i++) {
        NT_TRY {
            NT_TRY {
                seh_raise(STATUS_UNSUCCESSFUL, 0, NULL);
            } NT_EXCEPT {
                ck_assert_int_eq(NT_EXCEPTION_CODE(), STATUS_UNSUCCESSFUL);
                reached++;
                seh_raise(STATUS_NOT_SUPPORTED, 0, NULL);
            } NT_END_TRY
        } NT_EXCEPT {
            ck_assert_int_eq(NT_EXCEPTION_CODE(), STATUS_NOT_SUPPORTED);
            reached++;
        } NT_END_TRY
    }
    ck_assert_uint_eq(reached, 6);
}
END_TEST

#if defined(__x86_64__)
TEST_CASES(registers, division_by_zero_is_an_exception, registers_survive_a_raise_through_frames_that_use_them_all,
           unwinding_is_right_at_every_instruction_of_prologue_body_and_epilogue)
#endif
TEST_CASES(exceptions, a_raising_call_is_caught_with_its_code, filters_see_the_code_and_decide,
           finally_blocks_run_once_and_know_why, nested_scopes_of_one_frame_go_inside_out,
           a_finally_block_that_raises_replaces_the_exception, a_filter_may_raise_and_catch,
           every_frame_of_a_deep_recursion_cleans_up, threads_raise_independently,
           bad_addresses_are_access_violations_that_say_how_and_where, a_filter_may_repair_and_continue,
           a_bad_pointer_given_to_a_raising_host_function_is_the_callers_exception,
           an_exception_that_nobody_wants_is_a_bug_check_with_a_backtrace, fast_fail_cannot_be_caught,
           a_thread_that_the_host_does_not_know_may_fault_too, a_stack_overflow_is_named,
           a_fault_of_the_host_itself_is_not_passed_to_the_driver, native_code_catches_what_the_host_raises)
