/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Miniport drivers: registration, the checks at the border that every other NDIS file uses, start and stop of NDIS.
 */
#include <stdlib.h>
#include <string.h>

#include "host/image.h"
#include "host/ndis_private.h"

uint16_t ndis_host_version = NDIS_VERSION_DEFAULT;
const struct net_stack *ndis_stack = &stack_fake;
KSPIN_LOCK ndis_lists;
__thread unsigned ndis_rw_locks_held;

static struct ndis_driver *drivers;   /* ndis_lists */
static struct ndis_adapter *adapters; /* ndis_lists */

/* What a handle of the past pointed to, kept so that its use can be named. */
struct tombstone {
    struct tombstone *next;
    void *object;
};
static struct tombstone *tombstones; /* ndis_lists */

/* --- small things ------------------------------------------------------------------------------------------------ */

void ndis_mutex_init(struct ndis_mutex *mutex) { KeInitializeEvent(&mutex->free, SynchronizationEvent, TRUE); }

void ndis_mutex_lock(struct ndis_mutex *mutex) {
    KeWaitForSingleObject(&mutex->free, Executive, KernelMode, FALSE, NULL);
}

void ndis_mutex_unlock(struct ndis_mutex *mutex) { KeSetEvent(&mutex->free, IO_NO_INCREMENT, FALSE); }

void ndis_bury(void *object) {
    struct tombstone *stone = calloc(1, sizeof *stone);
    if (!stone) return; /* leaks, which is what was wanted anyway */
    stone->object = object;
    KIRQL irql;
    KeAcquireSpinLock(&ndis_lists, &irql);
    stone->next = tombstones;
    tombstones = stone;
    KeReleaseSpinLock(&ndis_lists, irql);
}

NTSTATUS ndis_to_ntstatus(NDIS_STATUS status) {
    switch (status) {
    case NDIS_STATUS_ADAPTER_NOT_FOUND: return STATUS_NO_SUCH_DEVICE;
    case NDIS_STATUS_RESOURCES: return STATUS_INSUFFICIENT_RESOURCES;
    case NDIS_STATUS_NOT_SUPPORTED: return STATUS_NOT_SUPPORTED;
    default: return NT_SUCCESS(status) ? STATUS_UNSUCCESSFUL : status; /* most are NTSTATUS values anyway */
    }
}

/* --- checks ------------------------------------------------------------------------------------------------------ */

static void handle_bad(NDIS_HANDLE handle, enum ndis_magic magic, const char *call) {
    if (magic == NDIS_MAGIC_ADAPTER_GONE || magic == NDIS_MAGIC_ADAPTER)
        verify_violation("ndis-halted-adapter", "%s: %p names an adapter that is %s", call, handle,
                         magic == NDIS_MAGIC_ADAPTER ? "halted" : "gone");
    else
        verify_violation("ndis-bad-handle", "%s: %p %s", call, handle,
                         magic == NDIS_MAGIC_GONE ? "names an object that is gone" : "is no such handle");
}

struct ndis_adapter *ndis_adapter_check(NDIS_HANDLE handle, const char *call) {
    struct ndis_adapter *adapter = handle;
    enum ndis_magic magic = adapter ? __atomic_load_n(&adapter->magic, __ATOMIC_RELAXED) : 0;
    if (__builtin_expect(magic == NDIS_MAGIC_ADAPTER && !__atomic_load_n(&adapter->dead, __ATOMIC_RELAXED), 1))
        return adapter;
    handle_bad(handle, magic, call);
    return NULL;
}

struct ndis_driver *ndis_owner_check(NDIS_HANDLE handle, const char *call, struct ndis_adapter **adapter) {
    enum ndis_magic magic = handle ? __atomic_load_n((enum ndis_magic *)handle, __ATOMIC_RELAXED) : 0;
    if (adapter) *adapter = NULL;
    if (magic == NDIS_MAGIC_DRIVER) return handle;
    struct ndis_adapter *found = handle;
    if (magic == NDIS_MAGIC_ADAPTER && !__atomic_load_n(&found->dead, __ATOMIC_RELAXED)) {
        if (adapter) *adapter = found;
        return found->driver;
    }
    handle_bad(handle, magic, call);
    return NULL;
}

