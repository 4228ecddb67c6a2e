#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# The shipped warren.exe in the host: its echo under Linux's own traffic through a real TUN device, and what it says
# from a terminal.
# shellcheck disable=SC2317 # checks are called by name
# shellcheck source=test/client/lib.sh
. "$(dirname "$0")/lib.sh"
program=$O/win-x64/warren.exe ready='Warren Echo is up'

warren() { "$host" --quiet --driver "$driver" --library "$library" --stack fake "$program" "$@"; }

help_is_there() { warren --help | grep -q 'Exit codes'; }
version_is_told() { warren version | grep -qE '^Library: +[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$'; }
mistakes_are_code_2() { warren adapter lst >"$scratch/none" 2>&1; equal 'exit code' 2 $?; }
full_disk_is_code_7() { warren adapter list >/dev/full 2>"$scratch/none"; equal 'exit code' 7 $?; }
json_is_json() { warren version --json | python3 -m json.tool >/dev/null; }
foreign_programs_are_refused_by_name() {
    "$host" --stack fake "$O/win-x64/echo.exe" >"$scratch/none" 2>&1
    equal 'exit code' 2 $? && grep -q 'thread-local storage' "$scratch/none"
}

check help_is_there help_is_there
check version_is_told version_is_told
check json_is_json json_is_json
check mistakes_are_exit_code_2 mistakes_are_code_2
check a_full_disk_is_exit_code_7 full_disk_is_code_7
check a_program_that_the_host_cannot_run_says_why foreign_programs_are_refused_by_name

if ! ip tuntap add dev probe0 mode tun 2>"$scratch/said" || ! ip link delete probe0; then
    skip echo_answers_real_traffic "no TUN device can be made here: $(head -n 1 "$scratch/said")"
    finish
fi
echo 0 2>/dev/null >/proc/sys/net/ipv6/conf/default/router_solicitations

pings() {
    ping -n -i 0.02 -W 3 "$@" | tee "$scratch/ping"
    grep -q ' 0% packet loss' "$scratch/ping"
}

# Linux is the Windows that pings and is pinged.
selftest() {
    timeout 120 "$host" --quiet --driver "$driver" --library "$library" --stack tun "$program" selftest --cycles 3 --packets 50000 --pings 20 --json \
        >"$scratch/selftest" 2>"$scratch/said.err" </dev/null || { cat "$scratch/selftest" "$scratch/said.err"; return 1; }
    python3 - "$scratch/selftest" <<'END'
import json, sys
answer = json.load(open(sys.argv[1]))
assert answer["passed"] and len(answer["stages"]) == 10 and all(stage["passed"] for stage in answer["stages"]), answer
END
}
check selftest_passes_with_a_network_behind_it selftest

check echo_comes_up host_start echo || finish
check ping_ipv4_loses_nothing pings -c 50 10.66.0.2
check ping_ipv6_loses_nothing pings -c 50 fd66::2
check datagrams_come_back "$load" --json --count 50000 --size 1024 --window 64 --deadline 120 10.66.0.9
check ctrl_c_is_taken host_end INT
check ctrl_c_ends_it_with_code_0 equal 'exit code' 0 "$host_code"
check it_has_answered_them equal 'datagrams' 50000 "$(number_of 'pings, ([0-9]+) datagrams')"
check nothing_was_dropped equal 'dropped' 0 "$(number_of ', ([0-9]+) dropped\.')"
check no_device_is_left no_tun_devices
finish
