# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# A second brand, as a vendor would have one: the tests run it beside the first.

VERSION_MAJOR := 0
VERSION_MINOR := 1
VERSION_PATCH := 0
# Of the driver package, mm/dd/yyyy: when this version was made.
BRAND_DRIVER_DATE := 11/23/2026

BRAND := Second
BRAND_FILE := second
BRAND_COMPANY := Second & Sons
BRAND_DESCRIPTION := Second Tunnel

# Service, software-device enumerator, hardware id; the prefix of control devices; the names of mutexes.
BRAND_SERVICE := SecondTun
BRAND_ENUMERATOR := SecondTun
BRAND_HARDWARE_ID := SecondTun
BRAND_DEVICE_PREFIX := SECOND
BRAND_MUTEX := Global\\Second

# Four characters, as the driver's allocations show in a debugger.
BRAND_POOL_TAG := Scnd

# Adapters that are not given a GUID get one derived from this and their name and type.
BRAND_NAMESPACE_GUID := 0d5d0a51-7c4a-4a52-8f3e-2a7c55d1c9b4
# Properties of our devices: 2 name, 3 SDDL of the control device, 4 flags.
BRAND_PROPERTY_GUID := 5c1e2f0a-93d4-4be1-a6f7-1b0c9e8d7a65
