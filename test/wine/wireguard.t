#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# wireguard-go for Windows, unmodified, under Wine with the shipped library beside it as wintun.dll and the shipped driver
# in the host inside its process; Linux's wireguard-go at the other end, in another network namespace.
# shellcheck disable=SC2317 # checks are called by name
# shellcheck source=test/client/lib.sh
. "$(dirname "$0")/../client/lib.sh"
# shellcheck source=tools/wine.sh
. tools/wine.sh
# shellcheck source=test/wine/tunnel.sh
. test/wine/tunnel.sh

for tool in wine wineserver wireguard-go wg iperf3 nsenter; do
    command -v "$tool" >/dev/null || skip_all "the program $tool is missing"
done
for file in warren-host.exe wireguard-go.exe wintun.dll pipe.exe; do
    [ -e "$wine_folder/$file" ] || skip_all "$wine_folder/$file is not built"
done
if ! ip tuntap add dev probe0 mode tun 2>"$scratch/said" || ! ip link delete probe0; then
    skip_all "no TUN device can be made here: $(head -n 1 "$scratch/said")"
fi

also_cleanup() {
    wine_stop
    wireguard_peer_stop
    peer_stop
}

# Our own folder for what the driver store keeps, so that we see what stays of it.
export TMPDIR=$scratch/tmp
mkdir "$TMPDIR"
program=wireguard-go.exe far=10.9.0.2 said=$scratch/wireguard-go.log

start() { wine_host "$said" 'UAPI listener started' "$program" wg1; }
end() { wine_host_end INT "$program" || { tail -n 5 "$said" && false; }; }
configured() { wireguard_configure wg1 >"$scratch/set" && wireguard_addresses; }
too_large() { ! ping -n -c 1 -W 1 -M 'do' -s 1393 10.9.0.2; }
handshake_is_known() { [ "$(in_peer wg show wg0 latest-handshakes | cut -f 2)" -gt 0 ]; }

# The peer is forgotten and told anew, so that the two agree on other keys.
new_keys() {
    local before after
    before=$(in_peer wg show wg0 latest-handshakes)
    server || return 1
    timeout 60 iperf3 --client 10.9.0.2 --bytes 16M >"$scratch/iperf" &
    local client=$!
    in_peer wg set wg0 peer "$own_public" remove && in_peer wg set wg0 peer "$own_public" allowed-ips 10.9.0.1/32,fd09::1/128
    wireguard_configure wg1 && wait "$client" || return 1
    exec {server_out}<&-
    after=$(in_peer wg show wg0 latest-handshakes)
    echo "before: $before, after: $after"
    [ "${after##*$'\t'}" -gt 0 ]
}

# Somebody pulls the adapter out; the program is told that its session is over, and ends.
pulled_out() {
    local already
    already=$(in_peer wg show wg0 transfer | cut -f 2)
    server || return 1
    timeout --kill-after=1 30 iperf3 --client 10.9.0.2 --time 20 >"$scratch/iperf" 2>&1 &
    local client=$!
    # Not before something flows.
    until [ "$(in_peer wg show wg0 transfer | cut -f 2)" -gt $((already + 500000)) ]; do
        kill -0 "$client" || return 1
        read -r -t 0.05 <> <(:)
    done
    ip link delete "$(tun_devices)"
    timeout "$wine_patience" tail --sleep-interval=0.05 --pid="$wine_host_pid" -f /dev/null || {
        tail -n 5 "$said"
        return 1
    }
    kill "$client" 2>/dev/null
    wait "$client"
    exec {server_out}<&-
    wait "$wine_host_pid"
    local code=$?
    wine_host_pid=''
    tail -n 4 "$said"
    echo "exit code $code"
    grep -q 'Device closed' "$said"
}

check wine_makes_a_prefix wine_start "$scratch/prefix" || finish
touch "$scratch/begin"
check another_network_begins peer_start "$scratch" || finish
check the_linux_peer_is_up wireguard_peer "$scratch" || finish
check the_program_starts_and_has_its_adapter start || finish
check there_is_one_device equal devices 1 "$(tun_devices | wc -l)"
check it_takes_its_configuration configured || finish
check ping_ipv4_goes_through_the_tunnel pings -c 20 10.9.0.2
check ping_ipv6_goes_through_the_tunnel pings -c 20 fd09::2
check a_handshake_was_made handshake_is_known
check packets_of_the_whole_mtu_go_through pings -c 5 -M 'do' -s 1392 10.9.0.2
check one_byte_more_than_the_mtu_does_not too_large
check the_peer_can_begin in_peer ping -n -c 5 -i 0.02 -W 5 10.9.0.1
check tcp_to_the_peer carries 4000000 --bytes 8M
check tcp_from_the_peer carries 4000000 --bytes 8M --reverse
check tcp_brings_back_what_was_sent intact 10.9.0.2
check tcp_over_ipv6_does_so_too intact fd09::2
check udp_to_the_peer carries 100000 --udp --bitrate 20M --bytes 1M --length 1300
check udp_from_the_peer carries 100000 --udp --bitrate 20M --bytes 1M --length 1300 --reverse
check new_keys_during_traffic new_keys
check ctrl_c_ends_it_well end
check nothing_is_left nothing_stays
check it_starts_again start
check it_is_configured_again configured
check the_adapter_goes_under_load_and_the_program_ends pulled_out
check nothing_is_left_of_that nothing_stays

again() {
    local round
    for round in {1..20}; do
        echo "round $round"
        start && configured && pings -c 1 10.9.0.2 && end && no_devices || return
    done
}
check it_starts_twenty_times_more again
check nothing_is_left_then nothing_stays
finish
