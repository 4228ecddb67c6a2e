/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The configuration manager, as far as programs look at devices.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "host/pnp.h"
#include "host/registry.h"
#include "host/win32_private.h"

static CONFIGRET result_of(NTSTATUS status) {
    switch (status) {
    case STATUS_SUCCESS: return CR_SUCCESS;
    case STATUS_NOT_FOUND: return CR_NO_SUCH_VALUE;
    case STATUS_BUFFER_TOO_SMALL:
    case STATUS_BUFFER_OVERFLOW: return CR_BUFFER_SMALL;
    case STATUS_INSUFFICIENT_RESOURCES:
    case STATUS_NO_MEMORY: return CR_OUT_OF_MEMORY;
    case STATUS_NO_SUCH_DEVICE: return CR_NO_SUCH_DEVNODE;
    case STATUS_ACCESS_DENIED: return CR_ACCESS_DENIED;
    case STATUS_OBJECT_NAME_NOT_FOUND: return CR_NO_SUCH_REGISTRY_KEY;
    default: return CR_FAILURE;
    }
}

DWORD NTAPI CM_MapCrToWin32Err(CONFIGRET CmReturnCode, DWORD DefaultErr) {
    NT_ENTER(CM_MapCrToWin32Err);
    switch (CmReturnCode) {
    case CR_SUCCESS: return ERROR_SUCCESS;
    case CR_OUT_OF_MEMORY: return ERROR_NOT_ENOUGH_MEMORY;
    case CR_INVALID_POINTER: return ERROR_INVALID_USER_BUFFER;
    case CR_INVALID_FLAG: return ERROR_INVALID_FLAGS;
    case CR_INVALID_DEVNODE: return ERROR_INVALID_DATA;
    case CR_INVALID_DEVICE_ID: return ERROR_INVALID_DATA;
    case CR_INVALID_DATA: return ERROR_INVALID_DATA;
    case CR_NO_SUCH_DEVNODE: return ERROR_NOT_FOUND;
    case CR_NO_SUCH_VALUE: return ERROR_NOT_FOUND;
    case CR_NO_SUCH_DEVICE_INTERFACE: return ERROR_NOT_FOUND;
    case CR_NO_SUCH_REGISTRY_KEY: return ERROR_FILE_NOT_FOUND;
    case CR_BUFFER_SMALL: return ERROR_INSUFFICIENT_BUFFER;
    case CR_ACCESS_DENIED: return ERROR_ACCESS_DENIED;
    case CR_CALL_NOT_IMPLEMENTED: return ERROR_CALL_NOT_IMPLEMENTED;
    case CR_ALREADY_SUCH_DEVNODE: return ERROR_ALREADY_EXISTS;
    default: return DefaultErr;
    }
}

/* --- lists of text ----------------------------------------------------------------------------------------------- */

/* Gathers a multi-string; without a buffer it only counts. `needed` does not count the last terminator. */
struct gather {
    WCHAR *buffer;
    size_t room, needed;
    const WCHAR *prefix; /* "SWD\Warren" or NULL */
    const WCHAR *equal;  /* only devices of this instance path */
    bool present_only;
};

static void gather_add(struct gather *gather, const WCHAR *text) {
    size_t size = win32_length(text) + 1;
    if (gather->buffer && gather->needed + size < gather->room)
        memcpy(gather->buffer + gather->needed, text, size * sizeof *text);
    gather->needed += size;
}

static CONFIGRET gather_end(struct gather *gather) {
    if (gather->needed + 1 > gather->room) {
        if (gather->room) gather->buffer[0] = 0;
        return CR_BUFFER_SMALL;
    }
    gather->buffer[gather->needed] = 0;
    return CR_SUCCESS;
}

static WCHAR fold(WCHAR character) {
    return character >= 'a' && character <= 'z' ? (WCHAR)(character - 'a' + 'A') : character;
}

static bool below(const WCHAR *path, const WCHAR *prefix) {
    for (; *prefix; prefix++, path++)
        if (fold(*path) != fold(*prefix)) return false;
    return *path == '\\';
}

static bool gather_device(struct devnode *node, void *context) {
    struct gather *gather = context;
    if (gather->present_only && !pnp_is_present(node)) return true;
    if (!gather->prefix || below(pnp_instance_path(node), gather->prefix)) gather_add(gather, pnp_instance_path(node));
    return true;
}

