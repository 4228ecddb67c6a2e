/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What drivers ask about the system: processes, modules, handles, routines by name, the verifier.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/image.h"
#include "host/kernel_private.h"
#include "host/sched.h"

/* An answer that grows; what does not fit is only counted. */
struct answer {
    uint8_t *to;
    size_t room, size;
};

static void *answer_take(struct answer *answer, size_t size) {
    void *at = answer->size + size <= answer->room ? answer->to + answer->size : NULL;
    answer->size += size;
    return at ? memset(at, 0, size) : NULL;
}

/* --- the machine -------------------------------------------------------------------------------------------------- */

static void basic(struct answer *answer) {
    SYSTEM_BASIC_INFORMATION *out = answer_take(answer, sizeof(*out));
    if (out == NULL) return;
    *out = (SYSTEM_BASIC_INFORMATION){.TimerResolution = 156250,
                                      .PageSize = PAGE_SIZE,
                                      .NumberOfPhysicalPages = (16ull << 30) / PAGE_SIZE,
                                      .LowestPhysicalPageNumber = 1,
                                      .HighestPhysicalPageNumber = (16ull << 30) / PAGE_SIZE - 1,
                                      .AllocationGranularity = 65536,
                                      .MinimumUserModeAddress = 0x10000,
                                      .MaximumUserModeAddress = MM_USER_PROBE_ADDRESS - 0x10001};
    out->NumberOfProcessors = (CCHAR)KeQueryActiveProcessorCount(&out->ActiveProcessorsAffinityMask);
}

/* --- processes and their handles ---------------------------------------------------------------------------------- */

#define MANY 4096u

/* The living, referenced. */
struct living {
    void **objects;
    unsigned count;
};

static bool living_process(PEPROCESS process, void *context) {
    struct living *living = context;
    ob_reference(living->objects[living->count++] = process);
    return living->count < MANY;
}

static bool living_thread(PETHREAD thread, void *context) {
    struct living *living = context;
    ob_reference(living->objects[living->count++] = thread);
    return living->count < MANY;
}

static struct living living_take(bool threads) {
    struct living living = {.objects = malloc(MANY * sizeof(void *))};
    if (living.objects == NULL) host_panic("no memory for a list of processes");
    if (threads)
        ps_each_thread(living_thread, &living);
    else
        ps_each_process(living_process, &living);
    return living;
}

static void living_give(struct living *living) {
    for (unsigned at = 0; at < living->count; at++) ob_dereference(living->objects[at]);
    free(living->objects);
}

static void process_one(struct answer *answer, PEPROCESS process, const struct living *threads, size_t *last) {
    size_t begin = answer->size, length = strlen(process->name);
    SYSTEM_PROCESS_INFORMATION *out = answer_take(answer, sizeof(*out));
    WCHAR *name;

    if (out) {
        if (*last != SIZE_MAX)
            ((SYSTEM_PROCESS_INFORMATION *)(void *)(answer->to + *last))->NextEntryOffset = (ULONG)(begin - *last);
        *last = begin;
        out->UniqueProcessId = (HANDLE)(ULONG_PTR)process->id;
        out->InheritedFromUniqueProcessId = (HANDLE)(ULONG_PTR)process->parent;
        out->BasePriority = 8;
        out->HandleCount = ob_handle_count(process);
    }
    for (unsigned at = 0; at < threads->count; at++) {
        const struct _ETHREAD *thread = threads->objects[at];
        if (thread->process != process) continue;
        SYSTEM_THREAD_INFORMATION *one = answer_take(answer, sizeof(*one));
        if (out) out->NumberOfThreads++;
        if (one == NULL) continue;
        one->ClientId = (CLIENT_ID){(HANDLE)(ULONG_PTR)process->id, (HANDLE)(ULONG_PTR)thread->id};
        one->Priority = one->BasePriority = 8;
        one->ThreadState = 2; /* running */
    }
    name = answer_take(answer, (length + 1) * sizeof(WCHAR));
    answer->size = (answer->size + 7) & ~(size_t)7;
    if (name == NULL || out == NULL) return;
    for (size_t at = 0; at < length; at++) name[at] = (WCHAR)process->name[at];
    out->ImageName = (UNICODE_STRING){(USHORT)(length * sizeof(WCHAR)), (USHORT)((length + 1) * sizeof(WCHAR)), name};
}

static void processes(struct answer *answer) {
    struct living all = living_take(false), threads = living_take(true);
    size_t last = SIZE_MAX;

    for (unsigned at = 0; at < all.count; at++) process_one(answer, all.objects[at], &threads, &last);
    living_give(&threads);
    living_give(&all);
}

/* Which kind an object is, by a number of its own: those of Windows change from release to release. */
static unsigned type_index(const struct ob_type *type) {
    static const struct ob_type *const types[] = {&ob_type_process, &ob_type_thread, &ob_type_event,   &ob_type_mutant,
                                                  &ob_type_section, &ob_type_device, &ob_type_symlink, &ob_type_file};
    for (unsigned at = 0; at < sizeof(types) / sizeof(*types); at++)
        if (types[at] == type) return at + 7;
    return 6;
}

static void handle_one(struct answer *answer, const struct ob_handle *handle, bool extended, unsigned type) {
    if (extended) {
        SYSTEM_HANDLE_TABLE_ENTRY_INFO_EX *out = answer_take(answer, sizeof(*out));
        if (out)
            *out = (SYSTEM_HANDLE_TABLE_ENTRY_INFO_EX){.Object = handle->object,
                                                       .UniqueProcessId = handle->process,
                                                       .HandleValue = handle->value,
                                                       .GrantedAccess = handle->access,
                                                       .ObjectTypeIndex = (USHORT)type};
    } else {
        SYSTEM_HANDLE_TABLE_ENTRY_INFO *out = answer_take(answer, sizeof(*out));
        if (out)
            *out = (SYSTEM_HANDLE_TABLE_ENTRY_INFO){.UniqueProcessId = (USHORT)handle->process,
                                                    .ObjectTypeIndex = (UCHAR)type,
                                                    .HandleValue = (USHORT)handle->value,
                                                    .Object = handle->object,
                                                    .GrantedAccess = handle->access};
    }
}

