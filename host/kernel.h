/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The kernel half's insides as the other parts of the host use them: threads, processes, objects, memory, requests.
 * NT's own functions are declared in nt/nt.h and called by their names.
 */
#ifndef HOST_KERNEL_H
#define HOST_KERNEL_H

#include "host/host.h"

/* --- threads and processes (ke.c, ps.c) -------------------------------------------------------------------------- */

struct ob_type;

/* The NT thread of the calling pthread. A foreign pthread becomes an NT thread of the System process at first use. */
HOST_COLD struct host_thread *ps_self(void);
KIRQL ke_irql(void);          /* of the calling thread, without the checks of KeGetCurrentIrql */
unsigned ke_locks_held(void); /* spin locks that the calling thread holds */

/* A new pthread that is an NT thread of `process` (NULL: System). Returns a referenced thread object, or NULL. */
PETHREAD ps_thread_create(PEPROCESS process, void (*start)(void *), void *context, const char *name);
unsigned ps_thread_id(void);          /* of the calling thread */
void ps_thread_join(PETHREAD thread); /* waits for its end and drops the reference */

extern PEPROCESS ps_system_process;
extern PEPROCESS ps_client_process; /* made by host_start */
PEPROCESS ps_process_create(const char *name);
/* NULL if a driver's notify routine forbids it. Dying is now, whatever the threads do: handles are closed (CLEANUP then
 * CLOSE, in the caller's thread, which is one of the process's meanwhile), views are unmapped. Its threads, if any, must not touch its views afterwards. */
void ps_process_kill(PEPROCESS process);
PEPROCESS ps_current_process(void);
/* The calling thread's innermost attachment (KeStackAttachProcess), and a violation unless it is the same again. */
PRKAPC_STATE ps_attachment(void);
void ps_attach_check(PRKAPC_STATE before, const char *where);
/* The calling thread acts as a thread of `process` from now on; returns the one before. */
PEPROCESS ps_act_as(PEPROCESS process);

/* --- objects and handles (ob.c) ---------------------------------------------------------------------------------- */

struct ob_type {
    const char *name;
    GENERIC_MAPPING mapping;
    ACCESS_MASK valid_access;
    void (*delete)(void *object);                              /* last reference gone */
    void (*close)(PEPROCESS process, void *object, bool last); /* a handle of `process` closed; last: its last handle */
};

extern struct ob_type ob_type_event, ob_type_section, ob_type_thread, ob_type_process, ob_type_file, ob_type_device,
    ob_type_symlink, ob_type_mutant;

void *ob_create(struct ob_type *type, size_t body_size); /* zeroed, one reference; NULL without memory */
struct ob_type *ob_type_of(void *object);
void ob_reference(void *object);
void ob_dereference(void *object);
/* A reference, or a handle in the system's table, that is a driver's to give back, if the caller is in one. */
void ob_driver_references(void *object, const void *caller);
void ob_driver_dereferences(void *object, const void *caller);
LONG_PTR ob_dereference_for(void *object, const void *caller); /* that, and the dereference */
void ob_driver_opens(HANDLE handle, const void *caller);
bool ob_dereference_if_shared(void *object); /* unless it is the last reference */
/* A handle to the object in the process (NULL process: kernel handle table). Takes its own reference. */
NTSTATUS ob_insert(PEPROCESS process, void *object, ACCESS_MASK access, HANDLE *handle);
/* Any type when type is NULL. Adds a reference. Kernel handles are recognised by value. */
NTSTATUS ob_lookup(PEPROCESS process, HANDLE handle, struct ob_type *type, ACCESS_MASK access, void **object);
NTSTATUS ob_close(PEPROCESS process, HANDLE handle);
unsigned ob_handle_count(PEPROCESS process);

/* The object namespace, case-insensitive: "\Device\X", "\??\X" (also spelled \DosDevices\, \??\Global\...). Paths are
 * UTF-16. ob_name_lookup follows symbolic links, returns a referenced object and what of the path is left behind it. */
NTSTATUS ob_name_insert(const UNICODE_STRING *path, void *object);
NTSTATUS ob_name_remove(const UNICODE_STRING *path);
/* A name that stands for the object itself; its Buffer is from malloc. False: it has none. */
bool ob_name_of(const void *object, UNICODE_STRING *path);
NTSTATUS ob_name_lookup(const UNICODE_STRING *path, void **object, UNICODE_STRING *remaining);

/* --- memory (mm.c, ex_pool.c) ------------------------------------------------------------------------------------ */