/* --- registration ------------------------------------------------------------------------------------------------ */

/* Copies what the caller's revision has; what it lacks stays zero. */
static NDIS_STATUS characteristics_read(const NDIS_MINIPORT_DRIVER_CHARACTERISTICS *from,
                                        NDIS_MINIPORT_DRIVER_CHARACTERISTICS *to) {
    static const uint16_t sizes[] = {0, 136, 152, sizeof *to};
    uint16_t version = (uint16_t)(from->MajorNdisVersion << 8 | from->MinorNdisVersion);
    if (!ndis_version_known(version) || version > ndis_host_version) {
        host_log("miniport driver asks for NDIS %u.%u; this host's NDIS is %u.%u, and 6.30 is the oldest it speaks",
                 from->MajorNdisVersion, from->MinorNdisVersion, ndis_host_version >> 8, ndis_host_version & 0xff);
        return NDIS_STATUS_BAD_VERSION;
    }
    if (!ndis_object_ok(NDIS_OF_DRIVER_CHARACTERISTICS, version, &from->Header, "NdisMRegisterMiniportDriver"))
        return NDIS_STATUS_BAD_CHARACTERISTICS;
    memset(to, 0, sizeof *to);
    memcpy(to, from, sizes[from->Header.Revision]);
    return NDIS_STATUS_SUCCESS;
}

static const char *missing_handler(const NDIS_MINIPORT_DRIVER_CHARACTERISTICS *c) {
#define NEED(field)                                                                                                    \
    if (!c->field) return #field;
    NEED(InitializeHandlerEx)
    NEED(HaltHandlerEx)
    NEED(UnloadHandler)
    NEED(PauseHandler)
    NEED(RestartHandler)
    NEED(OidRequestHandler)
    NEED(SendNetBufferListsHandler)
    NEED(ReturnNetBufferListsHandler)
    NEED(CancelSendHandler)
    NEED(DevicePnPEventNotifyHandler)
    NEED(ShutdownHandlerEx)
    NEED(CancelOidRequestHandler)
#undef NEED
    if (!c->DirectOidRequestHandler != !c->CancelDirectOidRequestHandler)
        return c->DirectOidRequestHandler ? "CancelDirectOidRequestHandler" : "DirectOidRequestHandler";
    if (c->CheckForHangHandlerEx && !c->ResetHandlerEx) return "ResetHandlerEx";
    return NULL;
}

static VOID NTAPI driver_unload(PDRIVER_OBJECT object) {
    struct ndis_driver *driver = ndis_driver_of(object);
    if (!driver) return;
    struct ndis_call call = ndis_call_begin("MiniportDriverUnload", driver->c.UnloadHandler);
    driver->c.UnloadHandler(object);
    ndis_call_end(call);
    if (ndis_driver_of(object)) {
        verify_about(call.code);
        verify_violation("ndis-not-deregistered", "the driver unloads without NdisMDeregisterMiniportDriver");
    }
}

static NDIS_STATUS set_options(struct ndis_driver *driver) {
    if (!driver->c.SetOptionsHandler) return NDIS_STATUS_SUCCESS;
    driver->in_set_options = true;
    struct ndis_call call = ndis_call_begin("MiniportSetOptions", driver->c.SetOptionsHandler);
    NDIS_STATUS status = driver->c.SetOptionsHandler(driver, driver->context);
    ndis_call_end(call);
    driver->in_set_options = false;
    return status;
}

static void driver_unlink(struct ndis_driver *driver) {
    KIRQL irql;
    KeAcquireSpinLock(&ndis_lists, &irql);
    for (struct ndis_driver **link = &drivers; *link; link = &(*link)->next) {
        if (*link == driver) {
            *link = driver->next;
            break;
        }
    }
    KeReleaseSpinLock(&ndis_lists, irql);
    __atomic_store_n(&driver->magic, NDIS_MAGIC_GONE, __ATOMIC_RELAXED);
    ndis_bury(driver);
}

