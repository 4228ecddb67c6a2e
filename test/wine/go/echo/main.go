// SPDX-FileCopyrightText: 2026 The Warren Authors
// SPDX-License-Identifier: MIT

// The command echo answers pings as programs written in Go would: a goroutine that reads, several that answer, one that
// sends, in another order than room was taken, and a collector that never rests. Ends with its counts at Ctrl-C.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/windows"
	"golang.zx2c4.com/wintun"
)

const workers = 4

var logged, badly uint32

func fatal(what string, err error) {
	fmt.Println("failed:", what, err)
	os.Exit(1)
}

func checksum(packet []byte) {
	sum := uint32(packet[2])<<8 + uint32(packet[3])
	// The type, in the upper byte of a word that the sum is over: 8 becomes 0, and 128 becomes 129.
	if packet[0] == 8 {
		packet[0], sum = 0, sum+0x0800
	} else {
		packet[0], sum = 129, sum+0xfeff
	}
	sum = sum&0xffff + sum>>16
	packet[2], packet[3] = byte(sum>>8), byte(sum)
}

// answer makes a reply of a request, in place.
func answer(packet []byte) bool {
	from, size, header := 12, 4, 20
	switch {
	case len(packet) >= 28 && packet[0] == 0x45 && packet[9] == 1 && packet[20] == 8:
	case len(packet) >= 48 && packet[0]>>4 == 6 && packet[6] == 58 && packet[40] == 128:
		from, size, header = 8, 16, 40
	default:
		return false
	}
	for at := from; at < from+size; at++ {
		packet[at], packet[at+size] = packet[at+size], packet[at]
	}
	checksum(packet[header:])
	return true
}

// read gives copies of packets away until the program ends: whatever is the ring's goes back at once.
func read(session wintun.Session, quit windows.Handle, requests chan<- []byte) {
	events := []windows.Handle{quit, session.ReadWaitEvent()}
	defer close(requests)
	for {
		packet, err := session.ReceivePacket()
		switch err {
		case nil:
			requests <- append([]byte(nil), packet...)
			session.ReleaseReceivePacket(packet)
		case windows.ERROR_NO_MORE_ITEMS:
			which, err := windows.WaitForMultipleObjects(events, false, windows.INFINITE)
			if err != nil {
				fatal("WaitForMultipleObjects", err)
			}
			if which == windows.WAIT_OBJECT_0 {
				return
			}
		default:
			fatal("ReceivePacket", err)
		}
	}
}

func write(session wintun.Session, requests <-chan []byte, filled chan<- []byte, answered *uint64) {
	for packet := range requests {
		if !answer(packet) {
			continue
		}
		for {
			room, err := session.AllocateSendPacket(len(packet))
			if err == windows.ERROR_BUFFER_OVERFLOW {
				runtime.Gosched()
				continue
			}
			if err != nil {
				fatal("AllocateSendPacket", err)
			}
			copy(room, packet)
			atomic.AddUint64(answered, 1)
			filled <- room
			break
		}
	}
}

func main() {
	if err := wintun.SetLogger(func(level wintun.LogLevel, at time.Time, line string) {
		atomic.AddUint32(&logged, 1)
		if since := time.Since(at); level > wintun.LogErr || line == "" || since < -time.Minute || since > time.Minute {
			atomic.AddUint32(&badly, 1)
		}
	}); err != nil {
		fatal("wintun.dll", err)
	}
	if _, err := wintun.OpenAdapter("Nobody"); err != windows.ERROR_NOT_FOUND {
		fatal("OpenAdapter of nobody", err)
	}
	adapter, err := wintun.CreateAdapter("Go", "Echo", nil)
	if err != nil {
		fatal("CreateAdapter", err)
	}
	if _, err := adapter.StartSession(wintun.RingCapacityMin + 1); err != windows.ERROR_INVALID_PARAMETER {
		fatal("StartSession of no power of two", err)
	}
	session, err := adapter.StartSession(0x400000)
	if err != nil {
		fatal("StartSession", err)
	}
	quit, err := windows.CreateEvent(nil, 1, 0, nil)
	if err != nil {
		fatal("CreateEvent", err)
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	go func() {
		<-signals
		windows.SetEvent(quit)
	}()

	var answered, collected uint64
	var answerers, others sync.WaitGroup
	requests, filled, done := make(chan []byte, 64), make(chan []byte, 64), make(chan struct{})
	for i := 0; i < workers; i++ {
		answerers.Add(1)
		go func() {
			write(session, requests, filled, &answered)
			answerers.Done()
		}()
	}
	others.Add(2)
	go func() {
		for packet := range filled {
			session.SendPacket(packet)
		}
		others.Done()
	}()
	go func() {
		for ; ; collected++ {
			select {
			case <-done:
				others.Done()
				return
			default:
				runtime.GC()
			}
		}
	}()
	fmt.Printf("ready: LUID %#x\n", adapter.LUID())
	read(session, quit, requests)
	answerers.Wait()
	close(filled)
	close(done)
	others.Wait()
	session.End()
	adapter.Close()
	wintun.SetLogger(nil)
	fmt.Printf("answered %d, collected %v, logged %v, badly %d\n", answered, collected > 10, logged > 0, badly)
}
