/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Who may do what: tokens, the access check, subject contexts.
 */
#include <stdlib.h>
#include <string.h>

#include "host/kernel_private.h"

/* --- tokens ------------------------------------------------------------------------------------------------------- */

struct token {
    enum se_token_kind kind;
};
struct ob_type se_type_token = {.name = "Token", .mapping = {0x20008, 0x200E0, 0x20000, 0xF01FF}};

/* Privileges that are enabled when nobody changes that: an administrator has more, but has to enable them first. */
bool se_token_may(enum se_token_kind token, ULONG privilege) {
    static const uint64_t enabled[] = {[SE_TOKEN_SYSTEM] = 1u << 4 | 1u << 7 | 1u << 11 | 1u << 13 | 1u << 14 |
                                                           1u << 15 | 1u << 16 | 1u << 20 | 1u << 21 | 1u << 23 |
                                                           1u << 29 | 1u << 30,
                                       [SE_TOKEN_ADMINISTRATOR] = 1u << 23 | 1u << 29 | 1u << 30,
                                       [SE_TOKEN_USER] = 1u << 23};
    return privilege < 64 && enabled[token] >> privilege & 1;
}

void *se_token_of(PEPROCESS process) {
    struct token *token, *old = NULL;

    pthread_mutex_lock(&process->lock);
    token = process->token_object;
    if (token == NULL || token->kind != process->token) {
        old = token;
        token = ob_create(&se_type_token, sizeof(*token));
        if (token == NULL) host_panic("no memory for a token");
        token->kind = process->token;
        process->token_object = token;
    }
    ob_reference(token);
    pthread_mutex_unlock(&process->lock);
    if (old) ob_dereference(old);
    return token;
}

enum se_token_kind se_token_kind_of(const void *token) { return ((const struct token *)token)->kind; }

PACCESS_TOKEN NTAPI PsReferencePrimaryToken(PEPROCESS Process) {
    NT_ENTER(PsReferencePrimaryToken);
    void *token = se_token_of(Process);

    ob_driver_references(token, CALLER);
    return token;
}

void NTAPI PsDereferencePrimaryToken(PACCESS_TOKEN PrimaryToken) {
    NT_ENTER(PsDereferencePrimaryToken);
    if (ob_type_of(PrimaryToken) != &se_type_token)
        verify_violation("not-a-token", "PsDereferencePrimaryToken(%p)", PrimaryToken);
    ob_driver_dereferences(PrimaryToken, CALLER);
    ob_dereference(PrimaryToken);
}

BOOLEAN NTAPI SeTokenIsAdmin(PACCESS_TOKEN Token) {
    NT_ENTER(SeTokenIsAdmin);
    return ((struct token *)Token)->kind != SE_TOKEN_USER;
}

/* --- the check ---------------------------------------------------------------------------------------------------- */

/* What the list gives and refuses: the first entry that speaks of a right decides about it. */
static ACCESS_MASK walk(const ACL *acl, enum se_token_kind token, const GENERIC_MAPPING *mapping) {
    const uint8_t *at = (const uint8_t *)(acl + 1);
    ACCESS_MASK given = 0, refused = 0;

    for (unsigned index = 0; index < acl->AceCount; index++) {
        const ACCESS_ALLOWED_ACE *ace = (const ACCESS_ALLOWED_ACE *)at;
        ACCESS_MASK mask = ace->Mask;

        at += ace->Header.AceSize;
        if (ace->Header.AceFlags & INHERIT_ONLY_ACE || ace->Header.AceType > ACCESS_DENIED_ACE_TYPE) continue;
        if (!se_token_has(token, (PSID)(ULONG_PTR)&ace->SidStart)) continue;
        se_map_generic(&mask, mapping);
        if (ace->Header.AceType == ACCESS_ALLOWED_ACE_TYPE)
            given |= mask & ~refused;
        else
            refused |= mask & ~given;
    }
    return given;
}

