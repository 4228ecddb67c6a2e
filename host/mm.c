/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Memory. "Physical" memory is one sparse piece; a page's number is its index there. The direct map shows all of it, and
 * pool comes from it; sections and MDLs map pages of it elsewhere, at addresses of their own and with protections of
 * their own. What the kernel maps lies in a region reserved for that; every other address is user mode's.
 */
#include "host/mm.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "host/image.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* L: runs, the free list, system views */

/* --- page frames -------------------------------------------------------------------------------------------------- */

static struct mm_span *free_pages; /* L */

uint64_t mm_span_take(struct mm_span **list, uint64_t count) {
    for (struct mm_span **link = list; *link; link = &(*link)->next) {
        struct mm_span *span = *link;
        uint64_t first = span->first;
        if (span->count < count) continue;
        span->first += count;
        span->count -= count;
        if (span->count == 0) {
            *link = span->next;
            free(span);
        }
        return first;
    }
    return 0;
}

void mm_span_give(struct mm_span **list, uint64_t first, uint64_t count) {
    struct mm_span *span;
    for (span = *list; span; span = span->next) {
        if (span->first + span->count == first) {
            span->count += count;
            return;
        }
        if (first + count == span->first) {
            span->first = first;
            span->count += count;
            return;
        }
    }
    if ((span = malloc(sizeof(*span))) == NULL) return; /* lost, not wrong */
    *span = (struct mm_span){.next = *list, .first = first, .count = count};
    *list = span;
}

uint64_t mm_pages_take(uint64_t count) {
    pthread_mutex_lock(&lock);
    uint64_t first = mm_span_take(&free_pages, count);
    pthread_mutex_unlock(&lock);
    return first;
}

void mm_pages_give(uint64_t first, uint64_t count) {
    mm_clear_pages(first, count);
    pthread_mutex_lock(&lock);
    mm_span_give(&free_pages, first, count);
    pthread_mutex_unlock(&lock);
}

NTSTATUS mm_start(void) {
    if (mm_direct) return STATUS_SUCCESS; /* a second world in this process has the same machine */
    if (!mm_map_start()) return STATUS_INSUFFICIENT_RESOURCES;
    mm_span_give(&free_pages, 1, MM_PHYSICAL / PAGE_SIZE - 1); /* page 0 stands for "none" */
    return STATUS_SUCCESS;
}

static bool in_direct(const void *address) {
    return (const uint8_t *)address >= mm_direct && (const uint8_t *)address < mm_direct + MM_PHYSICAL;
}

bool mm_is_user_address(const void *address) {
    return (ULONG_PTR)address < MM_USER_PROBE_ADDRESS && !in_direct(address) && !mm_in_system_views(address) &&
           (image_find(address) == NULL || image_is_users(address));
}

/* --- page runs: what a section consists of; alive while anybody maps or locks it ---------------------------------- */

struct run {
    uint64_t first, count;
    int references; /* atomic */
};

static void run_release(struct run *run) {
    if (__atomic_sub_fetch(&run->references, 1, __ATOMIC_ACQ_REL) != 0) return;
    mm_pages_give(run->first, run->count);
    free(run);
}

static struct mm_view *system_list; /* L */

static struct mm_view *view_find(struct mm_view *list, const void *address) {
    for (; list; list = list->next)
        if ((const uint8_t *)address >= list->address &&
            (const uint8_t *)address < list->address + list->pages * PAGE_SIZE)
            return list;
    return NULL;
}

static uint8_t *map_run(struct run *run, bool system, int protection) {
    ULONG_PTR *pfns = malloc(run->count * sizeof(*pfns));
    uint8_t *address;

    if (pfns == NULL) return NULL;
    for (uint64_t at = 0; at < run->count; at++) pfns[at] = run->first + at;
    address = system ? mm_map_system(pfns, run->count, protection) : mm_map_pages(NULL, pfns, run->count, protection);
    free(pfns);
    return address;
}

/* --- sections ----------------------------------------------------------------------------------------------------- */

struct section {
    struct run *run;
    ULONG protection;
};

void mm_section_delete(void *object) { run_release(((struct section *)object)->run); }

void *mm_section_make(uint64_t size, ULONG protection) {
    struct run *run = mm_run_make(ROUND_TO_PAGES(size) / PAGE_SIZE);
    struct section *section = run ? ob_create(&ob_type_section, sizeof(*section)) : NULL;
    if (section) *section = (struct section){.run = run, .protection = protection};
    if (run && !section) run_release(run);
    return section;
}

uint64_t mm_section_size(void *section) { return ((struct section *)section)->run->count * PAGE_SIZE; }

