/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What NDIS's own files share: drivers, adapters, lists and the checks at the border to a miniport.
 */
#ifndef HOST_NDIS_PRIVATE_H
#define HOST_NDIS_PRIVATE_H

#include "host/kernel_private.h"
#include "host/ndis_control.h"
#include "host/ndis_objects.h"
#include "host/netstack.h"

#define NDIS_HOST_TAG 0x6964684eu /* "Nhdi" */

/* First word of everything that a miniport holds as an NDIS_HANDLE. A handle outlives its object as a tombstone (GONE)
 * until ndis_stop, so that a late use is told apart from a wild one. */
enum ndis_magic {
    NDIS_MAGIC_DRIVER = 0x4e445256,
    NDIS_MAGIC_ADAPTER = 0x4e414450,
    NDIS_MAGIC_DEVICE = 0x4e444556,
    NDIS_MAGIC_CONFIGURATION = 0x4e434647,
    NDIS_MAGIC_LIST_POOL = 0x4e4c504c,
    NDIS_MAGIC_BUFFER_POOL = 0x4e42504c,
    NDIS_MAGIC_RW_LOCK = 0x4e52574c,
    NDIS_MAGIC_TIMER = 0x4e544d52,
    NDIS_MAGIC_WORK_ITEM = 0x4e574b49,
    NDIS_MAGIC_GONE = 0x4e474f4e,
    NDIS_MAGIC_ADAPTER_GONE = 0x4e41474f,
};

/* A mutual exclusion for PASSIVE_LEVEL made of an event, so that every wait of NDIS is an NT wait. */
struct ndis_mutex {
    KEVENT free;
};
void ndis_mutex_init(struct ndis_mutex *mutex);
void ndis_mutex_lock(struct ndis_mutex *mutex);
void ndis_mutex_unlock(struct ndis_mutex *mutex);

/* Lock legend: i immutable after registration; l ndis_lists */
struct ndis_driver {
    enum ndis_magic magic;
    uint16_t version;                       /* i: major << 8 | minor, as registered */
    uint8_t slots;                          /* i: of NetBufferListInfo, in that version */
    PDRIVER_OBJECT object;                  /* i */
    NDIS_HANDLE context;                    /* i */
    NDIS_MINIPORT_DRIVER_CHARACTERISTICS c; /* i */
    NDIS_MINIPORT_PNP_CHARACTERISTICS pnp;  /* i: set by NdisSetOptionalHandlers */
    bool in_set_options;
    struct ndis_driver *next; /* l */
};

/* The time of sends is told in epochs of half a second: enough to find old ones without reading a clock each time. */
#define NDIS_EPOCHS 128
extern uint32_t ndis_epoch; /* a */
int64_t ndis_sent(struct ndis_adapter *adapter);
void ndis_watchdog_start(void);
void ndis_watchdog_stop(void);
void ndis_requests_refuse(struct ndis_adapter *adapter, bool refuse);
uint64_t ndis_now_ms(void);
void ndis_requests_watch(struct ndis_adapter *adapter, uint64_t now);
/* At each check for hang: whether a regular request has been pending at two of them. */
bool ndis_requests_hang(struct ndis_adapter *adapter);
unsigned ndis_requests_pending(struct ndis_adapter *adapter);

/* Lock legend: i immutable while initialized; c control (one state change at a time); a atomic; l ndis_lists;
 * r requests_lock. */
struct ndis_adapter {
    enum ndis_magic magic;         /* a */
    uint32_t state;                /* a: enum ndis_state; written under c */
    bool low_power;                /* a; written under c */
    bool dead;                     /* a; written under c: halted after it was initialized, so its handle is void */
    bool ip_medium;                /* i: NdisMediumIP: lists hold bare IP packets */
    struct ndis_driver *driver;    /* i */
    NDIS_HANDLE context;           /* i: MiniportAdapterContext */
    const struct net_stack *stack; /* i */
    void *stack_context;           /* i */
    bool bound;                    /* a; written under c */

