/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Events, mutexes and waits.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "host/program.h"
#include "host/sched.h"
#include "host/se.h"
#include "host/win32_private.h"

/* --- names ------------------------------------------------------------------------------------------------------- */

/* A named object: its name lives as long as somebody has a handle. Everything: names_lock. */
struct named {
    struct named *next;
    void *object;
    unsigned handles;
    PSECURITY_DESCRIPTOR descriptor; /* NULL: the default one, of the creator's rights */
    enum se_token_kind creator;
    WCHAR name[];
};

static pthread_mutex_t names_lock = PTHREAD_MUTEX_INITIALIZER;
static struct named *names;

static void named_free(struct named *entry) {
    free(entry->descriptor);
    free(entry);
}

static void named_close(PEPROCESS process, void *object, bool last) {
    (void)process;
    (void)last; /* our own count cannot be overtaken by a creation that has found the name but has no handle yet */
    pthread_mutex_lock(&names_lock);
    for (struct named **link = &names; *link; link = &(*link)->next) {
        struct named *entry = *link;
        if (entry->object != object) continue;
        if (!--entry->handles) {
            *link = entry->next;
            named_free(entry);
        }
        break;
    }
    pthread_mutex_unlock(&names_lock);
}

void win32_names_start(void) {
    ob_type_event.close = named_close;
    ob_type_mutant.close = named_close;
    ob_type_section.close = named_close;
}

/* "Global\X", "Local\X" and "X" are one name: the host has a single session. NULL with the last error set. */
static const WCHAR *name_normal(const WCHAR *name) {
    static const WCHAR prefixes[][8] = {L"Global\\", L"Local\\"};
    for (unsigned i = 0; i < 2; i++) {
        size_t length = win32_length(prefixes[i]);
        if (!memcmp(name, prefixes[i], (win32_length(name) < length ? win32_length(name) : length) * sizeof *name) &&
            win32_length(name) >= length) {
            name += length;
            break;
        }
    }
    size_t length = win32_length(name);
    DWORD error = length > 260 ? ERROR_FILENAME_EXCED_RANGE : ERROR_SUCCESS;
    for (size_t i = 0; i < length && !error; i++)
        if (name[i] == '\\') error = ERROR_PATH_NOT_FOUND;
    if (!error) return name;
    win32_set_error(error);
    return NULL;
}

/* With names_lock. */
static struct named *name_find(const WCHAR *name) {
    struct named *entry = names;
    while (entry && !win32_same(entry->name, name, false)) entry = entry->next;
    return entry;
}

/* --- making and opening ------------------------------------------------------------------------------------------ */

/* By default an object is its creator's and the system's: what an administrator makes, users cannot open. */
static NTSTATUS named_access(const struct named *entry, struct ob_type *type, ACCESS_MASK access) {
    enum se_token_kind token = ps_current_process()->token;
    ACCESS_MASK granted;
    if (ob_type_of(entry->object) != type) return STATUS_OBJECT_TYPE_MISMATCH;
    if (entry->descriptor) return se_check(entry->descriptor, token, access, &type->mapping, &granted);
    return token == SE_TOKEN_USER && entry->creator != SE_TOKEN_USER ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
}

static bool descriptor_copy(struct named *entry, const SECURITY_ATTRIBUTES *attributes) {
    if (!attributes || !attributes->lpSecurityDescriptor) return true;
    ULONG size = RtlLengthSecurityDescriptor(attributes->lpSecurityDescriptor);
    entry->descriptor = malloc(size);
    if (entry->descriptor) memcpy(entry->descriptor, attributes->lpSecurityDescriptor, size);
    return entry->descriptor;
}

static NTSTATUS named_create(struct ob_type *type, win32_make *make, const void *context, const WCHAR *name,
                             const SECURITY_ATTRIBUTES *attributes, ACCESS_MASK access, HANDLE *handle, bool *existed) {
    struct named *entry = name_find(name);
    *existed = entry;
    if (entry) {
        NTSTATUS status = named_access(entry, type, access);
        if (status == STATUS_OBJECT_TYPE_MISMATCH) return STATUS_INVALID_HANDLE;
        if (NT_SUCCESS(status)) status = ob_insert(ps_current_process(), entry->object, access, handle);
        if (NT_SUCCESS(status)) entry->handles++;
        return status;
    }
    size_t name_size = (win32_length(name) + 1) * sizeof *name;
    void *object = make(context);
    entry = calloc(1, sizeof *entry + name_size);
    NTSTATUS status = object && entry && descriptor_copy(entry, attributes) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    if (NT_SUCCESS(status)) status = ob_insert(ps_current_process(), object, access, handle);
    if (object) ob_dereference(object);
    if (!NT_SUCCESS(status)) {
        if (entry) named_free(entry);
        return status;
    }
    entry->object = object;
    entry->handles = 1;
    entry->creator = ps_current_process()->token;
    memcpy(entry->name, name, name_size);
    entry->next = names;
    names = entry;
    return STATUS_SUCCESS;
}

