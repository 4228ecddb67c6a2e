/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Processes, objects and security, as a driver made for it (drivers/process.c) uses them.
 */
#include "test/driver/process_rig.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "nt/win32.h"

/* --- ids and gs -------------------------------------------------------------------------------------------------- */

struct question {
    void (*ask)(void *line);
    uint32_t *line;
};

static void ask_ids(void *line) {
    IMPORT(uint32_t, ProcIds, void);
    *(uint32_t *)line = ProcIds();
}

static void *ask_foreign(void *context) {
    struct question *question = context;
    ps_self();
    question->ask(question->line);
    return NULL;
}

/* A thread of the host's own, a client's, and one that the host hears of late. */
static void ask_three(void (*ask)(void *line)) {
    uint32_t line = ~0u;
    pthread_t foreign;
    ask(&line);
    ASSERT_LINE(line);
    line = ~0u;
    ps_thread_join(ps_thread_create(ps_client_process, ask, &line, "asks"));
    ASSERT_LINE(line);
    line = ~0u;
    pthread_create(&foreign, NULL, ask_foreign, &(struct question){ask, &line});
    pthread_join(foreign, NULL);
    ASSERT_LINE(line);
}

START_TEST(a_thread_finds_itself_by_id) {
    start();
    ask_three(ask_ids);
    stop();
}
END_TEST

#if defined(__x86_64__)
static void ask_gs(void *line) {
    IMPORT(uint32_t, ProcGs, void);
    *(uint32_t *)line = ProcGs();
}

START_TEST(a_thread_finds_itself_by_gs) {
    start();
    ask_three(ask_gs);
    stop();
}
END_TEST
#endif

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

#if defined(__x86_64__)
TEST_CASES(gs, a_thread_finds_itself_by_gs)
#endif
TEST_CASES(process, a_thread_finds_itself_by_id, a_dead_process_is_not_found_by_its_id,
           a_notify_routine_hears_of_births_and_deaths_in_the_right_context,
           an_extended_notify_routine_needs_a_signed_image_and_may_forbid_a_process,
           there_is_room_for_64_notify_routines, removing_a_notify_routine_waits_for_its_calls,
           a_notify_routine_that_stays_is_a_leak, an_attached_thread_uses_the_other_process_s_handles,
           attachments_must_balance, handles_are_what_the_mode_of_their_user_allows,
           a_driver_can_close_the_handles_to_its_device_wherever_they_are,
           an_access_check_follows_the_descriptor_and_the_token, missing_and_empty_lists_mean_what_they_mean_on_windows,
           a_captured_subject_must_be_released_once_and_unlocked, a_driver_can_keep_its_device_for_administrators,
           the_system_lists_its_processes_modules_and_handles)
