#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# nebula and yggdrasil for Windows, unmodified from Debian's sources, under Wine with the shipped library as wintun.dll and
# the shipped driver in the host inside their process; Debian's nebula and yggdrasil for Linux at the other end.
# shellcheck disable=SC2317 # checks are called by name
# shellcheck source=test/client/lib.sh
. "$(dirname "$0")/../client/lib.sh"
# shellcheck source=tools/wine.sh
. tools/wine.sh
# shellcheck source=test/wine/tunnel.sh
. test/wine/tunnel.sh

for tool in wine wineserver nebula nebula-cert yggdrasil iperf3 nsenter; do
    command -v "$tool" >/dev/null || skip_all "the program $tool is missing"
done
for file in warren-host.exe wintun.dll nebula/nebula.exe yggdrasil.exe; do
    [ -e "$wine_folder/$file" ] || skip_all "$wine_folder/$file is not built"
done
if ! ip tuntap add dev probe0 mode tun 2>"$scratch/said" || ! ip link delete probe0; then
    skip_all "no TUN device can be made here: $(head -n 1 "$scratch/said")"
fi

linux_pid=''
linux_stop() {
    [ -n "$linux_pid" ] || return 0
    kill "$linux_pid" 2>/dev/null
    wait "$linux_pid" 2>/dev/null
    linux_pid=''
}
also_cleanup() {
    wine_stop
    linux_stop
    peer_stop
}

export TMPDIR=$scratch/tmp
mkdir "$TMPDIR"
said=$scratch/program.log
z() { echo "Z:${1//\//\\}"; } # a file of Linux's, for Windows

# linux PATTERN PROGRAM...: in the peer, until a line of what it says matches
linux() {
    local pattern=$1 line
    shift
    mkfifo "$scratch/linux.out" || return 1
    nsenter --target "$peer_pid" --net --mount -- "$@" >"$scratch/linux.out" 2>&1 &
    linux_pid=$!
    exec {linux_out}<"$scratch/linux.out"
    rm "$scratch/linux.out"
    while IFS= read -r -t 20 -u "$linux_out" line; do
        echo "$line"
        [[ $line =~ $pattern ]] || continue
        cat <&"$linux_out" >/dev/null &
        exec {linux_out}<&-
        return 0
    done
    exec {linux_out}<&-
    return 1
}

# The program says that it is up a little before it has set its address.
has_address() {
    for _ in {1..400}; do
        ip -oneline address show | grep -qF " $1/" && return 0
        read -r -t 0.05 <> <(:)
    done
    tail -n 5 "$said"
    return 1
}
one_device() { equal devices 1 "$(tun_devices | wc -l)"; }
end() { wine_host_end INT "$1" || { tail -n 5 "$said" && false; }; }
three_times() {
    local round
    for round in 1 2 3; do
        echo "round $round"
        "$1" && pings -c 1 "$far" && end "$2" && no_devices || return
    done
}

# --- nebula ------------------------------------------------------------------------------------------------------------

certificates() {
    nebula-cert ca -name test -out-crt "$scratch/ca.crt" -out-key "$scratch/ca.key" &&
        nebula-cert sign -ca-crt "$scratch/ca.crt" -ca-key "$scratch/ca.key" -name near -ip 10.80.0.1/24 -out-crt "$scratch/near.crt" -out-key "$scratch/near.key" &&
        nebula-cert sign -ca-crt "$scratch/ca.crt" -ca-key "$scratch/ca.key" -name far -ip 10.80.0.2/24 -out-crt "$scratch/far.crt" -out-key "$scratch/far.key"
}
# nebula_file WHO ADDRESS ENDPOINT CONVERT: who is at that address of nebula's can be had at that endpoint
nebula_file() {
    cat <<END
pki: {ca: '$($4 "$scratch/ca.crt")', cert: '$($4 "$scratch/$1.crt")', key: '$($4 "$scratch/$1.key")'}
static_host_map: {"$2": ["$3:4242"]}
lighthouse: {am_lighthouse: false}
listen: {host: 0.0.0.0, port: 4242}
tun: {dev: nebula-$1, mtu: 1300}
firewall: {outbound: [{port: any, proto: any, host: any}], inbound: [{port: any, proto: any, host: any}]}
END
}
nebula_there() {
    nebula_file far 10.80.0.1 192.0.2.1 echo >"$scratch/far.yml"
    linux 'interface is active' nebula -config "$scratch/far.yml"
}
nebula_here() {
    nebula_file near 10.80.0.2 192.0.2.2 z >"$scratch/near.yml"
    wine_host "$said" 'interface is active' nebula/nebula.exe -config "$(z "$scratch/near.yml")" && has_address 10.80.0.1
}
too_large() { ! ping -n -c 1 -W 1 -M 'do' -s 1273 "$far"; }
tunnel_is_known() { tr -d '\r' <"$said" | grep 'Handshake message received'; }

