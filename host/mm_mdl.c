/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Memory descriptor lists: building, locking, mapping, and what must not be done with them.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "host/image.h"
#include "host/ex_pool.h"
#include "host/mm.h"
#include "host/seh.h"

#define PAGES(mdl) ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(mdl), (mdl)->ByteCount)

/* What a locked MDL holds on to, found by the MDL. */
struct held {
    struct held *next;
    PMDL mdl;
    struct run *run;   /* NULL: Linux keeps the memory */
    PEPROCESS process; /* whose user memory it is; NULL: nobody's */
    const void *caller;
};
static struct held *held_list;
static pthread_mutex_t held_lock = PTHREAD_MUTEX_INITIALIZER;

static bool hold(PMDL mdl, struct run *run, PEPROCESS process, const void *caller) {
    struct held *held = malloc(sizeof(*held));
    if (held == NULL) return false;
    pthread_mutex_lock(&held_lock);
    *held = (struct held){.next = held_list, .mdl = mdl, .run = run, .process = process, .caller = caller};
    held_list = held;
    pthread_mutex_unlock(&held_lock);
    return true;
}

static void let_go(PMDL mdl) {
    struct held *held = NULL;
    pthread_mutex_lock(&held_lock);
    for (struct held **link = &held_list; *link; link = &(*link)->next) {
        if ((*link)->mdl != mdl) continue;
        held = *link;
        *link = held->next;
        break;
    }
    pthread_mutex_unlock(&held_lock);
    if (held && held->run) mm_run_release(held->run);
    free(held);
}

void mm_process_ends(PEPROCESS process) {
    const void *caller = NULL;
    PMDL mdl = NULL;
    pthread_mutex_lock(&held_lock);
    for (struct held *held = held_list; held; held = held->next) {
        if (held->process != process) continue;
        mdl = held->mdl;
        caller = held->caller;
        held->process = NULL; /* said once */
    }
    pthread_mutex_unlock(&held_lock);
    verify_about(caller);
    if (mdl)
        verify_violation("process-dies-with-locked-pages",
                         "the process %u (%s) ends; its pages are locked by the MDL %p", process->id, process->name,
                         (void *)mdl);
}

static void unmap(PMDL mdl);

PMDL NTAPI IoAllocateMdl(PVOID VirtualAddress, ULONG Length, BOOLEAN SecondaryBuffer, BOOLEAN ChargeQuota, PIRP Irp) {
    NT_ENTER(IoAllocateMdl);
    size_t pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(VirtualAddress, Length);
    PMDL mdl = NT_FAULT(IoAllocateMdl) ? NULL : calloc(1, sizeof(MDL) + pages * sizeof(ULONG_PTR));

    if (mdl == NULL) return NULL;
    MmInitializeMdl(mdl, VirtualAddress, Length);
    verify_track("mdl", mdl, Length, 0, CALLER);
    if (Irp) {
        if (!SecondaryBuffer) {
            Irp->MdlAddress = mdl;
        } else {
            PMDL last = Irp->MdlAddress;
            while (last->Next) last = last->Next;
            last->Next = mdl;
        }
    }
    return mdl;
}

void NTAPI IoFreeMdl(PMDL Mdl) {
    NT_ENTER(IoFreeMdl);
    if (Mdl->MdlFlags & MDL_PAGES_LOCKED)
        verify_violation("mdl-freed-locked", "the MDL %p is freed while locked", (void *)Mdl);
    if (Mdl->MdlFlags & MDL_PARTIAL_HAS_BEEN_MAPPED) unmap(Mdl);
    verify_untrack("mdl", Mdl);
    memset(Mdl, 0xDD, sizeof(*Mdl));
    free(Mdl);
}

