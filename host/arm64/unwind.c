/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * From a frame of ARM64 PE code to its caller's. Unwind data is either packed into the function's entry, which then has one
 * of a few usual prologues, or a list of codes, one for each instruction of the prologue, the last one first.
 *
 * Epilogues are not told apart from bodies: nothing raises there, and a fault there ends the process anyway.
 */
#include "host/pe.h"
#include "host/seh.h"

#include <string.h>

#define FLAGS_HANDLER 0x100000u /* X of the first word */
#define FLAGS_ONE_EPILOG 0x200000u
#define SAVE_NEXT 0xe6

uint64_t seh_control_pc(const CONTEXT *context) {
    return context->ContextFlags & SEH_UNWOUND ? context->Pc - 4 : context->Pc;
}

bool seh_step_leaf(CONTEXT *context) {
    if (context->Pc == context->Lr && context->ContextFlags & SEH_UNWOUND) return false; /* nobody else called it */
    context->Pc = context->Lr;
    context->ContextFlags |= SEH_UNWOUND;
    return context->Pc != 0;
}

static bool restore(CONTEXT *context, unsigned number, uint64_t at) {
    uint64_t value;
    if (number > 30 || !seh_stack_read(at, &value)) return false;
    *(number == 30 ? &context->Lr : number == 29 ? &context->Fp : &context->X[number]) = value;
    return true;
}

static bool restore_float(CONTEXT *context, unsigned number, uint64_t at) {
    uint64_t value;
    if (number > 31 || !seh_stack_read(at, &value)) return false;
    context->V[number] = (M128A){.Low = value};
    return true;
}

/* --- packed ------------------------------------------------------------------------------------------------------ */

static bool step_packed(uint32_t data, CONTEXT *context) {
    unsigned floats = data >> 13 & 7, integers = data >> 16 & 15, homes = data >> 20 & 1, chain = data >> 21 & 3;
    unsigned frame = (data >> 23 & 511) * 16, integer_size = integers * 8 + (chain == 1 ? 8 : 0);
    unsigned float_size = floats ? floats * 8 + 8 : 0;
    unsigned saved = (integer_size + float_size + homes * 64 + 15) & ~15u;
    if (saved > frame) return false;
    if (chain >= 2) {
        /* The frame pointer is at the bottom, where x29 and x30 are. */
        uint64_t bottom = context->Fp;
        if (!restore(context, 29, bottom) || !restore(context, 30, bottom + 8)) return false;
        context->Sp = bottom;
    }
    context->Sp += frame - saved;
    for (unsigned i = 0; i < integers; i++)
        if (!restore(context, 19 + i, context->Sp + i * 8)) return false;
    if (chain == 1 && !restore(context, 30, context->Sp + integers * 8)) return false;
    for (unsigned i = 0; floats && i <= floats; i++)
        if (!restore_float(context, 8 + i, context->Sp + integer_size + i * 8)) return false;
    context->Sp += saved;
    return true;
}

/* --- codes ------------------------------------------------------------------------------------------------------- */

/* How many bytes a code has, by its first one; 0: it is none that this knows. */
static unsigned code_size(uint8_t first) {
    if (first < 0xc0) return 1;
    if (first < 0xe0) return first == 0xdf ? 0 : 2;
    switch (first) {
    case 0xe0: return 4;
    case 0xe2: return 2;
    case 0xe1:
    case 0xe3:
    case 0xe4:
    case 0xe5:
    case SAVE_NEXT:
    case 0xfc: return 1;
    default: return 0;
    }
}

/* A pair, and as many after it as save_next, which stood before it in the list, asks for. */
static bool restore_pairs(CONTEXT *context, bool is_float, unsigned first, uint64_t at, unsigned next) {
    for (unsigned i = 0; i <= next * 2 + 1; i++)
        if (!(is_float ? restore_float : restore)(context, first + i, at + i * 8ull)) return false;
    return true;
}

