/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Objects, handles, names.
 */
#include "host/kernel_private.h"

#include <stdlib.h>
#include <string.h>

#include "host/guest.h"
#include "host/image.h"

#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define POISON(address, size) __asan_poison_memory_region((address), (size))
#define UNPOISON(address, size) __asan_unpoison_memory_region((address), (size))
#else
#define POISON(address, size) ((void)0)
#define UNPOISON(address, size) ((void)0)
#endif

/* In front of every object's body. */
struct ob_header {
    _Alignas(16) struct ob_type *type;
    int64_t references; /* atomic */
    uint32_t handles;   /* atomic; in all processes */
    uint32_t magic;
    size_t size; /* of the body */
};
#define MAGIC 0x4f424a45u
#define DEAD 0x44454144u

static void symlink_delete(void *object);

#define MAPPING(read, write, execute, all) {(read) | 0x20000, (write) | 0x20000, (execute) | 0x20000, (all)}
struct ob_type
    ob_type_event = {.name = "Event", .mapping = MAPPING(1, 2, SYNCHRONIZE, EVENT_ALL_ACCESS)},
    ob_type_mutant = {.name = "Mutant", .delete = ke_mutant_delete, .mapping = MAPPING(1, 0, SYNCHRONIZE, 0x1F0001)},
    ob_type_section = {.name = "Section", .delete = mm_section_delete, .mapping = MAPPING(5, 2, 8, SECTION_ALL_ACCESS)},
    ob_type_thread = {.name = "Thread", .mapping = MAPPING(0x48, 0x37, SYNCHRONIZE, 0x1FFFFF)},
    ob_type_process = {.name = "Process",
                       .delete = ps_process_delete,
                       .mapping = MAPPING(0x410, 0xBEA, SYNCHRONIZE, 0x1FFFFF)},
    ob_type_file = {.name = "File",
                    .delete = io_file_delete,
                    .close = io_file_close,
                    .mapping = {0x120089, 0x120116, 0x1200A0, 0x1F01FF}},
    ob_type_device = {.name = "Device",
                      .delete = io_device_delete,
                      .mapping = {0x120089, 0x120116, 0x1200A0, 0x1F01FF}},
    ob_type_symlink = {.name = "SymbolicLink", .delete = symlink_delete, .mapping = MAPPING(1, 0, 1, 0xF0001)};

static POBJECT_TYPE event_type = (POBJECT_TYPE)&ob_type_event, thread_type = (POBJECT_TYPE)&ob_type_thread,
                    process_type = (POBJECT_TYPE)&ob_type_process, file_type = (POBJECT_TYPE)&ob_type_file;
POBJECT_TYPE *ExEventObjectType = &event_type, *PsThreadType = &thread_type, *PsProcessType = &process_type,
             *IoFileObjectType = &file_type;

static struct ob_header *header_of(void *object) {
    struct ob_header *header = (struct ob_header *)object - 1;
    if (header->magic != MAGIC) verify_violation("not-an-object", "%p is no object", object);
    return header;
}

/* The memory of objects that have gone is kept for a while, so that their late users are told from wild pointers. */
#define KEPT 64

static bool is_dead(void *object) { return ((struct ob_header *)object - 1)->magic == DEAD; }

static void bury(struct ob_header *header) {
    static struct ob_header *kept[KEPT];
    static unsigned next;
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

    memset(header + 1, 0xDD, header->size);
    POISON(header + 1, header->size);
    header->magic = DEAD;
    pthread_mutex_lock(&lock);
    struct ob_header *oldest = kept[next % KEPT];
    kept[next++ % KEPT] = header;
    pthread_mutex_unlock(&lock);
    if (!oldest) return;
    oldest->magic = 0;
    UNPOISON(oldest + 1, oldest->size);
    free(oldest);
}

void *ob_create(struct ob_type *type, size_t body_size) {
    struct ob_header *header = calloc(1, sizeof(*header) + body_size);

    if (header == NULL) return NULL;
    *header = (struct ob_header){.type = type, .references = 1, .magic = MAGIC, .size = body_size};
    return header + 1;
}

struct ob_type *ob_type_of(void *object) { return header_of(object)->type; }

void ob_reference(void *object) {
    struct ob_header *header = (struct ob_header *)object - 1;

    if (is_dead(object) || __atomic_fetch_add(&header_of(object)->references, 1, __ATOMIC_RELAXED) <= 0)
        verify_violation("reference-to-dead", "a reference to the %s %p, which is gone", header->type->name, object);
}

