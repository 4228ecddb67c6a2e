#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# The public headers by themselves, with another compiler and the real Windows headers, and against what the library
# exports.
set -u
cd "$(dirname "$0")/../.." || exit 2
number=0
status=0

check() { # SENTENCE COMMAND...
    local sentence=$1 output
    shift
    number=$((number + 1))
    if output=$("$@" 2>&1); then
        echo "ok $number - $sentence"
    else
        echo "not ok $number - $sentence"
        printf '%s\n' "$output" | tail -n 20 | sed 's/^/# /'
        status=1
    fi
}

compiles() { # HEADER COMPILER FLAGS...
    printf '#include "%s"\n#include "%s"\nint main(void) { return 0; }\n' "$1" "$1" | "${@:2}" -Wall -Wextra -Wpedantic -Werror -Iinclude -fsyntax-only -
}

# WARREN_SEND_PACKETS_FUNC is the type of WarrenSendPackets.
same_functions() {
    diff <(sed -n 's/.*(WINAPI \([A-Z_]*\)_FUNC)(.*/\1/p' include/*.h | tr -d _ | sort) \
        <(sed -n '/^EXPORTS/,$s/^ \+\([A-Za-z]*\).*/\1/p' lib/exports.def | tr '[:lower:]' '[:upper:]' | sort)
}

documented() {
    local name missing=0
    for name in $(sed -n '/^EXPORTS/,$s/^ \+\([A-Za-z]*\).*/\1/p' lib/exports.def); do
        grep -q "^/\* $name: " include/*.h || { echo "no comment begins with $name:"; missing=1; }
        grep -q "\`$name(" docs/api.md || { echo "docs/api.md does not name $name"; missing=1; }
    done
    return $missing
}

# "`Function(...)` | result | `ERROR`, as `Other`; ..." of docs/api.md against EXPECT(Function, ERROR, ...) in the tests.
errors_are_tested() {
    diff <(python3 - <<'EOF'
import re
errors = {}
for name, cell in re.findall(r"^\| `(W\w+)\(.*\|([^|]*)\|$", open("docs/api.md").read(), re.M):
    errors[name] = set(re.findall(r"`([A-Z_]+)`", cell)) - {"MAXDWORD"}
    for other in re.findall(r"as `(W\w+)`", cell):
        errors[name] |= errors[other]
print("\n".join(sorted(f"{name} {error}" for name in errors for error in errors[name])))
EOF
    ) <(sed -nE 's/.*EXPECT\((W[A-Za-z]+), ([A-Z_]+),.*/\1 \2/p' test/api/documented_test.c | LC_ALL=C sort -u)
}

for header in wintun.h warren.h; do
    for std in c99 c11 c17; do
        check "${header}_compiles_alone_with_gcc_as_$std" compiles "$header" x86_64-w64-mingw32-gcc -std=$std -xc
        check "${header}_compiles_alone_with_clang_as_$std" compiles "$header" clang-19 --target=x86_64-w64-mingw32 -Wno-pragma-pack -std=$std -xc
    done
    for std in c++11 c++14 c++17 c++20; do
        check "${header}_compiles_alone_with_g++_as_$std" compiles "$header" x86_64-w64-mingw32-g++ -std=$std -xc++
    done
    check "${header}_compiles_alone_for_Microsoft_s_ABI" compiles "$header" clang-19 --target=x86_64-pc-windows-msvc -Int/win32 -I. -I"${O:-build}" -ffreestanding -fms-extensions -Wno-pedantic -Wno-language-extension-token -std=c17 -xc
done
check headers_declare_exactly_what_the_library_exports same_functions
check every_function_is_documented_in_its_header_and_in_docs_api documented
check every_documented_error_is_tested_and_every_tested_one_documented errors_are_tested
echo "1..$number"
exit $status