HANDLE win32_create(struct ob_type *type, win32_make *make, const void *context, const WCHAR *name,
                    const SECURITY_ATTRIBUTES *attributes, ACCESS_MASK access) {
    HANDLE handle = NULL;
    NTSTATUS status = STATUS_NO_MEMORY;
    bool existed = false;
    if (name && *name) {
        name = name_normal(name);
        if (!name) return NULL;
        pthread_mutex_lock(&names_lock);
        status = named_create(type, make, context, name, attributes, access, &handle, &existed);
        pthread_mutex_unlock(&names_lock);
    } else {
        void *object = make(context);
        if (object) {
            status = ob_insert(ps_current_process(), object, access, &handle);
            ob_dereference(object);
        }
    }
    if (!win32_check(status)) return NULL;
    win32_set_error(existed ? ERROR_ALREADY_EXISTS : ERROR_SUCCESS);
    return handle;
}

HANDLE win32_open(struct ob_type *type, const WCHAR *name, ACCESS_MASK access) {
    HANDLE handle = NULL;
    if (!name) {
        win32_set_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    name = name_normal(name);
    if (!name) return NULL;
    pthread_mutex_lock(&names_lock);
    struct named *entry = name_find(name);
    NTSTATUS status = entry ? named_access(entry, type, access) : STATUS_OBJECT_NAME_NOT_FOUND;
    if (NT_SUCCESS(status)) status = ob_insert(ps_current_process(), entry->object, access, &handle);
    if (NT_SUCCESS(status)) entry->handles++;
    pthread_mutex_unlock(&names_lock);
    return win32_check(status) ? handle : NULL;
}

/* --- events ------------------------------------------------------------------------------------------------------ */

struct event_kind {
    bool manual, set;
};

static void *event_make(const void *context) {
    const struct event_kind *kind = context;
    PRKEVENT event = ob_create(&ob_type_event, sizeof *event);
    if (event) KeInitializeEvent(event, kind->manual ? NotificationEvent : SynchronizationEvent, kind->set);
    return event;
}

HANDLE NTAPI CreateEventW(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset, BOOL bInitialState,
                          LPCWSTR lpName) {
    NT_ENTER(CreateEventW);
    struct event_kind kind = {bManualReset, bInitialState};
    if (NT_FAULT(CreateEventW)) {
        win32_set_error(ERROR_NO_SYSTEM_RESOURCES);
        return NULL;
    }
    return win32_create(&ob_type_event, event_make, &kind, lpName, lpEventAttributes, EVENT_ALL_ACCESS);
}

HANDLE NTAPI OpenEventW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName) {
    NT_ENTER(OpenEventW);
    (void)bInheritHandle;
    return win32_open(&ob_type_event, lpName, dwDesiredAccess);
}

BOOL NTAPI SetEvent(HANDLE hEvent) {
    NT_ENTER(SetEvent);
    PRKEVENT event = win32_object(hEvent, &ob_type_event, EVENT_MODIFY_STATE);
    if (!event) return FALSE;
    KeSetEvent(event, IO_NO_INCREMENT, FALSE);
    ob_dereference(event);
    return TRUE;
}

BOOL NTAPI ResetEvent(HANDLE hEvent) {
    NT_ENTER(ResetEvent);
    PRKEVENT event = win32_object(hEvent, &ob_type_event, EVENT_MODIFY_STATE);
    if (!event) return FALSE;
    KeClearEvent(event);
    ob_dereference(event);
    return TRUE;
}

/* --- mutexes ----------------------------------------------------------------------------------------------------- */

static void *mutex_make(const void *context) {
    PKMUTANT mutex = ob_create(&ob_type_mutant, sizeof *mutex);
    if (!mutex) return NULL;
    KeInitializeMutex(mutex, 0);
    mutex->ApcDisable = FALSE; /* a program's: it may keep it as long as it likes */
    /* Nobody else has it yet, so this does not wait. */
    if (*(const BOOL *)context) KeWaitForSingleObject(mutex, UserRequest, UserMode, FALSE, NULL);
    return mutex;
}

HANDLE NTAPI CreateMutexW(LPSECURITY_ATTRIBUTES lpMutexAttributes, BOOL bInitialOwner, LPCWSTR lpName) {
    NT_ENTER(CreateMutexW);
    if (NT_FAULT(CreateMutexW)) {
        win32_set_error(ERROR_ACCESS_DENIED);
        return NULL;
    }
    return win32_create(&ob_type_mutant, mutex_make, &bInitialOwner, lpName, lpMutexAttributes, MUTANT_ALL_ACCESS);
}

HANDLE NTAPI OpenMutexW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName) {
    NT_ENTER(OpenMutexW);
    (void)bInheritHandle;
    return win32_open(&ob_type_mutant, lpName, dwDesiredAccess);
}

BOOL NTAPI ReleaseMutex(HANDLE hMutex) {
    NT_ENTER(ReleaseMutex);
    PKMUTANT mutex = win32_object(hMutex, &ob_type_mutant, 0);
    if (!mutex) return FALSE;
    /* KeReleaseMutex raises an exception for a thread that does not own it. */
    bool own = __atomic_load_n(&mutex->OwnerThread, __ATOMIC_ACQUIRE) == KeGetCurrentThread();
    if (own) KeReleaseMutex(mutex, FALSE);
    ob_dereference(mutex);
    return win32_check(own ? STATUS_SUCCESS : STATUS_MUTANT_NOT_OWNED);
}