NTSTATUS se_access(PSECURITY_DESCRIPTOR descriptor, enum se_token_kind token, ACCESS_MASK desired, ACCESS_MASK before,
                   const GENERIC_MAPPING *mapping, ACCESS_MASK *granted) {
    const ACL *acl = se_dacl(descriptor);
    PSID owner = se_owner(descriptor);
    ACCESS_MASK given, wanted;

    *granted = 0;
    se_map_generic(&desired, mapping);
    if (desired & ACCESS_SYSTEM_SECURITY && !se_token_may(token, 8 /* SeSecurityPrivilege */))
        return STATUS_PRIVILEGE_NOT_HELD;
    given = acl ? walk(acl, token, mapping) : mapping->GenericAll | ~(ACCESS_MASK)0xF0000000;
    if (owner && se_token_has(token, owner)) given |= READ_CONTROL | WRITE_DAC;
    if (se_token_may(token, 9 /* SeTakeOwnershipPrivilege */)) given |= 0x80000;
    given |= before | (desired & ACCESS_SYSTEM_SECURITY);
    wanted = desired & ~(ACCESS_MASK)MAXIMUM_ALLOWED;
    if (wanted & ~given) return STATUS_ACCESS_DENIED;
    if (desired & MAXIMUM_ALLOWED) {
        wanted = acl ? given : mapping->GenericAll | wanted;
        if (wanted == 0) return STATUS_ACCESS_DENIED;
    }
    *granted = wanted | before;
    return STATUS_SUCCESS;
}

NTSTATUS se_check(PSECURITY_DESCRIPTOR descriptor, enum se_token_kind token, ACCESS_MASK desired,
                  const GENERIC_MAPPING *mapping, ACCESS_MASK *granted) {
    if (descriptor) return se_access(descriptor, token, desired, 0, mapping, granted);
    *granted = desired;
    se_map_generic(granted, mapping);
    if (desired & MAXIMUM_ALLOWED) *granted = mapping->GenericAll;
    return STATUS_SUCCESS;
}

/* --- subject contexts --------------------------------------------------------------------------------------------- */

struct captured {
    struct captured *next;
    const SECURITY_SUBJECT_CONTEXT *context;
    bool locked;
};
static struct captured *captured_list; /* lock */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct captured **find(const SECURITY_SUBJECT_CONTEXT *context) {
    struct captured **link = &captured_list;
    while (*link && (*link)->context != context) link = &(*link)->next;
    return link;
}

static void capture(PEPROCESS process, PSECURITY_SUBJECT_CONTEXT context, const void *caller) {
    struct captured *captured = malloc(sizeof(*captured));

    if (captured == NULL) host_panic("no memory for a subject context");
    pthread_mutex_lock(&lock);
    bool again = *find(context) != NULL;
    *captured = (struct captured){.next = captured_list, .context = context};
    captured_list = captured;
    pthread_mutex_unlock(&lock);
    if (again)
        verify_violation("subject-context-balance", "the context %p is captured again without being released",
                         (void *)context);
    *context = (SECURITY_SUBJECT_CONTEXT){.ClientToken = NULL, /* nobody impersonates */
                                          .PrimaryToken = se_token_of(process),
                                          .ProcessAuditId = (PVOID)(ULONG_PTR)process->id};
    verify_track("subject-context", context, sizeof(*context), 0, caller);
}

void NTAPI SeCaptureSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext) {
    NT_ENTER(SeCaptureSubjectContext);
    capture(ps_current_process(), SubjectContext, CALLER);
}

void NTAPI SeCaptureSubjectContextEx(PETHREAD Thread, PEPROCESS Process, PSECURITY_SUBJECT_CONTEXT SubjectContext) {
    NT_ENTER(SeCaptureSubjectContextEx);
    capture(Process, SubjectContext, CALLER);
}

static void set_locked(PSECURITY_SUBJECT_CONTEXT context, bool locked, const char *name) {
    pthread_mutex_lock(&lock);
    struct captured *captured = *find(context);
    bool good = captured && captured->locked != locked;
    if (captured) captured->locked = locked;
    pthread_mutex_unlock(&lock);
    if (!good)
        verify_violation("subject-context-balance", "%s(%p): the context is %s", name, (void *)context,
                         captured == NULL ? "not captured"
                         : locked         ? "locked already"
                                          : "not locked");
}

void NTAPI SeLockSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext) {
    NT_ENTER(SeLockSubjectContext);
    set_locked(SubjectContext, true, "SeLockSubjectContext");
}

void NTAPI SeUnlockSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext) {
    NT_ENTER(SeUnlockSubjectContext);
    set_locked(SubjectContext, false, "SeUnlockSubjectContext");
}

void NTAPI SeReleaseSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext) {
    NT_ENTER(SeReleaseSubjectContext);
    struct captured *captured, **link;

    pthread_mutex_lock(&lock);
    link = find(SubjectContext);
    captured = *link;
    if (captured) *link = captured->next;
    pthread_mutex_unlock(&lock);
    if (captured == NULL || captured->locked)
        verify_violation("subject-context-balance", "SeReleaseSubjectContext(%p): the context is %s",
                         (void *)SubjectContext, captured ? "still locked" : "not captured");
    if (captured == NULL) return;
    free(captured);
    verify_untrack("subject-context", SubjectContext);
    ob_dereference(SubjectContext->PrimaryToken);
    SubjectContext->PrimaryToken = NULL;
}