NDIS_STATUS NTAPI NdisMRegisterMiniportDriver(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath,
                                              NDIS_HANDLE MiniportDriverContext,
                                              PNDIS_MINIPORT_DRIVER_CHARACTERISTICS MiniportDriverCharacteristics,
                                              PNDIS_HANDLE NdisMiniportDriverHandle) {
    NT_ENTER(NdisMRegisterMiniportDriver);
    if (!RegistryPath || !RegistryPath->Buffer)
        verify_violation("ndis-parameter", "NdisMRegisterMiniportDriver: RegistryPath is not what DriverEntry got");
    if (ndis_driver_of(DriverObject))
        verify_violation("ndis-registered-twice", "NdisMRegisterMiniportDriver: the driver is registered already");
    if (NT_FAULT(NdisMRegisterMiniportDriver)) return NDIS_STATUS_RESOURCES;
    struct ndis_driver *driver = calloc(1, sizeof *driver);
    if (!driver) return NDIS_STATUS_RESOURCES;
    NDIS_STATUS status = characteristics_read(MiniportDriverCharacteristics, &driver->c);
    if (status != NDIS_STATUS_SUCCESS) goto undo_driver;
    ndis_check_filled("NdisMRegisterMiniportDriver", MiniportDriverCharacteristics, 0, 0);
    const char *missing = missing_handler(&driver->c);
    if (missing) {
        verify_violation("ndis-handler-missing", "NdisMRegisterMiniportDriver: %s is missing", missing);
        status = NDIS_STATUS_BAD_CHARACTERISTICS;
        goto undo_driver;
    }
    driver->magic = NDIS_MAGIC_DRIVER;
    driver->version = (uint16_t)(driver->c.MajorNdisVersion << 8 | driver->c.MinorNdisVersion);
    driver->slots = (uint8_t)ndis_info_slots(driver->version);
    driver->object = DriverObject;
    driver->context = MiniportDriverContext;

    for (unsigned i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++) DriverObject->MajorFunction[i] = ndis_dispatch;
    DriverObject->DriverExtension->AddDevice = ndis_add_device_entry;
    DriverObject->DriverUnload = driver_unload;

    KIRQL irql;
    KeAcquireSpinLock(&ndis_lists, &irql);
    driver->next = drivers;
    drivers = driver;
    KeReleaseSpinLock(&ndis_lists, irql);
    verify_track("ndis-driver", driver, sizeof *driver, 0, __builtin_return_address(0));
    /* The handle must be the driver's before MiniportSetOptions runs: it gets the same one. */
    *NdisMiniportDriverHandle = driver;
    status = set_options(driver);
    if (status == NDIS_STATUS_SUCCESS) return status;
    *NdisMiniportDriverHandle = NULL;
    verify_untrack("ndis-driver", driver);
    driver_unlink(driver);
    return status;
undo_driver:
    free(driver);
    return status;
}

VOID NTAPI NdisMDeregisterMiniportDriver(NDIS_HANDLE NdisMiniportDriverHandle) {
    NT_ENTER(NdisMDeregisterMiniportDriver);
    struct ndis_adapter *adapter;
    struct ndis_driver *driver = ndis_owner_check(NdisMiniportDriverHandle, "NdisMDeregisterMiniportDriver", &adapter);
    if (!driver) return;
    if (adapter) {
        verify_violation("ndis-bad-handle", "NdisMDeregisterMiniportDriver: got an adapter's handle");
        return;
    }
    unsigned left = ndis_adapters_of(driver);
    if (left)
        verify_violation("ndis-deregister-in-use", "NdisMDeregisterMiniportDriver: %u adapter(s) are not halted", left);
    verify_untrack("ndis-driver", driver);
    driver_unlink(driver);
}

