/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Memory of user mode, as a driver made for it (drivers/process.c) probes, locks and maps it.
 */
#include "test/driver/process_rig.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "nt/win32.h"

START_TEST(probes_know_user_addresses_from_others) {
    start();
    IMPORT(uint32_t, ProcProbe, void *, size_t, uint32_t, BOOLEAN);
    char *page = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void *pool = ExAllocatePoolWithTag(NonPagedPoolNx, 64, 'tseT');
    ck_assert_uint_eq(ProcProbe(page, 8192, 8, FALSE), 0);
    ck_assert_uint_eq(ProcProbe(page, 0, 8, TRUE), 0);
    ck_assert_uint_eq(ProcProbe(page + 1, 8, 8, FALSE), CODE(STATUS_DATATYPE_MISALIGNMENT));
    ck_assert_uint_eq(ProcProbe(page, 8, 8, TRUE), CODE(STATUS_ACCESS_VIOLATION));
    mprotect(page, 4096, PROT_READ | PROT_WRITE);
    ck_assert_uint_eq(ProcProbe(page, 4096, 8, TRUE), 0);
    ck_assert_uint_eq(ProcProbe(page, 4097, 8, TRUE), CODE(STATUS_ACCESS_VIOLATION));
    ck_assert_uint_eq(ProcProbe(pool, 8, 8, FALSE), CODE(STATUS_ACCESS_VIOLATION));
    ck_assert_uint_eq(ProcProbe(image_base(image), 8, 8, FALSE), CODE(STATUS_ACCESS_VIOLATION));
    ck_assert_uint_eq(ProcProbe((void *)0xFFFF800000000000u, 8, 8, FALSE), CODE(STATUS_ACCESS_VIOLATION));
    ck_assert_uint_eq(ProcProbe(page, (size_t)-4096, 8, FALSE), CODE(STATUS_ACCESS_VIOLATION));
    ExFreePoolWithTag(pool, 'tseT');
    munmap(page, 8192);
    stop();
}
END_TEST

