# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# Every name that Windows gets to see, once. A vendor who ships a private build changes this file and nothing else; the
# GUIDs must then be new ones (uuidgen).

VERSION_MAJOR := 0
VERSION_MINOR := 1
VERSION_PATCH := 0
# Of the driver package, mm/dd/yyyy: when this version was made.
BRAND_DRIVER_DATE := 11/23/2026

BRAND := Warren
BRAND_FILE := warren
BRAND_COMPANY := The Warren Authors
BRAND_DESCRIPTION := Warren Layer-3 Tunnel

# Service, software-device enumerator, hardware id; the prefix of control devices; the names of mutexes.
BRAND_SERVICE := Warren
BRAND_ENUMERATOR := Warren
BRAND_HARDWARE_ID := Warren
BRAND_DEVICE_PREFIX := WARREN
BRAND_MUTEX := Global\\Warren

# Four characters, as the driver's allocations show in a debugger.
BRAND_POOL_TAG := Wrrn

# Adapters that are not given a GUID get one derived from this and their name and type.
BRAND_NAMESPACE_GUID := 6f0d8c5e-3c2b-4b54-9d0f-5c1f2c9be1a7
# Properties of our devices: 2 name, 3 SDDL of the control device, 4 flags.
BRAND_PROPERTY_GUID := b8a0bb9d-7d51-4b0c-8f5a-2f6f7d0a9c43