void ob_driver_references(void *object, const void *caller) { verify_track("reference", object, 0, 0, caller); }

void ob_driver_dereferences(void *object, const void *caller) {
    if (image_find(caller)) verify_untrack("reference", object);
}

void ob_dereference(void *object) {
    struct ob_header *header = is_dead(object) ? (struct ob_header *)object - 1 : header_of(object);
    int64_t left = is_dead(object) ? -1 : __atomic_sub_fetch(&header->references, 1, __ATOMIC_ACQ_REL);

    if (left > 0) return;
    if (left < 0 || __atomic_load_n(&header->handles, __ATOMIC_RELAXED)) {
        verify_violation("reference-underflow", "the %s %p is dereferenced too often; %u handles are open",
                         header->type->name, object, header->handles);
        return;
    }
    if (header->type->delete) header->type->delete(object);
    verify_untrack("thread", object);
    verify_untrack("section", object);
    while (verify_tracked("reference", object)) verify_untrack("reference", object); /* the host gave them back */
    bury(header);
}

bool ob_dereference_if_shared(void *object) {
    int64_t *references = &header_of(object)->references, now = __atomic_load_n(references, __ATOMIC_RELAXED);

    while (now > 1)
        if (__atomic_compare_exchange_n(references, &now, now - 1, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            return true;
    return false;
}

/* --- handles ------------------------------------------------------------------------------------------------------ */

#define KERNEL_HANDLE 0xFFFFFFFF80000000ull

static bool is_pseudo(HANDLE handle) { return handle == ZwCurrentProcess() || handle == (HANDLE)(LONG_PTR)-2; }

static unsigned handle_index(HANDLE handle) { return (unsigned)((ULONG_PTR)handle & 0x3FFFFFFF) / 4 - 1; }

static PEPROCESS handle_process(PEPROCESS process, HANDLE handle) {
    return ((ULONG_PTR)handle & KERNEL_HANDLE) == KERNEL_HANDLE ? ps_system_process : process;
}

/* A handle of Wine's, in whose process we are. */
static bool is_guests(PEPROCESS process, HANDLE handle) {
    return guest && process == ps_client_process && !guest_handle_is_ours(handle);
}

NTSTATUS ob_insert(PEPROCESS process, void *object, ACCESS_MASK access, HANDLE *handle) {
    bool kernel = process == NULL;
    unsigned at;

    if (kernel) process = ps_system_process;
    se_map_generic(&access, &ob_type_of(object)->mapping);
    if (access & 0x02000000 /* MAXIMUM_ALLOWED */) access = ob_type_of(object)->mapping.GenericAll;
    pthread_mutex_lock(&process->lock);
    for (at = 0; at < process->handle_capacity && process->handles[at].object; at++);
    if (at == process->handle_capacity) {
        unsigned capacity = at ? 2 * at : 32;
        struct handle_entry *grown = realloc(process->handles, capacity * sizeof(*grown));
        if (grown == NULL) {
            pthread_mutex_unlock(&process->lock);
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        memset(grown + at, 0, (capacity - at) * sizeof(*grown));
        process->handles = grown;
        process->handle_capacity = capacity;
    }
    ob_reference(object);
    __atomic_add_fetch(&header_of(object)->handles, 1, __ATOMIC_RELAXED);
    process->handles[at] = (struct handle_entry){object, access};
    pthread_mutex_unlock(&process->lock);
    *handle = (HANDLE)((ULONG_PTR)(at + 1) * 4 | (kernel ? KERNEL_HANDLE : guest ? GUEST_HANDLE : 0));
    return STATUS_SUCCESS;
}

void ob_driver_opens(HANDLE handle, const void *caller) {
    /* What is in another process's table goes with that process. */
    if (handle_process(ps_current_process(), handle) == ps_system_process)
        verify_track("handle", (HANDLE)((ULONG_PTR)(handle_index(handle) + 1) * 4), 0, 0, caller);
}

/* The calling process and thread have names that are no handles. */
static NTSTATUS lookup_pseudo(HANDLE handle, struct ob_type *type, void **object) {
    void *self = handle == ZwCurrentProcess() ? (void *)ps_current_process() : (void *)ps_self();

    if (type && ob_type_of(self) != type) return STATUS_OBJECT_TYPE_MISMATCH;
    ob_reference(*object = self);
    return STATUS_SUCCESS;
}

NTSTATUS ob_lookup(PEPROCESS process, HANDLE handle, struct ob_type *type, ACCESS_MASK access, void **object) {
    return ob_lookup_access(process, handle, type, access, object, NULL);
}

NTSTATUS ob_lookup_access(PEPROCESS process, HANDLE handle, struct ob_type *type, ACCESS_MASK access, void **object,
                          ACCESS_MASK *granted) {
    unsigned at = handle_index(handle);
    NTSTATUS status = STATUS_SUCCESS;

    if (is_pseudo(handle)) {
        if (granted) *granted = 0x1FFFFF;
        return lookup_pseudo(handle, type, object);
    }
    process = handle_process(process, handle);
    if (is_guests(process, handle)) {
        if (granted) *granted = EVENT_ALL_ACCESS;
        return guest_object(handle, type, object);
    }
    pthread_mutex_lock(&process->lock);
    if (((ULONG_PTR)handle & 3) != 0 || at >= process->handle_capacity || !process->handles[at].object)
        status = STATUS_INVALID_HANDLE;
    else if (type && ob_type_of(process->handles[at].object) != type)
        status = STATUS_OBJECT_TYPE_MISMATCH;
    else if (access & ~process->handles[at].access)
        status = STATUS_ACCESS_DENIED;
    else
        ob_reference(*object = process->handles[at].object);
    if (NT_SUCCESS(status) && granted) *granted = process->handles[at].access;
    pthread_mutex_unlock(&process->lock);
    return status;
}

NTSTATUS ob_close(PEPROCESS process, HANDLE handle) {
    unsigned at = handle_index(handle);
    void *object = NULL;

    process = handle_process(process, handle);
    if (is_guests(process, handle)) return STATUS_INVALID_HANDLE; /* a driver has no business there */
    pthread_mutex_lock(&process->lock);
    if (((ULONG_PTR)handle & 3) == 0 && at < process->handle_capacity) {
        object = process->handles[at].object;
        process->handles[at].object = NULL;
    }
    pthread_mutex_unlock(&process->lock);
    if (object == NULL) return STATUS_INVALID_HANDLE;
    if (process == ps_system_process) verify_untrack("handle", (HANDLE)((ULONG_PTR)(at + 1) * 4));
    bool last = __atomic_sub_fetch(&header_of(object)->handles, 1, __ATOMIC_ACQ_REL) == 0;
    if (ob_type_of(object)->close) ob_type_of(object)->close(process, object, last);
    ob_dereference(object);
    return STATUS_SUCCESS;
}

unsigned ob_handles(PEPROCESS process, struct ob_handle *handles, unsigned room) {
    unsigned count = 0;
    pthread_mutex_lock(&process->lock);
    for (unsigned at = 0; at < process->handle_capacity; at++) {
        if (process->handles[at].object == NULL) continue;
        if (count++ < room)
            handles[count - 1] =
                (struct ob_handle){process->id, (at + 1) * 4, process->handles[at].object, process->handles[at].access,
                                   ob_type_of(process->handles[at].object)};
    }
    pthread_mutex_unlock(&process->lock);
    return count;
}

unsigned ob_handle_count(PEPROCESS process) {
    unsigned count = 0;
    pthread_mutex_lock(&process->lock);
    for (unsigned at = 0; at < process->handle_capacity; at++) count += process->handles[at].object != NULL;
    pthread_mutex_unlock(&process->lock);
    return count;
}

NTSTATUS NTAPI ObReferenceObjectByHandle(HANDLE Handle, ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType,
                                         KPROCESSOR_MODE AccessMode, PVOID *Object,
                                         POBJECT_HANDLE_INFORMATION HandleInformation) {
    NT_ENTER(ObReferenceObjectByHandle);
    ACCESS_MASK granted = 0;
    NTSTATUS status;
    if (AccessMode == UserMode && !is_pseudo(Handle) && ((ULONG_PTR)Handle & KERNEL_HANDLE) == KERNEL_HANDLE)
        return STATUS_INVALID_HANDLE;
    if (AccessMode == UserMode && ObjectType == NULL)
        verify_violation("handle-without-type", "a handle of user mode is referenced without an object type");
    /* Kernel mode is not held to the handle's access. */
    status = ob_lookup_access(ps_current_process(), Handle, (struct ob_type *)ObjectType,
                              AccessMode == UserMode ? DesiredAccess : 0, Object, &granted);
    if (NT_SUCCESS(status)) ob_driver_references(*Object, CALLER);
    if (NT_SUCCESS(status) && HandleInformation) *HandleInformation = (OBJECT_HANDLE_INFORMATION){0, granted};
    return status;
}

LONG_PTR NTAPI ObfReferenceObject(PVOID Object) {
    NT_ENTER(ObfReferenceObject);
    ob_reference(Object);
    ob_driver_references(Object, CALLER);
    return __atomic_load_n(&header_of(Object)->references, __ATOMIC_RELAXED);
}

LONG_PTR ob_dereference_for(void *object, const void *caller) {
    LONG_PTR left = is_dead(object) ? -1 : __atomic_load_n(&header_of(object)->references, __ATOMIC_RELAXED) - 1;
    if (left == 0 && ke_irql() > PASSIVE_LEVEL)
        verify_violation("irql-too-high", "the last reference of a %s goes at IRQL %u", ob_type_of(object)->name,
                         ke_irql());
    ob_driver_dereferences(object, caller);
    ob_dereference(object);
    return left;
}

LONG_PTR NTAPI ObfDereferenceObject(PVOID Object) {
    NT_ENTER(ObfDereferenceObject);
    return ob_dereference_for(Object, CALLER);
}

NTSTATUS NTAPI ZwClose(HANDLE Handle) {
    NT_ENTER(ZwClose);
    NTSTATUS status = ob_close(ps_current_process(), Handle);
    if (!NT_SUCCESS(status)) verify_violation("bad-handle", "ZwClose(%p)", Handle);
    return status;
}

/* --- names -------------------------------------------------------------------------------------------------------- */

struct name {
    struct name *next;
    void *object;
    unsigned length; /* characters */
    WCHAR text[];
};
static struct name *names;
static pthread_mutex_t names_lock = PTHREAD_MUTEX_INITIALIZER;

static WCHAR fold(WCHAR c) { return c >= 'a' && c <= 'z' ? (WCHAR)(c - 32) : c; }

static bool starts(const WCHAR *text, unsigned length, const WCHAR *prefix, unsigned prefix_length) {
    if (length < prefix_length) return false;
    for (unsigned at = 0; at < prefix_length; at++)
        if (fold(text[at]) != fold(prefix[at])) return false;
    return true;
}

#define WIDE(literal) literal, sizeof(literal) / sizeof(WCHAR) - 1

/* "\DosDevices\X", "\??\Global\X", "\GLOBAL??\X" are all "\??\X". Returns what is behind the folder, or NULL. */
static const WCHAR *dos_name(const WCHAR *text, unsigned *length) {
    static const struct {
        const WCHAR *text;
        unsigned length;
    } folders[] = {{WIDE(L"\\DosDevices\\")}, {WIDE(L"\\??\\")}, {WIDE(L"\\GLOBAL??\\")}};

    for (unsigned at = 0; at < 3; at++) {
        if (!starts(text, *length, folders[at].text, folders[at].length)) continue;
        text += folders[at].length;
        *length -= folders[at].length;
        if (starts(text, *length, WIDE(L"Global\\"))) {
            text += 7;
            *length -= 7;
        }
        return text;
    }
    return NULL;
}

/* The canonical spelling in memory from malloc. */
static WCHAR *canonical(const UNICODE_STRING *path, unsigned *length) {
    unsigned rest = path->Length / sizeof(WCHAR);
    const WCHAR *dos = dos_name(path->Buffer, &rest);
    WCHAR *text = malloc(path->Length + 16);

    if (text == NULL) return NULL;
    if (dos) {
        memcpy(text, L"\\??\\", 4 * sizeof(WCHAR));
        memcpy(text + 4, dos, rest * sizeof(WCHAR));
        *length = rest + 4;
    } else {
        if (path->Buffer) memcpy(text, path->Buffer, path->Length);
        *length = path->Length / sizeof(WCHAR);
    }
    return text;
}

/* The longest name that is the whole of the path or ends before one of its backslashes. */
static struct name *find(const WCHAR *text, unsigned length, bool whole) {
    struct name *best = NULL;

    for (struct name *name = names; name; name = name->next)
        if (starts(text, length, name->text, name->length) &&
            (length == name->length || (!whole && text[name->length] == '\\')) &&
            (!best || name->length > best->length))
            best = name;
    return best;
}

NTSTATUS ob_name_insert(const UNICODE_STRING *path, void *object) {
    unsigned length;
    WCHAR *text = canonical(path, &length);
    struct name *name = malloc(sizeof(*name) + path->Length + 16);
    NTSTATUS status = STATUS_SUCCESS;

    if (text == NULL || name == NULL) {
        free(text);
        free(name);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    pthread_mutex_lock(&names_lock);
    if (find(text, length, true)) {
        status = STATUS_OBJECT_NAME_COLLISION;
        free(name);
    } else {
        *name = (struct name){.next = names, .object = object, .length = length};
        memcpy(name->text, text, length * sizeof(WCHAR));
        ob_reference(object);
        names = name;
    }
    pthread_mutex_unlock(&names_lock);
    free(text);
    return status;
}

bool ob_name_of(const void *object, UNICODE_STRING *path) {
    bool found = false;

    pthread_mutex_lock(&names_lock);
    for (const struct name *name = names; name && !found; name = name->next) {
        size_t size = name->length * sizeof(WCHAR);
        if (name->object != object || (path->Buffer = malloc(size + sizeof(WCHAR))) == NULL) continue;
        memcpy(path->Buffer, name->text, size);
        path->Buffer[name->length] = 0;
        path->Length = (USHORT)size;
        path->MaximumLength = (USHORT)(size + sizeof(WCHAR));
        found = true;
    }
    pthread_mutex_unlock(&names_lock);
    return found;
}

NTSTATUS ob_name_remove(const UNICODE_STRING *path) {
    unsigned length;
    WCHAR *text = canonical(path, &length);
    struct name *name = NULL;

    if (text == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    pthread_mutex_lock(&names_lock);
    for (struct name **link = &names; *link; link = &(*link)->next) {
        if ((*link)->length != length || !starts(text, length, (*link)->text, length)) continue;
        name = *link;
        *link = name->next;
        break;
    }
    pthread_mutex_unlock(&names_lock);
    free(text);
    if (name == NULL) return STATUS_OBJECT_NAME_NOT_FOUND;
    ob_dereference(name->object);
    free(name);
    return STATUS_SUCCESS;
}

struct symlink {
    UNICODE_STRING target;
};

static void symlink_delete(void *object) {
    verify_untrack("symbolic-link", object);
    free(((struct symlink *)object)->target.Buffer);
}

/* Adds a reference to what the path names, and says how many bytes of it lie behind that name. */
static NTSTATUS lookup_once(const UNICODE_STRING *path, void **object, unsigned *left) {
    unsigned length;
    WCHAR *text = canonical(path, &length);
    struct name *name;

    if (text == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    pthread_mutex_lock(&names_lock);
    name = find(text, length, false);
    if (name) {
        *left = (unsigned)((length - name->length) * sizeof(WCHAR));
        ob_reference(*object = name->object);
    }
    pthread_mutex_unlock(&names_lock);
    free(text);
    return name ? STATUS_SUCCESS : STATUS_OBJECT_NAME_NOT_FOUND;
}

NTSTATUS ob_name_lookup(const UNICODE_STRING *path, void **object, UNICODE_STRING *remaining) {
    struct symlink *link;
    unsigned left;
    NTSTATUS status = lookup_once(path, object, &left);

    *remaining = (UNICODE_STRING){0};
    if (!NT_SUCCESS(status)) return status;
    *remaining = (UNICODE_STRING){(USHORT)left, (USHORT)left, (PWCH)((PCHAR)path->Buffer + path->Length - left)};
    for (unsigned depth = 0; ob_type_of(*object) == &ob_type_symlink; depth++) {
        link = *object;
        status = depth < 8 ? lookup_once(&link->target, object, &left) : STATUS_OBJECT_NAME_INVALID;
        ob_dereference(link);
        if (!NT_SUCCESS(status)) return status;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoCreateSymbolicLink(PUNICODE_STRING SymbolicLinkName, PUNICODE_STRING DeviceName) {
    NT_ENTER(IoCreateSymbolicLink);
    struct symlink *link = NT_FAULT(IoCreateSymbolicLink) ? NULL : ob_create(&ob_type_symlink, sizeof(*link));
    NTSTATUS status;

    if (link == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    link->target = *DeviceName;
    link->target.Buffer = malloc(DeviceName->Length + sizeof(WCHAR));
    status = STATUS_INSUFFICIENT_RESOURCES;
    if (link->target.Buffer) {
        memcpy(link->target.Buffer, DeviceName->Buffer, DeviceName->Length);
        status = ob_name_insert(SymbolicLinkName, link);
    }
    if (NT_SUCCESS(status)) verify_track("symbolic-link", link, 0, 0, CALLER);
    ob_dereference(link);
    return status;
}

NTSTATUS NTAPI IoDeleteSymbolicLink(PUNICODE_STRING SymbolicLinkName) {
    NT_ENTER(IoDeleteSymbolicLink);
    return ob_name_remove(SymbolicLinkName);
}
