/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What every part of the host shares: the export table, the entry check of each NT call, violations, and start and stop.
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "nt/nt.h"

/* What an exported function calls only when something is out of the ordinary: it leaves all registers alone, so that its
 * callers need not save any when all is well (of the vector registers, NTAPI preserves ten that Linux does not). */
#define HOST_COLD __attribute__((noinline, cold, preserve_all))

/* --- the export table (host/exports.def, host/exports.c) --------------------------------------------------------- */

enum fidelity {
    FIDELITY_FULL,    /* behaves as documented */
    FIDELITY_PARTIAL, /* less than Windows: the note says what */
    FIDELITY_NONE,    /* resolves, and fails with a clear error when called */
};

#define IRQL_NOT_STATED 0xff

/* One function (or data object) that images may import. The table is built from host/exports.def:
 *   EXPORT(module, name, max_irql, may_fail, fidelity, "note")
 *   EXPORT_RAISES(the same)      may raise an exception in its caller
 *   EXPORT_AS(module, name, symbol, max_irql, may_fail, fidelity, "note")    where the host's function has another name
 *   EXPORT_RAISES_AS(the same)
 *   EXPORT_DATA(module, name, "note")
 * module is the file name without extension: ntoskrnl, hal, ndis, kernel32, advapi32, cfgmgr32, ... With the _AS forms
 * NT_ENTER and NT_FAULT take the symbol. */
struct host_export {
    const char *module;
    const char *name;
    void *address; /* the host's function or object */
    void *bound;   /* what an import of it gets: address, or the stub if it raises */
    KIRQL max_irql;
    bool may_fail; /* has a failure that the fault injector can produce */
    bool raises;   /* may raise an exception: its import goes through a stub that records the caller's registers */
    bool is_data;
    enum fidelity fidelity;
    const char *note;
    uint64_t calls;        /* counted by NT_ENTER, relaxed; while the verifier is on */
    uint64_t driver_calls; /* by drivers (PEs), relaxed; while host_watch.count is on */
    /* From host/export_pages.def, which tools/gen_export_pages.py writes: */
    const char *page;      /* of the documentation; NULL without a line there */
    KIRQL documented_irql; /* the highest that it allows, or IRQL_NOT_STATED */
    KIRQL min_irql;        /* the lowest */
};

enum {
#define EXPORT(module, name, max_irql, may_fail, fidelity, note) EXPORT_##name,
#define EXPORT_DATA(module, name, note) EXPORT_##name,
#define EXPORT_RAISES(module, name, max_irql, may_fail, fidelity, note) EXPORT_##name,
#define EXPORT_AS(module, name, symbol, max_irql, may_fail, fidelity, note) EXPORT_##symbol,
#define EXPORT_RAISES_AS(module, name, symbol, max_irql, may_fail, fidelity, note) EXPORT_##symbol,
#include "host/exports.def"
#undef EXPORT
#undef EXPORT_DATA
#undef EXPORT_RAISES
#undef EXPORT_AS
#undef EXPORT_RAISES_AS
    EXPORT_COUNT
};

extern struct host_export host_exports[EXPORT_COUNT];

/* What an import of `name` from `module` binds to, NULL if there is none. The module's name is compared without case and
 * without its extension; an API set (api-ms-win-...) stands for every user-mode module. */
struct host_export *host_export_find(const char *module, const char *name);

/* Prints the table, as it is or for docs/exports.md. */
void host_export_list(bool markdown);

/* First statement of every exported function. Checks the caller's IRQL against the table and counts the call. Under the
 * seeded scheduler a call from an image is where another thread may go on. */
