/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Addresses of user mode: what a driver may believe of them. All processes share one Linux address space; what Linux lets
 * this one read and write is what user mode may.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "host/image.h"
#include "host/mm.h"
#include "host/os.h"

bool mm_is_user_range(const void *address, size_t size) {
    ULONG_PTR begin = (ULONG_PTR)address;
    /* Kernel memory lies in large regions: a range that begins and ends outside of them and is no longer than they are
     * does not reach over them. */
    return begin + size >= begin && begin + size <= MM_USER_PROBE_ADDRESS && mm_is_user_address(address) &&
           (size == 0 || mm_is_user_address((const char *)address + size - 1));
}

const void *mm_user_bad(const void *address, size_t size, bool write) {
    ULONG_PTR begin = (ULONG_PTR)address & ~(ULONG_PTR)(PAGE_SIZE - 1), end = (ULONG_PTR)address + size, bad;

    if (size == 0) return NULL;
    end = (end + PAGE_SIZE - 1) & ~(ULONG_PTR)(PAGE_SIZE - 1);
    if (os_populate(begin, end, write)) return NULL;
    bad = os_accessible(begin, end, write);
    if (bad >= end) return NULL;
    return bad < (ULONG_PTR)address ? address : (const void *)bad;
}

int mm_protection(ULONG protection) {
    switch (protection) {
    case PAGE_NOACCESS: return PROT_NONE;
    case PAGE_READONLY:
    case PAGE_EXECUTE:
    case PAGE_EXECUTE_READ: return PROT_READ; /* nothing of ours is executed from there */
    case PAGE_READWRITE:
    case PAGE_EXECUTE_READWRITE: return PROT_READ | PROT_WRITE;
    default: return -1;
    }
}

static _Noreturn void raise_violation(const void *address, bool write) {
    ULONG_PTR where[2] = {write, (ULONG_PTR)address};
    seh_raise(STATUS_ACCESS_VIOLATION, 2, where);
}

static void probe(const void *address, SIZE_T length, ULONG alignment, bool write) {
    if (alignment == 0 || (alignment & (alignment - 1)) != 0 || alignment > 16)
        verify_violation("probe-alignment", "a probe with alignment %u", alignment);
    if ((ULONG_PTR)address & (alignment - 1)) seh_raise(STATUS_DATATYPE_MISALIGNMENT, 0, NULL);
    if (!mm_is_user_range(address, length)) raise_violation(address, write);
}

void NTAPI ProbeForRead(const volatile void *Address, SIZE_T Length, ULONG Alignment) {
    NT_ENTER(ProbeForRead);
    /* As on Windows: only that the range is user mode's. The memory may be gone whatever a look at it says. */
    if (Length) probe((const void *)Address, Length, Alignment, false);
}

void NTAPI ProbeForWrite(volatile void *Address, SIZE_T Length, ULONG Alignment) {
    NT_ENTER(ProbeForWrite);
    const void *bad;

    if (Length == 0) return;
    probe((const void *)Address, Length, Alignment, true);
    bad = mm_user_bad((const void *)Address, Length, true);
    if (bad) raise_violation(bad, true);
}

BOOLEAN NTAPI MmIsAddressValid(PVOID VirtualAddress) {
    NT_ENTER(MmIsAddressValid);
    ULONG_PTR page = (ULONG_PTR)VirtualAddress & ~(ULONG_PTR)(PAGE_SIZE - 1);
    /* Nothing is paged out, so that what is mapped is valid. */
    return os_accessible(page, page + PAGE_SIZE, false) >= page + PAGE_SIZE;
}

NTSTATUS NTAPI MmCopyMemory(PVOID TargetAddress, MM_COPY_ADDRESS SourceAddress, SIZE_T NumberOfBytes, ULONG Flags,
                            PSIZE_T NumberOfBytesTransferred) {
    NT_ENTER(MmCopyMemory);
    ULONG_PTR from = (ULONG_PTR)SourceAddress.VirtualAddress, good;

    *NumberOfBytesTransferred = 0;
    if (Flags != MM_COPY_MEMORY_VIRTUAL)
        return Flags == MM_COPY_MEMORY_PHYSICAL ? STATUS_NOT_SUPPORTED : STATUS_INVALID_PARAMETER;
    if (from + NumberOfBytes < from) return STATUS_ACCESS_VIOLATION;
    good = os_accessible(from & ~(ULONG_PTR)(PAGE_SIZE - 1), from + NumberOfBytes, false);
    if (good > from + NumberOfBytes) good = from + NumberOfBytes;
    if (good > from) {
        memcpy(TargetAddress, (const void *)from, good - from);
        *NumberOfBytesTransferred = good - from;
    }
    return good == from + NumberOfBytes ? STATUS_SUCCESS : STATUS_PARTIAL_COPY;
}