void NTAPI MmBuildMdlForNonPagedPool(PMDL MemoryDescriptorList) {
    NT_ENTER(MmBuildMdlForNonPagedPool);
    PMDL mdl = MemoryDescriptorList;
    ULONG_PTR *pfns = MmGetMdlPfnArray(mdl);
    struct run *run;

    if (ex_pool_is_paged(MmGetMdlVirtualAddress(mdl)))
        verify_violation("mdl-paged-pool", "MmBuildMdlForNonPagedPool of paged pool at %p",
                         MmGetMdlVirtualAddress(mdl));
    for (ULONG at = 0; at < PAGES(mdl); at++) {
        pfns[at] = mm_page_of((PCHAR)mdl->StartVa + (SIZE_T)at * PAGE_SIZE, &run);
        if (run) mm_run_release(run);
    }
    mdl->MappedSystemVa = MmGetMdlVirtualAddress(mdl);
    mdl->MdlFlags |= MDL_SOURCE_IS_NONPAGED_POOL;
}

void NTAPI IoBuildPartialMdl(PMDL SourceMdl, PMDL TargetMdl, PVOID VirtualAddress, ULONG Length) {
    NT_ENTER(IoBuildPartialMdl);
    SIZE_T offset = (SIZE_T)((PCHAR)VirtualAddress - (PCHAR)MmGetMdlVirtualAddress(SourceMdl));
    SIZE_T page = (SIZE_T)((PCHAR)PAGE_ALIGN(VirtualAddress) - (PCHAR)SourceMdl->StartVa) / PAGE_SIZE;

    if (Length == 0) Length = SourceMdl->ByteCount - (ULONG)offset;
    if (offset + Length > SourceMdl->ByteCount)
        verify_violation("mdl-partial-range", "a partial MDL reaches beyond its source");
    TargetMdl->StartVa = PAGE_ALIGN(VirtualAddress);
    TargetMdl->ByteOffset = BYTE_OFFSET(VirtualAddress);
    TargetMdl->ByteCount = Length;
    TargetMdl->MdlFlags =
        (CSHORT)((SourceMdl->MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL)) | MDL_PARTIAL);
    TargetMdl->MappedSystemVa = SourceMdl->MappedSystemVa ? (PCHAR)SourceMdl->MappedSystemVa + offset : NULL;
    memcpy(MmGetMdlPfnArray(TargetMdl), MmGetMdlPfnArray(SourceMdl) + page, PAGES(TargetMdl) * sizeof(ULONG_PTR));
}

void NTAPI MmProbeAndLockPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode, LOCK_OPERATION Operation) {
    NT_ENTER(MmProbeAndLockPages);
    PMDL mdl = MemoryDescriptorList;
    ULONG_PTR *pfns = MmGetMdlPfnArray(mdl);
    struct run *run = NULL, *again;
    ULONG_PTR where[2] = {Operation != IoReadAccess, (ULONG_PTR)mdl->StartVa};

    if (mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_SOURCE_IS_NONPAGED_POOL))
        verify_violation("mdl-locked-twice", "the MDL %p is locked already, or describes pool", (void *)mdl);
    if (NT_FAULT(MmProbeAndLockPages)) seh_raise(STATUS_WORKING_SET_QUOTA, 0, NULL);
    bool user = mm_is_user_address(MmGetMdlVirtualAddress(mdl));
    if (AccessMode == UserMode && !mm_is_user_range(MmGetMdlVirtualAddress(mdl), mdl->ByteCount))
        seh_raise(STATUS_ACCESS_VIOLATION, 2, where);
    if (user && ke_irql() > APC_LEVEL)
        verify_violation("irql-too-high", "MmProbeAndLockPages of pageable memory at IRQL %u", ke_irql());
    if (user) {
        const void *bad = mm_user_bad(MmGetMdlVirtualAddress(mdl), mdl->ByteCount, Operation != IoReadAccess);
        where[1] = (ULONG_PTR)bad;
        if (bad) seh_raise(STATUS_ACCESS_VIOLATION, 2, where);
        where[1] = (ULONG_PTR)mdl->StartVa;
    }
    for (ULONG at = 0; at < PAGES(mdl); at++) {
        pfns[at] = mm_page_of((PCHAR)mdl->StartVa + (SIZE_T)at * PAGE_SIZE, &again);
        if (at == 0)
            run = again;
        else if (again)
            mm_run_release(again);
        if (pfns[at] == 0) {
            if (run) mm_run_release(run);
            where[1] += (SIZE_T)at * PAGE_SIZE;
            seh_raise(STATUS_ACCESS_VIOLATION, 2, where);
        }
    }
    if ((run || user) && !hold(mdl, run, user ? ps_current_process() : NULL, seh_call_site(CALLER))) {
        if (run) mm_run_release(run);
        seh_raise(STATUS_INSUFFICIENT_RESOURCES, 0, NULL);
    }
    mdl->Process = user ? (struct _EPROCESS *)ps_current_process() : NULL;
    mdl->MdlFlags |= MDL_PAGES_LOCKED | (Operation != IoReadAccess ? MDL_WRITE_OPERATION : 0);
}

