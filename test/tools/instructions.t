#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# Neither path has become longer.
exec "$(dirname "$0")/../../bench/instructions.py"
