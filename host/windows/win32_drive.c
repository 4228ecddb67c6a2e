/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The folder that is C: for the host, of this world's own: it is not Windows's.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "host/win32_disk.h"
#include "host/windows/os_windows.h"

static char drive[512]; /* "" before anybody needs it */
static void *held;      /* nobody else can remove it while this is open */

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where) {
    (void)status, (void)kind, (void)where;
    return remove(path);
}

static void remove_all(const char *path) { nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS); }

/* Folders of processes that were killed: nobody holds them. */
static void sweep(const char *base) {
    char path[512];
    for (struct os_folders *all = os_folders_begin(base, "warren-host-??????");
         os_folders_next(&all, path, sizeof path);)
        if (os_is_held(path) == OS_HELD_NO_MORE) remove_all(path);
}

const char *win32_drive_make(void) {
    static const char *const folders[] = {"/windows",
                                          "/windows/temp",
                                          "/windows/inf",
                                          "/windows/system32",
                                          "/windows/system32/driverstore",
                                          "/windows/system32/driverstore/filerepository"};
    char path[sizeof drive + 64], base[400];
    if (drive[0]) return drive;
    os_temporary(base, sizeof base);
    sweep(base);
    snprintf(drive, sizeof drive, "%s/warren-host-XXXXXX", base);
    if (!mkdtemp(drive)) {
        drive[0] = 0;
        return NULL;
    }
    held = os_hold(drive);
    for (unsigned i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s%s", drive, folders[i]);
        if (mkdir(path, 0755)) return NULL;
    }
    return drive;
}

void win32_drive_remove(void) {
    os_let_go(held);
    if (drive[0]) remove_all(drive);
    drive[0] = 0;
    held = NULL;
}
