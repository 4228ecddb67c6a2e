/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Remove locks: a count of users that a driver waits for before a device goes. Windows has a longer form of the
 * structure for checked builds; only the one of release builds is known here.
 */
#include "host/kernel_private.h"

static bool good(PIO_REMOVE_LOCK lock, ULONG size, const char *call) {
    if (size == sizeof(IO_REMOVE_LOCK)) return true;
    verify_violation("remove-lock-size", "%s(%p): a remove lock has %u bytes, not %u", call, (void *)lock,
                     (unsigned)sizeof(IO_REMOVE_LOCK), size);
    return false;
}

void NTAPI IoInitializeRemoveLockEx(PIO_REMOVE_LOCK Lock, ULONG AllocateTag, ULONG MaxLockedMinutes,
                                    ULONG HighWatermark, ULONG RemlockSize) {
    NT_ENTER(IoInitializeRemoveLockEx);
    if (!good(Lock, RemlockSize, "IoInitializeRemoveLock")) return;
    Lock->Common.Removed = FALSE;
    Lock->Common.IoCount = 1; /* the device's own, until the wait */
    KeInitializeEvent(&Lock->Common.RemoveEvent, SynchronizationEvent, FALSE);
}

static LONG leave(PIO_REMOVE_LOCK lock) {
    LONG left = InterlockedDecrement(&lock->Common.IoCount);
    if (left < 0) verify_violation("remove-lock-balance", "the remove lock %p is released too often", (void *)lock);
    return left;
}

NTSTATUS NTAPI IoAcquireRemoveLockEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag, PCSTR File, ULONG Line, ULONG RemlockSize) {
    NT_ENTER(IoAcquireRemoveLockEx);
    if (!good(RemoveLock, RemlockSize, "IoAcquireRemoveLock")) return STATUS_INVALID_PARAMETER;
    InterlockedIncrement(&RemoveLock->Common.IoCount);
    if (!__atomic_load_n(&RemoveLock->Common.Removed, __ATOMIC_SEQ_CST)) return STATUS_SUCCESS;
    if (leave(RemoveLock) == 0) KeSetEvent(&RemoveLock->Common.RemoveEvent, IO_NO_INCREMENT, FALSE);
    return STATUS_DELETE_PENDING;
}

void NTAPI IoReleaseRemoveLockEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag, ULONG RemlockSize) {
    NT_ENTER(IoReleaseRemoveLockEx);
    if (!good(RemoveLock, RemlockSize, "IoReleaseRemoveLock")) return;
    if (leave(RemoveLock) > 0) return;
    if (!__atomic_load_n(&RemoveLock->Common.Removed, __ATOMIC_SEQ_CST))
        verify_violation("remove-lock-balance", "IoReleaseRemoveLock(%p) without IoAcquireRemoveLock",
                         (void *)RemoveLock);
    KeSetEvent(&RemoveLock->Common.RemoveEvent, IO_NO_INCREMENT, FALSE);
}

void NTAPI IoReleaseRemoveLockAndWaitEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag, ULONG RemlockSize) {
    NT_ENTER(IoReleaseRemoveLockAndWaitEx);
    if (!good(RemoveLock, RemlockSize, "IoReleaseRemoveLockAndWait")) return;
    if (__atomic_exchange_n(&RemoveLock->Common.Removed, TRUE, __ATOMIC_SEQ_CST))
        verify_violation("remove-lock-balance", "IoReleaseRemoveLockAndWait(%p) is called twice", (void *)RemoveLock);
    if (leave(RemoveLock) == 0)
        verify_violation("remove-lock-balance", "IoReleaseRemoveLockAndWait(%p) without IoAcquireRemoveLock",
                         (void *)RemoveLock);
    else if (leave(RemoveLock) > 0)
        KeWaitForSingleObject(&RemoveLock->Common.RemoveEvent, Executive, KernelMode, FALSE, NULL);
}
