/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A DLL that the launcher loads into a program before that runs. It loads the host, and points imports of the client
 * library, and of nothing else, to it. Under Wine the host is a shared object of Linux's (warren-host.so, beside this
 * file), which it loads with the dynamic linker of the Linux process that Wine is; on Windows, and wherever a bridge is
 * asked for, the same as a Windows DLL (warren-host-windows.dll).
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <psapi.h>
#include <winternl.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "host/wine/bridge.h"

/* --- Linux -------------------------------------------------------------------------------------------------------- */

enum { LINUX_READ = 0, LINUX_OPEN = 2, LINUX_CLOSE = 3 };

static long linux_call(long number, long first, long second, long third) {
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(first), "S"(second), "d"(third)
                     : "rcx", "r11", "memory");
    return result;
}

/* Where the C library of Linux begins in this process; 0: nowhere. */
static uintptr_t libc_find(void) {
    static char text[1 << 16];
    size_t length = 0;
    uintptr_t found = 0;
    long fd = linux_call(LINUX_OPEN, (long)(intptr_t)"/proc/self/maps", 0, 0);
    if (fd < 0) return 0;
    for (bool more = true; more && !found;) {
        long got = linux_call(LINUX_READ, fd, (long)(intptr_t)(text + length), (long)(sizeof text - 1 - length));
        more = got > 0;
        length += more ? (size_t)got : 0;
        text[length] = 0;
        char *line = text, *end;
        for (; !found && (end = strchr(line, '\n')) != NULL; line = end + 1) {
            unsigned long long base, offset;
            *end = 0;
            const char *name = strrchr(line, '/');
            if (name && !strcmp(name, "/libc.so.6") && sscanf(line, "%llx-%*x %*s %llx", &base, &offset) == 2 &&
                offset == 0)
                found = (uintptr_t)base;
        }
        length = strlen(line);
        memmove(text, line, length);
    }
    linux_call(LINUX_CLOSE, fd, 0, 0);
    return found;
}

/* --- ELF ---------------------------------------------------------------------------------------------------------- */

struct elf_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum;
};
struct elf_segment {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};
struct elf_dynamic {
    int64_t tag;
    uint64_t value;
};
struct elf_symbol {
    uint32_t name;
    uint8_t info, other;
    uint16_t section;
    uint64_t value, size;
};
enum { PT_DYNAMIC = 2, DT_STRTAB = 5, DT_SYMTAB = 6, DT_GNU_HASH = 0x6ffffef5 };

static const struct elf_dynamic *elf_dynamic(uintptr_t base) {
    const struct elf_header *header = (const void *)base;
    if (memcmp(header->ident, "\177ELF\2\1", 6)) return NULL;
    const struct elf_segment *segments = (const void *)(base + header->phoff);
    for (unsigned i = 0; i < header->phnum; i++)
        if (segments[i].type == PT_DYNAMIC) return (const void *)(base + segments[i].vaddr);
    return NULL;
}

/* A symbol that the object defines; by walking the chains of its GNU hash table, which are as the symbols are. */
static void *elf_symbol(uintptr_t base, const char *wanted) {
    const struct elf_symbol *symbols = NULL;
    const char *names = NULL;
    const uint32_t *hash = NULL;
    const struct elf_dynamic *entry = elf_dynamic(base);
    for (; entry && entry->tag; entry++) {
        /* The linker may have made addresses of them already. */
        uintptr_t at = entry->value < base ? base + entry->value : entry->value;
        if (entry->tag == DT_SYMTAB) symbols = (const void *)at;
        if (entry->tag == DT_STRTAB) names = (const void *)at;
        if (entry->tag == DT_GNU_HASH) hash = (const void *)at;
    }
    if (!symbols || !names || !hash) return NULL;
    uint32_t buckets = hash[0], first = hash[1], bloom = hash[2], key = 5381;
    for (const char *c = wanted; *c; c++) key = key * 33 + (uint8_t)*c;
    const uint32_t *bucket = hash + 4 + bloom * 2, *chain = bucket + buckets;
    uint32_t at = bucket[key % buckets];
    for (; at >= first; at++) {
        if (((chain[at - first] ^ key) >> 1) == 0 && !strcmp(names + symbols[at].name, wanted) && symbols[at].section)
            return (void *)(base + symbols[at].value);
        if (chain[at - first] & 1) break;
    }
    return NULL;
}

/* --- the host ----------------------------------------------------------------------------------------------------- */

static guest_import_function *import_of;

static void *GUEST_ABI service_find(const char *module, const char *function) {
    HMODULE handle = GetModuleHandleA(module);
    if (!handle) handle = LoadLibraryA(module);
    return handle ? (void *)(uintptr_t)GetProcAddress(handle, function) : NULL;
}

