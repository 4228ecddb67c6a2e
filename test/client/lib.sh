# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# What the tests of this folder share. Sourced, never run: TAP, and the host as a background process that is waited for
# by what it says, never by time.
# shellcheck shell=bash
# shellcheck disable=SC2034 # the variables are for those who source this
set -u -o pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
O=${O:-build}
O=$(cd "$O" && pwd) || exit 2
export O
host=$O/host/warren-host driver=$O/win-x64/warren.sys library=$O/win-x64/warren.dll
program=$O/host/examples/echo.so load=$O/host/udp_load ready=ready:
scratch=$(mktemp -d) || exit 2
number=0 failures=0
host_pid='' host_out='' host_ready='' host_code=''

# Ends what this test has started; a test adds its own by defining also_cleanup.
# shellcheck disable=SC2317 # called by the trap
cleanup() {
    trap - EXIT INT TERM
    [ "$(type -t also_cleanup)" != function ] || also_cleanup
    [ -z "$host_pid" ] || kill -KILL "$host_pid" 2>/dev/null
    rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# --- TAP -------------------------------------------------------------------------------------------------------------

# check SENTENCE COMMAND...: passes when the command does; what it says is shown when it does not
check() {
    local sentence=$1
    shift
    number=$((number + 1))
    # Not in a subshell: a check may start the host for those after it.
    if "$@" >"$scratch/said" 2>&1; then
        echo "ok $number - $sentence"
    else
        echo "not ok $number - $sentence"
        sed 's/^/# /' "$scratch/said"
        failures=$((failures + 1))
        return 1
    fi
}

# skip SENTENCE REASON
skip() {
    number=$((number + 1))
    echo "ok $number - $1 # SKIP $2"
}

skip_all() {
    echo "1..0 # SKIP $1"
    exit 0
}

finish() {
    echo "1..$number"
    [ "$failures" = 0 ]
    exit
}

# equal WHAT EXPECTED IS: none, a number that was not found, equals nothing
equal() {
    [ "$2" = "$3" ] && [ "$2" != none ] && return
    echo "$1: expected $2, is $3"
    return 1
}

for file in "$host" "$driver" "$library" "$program" "$load"; do
    [ -e "$file" ] || skip_all "$file is not built"
done

# --- the host --------------------------------------------------------------------------------------------------------

# host_start [PROGRAM ARGUMENTS...]: returns when the program is ready, or has ended (then it fails)
host_start() {
    local line
    rm -f "$scratch/pipe"
    mkfifo "$scratch/pipe" || return 1
    : >"$scratch/out"
    "$host" --quiet --summary --driver "$driver" --library "$library" --stack tun "$program" "$@" \
        >"$scratch/pipe" 2>"$scratch/err" </dev/null &
    host_pid=$!
    exec {host_out}<"$scratch/pipe"
    host_ready=''
    while IFS= read -r -t 30 -u "$host_out" line; do
        printf '%s\n' "$line" >>"$scratch/out"
        case $line in "$ready"*)
            host_ready=1
            return 0
            ;;
        esac
    done
    cat "$scratch/err"
    return 1
}

# host_end SIGNAL: sends it, reads to the end of the output and sets host_code
host_end() {
    kill "-$1" "$host_pid" || return 1
    # The pipe ends when the process is no more.
    timeout 60 cat <&"$host_out" >>"$scratch/out"
    exec {host_out}<&-
    wait "$host_pid"
    host_code=$?
    host_pid=''
}

# The names of all TUN devices of this namespace.
tun_devices() {
    ip -details -oneline link show | awk '/ tun type tun / || /tun type tun/ { sub(":", "", $2); print $2 }'
}

no_tun_devices() { equal 'TUN devices' '' "$(tun_devices)"; }

# number_of PATTERN: of the output, the one number that the pattern (an extended regular expression) has in parentheses
number_of() {
    local found
    found=$(sed -nE "s/.*$1.*/\\1/p" "$scratch/out")
    [[ $found =~ ^[0-9]+$ ]] || { echo "no number for '$1' in the output" >&2; found=none; }
    printf '%s' "$found"
}
