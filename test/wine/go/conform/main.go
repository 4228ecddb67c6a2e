// SPDX-FileCopyrightText: 2026 The Warren Authors
// SPDX-License-Identifier: MIT

// The command conform says of Go what test/wine/conform/conform.c says of C compilers, in the same words: what its structures
// look like, what calls give, and a client that takes one packet at a time. The structures are written from docs/api.md.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"syscall"
	"time"
	"unsafe"
)

type guid struct {
	Data1        uint32
	Data2, Data3 uint16
	Data4        [8]byte
}
type luid struct{ Value uint64 }
type level int32
type packet struct {
	Data   *byte
	Length uint32
}
type adapterOptions struct {
	Size, Flags       uint32
	Name, TunnelType  *uint16
	Guid              *guid
	Sddl, Description *uint16
	Mtu, TimeoutMs    uint32
}
type adapterInfo struct {
	Size, Flags                              uint32
	Name                                     [128]uint16
	InstanceId                               [200]uint16
	InterfaceGuid                            guid
	Luid                                     luid
	Present, Started, Problem, ProblemStatus uint32
}
type versions struct {
	Size                        uint32
	Library, Installed, Running [4]uint16
	Packages, Carried           uint32
}
type failure struct {
	Size, Win32                    uint32
	Stage                          int32
	ConfigRet, ProblemCode, Status uint32
	Text                           [256]uint16
}
type statistics struct {
	Size, SessionActive                                                 uint32
	ToClientPackets, ToClientBytes                                      uint64
	ToClientDroppedFull, ToClientDroppedRefused, ToClientDroppedInvalid uint64
	ToStackPackets, ToStackBytes                                        uint64
	ToStackDroppedInvalid, ToStackFromReserve                           uint64
	ClientWakeUps, DriverSleeps                                         uint64
}
type sessionStatistics struct {
	Size, Capacity, ToClientUsed, ToStackUsed uint32
	Received, ReceivedBytes, Sent, SentBytes  uint64
	ReceiveEmpty, SendFull, DriverKicks       uint64
}
type captured struct {
	Timestamp                   uint64
	Direction, Length, Captured uint32
	Data                        *byte
}
type captureStatistics struct {
	Size, Reserved                uint32
	ToClientSeen, ToClientDropped uint64
	ToStackSeen, ToStackDropped   uint64
}

func say(name string, value interface{}) { fmt.Println(name, value) }

func layouts() {
	for _, one := range []struct {
		name string
		is   interface{}
	}{{"GUID", guid{}}, {"NET_LUID", luid{}}, {"WINTUN_LOGGER_LEVEL", level(0)}, {"WARREN_PACKET", packet{}},
		{"WARREN_ADAPTER_OPTIONS", adapterOptions{}}, {"WARREN_ADAPTER_INFO", adapterInfo{}}, {"WARREN_VERSIONS", versions{}},
		{"WARREN_ERROR", failure{}}, {"WARREN_STATISTICS", statistics{}}, {"WARREN_SESSION_STATISTICS", sessionStatistics{}},
		{"WARREN_CAPTURED", captured{}}, {"WARREN_CAPTURE_STATISTICS", captureStatistics{}}} {
		kind := reflect.TypeOf(one.is)
		say("size "+one.name, kind.Size())
		say("align "+one.name, kind.Align())
		for at := 0; kind.Kind() == reflect.Struct && at < kind.NumField(); at++ {
			field := kind.Field(at)
			say("offset "+one.name+"."+field.Name, field.Offset)
			say("size "+one.name+"."+field.Name, field.Type.Size())
		}
	}
	for name, value := range map[string]int{"WINTUN_LOG_INFO": 0, "WINTUN_LOG_WARN": 1, "WINTUN_LOG_ERR": 2,
		"WINTUN_MIN_RING_CAPACITY": 0x20000, "WINTUN_MAX_RING_CAPACITY": 0x4000000, "WINTUN_MAX_IP_PACKET_SIZE": 0xffff} {
		say("value "+name, value)
	}
}

var (
	library             *syscall.DLL
	logged, loggedBadly uint32
)

func logger(severity level, timestamp uint64, message *uint16) uintptr {
	logged++
	at := time.Unix(0, (int64(timestamp)-116444736000000000)*100)
	if since := time.Since(at); since < -time.Minute || since > time.Minute || severity < 0 || severity > 2 || message == nil || *message == 0 {
		loggedBadly++
	}
	return 0
}

// Addresses among the arguments stay what they are: Go moves stacks.
//
//go:uintptrescapes
func call(name string, arguments ...uintptr) (uintptr, syscall.Errno) {
	value, _, err := syscall.SyscallN(library.MustFindProc(name).Addr(), arguments...)
	return value, err
}

