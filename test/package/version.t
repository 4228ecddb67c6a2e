#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# One version, in one place; a changelog that keeps to its form.
# shellcheck disable=SC2317 # checks are called by name
. "$(dirname "$0")/../tools/tap.sh"
version=$(sed -n 's/^VERSION_[A-Z]* := //p' brand.mk | paste -sd.)

is_a_version() { [[ $version =~ ^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$ ]]; }

# The changelog tells of it, and tests may have any number.
nowhere_else() {
    local found
    found=$(tools/list-sources | grep -zvE '^(CHANGELOG\.md|LICENSES/|test/)' | xargs -0 grep -nIE "(^|[^0-9.])${version//./\\.}([^0-9.]|$)" /dev/null)
    [ -z "$found" ] || { echo "$found"; return 1; }
}

date_is_one() { date -d "$(sed -nE 's|^BRAND_DRIVER_DATE := ([0-9]{2})/([0-9]{2})/([0-9]{4})$|\3-\1-\2|p' brand.mk | grep .)" >/dev/null; }

changelog() {
    python3 - "$version" <<'END'
import datetime, re, sys
heads = [line[3:].strip() for line in open("CHANGELOG.md", encoding="utf-8") if line.startswith("## ")]
assert heads and heads[0] == "[Unreleased]", "the first section is not [Unreleased]"
last = tuple(map(int, sys.argv[1].split(".")))
date = datetime.date.max
for head in heads[1:]:
    found = re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d\d-\d\d)", head)
    assert found, f"'{head}' is not [version] - date"
    number, day = tuple(map(int, found.groups()[:3])), datetime.date.fromisoformat(found[4])
    assert number <= last and day <= date, f"{head} is out of order, or newer than brand.mk"
    last, date = number, day
kinds = {line[4:].strip() for line in open("CHANGELOG.md", encoding="utf-8") if line.startswith("### ")}
assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}, kinds
END
}

check version_is_three_numbers is_a_version
check version_is_written_in_one_place nowhere_else
check date_of_the_driver_package_is_one date_is_one
check changelog_keeps_to_its_form changelog
finish
