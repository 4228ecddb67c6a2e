#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# examples/tun2socks under Wine: Linux's TCP, through the TUN device, the driver, the library and lwIP, to Winsock and a
# server: on this machine first, then by way of a SOCKS5 proxy in another network namespace.
# shellcheck disable=SC2317 # checks are called by name
# shellcheck source=test/client/lib.sh
. "$(dirname "$0")/../client/lib.sh"
# shellcheck source=tools/wine.sh
. tools/wine.sh

for tool in wine wineserver microsocks curl python3 nsenter; do
    command -v "$tool" >/dev/null || skip_all "the program $tool is missing"
done
for file in warren-host.exe wintun.dll tun2socks.exe; do
    [ -e "$wine_folder/$file" ] || skip_all "$wine_folder/$file is not built"
done
if ! ip tuntap add dev probe0 mode tun 2>"$scratch/said" || ! ip link delete probe0; then
    skip_all "no TUN device can be made here: $(head -n 1 "$scratch/said")"
fi

servers='' proxy=''
also_cleanup() {
    wine_stop
    # shellcheck disable=SC2086 # those that there are
    [ -z "$servers$proxy" ] || kill $servers $proxy 2>/dev/null
    peer_stop
}

export TMPDIR=$scratch/tmp
mkdir "$TMPDIR"
running=$scratch/running served=$scratch/served
net4=198.18.0.9 net6=fd98::9 # any address that goes through the adapter would do

start() { wine_host "$running" '^ready' tun2socks.exe "$@"; }
end() { wine_host_end INT tun2socks.exe || { tail -n 5 "$running" && false; }; }
pings() {
    ping -n -i 0.01 -W 5 "$@" | tee "$scratch/ping"
    grep -q ' 0% packet loss' "$scratch/ping"
}
nothing_stays() {
    equal 'TUN devices' '' "$(tun_devices)" && equal 'files of the driver store' '' "$(find "$TMPDIR" -path '*/warren-host-*')"
}

# serve [COMMAND...]: the servers, by way of the command; returns when they listen
serve() {
    "$@" python3 "$PWD/test/wine/streams.py" serve >"$served" 2>&1 &
    servers=$!
    until grep -q '^listening' "$served"; do
        kill -0 "$servers" || { cat "$served" && return 1; }
        read -r -t 0.05 <> <(:)
    done
    true # not what read said
}
unserve() {
    kill "$servers"
    wait "$servers"
    servers=''
}
streams() { timeout 60 python3 test/wine/streams.py "$@"; }
data() { python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(int(sys.argv[1])).randbytes(int(sys.argv[2])))' "$@"; }
sum() { sha256sum "$@" | cut -d ' ' -f 1; }
fetch() { timeout 60 curl --silent --show-error --noproxy '*' --globoff --output "$scratch/got" "$@"; }

# down HOST SIZE, up HOST SIZE
down() { data 7 "$2" >"$scratch/file" && fetch "http://$1:8080/7/$2" && equal digest "$(sum "$scratch/file")" "$(sum "$scratch/got")"; }
up() {
    data 8 "$2" >"$scratch/file" && fetch --upload-file "$scratch/file" -H 'Expect:' "http://$1:8080/file" &&
        equal digest "$(sum "$scratch/file")" "$(cat "$scratch/got")"
}
late() {
    local sent
    sent=$(streams late "$1") || { echo "$sent" && return 1; }
    local try
    for try in {1..200}; do
        ! grep -qx "late $sent" "$served" || return 0
        read -r -t 0.05 <> <(:)
    done
    echo "after $try looks, the server has not got $sent but:"
    cat "$served"
    return 1
}
interrupted() {
    streams endless "$net4" >"$scratch/endless" 2>&1 &
    local client=$! code
    until grep -q flowing "$scratch/endless"; do
        kill -0 "$client" || { cat "$scratch/endless" && return 1; }
        read -r -t 0.05 <> <(:)
    done
    end || return 1
    wait "$client"
    code=$?
    cat "$scratch/endless"
    return $code
}
# number WHAT: of what the program said at its end
number() { sed -nE "s/^done:.*$1 ([0-9]+).*/\\1/p" "$running" | tail -n 1; }
counted() { equal "$1" "$2" "$(number "$1")"; }
at_least() {
    echo "$1: $(number "$1")"
    [ "$(number "$1")" -ge "$2" ]
}
usage() {
    timeout 30 wine "$wine_folder/warren-host.exe" "$wine_folder/tun2socks.exe" "$@" >"$scratch/usage" 2>&1 </dev/null
    local code=$?
    cat "$scratch/usage"
    equal 'exit code' 2 "$code" && grep -q '^usage' "$scratch/usage"
}

