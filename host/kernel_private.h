/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the kernel half's own files share.
 */
#ifndef HOST_KERNEL_PRIVATE_H
#define HOST_KERNEL_PRIVATE_H

#include <pthread.h>
#include <setjmp.h>

#include "host/kernel.h"
#include "host/se.h"

/* How a spin lock is used. */
enum verify_lock { VERIFY_LOCK_PLAIN, VERIFY_LOCK_QUEUED, VERIFY_LOCK_SHARED, VERIFY_LOCK_INTERLOCKED };
#define VERIFY_HELD 12
struct verify_held {
    const void *address, *caller;
    enum verify_lock kind;
    bool ordered;
};

/* A thread is its own logical processor: what Windows keeps per processor or per thread is here, and only its owner
 * touches it, but for the header, which the dispatcher lock guards. */
struct _ETHREAD {
    DISPATCHER_HEADER Header; /* signalled when the thread has ended */
    PEPROCESS process;
    unsigned id;
    KIRQL irql;
    unsigned spin_locks;                  /* held */
    struct verify_held held[VERIFY_HELD]; /* those that images took, in order (verify_lock.c) */
    unsigned held_count;
    KIRQL saved[16]; /* IRQLs that it was told to go back to (verify_irql.c) */
    unsigned saved_count;
    uint64_t raised_at;      /* its CPU time when it reached DISPATCH_LEVEL (verify_irql.c) */
    unsigned mutexes;        /* of drivers, owned */
    LIST_ENTRY mutants;      /* of programs, owned; with the dispatcher lock */
    int critical_regions;    /* depth */
    int guarded_regions;     /* depth */
    LONG priority, base;     /* ke_thread.c: atomic; the base is relative to its process's */
    USHORT processor;        /* 1 + the number that it pretends to be; 0: follows from the id */
    PEX_SPIN_LOCK shared[8]; /* ex_lock.c: of its spin locks, those that it shares */
    PEPROCESS attached;      /* KeStackAttachProcess */
    KAPC_STATE only;         /* KeAttachProcess's, of which there is one */
    PRKAPC_STATE attachment; /* its innermost one's */
    PETHREAD next;           /* of all that live; ps_process.c */
    uint32_t told;           /* atomic: its wait is done (ke_wait.c) */
    void (*start)(void *);
    void *context;
    const void *routine; /* the driver's, if it made the thread */
    jmp_buf end;
    PEPROCESS home;      /* the process that it was made in */
    unsigned calls_left; /* of its program's: at the last of them it is killed; 0: never (program.c) */
    bool killed;
    const void *code;        /* the routine of an image that it runs, for violations that are noticed when it ends */
    struct fls_block *fls;   /* win32_fls.c */
    struct sched_slot *slot; /* its place in the schedule; handed over to the new thread */
    char name[16];
};

struct handle_entry {
    void *object;
    ACCESS_MASK access;
};

struct _EPROCESS {
    DISPATCHER_HEADER Header;
    unsigned id;
    char name[16];
    pthread_mutex_t lock; /* handles, views */
    struct handle_entry *handles;
    unsigned handle_capacity;
    struct mm_view *views;
    enum se_token_kind token;
    void *token_object;  /* what PsReferencePrimaryToken gives; lock */
    PEPROCESS next;      /* of all that live; ps_process.c */
    unsigned parent;     /* id */
    WCHAR *command_line; /* win32_console.c; from malloc, as `path` */
    char *path;          /* of its program; NULL: the host's */
    HANDLE std[3];       /* input, output, error; NULL: not asked for yet */
    void *heap;          /* the root of a search tree of its blocks; lock (win32_process.c) */
    bool dead;
};

extern __thread PETHREAD ps_this;
/* The calling thread. */
static inline PETHREAD ps_me(void) {
    PETHREAD self = ps_this;
    return __builtin_expect(self != NULL, 1) ? self : (PETHREAD)ps_self();
}
/* ke.c: violations. Why the IRQL must not be lowered to that; and that it is too low. */
HOST_COLD void ke_lower_wrong(KIRQL irql, const char *name);
HOST_COLD void ke_below_dispatch(const char *name);
static inline void ke_check_lower(PETHREAD self, KIRQL irql, const char *name) {
    if (__builtin_expect(irql > self->irql || (irql < DISPATCH_LEVEL && self->spin_locks), 0))
        ke_lower_wrong(irql, name);
}
HOST_COLD void ke_irql_moved(PETHREAD self, KIRQL from); /* verify_irql.c */
/* The calling thread is at this IRQL from now on. */
static inline void ke_irql_move(PETHREAD self, KIRQL irql) {
    KIRQL from = self->irql;
    self->irql = irql;
    if (verify_enabled) ke_irql_moved(self, from);
}

/* What the types' last references call. */
void ps_process_delete(void *object), mm_section_delete(void *object), io_file_delete(void *object),
    io_device_delete(void *object), ke_mutant_delete(void *object);
void io_file_close(PEPROCESS process, void *object, bool last);

