/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Security: descriptors from SDDL, and who may have what.
 */
#include "host/se.h"

#include <stdlib.h>
#include <string.h>

#include "nt/win32.h"

void se_map_generic(ACCESS_MASK *access, const GENERIC_MAPPING *mapping) {
    if (*access & GENERIC_READ) *access |= mapping->GenericRead;
    if (*access & GENERIC_WRITE) *access |= mapping->GenericWrite;
    if (*access & GENERIC_EXECUTE) *access |= mapping->GenericExecute;
    if (*access & GENERIC_ALL) *access |= mapping->GenericAll;
    *access &= ~(ACCESS_MASK)(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL);
}

/* --- SIDs --------------------------------------------------------------------------------------------------------- */

struct sid {
    uint8_t revision, count, authority[6];
    uint32_t sub[8];
};
#define SID_SIZE(sid) (8u + 4u * (sid)->count)

static const struct {
    char alias[3];
    struct sid sid;
} aliases[] = {
    {"SY", {1, 1, {0, 0, 0, 0, 0, 5}, {18}}},      /* local system */
    {"BA", {1, 2, {0, 0, 0, 0, 0, 5}, {32, 544}}}, /* administrators */
    {"BU", {1, 2, {0, 0, 0, 0, 0, 5}, {32, 545}}}, /* users */
    {"AU", {1, 1, {0, 0, 0, 0, 0, 5}, {11}}},      /* authenticated users */
    {"IU", {1, 1, {0, 0, 0, 0, 0, 5}, {4}}},       /* interactively logged-on user */
    {"LS", {1, 1, {0, 0, 0, 0, 0, 5}, {19}}},      /* local service */
    {"NS", {1, 1, {0, 0, 0, 0, 0, 5}, {20}}},      /* network service */
    {"WD", {1, 1, {0, 0, 0, 0, 0, 1}, {0}}},       /* everyone */
};

bool se_token_has(enum se_token_kind token, PSID Sid) {
    const struct sid *sid = Sid;
    /* Who belongs to what: the users' groups are everybody's. */
    static const char *const groups[] = {[SE_TOKEN_SYSTEM] = "SY BA WD AU",
                                         [SE_TOKEN_ADMINISTRATOR] = "BA BU AU IU WD",
                                         [SE_TOKEN_USER] = "BU AU IU WD"};
    for (size_t at = 0; at < sizeof(aliases) / sizeof(*aliases); at++)
        if (memcmp(&aliases[at].sid, sid, SID_SIZE(sid)) == 0 && strstr(groups[token], aliases[at].alias)) return true;
    return false;
}

/* --- SDDL --------------------------------------------------------------------------------------------------------- */

struct ace {
    bool deny;
    ACCESS_MASK mask;
    struct sid sid;
};

static bool parse_number(const WCHAR **at, uint32_t *number) {
    unsigned base = (*at)[0] == '0' && ((*at)[1] | 32) == 'x' ? 16 : 10, digits = 0;
    uint64_t value = 0;

    if (base == 16) *at += 2;
    for (;; (*at)++, digits++) {
        unsigned c = **at, digit = c - '0';
        if (base == 16 && (c | 32) >= 'a' && (c | 32) <= 'f') digit = (c | 32) - 'a' + 10;
        if (digit >= base || c < '0') break;
        value = value * base + digit;
        if (value > UINT32_MAX) return false;
    }
    *number = (uint32_t)value;
    return digits != 0;
}

static bool parse_rights(const WCHAR **at, ACCESS_MASK *mask) {
    static const struct {
        char name[3];
        ACCESS_MASK mask;
    } rights[] = {{"GA", GENERIC_ALL}, {"GR", GENERIC_READ}, {"GW", GENERIC_WRITE}, {"GX", GENERIC_EXECUTE},
                  {"FA", 0x1F01FF},    {"FR", 0x120089},     {"FW", 0x120116},      {"FX", 0x1200A0},
                  {"RC", 0x20000},     {"SD", 0x10000},      {"WD", 0x40000},       {"WO", 0x80000}};

    *mask = 0;
    if (**at == '0') return parse_number(at, mask);
    while (**at != ';') {
        size_t right = 0;
        for (; right < sizeof(rights) / sizeof(*rights); right++)
            if ((*at)[0] == (WCHAR)rights[right].name[0] && (*at)[1] == (WCHAR)rights[right].name[1]) break;
        if (right == sizeof(rights) / sizeof(*rights)) return false;
        *mask |= rights[right].mask;
        *at += 2;
    }
    return true;
}

static bool parse_sid(const WCHAR **at, struct sid *sid) {
    uint32_t number;

    memset(sid, 0, sizeof(*sid));
    if ((*at)[0] == 'S' && (*at)[1] == '-') {
        *at += 2;
        if (!parse_number(at, &number) || number != 1 || **at != '-') return false;
        (*at)++;
        if (!parse_number(at, &number)) return false;
        sid->revision = 1;
        for (unsigned byte = 0; byte < 4; byte++) sid->authority[5 - byte] = (uint8_t)(number >> 8 * byte);
        while (**at == '-') {
            (*at)++;
            if (sid->count == 8 || !parse_number(at, &sid->sub[sid->count++])) return false;
        }
        return sid->count != 0;
    }
    for (size_t alias = 0; alias < sizeof(aliases) / sizeof(*aliases); alias++) {
        if ((*at)[0] != (WCHAR)aliases[alias].alias[0] || (*at)[1] != (WCHAR)aliases[alias].alias[1]) continue;
        *sid = aliases[alias].sid;
        *at += 2;
        return true;
    }
    return false;
}

