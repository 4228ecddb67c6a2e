// SPDX-FileCopyrightText: 2026 The Warren Authors
// SPDX-License-Identifier: MIT

// Package winipcfg sets addresses, routes and parameters of IP interfaces by the functions of netioapi.h
// (https://learn.microsoft.com/windows/win32/api/netioapi/). It has what nebula and yggdrasil use.
package winipcfg

import (
	"net"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/windows"
)

type (
	LUID                    uint64
	AddressFamily           uint16
	GAAFlags                uint32
	IfOperStatus            uint32
	RouterDiscoveryBehavior int32
)

const (
	GAAFlagDefault          GAAFlags                = 0
	IfOperStatusUp          IfOperStatus            = 1
	RouterDiscoveryDisabled RouterDiscoveryBehavior = 0
)

var (
	library           = windows.NewLazySystemDLL("iphlpapi.dll")
	initializeAddress = library.NewProc("InitializeUnicastIpAddressEntry")
	createAddress     = library.NewProc("CreateUnicastIpAddressEntry")
	deleteAddress     = library.NewProc("DeleteUnicastIpAddressEntry")
	getAddresses      = library.NewProc("GetUnicastIpAddressTable")
	getInterface      = library.NewProc("GetIpInterfaceEntry")
	setInterface      = library.NewProc("SetIpInterfaceEntry")
	initializeRoute   = library.NewProc("InitializeIpForwardEntry")
	createRoute       = library.NewProc("CreateIpForwardEntry2")
	deleteRoute       = library.NewProc("DeleteIpForwardEntry2")
	getRoutes         = library.NewProc("GetIpForwardTable2")
	freeTable         = library.NewProc("FreeMibTable")
	luidToGUID        = library.NewProc("ConvertInterfaceLuidToGuid")
	indexToLUID       = library.NewProc("ConvertInterfaceIndexToLuid")
	setInterfaceDNS   = library.NewProc("SetInterfaceDnsSettings")
)

// call returns the error that the function does, or that there is no such function.
//
//go:uintptrescapes
func call(procedure *windows.LazyProc, arguments ...uintptr) error {
	if err := procedure.Find(); err != nil {
		return err
	}
	if status, _, _ := procedure.Call(arguments...); status != 0 {
		return windows.Errno(status)
	}
	return nil
}

// socketAddress is SOCKADDR_INET.
type socketAddress struct {
	family  AddressFamily
	port    uint16
	ipv4    [4]byte // flow information of IPv6
	ipv6    [16]byte
	scopeID uint32
}

func socketOf(address netip.Addr) (is socketAddress) {
	if address = address.Unmap(); address.Is4() {
		is.family, is.ipv4 = windows.AF_INET, address.As4()
	} else {
		is.family, is.ipv6 = windows.AF_INET6, address.As16()
	}
	return
}

type addressRow struct {
	address                          socketAddress
	luid                             LUID
	index                            uint32
	prefixOrigin, suffixOrigin       int32
	validLifetime, preferredLifetime uint32
	onLinkPrefixLength, skipAsSource uint8
	dadState                         int32
	scopeID                          uint32
	created                          int64
}

type routeRow struct {
	luid                                   LUID
	index                                  uint32
	destination                            socketAddress
	prefixLength                           uint8
	nextHop                                socketAddress
	sitePrefixLength                       uint8
	validLifetime, preferredLifetime       uint32
	metric                                 uint32
	protocol                               int32
	loopback, autoconf, published, forever bool
	age                                    uint32
	origin                                 int32
}

// MibIPInterfaceRow is MIB_IPINTERFACE_ROW.
type MibIPInterfaceRow struct {
	Family                                                      AddressFamily
	InterfaceLUID                                               LUID
	InterfaceIndex, MaxReassemblySize                           uint32
	InterfaceIdentifier                                         uint64
	MinRouterAdvertisementInterval                              uint32
	MaxRouterAdvertisementInterval                              uint32
	AdvertisingEnabled, ForwardingEnabled, WeakHostSend         bool
	WeakHostReceive, UseAutomaticMetric                         bool
	UseNeighborUnreachabilityDetection                          bool
	ManagedAddressConfigurationSupported                        bool
	OtherStatefulConfigurationSupported                         bool
	AdvertiseDefaultRoute                                       bool
	RouterDiscoveryBehavior                                     RouterDiscoveryBehavior
	DadTransmits, BaseReachableTime, RetransmitTime             uint32
	PathMTUDiscoveryTimeout                                     uint32
	LinkLocalAddressBehavior                                    int32
	LinkLocalAddressTimeout                                     uint32
	ZoneIndices                                                 [16]uint32
	SitePrefixLength, Metric, NLMTU                             uint32
	Connected, SupportsWakeUpPatterns, SupportsNeighbor, Router bool
	ReachableTime                                               uint32
	TransmitOffload, ReceiveOffload, DisableDefaultRoutes       uint8
}

