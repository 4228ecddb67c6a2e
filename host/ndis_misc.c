/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * NDIS's smaller services: configuration, memory, version, read-write locks, events, timers, work items.
 */
#include <stdlib.h>
#include <string.h>

#include "host/ex_pool.h"
#include "host/ndis_private.h"
#include "host/sched.h"
#include "host/registry.h"

/* --- version and memory ------------------------------------------------------------------------------------------ */

UINT NTAPI NdisGetVersion(VOID) {
    NT_ENTER(NdisGetVersion);
    return (UINT)(ndis_host_version >> 8) << 16 | (ndis_host_version & 0xff);
}

PVOID NTAPI NdisAllocateMemoryWithTagPriority(NDIS_HANDLE NdisHandle, UINT Length, ULONG Tag,
                                              EX_POOL_PRIORITY Priority) {
    NT_ENTER(NdisAllocateMemoryWithTagPriority);
    (void)Priority;
    if (!ndis_owner_check(NdisHandle, "NdisAllocateMemoryWithTagPriority", NULL) ||
        NT_FAULT(NdisAllocateMemoryWithTagPriority))
        return NULL;
    return ex_pool_for(__builtin_return_address(0), Length, Tag, false);
}

VOID NTAPI NdisFreeMemory(PVOID VirtualAddress, UINT Length, UINT MemoryFlags) {
    NT_ENTER(NdisFreeMemory);
    (void)Length;
    if (MemoryFlags)
        verify_violation("ndis-parameter", "NdisFreeMemory: MemoryFlags %#x; only ordinary memory is given out",
                         MemoryFlags);
    ExFreePoolWithTag(VirtualAddress, 0);
}

VOID NTAPI NdisMSleep(ULONG MicrosecondsToSleep) {
    NT_ENTER(NdisMSleep);
    LARGE_INTEGER interval = {.QuadPart = -10LL * MicrosecondsToSleep};
    KeDelayExecutionThread(KernelMode, FALSE, &interval);
}

ULONG NTAPI NdisSystemActiveProcessorCount(PKAFFINITY ActiveProcessors) {
    NT_ENTER(NdisSystemActiveProcessorCount);
    return KeQueryActiveProcessorCount(ActiveProcessors);
}

ULONG NTAPI NdisGroupActiveProcessorCount(USHORT Group) {
    NT_ENTER(NdisGroupActiveProcessorCount);
    return Group && Group != ALL_PROCESSOR_GROUPS ? 0 : KeQueryActiveProcessorCount(NULL);
}

/* --- read-write locks -------------------------------------------------------------------------------------------- */

/* Readers may nest, also while a writer waits: readers come first, as the documentation asks of callers that must not
 * deadlock. 0 free, n > 0 readers, -1 a writer. */
struct ndis_rw_lock {
    enum ndis_magic magic;
    int32_t state; /* atomic */
};

static struct ndis_rw_lock *rw_check(PNDIS_RW_LOCK_EX handle, const char *call) {
    struct ndis_rw_lock *lock = (struct ndis_rw_lock *)handle;
    if (lock && __atomic_load_n(&lock->magic, __ATOMIC_RELAXED) == NDIS_MAGIC_RW_LOCK) return lock;
    verify_violation("ndis-bad-handle", "%s: %p is no read-write lock", call, (void *)handle);
    return NULL;
}

/* Which ones this thread holds, as far as there is room. */
static __thread struct ndis_rw_lock *rw_held[8];

static struct ndis_rw_lock **rw_slot(struct ndis_rw_lock *lock) {
    for (unsigned i = 0; i < sizeof rw_held / sizeof *rw_held; i++)
        if (rw_held[i] == lock) return &rw_held[i];
    return NULL;
}

static void rw_recursion(struct ndis_rw_lock *lock, const char *call, bool write) {
    if (verify_enabled && rw_slot(lock) && (write || __atomic_load_n(&lock->state, __ATOMIC_RELAXED) < 0))
        verify_violation("ndis-rw-lock-recursion", "%s: this thread holds the lock already", call);
}

