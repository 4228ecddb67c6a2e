/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * A routine of a driver leaves its thread as it found it.
 */
#include "host/verify.h"

__thread const char *verify_promise;

void verify_promise_kept(const struct host_export *export) {
    const char *call = verify_promise;
    verify_promise = NULL;
    if (!verify_enabled || !call || export == &host_exports[EXPORT_KeWaitForSingleObject] ||
        export == &host_exports[EXPORT_KeWaitForMultipleObjects])
        return;
    verify_violation("wait-promised", "%s with Wait TRUE, and next %s instead of a wait", call,
                     export ? export->name : "the end of the routine");
}

struct verify_call verify_call_begin(const char *what, const void *routine) {
    PETHREAD self = (PETHREAD)ps_self();
    return (struct verify_call){what,
                                routine,
                                self->attachment,
                                self->spin_locks,
                                self->mutexes,
                                self->critical_regions,
                                self->guarded_regions,
                                self->irql};
}

void verify_mutexes(unsigned before, const char *what) {
    if (ps_this->mutexes != before)
        verify_violation("mutex-not-released", "%s returned with %u mutexes owned, and began with %u", what,
                         ps_this->mutexes, before);
}

void verify_call_end(const struct verify_call *before) {
    PETHREAD self = ps_this;
    if (!verify_enabled) return;
    verify_about(before->routine);
    verify_promise_kept(NULL);
    if (self->spin_locks != before->locks)
        verify_violation("lock-not-released", "%s returned with %u spin locks held, and began with %u", before->what,
                         self->spin_locks, before->locks);
    verify_mutexes(before->mutexes, before->what);
    if (self->irql != before->irql)
        verify_violation("irql-not-restored", "%s returned at IRQL %u, and began at %u", before->what, self->irql,
                         before->irql);
    if (self->critical_regions != before->critical || self->guarded_regions != before->guarded)
        verify_violation("critical-region-balance", "%s returned in other regions than it began in", before->what);
    ps_attach_check(before->attachment, before->what);
    verify_about(NULL);
}
