/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the PnP files share.
 */
#ifndef HOST_PNP_PRIVATE_H
#define HOST_PNP_PRIVATE_H

#include "host/ndis_private.h"
#include "host/pnp.h"

struct stored_property {
    struct stored_property *next;
    DEVPROPKEY key;
    ULONG type, size;
    uint8_t data[];
};

/* What SwDeviceCreate's caller said, copied. */
struct device_info {
    WCHAR *enumerator, *instance, *hardware_ids, *description; /* hardware_ids: multi-string */
    GUID container;
    bool has_container;
    struct stored_property *properties;
};

#define OEM_NONE ~0u

/* Lock legend: i immutable once listed; p pnp_lock; t written by the PnP thread only. */
struct package {
    struct package *next; /* p */
    WCHAR *hardware_id;   /* i */
    WCHAR *version;       /* i: as its INF says: DEVPKEY_Device_DriverVersion */
    uint64_t version_number;
    unsigned oem; /* i: N of oemN.inf; OEM_NONE: of the host's command line, and the following are NULL */
    WCHAR *provider, *description, *section; /* i */
    char *folder;                            /* i: its own, in the driver store */
    uint64_t date;                           /* i: 100 ns since 1601 */
    char *service, *path;
    struct image *image; /* NULL: not loaded; written by the PnP thread only */
    PDRIVER_OBJECT driver;
    unsigned devices; /* that have a device stack with this driver */
};

/* Lock legend: i immutable; p pnp_lock; a atomic; t written by the PnP thread only, under pnp_lock. */
struct devnode {
    uint32_t references;           /* a */
    ULONG id;                      /* i */
    WCHAR *path;                   /* i: "SWD\enumerator\instance" */
    struct devnode *next;          /* p */
    bool listed;                   /* p: in the tree (present or phantom); holds a reference */
    struct software_device *claim; /* p: the open HSWDEVICE, which keeps others away */
    bool keep;                     /* p: the device outlives its HSWDEVICE */
    struct device_info info;       /* t */
    bool present, started;         /* t */
    bool has_stack;                /* t: AddDevice succeeded, no REMOVE_DEVICE yet */
    ULONG problem;                 /* t */
    NTSTATUS problem_status;       /* t */
    GUID net_cfg;                  /* t */
    char *software_key;            /* t: set while listed */
    PDEVICE_OBJECT pdo;            /* t */
    struct package *driver;        /* p: what it was installed from, present or not */
    struct package *package;       /* t: whose image drives it, which may be another of the same service */
    WCHAR *link;                   /* t: "\\?\SWD#..." once registered */
    bool link_enabled;             /* t */
    WCHAR pdo_name[40];            /* t */
    bool removing;                 /* t: surprise-removed, REMOVE_DEVICE not yet sent */
    struct pnp_request *finish;    /* p: surprise-removed; asked for when the last file of its stack is closed */
    struct pnp_request *waiting;   /* t: requests that wait until then */
    int neighbour;                 /* p: the process whose device it is (guest_nodes.c); 0: this one */
    bool neighbour_seen;           /* p */
    uint64_t neighbour_luid;       /* p */
};

/* What the PnP thread is asked for. */
enum request_kind {
    REQUEST_NOTHING,
    REQUEST_START,
    REQUEST_REMOVE,
    REQUEST_FINISH, /* of a removal that waited for files */
    REQUEST_UNINSTALL,
    REQUEST_STOP_START,
    REQUEST_SLEEP,
    REQUEST_STATE,
    REQUEST_WAKE,
    REQUEST_UNLOAD,
    REQUEST_END
};

struct pnp_request {
    struct pnp_request *next;
    enum request_kind kind;
    struct devnode *node; /* referenced */
    struct device_info info;
    void (*done)(struct devnode *node, NTSTATUS status, void *context);
    void *context;
    KEVENT *finished; /* the asker waits for it */
    NTSTATUS *status;
};