/* This file's name with another end. */
static bool beside(WCHAR file[1024], const WCHAR *end) {
    HMODULE self;
    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                            (const WCHAR *)(uintptr_t)beside, &self))
        return false;
    DWORD length = GetModuleFileNameW(self, file, 1000);
    WCHAR *dot = wcsrchr(file, '.');
    if (!length || length >= 1000 || !dot) return false;
    wcscpy(dot, end);
    return true;
}

static bool host_path(char *path, size_t size) {
    char *(CDECL * unix_name)(const WCHAR *) = service_find("kernel32", "wine_get_unix_file_name");
    WCHAR file[1024];
    if (!unix_name || !beside(file, L".so")) return false;
    char *name = unix_name(file);
    if (!name) return false;
    bool fits = (size_t)snprintf(path, size, "%s", name) < size;
    HeapFree(GetProcessHeap(), 0, name);
    return fits;
}

static const struct guest_services services = {.find = service_find};
static bool on_windows; /* the host is a Windows DLL */

static bool windows_host_start(char *why, unsigned size) {
    WCHAR file[1024];
    HMODULE host = beside(file, L"-windows.dll") ? LoadLibraryW(file) : NULL;
    guest_start_function *start = host ? (guest_start_function *)(void *)GetProcAddress(host, GUEST_START) : NULL;
    guest_import_function *import = host ? (guest_import_function *)(void *)GetProcAddress(host, GUEST_IMPORT) : NULL;
    if (!start || !import) {
        snprintf(why, size,
                 "cannot load warren-host-windows.dll, which belongs beside this program (Windows error %lu)",
                 (unsigned long)GetLastError());
        return false;
    }
    if (start(&services, why, size) < 0) return false;
    import_of = import;
    return true;
}

static bool host_start(char *why, unsigned size) {
    char path[4096];
    bool wine = service_find("ntdll", "wine_get_version");
    on_windows = !wine || GetEnvironmentVariableA("WARREN_HOST_BRIDGE", NULL, 0);
    if (on_windows) return windows_host_start(why, size);
    uintptr_t libc = libc_find();
    void *(GUEST_ABI * open)(const char *, int) = libc ? elf_symbol(libc, "dlopen") : NULL;
    void *(GUEST_ABI * symbol)(void *, const char *) = libc ? elf_symbol(libc, "dlsym") : NULL;
    const char *(GUEST_ABI * error)(void) = libc ? elf_symbol(libc, "dlerror") : NULL;
    if (!open || !symbol || !error || !host_path(path, sizeof path)) {
        snprintf(why, size, "there is no Linux with glibc 2.34 or later below this Wine");
        return false;
    }
    void *object = open(path, 2 /* RTLD_NOW */);
    guest_start_function *start = object ? symbol(object, GUEST_START) : NULL;
    guest_import_function *import = object ? symbol(object, GUEST_IMPORT) : NULL;
    if (!start || !import) {
        snprintf(why, size, "%s", error());
        return false;
    }
    if (start(&services, why, size) < 0) return false;
    import_of = import;
    return true;
}

/* --- imports ------------------------------------------------------------------------------------------------------ */

static const void *at_rva(const uint8_t *base, DWORD rva) { return base + rva; }

static const IMAGE_DATA_DIRECTORY *directory_of(const uint8_t *base, unsigned index) {
    const IMAGE_DOS_HEADER *dos = (const void *)base;
    const IMAGE_NT_HEADERS64 *nt = at_rva(base, (DWORD)dos->e_lfanew);
    if (dos->e_magic != IMAGE_DOS_SIGNATURE || nt->Signature != IMAGE_NT_SIGNATURE ||
        nt->OptionalHeader.NumberOfRvaAndSizes <= index || !nt->OptionalHeader.DataDirectory[index].VirtualAddress)
        return NULL;
    return &nt->OptionalHeader.DataDirectory[index];
}

/* A client library, under whatever name, is what exports the API. */
static bool is_library(const uint8_t *base) {
    const IMAGE_DATA_DIRECTORY *directory = directory_of(base, IMAGE_DIRECTORY_ENTRY_EXPORT);
    if (!directory) return false;
    const IMAGE_EXPORT_DIRECTORY *exports = at_rva(base, directory->VirtualAddress);
    const DWORD *names = at_rva(base, exports->AddressOfNames);
    for (DWORD i = 0; i < exports->NumberOfNames; i++)
        if (!strcmp(at_rva(base, names[i]), "WintunCreateAdapter")) return true;
    return false;
}

static void import_set(IMAGE_THUNK_DATA64 *slot, void *function) {
    DWORD before;
    if (!VirtualProtect(slot, sizeof *slot, PAGE_READWRITE, &before)) return;
    slot->u1.Function = (ULONGLONG)(uintptr_t)function;
    VirtualProtect(slot, sizeof *slot, before, &before);
}

/* Of a library whatever the host says; of the program itself functions for IP interfaces: those that Wine does not have
 * at all, a call of which would be its end, and on Windows, which does not know the adapter, those that the host passes on
 * for others. */
