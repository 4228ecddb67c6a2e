/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The software device bus: the driver of the physical device objects, and what the network class installer would have
 * written for a new device (its software key with NetCfgInstanceId).
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "host/pnp_private.h"
#include "host/registry.h"

#define CLASS_KEY "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e972-e325-11ce-bfc1-08002be10318}"

static PDRIVER_OBJECT bus;
static ULONG last_device;             /* PnP thread */
static ULONG last_luid_index = 32767; /* PnP thread; the lower ones belong to "other adapters" */

struct bus_extension {
    struct devnode *node; /* referenced */
};

/* --- the bus driver ---------------------------------------------------------------------------------------------- */

static NTSTATUS NTAPI bus_dispatch(PDEVICE_OBJECT device, PIRP irp) {
    (void)device;
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    NTSTATUS status;
    switch (stack->MajorFunction) {
    case IRP_MJ_PNP:
        switch (stack->MinorFunction) {
        case IRP_MN_START_DEVICE:
        case IRP_MN_STOP_DEVICE:
        case IRP_MN_REMOVE_DEVICE:
        case IRP_MN_SURPRISE_REMOVAL:
        case IRP_MN_QUERY_REMOVE_DEVICE:
        case IRP_MN_CANCEL_REMOVE_DEVICE:
        case IRP_MN_QUERY_STOP_DEVICE:
        case IRP_MN_CANCEL_STOP_DEVICE: status = STATUS_SUCCESS; break;
        default: status = irp->IoStatus.Status; /* a bus leaves what it does not know as it came */
        }
        break;
    case IRP_MJ_POWER:
    case IRP_MJ_CREATE:
    case IRP_MJ_CLEANUP:
    case IRP_MJ_CLOSE: status = STATUS_SUCCESS; break;
    default: status = STATUS_INVALID_DEVICE_REQUEST;
    }
    irp->IoStatus.Status = status;
    IofCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static VOID NTAPI bus_unload(PDRIVER_OBJECT driver) { (void)driver; }

static NTSTATUS NTAPI bus_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path) {
    (void)registry_path;
    for (unsigned i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++) driver->MajorFunction[i] = bus_dispatch;
    driver->DriverUnload = bus_unload;
    return STATUS_SUCCESS;
}

NTSTATUS bus_start(void) { return io_driver_start("SoftwareDevice", bus_entry, &bus); }

void bus_stop(void) {
    io_driver_unload(bus);
    bus = NULL;
}

NTSTATUS bus_device_create(struct devnode *node) {
    char name[40];
    snprintf(name, sizeof name, "\\Device\\SWD%08x", (unsigned)++last_device);
    ndis_mutex_lock(&pnp_lock);
    for (size_t i = 0; i < sizeof name; i++) node->pdo_name[i] = (WCHAR)name[i];
    ndis_mutex_unlock(&pnp_lock);
    UNICODE_STRING string;
    RtlInitUnicodeString(&string, node->pdo_name);
    PDEVICE_OBJECT device;
    NTSTATUS status = IoCreateDevice(bus, sizeof(struct bus_extension), &string, FILE_DEVICE_UNKNOWN,
                                     FILE_DEVICE_SECURE_OPEN, FALSE, &device);
    if (!NT_SUCCESS(status)) return status;
    ((struct bus_extension *)device->DeviceExtension)->node = node;
    pnp_reference(node);
    device->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    ndis_mutex_lock(&pnp_lock);
    node->pdo = device;
    ndis_mutex_unlock(&pnp_lock);
    return STATUS_SUCCESS;
}

void bus_device_delete(struct devnode *node) {
    PDEVICE_OBJECT device = node->pdo;
    ndis_mutex_lock(&pnp_lock);
    node->pdo = NULL;
    ((struct bus_extension *)device->DeviceExtension)->node = NULL;
    ndis_mutex_unlock(&pnp_lock);
    IoDeleteDevice(device);
    pnp_release(node);
}

struct devnode *pnp_node_of(PDEVICE_OBJECT physical_device) {
    if (!physical_device || physical_device->DriverObject != bus) return NULL;
    return ((struct bus_extension *)physical_device->DeviceExtension)->node;
}

/* --- identity ---------------------------------------------------------------------------------------------------- */

static NTSTATUS set_text(struct reg_key *key, const WCHAR *name, const char *text) {
    WCHAR *wide = wide_from(text);
    if (!wide) return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = reg_set(key, name, REG_SZ, wide, (ULONG)((strlen(text) + 1) * sizeof(WCHAR)));
    free(wide);
    return status;
}