/* What a caller makes by hand of a request's access state is no capture of ours: only what we know is held to its lock. */
BOOLEAN NTAPI SeAccessCheck(PSECURITY_DESCRIPTOR SecurityDescriptor, PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext,
                            BOOLEAN SubjectContextLocked, ACCESS_MASK DesiredAccess,
                            ACCESS_MASK PreviouslyGrantedAccess, PPRIVILEGE_SET *Privileges,
                            PGENERIC_MAPPING GenericMapping, KPROCESSOR_MODE AccessMode, PACCESS_MASK GrantedAccess,
                            PNTSTATUS AccessStatus) {
    NT_ENTER(SeAccessCheck);
    const struct token *token;

    if (Privileges) *Privileges = NULL;
    *AccessStatus = STATUS_SUCCESS;
    if (AccessMode == KernelMode) {
        ACCESS_MASK maximum = DesiredAccess & MAXIMUM_ALLOWED ? GenericMapping->GenericAll : 0;
        *GrantedAccess = PreviouslyGrantedAccess | maximum | (DesiredAccess & ~(ACCESS_MASK)MAXIMUM_ALLOWED);
        se_map_generic(GrantedAccess, GenericMapping);
        return TRUE;
    }
    pthread_mutex_lock(&lock);
    const struct captured *captured = *find(SubjectSecurityContext);
    bool unlocked = captured && SubjectContextLocked && !captured->locked;
    pthread_mutex_unlock(&lock);
    if (unlocked)
        verify_violation("subject-context-lock", "SeAccessCheck is told that a context is locked, which it is not");
    *GrantedAccess = 0;
    *AccessStatus = STATUS_ACCESS_DENIED;
    if (SecurityDescriptor == NULL) return FALSE;
    if (DesiredAccess == 0) {
        if (PreviouslyGrantedAccess == 0) return FALSE;
        *GrantedAccess = PreviouslyGrantedAccess;
        *AccessStatus = STATUS_SUCCESS;
        return TRUE;
    }
    token = SubjectSecurityContext->ClientToken ? SubjectSecurityContext->ClientToken
                                                : SubjectSecurityContext->PrimaryToken;
    *AccessStatus = se_access(SecurityDescriptor, token->kind, DesiredAccess, PreviouslyGrantedAccess, GenericMapping,
                              GrantedAccess);
    return NT_SUCCESS(*AccessStatus);
}

/* --- privileges --------------------------------------------------------------------------------------------------- */

void NTAPI SeFreePrivileges(PPRIVILEGE_SET Privileges) {
    NT_ENTER(SeFreePrivileges);
    if (Privileges)
        verify_violation("privileges-not-ours", "SeFreePrivileges(%p): none were given", (void *)Privileges);
}

BOOLEAN NTAPI SeSinglePrivilegeCheck(LUID PrivilegeValue, KPROCESSOR_MODE PreviousMode) {
    NT_ENTER(SeSinglePrivilegeCheck);
    if (PreviousMode == KernelMode) return TRUE;
    return PrivilegeValue.HighPart == 0 && se_token_may(ps_current_process()->token, PrivilegeValue.LowPart);
}

BOOLEAN NTAPI SePrivilegeCheck(PPRIVILEGE_SET RequiredPrivileges, PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext,
                               KPROCESSOR_MODE AccessMode) {
    NT_ENTER(SePrivilegeCheck);
    const struct token *token = SubjectSecurityContext->PrimaryToken;
    unsigned held = 0;

    if (AccessMode == KernelMode) return TRUE;
    for (ULONG at = 0; at < RequiredPrivileges->PrivilegeCount; at++) {
        LUID luid = RequiredPrivileges->Privilege[at].Luid;
        if (luid.HighPart != 0 || !se_token_may(token->kind, luid.LowPart)) continue;
        RequiredPrivileges->Privilege[at].Attributes |= 0x80000000; /* SE_PRIVILEGE_USED_FOR_ACCESS */
        held++;
    }
    if (RequiredPrivileges->Control & PRIVILEGE_SET_ALL_NECESSARY) return held == RequiredPrivileges->PrivilegeCount;
    return held != 0;
}