// The sizes that netioapi.h gives them.
var (
	_ [80]byte  = [unsafe.Sizeof(addressRow{})]byte{}
	_ [104]byte = [unsafe.Sizeof(routeRow{})]byte{}
	_ [168]byte = [unsafe.Sizeof(MibIPInterfaceRow{})]byte{}
)

// each calls visit with every row, of rowSize bytes, of the table that get returns.
func each(get *windows.LazyProc, family AddressFamily, rowSize uintptr, visit func(row unsafe.Pointer) error) error {
	var table *uint32
	if err := call(get, uintptr(family), uintptr(unsafe.Pointer(&table))); err != nil {
		return err
	}
	defer freeTable.Call(uintptr(unsafe.Pointer(table)))
	for at := uintptr(0); at < uintptr(*table); at++ {
		if err := visit(unsafe.Add(unsafe.Pointer(table), 8+at*rowSize)); err != nil {
			return err
		}
	}
	return nil
}

func (luid LUID) FlushIPAddresses(family AddressFamily) error {
	return each(getAddresses, family, unsafe.Sizeof(addressRow{}), func(at unsafe.Pointer) error {
		if (*addressRow)(at).luid != luid {
			return nil
		}
		return call(deleteAddress, uintptr(at))
	})
}

func (luid LUID) FlushRoutes(family AddressFamily) error {
	return each(getRoutes, family, unsafe.Sizeof(routeRow{}), func(at unsafe.Pointer) error {
		if (*routeRow)(at).luid != luid {
			return nil
		}
		return call(deleteRoute, uintptr(at))
	})
}

func (luid LUID) addressRow(prefix netip.Prefix) (row addressRow, err error) {
	if err = initializeAddress.Find(); err != nil {
		return
	}
	initializeAddress.Call(uintptr(unsafe.Pointer(&row)))
	row.luid, row.address, row.onLinkPrefixLength = luid, socketOf(prefix.Addr()), uint8(prefix.Bits())
	row.dadState = 4 // IpDadStatePreferred
	return
}

