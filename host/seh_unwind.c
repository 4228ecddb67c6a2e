/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * From a frame of PE code to its caller's, by the tables that pe_pdata.c has checked.
 */
#include "host/guest.h"
#include "host/os.h"
#include "host/pe.h"
#include "host/seh.h"

/* --- the stack --------------------------------------------------------------------------------------------------- */

static __thread struct seh_stack stack;
static __thread bool stack_assumed;

struct seh_stack seh_stack(void) {
    if (!stack.high && guest) {
        struct guest_stack windows = guest_stack();
        stack = (struct seh_stack){windows.low, windows.high};
    }
    if (!stack.high) os_stack(&stack.low, &stack.high);
    return stack;
}

bool seh_stack_assume(uint64_t rsp) {
    if (stack.high) return false;
    stack = (struct seh_stack){rsp & ~4095ull, (rsp & ~4095ull) + 4096};
    stack_assumed = true;
    return true;
}

void seh_stack_forget(void) {
    if (stack_assumed) stack = (struct seh_stack){0};
    stack_assumed = false;
}

/* A damaged frame must end the walk, not the process. Without the sanitizer: these are frames of others. */
__attribute__((no_sanitize("address", "thread"))) bool seh_stack_read(uint64_t at, uint64_t *value) {
    struct seh_stack bounds = seh_stack();
    if (at % 8 || at < bounds.low || at > bounds.high - 8) return false;
    *value = *(const volatile uint64_t *)(uintptr_t)at;
    return true;
}

#if defined(__x86_64__)
uint64_t seh_control_pc(const CONTEXT *context) { return context->Rip; }

enum {
    CODE_PUSH = 0,
    CODE_ALLOC_LARGE = 1,
    CODE_ALLOC_SMALL = 2,
    CODE_SET_FRAME = 3,
    CODE_SAVE = 4,
    CODE_SAVE_FAR = 5,
    CODE_EPILOG = 6,
    CODE_SPARE = 7,
    CODE_SAVE_XMM = 8,
    CODE_SAVE_XMM_FAR = 9,
    CODE_MACHINE_FRAME = 10,
};

unsigned seh_code_slots(unsigned version, uint8_t operation) {
    unsigned info = operation >> 4;
    switch (operation & 15) {
    case CODE_PUSH:
    case CODE_ALLOC_SMALL:
    case CODE_SET_FRAME: return 1;
    case CODE_ALLOC_LARGE: return info == 0 ? 2 : info == 1 ? 3 : 0;
    case CODE_SAVE:
    case CODE_SAVE_XMM: return 2;
    case CODE_SAVE_FAR:
    case CODE_SAVE_XMM_FAR: return 3;
    case CODE_EPILOG: return version == 2 ? 1 : 2;
    case CODE_SPARE: return 3;
    case CODE_MACHINE_FRAME: return info < 2 ? 1 : 0;
    default: return 0;
    }
}

static uint64_t *register_of(CONTEXT *context, unsigned number) {
    uint64_t *all = (uint64_t *)&context->Rax; /* in the machine's own order up to r15 */
    return all + number;
}

static bool pop(CONTEXT *context, uint64_t *value) {
    if (!seh_stack_read(context->Rsp, value)) return false;
    context->Rsp += 8;
    return true;
}

bool seh_step_leaf(CONTEXT *context) {
    uint64_t rip;
    if (!pop(context, &rip)) return false;
    context->Rip = rip;
    return true;
}

/* --- epilogues --------------------------------------------------------------------------------------------------- */

struct code {
    const uint8_t *at, *end;
};

static bool is(const struct code *code, unsigned offset, uint8_t byte) {
    return code->at + offset < code->end && code->at[offset] == byte;
}

/* add rsp, constant, or lea rsp, [frame + constant]: only at the start of an epilogue. */
static bool epilog_release(struct code *code, const uint8_t *info, CONTEXT *context, bool *released) {
    unsigned frame = info[3] & 15;
    size_t left = (size_t)(code->end - code->at);
    *released = true;
    if (left >= 4 && is(code, 0, 0x48) && is(code, 1, 0x83) && is(code, 2, 0xc4)) {
        context->Rsp += (uint64_t)(int64_t)(int8_t)code->at[3];
        code->at += 4;
    } else if (left >= 7 && is(code, 0, 0x48) && is(code, 1, 0x81) && is(code, 2, 0xc4)) {
        context->Rsp += (uint64_t)(int64_t)(int32_t)pe_32(code->at + 3);
        code->at += 7;
    } else if (frame && left >= 4 && (code->at[0] & 0xfe) == 0x48 && code->at[1] == 0x8d &&
               (code->at[2] & 0x3f) == (0x20 | (frame & 7)) && (code->at[0] & 1) == frame >> 3) {
        unsigned mode = code->at[2] >> 6, length = mode == 1 ? 4 : mode == 2 ? 7 : 0;
        if (!length || left < length || (frame & 7) == 4) return false;
        context->Rsp = *register_of(context, frame) +
                       (uint64_t)(mode == 1 ? (int64_t)(int8_t)code->at[3] : (int64_t)(int32_t)pe_32(code->at + 3));
        code->at += length;
    } else {
        *released = false;
    }
    return true;
}

