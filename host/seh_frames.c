/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The host's own frames, by their frame pointers.
 */
#include "host/seh.h"

/* A host frame's link and return address. Not through the sanitizers: these are frames of others. */
__attribute__((no_sanitize("address", "thread"))) static bool link_read(uint64_t rbp, uint64_t *next, uint64_t *rip) {
    struct seh_stack stack = seh_stack();
    if (rbp % 8 || rbp < stack.low || rbp > stack.high - 16) return false;
    *next = ((const volatile uint64_t *)(uintptr_t)rbp)[0];
    *rip = ((const volatile uint64_t *)(uintptr_t)rbp)[1];
    return true;
}

struct seh_frame *seh_caller(const CONTEXT *from, bool *image_between) {
    uint64_t rbp = from->SEH_FP, next, rip;
    *image_between = false;
    for (unsigned i = 0; i < 256 && link_read(rbp, &next, &rip); i++, rbp = next) {
        if (rip == (uint64_t)(uintptr_t)seh_call_return) return (struct seh_frame *)(uintptr_t)(next - SEH_FRAME_SIZE);
        if (image_find((const void *)(uintptr_t)rip)) {
            *image_between = true;
            return NULL;
        }
        if (next <= rbp) break;
    }
    return NULL;
}

bool seh_host_step(CONTEXT *context) {
    uint64_t next, rip;
    if (context->SEH_PC == (uint64_t)(uintptr_t)seh_call_return) {
        CONTEXT caller;
        seh_context_of((const struct seh_frame *)(uintptr_t)(context->SEH_SP + SEH_FRAME_ABOVE_SP), &caller);
        *context = caller;
        return true;
    }
    if (!link_read(context->SEH_FP, &next, &rip) || context->SEH_FP < context->SEH_SP) return false;
    context->SEH_SP = context->SEH_FP + 16;
    context->SEH_FP = next;
    context->SEH_PC = rip;
    return true;
}

__attribute__((noinline)) bool seh_here(CONTEXT *context) {
    uint64_t rbp = (uint64_t)(uintptr_t)__builtin_frame_address(0), next, rip;
    if (!link_read(rbp, &next, &rip)) return false;
    context->SEH_PC = rip;
    context->SEH_SP = rbp + 16;
    context->SEH_FP = next;
    return true;
}