NTSTATUS NTAPI ZwCreateSection(PHANDLE SectionHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes,
                               PLARGE_INTEGER MaximumSize, ULONG SectionPageProtection, ULONG AllocationAttributes,
                               HANDLE FileHandle) {
    NT_ENTER(ZwCreateSection);
    bool kernel = ObjectAttributes && ObjectAttributes->Attributes & OBJ_KERNEL_HANDLE;
    struct section *section;
    struct run *run;
    NTSTATUS status;

    if (NT_FAULT(ZwCreateSection)) return STATUS_INSUFFICIENT_RESOURCES;
    if (FileHandle != NULL) return STATUS_NOT_SUPPORTED;
    if (MaximumSize == NULL || MaximumSize->QuadPart <= 0 || !(AllocationAttributes & SEC_COMMIT))
        return STATUS_INVALID_PARAMETER_4;
    run = malloc(sizeof(*run));
    section = ob_create(&ob_type_section, sizeof(*section));
    if (run == NULL || section == NULL) host_panic("no memory for a section object");
    *run = (struct run){.count = ROUND_TO_PAGES(MaximumSize->QuadPart) / PAGE_SIZE, .references = 1};
    run->first = mm_pages_take(run->count);
    section->run = run;
    section->protection = SectionPageProtection;
    if (run->first == 0) {
        run->count = 0;
        ob_dereference(section);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    verify_track("section", section, run->count * PAGE_SIZE, 0, CALLER);
    status = ob_insert(kernel ? NULL : ps_current_process(), section, DesiredAccess, SectionHandle);
    if (NT_SUCCESS(status)) ob_driver_opens(*SectionHandle, CALLER);
    ob_dereference(section);
    return status;
}

static int protection_of(ULONG protection) { return protection == PAGE_READONLY ? PROT_READ : PROT_READ | PROT_WRITE; }

NTSTATUS NTAPI ZwMapViewOfSection(HANDLE SectionHandle, HANDLE ProcessHandle, PVOID *BaseAddress, ULONG_PTR ZeroBits,
                                  SIZE_T CommitSize, PLARGE_INTEGER SectionOffset, PSIZE_T ViewSize,
                                  SECTION_INHERIT InheritDisposition, ULONG AllocationType, ULONG Win32Protect) {
    NT_ENTER(ZwMapViewOfSection);
    PEPROCESS process = ps_current_process();
    struct section *section;
    struct mm_view *view;
    NTSTATUS status;

    if (NT_FAULT(ZwMapViewOfSection)) return STATUS_NO_MEMORY;
    if (ProcessHandle != ZwCurrentProcess() || *BaseAddress != NULL || *ViewSize != 0 ||
        (SectionOffset && SectionOffset->QuadPart != 0))
        return STATUS_NOT_SUPPORTED; /* whole sections, anywhere, into the calling process */
    status = ob_lookup(process, SectionHandle, &ob_type_section, 0, (void **)&section);
    if (!NT_SUCCESS(status)) return status;
    view = malloc(sizeof(*view));
    if (view == NULL) {
        ob_dereference(section);
        return STATUS_NO_MEMORY;
    }
    *view = (struct mm_view){.pages = section->run->count, .run = section->run, .first = section->run->first};
    view->address = map_run(section->run, false, protection_of(Win32Protect));
    if (view->address == NULL) {
        free(view);
        ob_dereference(section);
        return STATUS_NO_MEMORY;
    }
    __atomic_add_fetch(&section->run->references, 1, __ATOMIC_RELAXED);
    *BaseAddress = view->address;
    *ViewSize = view->pages * PAGE_SIZE;
    mm_view_add(process, view);
    ob_dereference(section);
    return STATUS_SUCCESS;
}

struct mm_view *mm_view_take(PEPROCESS process, const void *address) {
    struct mm_view *view = NULL;
    pthread_mutex_lock(&process->lock);
    for (struct mm_view **link = &process->views; *link; link = &(*link)->next) {
        if (address && (*link)->address != address) continue;
        view = *link;
        *link = view->next;
        break;
    }
    pthread_mutex_unlock(&process->lock);
    return view;
}

void mm_view_add(PEPROCESS process, struct mm_view *view) {
    pthread_mutex_lock(&process->lock);
    view->next = process->views;
    process->views = view;
    pthread_mutex_unlock(&process->lock);
}

void mm_view_end(struct mm_view *view) {
    mm_unmap_pages(view->address, view->pages);
    if (view->run)
        run_release(view->run);
    else
        verify_untrack("mdl-user-mapping", view->address);
    free(view->protection);
    free(view);
}

NTSTATUS mm_unmap_user_view(PEPROCESS process, void *address) {
    struct mm_view *view = address ? mm_view_take(process, address) : NULL;
    if (view == NULL) return STATUS_NOT_MAPPED_VIEW;
    if (view->protection || view->run == NULL) { /* not the view of a section */
        mm_view_add(process, view);
        return STATUS_NOT_MAPPED_VIEW;
    }
    mm_view_end(view);
    return STATUS_SUCCESS;
}

void mm_unmap_all(PEPROCESS process) {
    for (struct mm_view *view; (view = mm_view_take(process, NULL)) != NULL;) mm_view_end(view);
}

NTSTATUS NTAPI ZwUnmapViewOfSection(HANDLE ProcessHandle, PVOID BaseAddress) {
    NT_ENTER(ZwUnmapViewOfSection);
    return mm_unmap_user_view(ps_current_process(), BaseAddress);
}

size_t mm_user_view_size(PEPROCESS process, void *address) {
    size_t size = 0;
    pthread_mutex_lock(&process->lock);
    struct mm_view *view = view_find(process->views, address);
    if (view && view->address == address) size = view->pages * PAGE_SIZE;
    pthread_mutex_unlock(&process->lock);
    return size;
}

unsigned mm_user_view_count(PEPROCESS process) {
    unsigned count = 0;
    pthread_mutex_lock(&process->lock);
    for (struct mm_view *view = process->views; view; view = view->next) count++;
    pthread_mutex_unlock(&process->lock);
    return count;
}

NTSTATUS NTAPI MmMapViewInSystemSpace(PVOID Section, PVOID *MappedBase, PSIZE_T ViewSize) {
    NT_ENTER(MmMapViewInSystemSpace);
    struct section *section = Section;
    struct mm_view *view;

    if (ob_type_of(Section) != &ob_type_section)
        verify_violation("not-a-section", "MmMapViewInSystemSpace(%p)", Section);
    if (NT_FAULT(MmMapViewInSystemSpace) || (view = malloc(sizeof(*view))) == NULL) return STATUS_NO_MEMORY;
    *view = (struct mm_view){.pages = section->run->count, .run = section->run, .first = section->run->first};
    view->address = map_run(section->run, true, protection_of(section->protection));
    if (view->address == NULL) {
        free(view);
        return STATUS_NO_MEMORY;
    }
    __atomic_add_fetch(&section->run->references, 1, __ATOMIC_RELAXED);
    verify_track("view", view->address, view->pages * PAGE_SIZE, 0, CALLER);
    *MappedBase = view->address;
    *ViewSize = view->pages * PAGE_SIZE;
    pthread_mutex_lock(&lock);
    view->next = system_list;
    system_list = view;
    pthread_mutex_unlock(&lock);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI MmUnmapViewInSystemSpace(PVOID MappedBase) {
    NT_ENTER(MmUnmapViewInSystemSpace);
    struct mm_view *view = NULL;

    pthread_mutex_lock(&lock);
    for (struct mm_view **link = &system_list; *link; link = &(*link)->next) {
        if ((*link)->address != MappedBase) continue;
        view = *link;
        *link = view->next;
        break;
    }
    pthread_mutex_unlock(&lock);
    if (view == NULL) {
        verify_violation("not-a-view", "MmUnmapViewInSystemSpace(%p)", MappedBase);
        return STATUS_NOT_MAPPED_VIEW;
    }
    verify_untrack("view", MappedBase);
    mm_unmap_system(view->address, view->pages);
    run_release(view->run);
    free(view);
    return STATUS_SUCCESS;
}

/* --- for MDLs ----------------------------------------------------------------------------------------------------- */

struct elsewhere {
    PEPROCESS not_in;
    const void *address;
    bool found;
};

static bool look_elsewhere(PEPROCESS process, void *context) {
    struct elsewhere *elsewhere = context;
    if (process == elsewhere->not_in) return true;
    pthread_mutex_lock(&process->lock);
    elsewhere->found = view_find(process->views, elsewhere->address) != NULL;
    pthread_mutex_unlock(&process->lock);
    return !elsewhere->found;
}

uint64_t mm_page_of(const void *address, struct run **run) {
    PEPROCESS process = ps_current_process();
    uint64_t page = 0;

    *run = NULL;
    if (in_direct(address)) return (uint64_t)((const uint8_t *)address - mm_direct) / PAGE_SIZE;
    pthread_mutex_t *guard = mm_in_system_views(address) ? &lock : &process->lock;
    pthread_mutex_lock(guard);
    struct mm_view *view = view_find(guard == &lock ? system_list : process->views, address);
    bool theirs = view == NULL || view->run == NULL;
    if (view && view->run) {
        page = view->first + (uint64_t)((const uint8_t *)address - view->address) / PAGE_SIZE;
        __atomic_add_fetch(&view->run->references, 1, __ATOMIC_RELAXED);
        *run = view->run;
    }
    pthread_mutex_unlock(guard);
    if (page == 0 && theirs && mm_is_user_address(address)) {
        struct elsewhere elsewhere = {.not_in = process, .address = address};
        if (view == NULL) ps_each_process(look_elsewhere, &elsewhere);
        if (!elsewhere.found) page = MM_LINUX_PAGE | (ULONG_PTR)address / PAGE_SIZE;
    }
    return page;
}

struct run *mm_run_make(uint64_t count) {
    struct run *run = malloc(sizeof(*run));
    if (run == NULL) return NULL;
    *run = (struct run){.first = mm_pages_take(count), .count = count, .references = 1};
    if (run->first != 0) return run;
    free(run);
    return NULL;
}

uint64_t mm_run_first(const struct run *run) { return run->first; }

void mm_run_release(struct run *run) { run_release(run); }
