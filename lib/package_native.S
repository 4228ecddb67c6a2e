/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The driver package that a native build of the library carries, where PE files have resources (lib/warren.rc).
 */
        .section .rodata
        .globl  resource_10_1, resource_10_1_end, resource_10_2, resource_10_2_end
resource_10_1:
        .incbin PACKAGE_INF
resource_10_1_end:
        .balign 16
resource_10_2:
        .incbin PACKAGE_SYS
resource_10_2_end:
        .section .note.GNU-stack, "", @progbits
