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
#define FRAME       352 /* the arguments and it */

/* The same text is assembled for Linux and, as a part of a Windows DLL, in Windows's convention: functions with a frame
 * (BEGIN, FRAME_MAKE, FRAME_LEAVE, END), and without one (LEAF, LEAF_END). After THREADS
 * a variable of the thread is at THREADS_OWN. */
#if defined(_WIN32)
#define BEGIN(name)      .seh_proc name; name:
#define FRAME_MAKE(size) push %rbp; .seh_pushreg %rbp; mov %rsp, %rbp; .seh_setframe %rbp, 0; sub $size, %rsp; \
                         .seh_stackalloc size; .seh_endprologue
#define FRAME_LEAVE      leave
#define END(name)        .seh_endproc
#define LEAF(name)       name:
#define LEAF_END(name)
#define THREADS(name)    mov _tls_index(%rip), %r10d; mov %gs:0x58, %r11; mov (%r11,%r10,8), %r10; \
                         lea name@SECREL32(%r10), %r10
#define THREADS_OWN      (%r10)
#else
#define BEGIN(name)      .type name, @function; name: .cfi_startproc
#define FRAME_MAKE(size) push %rbp; .cfi_def_cfa_offset 16; .cfi_offset %rbp, -16; mov %rsp, %rbp; \
                         .cfi_def_cfa_register %rbp; sub $size, %rsp
#define FRAME_LEAVE      leave; .cfi_def_cfa %rsp, 8
#define END(name)        .cfi_endproc; .size name, . - name
#define LEAF(name)       .type name, @function; name:
#define LEAF_END(name)   .size name, . - name
#define THREADS(name)    mov name@gottpoff(%rip), %r10
#define THREADS_OWN      %fs:(%r10)
#endif

        .text

/* The common part of all stubs: rax is the function. Up to 12 parameters are passed on: the words above the caller's
 * return address are copied whether they are parameters or not. */
        .p2align 4
        BEGIN(seh_call)
        FRAME_MAKE(FRAME)
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
        THREADS(seh_frames)
        mov THREADS_OWN, %r11
        mov %r11, RSP(F_PREVIOUS)
        lea RSP(F_PREVIOUS), %r11
        mov %r11, THREADS_OWN
        call *%rax
        .globl seh_call_return
seh_call_return:
        THREADS(seh_frames)
        mov RSP(F_PREVIOUS), %r11
        mov %r11, THREADS_OWN
        FRAME_LEAVE
        ret
        END(seh_call)

        .macro stub name
        .globl stub_\name
        LEAF(stub_\name)
        lea \name(%rip), %rax
        jmp seh_call
        LEAF_END(stub_\name)
        .endm

#define EXPORT(module, name, max_irql, may_fail, fidelity, note)
#define EXPORT_DATA(module, name, note)
#define EXPORT_AS(module, name, symbol, max_irql, may_fail, fidelity, note)
#define EXPORT_RAISES(module, name, max_irql, may_fail, fidelity, note) stub name;
#define EXPORT_RAISES_AS(module, name, symbol, max_irql, may_fail, fidelity, note) stub symbol;
#include "host/exports.def"

/* uint64_t seh_invoke(function, first, second, third, fourth, dispatch), itself in the host's own convention: calls
 * into an image. The unwinder knows the return address, and finds the dispatch above the four words that belong to the callee. */
        .globl seh_invoke
        BEGIN(seh_invoke)
        FRAME_MAKE(48)
#if defined(_WIN32)
        mov 56(%rbp), %rax
        mov %rax, 32(%rsp)
        mov %rcx, %rax
        mov %rdx, %rcx
        mov %r8, %rdx
        mov %r9, %r8
        mov 48(%rbp), %r9
#else
        mov %r9, 32(%rsp)
        mov %rdi, %rax
        mov %r8, %r9
        mov %rcx, %r8
        mov %rsi, %rcx
#endif
        call *%rax
        .globl seh_invoke_return
seh_invoke_return:
        FRAME_LEAVE
        ret
        END(seh_invoke)

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
        LEAF(seh_resume)
#if defined(_WIN32)
        mov %rcx, %rdi
#endif
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
        LEAF_END(seh_resume)

/* void RtlCaptureContext(CONTEXT *), of an image: without the entry check, which would change the registers. */
        .globl RtlCaptureContext
        LEAF(RtlCaptureContext)
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
        LEAF_END(RtlCaptureContext)

/* Control-flow guard: the check looks at rcx and returns, the dispatch goes to rax. */
        .globl pe_guard_check
        LEAF(pe_guard_check)
        ret
        LEAF_END(pe_guard_check)
        .globl pe_guard_dispatch
        LEAF(pe_guard_dispatch)
        jmp *%rax
        LEAF_END(pe_guard_dispatch)

#if !defined(_WIN32)
        .section .note.GNU-stack, "", @progbits
#endif
