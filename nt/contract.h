/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Contracts that tools check: IRQL (SAL under MSVC; text for the reader elsewhere, enforced by the host at run time),
 * locks (clang's thread-safety analysis), and structured exceptions that also work in the native builds.
 */
#ifndef NT_CONTRACT_H
#define NT_CONTRACT_H

#include "nt/types.h"

#if !defined(_MSC_VER) || defined(__clang__)
#define _IRQL_requires_(irql)
#define _IRQL_requires_max_(irql)
#define _IRQL_requires_min_(irql)
#define _IRQL_requires_same_
#define _IRQL_raises_(irql)
#define _IRQL_saves_
#define _IRQL_restores_
#define _Use_decl_annotations_
#define _IRQL_saves_global_(kind, param)
#define _IRQL_restores_global_(kind, param)
#define _IRQL_always_function_max_(irql)
#define _IRQL_always_function_min_(irql)
#define _IRQL_uses_cancel_
#define _IRQL_is_cancel_
#define _In_
#define _In_opt_
#define _In_z_
#define _In_opt_z_
#define _In_reads_(n)
#define _In_reads_opt_(n)
#define _In_reads_bytes_(n)
#define _In_reads_bytes_opt_(n)
#define _Inout_
#define _Inout_opt_
#define _Inout_updates_(n)
#define _Inout_updates_bytes_(n)
#define _Out_
#define _Out_opt_
#define _Out_writes_(n)
#define _Out_writes_opt_(n)
#define _Out_writes_z_(n)
#define _Out_writes_to_(n, count)
#define _Out_writes_bytes_(n)
#define _Out_writes_bytes_opt_(n)
#define _Out_writes_bytes_to_(n, count)
#define _Outptr_
#define _Outptr_opt_
#define _Outptr_result_maybenull_
#define _COM_Outptr_
#define _Ret_maybenull_
#define _Ret_notnull_
#define _Must_inspect_result_
#define _Check_return_
#define _Success_(condition)
#define _Post_invalid_
#define _Pre_
#define _Post_
#define _Pre_notnull_
#define _Post_notnull_
#define _When_(condition, annotations)
#define _At_(target, annotations)
#define _Null_terminated_
#define _Field_size_(n)
#define _Field_size_bytes_(n)
#define _Field_z_
#define _Field_range_(low, high)
#define _Acquires_lock_(lock)
#define _Releases_lock_(lock)
#define _Requires_lock_held_(lock)
#define _Requires_lock_not_held_(lock)
#define _Acquires_exclusive_lock_(lock)
#define _Releases_exclusive_lock_(lock)
#define _Acquires_shared_lock_(lock)
#define _Releases_shared_lock_(lock)
#define _Guarded_by_(lock)
#define _Interlocked_
#define _Interlocked_operand_
#define _Function_class_(name)
#define _Dispatch_type_(type)
#define _Kernel_clear_do_init_(yes)
#define _Analysis_assume_(condition)
#define _Analysis_assume_lock_held_(lock)
#define _Analysis_assume_lock_not_held_(lock)
#define __analysis_assume(condition)
#endif

#if defined(__clang__)
#define CONTRACT_ATTRIBUTE(x) __attribute__((x))
#else
#define CONTRACT_ATTRIBUTE(x)
#endif
#define CONTRACT_CAPABILITY(name) CONTRACT_ATTRIBUTE(capability(name))
#define CONTRACT_GUARDED_BY(lock) CONTRACT_ATTRIBUTE(guarded_by(lock))
#define CONTRACT_REQUIRES(...) CONTRACT_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define CONTRACT_ACQUIRES(...) CONTRACT_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define CONTRACT_RELEASES(...) CONTRACT_ATTRIBUTE(release_capability(__VA_ARGS__))
#define CONTRACT_EXCLUDES(...) CONTRACT_ATTRIBUTE(locks_excluded(__VA_ARGS__))

/* NT_TRY { ... } NT_EXCEPT { Status = NT_EXCEPTION_CODE(); } NT_END_TRY
 *
 * Catches every exception raised inside the block. In PE builds it is __try and __except. In native builds it is a
 * setjmp on a list of frames that the host's raise consults first; there, no return, goto, break or continue may leave
 * the block, and only calls raise (a load from a bad address does not). */
#if defined(_WIN32) && !defined(NT_HOST)
#define NT_TRY __try
#define NT_EXCEPT __except (1 /* EXCEPTION_EXECUTE_HANDLER */)
#define NT_EXCEPTION_CODE() ((NTSTATUS)_exception_code())
#define NT_END_TRY
unsigned long _exception_code(void);
#else
#include <setjmp.h>

struct nt_seh_frame {
    struct nt_seh_frame *previous;
    NTSTATUS code; /* of the exception that was caught */
    jmp_buf place;
};

/* The host's: the calling thread's list of frames. */
void nt_seh_push(struct nt_seh_frame *frame);
void nt_seh_pop(struct nt_seh_frame *frame);

#define NT_TRY                                                                                                         \
    {                                                                                                                  \
        struct nt_seh_frame nt_seh_frame_;                                                                             \
        nt_seh_push(&nt_seh_frame_);                                                                                   \
        if (setjmp(nt_seh_frame_.place) == 0)
#define NT_EXCEPT else
#define NT_EXCEPTION_CODE() (nt_seh_frame_.code)
#define NT_END_TRY                                                                                                     \
    nt_seh_pop(&nt_seh_frame_);                                                                                        \
    }
#endif

#endif