/* ob.c */
NTSTATUS ob_lookup_access(PEPROCESS process, HANDLE handle, struct ob_type *type, ACCESS_MASK access, void **object,
                          ACCESS_MASK *granted);
struct ob_handle {
    unsigned process, value;
    void *object;
    ACCESS_MASK access;
    struct ob_type *type;
};
/* The handles of a process, as many as there is room for; returns how many it has. */
unsigned ob_handles(PEPROCESS process, struct ob_handle *handles, unsigned room);

/* ps_process.c: who lives, by id. An object leaves before its last reference goes. */
void ps_thread_known(PETHREAD thread), ps_thread_forget(PETHREAD thread);
void ps_process_known(PEPROCESS process), ps_process_forget(PEPROCESS process);
/* Calls the function under the list's lock, while it returns true. */
void ps_each_process(bool (*function)(PEPROCESS process, void *context), void *context);
void ps_each_thread(bool (*function)(PETHREAD thread, void *context), void *context);
/* Tells the drivers that asked. A status other than success: one of them forbids the creation. */
NTSTATUS ps_process_notify(PEPROCESS process, bool create);
/* What code of an image reads relative to gs: the calling thread's processor block. */
void ps_gs_start(PETHREAD thread), ps_gs_stop(void);

/* win32_fls.c: tells those who asked of the thread's values */
void win32_fls_thread_ends(PETHREAD thread);

/* program.c: how many threads are going to be killed at a call; and perhaps the end of the calling one */
void program_call(const void *caller);

/* win32_owner.c: a process ends. First nothing calls its code any more; then, when its handles are closed, its memory goes. */
void win32_process_silence(PEPROCESS process), win32_process_ends(PEPROCESS process);

/* rtl_print.c: DbgPrint says nothing */
extern bool rtl_quiet;

/* ex_resource.c: a live resource lies in this memory */
bool ex_resource_in(const void *memory, size_t size);

/* ke_wait.c */
void ke_header_init(DISPATCHER_HEADER *header, UCHAR type, UCHAR size, LONG state);
/* An event whose state somebody else keeps (guest.h). */
void ke_event_proxy(PRKEVENT event, EVENT_TYPE type);
bool ke_event_is_proxy(const KEVENT *event);
void ke_signal(DISPATCHER_HEADER *header, LONG state); /* sets the state and wakes whom that satisfies */
/* The same, and the caller's reference is gone before anybody who waited goes on. */
void ke_signal_last(DISPATCHER_HEADER *header, LONG state);
enum {
    KE_NOTIFICATION_EVENT = 0,
    KE_SYNCHRONIZATION_EVENT = 1,
    KE_MUTANT = 2,
    KE_PROCESS = 3,
    KE_SEMAPHORE = 5,
    KE_THREAD = 6,
    KE_TIMER_NOTIFICATION = 8,
    KE_TIMER_SYNCHRONIZATION = 9
};

/* What kind of dispatcher object it is: KeSetEvent and others write the word that this is a part of. */
static inline UCHAR ke_type(const DISPATCHER_HEADER *header) {
    return __atomic_load_n(&header->Type, __ATOMIC_RELAXED);
}
static inline bool ke_is_event(const DISPATCHER_HEADER *header) {
    return ke_type(header) <= KE_SYNCHRONIZATION_EVENT &&
           __atomic_load_n(&header->Size, __ATOMIC_RELAXED) == sizeof(KEVENT) / sizeof(LONG);
}
void ke_stop(void);                       /* the timer and worker threads */
void ke_thread_abandons(PETHREAD thread); /* it ends: its mutexes are free, and say so to the next owner */

/* ke_dpc.c */
bool ke_dpc_queue(PKDPC dpc, PVOID first, PVOID second);                            /* false: it is queued already */
void ke_dpc_call(PKDPC dpc, PKDEFERRED_ROUTINE routine, PVOID first, PVOID second); /* with its checks */
bool ke_dpc_in(const void *memory, size_t size);
/* Violations for what of the image's could still be called. */
void ke_image_check(const void *base, size_t size, const char *name);
void ke_dpc_stop(void);
void ex_work_stop(void); /* ex_work.c */
/* Until no IO_WORKITEM of the driver's devices is queued or runs: their references keep a driver loaded. */
void ke_work_wait(PDRIVER_OBJECT driver);
/* Whether a WORK_QUEUE_ITEM that is there, or whose routine is, is queued. If not, waits for such a routine to return,
 * but not for ever: then it runs. */
bool ex_work_in(const void *memory, size_t size);
/* A worker's routine has come back; it is the violation's, if there is one. */
void ex_work_returned(const void *routine);
bool ke_timer_in(const void *memory, size_t size);     /* ke_timer.c */
bool ex_lookaside_in(const void *memory, size_t size); /* ex_lookaside.c */
bool ex_resource_owned_by(PETHREAD thread);            /* ex_resource.c */

/* Bug check with a text, for the host's own impossibilities. */
_Noreturn void host_panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether code of a loaded image called: the address that a host function returns to. */
#define CALLER __builtin_return_address(0)

#endif