/* A pair or a single register at an offset; `before`: it was stored with the stack pointer lowered by that much. */
static bool undo_save(const uint8_t *code, unsigned next, CONTEXT *context) {
    unsigned word = (unsigned)code[0] << 8 | code[1], at = (word & 63) * 8, x = word >> 6 & 15, before = at + 8;
    unsigned x_single = word >> 5 & 15, before_single = (word & 31) * 8 + 8;
    uint64_t sp = context->Sp;
    switch (code[0] >> 1) {
    case 0xc8 >> 1:
    case 0xca >> 1: return restore_pairs(context, false, 19 + x, sp + at, next);
    case 0xcc >> 1:
    case 0xce >> 1: context->Sp += before; return restore_pairs(context, false, 19 + x, sp, next);
    case 0xd0 >> 1:
    case 0xd2 >> 1: return restore(context, 19 + x, sp + at);
    case 0xd4 >> 1: context->Sp += before_single; return restore(context, 19 + x_single, sp);
    case 0xd6 >> 1: return restore(context, 19 + 2 * (x & 7), sp + at) && restore(context, 30, sp + at + 8);
    case 0xd8 >> 1: return restore_pairs(context, true, 8 + (x & 7), sp + at, next);
    case 0xda >> 1: context->Sp += before; return restore_pairs(context, true, 8 + (x & 7), sp, next);
    case 0xdc >> 1: return restore_float(context, 8 + (x & 7), sp + at);
    case 0xde >> 1: context->Sp += before_single; return restore_float(context, 8 + (x_single & 7), sp);
    default: return false;
    }
}

static bool undo(const uint8_t *code, unsigned next, CONTEXT *context) {
    uint64_t sp = context->Sp;
    uint8_t first = code[0];
    if (first < 0x20) {
        context->Sp += first * 16u;
        return true;
    }
    if (first < 0x40) {
        context->Sp += (first & 31) * 8u;
        return restore_pairs(context, false, 19, sp, next);
    }
    if (first < 0x80) return restore_pairs(context, false, 29, sp + (first & 63) * 8u, 0);
    if (first < 0xc0) {
        context->Sp += (first & 63) * 8u + 8;
        return restore_pairs(context, false, 29, sp, 0);
    }
    if (first < 0xc8) {
        context->Sp += ((first & 7u) << 8 | code[1]) * 16;
        return true;
    }
    if (first < 0xdf) return undo_save(code, next, context);
    switch (first) {
    case 0xe0: context->Sp += ((uint32_t)code[1] << 16 | (uint32_t)code[2] << 8 | code[3]) * 16ull; return true;
    case 0xe1: context->Sp = context->Fp; return true;
    case 0xe2: context->Sp = context->Fp - code[1] * 8u; return true;
    case 0xe3:
    case 0xfc: return true;
    default: return false;
    }
}

struct record {
    const uint8_t *codes, *tail;
    uint32_t length, code_bytes; /* of the function; of all codes */
    bool has_handler;
};

static void record_read(const uint8_t *info, struct record *record) {
    uint32_t word = pe_32(info), epilogs = word >> 22 & 31, code_words = word >> 27;
    info += 4;
    if (!epilogs && !code_words) {
        epilogs = pe_32(info) & 0xffff;
        code_words = pe_32(info) >> 16 & 0xff;
        info += 4;
    }
    if (!(word & FLAGS_ONE_EPILOG)) info += epilogs * 4;
    record->length = (word & 0x3ffff) * 4;
    record->has_handler = word & FLAGS_HANDLER;
    record->codes = info;
    record->code_bytes = code_words * 4;
    record->tail = info + record->code_bytes;
}

/* The codes of what has run of the prologue: all of them but for the first instructions of the function. */
static bool step_record(const struct record *record, uint64_t offset, CONTEXT *context, bool *in_prologue) {
    unsigned count = 0, next = 0, skip;
    for (uint32_t at = 0; at < record->code_bytes; at += code_size(record->codes[at])) {
        if (record->codes[at] == 0xe4 || record->codes[at] == 0xe5) break;
        if (!code_size(record->codes[at])) return false;
        count++;
    }
    *in_prologue = offset / 4 < count;
    skip = *in_prologue ? count - (unsigned)(offset / 4) : 0;
    for (uint32_t at = 0; at < record->code_bytes; at += code_size(record->codes[at])) {
        if (record->codes[at] == 0xe4 || record->codes[at] == 0xe5) break;
        if (skip) {
            skip--;
            continue;
        }
        if (record->codes[at] == SAVE_NEXT) {
            next++;
            continue;
        }
        if (!undo(record->codes + at, next, context)) return false;
        next = 0;
    }
    return true;
}

