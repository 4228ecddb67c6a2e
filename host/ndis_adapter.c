/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Adapters: AddDevice, the attributes that a miniport sets while it initializes, and the PnP requests that start and
 * remove its device.
 */
#include <stdlib.h>
#include <string.h>

#include "host/ndis_private.h"
#include "host/os.h"
#include "host/pnp.h"
#include "host/registry.h"

/* --- AddDevice --------------------------------------------------------------------------------------------------- */

static ULONG software_dword(const char *path, const WCHAR *name, ULONG otherwise) {
    struct reg_key *key = reg_open(path, false);
    if (!key) return otherwise;
    ULONG value = otherwise, type = 0, size = sizeof value;
    if (!NT_SUCCESS(reg_get(key, name, &type, &value, &size)) || type != REG_DWORD) value = otherwise;
    reg_close(key);
    return value;
}

static void device_name(const GUID *g, WCHAR out[64]) {
    char text[64];
    snprintf(text, sizeof text, "\\Device\\{%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}", (unsigned)g->Data1,
             g->Data2, g->Data3, g->Data4[0], g->Data4[1], g->Data4[2], g->Data4[3], g->Data4[4], g->Data4[5],
             g->Data4[6], g->Data4[7]);
    size_t i = 0;
    for (; text[i]; i++) out[i] = (WCHAR)text[i];
    out[i] = 0;
}

static struct ndis_adapter *adapter_create(struct ndis_driver *driver, struct devnode *node) {
    struct ndis_adapter *adapter = os_aligned_alloc(64, sizeof *adapter);
    if (!adapter) return NULL;
    adapter->magic = NDIS_MAGIC_ADAPTER;
    adapter->driver = driver;
    adapter->guid = *pnp_net_cfg_instance_id(node);
    adapter->software_key = strdup(pnp_software_key(node));
    if (!adapter->software_key) {
        os_aligned_free(adapter);
        return NULL;
    }
    static ULONG last_if_index = 10; /* atomic; interface indexes below are "taken by other adapters" */
    adapter->if_index = __atomic_add_fetch(&last_if_index, 1, __ATOMIC_RELAXED);
    adapter->luid.Info.NetLuidIndex = software_dword(adapter->software_key, L"NetLuidIndex", 1);
    adapter->luid.Info.IfType = software_dword(adapter->software_key, L"*IfType", 53);
    ndis_mutex_init(&adapter->control);
    ndis_mutex_init(&adapter->oid);
    KeInitializeEvent(&adapter->drained, SynchronizationEvent, FALSE);
    KeInitializeEvent(&adapter->pause_done, SynchronizationEvent, FALSE);
    KeInitializeEvent(&adapter->reset_done, SynchronizationEvent, FALSE);
    KeInitializeEvent(&adapter->restart_done, SynchronizationEvent, FALSE);
    KeInitializeSpinLock(&adapter->requests_lock);
    return adapter;
}

static NDIS_STATUS call_add_device(struct ndis_adapter *adapter) {
    struct ndis_driver *driver = adapter->driver;
    if (!driver->pnp.MiniportAddDeviceHandler) return NDIS_STATUS_SUCCESS;
    struct ndis_call call = ndis_call_begin("MiniportAddDevice", driver->pnp.MiniportAddDeviceHandler);
    NDIS_STATUS status = driver->pnp.MiniportAddDeviceHandler(adapter, driver->context);
    ndis_call_end(call);
    return status;
}

