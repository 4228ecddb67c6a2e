/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What control-flow guard needs and a C runtime would bring: the load configuration (IMAGE_LOAD_CONFIG_DIRECTORY64), and
 * the two pointers through which guarded calls go until the loader sets them. The linker fills in the guard tables.
 */
    .section .rdata$cfg, "dr"
    .balign 16
    .globl _load_config_used
_load_config_used:
    .long 0x140                   /* Size */
    .long 0                       /* TimeDateStamp */
    .short 0, 0                   /* MajorVersion, MinorVersion */
    .long 0, 0, 0                 /* GlobalFlagsClear, GlobalFlagsSet, CriticalSectionDefaultTimeout */
    .quad 0, 0, 0, 0, 0, 0        /* DeCommitFreeBlockThreshold to ProcessAffinityMask */
    .long 0                       /* ProcessHeapFlags */
    .short 0, 0                   /* CSDVersion, DependentLoadFlags */
    .quad 0                       /* EditList */
    .quad __security_cookie       /* SecurityCookie */
    .quad 0, 0                    /* SEHandlerTable, SEHandlerCount */
    .quad __guard_check_icall_fptr
    .quad __guard_dispatch_icall_fptr
    .quad __guard_fids_table
    .quad __guard_fids_count
    .long __guard_flags
    .short 0, 0                   /* CodeIntegrity */
    .long 0
    .long 0
    .quad __guard_iat_table
    .quad __guard_iat_count
    .quad __guard_longjmp_table
    .quad __guard_longjmp_count
    .zero 0x140 - (. - _load_config_used)

    .section .00cfg, "dr"
    .balign 8
    .globl __guard_check_icall_fptr
__guard_check_icall_fptr:
    .quad guard_check_nothing
    .globl __guard_dispatch_icall_fptr
__guard_dispatch_icall_fptr:
    .quad guard_dispatch_nothing

    .data
    .balign 8
    .globl __security_cookie
__security_cookie:
    .quad 0x00002B992DDFA232

    .text
    .balign 16
guard_check_nothing:
    ret
    .balign 16
guard_dispatch_nothing:
#if defined(__aarch64__)
    br x9
#else
    jmp *%rax
#endif