bool seh_step(unsigned kind, uint64_t base, uint64_t pc, const RUNTIME_FUNCTION *function, CONTEXT *context,
              struct seh_step *step) {
    bool in_prologue = false;
    struct record record;
    (void)kind; /* a handler serves both passes */
    *step = (struct seh_step){0};
    if (function->UnwindData & 3) {
        if (!step_packed(function->UnwindData, context)) return false;
    } else {
        record_read((const uint8_t *)(uintptr_t)base + function->UnwindData, &record);
        if (!step_record(&record, pc - base - function->BeginAddress, context, &in_prologue)) return false;
        if (record.has_handler && !in_prologue && kind) {
            step->handler = (PEXCEPTION_ROUTINE)(uintptr_t)(base + pe_32(record.tail));
            step->handler_data = (void *)(uintptr_t)(record.tail + 4);
        }
    }
    step->establisher = context->Sp; /* the stack pointer before the call */
    context->Pc = context->Lr;
    context->ContextFlags |= SEH_UNWOUND;
    return context->Pc != 0;
}

/* --- tables ------------------------------------------------------------------------------------------------------ */

static uint32_t length_of(uint64_t base, const RUNTIME_FUNCTION *function) {
    if (function->UnwindData & 3) return (function->UnwindData >> 2 & 0x7ff) * 4;
    return (pe_32((const uint8_t *)(uintptr_t)base + function->UnwindData) & 0x3ffff) * 4;
}

const RUNTIME_FUNCTION *seh_function(uint64_t pc, uint64_t *base) {
    struct image *image = image_find((const void *)(uintptr_t)pc);
    uint32_t count = 0, low = 0;
    const RUNTIME_FUNCTION *list = image ? image_functions(image, &count) : NULL;
    if (!list) return NULL;
    *base = (uint64_t)(uintptr_t)image_base(image);
    uint64_t rva = pc - *base;
    for (uint32_t high = count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        if (rva < list[middle].BeginAddress)
            high = middle;
        else
            low = middle + 1;
    }
    if (!low || rva - list[low - 1].BeginAddress >= length_of(*base, &list[low - 1])) return NULL;
    return &list[low - 1];
}

/* Once at load, so that the unwinder may follow them blindly. */
static bool record_check(struct pe *pe, uint32_t rva, uint32_t function) {
    struct record record;
    const uint8_t *info = rva % 4 ? NULL : pe_at(pe, rva, 8);
    if (!info) return pe_fail(pe, "corrupt: the unwind data of 0x%x lies outside the sections", function);
    if (pe_32(info) >> 18 & 3)
        return pe_fail(pe, "unwind data of 0x%x has version %u", function, pe_32(info) >> 18 & 3);
    record_read(info, &record);
    if (!pe_at(pe, rva, (uint32_t)(record.tail - info) + (record.has_handler ? 4 : 0)))
        return pe_fail(pe, "corrupt: the unwind data of 0x%x lies outside the sections", function);
    for (uint32_t at = 0; at < record.code_bytes;) {
        unsigned size = code_size(record.codes[at]);
        if (record.codes[at] == 0xe4 || record.codes[at] == 0xe5) break;
        if (!size || size > record.code_bytes - at)
            return pe_fail(pe, "corrupt: bad unwind code in the unwind data of 0x%x", function);
        at += size;
    }
    if (!record.has_handler) return true;
    const struct pe_section *section = pe_section_of(pe, pe_32(record.tail), 1);
    return section && section->execute ? true
                                       : pe_fail(pe, "corrupt: the exception handler of 0x%x is no code", function);
}

bool pe_check_functions(struct pe *pe) {
    struct pe_directory directory = pe->directories[PE_EXCEPTION];
    const uint8_t *at = directory.size ? pe_at(pe, directory.rva, directory.size) : NULL;
    uint32_t before = 0;
    if (directory.size % 8 || directory.rva % 4)
        return pe_fail(pe, "corrupt: the exception directory has 0x%x bytes", directory.size);
    for (uint32_t i = 0; at && i < directory.size / 8; i++, at += 8) {
        uint32_t begin = pe_32(at), data = pe_32(at + 4);
        if ((data & 3) == 3) return pe_fail(pe, "corrupt: the unwind data of 0x%x is of no kind", begin);
        if (!(data & 3) && !record_check(pe, data, begin)) return false;
        uint32_t length = data & 3 ? (data >> 2 & 0x7ff) * 4 : (pe_32(pe->base + data) & 0x3ffff) * 4;
        const struct pe_section *section = length ? pe_section_of(pe, begin, length) : NULL;
        if (begin < before || begin % 4 || !section || !section->execute)
            return pe_fail(pe,
                           "corrupt: entry %u of the exception directory (0x%x, %u bytes) is out of order or no code",
                           i, begin, length);
        before = begin + length;
    }
    return true;
}
