/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Backtraces through host and image code: the host's frames by their frame pointers, PE frames by their tables.
 */
#include "host/seh.h"

#include <dlfcn.h>

#define DEPTH_LIMIT 64

/* A host frame's link and return address. Not through the sanitizers: these are frames of others. */
__attribute__((no_sanitize("address", "thread"))) static bool link_read(uint64_t rbp, uint64_t *next, uint64_t *rip) {
    struct seh_stack stack = seh_stack();
    if (rbp % 8 || rbp < stack.low || rbp > stack.high - 16) return false;
    *next = ((const volatile uint64_t *)(uintptr_t)rbp)[0];
    *rip = ((const volatile uint64_t *)(uintptr_t)rbp)[1];
    return true;
}

struct seh_frame *seh_caller(uint64_t rbp, bool *image_between) {
    uint64_t next, rip;
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

static bool host_step(CONTEXT *context) {
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

/* Calls visit with the address in each frame. */
static void walk(const CONTEXT *from, void (*visit)(uint64_t rip, void *context), void *argument) {
    CONTEXT context = *from;
    Dl_info info;
    /* A call of a wild pointer: the return address is all that there is. */
    if (!image_find((const void *)(uintptr_t)context.SEH_PC) &&
        !dladdr((const void *)(uintptr_t)context.SEH_PC, &info)) {
        visit(context.SEH_PC, argument);
        if (!seh_step_leaf(&context)) return;
    }
    for (unsigned i = 0; i < DEPTH_LIMIT && context.SEH_PC; i++) {
        uint64_t base, before = context.SEH_SP;
        visit(context.SEH_PC, argument);
        const RUNTIME_FUNCTION *function = seh_function(seh_control_pc(&context), &base);
        struct seh_step step;
        struct image *image = image_find((const void *)(uintptr_t)context.SEH_PC);
        bool more;
        if (function)
            more = seh_step(0, base, seh_control_pc(&context), function, &context, &step);
        else if (image && !image_is_native(image))
            more = seh_step_leaf(&context);
        else
            more = host_step(&context);
        if (!more || context.SEH_SP <= before) break;
    }
}

struct printer {
    FILE *file;
    unsigned frame;
};

static void print_frame(uint64_t rip, void *argument) {
    struct printer *printer = argument;
    char place[256];
    image_describe((const void *)(uintptr_t)rip, place, sizeof place);
    fprintf(printer->file, "  #%-2u %s\n", printer->frame++, place);
}

static void note_image(uint64_t rip, void *found) {
    *(bool *)found |= image_find((const void *)(uintptr_t)rip) != NULL;
}

bool seh_in_call(uint64_t rip, uint64_t rsp, uint64_t rbp) {
    CONTEXT context = {.SEH_PC = rip, .SEH_SP = rsp, .SEH_FP = rbp};
    bool found = false;
    walk(&context, note_image, &found);
    return found;
}

void seh_trace(FILE *file, const CONTEXT *from) {
    struct printer printer = {.file = file};
    walk(from, print_frame, &printer);
}

void seh_trace_from(FILE *file, uint64_t rip, uint64_t rsp, uint64_t rbp) {
    CONTEXT context = {.SEH_PC = rip, .SEH_SP = rsp, .SEH_FP = rbp};
    seh_trace(file, &context);
}

__attribute__((noinline)) void seh_walk(void (*visit)(uint64_t rip, void *context), void *argument) {
    uint64_t rbp = (uint64_t)(uintptr_t)__builtin_frame_address(0), next, rip;
    if (!link_read(rbp, &next, &rip)) return;
    CONTEXT context = {.SEH_PC = rip, .SEH_SP = rbp + 16, .SEH_FP = next};
    walk(&context, visit, argument);
}

__attribute__((noinline)) void image_backtrace(FILE *file) {
    uint64_t rbp = (uint64_t)(uintptr_t)__builtin_frame_address(0), next, rip;
    if (link_read(rbp, &next, &rip)) seh_trace_from(file, rip, rbp + 16, next);
}
