/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The host inside a Windows process. The bridge (host/wine/bridge.c) loads it. Under Wine it does so with the dynamic
 * linker that Wine itself runs on, so threads and their storage, files and memory are Linux's and Wine's at once. Only
 * threads that Wine has made may call into Wine; so all of ours are. On Windows this is a DLL like any other.
 */
#include "host/guest.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/drvstore.h"
#include "host/image.h"
#include "host/kernel_private.h"
#include "host/stack_tun.h"
#include "host/win32_disk.h"
#include "host/win32_private.h"

const struct guest_services *guest;

static struct {
    typeof(CreateThread) *create_thread;
    typeof(CloseHandle) *close;
    typeof(CreateFileW) *create_file;
    typeof(SetEvent) *set_event;
    typeof(ResetEvent) *reset_event;
    typeof(WaitForSingleObject) *wait;
    typeof(UnmapViewOfFile) *unmap;
    typeof(DeviceIoControl) *control;
    typeof(LoadLibraryExW) *load;
    typeof(GetProcAddress) *symbol;
    typeof(FreeLibrary) *unload;
    typeof(RegQueryValueExW) *reg_query;
    typeof(RegCloseKey) *reg_close;
    HANDLE(NTAPI *process)(void);
    BOOL(NTAPI *duplicate)(HANDLE, HANDLE, HANDLE, HANDLE *, DWORD, BOOL, DWORD);
    LONG(NTAPI *query_event)(HANDLE, int, void *, ULONG, ULONG *);
} wine;

static const struct {
    const char *module, *function;
    void **slot;
} wanted[] = {
    {"kernel32", "CreateThread", (void **)&wine.create_thread},
    {"kernel32", "CloseHandle", (void **)&wine.close},
    {"kernel32", "CreateFileW", (void **)&wine.create_file},
    {"kernel32", "SetEvent", (void **)&wine.set_event},
    {"kernel32", "ResetEvent", (void **)&wine.reset_event},
    {"kernel32", "WaitForSingleObject", (void **)&wine.wait},
    {"kernel32", "UnmapViewOfFile", (void **)&wine.unmap},
    {"kernel32", "DeviceIoControl", (void **)&wine.control},
    {"kernel32", "LoadLibraryExW", (void **)&wine.load},
    {"kernel32", "GetProcAddress", (void **)&wine.symbol},
    {"kernel32", "FreeLibrary", (void **)&wine.unload},
    {"kernel32", "GetCurrentProcess", (void **)&wine.process},
    {"kernel32", "DuplicateHandle", (void **)&wine.duplicate},
    {"advapi32", "RegQueryValueExW", (void **)&wine.reg_query},
    {"advapi32", "RegCloseKey", (void **)&wine.reg_close},
    {"ntdll", "NtQueryEvent", (void **)&wine.query_event},
};

/* --- what the rest of the host asks ------------------------------------------------------------------------------- */

struct start {
    void *(*main)(void *);
    void *context;
};

static DWORD NTAPI thread_start(LPVOID context) {
    struct start start = *(struct start *)context;
    free(context);
    start.main(start.context);
    return 0;
}

int guest_thread_create(void *(*main)(void *), void *context) {
    struct start *start = malloc(sizeof *start);
    if (!start) return ENOMEM;
    *start = (struct start){main, context};
    HANDLE thread = wine.create_thread(NULL, 1u << 20, thread_start, start, 0, NULL);
    if (thread) {
        wine.close(thread);
        return 0;
    }
    free(start);
    return EAGAIN;
}

/* The thread's environment block, which Windows code has at gs. */
enum { TEB_STACK_HIGH = 0x08, TEB_LAST_ERROR = 0x68, TEB_STACK_LOW = 0x1478 /* with what is not committed */ };

#if defined(__x86_64__)

void guest_set_error(DWORD error) { __asm__ volatile("movl %0, %%gs:%c1" : : "r"(error), "i"(TEB_LAST_ERROR)); }