NTSTATUS NTAPI ndis_add_device_entry(PDRIVER_OBJECT driver_object, PDEVICE_OBJECT physical_device) {
    struct ndis_driver *driver = ndis_driver_of(driver_object);
    struct devnode *node = pnp_node_of(physical_device);
    if (!driver || !node) return STATUS_NO_SUCH_DEVICE;
    struct ndis_adapter *adapter = adapter_create(driver, node);
    if (!adapter) return STATUS_INSUFFICIENT_RESOURCES;
    WCHAR name[64];
    device_name(&adapter->guid, name);
    UNICODE_STRING name_string;
    RtlInitUnicodeString(&name_string, name);
    PDEVICE_OBJECT functional;
    NTSTATUS status = IoCreateDevice(driver_object, sizeof(struct ndis_device_extension), &name_string,
                                     FILE_DEVICE_PHYSICAL_NETCARD, FILE_DEVICE_SECURE_OPEN, FALSE, &functional);
    if (!NT_SUCCESS(status)) goto undo_adapter;
    struct ndis_device_extension *extension = functional->DeviceExtension;
    *extension = (struct ndis_device_extension){.kind = NDIS_DEVICE_FUNCTIONAL, .adapter = adapter};
    adapter->physical = physical_device;
    adapter->functional = functional;
    adapter->lower = IoAttachDeviceToDeviceStack(functional, physical_device);
    if (!adapter->lower) {
        status = STATUS_NO_SUCH_DEVICE;
        goto undo_device;
    }
    functional->Flags |= DO_DIRECT_IO | DO_POWER_PAGABLE;
    functional->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    ndis_adapter_link(adapter);
    NDIS_STATUS added = call_add_device(adapter);
    if (added == NDIS_STATUS_SUCCESS) return STATUS_SUCCESS;
    status = ndis_to_ntstatus(added);
    IoDetachDevice(adapter->lower);
    IoDeleteDevice(functional);
    ndis_adapter_free(adapter);
    return status;
undo_device:
    IoDeleteDevice(functional);
undo_adapter:
    free(adapter->software_key);
    os_aligned_free(adapter);
    return status;
}

void ndis_adapter_free(struct ndis_adapter *adapter) {
    struct ndis_driver *driver = adapter->driver;
    if (driver->pnp.MiniportRemoveDeviceHandler) {
        struct ndis_call call = ndis_call_begin("MiniportRemoveDevice", driver->pnp.MiniportRemoveDeviceHandler);
        driver->pnp.MiniportRemoveDeviceHandler(adapter->add_device_context);
        ndis_call_end(call);
    }
    ndis_adapter_unlink(adapter);
    free(adapter->software_key);
    free(adapter->oids);
    free(adapter->offload);
    free(adapter->offload_hardware);
    adapter->offload = adapter->offload_hardware = NULL;
    adapter->software_key = NULL;
    adapter->oids = NULL;
}

/* --- attributes -------------------------------------------------------------------------------------------------- */

#define SET_ATTRIBUTES "NdisMSetMiniportAttributes"

static NDIS_STATUS set_registration(struct ndis_adapter *adapter,
                                    const NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES *in) {
    if (!ndis_object_ok(NDIS_OF_REGISTRATION_ATTRIBUTES, adapter->driver->version, &in->Header, SET_ATTRIBUTES))
        return NDIS_STATUS_INVALID_PARAMETER;
    if (adapter->registration_set) {
        verify_violation("ndis-attributes", "NdisMSetMiniportAttributes: registration attributes set twice");
        return NDIS_STATUS_FAILURE;
    }
    ndis_check_filled("NdisMSetMiniportAttributes", in, 0, 0);
    memcpy(&adapter->registration, in, NDIS_SIZEOF_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES_REVISION_1);
    adapter->context = in->MiniportAdapterContext;
    adapter->registration_set = true;
    return NDIS_STATUS_SUCCESS;
}

static const NDIS_OID mandatory_oids[] = {
    OID_GEN_CURRENT_PACKET_FILTER,
    OID_GEN_CURRENT_LOOKAHEAD,
    OID_GEN_MAXIMUM_TOTAL_SIZE,
    OID_GEN_VENDOR_DRIVER_VERSION,
    OID_GEN_VENDOR_ID,
    OID_GEN_VENDOR_DESCRIPTION,
    OID_GEN_STATISTICS,
    OID_GEN_INTERRUPT_MODERATION,
};

