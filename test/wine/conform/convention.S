/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The x64 calling convention, looked at from both ends (conform.c):
 * https://learn.microsoft.com/cpp/build/x64-calling-convention and .../x64-software-conventions.
 */
    .intel_syntax noprefix
    .text

    .globl Checked
    .p2align 4
Checked:
    push rbx
    push rbp
    push rsi
    push rdi
    push r12
    push r13
    push r14
    push r15
    sub rsp, 200 /* 32 of home space, 160 for what follows, 8 for alignment */
    .irp n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movaps [rsp + 32 + (\n - 6) * 16], xmm\n
    .endr
    mov rax, rcx
    mov rcx, rdx
    mov rdx, r8
    mov r8, r9
    mov r9, 0xABABABABABABABAB
    .irp r, rbx, rbp, rsi, rdi, r12, r13, r14, r15
    mov \r, r9
    .endr
    .irp n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movq xmm\n, r9
    punpcklqdq xmm\n, xmm\n
    .endr
    .irp at, 0, 8, 16, 24 /* the callee's home space is for it to write to */
    mov [rsp + \at], r9
    .endr
    call rax
    mov r9, 0xABABABABABABABAB
    xor ecx, ecx
    .irp r, rbx, rbp, rsi, rdi, r12, r13, r14, r15
    xor edx, edx
    cmp \r, r9
    setne dl
    add ecx, edx
    .endr
    movq xmm0, r9
    punpcklqdq xmm0, xmm0
    .irp n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    pcmpeqb xmm\n, xmm0
    pmovmskb edx, xmm\n
    xor r8d, r8d
    cmp edx, 0xffff
    setne r8b
    add ecx, r8d
    .endr
    /* The direction flag is clear between functions. */
    pushfq
    pop rdx
    shr edx, 10
    and edx, 1
    add ecx, edx
    cld
    add [rip + Spoilt], ecx
    .irp n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movaps xmm\n, [rsp + 32 + (\n - 6) * 16]
    .endr
    add rsp, 200
    pop r15
    pop r14
    pop r13
    pop r12
    pop rdi
    pop rsi
    pop rbp
    pop rbx
    ret

    .globl Logger
    .p2align 4
Logger:
    mov eax, esp
    and eax, 15
    cmp eax, 8
    je 1f
    inc dword ptr [rip + Misaligned]
1:  sub rsp, 40
    call Log
    add rsp, 40
    mov rax, 0xCDCDCDCDCDCDCDCD
    .irp at, 8, 16, 24, 32 /* our home space, which the library has to leave us */
    mov [rsp + \at], rax
    .endr
    .irp r, rcx, rdx, r8, r9, r10, r11
    mov \r, rax
    .endr
    .irp n, 0, 1, 2, 3, 4, 5
    movq xmm\n, rax
    .endr
    ret

    .bss
    .globl Spoilt, Misaligned
    .p2align 2
Spoilt: .long 0
Misaligned: .long 0