struct guest_stack guest_stack(void) {
    struct guest_stack stack;
    __asm__("movq %%gs:%c2, %0\n\tmovq %%gs:%c3, %1"
            : "=&r"(stack.low), "=r"(stack.high)
            : "i"(TEB_STACK_LOW), "i"(TEB_STACK_HIGH));
    return stack;
}

#else /* ARM64 has it in x18 */

static char *block(void) {
    char *at;
    __asm__ volatile("mov %0, x18" : "=r"(at));
    return at;
}

void guest_set_error(DWORD error) { *(DWORD *)(void *)(block() + TEB_LAST_ERROR) = error; }

struct guest_stack guest_stack(void) {
    return (struct guest_stack){*(uint64_t *)(void *)(block() + TEB_STACK_LOW),
                                *(uint64_t *)(void *)(block() + TEB_STACK_HIGH)};
}

#endif

/* --- events of Wine's --------------------------------------------------------------------------------------------- */

/* An event that the program has made, as the driver sees it. Its state is where the program is; only who waits for it
 * here is told here.
 * Lock legend: i immutable; L proxies_lock; - atomic. */
struct proxy {
    KEVENT event;
    HANDLE handle;      /* L: the program's; NULL once that is closed */
    HANDLE own;         /* i: ours for the same event */
    bool passed;        /* -: it has been set there, as far as we know */
    struct proxy *next; /* L */
};

#define BUCKETS 64
static struct proxy *proxies[BUCKETS]; /* L: each with a reference */
static pthread_mutex_t proxies_lock = PTHREAD_MUTEX_INITIALIZER;

static struct proxy **bucket_of(HANDLE handle) { return &proxies[(ULONG_PTR)handle / 4 % BUCKETS]; }

static struct proxy *proxy_find(HANDLE handle) {
    struct proxy *proxy;
    pthread_mutex_lock(&proxies_lock);
    for (proxy = *bucket_of(handle); proxy && proxy->handle != handle; proxy = proxy->next);
    if (proxy) ob_reference(proxy);
    pthread_mutex_unlock(&proxies_lock);
    return proxy;
}

/* The program closes its handle; the driver may keep the event. */
static void proxy_forget(HANDLE handle) {
    struct proxy *found = NULL;
    pthread_mutex_lock(&proxies_lock);
    for (struct proxy **link = bucket_of(handle); *link; link = &(*link)->next) {
        if ((*link)->handle != handle) continue;
        found = *link;
        *link = found->next;
        found->handle = NULL;
        break;
    }
    pthread_mutex_unlock(&proxies_lock);
    if (found) ob_dereference(found);
}

struct event_information {
    ULONG type; /* EVENT_TYPE */
    LONG state;
};

static NTSTATUS proxy_make(HANDLE handle, struct proxy **made) {
    struct event_information information;
    NTSTATUS status = wine.query_event(handle, 0, &information, sizeof information, NULL);
    if (!NT_SUCCESS(status)) return status;
    struct proxy *proxy = ob_create(&ob_type_event, sizeof *proxy);
    if (!proxy) return STATUS_INSUFFICIENT_RESOURCES;
    ke_event_proxy(&proxy->event, (EVENT_TYPE)information.type);
    if (!wine.duplicate(wine.process(), handle, wine.process(), &proxy->own, EVENT_MODIFY_STATE | SYNCHRONIZE, FALSE,
                        0)) {
        proxy->own = NULL;
        ob_dereference(proxy);
        return STATUS_ACCESS_DENIED;
    }
    proxy->handle = handle;
    proxy->passed = information.state != 0;
    pthread_mutex_lock(&proxies_lock);
    struct proxy *other = *bucket_of(handle);
    while (other && other->handle != handle) other = other->next;
    if (!other) {
        proxy->next = *bucket_of(handle);
        *bucket_of(handle) = proxy;
    }
    ob_reference(other ? other : proxy);
    pthread_mutex_unlock(&proxies_lock);
    if (other) ob_dereference(proxy);
    *made = other ? other : proxy;
    return STATUS_SUCCESS;
}