static NDIS_STATUS check_general(const NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES *in, uint16_t version) {
    if (!in->SupportedOidList || !in->SupportedOidListLength || in->SupportedOidListLength % sizeof(NDIS_OID) ||
        in->MacAddressLength > NDIS_MAX_PHYS_ADDRESS_LENGTH) {
        verify_violation("ndis-attributes", "general attributes: SupportedOidListLength %u, MacAddressLength %u",
                         in->SupportedOidListLength, in->MacAddressLength);
        return NDIS_STATUS_INVALID_PARAMETER;
    }
    for (size_t i = 0; i < sizeof mandatory_oids / sizeof *mandatory_oids; i++) {
        bool found = false;
        for (size_t k = 0; k < in->SupportedOidListLength / sizeof(NDIS_OID); k++)
            found |= in->SupportedOidList[k] == mandatory_oids[i];
        if (!found)
            host_log("general attributes: mandatory OID %#x is not in SupportedOidList", (unsigned)mandatory_oids[i]);
    }
    const NDIS_OBJECT_HEADER *rss = (const NDIS_OBJECT_HEADER *)in->RecvScaleCapabilities;
    if (rss && !ndis_object_ok(NDIS_OF_RECEIVE_SCALE_CAPABILITIES, version, rss, "RecvScaleCapabilities"))
        return NDIS_STATUS_INVALID_PARAMETER;
    const NDIS_PM_CAPABILITIES *pm = in->PowerManagementCapabilitiesEx;
    if (pm && in->Header.Revision >= NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES_REVISION_2 &&
        !ndis_object_ok(NDIS_OF_PM_CAPABILITIES, version, &pm->Header, "PowerManagementCapabilitiesEx"))
        return NDIS_STATUS_INVALID_PARAMETER;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS set_general(struct ndis_adapter *adapter, const NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES *in) {
    if (!ndis_object_ok(NDIS_OF_GENERAL_ATTRIBUTES, adapter->driver->version, &in->Header, SET_ATTRIBUTES))
        return NDIS_STATUS_INVALID_PARAMETER;
    if (!adapter->registration_set) {
        verify_violation("ndis-attributes", "general attributes set before the registration attributes");
        return NDIS_STATUS_FAILURE;
    }
    if (adapter->general_set) {
        verify_violation("ndis-attributes", "NdisMSetMiniportAttributes: general attributes set twice");
        return NDIS_STATUS_FAILURE;
    }
    /* The addresses are as long as MacAddressLength says. */
    ndis_check_filled("NdisMSetMiniportAttributes", in,
                      offsetof(NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES, PermanentMacAddress),
                      sizeof in->PermanentMacAddress + sizeof in->CurrentMacAddress);
    NDIS_STATUS status = check_general(in, adapter->driver->version);
    if (status != NDIS_STATUS_SUCCESS) return status;
    /* The caller's memory is its own again when the call returns. */
    NDIS_OID *oids = malloc(in->SupportedOidListLength);
    if (!oids) return NDIS_STATUS_RESOURCES;
    memcpy(oids, in->SupportedOidList, in->SupportedOidListLength);
    free(adapter->oids);
    adapter->oids = oids;
    bool newer = in->Header.Revision >= NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES_REVISION_2;
    memset(&adapter->general, 0, sizeof adapter->general);
    memcpy(&adapter->general, in, newer ? sizeof adapter->general : 216); /* the size of revision 1 */
    adapter->general.SupportedOidList = oids;
    if (adapter->general.PowerManagementCapabilitiesEx) {
        uint16_t size = in->PowerManagementCapabilitiesEx->Header.Size;
        memset(&adapter->pm, 0, sizeof adapter->pm);
        memcpy(&adapter->pm, in->PowerManagementCapabilitiesEx, size < sizeof adapter->pm ? size : sizeof adapter->pm);
        adapter->general.PowerManagementCapabilitiesEx = &adapter->pm;
    }
    adapter->ip_medium = in->MediaType == NdisMediumIP;
    if (in->IfType != adapter->luid.Info.IfType)
        host_log("the adapter says IfType %u; its software key says %u", in->IfType,
                 (unsigned)adapter->luid.Info.IfType);
    __atomic_store_n(&adapter->connect_state, in->MediaConnectState, __ATOMIC_RELEASE);
    adapter->general_set = true;
    return NDIS_STATUS_SUCCESS;
}

static bool attributes_in_order(struct ndis_adapter *adapter, const char *what) {
    if (adapter->general_set) return true;
    verify_violation("ndis-attributes", "%s attributes set before the general attributes", what);
    return false;
}

/* Copies what NDIS_OFFLOAD the miniport gives: as bytes, for what its revision has. */
static bool offload_keep(struct ndis_adapter *adapter, const NDIS_OBJECT_HEADER *in, uint8_t **kept) {
    free(*kept);
    *kept = NULL;
    if (!in) return true;
    if (!ndis_object_ok(NDIS_OF_OFFLOAD, adapter->driver->version, in, SET_ATTRIBUTES)) return false;
    *kept = malloc(in->Size);
    if (*kept) memcpy(*kept, in, in->Size);
    return *kept != NULL;
}

static NDIS_STATUS set_offload(struct ndis_adapter *adapter, const NDIS_MINIPORT_ADAPTER_OFFLOAD_ATTRIBUTES *in) {
    uint16_t version = adapter->driver->version;
    if (!attributes_in_order(adapter, "offload") ||
        !ndis_object_ok(NDIS_OF_OFFLOAD_ATTRIBUTES, version, &in->Header, SET_ATTRIBUTES))
        return NDIS_STATUS_INVALID_PARAMETER;
    if (!in->DefaultOffloadConfiguration != !in->HardwareOffloadCapabilities)
        verify_violation("ndis-attributes", "offload attributes: the %s is missing",
                         in->DefaultOffloadConfiguration ? "hardware's capabilities" : "default configuration");
    if (!offload_keep(adapter, (void *)in->DefaultOffloadConfiguration, &adapter->offload) ||
        !offload_keep(adapter, (void *)in->HardwareOffloadCapabilities, &adapter->offload_hardware))
        return NDIS_STATUS_INVALID_PARAMETER;
    const NDIS_OBJECT_HEADER *tcp[] = {(void *)in->DefaultTcpConnectionOffloadConfiguration,
                                       (void *)in->TcpConnectionOffloadHardwareCapabilities};
    for (unsigned i = 0; i < 2; i++)
        if (tcp[i] && !ndis_object_ok(NDIS_OF_TCP_CONNECTION_OFFLOAD, version, tcp[i], SET_ATTRIBUTES))
            return NDIS_STATUS_INVALID_PARAMETER;
    return NDIS_STATUS_SUCCESS;
}

/* Looked at, and not used: a layer-3 miniport has no filters, switches or virtual functions in hardware. */
static NDIS_STATUS set_hardware_assist(struct ndis_adapter *adapter,
                                       const NDIS_MINIPORT_ADAPTER_HARDWARE_ASSIST_ATTRIBUTES *in) {
    uint16_t version = adapter->driver->version;
    if (!attributes_in_order(adapter, "hardware assist") ||
        !ndis_object_ok(NDIS_OF_HARDWARE_ASSIST_ATTRIBUTES, version, &in->Header, SET_ATTRIBUTES))
        return NDIS_STATUS_INVALID_PARAMETER;
    if (in->Header.Revision < NDIS_MINIPORT_ADAPTER_HARDWARE_ASSIST_ATTRIBUTES_REVISION_2) return NDIS_STATUS_SUCCESS;
    const NDIS_RECEIVE_FILTER_CAPABILITIES *filters[] = {in->HardwareReceiveFilterCapabilities,
                                                         in->CurrentReceiveFilterCapabilities};
    for (unsigned i = 0; i < 2; i++)
        if (filters[i] && !ndis_object_ok(NDIS_OF_RECEIVE_FILTER_CAPABILITIES, version,
                                          (const NDIS_OBJECT_HEADER *)filters[i], SET_ATTRIBUTES))
            return NDIS_STATUS_INVALID_PARAMETER;
    return NDIS_STATUS_SUCCESS;
}

NDIS_STATUS NTAPI NdisMSetMiniportAttributes(NDIS_HANDLE NdisMiniportHandle,
                                             PNDIS_MINIPORT_ADAPTER_ATTRIBUTES MiniportAttributes) {
    NT_ENTER(NdisMSetMiniportAttributes);
    struct ndis_adapter *adapter = ndis_adapter_check(NdisMiniportHandle, "NdisMSetMiniportAttributes");
    if (!adapter) return NDIS_STATUS_INVALID_PARAMETER;
    if (NT_FAULT(NdisMSetMiniportAttributes)) return NDIS_STATUS_RESOURCES;
    NDIS_OBJECT_HEADER *header = (NDIS_OBJECT_HEADER *)MiniportAttributes;
    if (header->Type == NDIS_OBJECT_TYPE_MINIPORT_ADD_DEVICE_REGISTRATION_ATTRIBUTES) {
        NDIS_MINIPORT_ADD_DEVICE_REGISTRATION_ATTRIBUTES *in = (void *)MiniportAttributes;
        if (!ndis_object_ok(NDIS_OF_ADD_DEVICE_ATTRIBUTES, adapter->driver->version, header, SET_ATTRIBUTES))
            return NDIS_STATUS_INVALID_PARAMETER;
        adapter->add_device_context = in->MiniportAddDeviceContext;
        return NDIS_STATUS_SUCCESS;
    }
    if (ndis_state_of(adapter) != NDIS_INITIALIZING) {
        verify_violation("ndis-attributes", "NdisMSetMiniportAttributes outside MiniportInitializeEx");
        return NDIS_STATUS_FAILURE;
    }
    switch (header->Type) {
    case NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES:
        return set_registration(adapter, (void *)MiniportAttributes);
    case NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES: return set_general(adapter, (void *)MiniportAttributes);
    case NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_OFFLOAD_ATTRIBUTES: return set_offload(adapter, (void *)MiniportAttributes);
    case NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_HARDWARE_ASSIST_ATTRIBUTES:
        return set_hardware_assist(adapter, (void *)MiniportAttributes);
    case NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_NATIVE_802_11_ATTRIBUTES:
        host_log("NdisMSetMiniportAttributes: this host has no wireless adapters (native 802.11 attributes)");
        return NDIS_STATUS_NOT_SUPPORTED;
    default:
        host_log("NdisMSetMiniportAttributes: attributes of type %#x are not supported", header->Type);
        return NDIS_STATUS_NOT_SUPPORTED;
    }
}

VOID NTAPI NdisMGetDeviceProperty(NDIS_HANDLE MiniportAdapterHandle, PDEVICE_OBJECT *PhysicalDeviceObject,
                                  PDEVICE_OBJECT *FunctionalDeviceObject, PDEVICE_OBJECT *NextDeviceObject,
                                  PCM_RESOURCE_LIST *AllocatedResources,
                                  PCM_RESOURCE_LIST *AllocatedResourcesTranslated) {
    NT_ENTER(NdisMGetDeviceProperty);
    struct ndis_adapter *adapter = ndis_adapter_check(MiniportAdapterHandle, "NdisMGetDeviceProperty");
    if (!adapter) return;
    if (PhysicalDeviceObject) *PhysicalDeviceObject = adapter->physical;
    if (FunctionalDeviceObject) *FunctionalDeviceObject = adapter->functional;
    if (NextDeviceObject) *NextDeviceObject = adapter->lower;
    if (AllocatedResources) *AllocatedResources = NULL;
    if (AllocatedResourcesTranslated) *AllocatedResourcesTranslated = NULL;
}

/* --- what stacks and tests ask ----------------------------------------------------------------------------------- */

NET_LUID ndis_adapter_luid(struct ndis_adapter *adapter) { return adapter->luid; }

ULONG ndis_adapter_if_index(struct ndis_adapter *adapter) { return adapter->if_index; }

const GUID *ndis_adapter_guid(struct ndis_adapter *adapter) { return &adapter->guid; }

ULONG ndis_adapter_mtu(struct ndis_adapter *adapter) { return adapter->general.MtuSize; }

bool ndis_adapter_connected(struct ndis_adapter *adapter) {
    return __atomic_load_n(&adapter->connect_state, __ATOMIC_ACQUIRE) == MediaConnectStateConnected;
}

void *ndis_adapter_stack_context(struct ndis_adapter *adapter) { return adapter->stack_context; }

enum ndis_state ndis_adapter_state(struct ndis_adapter *adapter) { return ndis_state_of(adapter); }

int64_t ndis_adapter_calls_at_pause(struct ndis_adapter *adapter) { return adapter->calls_at_pause; }

/* --- PnP --------------------------------------------------------------------------------------------------------- */

NTSTATUS ndis_device_start(PDEVICE_OBJECT physical_device, const GUID *net_cfg_instance_id) {
    (void)net_cfg_instance_id; /* the node knows it; the adapter has read it in AddDevice */
    return io_pnp(physical_device, IRP_MN_START_DEVICE);
}

void ndis_device_surprise_remove(PDEVICE_OBJECT physical_device) { io_pnp(physical_device, IRP_MN_SURPRISE_REMOVAL); }

void ndis_device_remove(PDEVICE_OBJECT physical_device) { io_pnp(physical_device, IRP_MN_REMOVE_DEVICE); }