/* Whether the code at `code` leaves the function: a return, or a jump to somewhere else. */
static bool epilog_leaves(const struct code *code, uint64_t base, const RUNTIME_FUNCTION *function) {
    size_t left = (size_t)(code->end - code->at);
    int64_t jump;
    if (is(code, 0, 0xc3) || is(code, 0, 0xc2)) return true;
    if (is(code, 0, 0xf3) && is(code, 1, 0xc3)) return true;
    if (is(code, 0, 0xff) && is(code, 1, 0x25)) return true;
    if (left >= 3 && is(code, 0, 0x48) && is(code, 1, 0xff) && (code->at[2] & 0x38) == 0x20) return true;
    if (left >= 2 && is(code, 0, 0xeb))
        jump = 2 + (int8_t)code->at[1];
    else if (left >= 5 && is(code, 0, 0xe9))
        jump = 5 + (int64_t)(int32_t)pe_32(code->at + 1);
    else
        return false;
    uint64_t target = (uint64_t)(uintptr_t)code->at + (uint64_t)jump - base;
    return target < function->BeginAddress || target >= function->EndAddress;
}

/* In an epilogue a part of the frame is gone already, and the tables no longer hold: run what is left of it. Returns
 * false if this is none, and leaves the context alone then. */
static bool epilog_run(uint64_t base, uint64_t pc, const RUNTIME_FUNCTION *function, const uint8_t *info,
                       CONTEXT *context) {
    struct code code = {(const uint8_t *)(uintptr_t)pc, (const uint8_t *)(uintptr_t)(base + function->EndAddress)};
    CONTEXT after = *context;
    bool released;
    if (!epilog_release(&code, info, &after, &released)) return false;
    for (;;) {
        unsigned extended = is(&code, 0, 0x41) ? 1 : 0;
        if (code.at + extended >= code.end || (code.at[extended] & 0xf8) != 0x58) break;
        unsigned number = (code.at[extended] & 7u) + extended * 8;
        uint64_t value;
        if (!pop(&after, &value)) return false;
        if (number != 4) *register_of(&after, number) = value;
        code.at += 1 + extended;
    }
    if (!epilog_leaves(&code, base, function) || !seh_step_leaf(&after)) return false;
    *context = after;
    return true;
}

/* --- prologues --------------------------------------------------------------------------------------------------- */

static bool restore(CONTEXT *context, unsigned number, uint64_t at) {
    return seh_stack_read(at, register_of(context, number));
}

static bool restore_xmm(CONTEXT *context, unsigned number, uint64_t at) {
    M128A *xmm = &context->FltSave.XmmRegisters[number];
    uint64_t low, high;
    if (!seh_stack_read(at, &low) || !seh_stack_read(at + 8, &high)) return false;
    xmm->Low = low;
    xmm->High = (LONGLONG)high;
    return true;
}

/* rip, cs, flags, rsp, ss, perhaps below an error code, as the processor pushes them for a trap */
static bool machine_frame(CONTEXT *context, unsigned has_error) {
    uint64_t at = context->Rsp + has_error * 8, rip, rsp;
    if (!seh_stack_read(at, &rip) || !seh_stack_read(at + 24, &rsp)) return false;
    context->Rip = rip;
    context->Rsp = rsp;
    return true;
}

/* Takes back one code. */
static bool code_undo(const uint8_t *code, uint64_t frame, CONTEXT *context, bool *machine) {
    unsigned info = code[1] >> 4;
    uint64_t value;
    switch (code[1] & 15) {
    case CODE_PUSH:
        if (!pop(context, &value)) return false;
        *register_of(context, info) = value;
        return true;
    case CODE_ALLOC_LARGE: context->Rsp += info ? pe_32(code + 2) : pe_16(code + 2) * 8u; return true;
    case CODE_ALLOC_SMALL: context->Rsp += info * 8 + 8; return true;
    case CODE_SET_FRAME: context->Rsp = frame; return true;
    case CODE_SAVE: return restore(context, info, frame + pe_16(code + 2) * 8u);
    case CODE_SAVE_FAR: return restore(context, info, frame + pe_32(code + 2));
    case CODE_SAVE_XMM: return restore_xmm(context, info, frame + pe_16(code + 2) * 16u);
    case CODE_SAVE_XMM_FAR: return restore_xmm(context, info, frame + pe_32(code + 2));
    case CODE_MACHINE_FRAME: *machine = true; return machine_frame(context, info);
    default: return true;
    }
}

