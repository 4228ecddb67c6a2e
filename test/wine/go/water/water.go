// SPDX-FileCopyrightText: 2026 The Warren Authors
// SPDX-License-Identifier: MIT

// Package water stands where programs look for TAP devices, which they take when there is no wintun.dll. Here there is one.
package water

import (
	"errors"
	"io"
)

type DeviceType int

const TUN DeviceType = 1

type PlatformSpecificParams struct{ ComponentID, Network string }

type Config struct {
	DeviceType DeviceType
	PlatformSpecificParams
}

type Interface struct{ io.ReadWriteCloser }

func (*Interface) Name() string { return "" }

func New(Config) (*Interface, error) {
	return nil, errors.New("this program was built without TAP devices, and there is no wintun.dll where it looks")
}
