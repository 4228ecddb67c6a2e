/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Modules: images that programs load, and the system's own, which are entries of the export table.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "host/image.h"
#include "host/kernel_private.h"
#include "host/win32_private.h"

typedef BOOL(NTAPI *dll_main)(HINSTANCE instance, DWORD reason, LPVOID reserved);

/* Lock legend: i immutable; m modules_lock. Loading holds load_lock, too, which NT's loader lock corresponds to: the
 * entry point runs under it. */
struct module {
    struct module *next; /* m */
    PEPROCESS process;   /* i */
    struct image *image; /* i; NULL for a system module */
    char *path;          /* i: of the file, or the system module's name */
    unsigned references; /* m */
    bool entered;        /* m: its entry point runs, under load_lock */
    bool program;        /* i: its entry point is a program's, not a library's */
};

static pthread_mutex_t modules_lock = PTHREAD_MUTEX_INITIALIZER;
/* Recursive: an entry point may load something. */
static pthread_mutex_t load_lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static struct module *modules;
static char *library_path;
static char program_module[1]; /* the module of the program itself */

/* Images come without thread notifications. */
static dll_main entry_of(struct image *image) {
    void *entry = image_is_native(image) ? image_symbol(image, "DllMain") : image_entry(image);
    dll_main call;
    memcpy(&call, &entry, sizeof call);
    return call;
}

static HMODULE handle_of(struct module *module) {
    return module->image ? (HMODULE)image_base(module->image) : (HMODULE)module;
}

static char fold(char character) {
    return character >= 'A' && character <= 'Z' ? (char)(character - 'A' + 'a') : character;
}

static bool same(const char *left, const char *right) {
    if (!left || !right) return false;
    while (*left && fold(*left) == fold(*right)) left++, right++;
    return fold(*left) == fold(*right);
}

/* --- which file -------------------------------------------------------------------------------------------------- */

/* "kernel32" of "C:\Windows\System32\KERNEL32.DLL" is a name in the export table. */
static const char *system_module(const char *name) {
    const char *base = win32_base_name(name);
    for (unsigned i = 0; i < EXPORT_COUNT; i++) {
        const char *module = host_exports[i].module;
        size_t length = strlen(module);
        bool begins = true;
        for (size_t at = 0; at < length && begins; at++) begins = fold(base[at]) == module[at];
        if (begins && (!base[length] || same(base + length, ".dll"))) return module;
    }
    return NULL;
}

/* The configured library goes by its own name (without the .so of a native build), and by the name that programs look
 * for. */
static bool names_library(const char *base) {
    if (!library_path) return false;
    const char *own = win32_base_name(library_path);
    size_t length = strlen(own);
    if (length > 3 && !strcmp(own + length - 3, ".so")) length -= 3;
    bool begins = true;
    for (size_t i = 0; i < length && begins; i++) begins = base[i] && fold(base[i]) == fold(own[i]);
    const char *rest = begins ? base + length : NULL;
    bool with_dll = length > 4 && same(own + length - 4, ".dll");
    /* LoadLibrary adds .dll to a name without extension. */
    return (rest && !*rest) || same(base, "wintun.dll") || same(base, "wintun") ||
           (with_dll && strlen(base) == length - 4 && !strncasecmp(base, own, length - 4));
}

/* A file that exists, else the configured library if the last part names it. From malloc; NULL if there is none. */
static char *file_of(const char *name) {
    const char *base = win32_base_name(name);
    if (base != name && !strchr(name, '\\') && !access(name, R_OK)) return realpath(name, NULL);
    return names_library(base) ? realpath(library_path, NULL) : NULL;
}

/* --- the list ---------------------------------------------------------------------------------------------------- */

static struct module *find_locked(HMODULE handle) {
    struct module *module = modules;
    while (module && handle_of(module) != handle) module = module->next;
    return module;
}

