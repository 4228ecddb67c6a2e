/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The folder that is C:, of this world's own.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/os.h"
#include "host/win32_disk.h"

#define DRIVE "warren-host-"
#define DRIVE_NEW "warren-host-new-" /* until its owner has locked it */
#define DRIVE_RANDOM 6               /* letters of mkdtemp's */

static char drive[64];      /* the folder, "" before anybody needs it */
static int drive_held = -1; /* locked for as long as this process lives */

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where) {
    (void)status, (void)kind, (void)where;
    return remove(path);
}

static int drive_hold(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Folders of processes that were killed: nobody holds them. */
static void drive_sweep(const char *base) {
    DIR *all = opendir(base);
    for (struct dirent *one; all && (one = readdir(all));) {
        char path[128];
        struct stat status;
        if (strncmp(one->d_name, DRIVE, sizeof DRIVE - 1) || strlen(one->d_name) != sizeof DRIVE - 1 + DRIVE_RANDOM)
            continue;
        snprintf(path, sizeof path, "%s/%.30s", base, one->d_name);
        if (lstat(path, &status) || status.st_uid != geteuid()) continue;
        int fd = drive_hold(path);
        if (fd < 0) continue;
        nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        close(fd);
    }
    if (all) closedir(all);
}

const char *win32_drive_make(void) {
    static const char *const folders[] = {"/windows",
                                          "/windows/temp",
                                          "/windows/inf",
                                          "/windows/system32",
                                          "/windows/system32/driverstore",
                                          "/windows/system32/driverstore/filerepository"};
    char base[41], new[64], path[128];
    if (drive[0]) return drive;
    os_temporary(base, sizeof base);
    drive_sweep(base);
    snprintf(new, sizeof new, "%s/" DRIVE_NEW "XXXXXX", base);
    if (!mkdtemp(new)) return NULL;
    drive_held = drive_hold(new);
    for (unsigned i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s%s", new, folders[i]);
        if (mkdir(path, 0755)) return NULL;
    }
    /* If that is taken, the name that it has does as well. */
    snprintf(drive, sizeof drive, "%s/" DRIVE "%s", base, new + strlen(new) - DRIVE_RANDOM);
    if (drive_held >= 0 && renameat2(AT_FDCWD, new, AT_FDCWD, drive, RENAME_NOREPLACE))
        memcpy(drive, new, sizeof drive);
    return drive;
}

void win32_drive_remove(void) {
    if (drive[0]) nftw(drive, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    if (drive_held >= 0) close(drive_held);
    drive[0] = 0;
    drive_held = -1;
}
