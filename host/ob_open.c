/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * References and handles to objects that one has already; events by handle.
 */
#include <stdlib.h>
#include <string.h>

#include "host/kernel_private.h"

/* --- references --------------------------------------------------------------------------------------------------- */

static NTSTATUS reference_by_pointer(PVOID object, POBJECT_TYPE type, KPROCESSOR_MODE mode) {
    struct ob_type *actual = ob_type_of(object);
    /* Kernel mode need not name the type. */
    if ((struct ob_type *)type != actual && (mode == UserMode || type != NULL)) return STATUS_OBJECT_TYPE_MISMATCH;
    ob_reference(object);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ObReferenceObjectByPointer(PVOID Object, ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType,
                                          KPROCESSOR_MODE AccessMode) {
    NT_ENTER(ObReferenceObjectByPointer);
    NTSTATUS status = reference_by_pointer(Object, ObjectType, AccessMode);
    if (NT_SUCCESS(status)) ob_driver_references(Object, CALLER);
    return status;
}

NTSTATUS NTAPI ObReferenceObjectByPointerWithTag(PVOID Object, ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType,
                                                 KPROCESSOR_MODE AccessMode, ULONG Tag) {
    NT_ENTER(ObReferenceObjectByPointerWithTag);
    NTSTATUS status = reference_by_pointer(Object, ObjectType, AccessMode);
    if (NT_SUCCESS(status)) ob_driver_references(Object, CALLER);
    return status;
}

LONG_PTR NTAPI ObfReferenceObjectWithTag(PVOID Object, ULONG Tag) {
    NT_ENTER(ObfReferenceObjectWithTag);
    ob_driver_references(Object, CALLER);
    ob_reference(Object);
    return 1; /* "some number": what it is says nothing to the caller */
}

LONG_PTR NTAPI ObfDereferenceObjectWithTag(PVOID Object, ULONG Tag) {
    NT_ENTER(ObfDereferenceObjectWithTag);
    return ob_dereference_for(Object, CALLER);
}

/* On Windows a worker deletes what nobody refers to any more. Here too if that cannot be done at this IRQL. */
struct deferred {
    PVOID object;
};

static void deferred_main(void *context) {
    struct deferred deferred = *(struct deferred *)context;
    free(context);
    ob_dereference(deferred.object);
}

static void dereference_later(PVOID object) {
    struct deferred *deferred = ke_irql() == PASSIVE_LEVEL ? NULL : malloc(sizeof(*deferred));
    PETHREAD thread;

    if (deferred == NULL) {
        ob_dereference(object);
        return;
    }
    deferred->object = object;
    thread = ps_thread_create(NULL, deferred_main, deferred, "deferred");
    if (thread == NULL) host_panic("no thread for a deferred deletion");
    ob_dereference(thread);
}

void NTAPI ObDereferenceObjectDeferDelete(PVOID Object) {
    NT_ENTER(ObDereferenceObjectDeferDelete);
    ob_driver_dereferences(Object, CALLER);
    dereference_later(Object);
}

void NTAPI ObDereferenceObjectDeferDeleteWithTag(PVOID Object, ULONG Tag) {
    NT_ENTER(ObDereferenceObjectDeferDeleteWithTag);
    ob_driver_dereferences(Object, CALLER);
    dereference_later(Object);
}

/* --- handles ------------------------------------------------------------------------------------------------------ */

NTSTATUS NTAPI ObOpenObjectByPointer(PVOID Object, ULONG HandleAttributes, PACCESS_STATE PassedAccessState,
                                     ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
                                     PHANDLE Handle) {
    NT_ENTER(ObOpenObjectByPointer);
    NTSTATUS status;

    if (HandleAttributes & ~(ULONG)OBJ_VALID_ATTRIBUTES) return STATUS_INVALID_PARAMETER;
    if (NT_FAULT(ObOpenObjectByPointer)) return STATUS_INSUFFICIENT_RESOURCES;
    status = reference_by_pointer(Object, ObjectType, AccessMode);
    if (!NT_SUCCESS(status)) return status;
    status =
        ob_insert(HandleAttributes & OBJ_KERNEL_HANDLE ? NULL : ps_current_process(), Object, DesiredAccess, Handle);
    if (NT_SUCCESS(status)) ob_driver_opens(*Handle, CALLER);
    ob_dereference(Object);
    return status;
}

#define IS_KERNEL_HANDLE(handle) (((ULONG_PTR)(handle) & 0xFFFFFFFF80000000ull) == 0xFFFFFFFF80000000ull)

NTSTATUS NTAPI ObCloseHandle(HANDLE Handle, KPROCESSOR_MODE PreviousMode) {
    NT_ENTER(ObCloseHandle);
    NTSTATUS status = PreviousMode == UserMode && IS_KERNEL_HANDLE(Handle) ? STATUS_INVALID_HANDLE
                                                                           : ob_close(ps_current_process(), Handle);
    if (!NT_SUCCESS(status) && PreviousMode == KernelMode) verify_violation("bad-handle", "ObCloseHandle(%p)", Handle);
    return status;
}

NTSTATUS NTAPI ObQueryNameString(PVOID Object, POBJECT_NAME_INFORMATION ObjectNameInfo, ULONG Length,
                                 PULONG ReturnLength) {
    NT_ENTER(ObQueryNameString);
    UNICODE_STRING name = {0}, below = {0};
    PFILE_OBJECT file = ob_type_of(Object) == &ob_type_file ? Object : NULL;
    ULONG needed = sizeof(*ObjectNameInfo);

    if (file) below = file->FileName;
    ob_name_of(file ? (void *)file->DeviceObject : Object, &name);
    if (name.Length + below.Length) needed += name.Length + below.Length + (ULONG)sizeof(WCHAR);
    *ReturnLength = needed;
    if (Length < needed) {
        free(name.Buffer);
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    memset(ObjectNameInfo, 0, needed);
    if (needed > sizeof(*ObjectNameInfo)) {
        UNICODE_STRING *out = &ObjectNameInfo->Name;
        out->Buffer = (PWCH)(ObjectNameInfo + 1);
        out->Length = (USHORT)(name.Length + below.Length);
        out->MaximumLength = (USHORT)(out->Length + sizeof(WCHAR));
        if (name.Length) memcpy(out->Buffer, name.Buffer, name.Length);
        if (below.Length) memcpy((PCHAR)out->Buffer + name.Length, below.Buffer, below.Length);
    }
    free(name.Buffer);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ZwDuplicateObject(HANDLE SourceProcessHandle, HANDLE SourceHandle, HANDLE TargetProcessHandle,
                                 PHANDLE TargetHandle, ACCESS_MASK DesiredAccess, ULONG HandleAttributes,
                                 ULONG Options) {
    NT_ENTER(ZwDuplicateObject);
    PEPROCESS here = ps_current_process(), source = NULL, target = NULL;
    ACCESS_MASK granted;
    void *object;
    NTSTATUS status;

    if (NT_FAULT(ZwDuplicateObject)) return STATUS_INSUFFICIENT_RESOURCES;
    status = ob_lookup(here, SourceProcessHandle, &ob_type_process, 0, (void **)&source);
    if (NT_SUCCESS(status) && TargetProcessHandle)
        status = ob_lookup(here, TargetProcessHandle, &ob_type_process, 0, (void **)&target);
    if (NT_SUCCESS(status)) {
        status = ob_lookup_access(source, SourceHandle, NULL, 0, &object, &granted);
        if (NT_SUCCESS(status)) {
            if (Options & DUPLICATE_CLOSE_SOURCE) ob_close(source, SourceHandle);
            if (target)
                status = ob_insert(HandleAttributes & OBJ_KERNEL_HANDLE ? NULL : target, object,
                                   Options & DUPLICATE_SAME_ACCESS ? granted : DesiredAccess, TargetHandle);
            if (NT_SUCCESS(status) && target && HandleAttributes & OBJ_KERNEL_HANDLE)
                ob_driver_opens(*TargetHandle, CALLER);
            ob_dereference(object);
        }
    }
    if (source) ob_dereference(source);
    if (target) ob_dereference(target);
    return status;
}

/* --- events by handle --------------------------------------------------------------------------------------------- */

NTSTATUS NTAPI ZwCreateEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes,
                             EVENT_TYPE EventType, BOOLEAN InitialState) {
    NT_ENTER(ZwCreateEvent);
    bool kernel = ObjectAttributes && ObjectAttributes->Attributes & OBJ_KERNEL_HANDLE;
    PRKEVENT event;
    NTSTATUS status;

    if (ObjectAttributes && ObjectAttributes->ObjectName) return STATUS_NOT_SUPPORTED;
    if (NT_FAULT(ZwCreateEvent) || (event = ob_create(&ob_type_event, sizeof(*event))) == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    KeInitializeEvent(event, EventType, InitialState);
    status = ob_insert(kernel ? NULL : ps_current_process(), event, DesiredAccess, EventHandle);
    if (NT_SUCCESS(status)) ob_driver_opens(*EventHandle, CALLER);
    ob_dereference(event);
    return status;
}

NTSTATUS NTAPI ZwSetEvent(HANDLE EventHandle, PLONG PreviousState) {
    NT_ENTER(ZwSetEvent);
    PRKEVENT event;
    NTSTATUS status = ob_lookup(ps_current_process(), EventHandle, &ob_type_event, EVENT_MODIFY_STATE, (void **)&event);
    LONG before;

    if (!NT_SUCCESS(status)) return status;
    before = KeSetEvent(event, IO_NO_INCREMENT, FALSE);
    if (PreviousState) *PreviousState = before;
    ob_dereference(event);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ZwWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable, PLARGE_INTEGER Timeout) {
    NT_ENTER(ZwWaitForSingleObject);
    void *object;
    NTSTATUS status = ob_lookup(ps_current_process(), Handle, NULL, SYNCHRONIZE, &object);

    if (!NT_SUCCESS(status)) return status;
    struct ob_type *type = ob_type_of(object);
    if (type == &ob_type_file) {
        ob_dereference(object);
        return STATUS_NOT_SUPPORTED;
    }
    if (type != &ob_type_event && type != &ob_type_mutant && type != &ob_type_thread && type != &ob_type_process) {
        ob_dereference(object);
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    status = KeWaitForSingleObject(object, UserRequest, KernelMode, Alertable, Timeout);
    ob_dereference(object);
    return status;
}
