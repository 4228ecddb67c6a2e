// SPDX-FileCopyrightText: 2026 The Warren Authors
// SPDX-License-Identifier: MIT

// Package svc lets a program be a Windows service (https://learn.microsoft.com/windows/win32/services/services). It has what
// programs use that only start, stop and say that they run.
package svc

import (
	"sync"
	"syscall"

	"golang.org/x/sys/windows"
)

type (
	State    uint32
	Cmd      uint32
	Accepted uint32
)

const (
	Stopped      = State(windows.SERVICE_STOPPED)
	StartPending = State(windows.SERVICE_START_PENDING)
	StopPending  = State(windows.SERVICE_STOP_PENDING)
	Running      = State(windows.SERVICE_RUNNING)

	Stop        = Cmd(windows.SERVICE_CONTROL_STOP)
	Interrogate = Cmd(windows.SERVICE_CONTROL_INTERROGATE)
	Shutdown    = Cmd(windows.SERVICE_CONTROL_SHUTDOWN)

	AcceptStop     = Accepted(windows.SERVICE_ACCEPT_STOP)
	AcceptShutdown = Accepted(windows.SERVICE_ACCEPT_SHUTDOWN)
)

type Status struct {
	State   State
	Accepts Accepted
}

type ChangeRequest struct {
	Cmd           Cmd
	CurrentStatus Status
}

type Handler interface {
	Execute(args []string, r <-chan ChangeRequest, s chan<- Status) (svcSpecificEC bool, exitCode uint32)
}

// IsAnInteractiveSession says whether the process was not started as a service: those have the group SERVICE.
func IsAnInteractiveSession() (bool, error) {
	service, err := windows.CreateWellKnownSid(windows.WinServiceSid)
	if err != nil {
		return false, err
	}
	groups, err := windows.GetCurrentProcessToken().GetTokenGroups()
	if err != nil {
		return false, err
	}
	for _, group := range groups.AllGroups() {
		if group.Sid.Equals(service) {
			return false, nil
		}
	}
	return true, nil
}

// Run returns when the service has stopped, or when the process was not started as one.
func Run(name string, handler Handler) error {
	name16, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return err
	}
	var lock sync.Mutex
	var handle windows.Handle
	var current Status
	requests := make(chan ChangeRequest, 8)
	tell := func(status Status, code uint32) {
		lock.Lock()
		defer lock.Unlock()
		current = status
		windows.SetServiceStatus(handle, &windows.SERVICE_STATUS{ServiceType: windows.SERVICE_WIN32_OWN_PROCESS,
			CurrentState: uint32(status.State), ControlsAccepted: uint32(status.Accepts), Win32ExitCode: code})
	}
	control := syscall.NewCallback(func(cmd Cmd, _, _, _ uintptr) uintptr {
		lock.Lock()
		defer lock.Unlock()
		requests <- ChangeRequest{Cmd: cmd, CurrentStatus: current}
		return 0
	})
	main := syscall.NewCallback(func(uint32, **uint16) uintptr {
		if handle, err = windows.RegisterServiceCtrlHandlerEx(name16, control, 0); err != nil {
			return 0
		}
		changes, told := make(chan Status), make(chan struct{})
		go func() {
			for status := range changes {
				tell(status, 0)
			}
			close(told)
		}()
		_, code := handler.Execute([]string{name}, requests, changes)
		close(changes)
		<-told
		tell(Status{State: Stopped}, code)
		return 0
	})
	table := [2]windows.SERVICE_TABLE_ENTRY{{ServiceName: name16, ServiceProc: main}}
	if failed := windows.StartServiceCtrlDispatcher(&table[0]); failed != nil {
		return failed
	}
	return err
}
