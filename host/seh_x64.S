/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What C cannot say: import stubs, calls that the unwinder recognises, contexts, guard functions.
 */
#define RSP(offset) (offset)(%rsp)

/* struct seh_frame, above the arguments of the call */
#define ARGUMENTS   96 /* 4 in registers have a place here, too, and 8 more */
#define F_PREVIOUS  ARGUMENTS + 0
#define F_RIP       ARGUMENTS + 8
#define F_RSP       ARGUMENTS + 16
#define F_RBX       ARGUMENTS + 24
#define F_RBP       ARGUMENTS + 32
#define F_RSI       ARGUMENTS + 40
#define F_RDI       ARGUMENTS + 48
#define F_R12       ARGUMENTS + 56
#define F_R13       ARGUMENTS + 64
#define F_R14       ARGUMENTS + 72
#define F_R15       ARGUMENTS + 80
#define F_FUNCTION  ARGUMENTS + 88
#define F_XMM       ARGUMENTS + 96
#define FRAME       ARGUMENTS + 256

        .text

/* The common part of all stubs: rax is the function. Up to 12 parameters are passed on: the words above the caller's
 * return address are copied whether they are parameters or not. */
        .p2align 4
        .type seh_call, @function
seh_call:
        .cfi_startproc
        push %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        mov %rsp, %rbp
        .cfi_def_cfa_register %rbp
        sub $FRAME, %rsp
        mov 8(%rbp), %r10
        mov %r10, RSP(F_RIP)
        lea 16(%rbp), %r10
        mov %r10, RSP(F_RSP)
        mov 0(%rbp), %r10
        mov %r10, RSP(F_RBP)
        mov %rbx, RSP(F_RBX)
        mov %rsi, RSP(F_RSI)
        mov %rdi, RSP(F_RDI)
        mov %r12, RSP(F_R12)
        mov %r13, RSP(F_R13)
        mov %r14, RSP(F_R14)
        mov %r15, RSP(F_R15)
        mov %rax, RSP(F_FUNCTION)
        .irp n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        movaps %xmm\n, RSP(F_XMM + (\n - 6) * 16)
        .endr
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7
        mov 48 + \n * 8(%rbp), %r10
        mov %r10, RSP(32 + \n * 8)
        .endr
        mov seh_frames@gottpoff(%rip), %r10
        mov %fs:(%r10), %r11
        mov %r11, RSP(F_PREVIOUS)
        lea RSP(F_PREVIOUS), %r11
        mov %r11, %fs:(%r10)
        call *%rax
        .globl seh_call_return
seh_call_return:
        mov seh_frames@gottpoff(%rip), %r10
        mov RSP(F_PREVIOUS), %r11
        mov %r11, %fs:(%r10)
        leave
        .cfi_def_cfa %rsp, 8
        ret
        .cfi_endproc
        .size seh_call, . - seh_call

        .macro stub name
        .globl stub_\name
        .type stub_\name, @function
stub_\name:
        .cfi_startproc
        lea \name(%rip), %rax
        jmp seh_call
        .cfi_endproc
        .size stub_\name, . - stub_\name
        .endm

#define EXPORT(module, name, max_irql, may_fail, fidelity, note)
#define EXPORT_DATA(module, name, note)
#define EXPORT_AS(module, name, symbol, max_irql, may_fail, fidelity, note)
#define EXPORT_RAISES(module, name, max_irql, may_fail, fidelity, note) stub name;
#define EXPORT_RAISES_AS(module, name, symbol, max_irql, may_fail, fidelity, note) stub symbol;
#include "host/exports.def"

/* uint64_t seh_invoke(function, first, second, third, fourth, dispatch), itself in the ELF convention: calls into an
 * image. The unwinder knows the return address, and finds the dispatch above the four words that belong to the callee. */
        .globl seh_invoke
        .type seh_invoke, @function
seh_invoke:
        .cfi_startproc
        push %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        mov %rsp, %rbp
        .cfi_def_cfa_register %rbp
        sub $48, %rsp
        mov %r9, 32(%rsp)
        mov %rdi, %rax
        mov %r8, %r9
        mov %rcx, %r8
        mov %rsi, %rcx
        call *%rax
        .globl seh_invoke_return
seh_invoke_return:
        leave
        .cfi_def_cfa %rsp, 8
        ret
        .cfi_endproc
        .size seh_invoke, . - seh_invoke