/* "(A;;GA;;;SY)" */
static bool parse_ace(const WCHAR **at, struct ace *ace) {
    if (*(*at)++ != '(' || (**at != 'A' && **at != 'D')) return false;
    ace->deny = *(*at)++ == 'D';
    if (*(*at)++ != ';') return false;
    for (; **at != ';'; *at += 2) { /* who inherits it: nobody here */
        static const char flags[] = "OICINPIO";
        unsigned flag = 0;
        while (flag < 8 && ((*at)[0] != (WCHAR)flags[flag] || (*at)[1] != (WCHAR)flags[flag + 1])) flag += 2;
        if (flag == 8) return false;
    }
    (*at)++;
    if (!parse_rights(at, &ace->mask)) return false;
    if (*(*at)++ != ';' || *(*at)++ != ';' || *(*at)++ != ';') return false; /* no object types */
    return parse_sid(at, &ace->sid) && *(*at)++ == ')';
}

NTSTATUS se_sddl_parse(const WCHAR *sddl, PSECURITY_DESCRIPTOR *descriptor) {
    uint8_t text[1024];
    SECURITY_DESCRIPTOR_RELATIVE *head = (SECURITY_DESCRIPTOR_RELATIVE *)text;
    ACL *acl = (ACL *)(head + 1);
    const WCHAR *at = sddl;
    size_t size = sizeof(*head) + sizeof(*acl);
    struct ace ace;

    if (at[0] != 'D' || at[1] != ':') return STATUS_INVALID_SECURITY_DESCR;
    at += 2;
    *head = (SECURITY_DESCRIPTOR_RELATIVE){
        .Revision = 1, .Control = 0x8004 /* self-relative, DACL present */, .Dacl = sizeof(*head)};
    for (; *at == 'P' || *at == 'A'; at++)
        if (*at == 'P') head->Control |= 0x1000;
    *acl = (ACL){.AclRevision = 2};
    while (*at) {
        ACCESS_ALLOWED_ACE *out = (ACCESS_ALLOWED_ACE *)(text + size);
        if (size + 64 > sizeof(text) || !parse_ace(&at, &ace)) return STATUS_INVALID_SECURITY_DESCR;
        out->Header = (ACE_HEADER){.AceType = ace.deny, .AceSize = (USHORT)(8 + SID_SIZE(&ace.sid))};
        out->Mask = ace.mask;
        memcpy(&out->SidStart, &ace.sid, SID_SIZE(&ace.sid));
        size += out->Header.AceSize;
        acl->AceCount++;
    }
    acl->AclSize = (USHORT)(size - sizeof(*head));
    *descriptor = ExAllocatePoolWithTag(NonPagedPoolNx, size, 'dSeS');
    if (*descriptor == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(*descriptor, text, size);
    return STATUS_SUCCESS;
}

BOOL NTAPI ConvertStringSecurityDescriptorToSecurityDescriptorW(LPCWSTR StringSecurityDescriptor,
                                                                DWORD StringSDRevision,
                                                                PSECURITY_DESCRIPTOR *SecurityDescriptor,
                                                                PULONG SecurityDescriptorSize) {
    NT_ENTER(ConvertStringSecurityDescriptorToSecurityDescriptorW);
    PSECURITY_DESCRIPTOR parsed;
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    if (!StringSecurityDescriptor || !SecurityDescriptor || StringSDRevision != SDDL_REVISION_1) {
        SetLastError(StringSDRevision != SDDL_REVISION_1 ? ERROR_UNKNOWN_REVISION : ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    if (!NT_FAULT(ConvertStringSecurityDescriptorToSecurityDescriptorW))
        status = se_sddl_parse(StringSecurityDescriptor, &parsed);
    if (NT_SUCCESS(status)) {
        ULONG size = RtlLengthSecurityDescriptor(parsed);
        *SecurityDescriptor = LocalAlloc(0, size);
        if (*SecurityDescriptor) memcpy(*SecurityDescriptor, parsed, size);
        if (SecurityDescriptorSize) *SecurityDescriptorSize = size;
        if (!*SecurityDescriptor) status = STATUS_INSUFFICIENT_RESOURCES;
        ExFreePoolWithTag(parsed, 'dSeS');
    }
    if (!NT_SUCCESS(status))
        SetLastError(status == STATUS_INVALID_SECURITY_DESCR ? ERROR_INVALID_ACL : ERROR_NOT_ENOUGH_MEMORY);
    return NT_SUCCESS(status);
}

bool se_descriptor_is_private(PSECURITY_DESCRIPTOR descriptor) {
    ACCESS_MASK granted;
    static const GENERIC_MAPPING mapping = {0x120089, 0x120116, 0x1200A0, 0x1F01FF};
    return !NT_SUCCESS(se_check(descriptor, SE_TOKEN_USER, GENERIC_READ, &mapping, &granted));
}
