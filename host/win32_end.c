/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The end of a process as its programs' half sees it: without a word to the program, as TerminateProcess does it.
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
    win32_heap_ends(process);
}