static CONFIGRET gather_devices(struct gather *gather, PCWSTR filter, ULONG flags) {
    if (flags & ~(ULONG)(CM_GETIDLIST_FILTER_ENUMERATOR | CM_GETIDLIST_FILTER_PRESENT)) return CR_INVALID_FLAG;
    if (flags & CM_GETIDLIST_FILTER_ENUMERATOR) {
        if (!filter || !*filter) return CR_INVALID_POINTER;
        gather->prefix = filter;
    }
    gather->present_only = flags & CM_GETIDLIST_FILTER_PRESENT;
    pnp_for_each(gather_device, gather);
    return CR_SUCCESS;
}

CONFIGRET NTAPI CM_Get_Device_ID_List_SizeW(PULONG pulLen, PCWSTR pszFilter, ULONG ulFlags) {
    NT_ENTER(CM_Get_Device_ID_List_SizeW);
    struct gather gather = {0};
    if (NT_FAULT(CM_Get_Device_ID_List_SizeW)) return CR_OUT_OF_MEMORY;
    if (!pulLen) return CR_INVALID_POINTER;
    CONFIGRET result = gather_devices(&gather, pszFilter, ulFlags);
    *pulLen = (ULONG)gather.needed + 1;
    return result;
}

CONFIGRET NTAPI CM_Get_Device_ID_ListW(PCWSTR pszFilter, PZZWSTR Buffer, ULONG BufferLen, ULONG ulFlags) {
    NT_ENTER(CM_Get_Device_ID_ListW);
    struct gather gather = {.buffer = Buffer, .room = BufferLen};
    if (NT_FAULT(CM_Get_Device_ID_ListW)) return CR_OUT_OF_MEMORY;
    if (!Buffer || !BufferLen) return CR_INVALID_POINTER;
    CONFIGRET result = gather_devices(&gather, pszFilter, ulFlags);
    return result == CR_SUCCESS ? gather_end(&gather) : result;
}

/* --- nodes ------------------------------------------------------------------------------------------------------- */

CONFIGRET NTAPI CM_Locate_DevNodeW(PDEVINST pdnDevInst, DEVINSTID_W pDeviceID, ULONG ulFlags) {
    NT_ENTER(CM_Locate_DevNodeW);
    if (NT_FAULT(CM_Locate_DevNodeW)) return CR_OUT_OF_MEMORY;
    if (!pdnDevInst) return CR_INVALID_POINTER;
    if (ulFlags & ~(ULONG)CM_LOCATE_DEVNODE_PHANTOM) return CR_INVALID_FLAG;
    if (!pDeviceID || !*pDeviceID) return CR_INVALID_DEVICE_ID;
    struct devnode *node = pnp_find(pDeviceID, ulFlags & CM_LOCATE_DEVNODE_PHANTOM);
    if (!node) return CR_NO_SUCH_DEVNODE;
    *pdnDevInst = pnp_node_id(node);
    pnp_release(node);
    return CR_SUCCESS;
}

/* DEVPKEY_Device_DevNodeStatus knows it all; a node that is not present has none. */
CONFIGRET NTAPI CM_Get_DevNode_Status(PULONG pulStatus, PULONG pulProblemNumber, DEVINST dnDevInst, ULONG ulFlags) {
    NT_ENTER(CM_Get_DevNode_Status);
    static const DEVPROPKEY node_status = {
        {0x4340a6c5, 0x93fa, 0x4706, {0x97, 0x2c, 0x7b, 0x64, 0x80, 0x08, 0xa5, 0xa7}}, 2};
    if (NT_FAULT(CM_Get_DevNode_Status)) return CR_OUT_OF_MEMORY;
    if (!pulStatus || !pulProblemNumber) return CR_INVALID_POINTER;
    if (ulFlags) return CR_INVALID_FLAG;
    struct devnode *node = pnp_node_by_id(dnDevInst);
    if (!node) return CR_NO_SUCH_DEVNODE;
    ULONG type, size = sizeof *pulStatus;
    NTSTATUS status = pnp_property_get(node, &node_status, &type, pulStatus, &size);
    *pulProblemNumber = pnp_problem(node, NULL);
    pnp_release(node);
    return NT_SUCCESS(status) ? CR_SUCCESS : CR_NO_SUCH_DEVNODE;
}

CONFIGRET NTAPI CM_Get_DevNode_PropertyW(DEVINST dnDevInst, const DEVPROPKEY *PropertyKey, DEVPROPTYPE *PropertyType,
                                         PBYTE PropertyBuffer, PULONG PropertyBufferSize, ULONG ulFlags) {
    NT_ENTER(CM_Get_DevNode_PropertyW);
    if (NT_FAULT(CM_Get_DevNode_PropertyW)) return CR_OUT_OF_MEMORY;
    if (!PropertyKey || !PropertyType || !PropertyBufferSize || (*PropertyBufferSize && !PropertyBuffer))
        return CR_INVALID_POINTER;
    if (ulFlags) return CR_INVALID_FLAG;
    struct devnode *node = pnp_node_by_id(dnDevInst);
    if (!node) return CR_NO_SUCH_DEVNODE;
    ULONG type = DEVPROP_TYPE_EMPTY;
    NTSTATUS status = pnp_property_get(node, PropertyKey, &type, PropertyBuffer, PropertyBufferSize);
    *PropertyType = type;
    pnp_release(node);
    return result_of(status);
}