NTSTATUS guest_object(HANDLE handle, struct ob_type *type, void **object) {
    if (type && type != &ob_type_event) return STATUS_OBJECT_TYPE_MISMATCH;
    struct proxy *proxy = proxy_find(handle);
    NTSTATUS status = proxy ? STATUS_SUCCESS : proxy_make(handle, &proxy);
    if (NT_SUCCESS(status)) *object = proxy;
    return status;
}

void guest_event_set(PRKEVENT event) {
    struct proxy *proxy = CONTAINING_RECORD(event, struct proxy, event);
    wine.set_event(proxy->own);
    /* Not before: whoever reads it takes the event at once, and then does not look again. */
    __atomic_store_n(&proxy->passed, true, __ATOMIC_SEQ_CST);
}

void guest_event_clear(PRKEVENT event) {
    struct proxy *proxy = CONTAINING_RECORD(event, struct proxy, event);
    __atomic_store_n(&proxy->passed, false, __ATOMIC_SEQ_CST);
    wine.reset_event(proxy->own);
}

bool guest_event_take(PRKEVENT event) {
    struct proxy *proxy = CONTAINING_RECORD(event, struct proxy, event);
    if (!__atomic_load_n(&proxy->passed, __ATOMIC_SEQ_CST)) return false;
    bool notification = event->Header.Type == NotificationEvent;
    if (!notification) __atomic_store_n(&proxy->passed, false, __ATOMIC_SEQ_CST);
    return wine.wait(proxy->own, 0) == WAIT_OBJECT_0;
}

void guest_event_delete(void *object) {
    if (ke_event_is_proxy(object) && ((struct proxy *)object)->own) wine.close(((struct proxy *)object)->own);
}

/* --- what the library calls instead of Wine ----------------------------------------------------------------------- */

/* A device of ours, or whatever Wine knows by that name. */
static HANDLE NTAPI guest_CreateFileW(LPCWSTR name, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES security,
                                      DWORD creation, DWORD flags, HANDLE template) {
    bool device = name && name[0] == '\\' && name[1] == '\\' && (name[2] == '?' || name[2] == '.') && name[3] == '\\';
    if (device) {
        HANDLE handle = CreateFileW(name, access, share, security, creation, flags, template);
        DWORD error = GetLastError();
        if (handle != INVALID_HANDLE_VALUE || (error != ERROR_FILE_NOT_FOUND && error != ERROR_PATH_NOT_FOUND)) {
            guest_set_error(error);
            return handle;
        }
    }
    return wine.create_file(name, access, share, security, creation, flags, template);
}

static BOOL NTAPI guest_CloseHandle(HANDLE handle) {
    if (guest_handle_is_ours(handle)) return CloseHandle(handle);
    proxy_forget(handle);
    return wine.close(handle);
}

static BOOL NTAPI guest_DeviceIoControl(HANDLE device, DWORD code, LPVOID in, DWORD in_size, LPVOID out, DWORD out_size,
                                        LPDWORD returned, LPOVERLAPPED overlapped) {
    typeof(DeviceIoControl) *function = guest_handle_is_ours(device) ? DeviceIoControl : wine.control;
    return function(device, code, in, in_size, out, out_size, returned, overlapped);
}

static BOOL NTAPI guest_SetEvent(HANDLE handle) {
    struct proxy *proxy = proxy_find(handle);
    if (!proxy) return wine.set_event(handle);
    KeSetEvent(&proxy->event, IO_NO_INCREMENT, FALSE);
    ob_dereference(proxy);
    return TRUE;
}

static BOOL NTAPI guest_ResetEvent(HANDLE handle) {
    struct proxy *proxy = proxy_find(handle);
    if (!proxy) return wine.reset_event(handle);
    KeClearEvent(&proxy->event);
    ob_dereference(proxy);
    return TRUE;
}