proxy_start() {
    peer_start "$scratch" && in_peer ip address add "$net4/32" dev lo && in_peer ip address add "$net6/128" dev lo nodad || return 1
    nsenter --target "$peer_pid" --net --mount -- microsocks -i 192.0.2.2 -p 1080 >"$scratch/proxy" 2>&1 &
    proxy=$!
    until in_peer ss -Hltn 'sport = :1080' | grep -q 1080; do
        kill -0 "$proxy" || { cat "$scratch/proxy" && return 1; }
        read -r -t 0.05 <> <(:)
    done
    true
}
# Not even a server that is there can be reached then.
without_proxy() {
    kill "$proxy"
    wait "$proxy"
    proxy=''
    ! in_peer ss -Hltn 'sport = :1080' | grep 1080 && ! down "$net4" 1000 && streams refused "$net6"
}
pulled_out() {
    ip link delete "$(tun_devices)"
    timeout "$wine_patience" tail --sleep-interval=0.05 --pid="$wine_host_pid" -f /dev/null || return 1
    wait "$wine_host_pid"
    local code=$?
    wait "$wine_host_reader"
    wine_host_pid=''
    tail -n 5 "$running"
    equal 'exit code' 1 "$code" && grep -q 'error: WintunReceivePacket (Windows error 38)' "$running"
}

check wine_makes_a_prefix wine_start "$scratch/prefix" || finish
check no_upstream_is_a_mistake usage -n name
check no_address_is_a_mistake usage -t nowhere
check the_servers_listen serve || finish
check the_program_starts start -t 127.0.0.1 || finish
check the_stack_answers_ipv4 pings -c 20 "$net4"
check the_stack_answers_ipv6 pings -c 20 "$net6"
check a_file_comes_over_ipv4 down "$net4" 8000000
check a_file_goes_over_ipv4 up "$net4" 8000000
check a_file_comes_over_ipv6 down "[$net6]" 8000000
check a_file_goes_over_ipv6 up "[$net6]" 8000000
check sixty_four_connections_at_once streams many "$net4"
check as_many_over_ipv6 streams many "$net6"
check the_client_may_end_its_side_first streams half "$net4"
check the_server_may_end_its_side_first late "$net4"
check the_same_over_ipv6 late "$net6"
check refused_is_refused streams refused "$net4"
check refused_over_ipv6_too streams refused "$net6"
check a_reset_in_the_middle_is_a_reset streams reset "$net4"
check a_server_that_does_not_read_stops_the_client streams stall "$net4"
check datagrams_over_ipv4 streams datagrams "$net4"
check datagrams_over_ipv6 streams datagrams "$net6"
check ctrl_c_during_traffic_resets_and_ends interrupted
check it_had_all_at_once at_least 'at once' 64
check it_has_counted_those_that_were_refused counted refused 10
check nothing_is_left nothing_stays
check the_servers_end unserve

check a_proxy_in_another_network proxy_start || finish
check servers_there serve nsenter --target "$peer_pid" --net --mount -- || finish
check the_program_starts_with_the_proxy_and_a_ring_that_is_often_full start -s 192.0.2.2 -x 20 || finish
check a_file_comes_through_the_proxy down "$net4" 4000000
check a_file_goes_through_the_proxy up "$net4" 4000000
check a_file_comes_over_ipv6_through_the_proxy down "[$net6]" 4000000
check a_file_goes_over_ipv6_through_the_proxy up "[$net6]" 4000000
check sixty_four_at_once_through_the_proxy streams files "$net4"
check refused_by_the_proxy_is_refused streams refused "$net4"
check without_the_proxy_all_is_refused without_proxy
check ctrl_c_ends_it end
check it_found_the_ring_full at_least 'ring full' 100
check it_has_counted_these_too at_least refused 10
check nothing_is_left_of_that nothing_stays

check it_starts_once_more start -t 127.0.0.1
check without_its_adapter_it_ends_with_an_error pulled_out
check nothing_is_left_at_the_end nothing_stays
finish
