/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Pageable sections of drivers. Included by nt.h.
 */
#ifndef NT_PAGING_H
#define NT_PAGING_H

/* The section that the address lies in stays in memory until it was unlocked as often as locked. The handle stays good. */
NTKERNELAPI PVOID NTAPI MmLockPagableDataSection(PVOID AddressWithinSection);
#define MmLockPagableCodeSection MmLockPagableDataSection
NTKERNELAPI void NTAPI MmLockPagableSectionByHandle(PVOID ImageSectionHandle);
NTKERNELAPI void NTAPI MmUnlockPagableImageSection(PVOID ImageSectionHandle);
NTKERNELAPI PVOID NTAPI MmPageEntireDriver(PVOID AddressWithinSection); /* returns where the driver begins */
NTKERNELAPI void NTAPI MmResetDriverPaging(PVOID AddressWithinSection);

#endif