NDIS_STATUS NTAPI NdisSetOptionalHandlers(NDIS_HANDLE NdisHandle, PNDIS_DRIVER_OPTIONAL_HANDLERS OptionalHandlers) {
    NT_ENTER(NdisSetOptionalHandlers);
    struct ndis_driver *driver = ndis_owner_check(NdisHandle, "NdisSetOptionalHandlers", NULL);
    if (!driver) return NDIS_STATUS_INVALID_PARAMETER;
    if (NT_FAULT(NdisSetOptionalHandlers)) return NDIS_STATUS_RESOURCES;
    if (!driver->in_set_options)
        verify_violation("ndis-optional-handlers", "NdisSetOptionalHandlers: only from MiniportSetOptions");
    if (OptionalHandlers->Header.Type != NDIS_OBJECT_TYPE_MINIPORT_PNP_CHARACTERISTICS) {
        host_log("NdisSetOptionalHandlers: object type %#x is not supported", OptionalHandlers->Header.Type);
        return NDIS_STATUS_NOT_SUPPORTED;
    }
    NDIS_MINIPORT_PNP_CHARACTERISTICS *pnp = (NDIS_MINIPORT_PNP_CHARACTERISTICS *)OptionalHandlers;
    if (!ndis_object_ok(NDIS_OF_PNP_CHARACTERISTICS, driver->version, &pnp->Header, "NdisSetOptionalHandlers"))
        return NDIS_STATUS_INVALID_PARAMETER;
    ndis_check_filled("NdisSetOptionalHandlers", pnp, 0, 0);
    driver->pnp = *pnp;
    return NDIS_STATUS_SUCCESS;
}

/* --- lists ------------------------------------------------------------------------------------------------------- */

struct ndis_driver *ndis_driver_of(PDRIVER_OBJECT object) {
    KIRQL irql;
    KeAcquireSpinLock(&ndis_lists, &irql);
    struct ndis_driver *driver = drivers;
    while (driver && driver->object != object) driver = driver->next;
    KeReleaseSpinLock(&ndis_lists, irql);
    return driver;
}

void ndis_adapter_link(struct ndis_adapter *adapter) {
    KIRQL irql;
    KeAcquireSpinLock(&ndis_lists, &irql);
    adapter->next = adapters;
    adapters = adapter;
    KeReleaseSpinLock(&ndis_lists, irql);
}

void ndis_adapter_unlink(struct ndis_adapter *adapter) {
    KIRQL irql;
    KeAcquireSpinLock(&ndis_lists, &irql);
    for (struct ndis_adapter **link = &adapters; *link; link = &(*link)->next) {
        if (*link == adapter) {
            *link = adapter->next;
            break;
        }
    }
    KeReleaseSpinLock(&ndis_lists, irql);
    __atomic_store_n(&adapter->magic, NDIS_MAGIC_ADAPTER_GONE, __ATOMIC_RELAXED);
    ndis_bury(adapter);
}

void ndis_for_each(void (*function)(struct ndis_adapter *, void *), void *context) {
    KIRQL irql;
    KeAcquireSpinLock(&ndis_lists, &irql);
    for (struct ndis_adapter *adapter = adapters; adapter; adapter = adapter->next) function(adapter, context);
    KeReleaseSpinLock(&ndis_lists, irql);
}

unsigned ndis_adapters_of(struct ndis_driver *driver) {
    unsigned count = 0;
    KIRQL irql;
    KeAcquireSpinLock(&ndis_lists, &irql);
    for (struct ndis_adapter *adapter = adapters; adapter; adapter = adapter->next)
        count += adapter->driver == driver && __atomic_load_n(&adapter->state, __ATOMIC_ACQUIRE) != NDIS_HALTED;
    KeReleaseSpinLock(&ndis_lists, irql);
    return count;
}

struct ndis_adapter *ndis_adapter_find(const GUID *guid) {
    KIRQL irql;
    KeAcquireSpinLock(&ndis_lists, &irql);
    struct ndis_adapter *adapter = adapters;
    while (adapter && guid && memcmp(&adapter->guid, guid, sizeof *guid)) adapter = adapter->next;
    KeReleaseSpinLock(&ndis_lists, irql);
    return adapter;
}

NTSTATUS ndis_start(const struct net_stack *stack, uint16_t version) {
    if (version && !ndis_version_known(version)) return STATUS_INVALID_PARAMETER;
    ndis_host_version = version ? version : NDIS_VERSION_DEFAULT;
    if (stack) ndis_stack = stack;
    KeInitializeSpinLock(&ndis_lists);
    drivers = NULL;
    adapters = NULL;
    ndis_watchdog_start();
    return STATUS_SUCCESS;
}

void ndis_stop(void) {
    ndis_watchdog_stop();
    nbl_clone_stop();
    nbl_stop();
    while (tombstones) {
        struct tombstone *stone = tombstones;
        tombstones = stone->next;
        free(stone->object);
        free(stone);
    }
}