func text(of string) uintptr {
	pointer, err := syscall.UTF16PtrFromString(of)
	if err != nil {
		panic(err)
	}
	kept = append(kept, pointer)
	return uintptr(unsafe.Pointer(pointer))
}

var kept []*uint16

func fails(name string, arguments ...uintptr) {
	value, err := call(name, arguments...)
	say("returns "+name, value)
	say("error "+name, uint32(err))
}

func flag(name string, is bool) {
	value := 0
	if is {
		value = 1
	}
	say(name, value)
}

func answer(packet []byte) {
	var other [4]byte
	copy(other[:], packet[12:16])
	copy(packet[12:16], packet[16:20])
	copy(packet[16:20], other[:])
	packet[20] = 0
	sum := uint32(packet[22])<<8 + uint32(packet[23]) + 0x0800
	sum += sum >> 16
	packet[22], packet[23] = byte(sum>>8), byte(sum)
}

func memory(address uintptr, size uint32) []byte {
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&address)), size)
}

func serve(session uintptr) (answered int) {
	event, _ := call("WintunGetReadWaitEvent", session)
	for more := true; more; {
		var size uint32
		address, err := call("WintunReceivePacket", session, uintptr(unsafe.Pointer(&size)))
		if address == 0 {
			if err != 259 { // ERROR_NO_MORE_ITEMS
				return
			}
			if is, _ := syscall.WaitForSingleObject(syscall.Handle(event), 20000); is != syscall.WAIT_OBJECT_0 {
				return
			}
			continue
		}
		in := memory(address, size)
		if size == 84 && in[0] == 0x45 && in[9] == 1 && in[20] == 8 {
			to, _ := call("WintunAllocateSendPacket", session, uintptr(size))
			if to == 0 {
				return
			}
			out := memory(to, size)
			copy(out, in)
			answer(out)
			call("WintunSendPacket", session, to)
			answered++
		}
		more = !(size >= 28 && in[0] == 0x45 && in[9] == 17 && in[19] == 3)
		call("WintunReleaseReceivePacket", session, address)
	}
	return
}

func calls() {
	wanted := guid{0xcf8f1dee, 0x3b5a, 0x4d0e, [8]byte{0x92, 0x11, 0x5b, 0x0c, 0x3c, 0x84, 0x0a, 0x17}}
	var id luid
	var is versions
	var counted sessionStatistics
	call("WintunSetLogger", syscall.NewCallback(logger))
	fails("WintunGetRunningDriverVersion")
	fails("WintunOpenAdapter", text("Nobody"))
	fails("WintunCreateAdapter", text(""), text("Conform"), uintptr(unsafe.Pointer(&wanted)))
	adapter, _ := call("WintunCreateAdapter", text("Conform"), text("Conform"), uintptr(unsafe.Pointer(&wanted)))
	flag("created", adapter != 0)
	if adapter == 0 {
		os.Exit(1)
	}
	call("WintunGetAdapterLUID", adapter, uintptr(unsafe.Pointer(&id)))
	say("type of the LUID", id.Value>>48)
	version, _ := call("WintunGetRunningDriverVersion")
	say("version", uint32(version))
	is.Size = uint32(unsafe.Sizeof(is))
	known, _ := call("WarrenGetVersions", uintptr(unsafe.Pointer(&is)))
	say("versions", uint32(known))
	say("packages", is.Packages)
	say("carried", is.Carried)
	fails("WintunStartSession", adapter, 0x30000)
	session, _ := call("WintunStartSession", adapter, 0x20000)
	flag("started", session != 0)
	if session == 0 {
		os.Exit(1)
	}
	fails("WintunAllocateSendPacket", session, 0)
	fails("WintunAllocateSendPacket", session, 0xCCCCCCCC00010000)
	for {
		var size uint32
		if address, err := call("WintunReceivePacket", session, uintptr(unsafe.Pointer(&size))); address == 0 {
			say("error of an empty ring", uint32(err))
			break
		}
	}
	fmt.Println("ready")
	say("answered", serve(session))
	counted.Size = uint32(unsafe.Sizeof(counted))
	known, _ = call("WarrenGetSessionStatistics", session, uintptr(unsafe.Pointer(&counted)))
	say("statistics", uint32(known))
	say("capacity", counted.Capacity)
	say("sent", counted.Sent)
	say("bytes sent", counted.SentBytes)
	call("WintunEndSession", session)
	call("WintunCloseAdapter", adapter)
	deleted, _ := call("WintunDeleteDriver")
	say("deleted", uint32(deleted))
	call("WintunSetLogger", 0)
	flag("logged", logged != 0)
	say("logged badly", loggedBadly)
	// What Go's runtime takes care of by itself.
	say("misaligned", 0)
	say("spoilt", 0)
}

func main() {
	layouts()
	program, err := os.Executable()
	if err == nil {
		library, err = syscall.LoadDLL(filepath.Join(filepath.Dir(program), "wintun.dll"))
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	calls()
}
