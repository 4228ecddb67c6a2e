/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Violations, and what is still alive.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "host/image.h"
#include "host/sched.h"
#include "host/seh.h"
#include "host/verify.h"

union host_watch host_watch = {.verify = true};
__thread const void *host_caller;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *expected; /* lock */
static unsigned seen;
static __thread const void *about;

void verify_about(const void *code) { about = code; }

bool verify_expected(const char *rule) {
    pthread_mutex_lock(&lock);
    bool wanted = expected && strcmp(expected, rule) == 0;
    seen += wanted;
    pthread_mutex_unlock(&lock);
    return wanted;
}

void verify_violation(const char *rule, const char *format, ...) {
    va_list arguments;
    const void *code = about;

    about = NULL;
    if (verify_expected(rule)) return;
    fflush(stdout);
    fprintf(stderr, "VERIFIER: %s: ", rule);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    if (code) {
        char text[256];
        image_describe(code, text, sizeof(text));
        fprintf(stderr, "  about %s\n", text);
    }
    if (sched_running()) fprintf(stderr, "schedule: at step %llu\n", (unsigned long long)sched_result().steps);
    image_backtrace(stderr);
    abort();
}

void verify_expect(const char *rule) {
    pthread_mutex_lock(&lock);
    expected = rule;
    seen = 0;
    pthread_mutex_unlock(&lock);
}

unsigned verify_seen(const char *rule) {
    pthread_mutex_lock(&lock);
    unsigned count = rule == NULL || (expected && strcmp(expected, rule) == 0) ? seen : 0;
    pthread_mutex_unlock(&lock);
    return count;
}

HOST_COLD void host_enter(struct host_export *export, const void *caller) {
    /* A function that may raise is called by a stub, and that by the image. */
    const void *image = export->raises && caller == (const void *)seh_call_return && seh_frames
                            ? (const void *)(uintptr_t)seh_frames->rip
                            : caller;
    host_caller = image;
    if (__builtin_expect(__atomic_load_n(&program_mortals, __ATOMIC_RELAXED), 0)) program_call(image);
    if (__builtin_expect(verify_promise != NULL, 0)) verify_promise_kept(export);
    if (__builtin_expect(__atomic_load_n(&sched_on, __ATOMIC_RELAXED), 0) && image_find(image)) sched_step();
    if (host_watch.count && image_is_drivers(image)) __atomic_fetch_add(&export->driver_calls, 1, __ATOMIC_RELAXED);
    if (!verify_enabled) return;
    __atomic_fetch_add(&export->calls, 1, __ATOMIC_RELAXED);
    if (__builtin_expect(ke_irql() >= DISPATCH_LEVEL, 0) && image_is_paged(image))
        verify_violation("pageable-code", "%s at IRQL %u from code in a PAGE section", export->name, ke_irql());
    if (__builtin_expect(ke_irql() > export->max_irql, 0))
        verify_violation("irql-too-high", "%s at IRQL %u; it may be called up to %u", export->name, ke_irql(),
                         export->max_irql);
    if (__builtin_expect(ke_irql() < export->min_irql, 0))
        verify_violation("irql-too-low", "%s at IRQL %u; it may be called from %u", export->name, ke_irql(),
                         export->min_irql);
}

void host_log(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("host: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

/* --- what images have made and not taken back --------------------------------------------------------------------- */

struct tracked {
    struct tracked *next;
    const char *kind;
    void *object;
    size_t size;
    uint32_t tag;
    const void *caller;
};
#define BUCKETS 1024
static struct tracked *buckets[BUCKETS];
static pthread_mutex_t track_lock = PTHREAD_MUTEX_INITIALIZER;

static struct tracked **bucket_of(void *object) { return &buckets[((uintptr_t)object >> 6) % BUCKETS]; }

void verify_track(const char *kind, void *object, size_t size, uint32_t tag, const void *caller) {
    struct tracked *tracked;

    if (!verify_enabled || image_find(caller) == NULL) return;
    if ((tracked = malloc(sizeof(*tracked))) == NULL) return;
    pthread_mutex_lock(&track_lock);
    *tracked = (struct tracked){*bucket_of(object), kind, object, size, tag, caller};
    *bucket_of(object) = tracked;
    pthread_mutex_unlock(&track_lock);
}

void verify_untrack(const char *kind, void *object) {
    struct tracked *tracked = NULL;

    pthread_mutex_lock(&track_lock);
    for (struct tracked **link = bucket_of(object); *link; link = &(*link)->next) {
        if ((*link)->object != object || strcmp((*link)->kind, kind) != 0) continue;
        tracked = *link;
        *link = tracked->next;
        break;
    }
    pthread_mutex_unlock(&track_lock);
    free(tracked);
}

bool verify_tracked(const char *kind, void *object) {
    pthread_mutex_lock(&track_lock);
    struct tracked *tracked = *bucket_of(object);
    while (tracked && (tracked->object != object || strcmp(tracked->kind, kind) != 0)) tracked = tracked->next;
    pthread_mutex_unlock(&track_lock);
    return tracked != NULL;
}

void verify_no_leaks_of(const struct image *image, const char *when) {
    unsigned count = 0;

    pthread_mutex_lock(&track_lock);
    for (unsigned at = 0; at < BUCKETS; at++)
        for (struct tracked *tracked = buckets[at]; tracked; tracked = tracked->next) {
            char text[256] = "?";
            if (image && image_find(tracked->caller) != image) continue;
            image_describe(tracked->caller, text, sizeof(text));
            if (count++ < 10)
                fprintf(stderr, "leak: %s %p, %zu bytes, tag %08x, made by %s\n", tracked->kind, tracked->object,
                        tracked->size, tracked->tag, text);
        }
    pthread_mutex_unlock(&track_lock);
    if (count) verify_violation("leak", "%u objects of the driver are left %s", count, when);
}

void verify_no_leaks(const char *when) { verify_no_leaks_of(NULL, when); }
