#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# docs/rules.md lists what the host enforces, and every rule has a driver that breaks it, or a reason why not.
cd "$(dirname "$0")/../.." || exit 2
if tools/gen_rules.py --check; then
    echo 'ok 1 - every_rule_is_listed_and_broken_by_a_driver_made_for_it'
else
    echo 'not ok 1 - every_rule_is_listed_and_broken_by_a_driver_made_for_it'
fi
echo 1..1