static struct module *find_path_locked(const char *path, bool is_system) {
    PEPROCESS process = ps_current_process();
    struct module *module = modules;
    while (module && (module->process != process || is_system != !module->image || strcmp(module->path, path)))
        module = module->next;
    return module;
}

static struct module *module_add(struct image *image, char *path) {
    struct module *module = calloc(1, sizeof *module);
    if (!module) {
        free(path);
        return NULL;
    }
    module->process = ps_current_process();
    module->image = image;
    module->path = path;
    module->references = 1;
    pthread_mutex_lock(&modules_lock);
    module->next = modules;
    modules = module;
    pthread_mutex_unlock(&modules_lock);
    return module;
}

/* With load_lock. A thread cannot be killed meanwhile: the lock would stay behind. */
static BOOL module_enter(struct module *module, DWORD reason) {
    dll_main entry = entry_of(module->image);
    if (!entry) return TRUE;
    __atomic_store_n(&module->entered, true, __ATOMIC_RELAXED);
    BOOL good = entry((HINSTANCE)image_base(module->image), reason, NULL);
    __atomic_store_n(&module->entered, false, __ATOMIC_RELAXED);
    return good;
}

/* With load_lock: the caller has the last reference. */
static void module_forget(struct module *module) {
    pthread_mutex_lock(&modules_lock);
    struct module **link = &modules;
    while (*link != module) link = &(*link)->next;
    *link = module->next;
    pthread_mutex_unlock(&modules_lock);
    if (module->image) image_unload(module->image);
    free(module->path);
    free(module);
}

static void module_remove(struct module *module) {
    if (module->image && !module->program) module_enter(module, DLL_PROCESS_DETACH);
    module_forget(module);
}

/* --- loading ----------------------------------------------------------------------------------------------------- */

