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
#if defined(_WIN32)
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