static void handles(struct answer *answer, bool extended) {
    struct living all = living_take(false);
    struct ob_handle *list = malloc(MANY * sizeof(*list));
    size_t head =
        extended ? offsetof(SYSTEM_HANDLE_INFORMATION_EX, Handles) : offsetof(SYSTEM_HANDLE_INFORMATION, Handles);
    void *out = answer_take(answer, head);
    unsigned total = 0;

    if (list == NULL) host_panic("no memory for a list of handles");
    for (unsigned at = 0; at < all.count; at++) {
        unsigned count = ob_handles(all.objects[at], list, MANY);
        if (count > MANY) count = MANY;
        for (unsigned index = 0; index < count; index++)
            handle_one(answer, &list[index], extended, type_index(list[index].type));
        total += count;
    }
    if (out && extended)
        ((SYSTEM_HANDLE_INFORMATION_EX *)out)->NumberOfHandles = total;
    else if (out)
        ((SYSTEM_HANDLE_INFORMATION *)out)->NumberOfHandles = total;
    free(list);
    living_give(&all);
}

/* --- modules ------------------------------------------------------------------------------------------------------ */

static void modules(struct answer *answer) {
    static const char folder[] = "\\SystemRoot\\System32\\drivers\\";
    struct image_place list[64];
    unsigned count = image_list(list, 64);
    RTL_PROCESS_MODULES *out = answer_take(answer, offsetof(RTL_PROCESS_MODULES, Modules));
    unsigned order = 0;

    if (count > 64) count = 64;
    for (unsigned at = 0; at < count; at++) {
        if (image_is_users(list[at].base)) continue;
        RTL_PROCESS_MODULE_INFORMATION *one = answer_take(answer, sizeof(*one));
        order++;
        if (one == NULL) continue;
        one->ImageBase = list[at].base;
        one->ImageSize = (ULONG)list[at].size;
        one->LoadOrderIndex = (USHORT)(order - 1);
        one->LoadCount = 1;
        one->OffsetToFileName = sizeof(folder) - 1;
        snprintf((char *)one->FullPathName, sizeof(one->FullPathName), "%s%s", folder, list[at].name);
    }
    if (out) out->NumberOfModules = order;
}

/* --- the question ------------------------------------------------------------------------------------------------- */

NTSTATUS NTAPI ZwQuerySystemInformation(SYSTEM_INFORMATION_CLASS SystemInformationClass, PVOID SystemInformation,
                                        ULONG SystemInformationLength, PULONG ReturnLength) {
    NT_ENTER(ZwQuerySystemInformation);
    struct answer answer = {.to = SystemInformation, .room = SystemInformation ? SystemInformationLength : 0};

    if (NT_FAULT(ZwQuerySystemInformation)) return STATUS_INSUFFICIENT_RESOURCES;
    switch (SystemInformationClass) {
    case SystemBasicInformation: basic(&answer); break;
    case SystemProcessInformation: processes(&answer); break;
    case SystemModuleInformation: modules(&answer); break;
    case SystemHandleInformation: handles(&answer, false); break;
    case SystemExtendedHandleInformation: handles(&answer, true); break;
    default: return STATUS_INVALID_INFO_CLASS;
    }
    if (ReturnLength) *ReturnLength = (ULONG)answer.size;
    /* That of a fixed size has to be met exactly. */
    if (answer.size > answer.room ||
        (SystemInformationClass == SystemBasicInformation && SystemInformationLength != answer.size))
        return STATUS_INFO_LENGTH_MISMATCH;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ZwYieldExecution(void) {
    NT_ENTER(ZwYieldExecution);
    sched_relax(63);
    return STATUS_SUCCESS;
}

PVOID NTAPI MmGetSystemRoutineAddress(PUNICODE_STRING SystemRoutineName) {
    NT_ENTER(MmGetSystemRoutineAddress);
    char name[128];
    unsigned length = SystemRoutineName->Length / sizeof(WCHAR);
    const struct host_export *export;

    if (length >= sizeof(name)) return NULL;
    for (unsigned at = 0; at < length; at++) {
        if (SystemRoutineName->Buffer[at] > 126) return NULL;
        name[at] = (char)SystemRoutineName->Buffer[at];
    }
    name[length] = 0;
    export = host_export_find("ntoskrnl", name); /* which has the HAL's, too */
    return export ? export->bound : NULL;
}

/* --- the verifier ------------------------------------------------------------------------------------------------- */

NTSTATUS NTAPI MmIsVerifierEnabled(PULONG VerifierFlags) {
    NT_ENTER(MmIsVerifierEnabled);
    *VerifierFlags = 0;
    if (!verify_enabled) return STATUS_NOT_SUPPORTED;
    *VerifierFlags =
        DRIVER_VERIFIER_FORCE_IRQL_CHECKING | DRIVER_VERIFIER_TRACK_POOL_ALLOCATIONS | DRIVER_VERIFIER_IO_CHECKING;
    return STATUS_SUCCESS;
}

LOGICAL NTAPI MmIsDriverVerifying(PDRIVER_OBJECT DriverObject) {
    NT_ENTER(MmIsDriverVerifying);
    return verify_enabled;
}