/* --- waits ------------------------------------------------------------------------------------------------------- */

static LARGE_INTEGER *timeout_of(DWORD milliseconds, LARGE_INTEGER *timeout) {
    timeout->QuadPart = -(LONGLONG)milliseconds * 10000;
    return milliseconds == INFINITE ? NULL : timeout;
}

/* What a wait for the object waits for, NULL if one cannot wait for its type. */
static void *waitable(void *object) {
    struct ob_type *type = ob_type_of(object);
    if (type == &ob_type_event || type == &ob_type_mutant || type == &ob_type_thread || type == &ob_type_process)
        return object;
    if (type == &ob_type_file) return &((PFILE_OBJECT)object)->Event;
    return NULL;
}

/* Windows' WAIT_... values are NTSTATUS values. */
static DWORD wait_result(NTSTATUS status) { return win32_check(status) ? (DWORD)status : WAIT_FAILED; }

DWORD NTAPI WaitForSingleObjectEx(HANDLE hHandle, DWORD dwMilliseconds, BOOL bAlertable) {
    NT_ENTER(WaitForSingleObjectEx);
    LARGE_INTEGER timeout;
    void *object = win32_object(hHandle, NULL, SYNCHRONIZE);
    if (!object) return WAIT_FAILED;
    void *wait = waitable(object);
    NTSTATUS status = STATUS_OBJECT_TYPE_MISMATCH;
    if (wait)
        status = KeWaitForSingleObject(wait, UserRequest, UserMode, !!bAlertable, timeout_of(dwMilliseconds, &timeout));
    ob_dereference(object);
    return wait_result(status);
}

DWORD NTAPI WaitForSingleObject(HANDLE hHandle, DWORD dwMilliseconds) {
    NT_ENTER(WaitForSingleObject);
    return WaitForSingleObjectEx(hHandle, dwMilliseconds, FALSE);
}

DWORD NTAPI WaitForMultipleObjectsEx(DWORD nCount, const HANDLE *lpHandles, BOOL bWaitAll, DWORD dwMilliseconds,
                                     BOOL bAlertable) {
    NT_ENTER(WaitForMultipleObjectsEx);
    void *objects[MAXIMUM_WAIT_OBJECTS], *waits[MAXIMUM_WAIT_OBJECTS];
    KWAIT_BLOCK blocks[MAXIMUM_WAIT_OBJECTS];
    LARGE_INTEGER timeout;
    DWORD count = 0, result = WAIT_FAILED;
    if (!nCount || nCount > MAXIMUM_WAIT_OBJECTS) {
        win32_set_error(ERROR_INVALID_PARAMETER);
        return WAIT_FAILED;
    }
    for (; count < nCount; count++) {
        objects[count] = win32_object(lpHandles[count], NULL, SYNCHRONIZE);
        if (!objects[count]) goto dereference;
        waits[count] = waitable(objects[count]);
        if (!waits[count]) {
            count++;
            win32_check(STATUS_OBJECT_TYPE_MISMATCH);
            goto dereference;
        }
    }
    result = wait_result(KeWaitForMultipleObjects(nCount, waits, bWaitAll ? WaitAll : WaitAny, UserRequest, UserMode,
                                                  !!bAlertable, timeout_of(dwMilliseconds, &timeout), blocks));
dereference:
    while (count--) ob_dereference(objects[count]);
    return result;
}

DWORD NTAPI WaitForMultipleObjects(DWORD nCount, const HANDLE *lpHandles, BOOL bWaitAll, DWORD dwMilliseconds) {
    NT_ENTER(WaitForMultipleObjects);
    return WaitForMultipleObjectsEx(nCount, lpHandles, bWaitAll, dwMilliseconds, FALSE);
}

#define ENDLESS_LOOK (20 * 10000LL) /* how often a thread that sleeps for ever looks whether its process still is */

DWORD NTAPI SleepEx(DWORD dwMilliseconds, BOOL bAlertable) {
    NT_ENTER(SleepEx);
    LARGE_INTEGER interval;
    if (!dwMilliseconds) {
        sched_give_way();
        return 0;
    }
    bool endless = !timeout_of(dwMilliseconds, &interval);
    NTSTATUS status;
    if (endless) interval.QuadPart = -ENDLESS_LOOK;
    do {
        if (endless) program_sleeps();
        status = KeDelayExecutionThread(UserMode, !!bAlertable, &interval);
    } while (endless && status != STATUS_USER_APC);
    return status == STATUS_USER_APC ? WAIT_IO_COMPLETION : 0;
}

VOID NTAPI Sleep(DWORD dwMilliseconds) {
    NT_ENTER(Sleep);
    SleepEx(dwMilliseconds, FALSE);
}

BOOL NTAPI SwitchToThread(VOID) {
    NT_ENTER(SwitchToThread);
    sched_give_way();
    return TRUE;
}
