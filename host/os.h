/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the host asks of the system below it beyond C, POSIX threads and a handful of POSIX calls: os_linux.c, and for the
 * build as a Windows DLL host/windows/os_windows.c. Without NT's headers, whose names clash with those of Windows.
 */
#ifndef HOST_OS_H
#define HOST_OS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void os_start(void); /* once per world */

/* --- waiting; times are nanoseconds of CLOCK_MONOTONIC, NULL is for ever ------------------------------------------ */

/* While the word has the value. False when the time is over; may return for nothing. */
bool os_word_wait(uint32_t *word, uint32_t value, const uint64_t *until);
void os_word_wake(uint32_t *word, bool all);
bool os_condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, const uint64_t *until);

/* --- memory ------------------------------------------------------------------------------------------------------- */

void *os_aligned_alloc(size_t alignment, size_t size); /* zeros; NULL without memory */
void os_aligned_free(void *memory);
/* Has the pages ready to be read, or written. False: not all of them may be, or the system cannot say. */
bool os_populate(uintptr_t begin, uintptr_t end, bool write);
/* Slow: the first address from `begin` on that lacks the permission; `end` or more if there is none below. */
uintptr_t os_accessible(uintptr_t begin, uintptr_t end, bool write);
bool os_stack(uint64_t *low, uint64_t *high); /* the calling thread's */

/* --- files -------------------------------------------------------------------------------------------------------- */

void os_temporary(char *path, size_t size); /* the folder for temporary files */

/* --- the system's own code ---------------------------------------------------------------------------------------- */

/* Names the place: a module of the system's loader, and a symbol. False: none of them is there. */
bool os_code_describe(const void *address, char *text, size_t size);

#endif
