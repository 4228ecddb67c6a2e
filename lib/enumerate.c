/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * This brand's adapters as they are in the system: a list of them, and the removal of what dead processes left over.
 */
#include "lib/devnode.h"

/* What can be read of the node; nodes come and go meanwhile. */
static void Describe(LPCWSTR InstanceId, WARREN_ADAPTER_INFO *Info) {
    ULONG Status = 0, Problem = 0;
    DEVINST Node;

    memset(Info, 0, sizeof(*Info));
    Info->Size = sizeof(*Info);
    TextCopy(Info->InstanceId, COUNT_OF(Info->InstanceId), InstanceId);
    Info->Present = CM_Locate_DevNodeW(&Node, (DEVINSTID_W)InstanceId, CM_LOCATE_DEVNODE_NORMAL) == CR_SUCCESS;
    if (!Info->Present && CM_Locate_DevNodeW(&Node, (DEVINSTID_W)InstanceId, CM_LOCATE_DEVNODE_PHANTOM) != CR_SUCCESS)
        return;
    if (!DevnodeGetText(Node, &DevnodeNameKey, Info->Name, COUNT_OF(Info->Name))) Info->Name[0] = 0;
    if (!Info->Present) return;
    Info->Flags = DevnodeFlags(InstanceId);
    if (CM_Get_DevNode_Status(&Status, &Problem, Node, 0) == CR_SUCCESS) {
        Info->Started = (Status & DN_STARTED) != 0;
        Info->Problem = Status & DN_HAS_PROBLEM ? Problem : 0;
    }
    if (Info->Problem) Info->ProblemStatus = (DWORD)DevnodeProblemStatus(Node);
    if (!DevnodeGetInterface(Node, &Info->InterfaceGuid, &Info->Luid)) {
        memset(&Info->InterfaceGuid, 0, sizeof(Info->InterfaceGuid));
        Info->Luid.Value = 0;
    }
}

BOOL WINAPI WarrenEnumerateAdapters(WARREN_ADAPTER_CALLBACK Callback, void *Context) {
    WARREN_ADAPTER_INFO Info;
    BOOL More = TRUE;
    WCHAR *List;
    DWORD Error;

    if (!Callback) {
        LogError(WARREN_STAGE_ARGUMENTS, ERROR_INVALID_PARAMETER, L"EnumerateAdapters: there is no callback");
        return FALSE;
    }
    Error = DevnodeList(false, &List);
    if (Error) {
        LogError(WARREN_STAGE_OPEN, Error, L"EnumerateAdapters: cannot list the devices");
        return FALSE;
    }
    for (LPCWSTR InstanceId = List; More && *InstanceId; InstanceId += TextLength(InstanceId) + 1) {
        Describe(InstanceId, &Info);
        More = Callback(&Info, Context);
    }
    MemoryFree(List);
    return TRUE;
}

/* With the creation lock: nobody makes an adapter of an absent node meanwhile. Counts those that go, or would. */
static DWORD RepairList(LPCWSTR List, BOOL DryRun, WARREN_ADAPTER_CALLBACK Callback, void *Context, DWORD *Count) {
    WARREN_ADAPTER_INFO Info;
    DWORD Error = ERROR_SUCCESS;

    for (LPCWSTR InstanceId = List; *InstanceId; InstanceId += TextLength(InstanceId) + 1) {
        Describe(InstanceId, &Info);
        if (Info.Present) continue;
        if (Callback && !Callback(&Info, Context)) break;
        /* It may have come back while the callback ran. */
        if (DryRun || (!DevnodeIsPresent(InstanceId) && DevnodeUninstall(InstanceId)))
            ++*Count;
        else if (!DevnodeIsPresent(InstanceId))
            Error = GetLastError();
    }
    return Error;
}

DWORD WINAPI WarrenRepair(BOOL DryRun, WARREN_ADAPTER_CALLBACK Callback, void *Context) {
    HANDLE Mutex = CreationLock(L"Repair", DeadlineIn(DEFAULT_TIMEOUT));
    DWORD Count = 0, Error;
    WCHAR *List;

    if (!Mutex) return MAXDWORD;
    Error = DevnodeList(false, &List);
    if (Error) {
        LogError(WARREN_STAGE_OPEN, Error, L"Repair: cannot list the devices");
    } else {
        Error = RepairList(List, DryRun, Callback, Context, &Count);
        if (Error) LogError(WARREN_STAGE_REMOVE, Error, L"Repair: not all that is left over can be removed");
        MemoryFree(List);
    }
    CreationUnlock(Mutex);
    if (!Error) return Count;
    SetLastError(Error);
    return MAXDWORD;
}