#define NT_ENTER(name)                                                                                                 \
    do                                                                                                                 \
        if (host_watched()) host_enter(&host_exports[EXPORT_##name], __builtin_return_address(0));                     \
    while (0)

/* True when the fault injector wants this call to fail now. Only for functions whose entry says may_fail. */
#define NT_FAULT(name)                                                                                                 \
    (__builtin_expect(__atomic_load_n(&fault_armed, __ATOMIC_RELAXED), 0) && fault_wants(&host_exports[EXPORT_##name]))

HOST_COLD void host_enter(struct host_export *export, const void *caller);
/* Who wants to know of calls; all of it in one word, for those whom nobody watches. */
extern union host_watch {
    uint64_t any;
    struct {
        bool verify;      /* off only for timing */
        bool sched;       /* atomic: the seeded scheduler runs (host/sched.h) */
        bool count;       /* for benchmarks: what drivers call */
        unsigned mortals; /* atomic: threads that are to be killed at a call (host/program.c) */
    };
} host_watch;
#define verify_enabled host_watch.verify
#define sched_on host_watch.sched
#define program_mortals host_watch.mortals
static inline bool host_watched(void) { return __atomic_load_n(&host_watch.any, __ATOMIC_RELAXED); }

/* --- faults (host/fault.c) --------------------------------------------------------------------------------------- */

extern bool fault_armed;
bool fault_wants(const struct host_export *export);
/* Fail the skip+1-th call of `name` from now on, once. name NULL disarms. Returns false for an unknown name or for one
 * whose entry does not say may_fail. */
bool fault_arm(const char *name, unsigned skip);

/* --- violations (host/verify.c) ---------------------------------------------------------------------------------- */

/* A driver (or the host) broke a rule. Prints "VERIFIER: rule: text" and a backtrace, then aborts the process, unless
 * a test asked to collect (verify_expect). `rule` is a stable short name, for example "irql-too-high". */
void verify_violation(const char *rule, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The next violation of this thread is about that code, even if it is not on the stack any more. */
void verify_about(const void *code);
/* The next violation of `rule` is counted instead of fatal; returns how many were seen when called with NULL. */
void verify_expect(const char *rule);
bool verify_expected(const char *rule); /* counts it, if so */
unsigned verify_seen(const char *rule);
/* Called by leaf modules when an object is made or freed, so that unload can say what leaked. kind: "pool", "mdl",
 * "nbl", "nbl-pool", "section", "handle", "thread", "view", "device", "event-reference" ... */
void verify_track(const char *kind, void *object, size_t size, uint32_t tag, const void *caller);
void verify_untrack(const char *kind, void *object);
bool verify_tracked(const char *kind, void *object); /* made by an image, and not freed */
/* Violation "leak" for everything that is still tracked: of one image, after its unload, or of all. */
struct image;
void verify_no_leaks_of(const struct image *image, const char *when);
void verify_no_leaks(const char *when);

/* --- the world (host/world.c) ------------------------------------------------------------------------------------ */

enum host_stack { HOST_STACK_FAKE, HOST_STACK_TUN };

struct host_config {
    enum host_stack stack;
    const char *driver;         /* path of warren.sys (PE) or warren.sys.so (native); may be NULL */
    const char *library;        /* path of warren.dll or warren.dll.so; may be NULL */
    const wchar_t *hardware_id; /* of the driver package; NULL: none is installed */
    const wchar_t *service;
    const wchar_t *version;  /* of the package, as its INF would say: "1.2.3.4" */
    const wchar_t *provider; /* the same; NULL: nobody */
    uint16_t ndis_version;   /* major << 8 | minor: 6.30 is 0x061e; 0 is 6.82, Windows 10 1809 */
    bool quiet;              /* do not print DbgPrint output */
};

/* Starts the NT world once per process: memory, objects, the System and client processes, registry, PnP, NDIS; installs
 * the driver package (so that a device with the brand's hardware id finds its driver); loads the library lazily at the
 * first LoadLibrary. The calling thread becomes an NT thread of the client process. On failure prints nothing, returns
 * the NTSTATUS and points *why at a static text that names the cause. */
NTSTATUS host_start(const struct host_config *config, const char **why);
/* Removes remaining devices, unloads the driver, checks for leaks, ends the world. */
void host_stop(void);

/* Log line of the host on stderr, prefixed "host: ". */
void host_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
