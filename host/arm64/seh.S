/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * ARM64's counterpart of seh_x64.S. Windows and Linux share the calling convention here, but for functions with variable
 * arguments, which keep them all in general registers; x18 belongs to the system in both, and nobody touches it.
 */
#define ARGUMENTS  64 /* eight words that may lie on the caller's stack */
#define F_PREVIOUS ARGUMENTS + 0
#define F_PC       ARGUMENTS + 8
#define F_SP       ARGUMENTS + 16
#define F_X19      ARGUMENTS + 24
#define F_X29      ARGUMENTS + 104
#define F_FUNCTION ARGUMENTS + 112
#define F_D8       ARGUMENTS + 128
#define LINK       ARGUMENTS + 192 /* x29, x30 */
#define FRAME      LINK + 16

        .text

/* The common part of all stubs: x16 is the function. What lies above the stack pointer is copied whether it is arguments
 * or not. */
        .p2align 4
        .type seh_call, %function
seh_call:
        .cfi_startproc
        mov x17, sp
        sub sp, sp, #(FRAME)
        .cfi_def_cfa_offset FRAME
        add x9, sp, #(LINK)
        stp x29, x30, [x9]
        .cfi_offset x29, -16
        .cfi_offset x30, -8
        str x30, [sp, #(F_PC)]
        str x17, [sp, #(F_SP)]
        str x19, [sp, #(F_X19)]
        .irp n, 20, 21, 22, 23, 24, 25, 26, 27, 28
        str x\n, [sp, #(F_X19 + (\n - 19) * 8)]
        .endr
        str x29, [sp, #(F_X29)]
        str x16, [sp, #(F_FUNCTION)]
        .irp n, 8, 9, 10, 11, 12, 13, 14, 15
        str d\n, [sp, #(F_D8 + (\n - 8) * 8)]
        .endr
        .irp n, 0, 16, 32, 48
        ldp x10, x11, [x17, #\n]
        stp x10, x11, [sp, #\n]
        .endr
        mov x29, x9
        .cfi_def_cfa x29, 16
        adrp x10, :gottprel:seh_frames
        ldr x10, [x10, :gottprel_lo12:seh_frames]
        mrs x11, tpidr_el0
        ldr x12, [x11, x10]
        str x12, [sp, #(F_PREVIOUS)]
        add x12, sp, #(F_PREVIOUS)
        str x12, [x11, x10]
        blr x16
        .globl seh_call_return
seh_call_return:
        adrp x10, :gottprel:seh_frames
        ldr x10, [x10, :gottprel_lo12:seh_frames]
        mrs x11, tpidr_el0
        ldr x12, [sp, #(F_PREVIOUS)]
        str x12, [x11, x10]
        ldp x29, x30, [sp, #(LINK)]
        add sp, sp, #(FRAME)
        .cfi_def_cfa sp, 0
        ret
        .cfi_endproc
        .size seh_call, . - seh_call

        .macro stub name
        .globl stub_\name
        .type stub_\name, %function
        .p2align 4
stub_\name:
        adrp x16, :got:\name
        ldr x16, [x16, :got_lo12:\name]
        b seh_call
        .size stub_\name, . - stub_\name
        .endm

#define EXPORT(module, name, max_irql, may_fail, fidelity, note)
#define EXPORT_DATA(module, name, note)
#define EXPORT_AS(module, name, symbol, max_irql, may_fail, fidelity, note)
#define EXPORT_RAISES(module, name, max_irql, may_fail, fidelity, note) stub name;
#define EXPORT_RAISES_AS(module, name, symbol, max_irql, may_fail, fidelity, note) stub symbol;
#include "host/exports.def"

/* uint64_t seh_invoke(function, first, second, third, fourth, dispatch): calls into an image. The unwinder knows the
 * return address, and finds the dispatch 32 bytes above the stack pointer. */
        .globl seh_invoke
        .type seh_invoke, %function
seh_invoke:
        .cfi_startproc
        stp x29, x30, [sp, #-64]!
        .cfi_def_cfa_offset 64
        .cfi_offset x29, -64
        .cfi_offset x30, -56
        mov x29, sp
        str x5, [sp, #32]
        mov x16, x0
        mov x0, x1
        mov x1, x2
        mov x2, x3
        mov x3, x4
        blr x16
        .globl seh_invoke_return
seh_invoke_return:
        ldp x29, x30, [sp], #64
        .cfi_def_cfa_offset 0
        ret
        .cfi_endproc
        .size seh_invoke, . - seh_invoke

/* CONTEXT */
#define C_FLAGS 0x0
#define C_CPSR  0x4
#define C_X0    0x8
#define C_FP    0xf0
#define C_LR    0xf8
#define C_SP    0x100
#define C_PC    0x108
#define C_V0    0x110

/* _Noreturn void seh_resume(const CONTEXT *context), by x18, which no image uses. */
        .globl seh_resume
        .type seh_resume, %function
seh_resume:
        ldr w1, [x0, #C_CPSR]
        msr nzcv, x1
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        ldr q\n, [x0, #(C_V0 + \n * 16)]
        .endr
        ldr x1, [x0, #C_SP]
        mov sp, x1
        ldr x18, [x0, #C_PC]
        .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
        ldr x\n, [x0, #(C_X0 + \n * 8)]
        .endr
        ldr x29, [x0, #C_FP]
        ldr x30, [x0, #C_LR]
        ldr x0, [x0, #C_X0]
        br x18
        .size seh_resume, . - seh_resume

/* void RtlCaptureContext(CONTEXT *), of an image: without the entry check, which would change the registers. */
        .globl RtlCaptureContext
        .type RtlCaptureContext, %function
RtlCaptureContext:
        .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
        str x\n, [x0, #(C_X0 + \n * 8)]
        .endr
        str x0, [x0, #C_X0]
        str x29, [x0, #C_FP]
        str x30, [x0, #C_LR]
        str x30, [x0, #C_PC]
        mov x1, sp
        str x1, [x0, #C_SP]
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        str q\n, [x0, #(C_V0 + \n * 16)]
        .endr
        mrs x1, nzcv
        str w1, [x0, #C_CPSR]
        movz w1, #0x0007
        movk w1, #0x0040, lsl #16
        str w1, [x0, #C_FLAGS]
        ldr x1, [x0, #(C_X0 + 8)]
        ret
        .size RtlCaptureContext, . - RtlCaptureContext

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