/* CONTEXT */
#define C_FLAGS  0x30
#define C_MXCSR  0x34
#define C_SEG_CS 0x38
#define C_SEG_SS 0x42
#define C_EFLAGS 0x44
#define C_RAX    0x78
#define C_RCX    0x80
#define C_RDX    0x88
#define C_RBX    0x90
#define C_RSP    0x98
#define C_RBP    0xa0
#define C_RSI    0xa8
#define C_RDI    0xb0
#define C_R8     0xb8
#define C_RIP    0xf8
#define C_FLOAT  0x100
#define C_XMM0   0x1a0

/* _Noreturn void seh_resume(const CONTEXT *context). Flags and instruction pointer go on the stack that is resumed, just
 * below its top: code of Windows keeps nothing there. */
        .globl seh_resume
        .type seh_resume, @function
seh_resume:
        ldmxcsr C_MXCSR(%rdi)
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        movaps C_XMM0 + \n * 16(%rdi), %xmm\n
        .endr
        mov C_RSP(%rdi), %rax
        mov C_RIP(%rdi), %rcx
        mov %rcx, -8(%rax)
        mov C_EFLAGS(%rdi), %ecx
        mov %rcx, -16(%rax)
        mov C_RAX(%rdi), %rcx
        mov %rcx, -24(%rax)
        mov C_RCX(%rdi), %rcx
        mov C_RDX(%rdi), %rdx
        mov C_RBX(%rdi), %rbx
        mov C_RBP(%rdi), %rbp
        mov C_RSI(%rdi), %rsi
        mov C_R8(%rdi), %r8
        mov C_R8 + 8(%rdi), %r9
        mov C_R8 + 16(%rdi), %r10
        mov C_R8 + 24(%rdi), %r11
        mov C_R8 + 32(%rdi), %r12
        mov C_R8 + 40(%rdi), %r13
        mov C_R8 + 48(%rdi), %r14
        mov C_R8 + 56(%rdi), %r15
        mov C_RDI(%rdi), %rdi
        lea -24(%rax), %rsp
        pop %rax
        popf
        ret
        .size seh_resume, . - seh_resume

/* void RtlCaptureContext(CONTEXT *), of an image: without the entry check, which would change the registers. */
        .globl RtlCaptureContext
        .type RtlCaptureContext, @function
RtlCaptureContext:
        pushf
        fxsave C_FLOAT(%rcx)
        stmxcsr C_MXCSR(%rcx)
        mov %rax, C_RAX(%rcx)
        mov %rcx, C_RCX(%rcx)
        mov %rdx, C_RDX(%rcx)
        mov %rbx, C_RBX(%rcx)
        mov %rbp, C_RBP(%rcx)
        mov %rsi, C_RSI(%rcx)
        mov %rdi, C_RDI(%rcx)
        mov %r8, C_R8(%rcx)
        mov %r9, C_R8 + 8(%rcx)
        mov %r10, C_R8 + 16(%rcx)
        mov %r11, C_R8 + 24(%rcx)
        mov %r12, C_R8 + 32(%rcx)
        mov %r13, C_R8 + 40(%rcx)
        mov %r14, C_R8 + 48(%rcx)
        mov %r15, C_R8 + 56(%rcx)
        pop %rax
        mov %eax, C_EFLAGS(%rcx)
        mov (%rsp), %rax
        mov %rax, C_RIP(%rcx)
        lea 8(%rsp), %rax
        mov %rax, C_RSP(%rcx)
        movl $0x10000f, C_FLAGS(%rcx)
        mov %cs, C_SEG_CS(%rcx)
        mov %ss, C_SEG_SS(%rcx)
        mov C_RAX(%rcx), %rax
        ret
        .size RtlCaptureContext, . - RtlCaptureContext

/* Control-flow guard: the check looks at rcx and returns, the dispatch goes to rax. */
        .globl pe_guard_check
        .type pe_guard_check, @function
pe_guard_check:
        ret
        .size pe_guard_check, . - pe_guard_check
        .globl pe_guard_dispatch
        .type pe_guard_dispatch, @function
pe_guard_dispatch:
        jmp *%rax
        .size pe_guard_dispatch, . - pe_guard_dispatch

        .section .note.GNU-stack, "", @progbits
