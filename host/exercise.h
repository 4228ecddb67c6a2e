/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A driver that nobody knows, taken through all that Windows may do with it.
 */
#ifndef HOST_EXERCISE_H
#define HOST_EXERCISE_H

#include <stdbool.h>
#include <stdint.h>

/* Loads the driver at `path`; a miniport goes through its life as an adapter, twice; every named device is opened, sent
 * control codes that mean nothing, and closed. Starts and stops the world. Says on stdout what it does; false when the
 * driver did not load or start, or did not do what NDIS may expect of it. Rules that are broken end the process. */
bool exercise_run(const char *path, uint16_t ndis_version);

#endif
