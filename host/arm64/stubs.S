/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * ARM64's counterpart of seh_x64.S. Windows and Linux share the calling convention here, but for functions with variable
 * arguments, which keep them all in general registers; x18 belongs to the system in both, and nobody touches it.
 */
        .text

/* Nothing is recorded: an exception is not unwound (host/arm64/seh.c). */
        .macro stub name
        .globl stub_\name
        .type stub_\name, %function
        .p2align 4
stub_\name:
        b \name
        .size stub_\name, . - stub_\name
        .endm

#define EXPORT(module, name, max_irql, may_fail, fidelity, note)
#define EXPORT_DATA(module, name, note)
#define EXPORT_AS(module, name, symbol, max_irql, may_fail, fidelity, note)
#define EXPORT_RAISES(module, name, max_irql, may_fail, fidelity, note) stub name;
#define EXPORT_RAISES_AS(module, name, symbol, max_irql, may_fail, fidelity, note) stub symbol;
#include "host/exports.def"

/* An address that no call returns to. */
        .globl seh_call_return
seh_call_return:
        brk #0

/* Control-flow guard: the check looks at x15 and returns, the dispatch goes to x9. Every target is allowed. */
        .globl pe_guard_check
        .type pe_guard_check, %function
pe_guard_check:
        ret
        .size pe_guard_check, . - pe_guard_check
        .globl pe_guard_dispatch
        .type pe_guard_dispatch, %function
pe_guard_dispatch:
        br x9
        .size pe_guard_dispatch, . - pe_guard_dispatch

/* ULONG DbgPrint(PCSTR Format, ...): the seven registers that may hold arguments, and behind them what lies on the stack,
 * in one row. */
        .macro variadic name, print
        .globl \name
        .type \name, %function
        .p2align 4
\name:
        .cfi_startproc
        sub sp, sp, #64
        .cfi_def_cfa_offset 64
        stp x0, x1, [sp]
        stp x2, x3, [sp, #16]
        stp x4, x5, [sp, #32]
        stp x6, x7, [sp, #48]
        mov x0, sp
        stp x29, x30, [sp, #-16]!
        .cfi_def_cfa_offset 80
        .cfi_offset x29, -80
        .cfi_offset x30, -72
        mov x29, sp
        bl \print
        ldp x29, x30, [sp], #80
        .cfi_def_cfa_offset 0
        ret
        .cfi_endproc
        .size \name, . - \name
        .endm
        variadic DbgPrint, rtl_print_row
        variadic DbgPrintEx, rtl_print_row_ex

        .section .note.GNU-stack, "", %progbits
