/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What the two sides of the bridge say to each other: bridge.c is a Windows DLL, guest.c is in a Linux shared object that
 * it loads into the same process.
 */
#ifndef HOST_WINE_BRIDGE_H
#define HOST_WINE_BRIDGE_H

#define GUEST_ABI __attribute__((sysv_abi))
#if defined(_WIN32)
#define GUEST_EXPORT __declspec(dllexport)
#else
#define GUEST_EXPORT __attribute__((visibility("default")))
#endif

/* What the guest asks of Windows. */
struct guest_services {
    /* A function that the module exports, NULL if it does not: to be called as a Windows function. */
    void *(GUEST_ABI *find)(const char *module, const char *function);
};

/* Starts the host; 0, or an NTSTATUS and in `why` a line that names the cause. */
typedef int(GUEST_ABI guest_start_function)(const struct guest_services *services, char *why, unsigned size);
/* What the library's import of this function is to be; NULL: what it is. */
typedef void *(GUEST_ABI guest_import_function)(const char *module, const char *function);

#define GUEST_START "guest_start"
#define GUEST_IMPORT "guest_import"

#endif
