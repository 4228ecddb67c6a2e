// SPDX-FileCopyrightText: 2026 The Warren Authors
// SPDX-License-Identifier: MIT

// Package wintun calls the client library, wintun.dll. It has what programs written in Go
// use of the API; errors are those that the library leaves behind.
package wintun

import (
	"errors"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

const (
	PacketSizeMax   = 0xffff
	RingCapacityMin = 0x20000
	RingCapacityMax = 0x4000000
	AdapterNameMax  = 128
)

type Adapter struct{ handle uintptr }
type Session struct{ handle uintptr }

var (
	library           = windows.NewLazyDLL("wintun.dll")
	createAdapter     = library.NewProc("WintunCreateAdapter")
	openAdapter       = library.NewProc("WintunOpenAdapter")
	closeAdapter      = library.NewProc("WintunCloseAdapter")
	deleteDriver      = library.NewProc("WintunDeleteDriver")
	getAdapterLUID    = library.NewProc("WintunGetAdapterLUID")
	getRunningVersion = library.NewProc("WintunGetRunningDriverVersion")
	startSession      = library.NewProc("WintunStartSession")
	endSession        = library.NewProc("WintunEndSession")
	getReadWaitEvent  = library.NewProc("WintunGetReadWaitEvent")
	receivePacket     = library.NewProc("WintunReceivePacket")
	releasePacket     = library.NewProc("WintunReleaseReceivePacket")
	allocatePacket    = library.NewProc("WintunAllocateSendPacket")
	sendPacket        = library.NewProc("WintunSendPacket")
	setLogger         = library.NewProc("WintunSetLogger")
)

// load finds the library beside the program or among the system's, and nowhere else; if the program has loaded one of that
// name already, that is taken.
func load() error {
	_, err := windows.LoadLibraryEx("wintun.dll", 0, windows.LOAD_LIBRARY_SEARCH_APPLICATION_DIR|windows.LOAD_LIBRARY_SEARCH_SYSTEM32)
	if err != nil {
		return err
	}
	return library.Load()
}

// failed says why a call returned nothing.
func failed(err error) error {
	if errno, ok := err.(syscall.Errno); !ok || errno == 0 {
		return errors.New("failed without an error code")
	}
	return err
}

type LogLevel int32

const (
	LogInfo LogLevel = iota
	LogWarn
	LogErr
)

// SetLogger may be called as often as Go has room for callbacks; nil turns the logger off. It is called on whatever thread
// has something to say.
func SetLogger(logger func(level LogLevel, at time.Time, line string)) error {
	if err := load(); err != nil {
		return err
	}
	var callback uintptr
	if logger != nil {
		callback = windows.NewCallback(func(level LogLevel, timestamp uint64, line *uint16) uintptr {
			logger(level, time.Unix(0, (int64(timestamp)-116444736000000000)*100), windows.UTF16PtrToString(line))
			return 0
		})
	}
	setLogger.Call(callback)
	return nil
}

func CreateAdapter(name string, tunnelType string, guid *windows.GUID) (*Adapter, error) {
	name16, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return nil, err
	}
	type16, err := windows.UTF16PtrFromString(tunnelType)
	if err != nil {
		return nil, err
	}
	if err := load(); err != nil {
		return nil, err
	}
	handle, _, err := createAdapter.Call(uintptr(unsafe.Pointer(name16)), uintptr(unsafe.Pointer(type16)),
		uintptr(unsafe.Pointer(guid)))
	if handle == 0 {
		return nil, failed(err)
	}
	return &Adapter{handle}, nil
}

func OpenAdapter(name string) (*Adapter, error) {
	name16, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return nil, err
	}
	handle, _, err := openAdapter.Call(uintptr(unsafe.Pointer(name16)))
	if handle == 0 {
		return nil, failed(err)
	}
	return &Adapter{handle}, nil
}

func (adapter *Adapter) Close() error {
	closeAdapter.Call(adapter.handle)
	return nil
}

func Uninstall() error {
	done, _, err := deleteDriver.Call()
	if done == 0 {
		return failed(err)
	}
	return nil
}

func (adapter *Adapter) LUID() (luid uint64) {
	getAdapterLUID.Call(adapter.handle, uintptr(unsafe.Pointer(&luid)))
	return
}

func RunningVersion() (uint32, error) {
	version, _, err := getRunningVersion.Call()
	if version == 0 {
		return 0, failed(err)
	}
	return uint32(version), nil
}

func (adapter *Adapter) StartSession(capacity uint32) (Session, error) {
	handle, _, err := startSession.Call(adapter.handle, uintptr(capacity))
	if handle == 0 {
		return Session{}, failed(err)
	}
	return Session{handle}, nil
}

func (session Session) End() { endSession.Call(session.handle) }

func (session Session) ReadWaitEvent() windows.Handle {
	handle, _, _ := getReadWaitEvent.Call(session.handle)
	return windows.Handle(handle)
}

// bytes is memory of the ring, which is not Go's.
func bytes(address uintptr, size uint32) []byte {
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&address)), size)
}

func (session Session) ReceivePacket() ([]byte, error) {
	var size uint32
	packet, _, err := syscall.SyscallN(receivePacket.Addr(), session.handle, uintptr(unsafe.Pointer(&size)))
	if packet == 0 {
		return nil, failed(err)
	}
	return bytes(packet, size), nil
}

func (session Session) ReleaseReceivePacket(packet []byte) {
	syscall.SyscallN(releasePacket.Addr(), session.handle, uintptr(unsafe.Pointer(&packet[0])))
}

func (session Session) AllocateSendPacket(size int) ([]byte, error) {
	packet, _, err := syscall.SyscallN(allocatePacket.Addr(), session.handle, uintptr(size))
	if packet == 0 {
		return nil, failed(err)
	}
	return bytes(packet, uint32(size)), nil
}

func (session Session) SendPacket(packet []byte) {
	syscall.SyscallN(sendPacket.Addr(), session.handle, uintptr(unsafe.Pointer(&packet[0])))
}
