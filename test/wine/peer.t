#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# The peer's network namespace (tools/wine.sh): it is joined to this one, but not where its addresses are in use.
# shellcheck disable=SC2317 # checks are called by name
# shellcheck source=test/client/lib.sh
. "$(dirname "$0")/../client/lib.sh"
# shellcheck source=tools/wine.sh
. tools/wine.sh

command -v nsenter >/dev/null || skip_all 'the program nsenter is missing'
ip link add other type veth peer name another 2>"$scratch/said" || skip_all "no network can be made here: $(head -n 1 "$scratch/said")"

also_cleanup() {
    peer_stop
    ip link delete other 2>/dev/null
}

refused() {
    local status=0
    peer_start "$scratch" >"$scratch/refused" || status=$?
    cat "$scratch/refused"
    [ "$status" -ne 0 ] && grep -q 'in use' "$scratch/refused"
}
is_as_it_was() { [ -z "${peer_pid:-}" ] && ! ip link show here; }
joined() { peer_start "$scratch" && ping -n -c 1 -W 5 192.0.2.2; }

check somebody_has_such_an_address ip address add 192.0.2.77/24 dev other || finish
check the_peer_is_refused refused
check nothing_was_made is_as_it_was
check the_address_goes ip address delete 192.0.2.77/24 dev other
check the_peer_is_joined joined
finish
