/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Time, the machine, random numbers and hashes.
 */
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "host/sched.h"
#include "host/sha.h"
#include "host/win32_private.h"

#define UNIX_EPOCH 116444736000000000ull /* 1970 in Windows' time: 100 ns since 1601 */

static FILETIME file_time(void) {
    uint64_t time = sched_clock(CLOCK_REALTIME) / 100 + UNIX_EPOCH;
    return (FILETIME){.dwLowDateTime = (DWORD)time, .dwHighDateTime = (DWORD)(time >> 32)};
}

VOID NTAPI GetSystemTimeAsFileTime(LPFILETIME lpSystemTimeAsFileTime) {
    NT_ENTER(GetSystemTimeAsFileTime);
    *lpSystemTimeAsFileTime = file_time();
}

VOID NTAPI GetSystemTimePreciseAsFileTime(LPFILETIME lpSystemTimeAsFileTime) {
    NT_ENTER(GetSystemTimePreciseAsFileTime);
    *lpSystemTimeAsFileTime = file_time();
}

ULONGLONG NTAPI GetTickCount64(VOID) {
    NT_ENTER(GetTickCount64);
    return sched_clock(CLOCK_BOOTTIME) / 1000000;
}

BOOL NTAPI QueryPerformanceCounter(LARGE_INTEGER *lpPerformanceCount) {
    NT_ENTER(QueryPerformanceCounter);
    lpPerformanceCount->QuadPart = (LONGLONG)(sched_clock(CLOCK_MONOTONIC) / 100);
    return TRUE;
}

BOOL NTAPI QueryPerformanceFrequency(LARGE_INTEGER *lpFrequency) {
    NT_ENTER(QueryPerformanceFrequency);
    lpFrequency->QuadPart = 10000000; /* as Windows has it on all current machines */
    return TRUE;
}

/* --- the machine ------------------------------------------------------------------------------------------------- */

VOID NTAPI GetNativeSystemInfo(LPSYSTEM_INFO lpSystemInfo) {
    NT_ENTER(GetNativeSystemInfo);
    /* Under the seeded scheduler one thread runs at a time: a program that looks whether to spin had better not. */
    long processors = sched_on ? 1 : sysconf(_SC_NPROCESSORS_ONLN);
    memset(lpSystemInfo, 0, sizeof *lpSystemInfo);
#if defined(__x86_64__)
    lpSystemInfo->wProcessorArchitecture = PROCESSOR_ARCHITECTURE_AMD64;
#else
    lpSystemInfo->wProcessorArchitecture = PROCESSOR_ARCHITECTURE_ARM64;
#endif
    lpSystemInfo->dwPageSize = 4096;
    lpSystemInfo->dwAllocationGranularity = 65536;
    lpSystemInfo->dwNumberOfProcessors = processors > 0 ? (DWORD)processors : 1;
}

VOID NTAPI GetSystemInfo(LPSYSTEM_INFO lpSystemInfo) {
    NT_ENTER(GetSystemInfo);
    GetNativeSystemInfo(lpSystemInfo);
}

#if defined(__x86_64__)
USHORT win32_native_machine = IMAGE_FILE_MACHINE_AMD64;
#else
USHORT win32_native_machine = IMAGE_FILE_MACHINE_ARM64;
#endif

BOOL NTAPI IsWow64Process2(HANDLE hProcess, USHORT *pProcessMachine, USHORT *pNativeMachine) {
    NT_ENTER(IsWow64Process2);
    (void)hProcess;
    *pProcessMachine = IMAGE_FILE_MACHINE_UNKNOWN; /* not a 32-bit process */
    if (pNativeMachine) *pNativeMachine = win32_native_machine;
    return TRUE;
}

/* --- bcrypt ------------------------------------------------------------------------------------------------------ */

NTSTATUS NTAPI BCryptGenRandom(BCRYPT_ALG_HANDLE hAlgorithm, PUCHAR pbBuffer, ULONG cbBuffer, ULONG dwFlags) {
    NT_ENTER(BCryptGenRandom);
    if (hAlgorithm || dwFlags != BCRYPT_USE_SYSTEM_PREFERRED_RNG) return STATUS_INVALID_PARAMETER;
    if (NT_FAULT(BCryptGenRandom)) return STATUS_UNSUCCESSFUL;
    while (cbBuffer) {
        ssize_t got = getrandom(pbBuffer, cbBuffer, 0);
        if (got < 0) return STATUS_UNSUCCESSFUL;
        pbBuffer += got;
        cbBuffer -= (ULONG)got;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI BCryptHash(BCRYPT_ALG_HANDLE hAlgorithm, PUCHAR pbSecret, ULONG cbSecret, PUCHAR pbInput, ULONG cbInput,
                          PUCHAR pbOutput, ULONG cbOutput) {
    NT_ENTER(BCryptHash);
    struct sha sha;
    bool one = hAlgorithm == BCRYPT_SHA1_ALG_HANDLE;
    if (!one && hAlgorithm != BCRYPT_SHA256_ALG_HANDLE) return STATUS_NOT_SUPPORTED;
    if (pbSecret || cbSecret || cbOutput != (one ? SHA_1_SIZE : SHA_256_SIZE)) return STATUS_INVALID_PARAMETER;
    if (NT_FAULT(BCryptHash)) return STATUS_NO_MEMORY;
    sha_begin(&sha, one ? SHA_1 : SHA_256);
    sha_add(&sha, pbInput, cbInput);
    sha_end(&sha, pbOutput);
    return STATUS_SUCCESS;
}
