/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Device nodes and the PnP thread. Everything that changes a node's state is done by that thread, in the order asked
 * for: a device created again right after its close is started after the removal has ended.
 */
#include <stdlib.h>
#include <string.h>

#include "host/guest.h"
#include "host/pnp_private.h"
#include "host/verify.h"

struct ndis_mutex pnp_lock;
struct devnode *pnp_nodes;                     /* pnp_lock */
static ULONG last_id;                          /* pnp_lock */
static struct pnp_request *queue, **queue_end; /* pnp_lock */
static KEVENT queue_event;
static PETHREAD pnp_thread;
static __thread bool on_pnp_thread;
static KEVENT gates[PNP_STAGES]; /* closed while tests hold a stage */

void pnp_hold(enum pnp_stage stage, bool hold) {
    if (hold)
        KeClearEvent(&gates[stage]);
    else
        KeSetEvent(&gates[stage], IO_NO_INCREMENT, FALSE);
}

static void pass(enum pnp_stage stage) { KeWaitForSingleObject(&gates[stage], Executive, KernelMode, FALSE, NULL); }

/* --- references -------------------------------------------------------------------------------------------------- */

void pnp_reference(struct devnode *node) { __atomic_fetch_add(&node->references, 1, __ATOMIC_RELAXED); }

void device_info_free(struct device_info *info) {
    free(info->enumerator);
    free(info->instance);
    free(info->hardware_ids);
    free(info->description);
    while (info->properties) {
        struct stored_property *property = info->properties;
        info->properties = property->next;
        free(property);
    }
    memset(info, 0, sizeof *info);
}

void pnp_release(struct devnode *node) {
    if (__atomic_sub_fetch(&node->references, 1, __ATOMIC_ACQ_REL)) return;
    device_info_free(&node->info);
    free(node->path);
    free(node->software_key);
    free(node->link);
    free(node);
}

/* --- the queue --------------------------------------------------------------------------------------------------- */

void request_enqueue_locked(struct pnp_request *request) {
    request->next = NULL;
    *queue_end = request;
    queue_end = &request->next;
    KeSetEvent(&queue_event, IO_NO_INCREMENT, FALSE);
}

static void enqueue(struct pnp_request *request) {
    ndis_mutex_lock(&pnp_lock);
    request_enqueue_locked(request);
    ndis_mutex_unlock(&pnp_lock);
}

