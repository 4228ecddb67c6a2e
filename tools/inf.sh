#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# inf.sh MACHINE: fills driver/warren.inf.in, on standard input, with brand.mk's names, which make exports. The output has
# Windows' line ends.
set -eu

case $1 in x64) machine=amd64 ;; arm64) machine=ARM64 ;; *) exit 2 ;; esac

sed -e "s/@FILE@/$BRAND_FILE/g" -e "s|@DATE@|$BRAND_DRIVER_DATE|g" -e "s/@MACHINE@/$machine/g" \
    -e "s/@VERSION@/$VERSION_MAJOR.$VERSION_MINOR.$VERSION_PATCH.0/g" -e "s/@HARDWARE_ID@/$BRAND_HARDWARE_ID/g" \
    -e "s/@SERVICE@/$BRAND_SERVICE/g" -e "s/@COMPANY@/${BRAND_COMPANY//&/\\\\&}/g" \
    -e "s/@DESCRIPTION@/${BRAND_DESCRIPTION//&/\\\\&}/g" -e 's/$/\r/'