/* With load_lock. Takes `path`. */
static HMODULE image_module_load(char *path) {
    char why[512];
    struct image *image = image_load(path, why, sizeof why);
    if (image && !image_fits(image, false, why, sizeof why)) {
        image_unload(image);
        image = NULL;
    }
    if (!image) {
        host_log("%s", why);
        free(path);
        win32_set_error(ERROR_BAD_EXE_FORMAT);
        return NULL;
    }
    struct module *module = module_add(image, path);
    if (!module) {
        image_unload(image);
        win32_set_error(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    if (!module_enter(module, DLL_PROCESS_ATTACH)) {
        module_remove(module);
        win32_set_error(ERROR_DLL_INIT_FAILED);
        return NULL;
    }
    return handle_of(module);
}

void *win32_program_load(const char *file, char *why, size_t why_size) {
    char *path = realpath(file, NULL);
    struct image *image = path ? image_load(path, why, why_size) : NULL;
    if (!path) snprintf(why, why_size, "%s: cannot be found", file);
    void *entry = NULL;
    if (image) entry = image_is_native(image) ? image_symbol(image, "Start") : image_entry(image);
    struct module *module = entry ? module_add(image, path) : NULL;
    if (module) {
        module->program = true;
        return entry;
    }
    if (image && !entry) snprintf(why, why_size, "%s: has no entry point", file);
    if (image) image_unload(image);
    if (!entry) free(path);
    return NULL;
}

bool win32_program_run(int argc, char **argv, char *why, size_t why_size) {
    PEPROCESS process = ps_current_process();
    char *line = win32_command_line(argc, argv);
    process->path = realpath(argv[0], NULL);
    process->command_line = line ? win32_widen(line) : NULL;
    free(line);
    void *entry = win32_program_load(argv[0], why, why_size);
    if (!entry) return false;
    void(NTAPI * call)(void);
    memcpy(&call, &entry, sizeof call);
    call();
    ExitProcess(0); /* as the thread's start would */
    return true;
}

static HMODULE load_locked(const char *name) {
    char *path = file_of(name);
    const char *system = path ? NULL : system_module(name);
    if (!path && system) path = strdup(system);
    if (!path) {
        win32_set_error(ERROR_MOD_NOT_FOUND);
        return NULL;
    }
    pthread_mutex_lock(&modules_lock);
    struct module *module = find_path_locked(path, system);
    if (module) module->references++;
    pthread_mutex_unlock(&modules_lock);
    if (module)
        free(path);
    else if (!system)
        return image_module_load(path);
    else
        module = module_add(NULL, path);
    return module ? handle_of(module) : NULL;
}

static HMODULE load(const char *name) {
    if (!name || !*name) {
        win32_set_error(name ? ERROR_INVALID_PARAMETER : ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    pthread_mutex_lock(&load_lock);
    HMODULE handle = load_locked(name);
    pthread_mutex_unlock(&load_lock);
    return handle;
}

HMODULE NTAPI LoadLibraryA(LPCSTR lpLibFileName) {
    NT_ENTER(LoadLibraryA);
    return load(lpLibFileName ? lpLibFileName : "");
}

HMODULE NTAPI LoadLibraryExW(LPCWSTR lpLibFileName, HANDLE hFile, DWORD dwFlags) {
    NT_ENTER(LoadLibraryExW);
    /* Flags about folders to search make no difference here; those that load something else than code do. */
    const DWORD folders = LOAD_LIBRARY_SEARCH_APPLICATION_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32 |
                          LOAD_LIBRARY_SEARCH_DEFAULT_DIRS | LOAD_WITH_ALTERED_SEARCH_PATH;
    if (!lpLibFileName || hFile || (dwFlags & ~folders)) {
        win32_set_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    char *name = win32_narrow(lpLibFileName);
    HMODULE handle = load(name);
    free(name);
    return handle;
}

HMODULE NTAPI LoadLibraryW(LPCWSTR lpLibFileName) {
    NT_ENTER(LoadLibraryW);
    return LoadLibraryExW(lpLibFileName, NULL, 0);
}

BOOL NTAPI FreeLibrary(HMODULE hLibModule) {
    NT_ENTER(FreeLibrary);
    pthread_mutex_lock(&load_lock);
    pthread_mutex_lock(&modules_lock);
    struct module *module = find_locked(hLibModule);
    bool last = module && !--module->references;
    pthread_mutex_unlock(&modules_lock);
    if (last) module_remove(module);
    pthread_mutex_unlock(&load_lock);
    if (!module) win32_set_error(ERROR_MOD_NOT_FOUND);
    return !!module;
}

BOOL NTAPI DisableThreadLibraryCalls(HMODULE hLibModule) {
    NT_ENTER(DisableThreadLibraryCalls);
    (void)hLibModule; /* the host never makes such calls */
    return TRUE;
}

/* --- looking ----------------------------------------------------------------------------------------------------- */

FARPROC NTAPI GetProcAddress(HMODULE hModule, LPCSTR lpProcName) {
    NT_ENTER(GetProcAddress);
    void *address = NULL;
    pthread_mutex_lock(&modules_lock);
    struct module *module = find_locked(hModule);
    if (module && (ULONG_PTR)lpProcName > 0xffff) { /* not by ordinal */
        struct host_export *export = module->image ? NULL : host_export_find(module->path, lpProcName);
        address = module->image ? image_symbol(module->image, lpProcName) : export ? export->bound : NULL;
    }
    pthread_mutex_unlock(&modules_lock);
    if (!address) win32_set_error(module ? ERROR_PROC_NOT_FOUND : ERROR_MOD_NOT_FOUND);
    FARPROC function;
    memcpy(&function, &address, sizeof function);
    return function;
}

BOOL NTAPI GetModuleHandleExW(DWORD dwFlags, LPCWSTR lpModuleName, HMODULE *phModule) {
    NT_ENTER(GetModuleHandleExW);
    *phModule = NULL;
    struct module *module = NULL;
    if (!lpModuleName) {
        *phModule = (HMODULE)program_module;
        return TRUE;
    }
    pthread_mutex_lock(&load_lock); /* or the module could go while it gets a reference */
    pthread_mutex_lock(&modules_lock);
    if (dwFlags & GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS) {
        struct image *image = image_find(lpModuleName);
        module = image ? find_locked((HMODULE)image_base(image)) : NULL;
    } else {
        char *name = win32_narrow(lpModuleName);
        char *path = name ? file_of(name) : NULL;
        const char *system = name ? system_module(name) : NULL;
        if (path)
            module = find_path_locked(path, false);
        else if (system)
            module = find_path_locked(system, true);
        free(path);
        free(name);
    }
    if (module) {
        *phModule = handle_of(module);
        if (!(dwFlags & GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT)) module->references++;
    }
    pthread_mutex_unlock(&modules_lock);
    pthread_mutex_unlock(&load_lock);
    if (!module) win32_set_error(ERROR_MOD_NOT_FOUND);
    return !!module;
}

HMODULE NTAPI GetModuleHandleW(LPCWSTR lpModuleName) {
    NT_ENTER(GetModuleHandleW);
    HMODULE handle;
    /* The system's modules are always loaded on Windows: here they are as soon as somebody asks. */
    char *name = lpModuleName ? win32_narrow(lpModuleName) : NULL;
    bool is_system = name && system_module(name);
    free(name);
    if (is_system) return LoadLibraryW(lpModuleName);
    return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, lpModuleName, &handle) ? handle : NULL;
}

static WCHAR *module_path(HMODULE handle) {
    if ((!handle || handle == (HMODULE)program_module) && ps_current_process()->path)
        return win32_widen(ps_current_process()->path);
    if (!handle || handle == (HMODULE)program_module) {
        char text[4096];
        ssize_t size = readlink("/proc/self/exe", text, sizeof text - 1);
        text[size > 0 ? size : 0] = 0;
        return win32_widen(text);
    }
    pthread_mutex_lock(&modules_lock);
    struct module *module = find_locked(handle);
    WCHAR *path = module ? win32_widen(module->path) : NULL;
    pthread_mutex_unlock(&modules_lock);
    if (!module) win32_set_error(ERROR_MOD_NOT_FOUND);
    return path;
}

DWORD NTAPI GetModuleFileNameW(HMODULE hModule, LPWSTR lpFilename, DWORD nSize) {
    NT_ENTER(GetModuleFileNameW);
    WCHAR *path = module_path(hModule);
    if (!path || !nSize) {
        free(path);
        return 0;
    }
    size_t length = win32_length(path);
    bool fits = length < nSize;
    if (!fits) length = nSize - 1;
    memcpy(lpFilename, path, length * sizeof *path);
    lpFilename[length] = 0;
    free(path);
    win32_set_error(fits ? ERROR_SUCCESS : ERROR_INSUFFICIENT_BUFFER);
    return fits ? (DWORD)length : nSize;
}

bool win32_module_has(PEPROCESS process, const void *code) {
    struct image *image = image_find(code);
    pthread_mutex_lock(&modules_lock);
    struct module *module = image ? modules : NULL;
    while (module && (module->image != image || module->process != process)) module = module->next;
    bool has = module && !__atomic_load_n(&module->entered, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&modules_lock);
    return has;
}

/* --- start and end ----------------------------------------------------------------------------------------------- */

void win32_start(const char *library) {
    free(library_path);
    library_path = library ? strdup(library) : NULL;
    win32_names_start();
}

void win32_modules_end(PEPROCESS process) {
    pthread_mutex_lock(&load_lock);
    for (struct module *module = modules, *next; module; module = next) {
        next = module->next;
        if (module->process == process) module_forget(module);
    }
    pthread_mutex_unlock(&load_lock);
}

void win32_stop(void) {
    pthread_mutex_lock(&load_lock);
    while (modules) module_remove(modules);
    pthread_mutex_unlock(&load_lock);
    free(library_path);
    library_path = NULL;
}
