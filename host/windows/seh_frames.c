/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The host's own frames, by Windows's unwinder: frame pointers need not be links here.
 */
#include "host/seh.h"
#include "host/windows/os_windows.h"

struct seh_frame *seh_caller(const CONTEXT *from, bool *image_between) {
    CONTEXT context = *from;
    *image_between = false;
    for (unsigned i = 0; i < 256; i++) {
        if (context.Rip == (uint64_t)(uintptr_t)seh_call_return)
            return (struct seh_frame *)(uintptr_t)(context.Rsp + SEH_FRAME_ABOVE_SP);
        if (image_find((const void *)(uintptr_t)context.Rip)) {
            *image_between = true;
            return NULL;
        }
        if (!os_unwind(&context)) break;
    }
    return NULL;
}

bool seh_host_step(CONTEXT *context) {
    if (context->Rip == (uint64_t)(uintptr_t)seh_call_return) {
        CONTEXT caller;
        seh_context_of((const struct seh_frame *)(uintptr_t)(context->Rsp + SEH_FRAME_ABOVE_SP), &caller);
        *context = caller;
        return true;
    }
    return os_unwind(context);
}

/* Where os_context returns to is here: one frame up is the caller. */
__attribute__((noinline)) bool seh_here(CONTEXT *context) {
    os_context(context);
    if (!os_unwind(context)) return false;
    return os_unwind(context);
}
