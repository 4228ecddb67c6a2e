/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The page that Windows shows to everybody at a fixed address: on 64-bit systems KeQuerySystemTime, KeQueryInterruptTime
 * and KeQueryTickCount are inlined reads of it. The address is not ours to map, so the read faults; the instruction is
 * then run on a copy that was brought up to date, with the registers that point there changed for this one step.
 */
#include "host/seh.h"

#include <signal.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "host/sched.h"

#if defined(__x86_64__)
#define PAGE_AT 0xfffff78000000000u
#define TRAP_FLAG 0x100

enum {
    INTERRUPT_TIME = 0x08,
    SYSTEM_TIME = 0x14,
    SYSTEM_ROOT = 0x30,
    BUILD_NUMBER = 0x260,
    PRODUCT_TYPE = 0x264,
    PRODUCT_TYPE_VALID = 0x268,
    MAJOR_VERSION = 0x26c,
    MINOR_VERSION = 0x270,
    QPC_FREQUENCY = 0x300,
    TICK_COUNT = 0x320,
    PROCESSORS = 0x3c0
};

static _Alignas(4096) uint8_t page[4096];
static const uint8_t registers[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RBP, REG_RSI, REG_RDI, REG_R8,
                                    REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
#define REGISTERS (sizeof registers)
/* Of the instruction that is being stepped over: the registers that point into the copy. */
static __thread struct {
    bool on;
    uint64_t pointers[REGISTERS]; /* 0: not changed */
} step;

#define UNSEEN __attribute__((disable_sanitizer_instrumentation)) /* races with readers, as it does on Windows */

typedef uint64_t __attribute__((aligned(1))) unaligned64;
typedef uint32_t __attribute__((aligned(1))) unaligned32;

UNSEEN static void put32(unsigned offset, uint32_t value) { *(volatile unaligned32 *)(page + offset) = value; }
UNSEEN static void put64(unsigned offset, uint64_t value) { *(volatile unaligned64 *)(page + offset) = value; }

UNSEEN static void put_time(unsigned offset, uint64_t time) {
    put64(offset, time);
    put32(offset + 8, (uint32_t)(time >> 32)); /* again, for those who read in halves */
}

/* Threads that do so at once write the same, or nearly. */
UNSEEN static void refresh(void) {
    static const WCHAR root[] = L"C:\\Windows";
    RTL_OSVERSIONINFOW version = {.dwOSVersionInfoSize = sizeof version};
    ULONG tick = KeQueryTimeIncrement();
    uint64_t interrupt = sched_clock(CLOCK_MONOTONIC) / 100;
    uint64_t system = sched_clock(CLOCK_REALTIME) / 100 + 116444736000000000u;

    put_time(INTERRUPT_TIME, interrupt - interrupt % tick);
    put_time(SYSTEM_TIME, system - system % tick);
    put_time(TICK_COUNT, interrupt / tick);
    for (unsigned at = 0; at < sizeof root / sizeof *root; at++)
        ((volatile WCHAR *)(page + SYSTEM_ROOT))[at] = root[at];
    put64(QPC_FREQUENCY, 10000000);
    put32(PROCESSORS, (uint32_t)sysconf(_SC_NPROCESSORS_ONLN));
    put32(PRODUCT_TYPE, 1); /* a workstation */
    ((volatile uint8_t *)page)[PRODUCT_TYPE_VALID] = 1;
    if (ke_irql() != PASSIVE_LEVEL || !NT_SUCCESS(RtlGetVersion((PRTL_OSVERSIONINFOW)&version))) return;
    put32(BUILD_NUMBER, version.dwBuildNumber);
    put32(MAJOR_VERSION, version.dwMajorVersion);
    put32(MINOR_VERSION, version.dwMinorVersion);
}

/* mov from an address inside the instruction: those have no register to change. */
UNSEEN static bool move_absolute(greg_t *r, uint64_t address) {
    const uint8_t *code = (const uint8_t *)(uintptr_t)r[REG_RIP];
    bool wide = code[0] == 0x48;
    uint64_t value, named;

    if (code[wide] != 0xa1) return false;
    memcpy(&named, code + wide + 1, 8);
    if (named != address) return false;
    const uint8_t *copy = page + (address - PAGE_AT);
    value = wide ? *(const volatile unaligned64 *)copy : *(const volatile unaligned32 *)copy;
    r[REG_RAX] = (greg_t)value;
    r[REG_RIP] += wide + 9;
    return true;
}

/* Any of them may be the one that it reads by. */
static bool step_begin(greg_t *r) {
    for (unsigned at = 0; at < REGISTERS; at++) {
        uint64_t offset = (uint64_t)r[registers[at]] - PAGE_AT;
        step.pointers[at] = offset < sizeof page ? (uintptr_t)page + offset : 0;
        if (!step.pointers[at]) continue;
        r[registers[at]] = (greg_t)step.pointers[at];
        step.on = true;
    }
    if (step.on) r[REG_EFL] |= TRAP_FLAG;
    return step.on;
}

static void step_end(greg_t *r) {
    for (unsigned at = 0; at < REGISTERS; at++) /* Unless the instruction loaded it. */
        if (step.pointers[at] && (uint64_t)r[registers[at]] == step.pointers[at])
            r[registers[at]] = (greg_t)(uint64_t)(step.pointers[at] - (uintptr_t)page + PAGE_AT);
    r[REG_EFL] &= ~(greg_t)TRAP_FLAG;
    step.on = false;
}

bool ke_shared_fault(int number, const siginfo_t *info, ucontext_t *context) {
    greg_t *r = context->uc_mcontext.gregs;
    uint64_t address = (uint64_t)(uintptr_t)info->si_addr;

    if (step.on) {
        step_end(r);
        return number == SIGTRAP;
    }
    if (number != SIGSEGV || info->si_code == SI_KERNEL || address - PAGE_AT > sizeof page - 8) return false;
    /* Reads by images only. */
    if (r[REG_ERR] & 2 || !image_find((const void *)(uintptr_t)r[REG_RIP])) return false;
    refresh();
    return move_absolute(r, address) || step_begin(r);
}
#else
/* ARM64's images are not helped: a read of that page faults. */
bool ke_shared_fault(int number, const siginfo_t *info, ucontext_t *context) {
    (void)number, (void)info, (void)context;
    return false;
}
#endif
