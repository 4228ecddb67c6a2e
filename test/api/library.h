/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The library under test, loaded by name as programs load it, and what it logs.
 */
#ifndef TEST_API_LIBRARY_H
#define TEST_API_LIBRARY_H

#include "host/kernel.h"
#include "host/pnp.h"
#include "host/stack_fake.h"
#include "nt/win32.h"

#include "include/warren.h"

struct api {
    WINTUN_CREATE_ADAPTER_FUNC *CreateAdapter;
    WINTUN_OPEN_ADAPTER_FUNC *OpenAdapter;
    WINTUN_CLOSE_ADAPTER_FUNC *CloseAdapter;
    WINTUN_DELETE_DRIVER_FUNC *DeleteDriver;
    WINTUN_GET_ADAPTER_LUID_FUNC *GetAdapterLUID;
    WINTUN_GET_RUNNING_DRIVER_VERSION_FUNC *GetRunningDriverVersion;
    WINTUN_SET_LOGGER_FUNC *SetLogger;
    WINTUN_START_SESSION_FUNC *StartSession;
    WINTUN_END_SESSION_FUNC *EndSession;
    WINTUN_GET_READ_WAIT_EVENT_FUNC *GetReadWaitEvent;
    WINTUN_RECEIVE_PACKET_FUNC *ReceivePacket;
    WINTUN_RELEASE_RECEIVE_PACKET_FUNC *ReleaseReceivePacket;
    WINTUN_ALLOCATE_SEND_PACKET_FUNC *AllocateSendPacket;
    WINTUN_SEND_PACKET_FUNC *SendPacket;
    WARREN_CREATE_ADAPTER_FUNC *WarrenCreateAdapter;
    WARREN_DELETE_ADAPTER_FUNC *DeleteAdapter;
    WARREN_RENAME_ADAPTER_FUNC *RenameAdapter;
    WARREN_INSTALL_DRIVER_FUNC *InstallDriver;
    WARREN_GET_VERSIONS_FUNC *GetVersions;
    WARREN_START_CAPTURE_FUNC *StartCapture;
    WARREN_READ_CAPTURE_FUNC *ReadCapture;
    WARREN_GET_CAPTURE_STATISTICS_FUNC *GetCaptureStatistics;
    WARREN_END_CAPTURE_FUNC *EndCapture;
    WARREN_ENUMERATE_ADAPTERS_FUNC *EnumerateAdapters;
    WARREN_REPAIR_FUNC *Repair;
    WARREN_GET_LAST_ERROR_FUNC *WarrenGetLastError;
    WARREN_GET_ADAPTER_STATISTICS_FUNC *GetAdapterStatistics;
    WARREN_GET_SESSION_STATISTICS_FUNC *GetSessionStatistics;
    WARREN_GET_WRITE_WAIT_EVENT_FUNC *GetWriteWaitEvent;
    WARREN_RECEIVE_PACKETS_FUNC *ReceivePackets;
    WARREN_RELEASE_PACKETS_FUNC *ReleasePackets;
    WARREN_ALLOCATE_PACKETS_FUNC *AllocatePackets;
    WARREN_SEND_PACKETS_FUNC *SendPackets;
};
extern struct api api; /* of the client process */

/* In the calling process: loads the library and finds its functions. */
HMODULE library_load(struct api *api);
HMODULE library_load_file(struct api *api, const char *path); /* another than the one under test */
void library_start(bool with_driver);                         /* the host, and the library in it */
void library_stop(void);
/* The memory that the session on the adapter shares with whoever captures (core/tap.h). */
struct tap_shared;
HANDLE library_tap(WINTUN_ADAPTER_HANDLE adapter, struct tap_shared **shared);
void library_tap_name(WINTUN_ADAPTER_HANDLE adapter, WCHAR name[128]);
const WCHAR *library_mutex(void); /* that one process at a time may hold */
unsigned library_errors(void);    /* logged since library_forget_log */
bool library_said(const char *text);
const char *library_log(void);
void library_forget_log(void);

#endif