    _Alignas(64) int64_t sent[NDIS_EPOCHS]; /* a: lists that the miniport got while Running and holds, by their time */
    bool sent_late[NDIS_EPOCHS];            /* w: that some of them are late has been told; w watchdog's lock */
    int64_t late;                           /* a: the same for lists that it got in any other state */
    int64_t sends;                          /* a: calls of MiniportSendNetBufferLists made while Running */
    _Alignas(64) int64_t indicated;         /* a: lists that the stack holds */
    _Alignas(64) int64_t calls;             /* a: miniport calls into the data path that have not returned */
    uint32_t draining;                      /* a: somebody waits on `drained` for calls or sends to become 0 */
    KEVENT drained;
    int64_t calls_at_pause; /* c: what `calls` was when the last pause completed */

    _Alignas(64) struct ndis_mutex control;
    PDEVICE_OBJECT physical, functional, lower;                 /* i */
    GUID guid;                                                  /* i */
    NET_LUID luid;                                              /* i */
    ULONG if_index;                                             /* i */
    char *software_key;                                         /* i: registry path, UTF-8 */
    NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES registration; /* i */
    NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES general;           /* i; pointers below */
    NDIS_PM_CAPABILITIES pm;                                    /* i */
    NDIS_OID *oids;                                             /* i: copy of the supported list */
    uint8_t *offload, *offload_hardware;                        /* i: NDIS_OFFLOADs as given, or NULL */
    bool registration_set, general_set;                         /* c */
    bool surprise_removed;                                      /* c */
    bool paused_for_power, halted_for_power;                    /* c */
    NDIS_HANDLE add_device_context;                             /* i */
    uint32_t connect_state;                                     /* a: NDIS_MEDIA_CONNECT_STATE */

    uint32_t pause_pending, restart_pending; /* a: a completion call is awaited */
    KEVENT pause_done, restart_done;
    NDIS_STATUS restart_status; /* handed over by restart_done */

    int filters, protocols;     /* c: attached, bound beside the stack */
    unsigned unchecked_seconds; /* c: since the last check for hang */
    bool reset_wanted;          /* a: by NdisMResetMiniport */
    uint32_t reset_pending;     /* a: a completion call is awaited */
    KEVENT reset_done;
    NDIS_STATUS reset_status; /* handed over by reset_done */
    bool reset_addressing;    /* the same */
    bool reset_restore;       /* c: what was set by requests must be set again */

    struct ndis_mutex oid; /* held while the miniport has a regular request, and while it resets */
    KSPIN_LOCK requests_lock;
    struct ndis_request *requests; /* r */
    bool halting;                  /* r: no request may begin */
    int64_t asked;                 /* a: requests inside the miniport */

    struct ndis_adapter *next; /* l */
};

/* NDIS's fields behind the public ones of a list that it allocated. */
enum nbl_state { NBL_FREE, NBL_OWNED, NBL_SENT, NBL_INDICATED, NBL_LENT /* indicated with RESOURCES */ };
/* How a list was made: it must be freed by the matching call. */
enum nbl_kind { NBL_KIND_PLAIN, NBL_KIND_CLONE, NBL_KIND_SHARING_CLONE, NBL_KIND_FRAGMENT, NBL_KIND_REASSEMBLED };
#define NBL_PRIVATE_MAGIC 0x4e424c50u

struct nbl_private {
    uint32_t magic;
    uint32_t state;               /* atomic: enum nbl_state */
    uint8_t kind;                 /* enum nbl_kind */
    bool with_room;               /* of that kind: each buffer's first MDL is room for headers */
    uint8_t slots;                /* of NetBufferListInfo, that the pool's owner knows */
    uint8_t epoch;                /* SENT: index into the adapter's `sent` */
    bool late;                    /* SENT while the adapter was not Running */
    struct ndis_adapter *adapter; /* whose miniport (SENT) or stack (INDICATED) holds it */
    struct nbl_pool *pool;
    struct ndis_driver *owner; /* of the pool; NULL: one of the host's stacks */
    bool sealed;               /* when it was handed over, and not yet taken back */
    struct nbl_seal {
        uint64_t shallow, deep;
    } seal;
    NET_BUFFER *own_buffer;               /* allocated together with the list, else NULL */
    NET_BUFFER_LIST_CONTEXT *own_context; /* space of the pool's ContextSize, else NULL */
    NET_BUFFER_LIST *free_next, *all_next;
};

