#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# The shipped driver and library under Linux's own traffic, through a real TUN device: nothing is lost, and every counter
# on the way agrees about it. Runs in a network namespace of its own that the caller made.
# shellcheck disable=SC2317 # checks are called by name
# shellcheck source=test/client/lib.sh
. "$(dirname "$0")/lib.sh"
count=${COUNT:-1000000} deadline=${DEADLINE:-240}

if ! ip tuntap add dev probe0 mode tun 2>"$scratch/said" || ! ip link delete probe0; then
    skip_all "no TUN device can be made here: $(head -n 1 "$scratch/said")"
fi
# Solicitations for routers that are not there: without them nothing is on its way when the end is counted. The counts
# agree with them, too; one in the last instant would be received by nobody.
echo 0 2>/dev/null >/proc/sys/net/ipv6/conf/default/router_solicitations

pings() {
    ping -n -i 0.02 -W 3 "$@" | tee "$scratch/ping"
    grep -q ' 0% packet loss' "$scratch/ping"
}

# udp COUNT SIZE WINDOW ADDRESS
udp() { "$load" --json --count "$1" --size "$2" --window "$3" --deadline "$deadline" "$4"; }

# --- traffic ---------------------------------------------------------------------------------------------------------

check adapter_comes_up host_start -n Client || { finish; }
check there_is_one_device equal devices 1 "$(tun_devices | wc -l)"
check ping_ipv4_loses_nothing pings -c 50 10.66.0.2
check ping_ipv6_loses_nothing pings -c 50 fd66::2
check every_neighbour_answers pings -c 5 10.66.0.254
check unfragmented_ping_ipv4 pings -c 5 -M 'do' -s 1392 10.66.0.2
check unfragmented_ping_ipv6 pings -c 5 -M 'do' -s 1372 fd66::2
mtu=$(ip -oneline link show "$(tun_devices)" | sed -nE 's/.* mtu ([0-9]+).*/\1/p')
too_large() { ! ping -n -c 1 -W 2 -M 'do' -s $((mtu - 27)) 10.66.0.2; }
check one_byte_more_than_the_mtu_does_not_fit too_large
check half_of_the_datagrams_ipv4_all_come_back udp $((count / 2)) 1024 256 10.66.0.2
check half_of_the_datagrams_ipv6_all_come_back udp $((count / 2)) 1024 256 fd66::2
check smallest_datagrams_come_back udp 20000 16 256 10.66.0.2
check large_datagrams_ipv4_come_back udp 500 60000 16 10.66.0.2
check large_datagrams_ipv6_come_back udp 500 60000 16 fd66::2
check largest_datagrams_come_back udp 100 65507 8 10.66.0.3

# --- the end, and what was counted -----------------------------------------------------------------------------------

check sigint_is_taken host_end INT
check sigint_ends_it_with_code_0 equal 'exit code' 0 "$host_code"
check nothing_was_complained_about equal 'standard error but for the log' '' "$(grep -v ' info: ' "$scratch/err")"
version() { ! grep 'driver 0\.0,' "$scratch/out" && grep -qE '^ready: driver [0-9]+\.[0-9]+, ' "$scratch/out"; }
check drivers_version_is_known version
check no_device_is_left_after_sigint no_tun_devices

from_linux=$(number_of 'Linux to driver: ([0-9]+) packets')
completed=$(number_of 'Linux to driver: .*completed ([0-9]+),')
driver_out=$(number_of "driver's count: +([0-9]+) sent")
received=$(number_of 'done: received ([0-9]+) packets')
sent=$(number_of 'done: received .*, sent ([0-9]+) ')
driver_in=$(number_of "driver's count: .*; ([0-9]+) indicated")
to_linux=$(number_of 'driver to Linux: ([0-9]+) packets')

counts() {
    local result=0
    equal 'from Linux and completed' "$from_linux" "$completed" || result=1
    equal "from Linux and the driver's count" "$from_linux" "$driver_out" || result=1
    equal 'from Linux and received by the library' "$from_linux" "$received" || result=1
    equal "from Linux and Linux's own count" "$from_linux" "$(number_of "Linux's count: +([0-9]+) into")" || result=1
    [ "$result" = 0 ] || cat "$scratch/out"
    return "$result"
}
check each_packet_from_linux_is_accounted_for counts

