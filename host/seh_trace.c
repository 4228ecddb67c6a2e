/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Backtraces through host and image code: the host's frames by seh_frames.c, PE frames by their tables.
 */
#include "host/os.h"
#include "host/seh.h"

#define DEPTH_LIMIT 64

/* Calls visit with the address in each frame. */
static void walk(const CONTEXT *from, void (*visit)(uint64_t rip, void *context), void *argument) {
    CONTEXT context = *from;
    char text[256];
    /* A call of a wild pointer: the return address is all that there is. */
    if (!image_find((const void *)(uintptr_t)context.SEH_PC) &&
        !os_code_describe((const void *)(uintptr_t)context.SEH_PC, text, sizeof text)) {
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
            more = seh_host_step(&context);
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
    CONTEXT context = {0};
    if (seh_here(&context)) walk(&context, visit, argument);
}

__attribute__((noinline)) void image_backtrace(FILE *file) {
    CONTEXT context = {0};
    if (seh_here(&context)) seh_trace(file, &context);
}
