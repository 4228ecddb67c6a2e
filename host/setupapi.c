/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Sets of devices, and the calls that make Windows forget one.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "host/drvstore.h"
#include "host/setup.h"
#include "host/win32_private.h"

struct info_element {
    struct info_element *next;
    struct devnode *node; /* referenced */
};

static pthread_mutex_t sets_lock = PTHREAD_MUTEX_INITIALIZER;
static struct info_set *sets; /* s */

struct info_set *setup_set(HDEVINFO handle) {
    pthread_mutex_lock(&sets_lock);
    struct info_set *set = sets;
    while (set && (set != (struct info_set *)handle || set->owner != ps_current_process())) set = set->next;
    pthread_mutex_unlock(&sets_lock);
    if (!set) win32_set_error(ERROR_INVALID_HANDLE);
    return set;
}

HDEVINFO NTAPI SetupDiCreateDeviceInfoList(const GUID *ClassGuid, HWND hwndParent) {
    NT_ENTER(SetupDiCreateDeviceInfoList);
    (void)ClassGuid, (void)hwndParent;
    struct info_set *set = calloc(1, sizeof *set);
    if (!set || NT_FAULT(SetupDiCreateDeviceInfoList)) {
        free(set);
        win32_set_error(ERROR_NOT_ENOUGH_MEMORY);
        return (HDEVINFO)INVALID_HANDLE_VALUE;
    }
    set->owner = ps_current_process();
    pthread_mutex_lock(&sets_lock);
    set->next = sets;
    sets = set;
    pthread_mutex_unlock(&sets_lock);
    return (HDEVINFO)set;
}

/* The set, or with NULL any of the process's; no longer in the list. */
static struct info_set *set_take(const struct info_set *wanted, PEPROCESS owner) {
    pthread_mutex_lock(&sets_lock);
    struct info_set **link = &sets;
    while (*link && (wanted ? *link != wanted : (*link)->owner != owner)) link = &(*link)->next;
    struct info_set *set = *link;
    if (set) *link = set->next;
    pthread_mutex_unlock(&sets_lock);
    return set;
}

static void set_free(struct info_set *set) {
    while (set->elements) {
        struct info_element *element = set->elements;
        set->elements = element->next;
        pnp_release(element->node);
        free(element);
    }
    free(set->drivers);
    free(set);
}

void win32_info_sets_end(PEPROCESS process) {
    for (struct info_set *set; (set = set_take(NULL, process)) != NULL;) set_free(set);
}

BOOL NTAPI SetupDiDestroyDeviceInfoList(HDEVINFO DeviceInfoSet) {
    NT_ENTER(SetupDiDestroyDeviceInfoList);
    struct info_set *set = setup_set(DeviceInfoSet);
    if (!set || !set_take(set, NULL)) return FALSE;
    set_free(set);
    return TRUE;
}

static void data_fill(SP_DEVINFO_DATA *data, struct info_element *element) {
    static const GUID net = {0x4d36e972, 0xe325, 0x11ce, {0xbf, 0xc1, 0x08, 0x00, 0x2b, 0xe1, 0x03, 0x18}};
    data->ClassGuid = net;
    data->DevInst = pnp_node_id(element->node);
    data->Reserved = (ULONG_PTR)element;
}

BOOL NTAPI SetupDiOpenDeviceInfoW(HDEVINFO DeviceInfoSet, PCWSTR DeviceInstanceId, HWND hwndParent, DWORD OpenFlags,
                                  PSP_DEVINFO_DATA DeviceInfoData) {
    NT_ENTER(SetupDiOpenDeviceInfoW);
    (void)hwndParent, (void)OpenFlags;
    struct info_set *set = setup_set(DeviceInfoSet);
    if (!set) return FALSE;
    if (!DeviceInstanceId || (DeviceInfoData && DeviceInfoData->cbSize != sizeof *DeviceInfoData)) {
        win32_set_error(ERROR_INVALID_USER_BUFFER);
        return FALSE;
    }
    struct devnode *node = pnp_find(DeviceInstanceId, true);
    struct info_element *element = NT_FAULT(SetupDiOpenDeviceInfoW) ? NULL : calloc(1, sizeof *element);
    if (!node || !element) {
        win32_set_error(node ? ERROR_NOT_ENOUGH_MEMORY : ERROR_NO_SUCH_DEVINST);
        if (node) pnp_release(node);
        free(element);
        return FALSE;
    }
    element->node = node;
    element->next = set->elements;
    set->elements = element;
    if (DeviceInfoData) data_fill(DeviceInfoData, element);
    return TRUE;
}

BOOL NTAPI DiUninstallDevice(HWND hwndParent, HDEVINFO DeviceInfoSet, PSP_DEVINFO_DATA DeviceInfoData, DWORD Flags,
                             PBOOL NeedReboot) {
    NT_ENTER(DiUninstallDevice);
    (void)hwndParent;
    struct info_set *set = setup_set(DeviceInfoSet);
    if (!set) return FALSE;
    struct info_element *element = set->elements;
    while (element && (ULONG_PTR)element != DeviceInfoData->Reserved) element = element->next;
    if (Flags || !element) {
        win32_set_error(Flags ? ERROR_INVALID_FLAGS : ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    if (!win32_is_administrator() || NT_FAULT(DiUninstallDevice)) {
        win32_set_error(ERROR_ACCESS_DENIED);
        return FALSE;
    }
    if (NeedReboot) *NeedReboot = FALSE;
    NTSTATUS status = pnp_uninstall(element->node);
    if (status == STATUS_NO_SUCH_DEVICE) {
        win32_set_error(ERROR_NO_SUCH_DEVINST);
        return FALSE;
    }
    return win32_check(status);
}
