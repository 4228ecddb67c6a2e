/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The Wintun 0.14 programming interface, as Warren implements it.
 *
 * A layer-3 TUN adapter is a network interface whose other end is a program: what the system routes to the interface
 * can be read here as IP packets, and IP packets written here arrive in the system as if a wire had brought them.
 *
 *   WintunCreateAdapter -> WintunStartSession -> [ receive | send ]* -> WintunEndSession -> WintunCloseAdapter
 *
 * There is no import library. Load the DLL (warren.dll, or a copy under whatever name the program expects) with
 * LoadLibraryExW and fetch the functions by name; the types below are function types, so that this reads
 *
 *   static WINTUN_CREATE_ADAPTER_FUNC *WintunCreateAdapter;
 *   WintunCreateAdapter = (WINTUN_CREATE_ADAPTER_FUNC *)GetProcAddress(Module, "WintunCreateAdapter");
 *
 * Rules for all functions
 * - A function that returns a pointer or handle returns NULL on failure, one that returns BOOL returns FALSE; then
 *   GetLastError() tells why. On success the last error is unspecified. Codes beyond those listed with a function come
 *   from the system unchanged.
 * - Every failure outside the packet functions writes exactly one line to the logger (WintunSetLogger). The packet
 *   functions stay silent in their normal conditions (empty, full, ended) and log only what is a bug.
 * - All functions may be called from any thread, and concurrently, but a handle must not be used once the function
 *   that frees it has been entered: WintunCloseAdapter and WintunEndSession must be the last call with their handle.
 *   A handle that is NULL or was freed gives ERROR_INVALID_HANDLE, as long as no later object has taken its place.
 * - No function may be called from DllMain, nor from the logger callback.
 * - Creating and opening adapters, and starting sessions, needs administrator rights.
 * - Packets are raw IPv4 or IPv6 packets from the first byte of the IP header on, without any framing. Sizes are bytes.
 */
#ifndef WINTUN_H
#define WINTUN_H

#if defined(_MSC_VER)
#pragma warning(push)
#pragma warning(disable : 4201) /* nameless unions in the system's headers */
#endif

#include <winsock2.h>

#include <windows.h>
#include <ws2ipdef.h>

#include <ifdef.h>

#if defined(_MSC_VER)
#pragma warning(pop)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- adapters --------------------------------------------------------------------------------------------------- */

/* An adapter that this process created or opened. */
typedef struct _WINTUN_ADAPTER *WINTUN_ADAPTER_HANDLE;

/* WintunCreateAdapter: makes a network adapter and waits until it works.
 *
 * Name           What the adapter is called: 1 to 127 characters. The name is how WintunOpenAdapter finds it.
 * TunnelType     What kind of tunnel it belongs to, typically the program's name: 1 to 127 characters. Becomes part of
 *                the device's description.
 * RequestedGUID  The identity of the device, part of its instance id, so that Windows can recognize an adapter that is
 *                created again: ask for the same GUID each time. NULL: Warren derives one from type and name, so that
 *                the same pair is the same device; a random one if that is in use. The interface's own GUID is chosen
 *                by Windows and may differ; go by the LUID.
 *
 * Returns a handle to be freed with WintunCloseAdapter, which also removes the adapter: it lives no longer than the
 * handle, and goes away when the process dies. The strings and the GUID are copied. Names need not be unique.
 *
 * Calls are serialized across all processes that use the same driver. The call is bounded in time. If no driver is
 * installed for the device it fails at once rather than waiting, and nothing is left behind.
 *
 * ERROR_INVALID_PARAMETER       Name or TunnelType is NULL or empty
 * ERROR_FILENAME_EXCED_RANGE    Name or TunnelType is too long
 * ERROR_ACCESS_DENIED           no administrator rights
 * ERROR_ALREADY_EXISTS          an adapter with this RequestedGUID exists
 * ERROR_SERVICE_DOES_NOT_EXIST  no driver is installed for the device; the log line has the configuration manager's
 *                               problem code
 * ERROR_DEVICE_NOT_AVAILABLE    the device was made, but its driver did not start; the log line has the problem code
 *                               and its NTSTATUS
 * ERROR_TIMEOUT                 the system did not finish in time (or another process holds up creation) */
typedef WINTUN_ADAPTER_HANDLE(WINAPI WINTUN_CREATE_ADAPTER_FUNC)(LPCWSTR Name, LPCWSTR TunnelType,
                                                                 const GUID *RequestedGUID);

/* WintunOpenAdapter: opens an existing adapter of this driver by the Name it was created with (compared without regard
 * to case). Adapters made by other drivers are never considered.
 *
 * Returns a handle to be freed with WintunCloseAdapter. This handle does not keep the adapter alive: it works until
 * whoever created the adapter closes it.
 *
 * ERROR_INVALID_PARAMETER, ERROR_FILENAME_EXCED_RANGE  as above
 * ERROR_NOT_FOUND                                      no running adapter has this name */