START_TEST(user_memory_that_is_not_there_or_not_writable_cannot_be_locked) {
    PMDL mdl;
    start();
    IMPORT(uint32_t, ProcLock, void *, uint32_t, LOCK_OPERATION, PMDL *);
    IMPORT(void, ProcUnlock, PMDL);
    char *pages = mmap(NULL, 3 * 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void *pool = ExAllocatePoolWithTag(NonPagedPoolNx, 64, 'tseT');
    munmap(pages + 4096, 4096);
    ck_assert_uint_eq(ProcLock(pages + 100, 1000, IoReadAccess, &mdl), 0);
    ProcUnlock(mdl);
    ck_assert_uint_eq(ProcLock(pages + 100, 1000, IoWriteAccess, &mdl), CODE(STATUS_ACCESS_VIOLATION));
    ck_assert_uint_eq(ProcLock(pages + 100, 4096, IoReadAccess, &mdl), CODE(STATUS_ACCESS_VIOLATION));
    ck_assert_uint_eq(ProcLock(pages + 4096, 1, IoReadAccess, &mdl), CODE(STATUS_ACCESS_VIOLATION));
    ck_assert_uint_eq(ProcLock(pool, 64, IoReadAccess, &mdl), CODE(STATUS_ACCESS_VIOLATION));
    ck_assert_uint_eq(ProcLock((void *)0xFFFF800000000000u, 64, IoReadAccess, &mdl), CODE(STATUS_ACCESS_VIOLATION));
    ck_assert_uint_eq(ProcLock((void *)(uintptr_t)-64, 128, IoReadAccess, &mdl), CODE(STATUS_ACCESS_VIOLATION));
    ck_assert(fault_arm("MmProbeAndLockPages", 0));
    ck_assert_uint_eq(ProcLock(pages, 10, IoReadAccess, &mdl), CODE(STATUS_WORKING_SET_QUOTA));
    ExFreePoolWithTag(pool, 'tseT');
    munmap(pages, 4096);
    munmap(pages + 8192, 4096);
    stop();
}
END_TEST

static void lock_map_and_write(char *buffer, uint32_t size, bool elsewhere) {
    PMDL mdl;
    IMPORT(uint32_t, ProcLock, void *, uint32_t, LOCK_OPERATION, PMDL *);
    IMPORT(void *, ProcMap, PMDL);
    IMPORT(uint32_t, ProcPartial, PMDL, uint32_t, uint32_t, char *);
    IMPORT(void, ProcUnlock, PMDL);
    for (uint32_t at = 0; at < size; at++) buffer[at] = (char)(at * 7);
    ck_assert_uint_eq(ProcLock(buffer, size, IoModifyAccess, &mdl), 0);
    ck_assert_ptr_eq(mdl->Process, ps_client_process);
    ASSERT_LINE(ProcPartial(mdl, 1000, 5000, buffer));
    char *mapped = ProcMap(mdl);
    ck_assert_ptr_nonnull(mapped);
    ck_assert_int_eq(mapped != buffer, elsewhere);
    ck_assert_mem_eq(mapped, buffer, size);
    mapped[size - 1] = 99;
    ck_assert_int_eq(buffer[size - 1], 99);
    ASSERT_LINE(ProcPartial(mdl, 1000, 5000, buffer));
    ProcUnlock(mdl);
}

START_TEST(a_mapping_of_locked_user_memory_shows_the_same_bytes) {
    start();
    char *heap = malloc(10000), *pages = VirtualAlloc(NULL, 10000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    ck_assert_uint_eq((uintptr_t)pages % 65536, 0);
    lock_map_and_write(heap, 10000, false);
    lock_map_and_write(pages + 50, 9000, true);
    free(heap);
    ck_assert(VirtualFree(pages, 0, MEM_RELEASE));
    ck_assert(!VirtualFree(pages, 0, MEM_RELEASE));
    stop();
}
END_TEST

START_TEST(locked_pages_outlive_their_address) {
    PMDL mdl;
    start();
    IMPORT(uint32_t, ProcLock, void *, uint32_t, LOCK_OPERATION, PMDL *);
    IMPORT(void *, ProcMap, PMDL);
    IMPORT(void, ProcUnlock, PMDL);
    char *pages = VirtualAlloc(NULL, 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    pages[17] = 71;
    ck_assert_uint_eq(ProcLock(pages, 4096, IoReadAccess, &mdl), 0);
    ck_assert(VirtualFree(pages, 0, MEM_RELEASE));
    /* So that nobody else's memory comes to lie there meanwhile; unless it does already. */
    void *gap = mmap(pages, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    ck_assert_int_eq(((char *)ProcMap(mdl))[17], 71);
    ProcUnlock(mdl);
    if (gap == pages) ck_assert_uint_eq(ProcLock(pages, 4096, IoReadAccess, &mdl), CODE(STATUS_ACCESS_VIOLATION));
    if (gap != MAP_FAILED) ck_assert_int_eq(munmap(gap, 4096), 0);
    stop();
}
END_TEST

START_TEST(pages_are_reserved_committed_and_protected) {
    DWORD old;
    PMDL mdl;
    start();
    IMPORT(uint32_t, ProcLock, void *, uint32_t, LOCK_OPERATION, PMDL *);
    IMPORT(void, ProcUnlock, PMDL);
    char *pages = VirtualAlloc(NULL, 8192, MEM_RESERVE, PAGE_READWRITE);
    ck_assert_uint_eq(ProcLock(pages, 1, IoReadAccess, &mdl), CODE(STATUS_ACCESS_VIOLATION));
    ck_assert(!VirtualProtect(pages, 1, PAGE_READONLY, &old));
    ck_assert_ptr_eq(VirtualAlloc(pages + 4096, 1, MEM_COMMIT, PAGE_READWRITE), pages + 4096);
    pages[4096] = 1;
    ck_assert(VirtualProtect(pages + 4096, 1, PAGE_READONLY, &old));
    ck_assert_uint_eq(old, PAGE_READWRITE);
    ck_assert_uint_eq(ProcLock(pages + 4096, 1, IoWriteAccess, &mdl), CODE(STATUS_ACCESS_VIOLATION));
    ck_assert_uint_eq(ProcLock(pages + 4096, 1, IoReadAccess, &mdl), 0);
    ProcUnlock(mdl);
    ck_assert(!VirtualFree(pages, 8192, MEM_RELEASE));
    ck_assert(VirtualFree(pages, 0, MEM_RELEASE));
    ck_assert(fault_arm("VirtualAlloc", 0));
    ck_assert_ptr_null(VirtualAlloc(NULL, 8192, MEM_RESERVE, PAGE_READWRITE));
    stop();
}
END_TEST

START_TEST(another_process_s_memory_cannot_be_locked) {
    PMDL mdl;
    start();
    IMPORT(uint32_t, ProcLock, void *, uint32_t, LOCK_OPERATION, PMDL *);
    KAPC_STATE state;
    PEPROCESS other = ps_process_create("other"), before = ps_act_as(other);
    char *pages = VirtualAlloc(NULL, 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    ps_act_as(before);
    ck_assert_uint_eq(ProcLock(pages, 4096, IoReadAccess, &mdl), CODE(STATUS_ACCESS_VIOLATION));
    KeStackAttachProcess((PRKPROCESS)other, &state);
    ck_assert_uint_eq(ProcLock(pages, 4096, IoReadAccess, &mdl), 0);
    KeUnstackDetachProcess(&state);
    verify_expect("process-dies-with-locked-pages");
    ps_process_kill(other);
    ck_assert_uint_eq(verify_seen("process-dies-with-locked-pages"), 1);
    verify_expect(NULL);
    IMPORT(void, ProcUnlock, PMDL);
    ProcUnlock(mdl);
    ob_dereference(other);
    stop();
}
END_TEST

START_TEST(pool_can_be_shown_to_the_current_process_and_taken_away_in_it) {
    start();
    IMPORT(char *, ProcMapUser, void);
    IMPORT(char, ProcUnmapUser, char *, BOOLEAN);
    unsigned views = mm_user_view_count(ps_client_process);
    char *user = ProcMapUser();
    ck_assert_ptr_nonnull(user);
    ck_assert(mm_is_user_address(user));
    ck_assert_uint_eq(mm_user_view_count(ps_client_process), views + 1);
    ck_assert_int_eq(user[5], 42);
    user[6] = 24;
    ck_assert(!UnmapViewOfFile(user));
    PEPROCESS other = ps_process_create("other"), before = ps_act_as(other);
    verify_expect("mdl-not-mapped");
    ProcUnmapUser(user, FALSE);
    ck_assert_uint_eq(verify_seen("mdl-not-mapped"), 1);
    verify_expect(NULL);
    ps_act_as(before);
    ck_assert_int_eq(ProcUnmapUser(user, TRUE), 24);
    ck_assert_uint_eq(mm_user_view_count(ps_client_process), views);
    ps_process_kill(other);
    ob_dereference(other);
    stop();
}
END_TEST

START_TEST(a_safe_copy_ends_where_the_memory_does) {
    char copy[8192];
    NTSTATUS status;
    start();
    IMPORT(size_t, ProcCopy, void *, void *, size_t, NTSTATUS *);
    char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(pages + 4096, 4096);
    pages[4095] = 5;
    ck_assert_uint_eq(ProcCopy(copy, pages + 4000, 96, &status), 96);
    ck_assert_int_eq(status, STATUS_SUCCESS);
    ck_assert_int_eq(copy[95], 5);
    ck_assert_uint_eq(ProcCopy(copy, pages + 4000, 1000, &status), 96);
    ck_assert_int_eq(status, STATUS_PARTIAL_COPY);
    ck_assert_uint_eq(ProcCopy(copy, pages + 4096, 1000, &status), 0);
    ck_assert_int_eq(status, STATUS_PARTIAL_COPY);
    munmap(pages, 4096);
    stop();
}
END_TEST

START_TEST(an_mdl_s_mapping_can_be_protected) {
    PMDL mdl;
    start();
    IMPORT(uint32_t, ProcLock, void *, uint32_t, LOCK_OPERATION, PMDL *);
    IMPORT(uint32_t, ProcProtect, PMDL);
    IMPORT(void, ProcUnlock, PMDL);
    IMPORT(BOOLEAN, ProcValid, void *);
    char *pages = VirtualAlloc(NULL, 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    ck_assert_uint_eq(ProcLock(pages, 4096, IoModifyAccess, &mdl), 0);
    ASSERT_LINE(ProcProtect(mdl));
    ck_assert_int_eq(pages[0], 3);
    ck_assert(ProcValid(pages) && ProcValid(mdl->MappedSystemVa));
    void *gone = mdl->MappedSystemVa;
    ProcUnlock(mdl);
    ck_assert(!ProcValid(gone) && !ProcValid(NULL));
    VirtualFree(pages, 0, MEM_RELEASE);
    stop();
}
END_TEST

TEST_CASES(user_memory, probes_know_user_addresses_from_others,
           user_memory_that_is_not_there_or_not_writable_cannot_be_locked,
           a_mapping_of_locked_user_memory_shows_the_same_bytes, locked_pages_outlive_their_address,
           pages_are_reserved_committed_and_protected, another_process_s_memory_cannot_be_locked,
           pool_can_be_shown_to_the_current_process_and_taken_away_in_it, a_safe_copy_ends_where_the_memory_does,
           an_mdl_s_mapping_can_be_protected)