/* Memory of Linux's, side by side: mapped where it is already. Otherwise NULL. */
static uint8_t *linux_address(PMDL mdl) {
    const ULONG_PTR *pfns = MmGetMdlPfnArray(mdl);
    for (ULONG at = 0; at < PAGES(mdl); at++)
        if (!(pfns[at] & MM_LINUX_PAGE) || pfns[at] != pfns[0] + at) return NULL;
    return (uint8_t *)((pfns[0] & ~MM_LINUX_PAGE) * PAGE_SIZE);
}

static bool any_linux(PMDL mdl) {
    const ULONG_PTR *pfns = MmGetMdlPfnArray(mdl);
    for (ULONG at = 0; at < PAGES(mdl); at++)
        if (pfns[at] & MM_LINUX_PAGE) return true;
    return false;
}

static void unmap(PMDL mdl) {
    if (!any_linux(mdl)) mm_unmap_system(PAGE_ALIGN(mdl->MappedSystemVa), PAGES(mdl));
    verify_untrack("mdl-mapping", mdl);
    mdl->MdlFlags &= (CSHORT) ~(MDL_MAPPED_TO_SYSTEM_VA | MDL_PARTIAL_HAS_BEEN_MAPPED);
    mdl->MappedSystemVa = NULL;
}

void NTAPI MmUnlockPages(PMDL MemoryDescriptorList) {
    NT_ENTER(MmUnlockPages);
    PMDL mdl = MemoryDescriptorList;

    if (!(mdl->MdlFlags & MDL_PAGES_LOCKED)) verify_violation("mdl-not-locked", "MmUnlockPages(%p)", (void *)mdl);
    if (mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) unmap(mdl);
    mdl->MdlFlags &= (CSHORT) ~(MDL_PAGES_LOCKED | MDL_WRITE_OPERATION);
    let_go(mdl);
}

/* Into the current process, which sees it as one more view. */
static PVOID map_for_user(PMDL mdl, const void *wanted, ULONG priority, const void *caller) {
    struct mm_view *view;

    if (ke_irql() > APC_LEVEL)
        verify_violation("irql-too-high", "MmMapLockedPagesSpecifyCache into user mode at IRQL %u", ke_irql());
    if (!(mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_PARTIAL | MDL_SOURCE_IS_NONPAGED_POOL)))
        verify_violation("mdl-not-locked", "the MDL %p is mapped without being locked", (void *)mdl);
    if (wanted != NULL || any_linux(mdl)) seh_raise(STATUS_NOT_SUPPORTED, 0, NULL);
    view = calloc(1, sizeof(*view));
    if (view) {
        view->pages = PAGES(mdl);
        view->address = mm_map_pages(NULL, MmGetMdlPfnArray(mdl), view->pages,
                                     mm_protection(priority & MdlMappingNoWrite ? PAGE_READONLY : PAGE_READWRITE));
    }
    if (view == NULL || view->address == NULL) {
        free(view);
        seh_raise(STATUS_INSUFFICIENT_RESOURCES, 0, NULL);
    }
    uint8_t *address = view->address;
    verify_track("mdl-user-mapping", address, mdl->ByteCount, 0, caller);
    mm_view_add(ps_current_process(), view);
    return address + mdl->ByteOffset;
}