typedef WINTUN_ADAPTER_HANDLE(WINAPI WINTUN_OPEN_ADAPTER_FUNC)(LPCWSTR Name);

/* WintunCloseAdapter: frees the handle; if it came from WintunCreateAdapter, also removes the adapter. End the
 * adapter's sessions first: a session that this process still has becomes useless with its adapter's removal (see
 * ERROR_HANDLE_EOF), but must still be ended. NULL is ignored. Creating the same adapter again right away is allowed. */
typedef VOID(WINAPI WINTUN_CLOSE_ADAPTER_FUNC)(WINTUN_ADAPTER_HANDLE Adapter);

/* WintunDeleteDriver: removes the driver from the system if no adapter uses it.
 *
 * This version of Warren neither installs nor removes driver packages. The function always fails:
 * ERROR_CALL_NOT_IMPLEMENTED */
typedef BOOL(WINAPI WINTUN_DELETE_DRIVER_FUNC)(VOID);

/* WintunGetAdapterLUID: writes the interface's LUID, which the IP Helper functions take (CreateUnicastIpAddressEntry
 * and others) to give the adapter addresses and routes. Never fails with a valid handle; otherwise the LUID is 0. */
typedef VOID(WINAPI WINTUN_GET_ADAPTER_LUID_FUNC)(WINTUN_ADAPTER_HANDLE Adapter, NET_LUID *Luid);

/* WintunGetRunningDriverVersion: the version of the driver in use, major in the high word and minor in the low word;
 * 0 on failure. It is the version of Warren's own driver, not a version of the Wintun interface.
 *
 * ERROR_FILE_NOT_FOUND  the driver is not running: no adapter exists */
typedef DWORD(WINAPI WINTUN_GET_RUNNING_DRIVER_VERSION_FUNC)(VOID);

/* ---- logger ----------------------------------------------------------------------------------------------------- */

typedef enum {
    WINTUN_LOG_INFO, /* something took place that one may want to know */
    WINTUN_LOG_WARN, /* something was not as it should be, and was dealt with */
    WINTUN_LOG_ERR   /* a function fails because of this */
} WINTUN_LOGGER_LEVEL;

/* Level      how serious
 * Timestamp  when: 100-nanosecond intervals since 1601-01-01 UTC, as in a FILETIME
 * Message    one line without a line break, only valid during the call
 *
 * The callback runs in the thread that called the library (or, rarely, in one of the system's), possibly in several
 * threads at once. It must return, and must not call the library. The last error is preserved around it. */
typedef VOID(CALLBACK *WINTUN_LOGGER_CALLBACK)(WINTUN_LOGGER_LEVEL Level, DWORD64 Timestamp, LPCWSTR Message);

/* WintunSetLogger: sets the process-wide logger; NULL turns logging off, which is the initial state. When the function
 * returns the previous callback is no longer running and will not be called again, so the module that holds it may be
 * unloaded. */
typedef VOID(WINAPI WINTUN_SET_LOGGER_FUNC)(WINTUN_LOGGER_CALLBACK NewLogger);

/* ---- sessions --------------------------------------------------------------------------------------------------- */

#define WINTUN_MIN_RING_CAPACITY 0x20000   /* 128 KiB */
#define WINTUN_MAX_RING_CAPACITY 0x4000000 /* 64 MiB */

/* A program's hold on an adapter's packets: one ring in each direction. */
typedef struct _TUN_SESSION *WINTUN_SESSION_HANDLE;

/* WintunStartSession: connects the program to the adapter. The interface reports "connected" while a session exists.
 *
 * Capacity  Bytes of each of the two rings: a power of two from WINTUN_MIN_RING_CAPACITY to WINTUN_MAX_RING_CAPACITY.
 *           Each packet takes its size, rounded up to 16, plus 16 bytes. The memory is not pageable.
 *
 * Returns a handle to be freed with WintunEndSession. An adapter has one session at a time, over all processes.
 *
 * ERROR_INVALID_PARAMETER    Capacity is no power of two or out of range
 * ERROR_INVALID_HANDLE       Adapter is no open adapter
 * ERROR_ALREADY_INITIALIZED  the adapter has a session already (the code that existing programs look for)
 * ERROR_ACCESS_DENIED        no administrator rights
 * ERROR_REVISION_MISMATCH    library and running driver are of different versions that do not fit together
 * ERROR_NOT_SUPPORTED        a 32-bit program on a 64-bit system
 * ERROR_FILE_NOT_FOUND, ERROR_DEVICE_REMOVED          the adapter is gone
 * ERROR_NOT_ENOUGH_MEMORY, ERROR_NO_SYSTEM_RESOURCES  no memory for the rings */