static void rw_note(struct ndis_rw_lock *from, struct ndis_rw_lock *to) {
    struct ndis_rw_lock **slot = rw_slot(from);
    if (slot) *slot = to;
}

static void rw_raise(PLOCK_STATE_EX state, UCHAR flags) {
    if (flags & NDIS_RWL_AT_DISPATCH_LEVEL) {
        if (ke_irql() != DISPATCH_LEVEL)
            verify_violation("ndis-flags-untrue", "NDIS_RWL_AT_DISPATCH_LEVEL at IRQL %u", ke_irql());
        state->OldIrql = DISPATCH_LEVEL;
    } else {
        KeRaiseIrql(DISPATCH_LEVEL, &state->OldIrql);
    }
    state->Flags = flags;
    ndis_rw_locks_held++;
}

PNDIS_RW_LOCK_EX NTAPI NdisAllocateRWLock(NDIS_HANDLE NdisHandle) {
    NT_ENTER(NdisAllocateRWLock);
    struct ndis_adapter *adapter;
    if (!ndis_owner_check(NdisHandle, "NdisAllocateRWLock", &adapter) || NT_FAULT(NdisAllocateRWLock)) return NULL;
    struct ndis_rw_lock *lock = calloc(1, sizeof *lock);
    if (!lock) return NULL;
    lock->magic = NDIS_MAGIC_RW_LOCK;
    verify_track("ndis-rw-lock", lock, sizeof *lock, 0, __builtin_return_address(0));
    ndis_owned_add(adapter, "read-write lock", lock, __builtin_return_address(0));
    return (PNDIS_RW_LOCK_EX)lock;
}

VOID NTAPI NdisFreeRWLock(PNDIS_RW_LOCK_EX Lock) {
    NT_ENTER(NdisFreeRWLock);
    struct ndis_rw_lock *lock = rw_check(Lock, "NdisFreeRWLock");
    if (!lock) return;
    if (__atomic_load_n(&lock->state, __ATOMIC_ACQUIRE))
        verify_violation("ndis-rw-lock", "NdisFreeRWLock: the lock is held");
    verify_untrack("ndis-rw-lock", lock);
    ndis_owned_remove(lock);
    __atomic_store_n(&lock->magic, NDIS_MAGIC_GONE, __ATOMIC_RELAXED);
    ndis_bury(lock);
}