CONFIGRET NTAPI CM_Set_DevNode_PropertyW(DEVINST dnDevInst, const DEVPROPKEY *PropertyKey, DEVPROPTYPE PropertyType,
                                         const PBYTE PropertyBuffer, ULONG PropertyBufferSize, ULONG ulFlags) {
    NT_ENTER(CM_Set_DevNode_PropertyW);
    if (NT_FAULT(CM_Set_DevNode_PropertyW)) return CR_OUT_OF_MEMORY;
    if (!PropertyKey || (PropertyBufferSize && !PropertyBuffer)) return CR_INVALID_POINTER;
    if (ulFlags) return CR_INVALID_FLAG;
    if (!win32_is_administrator()) return CR_ACCESS_DENIED;
    struct devnode *node = pnp_node_by_id(dnDevInst);
    if (!node) return CR_NO_SUCH_DEVNODE;
    struct pnp_property property = {
        .key = *PropertyKey, .type = PropertyType, .size = PropertyBufferSize, .data = PropertyBuffer};
    NTSTATUS status = pnp_property_set(node, &property);
    pnp_release(node);
    return result_of(status);
}

CONFIGRET NTAPI CM_Open_DevNode_Key(DEVINST dnDevNode, REGSAM samDesired, ULONG ulHardwareProfile,
                                    REGDISPOSITION Disposition, PHKEY phkDevice, ULONG ulFlags) {
    NT_ENTER(CM_Open_DevNode_Key);
    if (NT_FAULT(CM_Open_DevNode_Key)) return CR_OUT_OF_MEMORY;
    if (!phkDevice) return CR_INVALID_POINTER;
    if (ulFlags != CM_REGISTRY_SOFTWARE || ulHardwareProfile) return CR_INVALID_FLAG;
    struct devnode *node = pnp_node_by_id(dnDevNode);
    if (!node) return CR_NO_SUCH_DEVNODE;
    const char *path = pnp_software_key(node);
    struct reg_key *key = path ? reg_open(path, Disposition == RegDisposition_OpenAlways) : NULL;
    pnp_release(node);
    if (!key) return CR_NO_SUCH_REGISTRY_KEY;
    return result_of(win32_key_insert(key, samDesired, phkDevice));
}

/* --- interfaces -------------------------------------------------------------------------------------------------- */

static bool gather_interface(struct devnode *node, const WCHAR *link, void *context) {
    struct gather *gather = context;
    if (!gather->equal || !*gather->equal || win32_same(pnp_instance_path(node), gather->equal, true))
        gather_add(gather, link);
    return true;
}

static CONFIGRET gather_interfaces(struct gather *gather, const GUID *class_guid, const WCHAR *device, ULONG flags) {
    if (!class_guid) return CR_INVALID_POINTER;
    if (flags & ~(ULONG)CM_GET_DEVICE_INTERFACE_LIST_ALL_DEVICES) return CR_INVALID_FLAG;
    gather->equal = device;
    pnp_for_each_interface(class_guid, flags == CM_GET_DEVICE_INTERFACE_LIST_PRESENT, gather_interface, gather);
    return CR_SUCCESS;
}

CONFIGRET NTAPI CM_Get_Device_Interface_List_SizeW(PULONG pulLen, LPGUID InterfaceClassGuid, DEVINSTID_W pDeviceID,
                                                   ULONG ulFlags) {
    NT_ENTER(CM_Get_Device_Interface_List_SizeW);
    struct gather gather = {0};
    if (NT_FAULT(CM_Get_Device_Interface_List_SizeW)) return CR_OUT_OF_MEMORY;
    if (!pulLen) return CR_INVALID_POINTER;
    CONFIGRET result = gather_interfaces(&gather, InterfaceClassGuid, pDeviceID, ulFlags);
    *pulLen = (ULONG)gather.needed + 1;
    return result;
}