NTSTATUS mm_start(void);
bool mm_is_user_address(const void *address);
/* Unmaps a user view (whole) of the process, as UnmapViewOfFile/NtUnmapViewOfSection do. */
NTSTATUS mm_unmap_user_view(PEPROCESS process, void *address);
size_t mm_user_view_size(PEPROCESS process, void *address); /* 0: not the start of a view */
unsigned mm_user_view_count(PEPROCESS process);
void mm_unmap_all(PEPROCESS process); /* as at the end of a process */

/* --- requests (io.c) --------------------------------------------------------------------------------------------- */

/* Opens a path of the object namespace in `process` the way NtCreateFile does for UserMode: security check against the
 * device's descriptor with the process's token, then IRP_MJ_CREATE. */
NTSTATUS io_open(PEPROCESS process, const UNICODE_STRING *path, ACCESS_MASK access, HANDLE *handle);
/* For asynchronous use, too: requests on the handle may stay pending. */
NTSTATUS io_open_ex(PEPROCESS process, const UNICODE_STRING *path, ACCESS_MASK access, bool synchronous,
                    HANDLE *handle);
/* For a driver: nothing is checked, the handle is one of `process` (NULL: of the kernel). */
NTSTATUS io_open_kernel(PEPROCESS process, const UNICODE_STRING *path, ACCESS_MASK access, bool synchronous,
                        HANDLE *handle);
/* How a caller that does not want to wait hears of the end: the block is written, then the event (of the process, may be
 * NULL) is set. */
struct io_async {
    bool kernel; /* the caller is a driver: so are its buffers */
    PIO_STATUS_BLOCK iosb;
    HANDLE event;
};
/* As io_control; STATUS_PENDING when it is not complete yet. async NULL: waits. */
NTSTATUS io_control_async(PEPROCESS process, HANDLE handle, ULONG code, const void *in, ULONG in_size, void *out,
                          ULONG out_size, const struct io_async *async, ULONG_PTR *information);
/* IRP_MJ_READ or IRP_MJ_WRITE. offset NULL: the file's own position, for synchronous files. */
NTSTATUS io_transfer(PEPROCESS process, HANDLE handle, UCHAR major, void *buffer, ULONG size, const uint64_t *offset,
                     const struct io_async *async, ULONG_PTR *information);
/* Cancels pending requests on the handle: of one thread, of one status block, or (NULL) of all. STATUS_NOT_FOUND: none. */
NTSTATUS io_cancel(PEPROCESS process, HANDLE handle, bool own_thread, PIO_STATUS_BLOCK iosb);
/* What they left pending is cancelled. */
void io_process_ends(PEPROCESS process);
void io_thread_ends(PETHREAD thread);
/* pnp.c: the last file of a device is gone. Nothing for others' devices. */
void pnp_device_closed(PDEVICE_OBJECT device);
void io_shutdown(void); /* tells the devices that want to know */
/* Sends IRP_MJ_POWER / SET_POWER (after QUERY_POWER for a system state below S0) down the stack. */
NTSTATUS io_power(PDEVICE_OBJECT device, UCHAR minor, POWER_STATE_TYPE type, POWER_STATE state);
/* Synchronous IRP_MJ_DEVICE_CONTROL from UserMode. */
NTSTATUS io_control(PEPROCESS process, HANDLE handle, ULONG code, const void *in, ULONG in_size, void *out,
                    ULONG out_size, ULONG_PTR *information);
/* Requests say that they come from a 32-bit process. For tests. */
extern bool io_pretend_32bit;
/* A driver object for a loaded image: calls its entry with the registry path. io_driver_unload calls DriverUnload. */
NTSTATUS io_driver_start(const char *service, PDRIVER_INITIALIZE entry, PDRIVER_OBJECT *driver);
void io_driver_unload(PDRIVER_OBJECT driver);
/* Sends a PnP or power IRP with the given minor code to the top of the device's stack and waits for it. */
NTSTATUS io_pnp(PDEVICE_OBJECT device, UCHAR minor);
NTSTATUS io_pnp_ask(PDEVICE_OBJECT device, UCHAR minor, ULONG_PTR *information);

/* --- security (se.c) --------------------------------------------------------------------------------------------- */

/* "D:P(A;;GA;;;SY)(A;;GA;;;BA)" to a self-relative descriptor in pool; the subset used by drivers: DACL, allow/deny ACEs,
 * generic/standard/file rights or hex, SIDs by two-letter alias or S-1-... */
/* Whether it keeps ordinary users out. */
bool se_descriptor_is_private(PSECURITY_DESCRIPTOR descriptor);
NTSTATUS se_sddl_parse(const WCHAR *sddl, PSECURITY_DESCRIPTOR *descriptor);
enum se_token_kind { SE_TOKEN_SYSTEM, SE_TOKEN_ADMINISTRATOR, SE_TOKEN_USER };
void se_set_process_token(PEPROCESS process, enum se_token_kind kind); /* the client process starts as administrator */

#endif
