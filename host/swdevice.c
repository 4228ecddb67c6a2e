/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Software devices: SwDeviceCreate and what goes with it.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "host/pnp_private.h"
#include "host/win32_private.h"

/* What an HSWDEVICE points to. It goes when it has been closed and its callback has been made (or never will be).
 * Lock legend: i immutable; l devices_lock */
struct swdevice {
    struct swdevice *next;              /* l */
    PEPROCESS owner;                    /* i */
    SW_DEVICE_CREATE_CALLBACK callback; /* i */
    PVOID context;                      /* i */
    struct devnode *node;               /* i once pnp_create returned; referenced */
    bool closed, reported;              /* l */
    bool abandoned;                     /* l: closed while the PnP thread still needs it, which then frees it */
    struct host_thread *caller;         /* l: the thread that is inside the callback */
    KEVENT idle;                        /* set while the callback is not running */
    KEVENT known;                       /* set when `node` is */
};

static pthread_mutex_t devices_lock = PTHREAD_MUTEX_INITIALIZER;
static struct swdevice *devices; /* devices_lock; the open ones */

static HRESULT result_of(NTSTATUS status) {
    if (NT_SUCCESS(status)) return S_OK;
    return HRESULT_FROM_WIN32(win32_error(status));
}

static void device_free(struct swdevice *device) {
    if (device->node) pnp_release(device->node);
    free(device);
}

/* On the PnP thread: the device has been enumerated. */
static void enumerated(struct devnode *node, NTSTATUS status, void *context) {
    struct swdevice *device = context;
    KeWaitForSingleObject(&device->known, Executive, KernelMode, FALSE, NULL);
    pthread_mutex_lock(&devices_lock);
    bool call = !device->closed;
    if (call) {
        device->caller = ps_self();
        KeClearEvent(&device->idle);
    }
    pthread_mutex_unlock(&devices_lock);
    if (call) {
        /* Windows calls from a thread of the program's process. */
        PEPROCESS before = ps_act_as(device->owner);
        device->callback((HSWDEVICE)device, result_of(status), device->context,
                         NT_SUCCESS(status) ? pnp_instance_path(node) : NULL);
        ps_act_as(before);
    }
    pthread_mutex_lock(&devices_lock);
    device->caller = NULL;
    device->reported = true;
    bool last = device->abandoned;
    if (call) KeSetEvent(&device->idle, IO_NO_INCREMENT, FALSE);
    pthread_mutex_unlock(&devices_lock);
    if (last) device_free(device);
}

static bool info_acceptable(const SW_DEVICE_CREATE_INFO *info) {
    return info && info->cbSize >= sizeof *info && info->pszInstanceId && *info->pszInstanceId &&
           !(info->CapabilityFlags & ~(ULONG)(SWDeviceCapabilitiesRemovable | SWDeviceCapabilitiesSilentInstall |
                                              SWDeviceCapabilitiesNoDisplayInUI | SWDeviceCapabilitiesDriverRequired));
}

static struct pnp_property *properties_from(const DEVPROPERTY *from, ULONG count) {
    struct pnp_property *to = calloc(count + 1, sizeof *to);
    for (ULONG i = 0; to && i < count; i++)
        to[i] = (struct pnp_property){
            .key = from[i].CompKey.Key, .type = from[i].Type, .size = from[i].BufferSize, .data = from[i].Buffer};
    return to;
}

static NTSTATUS create(struct swdevice *device, const WCHAR *enumerator, const SW_DEVICE_CREATE_INFO *info,
                       const DEVPROPERTY *properties, ULONG count) {
    struct pnp_property *copy = properties_from(properties, count);
    struct devnode *node = NULL;
    if (!copy) return STATUS_NO_MEMORY;
    struct pnp_software_device what = {
        .enumerator = enumerator,
        .instance = info->pszInstanceId,
        .hardware_ids = info->pszzHardwareIds,
        .description = info->pszDeviceDescription,
        .container = info->pContainerId,
        .properties = copy,
        .property_count = count,
    };
    NTSTATUS status = pnp_create(device->owner, &what, enumerated, device, &node);
    free(copy);
    /* The open handle keeps it until here. */
    if (NT_SUCCESS(status)) pnp_reference(node);
    device->node = node;
    return status;
}

HRESULT NTAPI SwDeviceCreate(PCWSTR pszEnumeratorName, PCWSTR pszParentDeviceInstance,
                             const SW_DEVICE_CREATE_INFO *pCreateInfo, ULONG cPropertyCount,
                             const DEVPROPERTY *pProperties, SW_DEVICE_CREATE_CALLBACK pCallback, PVOID pContext,
                             PHSWDEVICE phSwDevice) {
    NT_ENTER(SwDeviceCreate);
    if (!phSwDevice) return E_INVALIDARG;
    *phSwDevice = NULL;
    if (!pszEnumeratorName || !pszParentDeviceInstance || !pCallback || !info_acceptable(pCreateInfo) ||
        (cPropertyCount && !pProperties))
        return E_INVALIDARG;
    if (!win32_is_administrator()) return E_ACCESSDENIED;
    struct swdevice *device = calloc(1, sizeof *device);
    if (!device || NT_FAULT(SwDeviceCreate)) {
        free(device);
        return E_OUTOFMEMORY;
    }
    device->owner = ps_current_process();
    device->callback = pCallback;
    device->context = pContext;
    KeInitializeEvent(&device->idle, NotificationEvent, TRUE);
    KeInitializeEvent(&device->known, NotificationEvent, FALSE);
    pthread_mutex_lock(&devices_lock);
    device->next = devices;
    devices = device;
    pthread_mutex_unlock(&devices_lock);
    /* Before the callback can run: a program may compare the two. */
    *phSwDevice = (HSWDEVICE)device;
    NTSTATUS status = create(device, pszEnumeratorName, pCreateInfo, pProperties, cPropertyCount);
    if (NT_SUCCESS(status)) {
        KeSetEvent(&device->known, IO_NO_INCREMENT, FALSE);
        return S_OK;
    }
    *phSwDevice = NULL;
    pthread_mutex_lock(&devices_lock);
    struct swdevice **link = &devices;
    while (*link != device) link = &(*link)->next;
    *link = device->next;
    pthread_mutex_unlock(&devices_lock);
    device_free(device);
    return result_of(status);
}