extern struct ndis_mutex pnp_lock;
extern struct devnode *pnp_nodes; /* p; the newest first */

void pnp_reference(struct devnode *node);
/* pnp_lock. A node of that path, made if there is none. Referenced. Takes `path`. */
struct devnode *node_claimable(WCHAR *path);
void request_enqueue_locked(struct pnp_request *request); /* pnp_lock; it is the PnP thread's then */
void request_free(struct pnp_request *request);
/* A started node for a device of another process, with a reference; takes path and info over. Its end. */
struct devnode *pnp_neighbour(WCHAR *path, const GUID *net_cfg, struct device_info *info);
void pnp_neighbour_gone(struct devnode *node);
void device_info_free(struct device_info *info);
struct stored_property *stored_property_copy(const struct pnp_property *property);

size_t wide_length(const WCHAR *text);
WCHAR *wide_copy(const WCHAR *text);
WCHAR *wide_multi_copy(const WCHAR *text);
bool wide_same(const WCHAR *a, const WCHAR *b); /* ASCII case folded */
WCHAR *wide_from(const char *text);
size_t multi_size(const WCHAR *text); /* bytes, with both terminators */

/* pnp_driver.c: packages; the store's are made by drvstore.c */
struct package *pnp_package_new(const WCHAR *hardware_id, const char *service, uint64_t version);
void pnp_package_list(struct package *package);
struct package *pnp_package_at(unsigned index); /* the index-th; NULL behind the last */
bool pnp_package_used(struct package *package); /* by a device, present or not */
bool pnp_package_drop(struct package *package); /* false: its image is loaded */
void pnp_package_free(struct package *package);
bool pnp_for_driver(const struct package *package);      /* pnp.c: whether a listed node was installed from it */
void wide_to(WCHAR *to, size_t room, const WCHAR *from); /* cut off; "" for NULL */
void swprintf_oem(WCHAR text[16], unsigned oem);         /* "oem0.inf" */

/* On the PnP thread: whose image is loaded for the package's service, else the package itself. */
struct package *package_in_force(struct package *package);
struct package *package_of(const WCHAR *hardware_ids);
/* CM_PROB_... or 0 */
ULONG package_load(struct package *package, NTSTATUS *status);
void pnp_drivers_unload(void); /* those without devices */
void pnp_packages_free(void);

/* pnp_bus.c */
NTSTATUS bus_start(void);
void bus_stop(void);
NTSTATUS bus_device_create(struct devnode *node);
void bus_device_delete(struct devnode *node);
/* NetCfgInstanceId (NULL: a new one) and software key, kept for the path */
NTSTATUS node_identify(struct devnode *node, const GUID *net_cfg);
void node_forget(struct devnode *node); /* deletes the software key */

/* pnp_change.c, on the PnP thread */
NTSTATUS change_query_remove(struct devnode *node);
bool change_removal_waits(struct devnode *node, struct pnp_request *finish);
struct pnp_request *change_closed(PDEVICE_OBJECT device); /* any thread, under pnp_lock */
NTSTATUS change_stop_start(struct devnode *node);
void change_state(struct devnode *node);       /* what the drivers say about it */
void pnp_state_changed(PDEVICE_OBJECT device); /* pnp.c: has change_state called, soon */
NTSTATUS change_power(struct devnode *node, SYSTEM_POWER_STATE to);

/* pnp_interface.c, on the PnP thread */
void interface_arrive(struct devnode *node);
void interface_depart(struct devnode *node);
void interface_tell(bool arrived, const GUID *class_guid, const WCHAR *link);
/* io_interface.c: those of drivers */
void interfaces_disable(struct devnode *node);
void interfaces_forget(struct devnode *node);
void interfaces_visit(const GUID *class_guid, bool present_only,
                      bool (*visit)(struct devnode *node, const WCHAR *link, void *context), void *context);
void interface_start(void);

#endif