# --- yggdrasil -----------------------------------------------------------------------------------------------------------

# yggdrasil_file WHO CHANGES: a configuration with keys of its own
yggdrasil_file() {
    yggdrasil -genconf -json | python3 -c 'import json, sys
settings = json.load(sys.stdin)
settings.update(MulticastInterfaces=[], AdminListen="none", NodeInfoPrivacy=True)
settings.update(json.loads(sys.argv[1]))
json.dump(settings, sys.stdout)' "$2" >"$scratch/$1.conf"
}
keys() {
    yggdrasil_file far '{"Listen": ["tcp://192.0.2.2:12345"], "IfName": "ygg0"}' &&
        yggdrasil_file near '{"Peers": ["tcp://192.0.2.2:12345"], "IfName": "Yggdrasil"}' &&
        far=$(yggdrasil -useconffile "$scratch/far.conf" -address) near=$(yggdrasil -useconffile "$scratch/near.conf" -address)
    echo "$near, $far"
    [[ $near == 2* && $far == 2* ]]
}
yggdrasil_there() { linux 'Your IPv6 subnet' yggdrasil -useconffile "$scratch/far.conf"; }
yggdrasil_here() {
    wine_host "$said" 'Your IPv6 subnet' yggdrasil.exe -useconffile "$(z "$scratch/near.conf")" && has_address "$near" && reached
}
# They have to find the way first, and what is sent before is lost, or answered with "no route".
reached() {
    for _ in {1..100}; do
        ping -n -c 1 -W 1 "$far" && return 0
        read -r -t 0.2 <> <(:)
    done
    return 1
}
# Linux's, too, has to be another one: it keeps a session whose other end is gone for minutes, whatever the other end runs on.
yggdrasil_both() { linux_stop && yggdrasil_there && yggdrasil_here; }
# Not from /sys, which shows the network namespace that it was mounted in.
mtu_of() { "${@:2}" ip link show "$1" | sed -n 's/.* mtu \([0-9]*\) .*/\1/p'; }
same_mtu() { equal MTU "$(mtu_of ygg0 in_peer)" "$(mtu_of "$(tun_devices)")"; }
whole_mtu() { pings -c 5 -M 'do' -s $(($(mtu_of ygg0 in_peer) - 48)) "$far"; }

check wine_makes_a_prefix wine_start "$scratch/prefix" || finish
touch "$scratch/begin"
check another_network_begins peer_start "$scratch" || finish

far=10.80.0.2
check nebula_has_certificates certificates
check nebula_for_linux_is_up nebula_there
check nebula_for_windows_is_up nebula_here || { cat "$said" && finish; }
check it_has_one_device one_device
check ping_goes_through_it pings -c 20 "$far"
check a_handshake_was_made tunnel_is_known
check packets_of_its_whole_mtu_go_through pings -c 5 -M 'do' -s 1272 "$far"
check one_byte_more_does_not too_large
check the_peer_can_begin in_peer ping -n -c 5 -i 0.02 -W 5 10.80.0.1
check tcp_to_the_peer carries 4000000 --bytes 8M
check tcp_from_the_peer carries 4000000 --bytes 8M --reverse
check tcp_brings_back_what_was_sent intact "$far"
check ctrl_c_ends_it end nebula.exe
check nothing_is_left_of_nebula nothing_stays
check it_starts_three_times_more three_times nebula_here nebula.exe
check nothing_is_left_of_these nothing_stays
linux_stop

check yggdrasil_has_keys keys
check yggdrasil_for_linux_is_up yggdrasil_there
check yggdrasil_for_windows_is_up yggdrasil_here || { cat "$said" && finish; }
check it_has_one_device_as_well one_device
check its_mtu_is_that_on_linux same_mtu
check ping_goes_through_it_too pings -c 20 "$far"
check packets_of_this_whole_mtu_go_through whole_mtu
check the_peer_can_begin_as_well in_peer ping -n -c 5 -i 0.02 -W 5 "$near"
check its_tcp_to_the_peer carries 4000000 --bytes 8M
check its_tcp_from_the_peer carries 4000000 --bytes 8M --reverse
check its_tcp_brings_back_what_was_sent intact "$far"
check ctrl_c_ends_it_too end yggdrasil.exe
check nothing_is_left_of_yggdrasil nothing_stays
check that_starts_three_times_more_too three_times yggdrasil_both yggdrasil.exe
check nothing_is_left_at_the_end nothing_stays
finish