void request_free(struct pnp_request *request) {
    /* Its own reference, whatever the request did with others. NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
    if (request->node) pnp_release(request->node);
    device_info_free(&request->info);
    free(request);
}

/* Asks the PnP thread and waits. */
static NTSTATUS ask(enum request_kind kind, struct devnode *node) {
    if (on_pnp_thread) return STATUS_INVALID_DEVICE_STATE; /* it would wait for itself */
    struct pnp_request *request = calloc(1, sizeof *request);
    if (!request) return STATUS_INSUFFICIENT_RESOURCES;
    KEVENT finished;
    NTSTATUS status = STATUS_SUCCESS;
    KeInitializeEvent(&finished, NotificationEvent, FALSE);
    request->kind = kind;
    request->node = node;
    if (node) pnp_reference(node);
    request->finished = &finished;
    request->status = &status;
    enqueue(request);
    KeWaitForSingleObject(&finished, Executive, KernelMode, FALSE, NULL);
    return status;
}

void pnp_device_closed(PDEVICE_OBJECT device) {
    ndis_mutex_lock(&pnp_lock);
    struct pnp_request *request = change_closed(device);
    if (request) request_enqueue_locked(request);
    ndis_mutex_unlock(&pnp_lock);
}

void pnp_wait_idle(void) {
    if (pnp_thread) ask(REQUEST_NOTHING, NULL);
}

/* --- starting ---------------------------------------------------------------------------------------------------- */

static void problem_set(struct devnode *node, ULONG problem, NTSTATUS status) {
    ndis_mutex_lock(&pnp_lock);
    node->problem = problem;
    node->problem_status = status;
    ndis_mutex_unlock(&pnp_lock);
}

/* The device is there, without a driver yet. */
static NTSTATUS enumerate(struct devnode *node, struct device_info *info) {
    NTSTATUS status = STATUS_SUCCESS;
    ndis_mutex_lock(&pnp_lock);
    device_info_free(&node->info);
    node->info = *info;
    memset(info, 0, sizeof *info);
    if (!node->listed) { /* uninstalled while this request was queued: a new node */
        node->listed = true;
        pnp_reference(node);
        node->next = pnp_nodes;
        pnp_nodes = node;
    }
    ndis_mutex_unlock(&pnp_lock);
    if (!node->software_key) status = node_identify(node, NULL);
    if (NT_SUCCESS(status)) status = bus_device_create(node);
    if (!NT_SUCCESS(status)) return status;
    ndis_mutex_lock(&pnp_lock);
    node->present = true;
    node->problem = 0;
    node->problem_status = STATUS_SUCCESS;
    ndis_mutex_unlock(&pnp_lock);
    return status;
}

static void start(struct devnode *node) {
    struct package *package = package_of(node->info.hardware_ids);
    if (!package) {
        problem_set(node, CM_PROB_FAILED_INSTALL, STATUS_NOT_FOUND);
        return;
    }
    NTSTATUS status;
    ndis_mutex_lock(&pnp_lock);
    node->driver = package;
    ndis_mutex_unlock(&pnp_lock);
    package = package_in_force(package);
    ULONG problem = package_load(package, &status);
    if (problem) {
        problem_set(node, problem, status);
        return;
    }
    PDRIVER_ADD_DEVICE add = package->driver->DriverExtension->AddDevice;
    struct verify_call before = verify_call_begin("AddDevice", (const void *)(uintptr_t)add);
    status = add ? add(package->driver, node->pdo) : STATUS_NOT_SUPPORTED;
    verify_call_end(&before);
    if (!NT_SUCCESS(status)) {
        problem_set(node, CM_PROB_FAILED_ADD, status);
        return;
    }
    package->devices++;
    ndis_mutex_lock(&pnp_lock);
    node->has_stack = true;
    node->package = package;
    ndis_mutex_unlock(&pnp_lock);
    status = ndis_device_start(node->pdo, &node->net_cfg);
    if (!NT_SUCCESS(status)) {
        /* The stack of a device that did not start is torn down at once. */
        ndis_device_remove(node->pdo);
        package->devices--;
        ndis_mutex_lock(&pnp_lock);
        node->has_stack = false;
        ndis_mutex_unlock(&pnp_lock);
        problem_set(node, CM_PROB_FAILED_START, status);
        return;
    }
    ndis_mutex_lock(&pnp_lock);
    node->started = true;
    ndis_mutex_unlock(&pnp_lock);
    interface_arrive(node);
}

/* As far as a device with other information would be another device. */
static bool same_info(const struct device_info *a, const struct device_info *b) {
    static const WCHAR none[1];
    const WCHAR *left = a->description ? a->description : none, *right = b->description ? b->description : none;
    return wide_same(left, right) && multi_size(a->hardware_ids) == multi_size(b->hardware_ids) &&
           !memcmp(a->hardware_ids, b->hardware_ids, multi_size(a->hardware_ids));
}

static void take_away(struct devnode *node, bool surprise);

/* False: the node's removal waits for files to be closed, and this for the removal. */
static bool run_start(struct pnp_request *request) {
    struct devnode *node = request->node;
    if (node->removing) {
        request->next = node->waiting;
        node->waiting = request;
        return false;
    }
    if (node->present && same_info(&node->info, &request->info)) { /* a device that outlived its handle gets another */
        if (request->done) request->done(node, STATUS_SUCCESS, request->context);
        return true;
    }
    take_away(node, true);
    if (node->removing) return run_start(request);
    NTSTATUS status = enumerate(node, &request->info);
    if (request->done) request->done(node, status, request->context);
    pass(PNP_START);
    if (NT_SUCCESS(status)) start(node);
    return true;
}

/* --- removing ---------------------------------------------------------------------------------------------------- */

/* The drivers let go of the device. */
static void tear_down(struct devnode *node) {
    if (node->has_stack) {
        ndis_device_remove(node->pdo);
        node->package->devices--;
    }
    bus_device_delete(node);
    ndis_mutex_lock(&pnp_lock);
    struct pnp_request *waiting = node->waiting;
    node->waiting = NULL;
    node->removing = false;
    node->package = NULL;
    node->has_stack = false;
    while (waiting) {
        struct pnp_request *next = waiting->next;
        request_enqueue_locked(waiting);
        waiting = next;
    }
    ndis_mutex_unlock(&pnp_lock);
}

/* REMOVE_DEVICE comes when no file of the device's stack is open any more. */
static bool removal_waits(struct devnode *node) {
    if (!node->has_stack) return false;
    struct pnp_request *finish = calloc(1, sizeof *finish);
    if (!finish) return false;
    finish->kind = REQUEST_FINISH;
    finish->node = node;
    pnp_reference(node);
    if (change_removal_waits(node, finish)) return true;
    request_free(finish);
    return false;
}

static void take_away(struct devnode *node, bool surprise) {
    if (!node->present) return;
    if (node->started) interface_depart(node);
    interfaces_disable(node);
    if (node->has_stack && surprise) ndis_device_surprise_remove(node->pdo);
    bool removing = surprise && removal_waits(node);
    if (!removing) tear_down(node);
    ndis_mutex_lock(&pnp_lock);
    node->removing = removing;
    node->started = false;
    node->present = false;
    node->keep = false;
    node->problem = CM_PROB_PHANTOM;
    node->problem_status = STATUS_SUCCESS;
    ndis_mutex_unlock(&pnp_lock);
}

static NTSTATUS run_uninstall(struct devnode *node) {
    if (!node->listed) return STATUS_NO_SUCH_DEVICE;
    if (node->present && node->has_stack) {
        NTSTATUS status = change_query_remove(node);
        if (!NT_SUCCESS(status)) return status;
    }
    take_away(node, false);
    if (node->removing) { /* nobody can wait here for whoever has the files */
        ndis_mutex_lock(&pnp_lock);
        struct pnp_request *finish = node->finish;
        node->finish = NULL;
        ndis_mutex_unlock(&pnp_lock);
        if (finish) {
            request_free(finish);
            host_log("a device is uninstalled while files of it are open; its driver will not see them closed");
            tear_down(node);
        }
    }
    interfaces_forget(node);
    node_forget(node);
    ndis_mutex_lock(&pnp_lock);
    node->driver = NULL;
    for (struct devnode **link = &pnp_nodes; *link; link = &(*link)->next) {
        if (*link == node) {
            *link = node->next;
            break;
        }
    }
    node->listed = false;
    free(node->link);
    node->link = NULL;
    ndis_mutex_unlock(&pnp_lock);
    pnp_release(node);
    return STATUS_SUCCESS;
}

static bool run(struct pnp_request *request) {
    NTSTATUS status = STATUS_SUCCESS;
    bool more = true;
    switch (request->kind) {
    case REQUEST_NOTHING: break;
    case REQUEST_START:
        pass(PNP_ENUMERATION);
        if (!run_start(request)) return true;
        break;
    case REQUEST_REMOVE:
        pass(PNP_REMOVAL);
        take_away(request->node, true);
        break;
    case REQUEST_FINISH:
        if (request->node->removing && !removal_waits(request->node)) tear_down(request->node);
        break;
    case REQUEST_STOP_START: status = change_stop_start(request->node); break;
    case REQUEST_STATE: change_state(request->node); break;
    case REQUEST_SLEEP: status = change_power(request->node, PowerSystemSleeping3); break;
    case REQUEST_WAKE: status = change_power(request->node, PowerSystemWorking); break;
    case REQUEST_UNINSTALL: status = run_uninstall(request->node); break;
    case REQUEST_UNLOAD: pnp_drivers_unload(); break;
    case REQUEST_END: more = false; break;
    }
    if (request->status) *request->status = status;
    KEVENT *finished = request->finished;
    request_free(request);
    if (finished) KeSetEvent(finished, IO_NO_INCREMENT, FALSE);
    return more;
}

static void thread_main(void *unused) {
    (void)unused;
    on_pnp_thread = true;
    for (bool more = true; more;) {
        ndis_mutex_lock(&pnp_lock);
        struct pnp_request *request = queue;
        if (request) {
            queue = request->next;
            if (!queue) queue_end = &queue;
        }
        ndis_mutex_unlock(&pnp_lock);
        if (request) {
            more = run(request);
            if (guest) guest_nodes_tell();
        } else
            KeWaitForSingleObject(&queue_event, Executive, KernelMode, FALSE, NULL);
    }
}

/* --- the tree ----------------------------------------------------------------------------------------------------- */

struct devnode *node_claimable(WCHAR *path) {
    struct devnode *node = pnp_nodes;
    while (node && !wide_same(node->path, path)) node = node->next;
    if (node) {
        free(path);
        pnp_reference(node);
        return node;
    }
    node = calloc(1, sizeof *node);
    if (!node) {
        free(path);
        return NULL;
    }
    node->references = 2; /* the caller's and the list's */
    node->id = ++last_id;
    node->path = path;
    node->problem = CM_PROB_PHANTOM;
    node->listed = true;
    node->next = pnp_nodes;
    pnp_nodes = node;
    return node;
}

struct devnode *pnp_neighbour(WCHAR *path, const GUID *net_cfg, struct device_info *info) {
    ndis_mutex_lock(&pnp_lock);
    struct devnode *node = node_claimable(path);
    if (node) {
        node->neighbour = -1;
        node->info = *info;
        memset(info, 0, sizeof *info);
        node->present = node->started = true;
        node->problem = 0;
    }
    ndis_mutex_unlock(&pnp_lock);
    if (!node || NT_SUCCESS(node_identify(node, net_cfg))) return node;
    pnp_release(node); /* nobody will have seen it, so it goes soon */
    return NULL;
}

/* --- what others ask for ------------------------------------------------------------------------------------------ */

NTSTATUS pnp_uninstall(struct devnode *node) {
    return node->neighbour ? STATUS_ACCESS_DENIED : ask(REQUEST_UNINSTALL, node);
}

NTSTATUS pnp_stop_start(struct devnode *node) { return ask(REQUEST_STOP_START, node); }

static void notice(PDEVICE_OBJECT device, enum request_kind kind) {
    struct pnp_request *request = calloc(1, sizeof *request);
    if (!request) return;
    request->kind = kind;
    ndis_mutex_lock(&pnp_lock);
    struct devnode *node = pnp_node_of(device); /* NULL: it went meanwhile */
    request->node = node;
    if (node) {
        pnp_reference(node);
        request_enqueue_locked(request);
    }
    ndis_mutex_unlock(&pnp_lock);
    if (!node) free(request);
}

void pnp_state_changed(PDEVICE_OBJECT device) { notice(device, REQUEST_STATE); }

void pnp_gone(PDEVICE_OBJECT device) { notice(device, REQUEST_REMOVE); }

NTSTATUS pnp_sleep(struct devnode *node) { return ask(REQUEST_SLEEP, node); }

NTSTATUS pnp_wake(struct devnode *node) { return ask(REQUEST_WAKE, node); }

/* --- start and stop ---------------------------------------------------------------------------------------------- */

NTSTATUS pnp_start(void) {
    ndis_mutex_init(&pnp_lock);
    KeInitializeEvent(&queue_event, SynchronizationEvent, FALSE);
    for (unsigned stage = 0; stage < PNP_STAGES; stage++) KeInitializeEvent(&gates[stage], NotificationEvent, TRUE);
    queue = NULL;
    queue_end = &queue;
    interface_start();
    NTSTATUS status = bus_start();
    if (!NT_SUCCESS(status)) return status;
    pnp_thread = ps_thread_create(NULL, thread_main, NULL, "pnp");
    return pnp_thread ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static bool uninstall_visit(struct devnode *node, void *unused) {
    (void)unused;
    pnp_close(node);
    pnp_uninstall(node);
    return true;
}

void pnp_unload_drivers(void) { ask(REQUEST_UNLOAD, NULL); }

void pnp_stop(void) {
    if (!pnp_thread) return;
    pnp_wait_idle();
    pnp_for_each(uninstall_visit, NULL);
    pnp_unload_drivers();
    struct pnp_request *end = calloc(1, sizeof *end);
    if (!end) return;
    end->kind = REQUEST_END;
    enqueue(end);
    ps_thread_join(pnp_thread);
    pnp_thread = NULL;
    bus_stop();
    pnp_packages_free();
}