static inline struct nbl_private *nbl_private(NET_BUFFER_LIST *list) {
    return (struct nbl_private *)((char *)list + ((sizeof(NET_BUFFER_LIST) + 15) & ~(size_t)15));
}

/* The list's private part, or NULL after a violation when NDIS did not allocate it or it has been freed. */
struct nbl_private *nbl_check(NET_BUFFER_LIST *list, const char *call);

/* Slots that a miniport of an older NDIS does not have lie, there, behind the structure: they hold a pattern while it
 * has the list, or for as long as its own list lives. nothing to do when it knows them all. */
void nbl_poison(NET_BUFFER_LIST *list, unsigned slots);
void nbl_poison_check(const NET_BUFFER_LIST *list, unsigned slots, const char *call);
/* Back to its owner, who may know more. */
void nbl_poison_clear(NET_BUFFER_LIST *list, unsigned slots);
void nbl_clone_stop(void), nbl_stop(void);

/* The chain position of byte `offset`: *mdl and *mdl_offset. false when the chain is shorter (offset == its length is
 * allowed and names the end of the last MDL). */
bool nbl_locate(MDL *chain, ULONG offset, MDL **mdl, ULONG *mdl_offset);

extern uint16_t ndis_host_version; /* what the host's NDIS says it is; constant while the world lives */

struct ndis_adapter *ndis_adapter_check(NDIS_HANDLE handle, const char *call);
/* A driver or adapter handle, as calls that take either get it; *adapter is NULL for a driver. NULL after a violation.
 */
struct ndis_driver *ndis_owner_check(NDIS_HANDLE handle, const char *call, struct ndis_adapter **adapter);
/* No spin lock may be held when NDIS is called back into (the stack may re-enter the miniport at once). */
void ndis_locks_held(const char *call, unsigned held);
/* Around a call into a miniport: the handler must come back with the IRQL and the locks that it was given. */
struct ndis_call {
    const char *handler;
    const void *code;
    KIRQL irql;
    unsigned locks;
    PRKAPC_STATE attachment;
};
/* `code` is the handler itself: a violation that is found after it has returned names it. */
struct ndis_call ndis_call_before(const char *handler, const void *code);
void ndis_call_after(const struct ndis_call *call);
#define ndis_call_begin(handler, code)                                                                                 \
    (verify_enabled ? ndis_call_before(handler, (const void *)(uintptr_t)(code)) : (struct ndis_call){0})
static inline void ndis_call_end(struct ndis_call call) {
    if (verify_enabled) ndis_call_after(&call);
}

/* What a driver has made with an adapter's handle and not taken back (ndis_verify.c). */
void ndis_owned_add(struct ndis_adapter *adapter, const char *kind, void *object, const void *maker);
void ndis_owned_remove(void *object);
/* Violations for what is left. `rule` is for the kinds that have none of their own. */
void ndis_owned_check(struct ndis_adapter *adapter, const char *rule, const char *when);
/* Whether a timer object would still fire; now it will not. */
bool ndis_timer_is_set(void *timer);

/* A structure with a header that a driver hands over: violation when one of its pointers is what fresh pool holds.
 * The field from `skip` on, of skip_size bytes, may be anything. */
void ndis_check_filled(const char *call, const void *object, size_t skip, size_t skip_size);

/* Remembers what nobody but its holder may change in a list: its buffers, their MDLs, offsets and lengths, the first bytes
 * of data, and in a stack's list what the stack keeps in it. nbl_seal_ok: it is still the same, or was not sealed. */
void nbl_seal(NET_BUFFER_LIST *list);
bool nbl_seal_ok(NET_BUFFER_LIST *list);