/* The address that saves are relative to, and that handlers get: the frame register's, once it is set. */
static uint64_t establisher_of(const uint8_t *info, uint64_t offset, CONTEXT *context) {
    unsigned number = info[3] & 15, version = info[0] & 7;
    bool is_set = offset >= info[1] || (info[0] >> 3) & UNWIND_CHAINED;
    for (unsigned i = 0; !is_set && i < info[2]; i += seh_code_slots(version, info[5 + i * 2]))
        is_set = (info[5 + i * 2] & 15) == CODE_SET_FRAME && info[4 + i * 2] <= offset;
    return number && is_set ? *register_of(context, number) - (info[3] >> 4) * 16u : context->Rsp;
}

bool seh_step(unsigned kind, uint64_t base, uint64_t pc, const RUNTIME_FUNCTION *function, CONTEXT *context,
              struct seh_step *step) {
    const uint8_t *image = (const uint8_t *)(uintptr_t)base, *info = image + function->UnwindData;
    uint64_t offset = pc - base - function->BeginAddress;
    bool machine = false, in_prologue = offset < info[1];
    *step = (struct seh_step){.establisher = establisher_of(info, offset, context)};
    if (!in_prologue && epilog_run(base, pc, function, info, context)) return true;
    uint64_t frame = step->establisher;
    for (;;) {
        unsigned version = info[0] & 7, flags = info[0] >> 3, count = info[2];
        const uint8_t *codes = info + 4, *tail = codes + (count + 1u) / 2 * 4;
        for (unsigned i = 0; i < count; i += seh_code_slots(version, codes[i * 2 + 1]))
            if (codes[i * 2] <= offset && !code_undo(codes + i * 2, frame, context, &machine)) return false;
        if (!(flags & UNWIND_CHAINED)) {
            if (flags & kind && !in_prologue) {
                step->handler = (PEXCEPTION_ROUTINE)(uintptr_t)(base + pe_32(tail));
                step->handler_data = (void *)(uintptr_t)(tail + 4);
            }
            break;
        }
        info = image + pe_32(tail + 8);
        offset = UINT64_MAX; /* of the function that this one continues, the whole prologue has run */
        in_prologue = false;
    }
    return machine || seh_step_leaf(context);
}

const RUNTIME_FUNCTION *seh_function(uint64_t pc, uint64_t *base) {
    struct image *image = image_find((const void *)(uintptr_t)pc);
    uint32_t count = 0;
    const RUNTIME_FUNCTION *list = image ? image_functions(image, &count) : NULL;
    if (!list) return NULL;
    *base = (uint64_t)(uintptr_t)image_base(image);
    uint64_t rva = pc - *base;
    for (uint32_t low = 0, high = count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        if (rva < list[middle].BeginAddress)
            high = middle;
        else if (rva >= list[middle].EndAddress)
            low = middle + 1;
        else
            return &list[middle];
    }
    return NULL;
}
#endif

/* --- what images call -------------------------------------------------------------------------------------------- */

PRUNTIME_FUNCTION NTAPI RtlLookupFunctionEntry(ULONG64 ControlPc, PULONG64 ImageBase,
                                               struct _UNWIND_HISTORY_TABLE *HistoryTable) {
    NT_ENTER(RtlLookupFunctionEntry);
    (void)HistoryTable;
    uint64_t base = 0;
    const RUNTIME_FUNCTION *function = seh_function(ControlPc, &base);
    if (ImageBase) *ImageBase = base;
    return (PRUNTIME_FUNCTION)(uintptr_t)function;
}

PEXCEPTION_ROUTINE NTAPI RtlVirtualUnwind(ULONG HandlerType, ULONG64 ImageBase, ULONG64 ControlPc,
                                          PRUNTIME_FUNCTION FunctionEntry, PCONTEXT ContextRecord, PVOID *HandlerData,
                                          PULONG64 EstablisherFrame, void *Pointers) {
    NT_ENTER(RtlVirtualUnwind);
    (void)Pointers;
    struct seh_step step = {0};
    /* A walk that fails looks like the outermost frame. */
    if (!seh_step(HandlerType, ImageBase, ControlPc, FunctionEntry, ContextRecord, &step)) ContextRecord->SEH_PC = 0;
    *EstablisherFrame = step.establisher;
    *HandlerData = step.handler_data;
    return step.handler;
}
