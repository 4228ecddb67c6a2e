/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Images: PE files that the host maps and binds itself, and native shared objects with the same contents.
 */
#ifndef HOST_IMAGE_H
#define HOST_IMAGE_H

#include "host/host.h"

struct image;

/* Loads a PE (x86-64) or an ELF .so. On failure returns NULL and writes one line to `why` that names the file and the
 * cause ("warren.sys: section .text lies outside the file", "warren.sys: imports foo.dll!Bar, which the host does not
 * have", ...). Nothing of a failed load stays mapped. For a PE, sections get their own protections (never writable and
 * executable), relocations are applied, imports are bound, the load configuration's guard pointers are set, and its
 * exception directory becomes known to the unwinder. */
struct image *image_load(const char *path, char *why, size_t why_size);
void image_unload(struct image *image);
/* Whether a PE is for the side it is about to be used on; else one line to `why`. A native image is for either. */
bool image_fits(const struct image *image, bool kernel, char *why, size_t why_size);

void *image_symbol(struct image *image, const char *name); /* an export; NULL if it has none of that name */
void *image_entry(struct image *image);                    /* DriverEntry or the DLL's entry point */
const char *image_path(const struct image *image);
const char *image_name(const struct image *image); /* last part of the path */
void *image_base(const struct image *image);
bool image_is_native(const struct image *image);
struct image *image_find(const void *address); /* whose memory the address lies in */
bool image_is_users(const void *address);      /* it lies in a program's or a library's PE */
bool image_is_drivers(const void *address);    /* in a driver's */
struct image_place {
    void *base;
    size_t size;
    char name[64];
};
unsigned image_list(struct image_place *list, unsigned room); /* what is loaded; returns how many there are */
/* "warren.sys+0x1234" (with symbol from exports when known), into text */
void image_describe(const void *address, char *text, size_t size);
/* Bytes of a resource of type RT_RCDATA or of the version resource, NULL if absent */
const void *image_resource(struct image *image, unsigned type, unsigned id, size_t *size);

/* The driver's entry is done: what was only for that goes. */
void image_discard(struct image *image);
/* Code or data that may be paged out: sections of PEs whose names begin with PAGE. */
bool image_is_paged(const void *address);
/* Locks (1) or unlocks (-1) the section that the address is in, and returns where it begins. NULL: there is none, or it is
 * not locked. */
void *image_section_lock(const void *address, int change);
void image_paged_access(bool accessible); /* for verify_irql.c: of all images */
/* As ex_pool_explain, for sections: "init-discarded", "pageable-code", "pageable-data". */
const char *image_explain(const void *address, char *text, size_t size);

/* --- exceptions (seh.c, seh_x64.S) ------------------------------------------------------------------------------- */

/* Raise an NT exception for the driver (or library) code that called the current export: finds its __except handler and
 * continues there, running __finally blocks on the way; bug-checks with KMODE_EXCEPTION_NOT_HANDLED if there is none.
 * Only from functions listed as EXPORT_RAISES in host/exports.def (their import stub recorded the caller's registers)
 * or, in native images, under NT_TRY. */
_Noreturn void seh_raise(NTSTATUS code, unsigned parameter_count, const ULONG_PTR *parameters);
/* SIGSEGV/SIGBUS/SIGFPE/SIGILL in image code become exceptions, too; elsewhere they end the process with a backtrace. */
void seh_start(void);
/* For each NT thread, in it: a stack of its own for fault signals, without which a stack overflow cannot be reported.
 * Everything else works without. */
void seh_thread_start(void);
void seh_thread_stop(void);

/* The calling thread's stack, one line per frame, through host and image code alike. */
void image_backtrace(FILE *file);

#endif
