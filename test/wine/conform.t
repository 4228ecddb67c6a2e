#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# What mingw's gcc, clang with Microsoft's ABI, and Go make of the API: the same layouts, the same values, the same results
# of the same calls; and clients in Go, under Wine with the shipped library and driver.
# shellcheck disable=SC2317 # checks are called by name
# shellcheck source=test/client/lib.sh
. "$(dirname "$0")/../client/lib.sh"
# shellcheck source=tools/wine.sh
. tools/wine.sh

for tool in wine wineserver; do
    command -v "$tool" >/dev/null || skip_all "the program $tool is missing"
done
for file in warren-host.exe wintun.dll conform-{gcc,clang,go,packed}.exe echo-go.exe; do
    [ -e "$wine_folder/$file" ] || skip_all "$wine_folder/$file is not built"
done
if ! ip tuntap add dev probe0 mode tun 2>"$scratch/said" || ! ip link delete probe0; then
    skip_all "no TUN device can be made here: $(head -n 1 "$scratch/said")"
fi
also_cleanup() { wine_stop; }

export TMPDIR=$scratch/tmp
mkdir "$TMPDIR"
running=$scratch/running

pings() {
    ping -n -i 0.002 -W 5 "$@" | tee "$scratch/ping"
    grep -q ' 0% packet loss' "$scratch/ping"
}
addresses() {
    local device
    device=$(tun_devices)
    ip address add 10.90.0.1/24 dev "$device" && ip address add fd90::1/64 dev "$device" nodad && ip link set "$device" up
}
nothing_stays() {
    equal 'TUN devices' '' "$(tun_devices)" && equal 'files of the driver store' '' "$(find "$TMPDIR" -path '*/warren-host-*')"
}

# --- three compilers -------------------------------------------------------------------------------------------------

# conforms COMPILER: to its end, which a datagram asks for: what a program has sent just before its end may be lost
conforms() {
    wine_host "$scratch/$1.said" '^ready' "conform-$1.exe" && addresses && pings -c 100 10.90.0.2 && echo end >/dev/udp/10.90.0.3/9 || return 1
    timeout "$wine_patience" tail --sleep-interval=0.05 --pid="$wine_host_pid" -f /dev/null && wait "$wine_host_pid"
    local code=$?
    wait "$wine_host_reader"
    wine_host_pid=''
    tr -d '\r' <"$scratch/$1.said" | sort >"$scratch/$1"
    [ "$code" = 0 ]
}
says() {
    local line
    for line in 'answered 100' 'bytes sent 8400' 'created 1' 'deleted 1' 'logged 1' 'logged badly 0' 'misaligned 0' 'spoilt 0' 'type of the LUID 53' \
        'error WintunOpenAdapter 1168' 'error of an empty ring 259' 'size WARREN_PACKET 16' 'offset WARREN_STATISTICS.DriverSleeps 88'; do
        grep -qx "$line" "$scratch/gcc" || { echo "missing: $line" && grep "^${line% *}" "$scratch/gcc"; return 1; }
    done
    [ "$(grep -cE '^(size|align|offset) ' "$scratch/gcc")" -gt 150 ]
}
same() { diff "$scratch/gcc" "$scratch/$1"; }
# It knows no more of the API than layouts, without the host.
layouts() { grep -E '^(size|align|offset) ' "$1" | sort; }
packed_differs() {
    wine_run conform-packed.exe 2>&1 </dev/null | tr -d '\r' >"$scratch/packed"
    grep -qx 'size WARREN_PACKET 12' "$scratch/packed" && ! diff <(layouts "$scratch/gcc") <(layouts "$scratch/packed")
}

# --- goroutines, and a collector ---------------------------------------------------------------------------------------

flood() {
    ping -n -q -f -c 5000 -s 1000 -W 5 10.90.0.2 | tee "$scratch/ping"
    grep -q ' 0% packet loss' "$scratch/ping"
}
end() { wine_host_end INT echo-go.exe || { tail -n 5 "$running" && false; }; }
has_counted() { tail -n 1 "$running" && tr -d '\r' <"$running" | grep -qx 'answered 5200, collected true, logged true, badly 0'; }

check wine_makes_a_prefix wine_start "$scratch/prefix" || finish
for compiler in gcc clang go; do
    check "${compiler}_calls_and_answers_one_packet_at_a_time" conforms "$compiler"
    check "nothing_is_left_of_$compiler" nothing_stays
done
check all_is_as_documented says
check clang_with_microsoft_s_abi_sees_the_same same clang
check go_sees_the_same same go
check a_compiler_that_packs_is_found_out packed_differs

check the_client_in_go_starts wine_host "$running" '^ready' echo-go.exe
check it_has_addresses addresses
check it_answers_ipv4 pings -c 100 10.90.0.2
check it_answers_ipv6 pings -c 100 fd90::2
check it_answers_a_flood flood
check it_ends_well end
check it_has_counted_every_packet has_counted
check nothing_is_left_of_it nothing_stays
finish
