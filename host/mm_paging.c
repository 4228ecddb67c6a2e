/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Sections of drivers that may be paged out, except while they are locked. A handle is where the section begins.
 */
#include "host/image.h"
#include "host/kernel_private.h"

static void *lock_section(void *address, const char *call, const void *caller) {
    void *section = image_section_lock(address, 1);
    if (section)
        verify_track("locked-section", section, 0, 0, caller);
    else
        verify_violation("section-not-locked", "%s: %p is in no section of a driver", call, address);
    return section;
}

PVOID NTAPI MmLockPagableDataSection(PVOID AddressWithinSection) {
    NT_ENTER(MmLockPagableDataSection);
    return lock_section(AddressWithinSection, "MmLockPagableDataSection", CALLER);
}

void NTAPI MmLockPagableSectionByHandle(PVOID ImageSectionHandle) {
    NT_ENTER(MmLockPagableSectionByHandle);
    lock_section(ImageSectionHandle, "MmLockPagableSectionByHandle", CALLER);
}

void NTAPI MmUnlockPagableImageSection(PVOID ImageSectionHandle) {
    NT_ENTER(MmUnlockPagableImageSection);
    if (image_section_lock(ImageSectionHandle, -1))
        verify_untrack("locked-section", ImageSectionHandle);
    else
        verify_violation("section-not-locked", "MmUnlockPagableImageSection: the section at %p is not locked",
                         ImageSectionHandle);
}

PVOID NTAPI MmPageEntireDriver(PVOID AddressWithinSection) {
    NT_ENTER(MmPageEntireDriver);
    struct image *image = image_find(AddressWithinSection);
    return image ? image_base(image) : NULL;
}

void NTAPI MmResetDriverPaging(PVOID AddressWithinSection) {
    NT_ENTER(MmResetDriverPaging);
    (void)AddressWithinSection;
}
