#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# inf.sh MACHINE: fills driver/warren.inf.in, on standard input, with brand.mk's names, which make exports. The output has
# Windows' line ends.
set -eu

case $1 in x64) machine=amd64 ;; arm64) machine=ARM64 ;; *) exit 2 ;; esac

text=$(cat)
put() { text=${text//"@$1@"/"$2"}; }
put FILE "$BRAND_FILE"
put DATE "$BRAND_DRIVER_DATE"
put MACHINE "$machine"
put VERSION "$VERSION_MAJOR.$VERSION_MINOR.$VERSION_PATCH.0"
put HARDWARE_ID "$BRAND_HARDWARE_ID"
put SERVICE "$BRAND_SERVICE"
put COMPANY "$BRAND_COMPANY"
put DESCRIPTION "$BRAND_DESCRIPTION"
while IFS= read -r line; do printf '%s\r\n' "$line"; done <<<"$text"