VOID NTAPI NdisAcquireRWLockRead(PNDIS_RW_LOCK_EX Lock, PLOCK_STATE_EX LockState, UCHAR Flags) {
    NT_ENTER(NdisAcquireRWLockRead);
    struct ndis_rw_lock *lock = rw_check(Lock, "NdisAcquireRWLockRead");
    if (!lock) return;
    rw_recursion(lock, "NdisAcquireRWLockRead", false);
    rw_raise(LockState, Flags);
    rw_note(NULL, lock);
    for (unsigned tries = 0;; tries++) {
        int32_t seen = __atomic_load_n(&lock->state, __ATOMIC_RELAXED);
        if (seen >= 0 &&
            __atomic_compare_exchange_n(&lock->state, &seen, seen + 1, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            break;
        sched_relax(tries);
    }
    LockState->LockState = 1;
}

VOID NTAPI NdisAcquireRWLockWrite(PNDIS_RW_LOCK_EX Lock, PLOCK_STATE_EX LockState, UCHAR Flags) {
    NT_ENTER(NdisAcquireRWLockWrite);
    struct ndis_rw_lock *lock = rw_check(Lock, "NdisAcquireRWLockWrite");
    if (!lock) return;
    rw_recursion(lock, "NdisAcquireRWLockWrite", true);
    rw_raise(LockState, Flags);
    rw_note(NULL, lock);
    int32_t expected = 0;
    for (unsigned tries = 0;
         !__atomic_compare_exchange_n(&lock->state, &expected, -1, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED); tries++) {
        expected = 0;
        sched_relax(tries);
    }
    LockState->LockState = 2;
}

VOID NTAPI NdisReleaseRWLock(PNDIS_RW_LOCK_EX Lock, PLOCK_STATE_EX LockState) {
    NT_ENTER(NdisReleaseRWLock);
    struct ndis_rw_lock *lock = rw_check(Lock, "NdisReleaseRWLock");
    if (!lock) return;
    int32_t before = LockState->LockState == 2 ? __atomic_exchange_n(&lock->state, 0, __ATOMIC_RELEASE)
                                               : __atomic_fetch_sub(&lock->state, 1, __ATOMIC_RELEASE);
    if (LockState->LockState == 2 ? before != -1 : before <= 0)
        verify_violation("ndis-rw-lock", "NdisReleaseRWLock: the lock is not held that way");
    LockState->LockState = 0;
    ndis_rw_locks_held--;
    rw_note(lock, NULL);
    if (!(LockState->Flags & NDIS_RWL_AT_DISPATCH_LEVEL) && LockState->OldIrql < DISPATCH_LEVEL && ndis_rw_locks_held)
        verify_violation("ndis-rw-lock", "NdisReleaseRWLock goes back to IRQL %u with another lock held",
                         LockState->OldIrql);
    if (!(LockState->Flags & NDIS_RWL_AT_DISPATCH_LEVEL)) KeLowerIrql(LockState->OldIrql);
}

/* --- events ------------------------------------------------------------------------------------------------------ */

VOID NTAPI NdisInitializeEvent(PNDIS_EVENT Event) {
    NT_ENTER(NdisInitializeEvent);
    KeInitializeEvent(&Event->Event, NotificationEvent, FALSE);
}

VOID NTAPI NdisSetEvent(PNDIS_EVENT Event) {
    NT_ENTER(NdisSetEvent);
    KeSetEvent(&Event->Event, IO_NO_INCREMENT, FALSE);
}

VOID NTAPI NdisResetEvent(PNDIS_EVENT Event) {
    NT_ENTER(NdisResetEvent);
    KeClearEvent(&Event->Event);
}

BOOLEAN NTAPI NdisWaitEvent(PNDIS_EVENT Event, UINT MsToWait) {
    NT_ENTER(NdisWaitEvent);
    LARGE_INTEGER timeout = {.QuadPart = -10000LL * MsToWait};
    return KeWaitForSingleObject(&Event->Event, Executive, KernelMode, FALSE, MsToWait ? &timeout : NULL) ==
           STATUS_SUCCESS;
}

/* --- work items -------------------------------------------------------------------------------------------------- */

struct ndis_work_item {
    enum ndis_magic magic;
    uint32_t queued; /* atomic */
    PIO_WORKITEM item;
    NDIS_IO_WORKITEM_ROUTINE routine;
    PVOID context;
};

static struct ndis_work_item *work_check(NDIS_HANDLE handle, const char *call) {
    struct ndis_work_item *work = handle;
    if (work && __atomic_load_n(&work->magic, __ATOMIC_RELAXED) == NDIS_MAGIC_WORK_ITEM) return work;
    verify_violation("ndis-bad-handle", "%s: %p is no work item", call, handle);
    return NULL;
}

NDIS_HANDLE NTAPI NdisAllocateIoWorkItem(NDIS_HANDLE NdisObjectHandle) {
    NT_ENTER(NdisAllocateIoWorkItem);
    struct ndis_adapter *adapter;
    struct ndis_driver *driver = ndis_owner_check(NdisObjectHandle, "NdisAllocateIoWorkItem", &adapter);
    if (!driver || NT_FAULT(NdisAllocateIoWorkItem)) return NULL;
    PDEVICE_OBJECT device = adapter ? adapter->functional : driver->object->DeviceObject;
    if (!device) return NULL; /* nothing to hold a reference to yet */
    struct ndis_work_item *work = calloc(1, sizeof *work);
    if (!work) return NULL;
    work->item = IoAllocateWorkItem(device);
    if (!work->item) {
        free(work);
        return NULL;
    }
    work->magic = NDIS_MAGIC_WORK_ITEM;
    verify_track("ndis-work-item", work, sizeof *work, 0, __builtin_return_address(0));
    ndis_owned_add(adapter, "work item", work, __builtin_return_address(0));
    return work;
}

static VOID NTAPI work_run(PDEVICE_OBJECT device, PVOID context) {
    (void)device;
    struct ndis_work_item *work = context;
    NDIS_IO_WORKITEM_ROUTINE routine = work->routine;
    PVOID routine_context = work->context;
    __atomic_store_n(&work->queued, 0, __ATOMIC_RELEASE); /* the routine may queue or free it */
    struct ndis_call call = ndis_call_begin("the work item's routine", routine);
    routine(routine_context, work);
    ndis_call_end(call);
}

VOID NTAPI NdisQueueIoWorkItem(NDIS_HANDLE NdisIoWorkItemHandle, NDIS_IO_WORKITEM_ROUTINE Routine,
                               PVOID WorkItemContext) {
    NT_ENTER(NdisQueueIoWorkItem);
    struct ndis_work_item *work = work_check(NdisIoWorkItemHandle, "NdisQueueIoWorkItem");
    if (!work) return;
    if (__atomic_exchange_n(&work->queued, 1, __ATOMIC_ACQ_REL)) {
        verify_violation("ndis-work-item", "NdisQueueIoWorkItem: the item is queued already");
        return;
    }
    work->routine = Routine;
    work->context = WorkItemContext;
    IoQueueWorkItem(work->item, work_run, DelayedWorkQueue, work);
}

VOID NTAPI NdisFreeIoWorkItem(NDIS_HANDLE NdisIoWorkItemHandle) {
    NT_ENTER(NdisFreeIoWorkItem);
    struct ndis_work_item *work = work_check(NdisIoWorkItemHandle, "NdisFreeIoWorkItem");
    if (!work) return;
    if (__atomic_load_n(&work->queued, __ATOMIC_ACQUIRE))
        verify_violation("ndis-work-item", "NdisFreeIoWorkItem: the item is queued");
    verify_untrack("ndis-work-item", work);
    ndis_owned_remove(work);
    __atomic_store_n(&work->magic, NDIS_MAGIC_GONE, __ATOMIC_RELAXED);
    IoFreeWorkItem(work->item);
    ndis_bury(work);
}

/* --- timers ------------------------------------------------------------------------------------------------------ */

struct ndis_timer {
    enum ndis_magic magic;
    KTIMER timer;
    KDPC dpc;
    PNDIS_TIMER_FUNCTION function;
    PVOID context; /* of the characteristics; NdisSetTimerObject may give another */
    PVOID current; /* atomic */
};

static struct ndis_timer *timer_check(NDIS_HANDLE handle, const char *call) {
    struct ndis_timer *timer = handle;
    if (timer && __atomic_load_n(&timer->magic, __ATOMIC_RELAXED) == NDIS_MAGIC_TIMER) return timer;
    verify_violation("ndis-bad-handle", "%s: %p is no timer", call, handle);
    return NULL;
}

bool ndis_timer_is_set(void *timer) { return KeCancelTimer(&((struct ndis_timer *)timer)->timer); }

static VOID NTAPI timer_fire(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2) {
    (void)dpc;
    struct ndis_timer *timer = context;
    PNDIS_TIMER_FUNCTION function = timer->function; /* which may free the timer */
    struct ndis_call call = ndis_call_begin("the timer's function", function);
    function(argument1, __atomic_load_n(&timer->current, __ATOMIC_ACQUIRE), argument2, NULL);
    ndis_call_end(call);
}

NDIS_STATUS NTAPI NdisAllocateTimerObject(NDIS_HANDLE NdisHandle, PNDIS_TIMER_CHARACTERISTICS TimerCharacteristics,
                                          PNDIS_HANDLE pTimerObject) {
    NT_ENTER(NdisAllocateTimerObject);
    struct ndis_adapter *adapter;
    struct ndis_driver *driver = ndis_owner_check(NdisHandle, "NdisAllocateTimerObject", &adapter);
    if (!driver || !ndis_object_ok(NDIS_OF_TIMER_CHARACTERISTICS, driver->version, &TimerCharacteristics->Header,
                                   "NdisAllocateTimerObject"))
        return NDIS_STATUS_INVALID_PARAMETER;
    ndis_check_filled("NdisAllocateTimerObject", TimerCharacteristics, 0, 0);
    if (NT_FAULT(NdisAllocateTimerObject)) return NDIS_STATUS_RESOURCES;
    struct ndis_timer *timer = calloc(1, sizeof *timer);
    if (!timer) return NDIS_STATUS_RESOURCES;
    timer->magic = NDIS_MAGIC_TIMER;
    timer->function = TimerCharacteristics->TimerFunction;
    timer->context = TimerCharacteristics->FunctionContext;
    KeInitializeTimerEx(&timer->timer, NotificationTimer);
    KeInitializeDpc(&timer->dpc, timer_fire, timer);
    verify_track("ndis-timer", timer, sizeof *timer, TimerCharacteristics->AllocationTag, __builtin_return_address(0));
    ndis_owned_add(adapter, "timer", timer, __builtin_return_address(0));
    *pTimerObject = timer;
    return NDIS_STATUS_SUCCESS;
}

BOOLEAN NTAPI NdisSetTimerObject(NDIS_HANDLE TimerObject, LARGE_INTEGER DueTime, LONG MillisecondsPeriod,
                                 PVOID FunctionContext) {
    NT_ENTER(NdisSetTimerObject);
    struct ndis_timer *timer = timer_check(TimerObject, "NdisSetTimerObject");
    if (!timer) return FALSE;
    __atomic_store_n(&timer->current, FunctionContext ? FunctionContext : timer->context, __ATOMIC_RELEASE);
    return KeSetTimerEx(&timer->timer, DueTime, MillisecondsPeriod, &timer->dpc);
}

BOOLEAN NTAPI NdisCancelTimerObject(NDIS_HANDLE TimerObject) {
    NT_ENTER(NdisCancelTimerObject);
    struct ndis_timer *timer = timer_check(TimerObject, "NdisCancelTimerObject");
    return timer ? KeCancelTimer(&timer->timer) : FALSE;
}

VOID NTAPI NdisFreeTimerObject(NDIS_HANDLE TimerObject) {
    NT_ENTER(NdisFreeTimerObject);
    struct ndis_timer *timer = timer_check(TimerObject, "NdisFreeTimerObject");
    if (!timer) return;
    if (KeCancelTimer(&timer->timer)) verify_violation("ndis-timer", "NdisFreeTimerObject: the timer is set");
    verify_untrack("ndis-timer", timer);
    ndis_owned_remove(timer);
    __atomic_store_n(&timer->magic, NDIS_MAGIC_GONE, __ATOMIC_RELAXED);
    ndis_bury(timer);
}

/* --- configuration ----------------------------------------------------------------------------------------------- */

struct ndis_configuration {
    enum ndis_magic magic;
    struct reg_key *key;
    struct parameter {
        struct parameter *next;
        NDIS_CONFIGURATION_PARAMETER public;
        uint8_t data[];
    } *parameters; /* given out; they live until the configuration is closed */
};

static struct ndis_configuration *configuration_check(NDIS_HANDLE handle, const char *call) {
    struct ndis_configuration *configuration = handle;
    if (configuration && configuration->magic == NDIS_MAGIC_CONFIGURATION) return configuration;
    verify_violation("ndis-bad-handle", "%s: %p is no open configuration", call, handle);
    return NULL;
}

NDIS_STATUS NTAPI NdisOpenConfigurationEx(PNDIS_CONFIGURATION_OBJECT ConfigObject, PNDIS_HANDLE ConfigurationHandle) {
    NT_ENTER(NdisOpenConfigurationEx);
    *ConfigurationHandle = NULL;
    struct ndis_adapter *adapter = ndis_adapter_check(ConfigObject->NdisHandle, "NdisOpenConfigurationEx");
    if (!adapter || !ndis_object_ok(NDIS_OF_CONFIGURATION_OBJECT, adapter->driver->version, &ConfigObject->Header,
                                    "NdisOpenConfigurationEx"))
        return NDIS_STATUS_INVALID_PARAMETER;
    if (NT_FAULT(NdisOpenConfigurationEx)) return NDIS_STATUS_RESOURCES;
    struct ndis_configuration *configuration = calloc(1, sizeof *configuration);
    if (!configuration) return NDIS_STATUS_RESOURCES;
    configuration->key = reg_open(adapter->software_key, false);
    if (!configuration->key) {
        free(configuration);
        return NDIS_STATUS_FAILURE;
    }
    configuration->magic = NDIS_MAGIC_CONFIGURATION;
    verify_track("ndis-configuration", configuration, sizeof *configuration, 0, __builtin_return_address(0));
    ndis_owned_add(adapter, "configuration", configuration, __builtin_return_address(0));
    *ConfigurationHandle = configuration;
    return NDIS_STATUS_SUCCESS;
}

/* Registry strings that hold a number count as one, decimal or (HexInteger) hexadecimal. */
static ULONG string_number(const WCHAR *text, ULONG characters, unsigned base) {
    ULONG value = 0;
    for (ULONG i = 0; i < characters && text[i]; i++) {
        WCHAR c = text[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                                : 99;
        if (digit >= base) break;
        value = value * base + digit;
    }
    return value;
}

static NDIS_STATUS parameter_convert(struct parameter *parameter, ULONG type, ULONG size, NDIS_PARAMETER_TYPE wanted) {
    NDIS_CONFIGURATION_PARAMETER *out = &parameter->public;
    bool number = wanted == NdisParameterInteger || wanted == NdisParameterHexInteger;
    out->ParameterType = wanted;
    if (type == REG_DWORD && size == sizeof(ULONG)) {
        out->ParameterType = NdisParameterInteger;
        memcpy(&out->ParameterData.IntegerData, parameter->data, sizeof(ULONG));
        return NDIS_STATUS_SUCCESS;
    }
    if (type == REG_SZ && number) {
        out->ParameterData.IntegerData = string_number((const WCHAR *)parameter->data, size / sizeof(WCHAR),
                                                       wanted == NdisParameterInteger ? 10 : 16);
        return NDIS_STATUS_SUCCESS;
    }
    if ((type == REG_SZ && wanted == NdisParameterString) ||
        (type == REG_MULTI_SZ && wanted == NdisParameterMultiString)) {
        out->ParameterData.StringData.Buffer = (WCHAR *)parameter->data;
        out->ParameterData.StringData.MaximumLength = (USHORT)size;
        out->ParameterData.StringData.Length = (USHORT)(type == REG_SZ && size >= 2 ? size - sizeof(WCHAR) : size);
        return NDIS_STATUS_SUCCESS;
    }
    if (type == REG_BINARY && wanted == NdisParameterBinary) {
        out->ParameterData.BinaryData.Length = (USHORT)size;
        out->ParameterData.BinaryData.Buffer = parameter->data;
        return NDIS_STATUS_SUCCESS;
    }
    return NDIS_STATUS_FAILURE;
}

VOID NTAPI NdisReadConfiguration(PNDIS_STATUS Status, PNDIS_CONFIGURATION_PARAMETER *ParameterValue,
                                 NDIS_HANDLE ConfigurationHandle, PNDIS_STRING Keyword,
                                 NDIS_PARAMETER_TYPE ParameterType) {
    NT_ENTER(NdisReadConfiguration);
    *Status = NDIS_STATUS_FAILURE;
    *ParameterValue = NULL;
    struct ndis_configuration *configuration = configuration_check(ConfigurationHandle, "NdisReadConfiguration");
    WCHAR name[256];
    if (!configuration || Keyword->Length >= sizeof name || NT_FAULT(NdisReadConfiguration)) return;
    memcpy(name, Keyword->Buffer, Keyword->Length);
    name[Keyword->Length / sizeof(WCHAR)] = 0;
    ULONG type, size = 0;
    NTSTATUS found = reg_get(configuration->key, name, &type, NULL, &size);
    if (!NT_SUCCESS(found) && found != STATUS_BUFFER_OVERFLOW) return;
    struct parameter *parameter = calloc(1, sizeof *parameter + size + sizeof(WCHAR));
    if (!parameter) {
        *Status = NDIS_STATUS_RESOURCES;
        return;
    }
    if (!NT_SUCCESS(reg_get(configuration->key, name, &type, parameter->data, &size)) ||
        parameter_convert(parameter, type, size, ParameterType) != NDIS_STATUS_SUCCESS) {
        free(parameter);
        return;
    }
    parameter->next = configuration->parameters;
    configuration->parameters = parameter;
    *ParameterValue = &parameter->public;
    *Status = NDIS_STATUS_SUCCESS;
}

/* The address that the user has set, as text, with or without dashes. */
VOID NTAPI NdisReadNetworkAddress(PNDIS_STATUS Status, PVOID *NetworkAddress, PUINT NetworkAddressLength,
                                  NDIS_HANDLE ConfigurationHandle) {
    NT_ENTER(NdisReadNetworkAddress);
    *Status = NDIS_STATUS_FAILURE;
    struct ndis_configuration *configuration = configuration_check(ConfigurationHandle, "NdisReadNetworkAddress");
    if (!configuration || NT_FAULT(NdisReadNetworkAddress)) return;
    WCHAR text[64];
    ULONG type, size = sizeof text - sizeof(WCHAR);
    if (!NT_SUCCESS(reg_get(configuration->key, L"NetworkAddress", &type, text, &size)) || type != REG_SZ) return;
    struct parameter *parameter = calloc(1, sizeof *parameter + size);
    if (!parameter) return;
    unsigned bytes = 0;
    for (ULONG i = 0; i + 1 < size / sizeof(WCHAR) && text[i];) {
        if (text[i] == '-') {
            i++;
            continue;
        }
        parameter->data[bytes++] = (uint8_t)string_number(text + i, 2, 16);
        i += 2;
    }
    if (!bytes) {
        free(parameter);
        return;
    }
    parameter->next = configuration->parameters;
    configuration->parameters = parameter;
    *NetworkAddress = parameter->data;
    *NetworkAddressLength = bytes;
    *Status = NDIS_STATUS_SUCCESS;
}

VOID NTAPI NdisWriteConfiguration(PNDIS_STATUS Status, NDIS_HANDLE ConfigurationHandle, PNDIS_STRING Keyword,
                                  PNDIS_CONFIGURATION_PARAMETER ParameterValue) {
    NT_ENTER(NdisWriteConfiguration);
    *Status = NDIS_STATUS_FAILURE;
    struct ndis_configuration *configuration = configuration_check(ConfigurationHandle, "NdisWriteConfiguration");
    WCHAR name[256];
    if (!configuration || Keyword->Length >= sizeof name || NT_FAULT(NdisWriteConfiguration)) return;
    memcpy(name, Keyword->Buffer, Keyword->Length);
    name[Keyword->Length / sizeof(WCHAR)] = 0;
    NTSTATUS status = STATUS_NOT_SUPPORTED;
    switch (ParameterValue->ParameterType) {
    case NdisParameterInteger:
    case NdisParameterHexInteger:
        status =
            reg_set(configuration->key, name, REG_DWORD, &ParameterValue->ParameterData.IntegerData, sizeof(ULONG));
        break;
    case NdisParameterString:
        status = reg_set(configuration->key, name, REG_SZ, ParameterValue->ParameterData.StringData.Buffer,
                         ParameterValue->ParameterData.StringData.Length);
        break;
    case NdisParameterBinary:
        status = reg_set(configuration->key, name, REG_BINARY, ParameterValue->ParameterData.BinaryData.Buffer,
                         ParameterValue->ParameterData.BinaryData.Length);
        break;
    default: break;
    }
    *Status = NT_SUCCESS(status) ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE;
}

VOID NTAPI NdisCloseConfiguration(NDIS_HANDLE ConfigurationHandle) {
    NT_ENTER(NdisCloseConfiguration);
    struct ndis_configuration *configuration = configuration_check(ConfigurationHandle, "NdisCloseConfiguration");
    if (!configuration) return;
    verify_untrack("ndis-configuration", configuration);
    ndis_owned_remove(configuration);
    while (configuration->parameters) {
        struct parameter *parameter = configuration->parameters;
        configuration->parameters = parameter->next;
        free(parameter);
    }
    reg_close(configuration->key);
    configuration->magic = NDIS_MAGIC_GONE;
    ndis_bury(configuration);
}