static NTSTATUS set_number(struct reg_key *key, const WCHAR *name, ULONG value) {
    return reg_set(key, name, REG_DWORD, &value, sizeof value);
}

static void guid_text(const GUID *g, char out[40]) {
    snprintf(out, 40, "{%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}", (unsigned)g->Data1, g->Data2, g->Data3,
             g->Data4[0], g->Data4[1], g->Data4[2], g->Data4[3], g->Data4[4], g->Data4[5], g->Data4[6], g->Data4[7]);
}

static NTSTATUS guid_random(GUID *guid) {
    if (getrandom(guid, sizeof *guid, 0) != sizeof *guid) return STATUS_UNSUCCESSFUL;
    guid->Data3 = (USHORT)((guid->Data3 & 0x0fff) | 0x4000);
    guid->Data4[0] = (UCHAR)((guid->Data4[0] & 0x3f) | 0x80);
    return STATUS_SUCCESS;
}

/* The first class\nnnn that does not exist. */
static NTSTATUS key_create(char path[160], struct reg_key **key) {
    for (unsigned i = 0; i < 10000; i++) {
        snprintf(path, 160, "%s\\%04u", CLASS_KEY, i);
        struct reg_key *taken = reg_open(path, false);
        if (taken) {
            reg_close(taken);
            continue;
        }
        *key = reg_open(path, true);
        return *key ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
    }
    return STATUS_INSUFFICIENT_RESOURCES;
}

static NTSTATUS key_fill(struct devnode *node, struct reg_key *key, const char *path) {
    char text[64], linkage_path[176];
    NTSTATUS status = STATUS_SUCCESS;
#define TRY(expression)                                                                                                \
    if (NT_SUCCESS(status)) status = (expression);
    guid_text(&node->net_cfg, text);
    TRY(set_text(key, L"NetCfgInstanceId", text));
    const WCHAR *description = node->info.description;
    if (description)
        TRY(reg_set(key, L"DriverDesc", REG_SZ, description, (ULONG)((wide_length(description) + 1) * sizeof(WCHAR))));
    TRY(reg_set(key, L"ProviderName", REG_SZ, node->info.enumerator,
                (ULONG)((wide_length(node->info.enumerator) + 1) * sizeof(WCHAR))));
    TRY(reg_set(key, L"DeviceInstanceID", REG_SZ, node->path, (ULONG)((wide_length(node->path) + 1) * sizeof(WCHAR))));
    TRY(set_number(key, L"*IfType", 53));           /* IF_TYPE_PROP_VIRTUAL */
    TRY(set_number(key, L"*MediaType", 19));        /* NdisMediumIP */
    TRY(set_number(key, L"*PhysicalMediaType", 0)); /* unspecified */
    TRY(set_number(key, L"NetLuidIndex", ++last_luid_index));
    if (!NT_SUCCESS(status)) return status;
    snprintf(linkage_path, sizeof linkage_path, "%s\\Linkage", path);
    struct reg_key *linkage = reg_open(linkage_path, true);
    if (!linkage) return STATUS_INSUFFICIENT_RESOURCES;
    char device[64];
    snprintf(device, sizeof device, "\\Device\\%s", text);
    TRY(set_text(linkage, L"Export", device));
    TRY(set_text(linkage, L"RootDevice", text));
#undef TRY
    reg_close(linkage);
    return status;
}

NTSTATUS node_identify(struct devnode *node, const GUID *net_cfg) {
    GUID guid;
    NTSTATUS status = STATUS_SUCCESS;
    if (net_cfg)
        guid = *net_cfg;
    else
        status = guid_random(&guid);
    if (!NT_SUCCESS(status)) return status;
    char path[160];
    struct reg_key *key;
    status = key_create(path, &key);
    if (!NT_SUCCESS(status)) return status;
    ndis_mutex_lock(&pnp_lock);
    node->net_cfg = guid;
    ndis_mutex_unlock(&pnp_lock);
    status = key_fill(node, key, path);
    reg_close(key);
    char *copy = NT_SUCCESS(status) ? strdup(path) : NULL;
    if (!copy) {
        reg_delete(path);
        return NT_SUCCESS(status) ? STATUS_INSUFFICIENT_RESOURCES : status;
    }
    ndis_mutex_lock(&pnp_lock);
    node->software_key = copy;
    ndis_mutex_unlock(&pnp_lock);
    return STATUS_SUCCESS;
}

void node_forget(struct devnode *node) {
    if (!node->software_key) return;
    reg_delete(node->software_key);
    ndis_mutex_lock(&pnp_lock);
    free(node->software_key);
    node->software_key = NULL;
    ndis_mutex_unlock(&pnp_lock);
}