/* Marks the device closed and waits until its callback is not running, unless that is who calls. */
VOID NTAPI SwDeviceClose(HSWDEVICE hSwDevice) {
    NT_ENTER(SwDeviceClose);
    struct swdevice *device = (struct swdevice *)hSwDevice;
    pthread_mutex_lock(&devices_lock);
    struct swdevice **link = &devices;
    while (*link && *link != device) link = &(*link)->next;
    if (!*link) {
        pthread_mutex_unlock(&devices_lock);
        verify_violation("win32-handle", "SwDeviceClose: %p is not open", (void *)hSwDevice);
        return;
    }
    *link = device->next;
    bool inside = device->caller == ps_self();
    bool running = device->caller && !inside;
    device->closed = true;
    bool mine = device->reported || running;
    device->abandoned = !mine;
    struct devnode *node = device->node;
    pnp_reference(node);
    pthread_mutex_unlock(&devices_lock);
    if (running) KeWaitForSingleObject(&device->idle, Executive, KernelMode, FALSE, NULL);
    pnp_close(node);
    pnp_release(node);
    if (running) {
        /* The PnP thread is about to leave its lock for the last time. */
        pthread_mutex_lock(&devices_lock);
        pthread_mutex_unlock(&devices_lock);
    }
    if (mine) device_free(device);
}

/* What its handles stood for goes when these are closed; here only the callbacks stop. */
void win32_devices_silence(PEPROCESS process) {
    for (;;) {
        pthread_mutex_lock(&devices_lock);
        struct swdevice **link = &devices;
        while (*link && (*link)->owner != process) link = &(*link)->next;
        struct swdevice *device = *link;
        bool running = device && device->caller, mine = device && (device->reported || running);
        if (device) {
            *link = device->next;
            device->closed = true;
            device->abandoned = !mine;
        }
        pthread_mutex_unlock(&devices_lock);
        if (!device) return;
        if (running) KeWaitForSingleObject(&device->idle, Executive, KernelMode, FALSE, NULL);
        if (!mine) continue;
        /* The PnP thread is about to leave its lock for the last time. */
        pthread_mutex_lock(&devices_lock);
        pthread_mutex_unlock(&devices_lock);
        device_free(device);
    }
}

/* The node of an open device, referenced. Before the callback, or from an unopened handle: NULL, and a violation. */
static struct devnode *node_of(HSWDEVICE handle, const char *call) {
    pthread_mutex_lock(&devices_lock);
    struct swdevice *device = devices;
    while (device && device != (struct swdevice *)handle) device = device->next;
    struct devnode *node = device && (device->reported || device->caller) ? device->node : NULL;
    if (node) pnp_reference(node);
    pthread_mutex_unlock(&devices_lock);
    if (!node)
        verify_violation("win32-handle", "%s: %p is not open, or its callback has not been called yet", call,
                         (void *)handle);
    return node;
}

HRESULT NTAPI SwDeviceSetLifetime(HSWDEVICE hSwDevice, SW_DEVICE_LIFETIME Lifetime) {
    NT_ENTER(SwDeviceSetLifetime);
    if (Lifetime != SWDeviceLifetimeHandle && Lifetime != SWDeviceLifetimeParentPresent) return E_INVALIDARG;
    if (NT_FAULT(SwDeviceSetLifetime)) return E_OUTOFMEMORY;
    struct devnode *node = node_of(hSwDevice, "SwDeviceSetLifetime");
    if (!node) return E_INVALIDARG;
    NTSTATUS status = pnp_keep(node, Lifetime == SWDeviceLifetimeParentPresent);
    pnp_release(node);
    return result_of(status);
}

HRESULT NTAPI SwDeviceGetLifetime(HSWDEVICE hSwDevice, SW_DEVICE_LIFETIME *pLifetime) {
    NT_ENTER(SwDeviceGetLifetime);
    struct devnode *node = pLifetime ? node_of(hSwDevice, "SwDeviceGetLifetime") : NULL;
    if (!node) return E_INVALIDARG;
    *pLifetime = pnp_kept(node) ? SWDeviceLifetimeParentPresent : SWDeviceLifetimeHandle;
    pnp_release(node);
    return S_OK;
}

HRESULT NTAPI SwDevicePropertySet(HSWDEVICE hSwDevice, ULONG cPropertyCount, const DEVPROPERTY *pProperties) {
    NT_ENTER(SwDevicePropertySet);
    for (ULONG i = 0; i < cPropertyCount; i++) {
        struct pnp_property property = {.key = pProperties[i].CompKey.Key,
                                        .type = pProperties[i].Type,
                                        .size = pProperties[i].BufferSize,
                                        .data = pProperties[i].Buffer};
        NTSTATUS status = pnp_property_set(((struct swdevice *)hSwDevice)->node, &property);
        if (!NT_SUCCESS(status)) return result_of(status);
    }
    return S_OK;
}