static BOOL NTAPI guest_UnmapViewOfFile(LPCVOID address) {
    if (NT_SUCCESS(mm_unmap_user_view(ps_client_process, (void *)(ULONG_PTR)address))) return TRUE;
    return wine.unmap(address);
}

static LSTATUS NTAPI guest_RegQueryValueExW(HKEY key, LPCWSTR name, LPDWORD reserved, LPDWORD type, LPBYTE data,
                                            LPDWORD size) {
    typeof(RegQueryValueExW) *function = guest_handle_is_ours((HANDLE)key) ? RegQueryValueExW : wine.reg_query;
    return function(key, name, reserved, type, data, size);
}

static LSTATUS NTAPI guest_RegCloseKey(HKEY key) {
    return guest_handle_is_ours((HANDLE)key) ? RegCloseKey(key) : wine.reg_close(key);
}

/* The one system library that our own loads by itself, and Wine does not have. */
static const char connections[] = "nci";

static HMODULE NTAPI guest_LoadLibraryExW(LPCWSTR name, HANDLE file, DWORD flags) {
    if (win32_same(name, L"nci.dll", true)) return (HMODULE)(ULONG_PTR)connections;
    return wine.load(name, file, flags);
}

static FARPROC NTAPI guest_GetProcAddress(HMODULE module, LPCSTR name) {
    if (module != (HMODULE)(ULONG_PTR)connections) return wine.symbol(module, name);
    const struct host_export *export = host_export_find(connections, name);
    if (!export) guest_set_error(ERROR_PROC_NOT_FOUND);
    return export ? (FARPROC) export->bound : NULL;
}

static BOOL NTAPI guest_FreeLibrary(HMODULE module) {
    return module == (HMODULE)(ULONG_PTR)connections || wine.unload(module);
}

/* --- IP interfaces of others, which Windows knows ----------------------------------------------------------------- */

