/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Failures on demand.
 */
#include "host/fault.h"

#include <stdlib.h>
#include <string.h>

#include "host/image.h"
#include "host/kernel_private.h"
#include "host/seh.h"

#define FRAMES_MAX 24

bool fault_armed;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* L */
static const struct host_export *wanted;                 /* L: to fail at its `skip`+1-th call */
static unsigned skip;                                    /* L */
static struct fault_sweep *sweep;                        /* L */
static const struct fault_place *failed;                 /* L */

/* --- by name ----------------------------------------------------------------------------------------------------- */

bool fault_arm(const char *name, unsigned after) {
    const struct host_export *found = NULL;

    for (unsigned at = 0; name && at < EXPORT_COUNT; at++)
        if (strcmp(host_exports[at].name, name) == 0 && host_exports[at].may_fail) found = &host_exports[at];
    pthread_mutex_lock(&lock);
    wanted = found;
    skip = after;
    __atomic_store_n(&fault_armed, found != NULL || sweep != NULL, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&lock);
    return found != NULL || name == NULL;
}

static uint32_t other_error; /* atomic; 0: the usual one */

bool fault_arm_error(const char *name, unsigned after, uint32_t error) {
    __atomic_store_n(&other_error, error, __ATOMIC_RELAXED);
    return fault_arm(name, after);
}

uint32_t fault_error_or(uint32_t usual) {
    uint32_t other = __atomic_exchange_n(&other_error, 0, __ATOMIC_RELAXED);
    return other ? other : usual;
}

/* --- place by place ---------------------------------------------------------------------------------------------- */

struct stack {
    void *frames[FRAMES_MAX];
    unsigned count;
};

static void frame_add(uint64_t address, void *context) {
    struct stack *stack = context;
    if (stack->count < FRAMES_MAX && image_find((void *)(uintptr_t)address))
        stack->frames[stack->count++] = (void *)(uintptr_t)address;
}

/* The same in every process, wherever the images lie. */
static uint64_t place_hash(const struct host_export *export, const struct stack *stack) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (const char *at = export->name; *at; at++) hash = (hash ^ (uint8_t)*at) * 0x100000001b3u;
    for (unsigned i = 0; i < stack->count; i++) {
        struct image *image = image_find(stack->frames[i]);
        uint64_t rva = (uint64_t)((uint8_t *)stack->frames[i] - (uint8_t *)image_base(image));
        for (const char *at = image_name(image); *at; at++) hash = (hash ^ (uint8_t)*at) * 0x100000001b3u;
        hash = (hash ^ rva) * 0x100000001b3u;
    }
    return hash;
}

static void place_describe(struct fault_place *place, const struct host_export *export, const struct stack *stack) {
    size_t at = (size_t)snprintf(place->text, sizeof place->text, "%s!%s", export->module, export->name);
    for (unsigned i = 0; i < stack->count && at < sizeof place->text - 8; i++) {
        char frame[256];
        image_describe(stack->frames[i], frame, sizeof frame);
        at += (size_t)snprintf(place->text + at, sizeof place->text - at, " < %s", frame);
    }
}

static bool known_locked(uint64_t hash) {
    for (uint32_t i = 0; i < sweep->count; i++)
        if (sweep->places[i].hash == hash) return true;
    return false;
}

static bool sweep_wants(const struct host_export *export) {
    struct stack stack = {.count = 0};
    bool fail = false;

    seh_walk(frame_add, &stack);
    if (!stack.count) return false; /* the host's own business */
    uint64_t hash = place_hash(export, &stack);
    pthread_mutex_lock(&lock);
    if (sweep && !failed && sweep->count < FAULT_PLACES_MAX && !known_locked(hash)) {
        struct fault_place *place = &sweep->places[sweep->count];
        place->hash = hash;
        place_describe(place, export, &stack);
        sweep->count++;
        failed = place;
        fail = true;
    }
    pthread_mutex_unlock(&lock);
    return fail;
}

void fault_sweep(struct fault_sweep *shared) {
    pthread_mutex_lock(&lock);
    sweep = shared;
    failed = NULL;
    __atomic_store_n(&fault_armed, shared != NULL || wanted != NULL, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&lock);
}

const struct fault_place *fault_failed(void) {
    pthread_mutex_lock(&lock);
    const struct fault_place *place = failed;
    pthread_mutex_unlock(&lock);
    return place;
}

bool fault_wants(const struct host_export *export) {
    pthread_mutex_lock(&lock);
    bool by_name = wanted == export && skip-- == 0, places = sweep && !failed;
    if (by_name) wanted = NULL;
    if (by_name && !sweep) __atomic_store_n(&fault_armed, false, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&lock);
    return by_name || (places && sweep_wants(export));
}