unsigned ke_locks_held(void); /* ke.c: spin locks that the calling thread holds */
extern __thread unsigned ndis_rw_locks_held;
static inline void ndis_check_no_locks(const char *call) {
    unsigned held = ps_me()->spin_locks + ndis_rw_locks_held;
    if (__builtin_expect(held, 0)) ndis_locks_held(call, held);
}

NTSTATUS NTAPI ndis_add_device_entry(PDRIVER_OBJECT driver, PDEVICE_OBJECT physical_device);
NTSTATUS NTAPI ndis_dispatch(PDEVICE_OBJECT device, PIRP irp);
struct ndis_driver *ndis_driver_of(PDRIVER_OBJECT object);

/* The functional device's extension, and that of a device made by NdisRegisterDeviceEx. */
enum ndis_device_kind { NDIS_DEVICE_FUNCTIONAL = 0x4e464e44, NDIS_DEVICE_CONTROL = 0x4e435444 };
struct ndis_device_extension {
    enum ndis_device_kind kind;
    struct ndis_adapter *adapter; /* functional */
    struct ndis_device *device;   /* control; NULL after NdisDeregisterDeviceEx (atomic) */
};

/* Counts a call into or out of the data path, so that a state change can wait for it (ndis_drain). */
static inline void ndis_enter(int64_t *counter) { __atomic_fetch_add(counter, 1, __ATOMIC_SEQ_CST); }
static inline void ndis_leave(struct ndis_adapter *adapter, int64_t *counter) {
    /* Pairs with the store of `draining` and the look at the counter in ndis_drain: one of the two sees the other. */
    if (__atomic_sub_fetch(counter, 1, __ATOMIC_SEQ_CST) == 0 && __atomic_load_n(&adapter->draining, __ATOMIC_SEQ_CST))
        KeSetEvent(&adapter->drained, IO_NO_INCREMENT, FALSE);
}

/* State changes, called from the dispatch of PnP requests. */
NTSTATUS ndis_adapter_start(struct ndis_adapter *adapter);
void ndis_adapter_surprise(struct ndis_adapter *adapter);
NDIS_STATUS ndis_pause_locked(struct ndis_adapter *adapter, ULONG reason);
NDIS_STATUS ndis_restart_locked(struct ndis_adapter *adapter);
NTSTATUS ndis_start_locked(struct ndis_adapter *adapter);
void ndis_halt_locked(struct ndis_adapter *adapter, NDIS_HALT_ACTION action);
void ndis_pnp_event(struct ndis_adapter *adapter, NDIS_DEVICE_PNP_EVENT event, void *buffer, ULONG size);
static inline enum ndis_state ndis_state_of(struct ndis_adapter *adapter) {
    return __atomic_load_n(&adapter->state, __ATOMIC_ACQUIRE);
}
static inline void ndis_state_set(struct ndis_adapter *adapter, enum ndis_state state) {
    __atomic_store_n(&adapter->state, state, __ATOMIC_RELEASE);
}
void ndis_adapter_halt(struct ndis_adapter *adapter, NDIS_HALT_ACTION action); /* pause, unbind, halt; idempotent */
void ndis_adapter_free(struct ndis_adapter *adapter); /* halted; its handle becomes a tombstone */
void ndis_adapter_link(struct ndis_adapter *adapter);
void ndis_adapter_unlink(struct ndis_adapter *adapter); /* becomes a tombstone */
/* Under ndis_lists: no calls from it. */
void ndis_for_each(void (*function)(struct ndis_adapter *, void *), void *context);
unsigned ndis_adapters_of(struct ndis_driver *driver);
void ndis_bury(void *object); /* freed at ndis_stop */
NTSTATUS ndis_to_ntstatus(NDIS_STATUS status);

/* OIDs that NDIS and TCP/IP send when an adapter starts. */
void ndis_oid_start_traffic(struct ndis_adapter *adapter);
/* Again what a reset has forgotten: filter, lookahead, addresses. */
void ndis_oid_restore(struct ndis_adapter *adapter);
void ndis_oid_stop_traffic(struct ndis_adapter *adapter);
bool ndis_oid_listed(struct ndis_adapter *adapter, NDIS_OID oid);

extern KSPIN_LOCK ndis_lists;

#endif