static void unmap_for_user(PVOID base, PMDL mdl) {
    struct mm_view *view = mm_view_take(ps_current_process(), PAGE_ALIGN(base));

    if (view && view->run == NULL && view->pages == PAGES(mdl)) {
        mm_view_end(view);
        return;
    }
    if (view) mm_view_add(ps_current_process(), view);
    verify_violation("mdl-not-mapped", "MmUnmapLockedPages(%p, %p): no mapping in the current process, %s", base,
                     (void *)mdl, ps_current_process()->name);
}

PVOID NTAPI MmMapLockedPagesSpecifyCache(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode,
                                         MEMORY_CACHING_TYPE CacheType, PVOID RequestedAddress, ULONG BugCheckOnFailure,
                                         ULONG Priority) {
    NT_ENTER(MmMapLockedPagesSpecifyCache);
    PMDL mdl = MemoryDescriptorList;
    uint8_t *address;

    if (NT_FAULT(MmMapLockedPagesSpecifyCache)) return NULL;
    if (AccessMode != KernelMode) return map_for_user(mdl, RequestedAddress, Priority, seh_call_site(CALLER));
    if (mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA)
        verify_violation("mdl-mapped-twice", "the MDL %p is mapped already", (void *)mdl);
    if (!(mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_PARTIAL)))
        verify_violation("mdl-not-locked", "the MDL %p is mapped without being locked", (void *)mdl);
    address = any_linux(mdl) ? linux_address(mdl)
                             : mm_map_system(MmGetMdlPfnArray(mdl), PAGES(mdl),
                                             PROT_READ | (Priority & MdlMappingNoWrite ? 0 : PROT_WRITE));
    if (address == NULL) return NULL;
    verify_track("mdl-mapping", mdl, mdl->ByteCount, 0, seh_call_site(CALLER));
    mdl->MappedSystemVa = address + mdl->ByteOffset;
    mdl->MdlFlags |= MDL_MAPPED_TO_SYSTEM_VA | (mdl->MdlFlags & MDL_PARTIAL ? MDL_PARTIAL_HAS_BEEN_MAPPED : 0);
    return mdl->MappedSystemVa;
}

void NTAPI MmUnmapLockedPages(PVOID BaseAddress, PMDL MemoryDescriptorList) {
    NT_ENTER(MmUnmapLockedPages);
    if (BaseAddress != MemoryDescriptorList->MappedSystemVa && mm_is_user_address(BaseAddress)) {
        unmap_for_user(BaseAddress, MemoryDescriptorList);
        return;
    }
    if (!(MemoryDescriptorList->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) ||
        BaseAddress != MemoryDescriptorList->MappedSystemVa)
        verify_violation("mdl-not-mapped", "MmUnmapLockedPages(%p, %p)", BaseAddress, (void *)MemoryDescriptorList);
    unmap(MemoryDescriptorList);
}

NTSTATUS NTAPI MmProtectMdlSystemAddress(PMDL MemoryDescriptorList, ULONG NewProtect) {
    NT_ENTER(MmProtectMdlSystemAddress);
    PMDL mdl = MemoryDescriptorList;
    int protection = mm_protection(NewProtect & ~0x80000000u /* not together with its mapping */);

    if (NT_FAULT(MmProtectMdlSystemAddress)) return STATUS_INSUFFICIENT_RESOURCES;
    if (protection < 0) return STATUS_INVALID_PAGE_PROTECTION;
    if (!(mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA)) return STATUS_NOT_MAPPED_VIEW;
    if (any_linux(mdl)) return STATUS_SUCCESS;
    return mprotect(PAGE_ALIGN(mdl->MappedSystemVa), PAGES(mdl) * PAGE_SIZE, protection) == 0
               ? STATUS_SUCCESS
               : STATUS_INSUFFICIENT_RESOURCES;
}