static bool is_ours(bool library, const char *module, const char *function) {
    static const char *const passed[] = {"CreateUnicastIpAddressEntry", "DeleteUnicastIpAddressEntry",
                                         "GetIpInterfaceEntry", "SetIpInterfaceEntry"};
    if (library) return true;
    if (_stricmp(module, "iphlpapi.dll") != 0) return false;
    for (unsigned i = 0; on_windows && i < sizeof passed / sizeof *passed; i++)
        if (!strcmp(function, passed[i])) return true;
    return !service_find(module, function);
}

/* The same for what the program asks for by name, as those in Go do. */
static FARPROC WINAPI program_find(HMODULE module, const char *name) {
    FARPROC function = GetProcAddress(module, name);
    DWORD error = GetLastError();
    if (IS_INTRESOURCE(name) || module != GetModuleHandleA("iphlpapi.dll")) return function;
    if (is_ours(false, "iphlpapi.dll", name)) {
        FARPROC own = (FARPROC)(uintptr_t)import_of("iphlpapi.dll", name);
        if (own) function = own;
    }
    SetLastError(error);
    return function;
}

static void *function_for(bool library, const char *module, const char *function) {
    if (!library && !_stricmp(module, "kernel32.dll") && !strcmp(function, "GetProcAddress"))
        return (void *)(uintptr_t)program_find;
    return is_ours(library, module, function) ? import_of(module, function) : NULL;
}

static void library_bind(const uint8_t *base) {
    const IMAGE_DATA_DIRECTORY *directory = directory_of(base, IMAGE_DIRECTORY_ENTRY_IMPORT);
    bool library = is_library(base);
    if (!directory || (!library && base != (const uint8_t *)GetModuleHandleW(NULL))) return;
    for (const IMAGE_IMPORT_DESCRIPTOR *module = at_rva(base, directory->VirtualAddress); module->Name; module++) {
        const IMAGE_THUNK_DATA64 *names = at_rva(base, module->OriginalFirstThunk);
        IMAGE_THUNK_DATA64 *slots = (IMAGE_THUNK_DATA64 *)(uintptr_t)at_rva(base, module->FirstThunk);
        for (; names->u1.AddressOfData; names++, slots++) {
            if (IMAGE_SNAP_BY_ORDINAL64(names->u1.Ordinal)) continue;
            const IMAGE_IMPORT_BY_NAME *name = at_rva(base, (DWORD)names->u1.AddressOfData);
            const char *from = at_rva(base, module->Name);
            void *function = function_for(library, from, (const char *)name->Name);
            if (function) import_set(slots, function);
        }
    }
}

struct dll_loaded {
    ULONG flags;
    const UNICODE_STRING *full, *base;
    void *address;
    ULONG size;
};

static void CALLBACK on_dll(ULONG reason, const struct dll_loaded *data, void *context) {
    if (reason == 1 /* LDR_DLL_NOTIFICATION_REASON_LOADED */) library_bind(data->address);
}

static bool library_watch(void) {
    NTSTATUS(NTAPI * watch)(ULONG, void *, void *, void **) = service_find("ntdll", "LdrRegisterDllNotification");
    void *cookie;
    return watch && watch(0, (void *)(uintptr_t)on_dll, NULL, &cookie) >= 0;
}

/* One that is a static import is here already. */
static void library_bind_loaded(void) {
    static HMODULE modules[1024];
    DWORD size = 0;
    if (!K32EnumProcessModules(GetCurrentProcess(), modules, sizeof modules, &size)) return;
    for (DWORD i = 0; i < size / sizeof *modules && i < 1024; i++) library_bind((const uint8_t *)modules[i]);
}

/* --- the start ---------------------------------------------------------------------------------------------------- */

/* The launcher waits for the event, whose handle it has had inherited. */
static DWORD WINAPI start(void *context) {
    char why[512] = "", text[32];
    if (!host_start(why, sizeof why) || !library_watch()) {
        fprintf(stderr, "warren-host: %s\n", *why ? why : "cannot watch for the client library");
        fflush(stderr);
        /* Nothing of the program has run yet. An orderly end would wait for what threads that it ends hold. */
        TerminateProcess(GetCurrentProcess(), 126);
    }
    library_bind_loaded();
    if (GetEnvironmentVariableA("WARREN_HOST_READY", text, sizeof text)) {
        unsigned long long handle = 0;
        sscanf(text, "%llx", &handle);
        SetEnvironmentVariableA("WARREN_HOST_READY", NULL);
        SetEvent((HANDLE)(uintptr_t)handle);
        CloseHandle((HANDLE)(uintptr_t)handle);
    }
    Sleep(INFINITE); /* the thread that the host calls its own */
    return 0;
}

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, void *reserved) {
    if (reason != DLL_PROCESS_ATTACH) return TRUE;
    DisableThreadLibraryCalls(self);
    HANDLE thread = CreateThread(NULL, 1u << 20, start, NULL, 0, NULL);
    if (!thread) return FALSE;
    CloseHandle(thread);
    return TRUE;
}
