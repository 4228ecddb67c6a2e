/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * POSIX calls of the host's that mingw-w64 lacks, as far as the host uses them.
 */
#define _SEARCH_PRIVATE /* the nodes of a tree */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <bcrypt.h>
#include <direct.h>
#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <search.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#undef fopen
#undef remove

/* --- memory ------------------------------------------------------------------------------------------------------- */

static DWORD protection_of(int protection) {
    switch (protection) {
    case PROT_NONE: return PAGE_NOACCESS;
    case PROT_READ: return PAGE_READONLY;
    case PROT_READ | PROT_WRITE: return PAGE_READWRITE;
    case PROT_READ | PROT_EXEC: return PAGE_EXECUTE_READ;
    case PROT_EXEC: return PAGE_EXECUTE;
    default: return 0; /* never writable and executable */
    }
}

static bool read_all(int fd, char *to, size_t size) {
    while (size) {
        int got = read(fd, to, size > 1u << 20 ? 1u << 20 : (unsigned)size);
        if (got <= 0) return false;
        to += got;
        size -= (size_t)got;
    }
    return true;
}

void *posix_mmap(void *address, size_t size, int protection, int flags, int fd, long long offset) {
    DWORD wanted = protection_of(protection), before;
    bool file = !(flags & MAP_ANONYMOUS);
    if (address || (flags & (MAP_SHARED | MAP_FIXED)) || offset || !wanted || !size) {
        errno = EINVAL;
        return MAP_FAILED;
    }
    void *memory = VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT, file ? PAGE_READWRITE : wanted);
    if (memory && file && !(read_all(fd, memory, size) && VirtualProtect(memory, size, wanted, &before))) {
        VirtualFree(memory, 0, MEM_RELEASE);
        errno = EIO;
        return MAP_FAILED;
    }
    if (memory) return memory;
    errno = ENOMEM;
    return MAP_FAILED;
}

int posix_munmap(void *address, size_t size) {
    (void)size;
    if (VirtualFree(address, 0, MEM_RELEASE)) return 0;
    errno = EINVAL;
    return -1;
}

int posix_mprotect(void *address, size_t size, int protection) {
    DWORD wanted = protection_of(protection), before;
    if (!size || (wanted && VirtualProtect(address, size, wanted, &before))) return 0;
    errno = EACCES;
    return -1;
}

int posix_posix_memalign(void **memory, size_t alignment, size_t size) {
    if (alignment > 16) return EINVAL;
    *memory = malloc(size);
    return *memory ? 0 : ENOMEM;
}

/* --- the system --------------------------------------------------------------------------------------------------- */

ssize_t posix_getrandom(void *buffer, size_t size, unsigned flags) {
    (void)flags;
    if (BCryptGenRandom(NULL, buffer, (ULONG)size, BCRYPT_USE_SYSTEM_PREFERRED_RNG) >= 0) return (ssize_t)size;
    errno = EIO;
    return -1;
}

long posix_sysconf(int name) {
    SYSTEM_INFO info;
    if (name != _SC_NPROCESSORS_ONLN) return -1;
    GetSystemInfo(&info);
    return (long)info.dwNumberOfProcessors;
}

/* --- files -------------------------------------------------------------------------------------------------------- */

int posix_mkdir(const char *path, mode_t mode) {
    (void)mode;
    return _mkdir(path);
}

ssize_t posix_readlink(const char *path, char *to, size_t size) {
    (void)path, (void)to, (void)size;
    errno = EINVAL;
    return -1;
}

char *posix_realpath(const char *path, char *to) {
    char *full = _fullpath(to, path, to ? MAX_PATH : 0);
    if (full && _access(full, 0) == 0) return full;
    if (!to) free(full);
    return NULL;
}

char *posix_mkdtemp(char *template) {
    static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    char *end = template + strlen(template) - 6;
    for (unsigned try = 0; try < 100; try++) {
        uint8_t random[6];
        if (posix_getrandom(random, sizeof random, 0) < 0) return NULL;
        for (unsigned i = 0; i < 6; i++) end[i] = letters[random[i] % (sizeof letters - 1)];
        if (_mkdir(template) == 0) return template;
        if (errno != EEXIST) return NULL;
    }
    return NULL;
}

FILE *posix_fopen(const char *path, const char *mode) {
    char known[8];
    unsigned length = 0;
    for (; *mode && length < sizeof known - 2; mode++)
        if (*mode != 'e' && *mode != 'b') known[length++] = *mode;
    known[length] = 'b';
    known[length + 1] = 0;
    return fopen(path, known);
}

int posix_remove(const char *path) {
    DWORD attributes = GetFileAttributesA(path);
    if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY)) return _rmdir(path);
    return remove(path);
}

/* --- text and trees ----------------------------------------------------------------------------------------------- */

char *posix_strndup(const char *text, size_t size) {
    size_t length = strnlen(text, size);
    char *copy = malloc(length + 1);
    if (!copy) return NULL;
    copy[length] = 0;
    return memcpy(copy, text, length);
}

void posix_tdestroy(void *root, void (*end)(void *key)) {
    node_t *node = root;
    if (!node) return;
    posix_tdestroy(node->llink, end);
    posix_tdestroy(node->rlink, end);
    end(node->key);
    free(node);
}
