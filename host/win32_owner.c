/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A process as its programs' half sees it: its rights; and its end without a word, as TerminateProcess does it.
 */
#include "host/kernel_private.h"
#include "host/win32_private.h"

void win32_process_silence(PEPROCESS process) {
    win32_notifications_silence(process);
    win32_devices_silence(process);
    win32_console_silence(process);
}

void win32_process_ends(PEPROCESS process) {
    win32_modules_end(process);
    win32_fls_process_ends(process);
    win32_info_sets_end(process);
    win32_heap_ends(process);
}

bool win32_is_administrator(void) { return ps_current_process()->token != SE_TOKEN_USER; }
