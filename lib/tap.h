/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The session's side of a capture (core/tap.h). It is in the library and not in the driver: every packet passes here
 * anyway, and the driver stays as small as it is.
 */
#ifndef LIB_TAP_H
#define LIB_TAP_H

#include "lib/library.h"

#include "core/tap.h"

#define TAP_NAME_ROOM 128

/* The event that wakes the capturing process; two that exist while the session, the capturing process does. */
typedef enum _TAP_EVENT { TAP_EVENT_WAKE, TAP_EVENT_OWNER, TAP_EVENT_READER } TAP_EVENT;
void TapMemoryName(const GUID *Interface, WCHAR To[TAP_NAME_ROOM]);
void TapEventName(TAP_EVENT Which, const GUID *Interface, DWORD64 Mark, WCHAR To[TAP_NAME_ROOM]);

/* i: set before the session is shown, then only read. d: the direction's lock. */
typedef struct _TAP {
    struct tap_shared *Shared;    /* i; NULL: packets cannot be captured */
    HANDLE Memory, Event;         /* i; Event wakes the capturing process */
    HANDLE Owner;                 /* i; its name says that the session's process lives */
    struct ring_producer Ring[2]; /* d */
    bool Broken[2];               /* d: the capturing process has written nonsense, and gets nothing more */
} TAP;

/* Makes the session capturable, if it may be: a failure is only said at the level of information. */
void TapStart(TAP *Tap, const GUID *Interface);
void TapStop(TAP *Tap);

/* With the direction's lock: whether somebody captures. What it costs when nobody does. */
static inline bool TapWanted(const TAP *Tap) {
    return Tap->Shared && __builtin_expect(__atomic_load_n(&Tap->Shared->attached, __ATOMIC_RELAXED), 0);
}

DWORD64 TapTime(void);
/* With the direction's lock. */
void TapPut(TAP *Tap, unsigned Direction, DWORD64 Time, const void *Packet, DWORD Length);
/* With the direction's lock, after one or more of those. Whether Event is to be set, when the lock is released. */
bool TapShow(TAP *Tap, unsigned Direction);

#endif
