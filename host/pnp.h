/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Device nodes, their properties and interfaces, driver packages: what cfgmgr32 and swdevice show to programs.
 */
#ifndef HOST_PNP_H
#define HOST_PNP_H

#include "host/kernel.h"
#include "nt/win32.h"

struct devnode;

/* Called by host_start (after memory, objects, registry and NDIS) and host_stop (removes every device, unloads drivers). */
NTSTATUS pnp_start(void);
void pnp_stop(void);
/* Unloads every driver that has no device. Waits. */
void pnp_unload_drivers(void);

struct pnp_property {
    DEVPROPKEY key;
    ULONG type; /* DEVPROP_TYPE_... */
    ULONG size; /* bytes */
    const void *data;
};

struct pnp_software_device {
    const WCHAR *enumerator; /* "Warren" -> instance path SWD\Warren\<instance> */
    const WCHAR *instance;
    const WCHAR *hardware_ids; /* multi-string */
    const WCHAR *description;
    const GUID *container;
    const struct pnp_property *properties;
    unsigned property_count;
};

/* A driver package in the store: devices with this hardware id get `service`, started from the image at `path`. */
NTSTATUS pnp_package_add(const WCHAR *hardware_id, const WCHAR *service, const char *path, const WCHAR *version,
                         const WCHAR *provider);
/* For tests: what PnP does not get to until it is let go, however long programs wait. */
enum pnp_stage { PNP_ENUMERATION, PNP_START, PNP_REMOVAL, PNP_STAGES };
void pnp_hold(enum pnp_stage stage, bool hold);
/* For tests: PnP finds no driver for any device. */
void pnp_hide_packages(bool hide);
bool pnp_package_find(const WCHAR *hardware_id);
/* The driver object of the package, while the driver is loaded. */
PDRIVER_OBJECT pnp_package_driver(const WCHAR *hardware_id);

/* Creates the node and starts it asynchronously on the PnP thread: finds its package, loads the driver if it is not
 * loaded, AddDevice, start, interface GUID_DEVINTERFACE_NET. `done` is called on the PnP thread when the device has been
 * enumerated (as SwDeviceCreate's callback: not when it is started). ERROR-like results as NTSTATUS. */
NTSTATUS pnp_create(PEPROCESS owner, const struct pnp_software_device *info,
                    void (*done)(struct devnode *node, NTSTATUS status, void *context), void *context,
                    struct devnode **node);
/* SwDeviceClose or the owner's death: surprise removal; the node stays, not present, until pnp_uninstall. */
void pnp_close(struct devnode *node);
/* Whether the device outlives its open HSWDEVICE; then another can be opened, and with it the device taken away. */
NTSTATUS pnp_keep(struct devnode *node, bool keep);
bool pnp_kept(struct devnode *node);
/* The device is not there any more, whoever holds it: surprise removal, soon. */
void pnp_gone(PDEVICE_OBJECT physical_device);
NTSTATUS pnp_uninstall(struct devnode *node);
/* Resources are dealt out again: the drivers are asked, and the device is stopped and started. */
NTSTATUS pnp_stop_start(struct devnode *node);
/* The system goes to sleep (S3), and wakes, as far as this device hears of it. */
NTSTATUS pnp_sleep(struct devnode *node);
NTSTATUS pnp_wake(struct devnode *node);
void pnp_wait_idle(void); /* until the PnP thread has nothing to do */

struct devnode *pnp_find(const WCHAR *instance_path, bool phantom_too); /* referenced; drop with pnp_release */
void pnp_release(struct devnode *node);
ULONG pnp_node_id(struct devnode *node);  /* DEVINST */
struct devnode *pnp_node_by_id(ULONG id); /* referenced */
const WCHAR *pnp_instance_path(struct devnode *node);
bool pnp_is_present(struct devnode *node);
ULONG pnp_problem(struct devnode *node, NTSTATUS *problem_status); /* CM_PROB_..., 0 none */
bool pnp_is_started(struct devnode *node);
NTSTATUS pnp_property_get(struct devnode *node, const DEVPROPKEY *key, ULONG *type, void *data, ULONG *size);
NTSTATUS pnp_property_set(struct devnode *node, const struct pnp_property *property);
/* Registry path of the node's software key (class\{...}\nnnn), where NetCfgInstanceId is. */
const char *pnp_software_key(struct devnode *node);
const GUID *pnp_net_cfg_instance_id(struct devnode *node);
PDEVICE_OBJECT pnp_physical_device(struct devnode *node);
struct devnode *pnp_node_of(PDEVICE_OBJECT physical_device);

/* Calls visit for each node (present or not) until it returns false. */
void pnp_for_each(bool (*visit)(struct devnode *node, void *context), void *context);
/* Interface links of a class, present ones or all; visit gets the symbolic link ("\\?\SWD#...") */
void pnp_for_each_interface(const GUID *class_guid, bool present_only,
                            bool (*visit)(struct devnode *node, const WCHAR *link, void *context), void *context);
/* Called for interface arrivals and removals (CM_Register_Notification). */
void *pnp_notify_add(const GUID *class_guid,
                     void (*event)(bool arrived, const GUID *class_guid, const WCHAR *link, void *context),
                     void *context);
void pnp_notify_remove(void *handle); /* waits for callbacks in flight */

#endif