typedef WINTUN_SESSION_HANDLE(WINAPI WINTUN_START_SESSION_FUNC)(WINTUN_ADAPTER_HANDLE Adapter, DWORD Capacity);

/* WintunEndSession: disconnects, and frees the session with everything that belongs to it: the rings, all packets
 * received and not released, all packets allocated and not sent (those are never sent), and the read-wait event.
 * NULL is ignored.
 *
 * No other thread may be inside, or enter, a function with this handle, nor touch a packet of it, nor wait for its
 * event: tell such threads to stop by an event of your own, and join them first. */
typedef VOID(WINAPI WINTUN_END_SESSION_FUNC)(WINTUN_SESSION_HANDLE Session);

/* WintunGetReadWaitEvent: the event to wait for when WintunReceivePacket said ERROR_NO_MORE_ITEMS. It belongs to the
 * session: do not close, set or reset it.
 *
 * The event resets itself when a wait on it succeeds. It is set when packets arrive after WintunReceivePacket found
 * none (or after the session began), and when the session has ended by itself. So the correct loop is: receive until
 * ERROR_NO_MORE_ITEMS, then wait. A wait may, rarely, succeed with nothing to receive. Waiting while packets are left
 * unread may last until the next failed receive: drain first. After the end (ERROR_HANDLE_EOF) it is set again by each
 * receive, so that all of several waiting threads hear of it. */
typedef HANDLE(WINAPI WINTUN_GET_READ_WAIT_EVENT_FUNC)(WINTUN_SESSION_HANDLE Session);

/* The largest packet in either direction, whatever the interface's MTU. */
#define WINTUN_MAX_IP_PACKET_SIZE 0xFFFF

/* WintunReceivePacket: takes the oldest unread packet, without sleeping. While packets come fast it may look for the next
 * one for up to 10 microseconds before it says that there is none; other threads can use the session meanwhile.
 *
 * PacketSize  receives the packet's size in bytes, 1 to WINTUN_MAX_IP_PACKET_SIZE.
 *
 * Returns a pointer into the ring. The packet is the caller's, to read and to write, until it is given back with
 * WintunReleaseReceivePacket. Several packets may be held at once; what is held occupies the ring, and a full ring
 * makes the system lose packets, so do not sit on them. Concurrent callers get different packets, in ring order.
 *
 * ERROR_NO_MORE_ITEMS  there is none now; wait for the read-wait event
 * ERROR_HANDLE_EOF     the adapter is being removed, the session is over: end it. Packets that arrived before are
 *                      still delivered first.
 * ERROR_INVALID_DATA   the ring is damaged (the process has overwritten it): end the session */
typedef BYTE *(WINAPI WINTUN_RECEIVE_PACKET_FUNC)(WINTUN_SESSION_HANDLE Session, DWORD *PacketSize);

/* WintunReleaseReceivePacket: gives a received packet back. Any thread may release any packet of the session, in any
 * order; its room is used again once all packets received before it are released too. A pointer that is not a packet
 * received and not yet released changes nothing and is logged as an error. Does not change the last error. */
typedef VOID(WINAPI WINTUN_RELEASE_RECEIVE_PACKET_FUNC)(WINTUN_SESSION_HANDLE Session, const BYTE *Packet);

/* WintunAllocateSendPacket: reserves room for a packet to be sent, without sleeping; the same holds for room.
 *
 * PacketSize  the exact size of the packet, 1 to WINTUN_MAX_IP_PACKET_SIZE.
 *
 * Returns a pointer into the ring: write the packet there (its content is undefined before), then pass the pointer to
 * WintunSendPacket. Packets are sent in the order in which they were allocated, so an allocated packet that is not
 * sent holds up all later ones; it cannot be taken back.
 *
 * ERROR_BUFFER_OVERFLOW    the ring is full; try again when the driver has caught up
 * ERROR_HANDLE_EOF         the adapter is being removed, the session is over: end it
 * ERROR_INVALID_DATA       the ring is damaged (the process has overwritten it): end the session
 * ERROR_INVALID_PARAMETER  PacketSize is 0 or too large */
typedef BYTE *(WINAPI WINTUN_ALLOCATE_SEND_PACKET_FUNC)(WINTUN_SESSION_HANDLE Session, DWORD PacketSize);

/* WintunSendPacket: hands a packet over. It goes out once all packets allocated before it have been handed over, too;
 * from then on the memory must not be touched. Any thread may send any packet. Nothing is reported back: a packet that
 * is no well-formed IPv4 or IPv6 packet is counted by the driver and thrown away. A pointer that is not a packet
 * allocated and not yet sent changes nothing and is logged as an error. Does not change the last error. */
typedef VOID(WINAPI WINTUN_SEND_PACKET_FUNC)(WINTUN_SESSION_HANDLE Session, const BYTE *Packet);

#ifdef __cplusplus
}
#endif

#endif
