#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# The INFs of both machines and both brands, read by a parser that follows all their references.
. "$(dirname "$0")/../tools/tap.sh"

good() { tools/inf_check.py --machine "$1" --brand "$2" "$3"; }
same() { diff <(sed 's/ARM64/amd64/' "$O/win-arm64/warren.inf") "$O/win-x64/warren.inf"; }
# No name of the first brand stays in the second's. (Comments may name the files of the source.)
separate() { ! sed 's/;.*//' "$@" | grep -i warren; }

check inf_for_x64_is_consistent good amd64 brand.mk "$O/win-x64/warren.inf"
check inf_for_arm64_is_consistent good ARM64 brand.mk "$O/win-arm64/warren.inf"
check machines_differ_by_their_name_only same
check second_brand_s_inf_for_x64_is_consistent good amd64 test/brand/second.mk "$O/second/win-x64/second.inf"
check second_brand_s_inf_for_arm64_is_consistent good ARM64 test/brand/second.mk "$O/second/win-arm64/second.inf"
check second_brand_s_inf_names_nothing_of_the_first separate "$O"/second/win-*/second.inf
check every_damage_is_named test/package/inf_damage.py "$O/win-x64/warren.inf" brand.mk
finish