/* Ours; else, where there is the real function, that one's. */
#define PASS(name, row)                                                                                                \
    typeof(name) *real;                                                                                                \
    NETIO_STATUS status = name(row);                                                                                   \
    if ((status == ERROR_NOT_FOUND || status == ERROR_FILE_NOT_FOUND) && (real = guest->find("iphlpapi", #name)))      \
        return real(row);                                                                                              \
    return status

static NETIO_STATUS NTAPI guest_CreateUnicastIpAddressEntry(const MIB_UNICASTIPADDRESS_ROW *row) {
    PASS(CreateUnicastIpAddressEntry, row);
}

static NETIO_STATUS NTAPI guest_DeleteUnicastIpAddressEntry(const MIB_UNICASTIPADDRESS_ROW *row) {
    PASS(DeleteUnicastIpAddressEntry, row);
}

static NETIO_STATUS NTAPI guest_GetIpInterfaceEntry(PMIB_IPINTERFACE_ROW row) { PASS(GetIpInterfaceEntry, row); }

static NETIO_STATUS NTAPI guest_SetIpInterfaceEntry(PMIB_IPINTERFACE_ROW row) { PASS(SetIpInterfaceEntry, row); }

/* --- devices of other processes ------------------------------------------------------------------------------------ */

static CONFIGRET NTAPI guest_CM_Get_Device_ID_List_SizeW(PULONG size, PCWSTR filter, ULONG flags) {
    guest_nodes_look();
    return CM_Get_Device_ID_List_SizeW(size, filter, flags);
}

static CONFIGRET NTAPI guest_CM_Set_DevNode_PropertyW(DEVINST node, const DEVPROPKEY *key, DEVPROPTYPE type,
                                                      const PBYTE data, ULONG size, ULONG flags) {
    CONFIGRET result = CM_Set_DevNode_PropertyW(node, key, type, data, size, flags);
    guest_nodes_tell();
    return result;
}

static const struct {
    const char *module, *function;
    void *instead;
} hooks[] = {
    {"kernel32", "CreateFileW", (void *)guest_CreateFileW},
    {"kernel32", "CloseHandle", (void *)guest_CloseHandle},
    {"kernel32", "DeviceIoControl", (void *)guest_DeviceIoControl},
    {"kernel32", "SetEvent", (void *)guest_SetEvent},
    {"kernel32", "ResetEvent", (void *)guest_ResetEvent},
    {"kernel32", "UnmapViewOfFile", (void *)guest_UnmapViewOfFile},
    {"kernel32", "LoadLibraryExW", (void *)guest_LoadLibraryExW},
    {"kernel32", "GetProcAddress", (void *)guest_GetProcAddress},
    {"kernel32", "FreeLibrary", (void *)guest_FreeLibrary},
    {"cfgmgr32", "CM_Get_Device_ID_List_SizeW", (void *)guest_CM_Get_Device_ID_List_SizeW},
    {"cfgmgr32", "CM_Set_DevNode_PropertyW", (void *)guest_CM_Set_DevNode_PropertyW},
    {"advapi32", "RegQueryValueExW", (void *)guest_RegQueryValueExW},
    {"advapi32", "RegCloseKey", (void *)guest_RegCloseKey},
    {"iphlpapi", "CreateUnicastIpAddressEntry", (void *)guest_CreateUnicastIpAddressEntry},
    {"iphlpapi", "DeleteUnicastIpAddressEntry", (void *)guest_DeleteUnicastIpAddressEntry},
    {"iphlpapi", "GetIpInterfaceEntry", (void *)guest_GetIpInterfaceEntry},
    {"iphlpapi", "SetIpInterfaceEntry", (void *)guest_SetIpInterfaceEntry},
};

/* Devices, their installation and their interfaces are wholly ours. */
static const char *const modules[] = {"cfgmgr32", "setupapi", "newdev", "iphlpapi"};

static bool is_module(const char *name, const char *module) {
    size_t length = strlen(module);
    return !strncasecmp(name, module, length) && (!name[length] || !strcasecmp(name + length, ".dll"));
}

GUEST_EXPORT guest_import_function guest_import;
void *guest_import(const char *module, const char *function) {
    for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++)
        if (is_module(module, hooks[i].module) && !strcmp(function, hooks[i].function)) return hooks[i].instead;
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
        if (!is_module(module, modules[i])) continue;
        struct host_export *export = host_export_find(modules[i], function);
        if (!export) host_log("%s: the library imports %s, which the host does not have", module, function);
        return export ? export->bound : NULL;
    }
    return NULL;
}

/* --- the start ---------------------------------------------------------------------------------------------------- */

GUEST_EXPORT guest_start_function guest_start;
int guest_start(const struct guest_services *services, char *why, unsigned size) {
    static struct host_config config = {.stack = HOST_STACK_TUN};
    const char *reason = NULL;

    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        *wanted[i].slot = services->find(wanted[i].module, wanted[i].function);
        if (*wanted[i].slot) continue;
        snprintf(why, size, "%s has no %s", wanted[i].module, wanted[i].function);
        return STATUS_NOT_SUPPORTED;
    }
    if (!guest_system_start(services, why, size)) return STATUS_NOT_SUPPORTED;
    if (!tun_probe(why, size)) return STATUS_NOT_SUPPORTED;
    guest = services;
    ob_type_event.delete = guest_event_delete;
    config.quiet = getenv("WARREN_HOST_QUIET") != NULL;
    verify_enabled = getenv("WARREN_HOST_NO_VERIFY") == NULL;
    const char *fails = getenv("WARREN_HOST_FAIL");
    if (fails && !fault_arm(fails, 0)) {
        snprintf(why, size, "WARREN_HOST_FAIL: %s is no function that may fail", fails);
        return STATUS_INVALID_PARAMETER;
    }
    NTSTATUS status = host_start(&config, &reason);
    if (!NT_SUCCESS(status)) snprintf(why, size, "%s (%08x)", reason, (unsigned)status);
    return status;
}

/* The driver store's folder goes with the process. */
__attribute__((destructor)) static void guest_end(void) {
    if (!guest) return;
    win32_disk_stop();
    guest_nodes_end();
}