func (luid LUID) add(prefixes []netip.Prefix) error {
	for _, prefix := range prefixes {
		row, err := luid.addressRow(prefix)
		if err == nil {
			err = call(createAddress, uintptr(unsafe.Pointer(&row)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (luid LUID) SetIPAddresses(prefixes []netip.Prefix) error {
	for _, family := range []AddressFamily{windows.AF_INET, windows.AF_INET6} {
		if err := luid.FlushIPAddresses(family); err != nil {
			return err
		}
	}
	return luid.add(prefixes)
}

func prefixOf(network net.IPNet) netip.Prefix {
	address, _ := netip.AddrFromSlice(network.IP)
	ones, _ := network.Mask.Size()
	return netip.PrefixFrom(address.Unmap(), ones)
}

func (luid LUID) SetIPAddressesForFamily(family AddressFamily, networks []net.IPNet) error {
	if err := luid.FlushIPAddresses(family); err != nil {
		return err
	}
	var prefixes []netip.Prefix
	for _, network := range networks {
		if prefix := prefixOf(network); prefix.Addr().Is4() == (family == windows.AF_INET) {
			prefixes = append(prefixes, prefix)
		}
	}
	return luid.add(prefixes)
}

func (luid LUID) DeleteIPAddress(network net.IPNet) error {
	row, err := luid.addressRow(prefixOf(network))
	if err != nil {
		return err
	}
	return call(deleteAddress, uintptr(unsafe.Pointer(&row)))
}

type RouteData struct {
	Destination netip.Prefix
	NextHop     netip.Addr
	Metric      uint32
}

func (luid LUID) AddRoutes(routes []*RouteData) error {
	for _, route := range routes {
		var row routeRow
		if err := initializeRoute.Find(); err != nil {
			return err
		}
		initializeRoute.Call(uintptr(unsafe.Pointer(&row)))
		row.luid, row.metric = luid, route.Metric
		row.destination, row.prefixLength = socketOf(route.Destination.Addr()), uint8(route.Destination.Bits())
		row.nextHop = socketOf(route.NextHop)
		if err := call(createRoute, uintptr(unsafe.Pointer(&row))); err != nil && err != windows.ERROR_OBJECT_ALREADY_EXISTS {
			return err
		}
	}
	return nil
}

func (luid LUID) IPInterface(family AddressFamily) (*MibIPInterfaceRow, error) {
	row := &MibIPInterfaceRow{Family: family, InterfaceLUID: luid}
	if err := call(getInterface, uintptr(unsafe.Pointer(row))); err != nil {
		return nil, err
	}
	return row, nil
}

func (row *MibIPInterfaceRow) Set() error {
	if row.Family == windows.AF_INET {
		row.SitePrefixLength = 0 // which SetIpInterfaceEntry insists on
	}
	return call(setInterface, uintptr(unsafe.Pointer(row)))
}

// FlushDNS takes the name servers of the interface away. Windows 10 2004 has a function for that.
func (luid LUID) FlushDNS(family AddressFamily) error {
	var guid windows.GUID
	settings := struct {
		version                                         uint32
		flags                                           uint64
		domain, nameServer, searchList                  *uint16
		registration, registerName, llmnr, queryAdapter uint32
		profileNameServer                               *uint16
	}{version: 1, flags: 2 /* DNS_SETTING_NAMESERVER */}
	if family == windows.AF_INET6 {
		settings.flags |= 1 // DNS_SETTING_IPV6
	}
	var none uint16
	settings.nameServer = &none
	if err := call(luidToGUID, uintptr(unsafe.Pointer(&luid)), uintptr(unsafe.Pointer(&guid))); err != nil {
		return err
	}
	return call(setInterfaceDNS, uintptr(unsafe.Pointer(&guid)), uintptr(unsafe.Pointer(&settings)))
}

type SocketAddress struct{ ip net.IP }

func (address SocketAddress) IP() net.IP { return address.ip }

type IPAdapterUnicastAddress struct {
	Next               *IPAdapterUnicastAddress
	Address            SocketAddress
	OnLinkPrefixLength uint8
}

type IPAdapterAddresses struct {
	LUID                LUID
	OperStatus          IfOperStatus
	FirstUnicastAddress *IPAdapterUnicastAddress
	name                string
}

func (adapter *IPAdapterAddresses) FriendlyName() string { return adapter.name }

func GetAdaptersAddresses(family AddressFamily, flags GAAFlags) ([]*IPAdapterAddresses, error) {
	var all []*IPAdapterAddresses
	size := uint32(15000)
	for {
		buffer := make([]byte, size)
		first := (*windows.IpAdapterAddresses)(unsafe.Pointer(&buffer[0]))
		err := windows.GetAdaptersAddresses(uint32(family), uint32(flags), 0, first, &size)
		if err == windows.ERROR_BUFFER_OVERFLOW {
			continue
		}
		if err != nil || size == 0 {
			return nil, err
		}
		for from := first; from != nil; from = from.Next {
			adapter := &IPAdapterAddresses{OperStatus: IfOperStatus(from.OperStatus), name: windows.UTF16PtrToString(from.FriendlyName)}
			index := from.IfIndex
			if index == 0 {
				index = from.Ipv6IfIndex
			}
			if err := call(indexToLUID, uintptr(index), uintptr(unsafe.Pointer(&adapter.LUID))); err != nil {
				return nil, err
			}
			last := &adapter.FirstUnicastAddress
			for at := from.FirstUnicastAddress; at != nil; at = at.Next {
				ip := append(net.IP(nil), at.Address.IP()...)
				*last = &IPAdapterUnicastAddress{Address: SocketAddress{ip}, OnLinkPrefixLength: at.OnLinkPrefixLength}
				last = &(*last).Next
			}
			all = append(all, adapter)
		}
		return all, nil
	}
}