CONFIGRET NTAPI CM_Get_Device_Interface_ListW(LPGUID InterfaceClassGuid, DEVINSTID_W pDeviceID, PZZWSTR Buffer,
                                              ULONG BufferLen, ULONG ulFlags) {
    NT_ENTER(CM_Get_Device_Interface_ListW);
    struct gather gather = {.buffer = Buffer, .room = BufferLen};
    if (NT_FAULT(CM_Get_Device_Interface_ListW)) return CR_OUT_OF_MEMORY;
    if (!Buffer || !BufferLen) return CR_INVALID_POINTER;
    CONFIGRET result = gather_interfaces(&gather, InterfaceClassGuid, pDeviceID, ulFlags);
    return result == CR_SUCCESS ? gather_end(&gather) : result;
}

/* --- notifications ----------------------------------------------------------------------------------------------- */

struct notification {
    struct notification *next; /* notifications_lock */
    PCM_NOTIFY_CALLBACK callback;
    PVOID context;
    PEPROCESS owner;
    void *registration;
};

static pthread_mutex_t notifications_lock = PTHREAD_MUTEX_INITIALIZER;
static struct notification *notifications; /* notifications_lock */

static void notify(bool arrived, const GUID *class_guid, const WCHAR *link, void *context) {
    struct notification *self = context;
    size_t text = (win32_length(link) + 1) * sizeof *link;
    size_t size = offsetof(CM_NOTIFY_EVENT_DATA, u.DeviceInterface.SymbolicLink) + text;
    CM_NOTIFY_EVENT_DATA *data = calloc(1, size > sizeof *data ? size : sizeof *data);
    if (!data) return;
    data->FilterType = CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE;
    data->u.DeviceInterface.ClassGuid = *class_guid;
    memcpy(data->u.DeviceInterface.SymbolicLink, link, text);
    PEPROCESS before = ps_act_as(self->owner);
    self->callback((HCMNOTIFICATION)self, self->context,
                   arrived ? CM_NOTIFY_ACTION_DEVICEINTERFACEARRIVAL : CM_NOTIFY_ACTION_DEVICEINTERFACEREMOVAL, data,
                   (DWORD)size);
    ps_act_as(before);
    free(data);
}

CONFIGRET NTAPI CM_Register_Notification(PCM_NOTIFY_FILTER pFilter, PVOID pContext, PCM_NOTIFY_CALLBACK pCallback,
                                         PHCMNOTIFICATION pNotifyContext) {
    NT_ENTER(CM_Register_Notification);
    if (!pFilter || !pCallback || !pNotifyContext) return CR_INVALID_POINTER;
    *pNotifyContext = NULL;
    if (pFilter->cbSize != sizeof *pFilter || pFilter->Reserved) return CR_INVALID_DATA;
    if (pFilter->Flags || pFilter->FilterType != CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE) return CR_CALL_NOT_IMPLEMENTED;
    struct notification *self = calloc(1, sizeof *self);
    if (!self || NT_FAULT(CM_Register_Notification)) {
        free(self);
        return CR_OUT_OF_MEMORY;
    }
    self->callback = pCallback;
    self->context = pContext;
    self->owner = ps_current_process();
    *pNotifyContext = (HCMNOTIFICATION)self; /* before a callback can need it */
    self->registration = pnp_notify_add(&pFilter->u.DeviceInterface.ClassGuid, notify, self);
    if (self->registration) {
        pthread_mutex_lock(&notifications_lock);
        self->next = notifications;
        notifications = self;
        pthread_mutex_unlock(&notifications_lock);
        return CR_SUCCESS;
    }
    *pNotifyContext = NULL;
    free(self);
    return CR_OUT_OF_MEMORY;
}

/* The first that is `self`, or of the process; no longer in the list. */
static struct notification *notification_take(const struct notification *self, PEPROCESS process) {
    pthread_mutex_lock(&notifications_lock);
    struct notification **link = &notifications;
    while (*link && *link != self && (!process || (*link)->owner != process)) link = &(*link)->next;
    struct notification *taken = *link;
    if (taken) *link = taken->next;
    pthread_mutex_unlock(&notifications_lock);
    return taken;
}

static void notification_end(struct notification *self) {
    pnp_notify_remove(self->registration);
    free(self);
}

void win32_notifications_silence(PEPROCESS process) {
    for (struct notification *one; (one = notification_take(NULL, process)) != NULL;) notification_end(one);
}

CONFIGRET NTAPI CM_Unregister_Notification(HCMNOTIFICATION NotifyContext) {
    NT_ENTER(CM_Unregister_Notification);
    struct notification *self = (struct notification *)NotifyContext;
    if (!self) return CR_INVALID_DATA;
    if (!notification_take(self, NULL)) {
        verify_violation("win32-handle", "CM_Unregister_Notification: %p is not registered", (void *)NotifyContext);
        return CR_INVALID_DATA;
    }
    notification_end(self);
    return CR_SUCCESS;
}