counts_back() {
    local result=0
    equal "sent by the library and the driver's count" "$sent" "$driver_in" || result=1
    equal 'sent by the library and written to Linux' "$sent" "$to_linux" || result=1
    equal "written to Linux and Linux's own count" "$to_linux" "$(number_of "; ([0-9]+) out of it")" || result=1
    [ "$result" = 0 ] || cat "$scratch/out"
    return "$result"
}
check each_packet_to_linux_is_accounted_for counts_back

check answered_or_ignored equal 'received' "$received" "$((sent + $(number_of ', ignored ([0-9]+),')))"
enough() { [ "$sent" -ge "$count" ] || { echo "only $sent packets"; return 1; }; }
check the_counts_are_those_of_this_traffic enough

nothing_lost() {
    local result=0
    equal 'failed sends' 0 "$(number_of 'completed [0-9]+, failed ([0-9]+) ')" || result=1
    equal 'no room in Linux' 0 "$(number_of 'no room ([0-9]+),')" || result=1
    equal 'refused by Linux' 0 "$(number_of 'refused ([0-9]+)')" || result=1
    equal 'lost by the driver from Linux' 0 "$(number_of 'sent, ([0-9]+) lost;')" || result=1
    equal 'lost by the driver to Linux' 0 "$(number_of 'indicated, ([0-9]+) lost')" || result=1
    equal 'dropped by Linux before the device' 0 "$(number_of '([0-9]+) dropped before it')" || result=1
    equal 'dropped by Linux behind the device' 0 "$(number_of '([0-9]+) dropped behind it')" || result=1
    [ "$result" = 0 ] || cat "$scratch/out"
    return "$result"
}
check no_counter_knows_of_a_loss nothing_lost

# --- other ends ------------------------------------------------------------------------------------------------------

check adapter_comes_up_again host_start -n Client
check ping_through_the_second_life pings -c 5 10.66.0.2
check sigkill_is_taken host_end KILL
check sigkill_ended_it equal 'exit code' 137 "$host_code"
check no_device_is_left_after_sigkill no_tun_devices

check adapter_comes_up_for_sigterm host_start -n Client
check sigterm_is_taken host_end TERM
check sigterm_ends_it_with_code_0 equal 'exit code' 0 "$host_code"
check no_device_is_left_after_sigterm no_tun_devices

# --- two side by side ------------------------------------------------------------------------------------------------

# The program's addresses are fixed, so both have the same; the device that a ping is bound to tells them apart.
check first_of_two_comes_up host_start -n First
first_pid=$host_pid first_out=$host_out
first=$(tun_devices)
mv "$scratch/out" "$scratch/out.first"
also_cleanup() { [ -z "$first_pid" ] || kill -KILL "$first_pid" 2>/dev/null; }
check second_of_two_comes_up host_start -n Second
second=$(tun_devices | grep -vxF "$first")
check two_devices_are_there equal devices 2 "$(tun_devices | wc -l)"
check first_answers pings -c 10 -I "$first" 10.66.0.2
check second_answers pings -c 20 -I "$second" 10.66.0.2
check second_answers_ipv6 pings -c 10 -I "$second" fd66::2
check second_ends host_end INT
check second_ended_well equal 'exit code' 0 "$host_code"
answers=$(number_of ': icmp ([0-9]+),')
check second_had_its_own_packets_only equal 'echo requests' 20 "$answers"
check first_answers_still pings -c 5 -I "$first" 10.66.0.2
host_pid=$first_pid host_out=$first_out first_pid=''
mv "$scratch/out.first" "$scratch/out"
check first_ends host_end INT
check first_ended_well equal 'exit code' 0 "$host_code"
check first_had_its_own_packets_only equal 'echo requests' 15 "$(number_of ': icmp ([0-9]+),')"
check no_device_is_left no_tun_devices

# Somebody deletes the device of a running adapter: a surprise removal, which its program is told of.
pulled_out() {
    ip link delete "$(tun_devices)" || return 1
    # The pipe ends when the process is no more.
    timeout 60 cat <&"$host_out" >>"$scratch/out"
    exec {host_out}<&-
    wait "$host_pid"
    host_code=$?
    host_pid=''
    cat "$scratch/err"
    grep -q 'WintunReceivePacket (Windows error 38)' "$scratch/err" && equal 'exit code' 1 "$host_code"
}
check one_more_comes_up host_start -n Gone
check its_device_goes_and_it_ends pulled_out
check no_device_is_left_then no_tun_devices
finish
