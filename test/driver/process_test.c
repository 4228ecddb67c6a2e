/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Processes, objects, security and user memory, as a driver made for it (drivers/process.c) uses them.
 */
#include "test/common/testing.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/image.h"
#include "host/kernel.h"
#include "nt/win32.h"

static struct image *image;
static PDRIVER_OBJECT driver;

static void start(void) {
    struct host_config config = {.stack = HOST_STACK_FAKE, .quiet = true};
    char path[4096], text[512] = "";
    const char *why = NULL;
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 64);

    ck_assert_int_gt(length, 0);
    path[length] = 0;
    strcpy(strrchr(path, '/'), "/../" TEST_WIN "/test/process.sys");
    ck_assert(NT_SUCCESS(host_start(&config, &why)));
    image = image_load(path, text, sizeof text);
    ck_assert_msg(image != NULL, "%s", text);
    ck_assert(NT_SUCCESS(io_driver_start("process", (PDRIVER_INITIALIZE)(uintptr_t)image_entry(image), &driver)));
}

#define IMPORT(type, name, ...)                                                                                        \
    type(NTAPI *name)(__VA_ARGS__) = (type(NTAPI *)(__VA_ARGS__))(uintptr_t)image_symbol(image, #name);                \
    ck_assert_msg(name != NULL, #name)
#define VARIABLE(type, name) (*(type *)image_symbol(image, #name))
#define ASSERT_LINE(call)                                                                                              \
    do {                                                                                                               \
        unsigned line_ = (call);                                                                                       \
        ck_assert_msg(line_ == 0, "process.c:%u", line_);                                                              \
    } while (0)
static void stop(void) {
    IMPORT(void, ProcDeleteDevice, void);
    ProcDeleteDevice();
    io_driver_unload(driver);
    verify_no_leaks("after the test");
    image_unload(image);
    host_stop();
}

#define CODE(status) ((uint32_t)(status))

/* --- ids and gs -------------------------------------------------------------------------------------------------- */

static void ask_ids(void *line) {
    IMPORT(uint32_t, ProcIds, void);
    *(uint32_t *)line = ProcIds();
}

static void *ask_ids_foreign(void *line) {
    ps_self();
    ask_ids(line);
    return NULL;
}

START_TEST(a_thread_finds_itself_by_id_and_by_gs) {
    uint32_t line = ~0u;
    pthread_t foreign;
    start();
    ask_ids(&line);
    ASSERT_LINE(line);
    ps_thread_join(ps_thread_create(ps_client_process, ask_ids, &line, "asks"));
    ASSERT_LINE(line);
    line = ~0u;
    pthread_create(&foreign, NULL, ask_ids_foreign, &line);
    pthread_join(foreign, NULL);
    ASSERT_LINE(line);
    stop();
}
END_TEST

START_TEST(a_dead_process_is_not_found_by_its_id) {
    start();
    IMPORT(uint32_t, ProcOpenSystem, void);
    ASSERT_LINE(ProcOpenSystem());
    IMPORT(NTSTATUS, ProcLookup, HANDLE);
    PEPROCESS process = ps_process_create("other");
    HANDLE id = PsGetProcessId(process);
    ck_assert_int_eq(ProcLookup(id), STATUS_SUCCESS);
    ps_process_kill(process);
    ck_assert_int_eq(ProcLookup(id), STATUS_INVALID_CID);
    ob_dereference(process);
    stop();
}
END_TEST

/* --- process-notify routines ------------------------------------------------------------------------------------- */

START_TEST(a_notify_routine_hears_of_births_and_deaths_in_the_right_context) {
    start();
    IMPORT(NTSTATUS, ProcNotify, BOOLEAN, BOOLEAN);
    ck_assert_int_eq(ProcNotify(FALSE, FALSE), STATUS_SUCCESS);
    PEPROCESS process = ps_process_create("other");
    ck_assert_uint_eq(VARIABLE(ULONG, NotifyCreated), 1);
    ck_assert_ptr_eq(VARIABLE(HANDLE, NotifyId), PsGetProcessId(process));
    ck_assert_ptr_eq(VARIABLE(HANDLE, NotifyParent), PsGetProcessId(ps_client_process));
    ps_process_kill(process);
    ck_assert_uint_eq(VARIABLE(ULONG, NotifyEnded), 1);
    ob_dereference(process);
    ck_assert_int_eq(ProcNotify(FALSE, TRUE), STATUS_SUCCESS);
    process = ps_process_create("unheard");
    ps_process_kill(process);
    ob_dereference(process);
    ck_assert_uint_eq(VARIABLE(ULONG, NotifyCreated), 1);
    ck_assert_uint_eq(VARIABLE(ULONG, NotifyEnded), 1);
    ck_assert_uint_eq(VARIABLE(ULONG, NotifyWrong), 0);
    stop();
}
END_TEST

/* As if it had been linked with /integritycheck. */
static void force_integrity(void) {
    uint8_t *base = image_base(image);
    uint32_t header;
    memcpy(&header, base + 0x3c, sizeof header);
    ck_assert_int_eq(mprotect(base, 4096, PROT_READ | PROT_WRITE), 0);
    base[header + 24 + 70] |= 0x80;
    mprotect(base, 4096, PROT_READ);
}

START_TEST(an_extended_notify_routine_needs_a_signed_image_and_may_forbid_a_process) {
    start();
    IMPORT(NTSTATUS, ProcNotify, BOOLEAN, BOOLEAN);
    ck_assert_int_eq(ProcNotify(TRUE, FALSE), STATUS_ACCESS_DENIED);
    force_integrity();
    ck_assert_int_eq(ProcNotify(TRUE, FALSE), STATUS_SUCCESS);
    PEPROCESS process = ps_process_create("other");
    ck_assert_ptr_nonnull(process);
    ps_process_kill(process);
    ob_dereference(process);
    VARIABLE(NTSTATUS, NotifyVerdict) = STATUS_ACCESS_DENIED;
    ck_assert_ptr_null(ps_process_create("other"));
    ck_assert_uint_eq(VARIABLE(ULONG, NotifyCreated), 2);
    ck_assert_uint_eq(VARIABLE(ULONG, NotifyEnded), 2);
    ck_assert_uint_eq(VARIABLE(ULONG, NotifyWrong), 0);
    ck_assert_int_eq(ProcNotify(TRUE, TRUE), STATUS_SUCCESS);
    stop();
}
END_TEST

START_TEST(there_is_room_for_64_notify_routines) {
    start();
    IMPORT(uint32_t, ProcNotifyLimit, void);
    ASSERT_LINE(ProcNotifyLimit());
    stop();
}
END_TEST

static void create_and_kill(void *context) {
    PEPROCESS process = ps_process_create("other");
    (void)context;
    ps_process_kill(process);
    ob_dereference(process);
}

static void remove_and_look(void *finished) {
    IMPORT(NTSTATUS, ProcNotify, BOOLEAN, BOOLEAN);
    ProcNotify(FALSE, TRUE);
    *(unsigned *)finished = VARIABLE(ULONG, NotifyFinished);
}

START_TEST(removing_a_notify_routine_waits_for_its_calls) {
    unsigned finished = 0;
    start();
    IMPORT(NTSTATUS, ProcNotify, BOOLEAN, BOOLEAN);
    IMPORT(void, ProcNotifyBlock, void);
    IMPORT(void, ProcNotifyAwait, void);
    IMPORT(void, ProcNotifyGo, void);
    ProcNotifyBlock();
    ck_assert_int_eq(ProcNotify(FALSE, FALSE), STATUS_SUCCESS);
    PETHREAD creator = ps_thread_create(ps_client_process, create_and_kill, NULL, "creates");
    ProcNotifyAwait();
    PETHREAD remover = ps_thread_create(ps_client_process, remove_and_look, &finished, "removes");
    ProcNotifyGo();
    ps_thread_join(remover);
    ps_thread_join(creator);
    ck_assert_uint_eq(finished, 1);
    stop();
}
END_TEST

START_TEST(a_notify_routine_that_stays_is_a_leak) {
    start();
    IMPORT(NTSTATUS, ProcNotify, BOOLEAN, BOOLEAN);
    ProcNotify(FALSE, FALSE);
    verify_expect("leak");
    verify_no_leaks("in a test that wants one");
    ck_assert_uint_eq(verify_seen("leak"), 1);
    verify_expect(NULL);
    ProcNotify(FALSE, TRUE);
    stop();
}
END_TEST

/* --- acting in another process ----------------------------------------------------------------------------------- */

START_TEST(an_attached_thread_uses_the_other_process_s_handles) {
    HANDLE handle;
    start();
    IMPORT(uint32_t, ProcAttach, PEPROCESS, HANDLE);
    PEPROCESS other = ps_process_create("other");
    PRKEVENT event = ob_create(&ob_type_event, sizeof *event);
    KeInitializeEvent(event, NotificationEvent, FALSE);
    ck_assert(NT_SUCCESS(ob_insert(other, event, EVENT_ALL_ACCESS, &handle)));
    ob_dereference(event);
    ASSERT_LINE(ProcAttach(other, handle));
    ps_process_kill(other);
    ob_dereference(other);
    stop();
}
END_TEST

static void attach_and_end(void *other) {
    IMPORT(void, ProcAttachAndForget, PEPROCESS);
    ProcAttachAndForget(other);
}

START_TEST(attachments_must_balance) {
    HANDLE handle;
    UNICODE_STRING name;
    start();
    IMPORT(void, ProcDetachWrongly, PEPROCESS);
    IMPORT(void, ProcAttachRaised, PEPROCESS);
    PEPROCESS other = ps_process_create("other");
    verify_expect("attach-balance");
    ProcDetachWrongly(other);
    ck_assert_uint_eq(verify_seen("attach-balance"), 1);
    ps_thread_join(ps_thread_create(ps_client_process, attach_and_end, other, "forgets"));
    ck_assert_uint_eq(verify_seen("attach-balance"), 2);
    RtlInitUnicodeString(&name, L"\\Device\\ProcessTest");
    ck_assert(NT_SUCCESS(io_open(ps_client_process, &name, GENERIC_READ, &handle)));
    ck_assert(NT_SUCCESS(io_control(ps_client_process, handle, 0x222000, NULL, 0, NULL, 0, NULL)));
    ck_assert_uint_eq(verify_seen("attach-balance"), 2);
    ck_assert_ptr_eq(VARIABLE(PEPROCESS, Requestor), ps_client_process);
    ck_assert_uint_eq(VARIABLE(ULONG, RequestorId), (uintptr_t)PsGetProcessId(ps_client_process));
    ck_assert(NT_SUCCESS(io_control(ps_client_process, handle, 0x222004, NULL, 0, NULL, 0, NULL)));
    ck_assert_uint_eq(verify_seen("attach-balance"), 3);
    verify_expect("irql-too-high");
    ProcAttachRaised(other);
    ck_assert_uint_eq(verify_seen("irql-too-high"), 1);
    verify_expect(NULL);
    ob_close(ps_client_process, handle);
    ps_process_kill(other);
    ob_dereference(other);
    stop();
}
END_TEST

/* --- objects ----------------------------------------------------------------------------------------------------- */

START_TEST(handles_are_what_the_mode_of_their_user_allows) {
    start();
    IMPORT(uint32_t, ProcObjects, void);
    IMPORT(uint32_t, ProcName, void);
    unsigned before = ob_handle_count(ps_client_process), kernel = ob_handle_count(ps_system_process);
    ASSERT_LINE(ProcObjects());
    ASSERT_LINE(ProcName());
    ck_assert_uint_eq(ob_handle_count(ps_client_process), before);
    ck_assert_uint_eq(ob_handle_count(ps_system_process), kernel);
    stop();
}
END_TEST

START_TEST(a_driver_can_close_the_handles_to_its_device_wherever_they_are) {
    HANDLE handles[2];
    UNICODE_STRING name;
    start();
    IMPORT(uint32_t, ProcCloseAll, void);
    PEPROCESS other = ps_process_create("other");
    RtlInitUnicodeString(&name, L"\\Device\\ProcessTest");
    ck_assert(NT_SUCCESS(io_open(other, &name, GENERIC_READ, &handles[0])));
    ck_assert(NT_SUCCESS(io_open(ps_client_process, &name, GENERIC_READ, &handles[1])));
    ck_assert_uint_eq(ProcCloseAll(), 2);
    ck_assert_uint_eq(ob_handle_count(other), 0);
    ck_assert_int_eq(ob_close(ps_client_process, handles[1]), STATUS_INVALID_HANDLE);
    ck_assert_uint_eq(VARIABLE(ULONG, Closed), 2);
    ps_process_kill(other);
    ob_dereference(other);
    stop();
}
END_TEST

/* --- security ---------------------------------------------------------------------------------------------------- */

START_TEST(an_access_check_follows_the_descriptor_and_the_token) {
    ACCESS_MASK granted;
    start();
    IMPORT(NTSTATUS, ProcAccess, ACCESS_MASK, ACCESS_MASK, BOOLEAN, ACCESS_MASK *);
    for (unsigned relative = 0; relative < 2; relative++) {
        se_set_process_token(ps_client_process, SE_TOKEN_USER);
        ck_assert_int_eq(ProcAccess(FILE_READ_DATA, GENERIC_ALL, relative, &granted), STATUS_ACCESS_DENIED);
        ck_assert_int_eq(ProcAccess(MAXIMUM_ALLOWED, GENERIC_ALL, relative, &granted), STATUS_ACCESS_DENIED);
        ck_assert_uint_eq(granted, 0);
        se_set_process_token(ps_client_process, SE_TOKEN_ADMINISTRATOR);
        ck_assert_int_eq(ProcAccess(FILE_READ_DATA, GENERIC_ALL, relative, &granted), STATUS_SUCCESS);
        ck_assert_uint_eq(granted, FILE_READ_DATA);
        ck_assert_int_eq(ProcAccess(GENERIC_WRITE, GENERIC_READ, relative, &granted), STATUS_ACCESS_DENIED);
        ck_assert_int_eq(ProcAccess(MAXIMUM_ALLOWED, GENERIC_READ, relative, &granted), STATUS_SUCCESS);
        ck_assert_uint_eq(granted, ob_type_file.mapping.GenericRead);
        ck_assert_int_eq(ProcAccess(ACCESS_SYSTEM_SECURITY, GENERIC_ALL, relative, &granted),
                         STATUS_PRIVILEGE_NOT_HELD);
        se_set_process_token(ps_client_process, SE_TOKEN_SYSTEM);
        ck_assert_int_eq(ProcAccess(GENERIC_ALL, 0, relative, &granted), STATUS_SUCCESS);
        ck_assert_uint_eq(granted, ob_type_file.mapping.GenericAll);
    }
    se_set_process_token(ps_client_process, SE_TOKEN_ADMINISTRATOR);
    stop();
}
END_TEST

START_TEST(missing_and_empty_lists_mean_what_they_mean_on_windows) {
    start();
    IMPORT(uint32_t, ProcSecurityRules, void);
    ASSERT_LINE(ProcSecurityRules());
    stop();
}
END_TEST

START_TEST(a_captured_subject_must_be_released_once_and_unlocked) {
    start();
    IMPORT(void, ProcCapture, void);
    IMPORT(void, ProcLockCapture, void);
    IMPORT(void, ProcUnlockCapture, void);
    IMPORT(void, ProcReleaseCapture, void);
    ProcCapture();
    verify_expect("leak");
    verify_no_leaks("in a test that wants one");
    ck_assert_uint_eq(verify_seen("leak"), 1);
    verify_expect("subject-context-balance");
    ProcUnlockCapture();
    ck_assert_uint_eq(verify_seen("subject-context-balance"), 1);
    ProcLockCapture();
    ProcLockCapture();
    ck_assert_uint_eq(verify_seen("subject-context-balance"), 2);
    ProcReleaseCapture();
    ck_assert_uint_eq(verify_seen("subject-context-balance"), 3);
    ProcReleaseCapture();
    ck_assert_uint_eq(verify_seen("subject-context-balance"), 4);
    verify_expect(NULL);
    stop();
}
END_TEST

START_TEST(a_driver_can_keep_its_device_for_administrators) {
    UNICODE_STRING name;
    HANDLE handle;
    start();
    IMPORT(uint32_t, ProcRestrictDevice, void);
    RtlInitUnicodeString(&name, L"\\Device\\ProcessTest");
    se_set_process_token(ps_client_process, SE_TOKEN_USER);
    ck_assert(NT_SUCCESS(io_open(ps_client_process, &name, GENERIC_READ, &handle)));
    ob_close(ps_client_process, handle);
    ASSERT_LINE(ProcRestrictDevice());
    ck_assert_int_eq(io_open(ps_client_process, &name, GENERIC_READ, &handle), STATUS_ACCESS_DENIED);
    se_set_process_token(ps_client_process, SE_TOKEN_ADMINISTRATOR);
    ck_assert(NT_SUCCESS(io_open(ps_client_process, &name, GENERIC_READ, &handle)));
    ob_close(ps_client_process, handle);
    stop();
}
END_TEST

/* --- the system -------------------------------------------------------------------------------------------------- */

START_TEST(the_system_lists_its_processes_modules_and_handles) {
    ACCESS_MASK access = 0;
    HANDLE handle, own;
    void *found = NULL;
    start();
    IMPORT(uint32_t, ProcSystem, void);
    IMPORT(uint32_t, ProcFindHandle, BOOLEAN, HANDLE, HANDLE, void **, ACCESS_MASK *);
    IMPORT(uint32_t, ProcFindProcess, HANDLE, HANDLE);
    ASSERT_LINE(ProcSystem());
    own = PsGetProcessId(ps_client_process);
    PRKEVENT event = ob_create(&ob_type_event, sizeof *event);
    KeInitializeEvent(event, NotificationEvent, FALSE);
    ck_assert(NT_SUCCESS(ob_insert(ps_client_process, event, SYNCHRONIZE | 2, &handle)));
    for (unsigned extended = 0; extended < 2; extended++) {
        found = NULL;
        ck_assert_uint_eq(ProcFindHandle(extended, own, handle, &found, &access), 1);
        ck_assert_ptr_eq(found, event);
        ck_assert_uint_eq(access, SYNCHRONIZE | 2);
    }
    ob_dereference(event);
    ob_close(ps_client_process, handle);
    ck_assert_uint_eq(ProcFindHandle(TRUE, own, handle, &found, &access), 0);
    ck_assert_uint_eq(ProcFindProcess(own, PsGetCurrentThreadId()), 1);
    stop();
}
END_TEST

/* --- memory of user mode ----------------------------------------------------------------------------------------- */

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

TEST_CASES(process, a_thread_finds_itself_by_id_and_by_gs, a_dead_process_is_not_found_by_its_id,
           a_notify_routine_hears_of_births_and_deaths_in_the_right_context,
           an_extended_notify_routine_needs_a_signed_image_and_may_forbid_a_process,
           there_is_room_for_64_notify_routines, removing_a_notify_routine_waits_for_its_calls,
           a_notify_routine_that_stays_is_a_leak, an_attached_thread_uses_the_other_process_s_handles,
           attachments_must_balance, handles_are_what_the_mode_of_their_user_allows,
           a_driver_can_close_the_handles_to_its_device_wherever_they_are,
           an_access_check_follows_the_descriptor_and_the_token, missing_and_empty_lists_mean_what_they_mean_on_windows,
           a_captured_subject_must_be_released_once_and_unlocked, a_driver_can_keep_its_device_for_administrators,
           the_system_lists_its_processes_modules_and_handles, probes_know_user_addresses_from_others,
           user_memory_that_is_not_there_or_not_writable_cannot_be_locked, a_safe_copy_ends_where_the_memory_does,
           a_mapping_of_locked_user_memory_shows_the_same_bytes, locked_pages_outlive_their_address,
           pages_are_reserved_committed_and_protected, another_process_s_memory_cannot_be_locked,
           pool_can_be_shown_to_the_current_process_and_taken_away_in_it, an_mdl_s_mapping_can_be_protected)
