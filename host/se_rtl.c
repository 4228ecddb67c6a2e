/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * What security descriptors are made of: SIDs, access control lists, the two forms of a descriptor, and those of objects.
 */
#include <string.h>

#include "host/kernel_private.h"

/* --- well-known SIDs ---------------------------------------------------------------------------------------------- */

#define SID_OF(authority, ...)                                                                                         \
    (PSID) & (struct {                                                                                                 \
        uint8_t revision, count, value[6];                                                                             \
        uint32_t sub[sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t)];                                            \
    }) {                                                                                                               \
        1, sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t), {0, 0, 0, 0, 0, authority}, { __VA_ARGS__ }           \
    }

static SE_EXPORTS se_exports = {
    .SeCreateTokenPrivilege = {2, 0},
    .SeAssignPrimaryTokenPrivilege = {3, 0},
    .SeLockMemoryPrivilege = {4, 0},
    .SeIncreaseQuotaPrivilege = {5, 0},
    .SeUnsolicitedInputPrivilege = {6, 0},
    .SeTcbPrivilege = {7, 0},
    .SeSecurityPrivilege = {8, 0},
    .SeTakeOwnershipPrivilege = {9, 0},
    .SeLoadDriverPrivilege = {10, 0},
    .SeCreatePagefilePrivilege = {15, 0},
    .SeIncreaseBasePriorityPrivilege = {14, 0},
    .SeSystemProfilePrivilege = {11, 0},
    .SeSystemtimePrivilege = {12, 0},
    .SeProfileSingleProcessPrivilege = {13, 0},
    .SeCreatePermanentPrivilege = {16, 0},
    .SeBackupPrivilege = {17, 0},
    .SeRestorePrivilege = {18, 0},
    .SeShutdownPrivilege = {19, 0},
    .SeDebugPrivilege = {20, 0},
    .SeAuditPrivilege = {21, 0},
    .SeSystemEnvironmentPrivilege = {22, 0},
    .SeChangeNotifyPrivilege = {23, 0},
    .SeRemoteShutdownPrivilege = {24, 0},
    .SeNullSid = SID_OF(0, 0),
    .SeWorldSid = SID_OF(1, 0),
    .SeLocalSid = SID_OF(2, 0),
    .SeCreatorOwnerSid = SID_OF(3, 0),
    .SeCreatorGroupSid = SID_OF(3, 1),
    .SeNtAuthoritySid = &(SID){.Revision = 1, .IdentifierAuthority = {{0, 0, 0, 0, 0, 5}}},
    .SeDialupSid = SID_OF(5, 1),
    .SeNetworkSid = SID_OF(5, 2),
    .SeBatchSid = SID_OF(5, 3),
    .SeInteractiveSid = SID_OF(5, 4),
    .SeLocalSystemSid = SID_OF(5, 18),
    .SeAliasAdminsSid = SID_OF(5, 32, 544),
    .SeAliasUsersSid = SID_OF(5, 32, 545),
    .SeAliasGuestsSid = SID_OF(5, 32, 546),
    .SeAliasPowerUsersSid = SID_OF(5, 32, 547),
    .SeAliasAccountOpsSid = SID_OF(5, 32, 548),
    .SeAliasSystemOpsSid = SID_OF(5, 32, 549),
    .SeAliasPrintOpsSid = SID_OF(5, 32, 550),
    .SeAliasBackupOpsSid = SID_OF(5, 32, 551),
    .SeAuthenticatedUsersSid = SID_OF(5, 11),
    .SeRestrictedSid = SID_OF(5, 12),
    .SeAnonymousLogonSid = SID_OF(5, 7),
    .SeUndockPrivilege = {25, 0},
    .SeSyncAgentPrivilege = {26, 0},
    .SeEnableDelegationPrivilege = {27, 0},
    .SeLocalServiceSid = SID_OF(5, 19),
    .SeNetworkServiceSid = SID_OF(5, 20),
    .SeManageVolumePrivilege = {28, 0},
    .SeImpersonatePrivilege = {29, 0},
    .SeCreateGlobalPrivilege = {30, 0},
};
PSE_EXPORTS SeExports = &se_exports;

/* --- SIDs --------------------------------------------------------------------------------------------------------- */

static ULONG sid_size(const SID *sid) { return 8 + 4 * (ULONG)sid->SubAuthorityCount; }

static bool sid_valid(const SID *sid) {
    return sid && sid->Revision == SID_REVISION && sid->SubAuthorityCount <= SID_MAX_SUB_AUTHORITIES;
}

ULONG NTAPI RtlLengthSid(PSID Sid) {
    NT_ENTER(RtlLengthSid);
    return sid_size(Sid);
}

ULONG NTAPI RtlLengthRequiredSid(ULONG SubAuthorityCount) {
    NT_ENTER(RtlLengthRequiredSid);
    return 8 + 4 * SubAuthorityCount;
}

BOOLEAN NTAPI RtlValidSid(PSID Sid) {
    NT_ENTER(RtlValidSid);
    return sid_valid(Sid);
}

BOOLEAN NTAPI RtlEqualSid(PSID Sid1, PSID Sid2) {
    NT_ENTER(RtlEqualSid);
    return ((SID *)Sid1)->SubAuthorityCount == ((SID *)Sid2)->SubAuthorityCount &&
           memcmp(Sid1, Sid2, sid_size(Sid1)) == 0;
}

NTSTATUS NTAPI RtlCopySid(ULONG DestinationSidLength, PSID DestinationSid, PSID SourceSid) {
    NT_ENTER(RtlCopySid);
    if (sid_size(SourceSid) > DestinationSidLength) return STATUS_BUFFER_TOO_SMALL;
    memcpy(DestinationSid, SourceSid, sid_size(SourceSid));
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlInitializeSid(PSID Sid, PSID_IDENTIFIER_AUTHORITY IdentifierAuthority, UCHAR SubAuthorityCount) {
    NT_ENTER(RtlInitializeSid);
    SID *sid = Sid;
    if (SubAuthorityCount > SID_MAX_SUB_AUTHORITIES) return STATUS_INVALID_PARAMETER;
    sid->Revision = SID_REVISION;
    sid->SubAuthorityCount = SubAuthorityCount;
    sid->IdentifierAuthority = *IdentifierAuthority;
    return STATUS_SUCCESS;
}

PULONG NTAPI RtlSubAuthoritySid(PSID Sid, ULONG SubAuthority) {
    NT_ENTER(RtlSubAuthoritySid);
    return (PULONG)(void *)((PCHAR)Sid + 8 + 4 * (size_t)SubAuthority);
}

/* --- lists -------------------------------------------------------------------------------------------------------- */

/* How much of the list is used; 0: it makes no sense. */
static ULONG acl_used(const ACL *acl) {
    ULONG used = sizeof(*acl);
    if (acl->AclRevision < 2 || acl->AclRevision > 4 || acl->AclSize < used) return 0;
    for (unsigned at = 0; at < acl->AceCount; at++) {
        const ACE_HEADER *ace = (const ACE_HEADER *)((const char *)acl + used);
        if (used + sizeof(*ace) > acl->AclSize || ace->AceSize < sizeof(*ace) || ace->AceSize % 4 ||
            used + ace->AceSize > acl->AclSize)
            return 0;
        if (ace->AceType <= ACCESS_DENIED_ACE_TYPE) {
            const SID *sid = (const SID *)(const void *)((const char *)ace + 8);
            if (ace->AceSize < 16 || !sid_valid(sid) || 8 + sid_size(sid) > ace->AceSize) return 0;
        }
        used += ace->AceSize;
    }
    return used;
}

NTSTATUS NTAPI RtlCreateAcl(PACL Acl, ULONG AclLength, ULONG AclRevision) {
    NT_ENTER(RtlCreateAcl);
    if (AclLength < sizeof(ACL)) return STATUS_BUFFER_TOO_SMALL;
    if (AclRevision < 2 || AclRevision > 4 || AclLength > 0xFFFF) return STATUS_INVALID_PARAMETER;
    *Acl = (ACL){.AclRevision = (UCHAR)AclRevision, .AclSize = (USHORT)(AclLength & ~3u)};
    return STATUS_SUCCESS;
}

static NTSTATUS add_ace(PACL acl, ULONG revision, ULONG flags, ACCESS_MASK mask, PSID sid) {
    ULONG used = acl_used(acl), size = 8 + sid_size(sid);
    ACCESS_ALLOWED_ACE *ace = (ACCESS_ALLOWED_ACE *)(void *)((PCHAR)acl + used);

    if (used == 0) return STATUS_INVALID_ACL;
    if (!sid_valid(sid)) return STATUS_INVALID_SID;
    if (revision > 4 || acl->AclRevision > 4) return STATUS_REVISION_MISMATCH;
    if (used + size > acl->AclSize) return STATUS_ALLOTTED_SPACE_EXCEEDED;
    ace->Header = (ACE_HEADER){.AceType = ACCESS_ALLOWED_ACE_TYPE, .AceFlags = (UCHAR)flags, .AceSize = (USHORT)size};
    ace->Mask = mask;
    memcpy(&ace->SidStart, sid, sid_size(sid));
    acl->AceCount++;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAddAccessAllowedAce(PACL Acl, ULONG AceRevision, ACCESS_MASK AccessMask, PSID Sid) {
    NT_ENTER(RtlAddAccessAllowedAce);
    return add_ace(Acl, AceRevision, 0, AccessMask, Sid);
}

NTSTATUS NTAPI RtlAddAccessAllowedAceEx(PACL Acl, ULONG AceRevision, ULONG AceFlags, ACCESS_MASK AccessMask, PSID Sid) {
    NT_ENTER(RtlAddAccessAllowedAceEx);
    return add_ace(Acl, AceRevision, AceFlags, AccessMask, Sid);
}

void NTAPI RtlMapGenericMask(PACCESS_MASK AccessMask, const GENERIC_MAPPING *GenericMapping) {
    NT_ENTER(RtlMapGenericMask);
    se_map_generic(AccessMask, GenericMapping);
}

PGENERIC_MAPPING NTAPI IoGetFileObjectGenericMapping(void) {
    NT_ENTER(IoGetFileObjectGenericMapping);
    return &ob_type_file.mapping;
}

/* --- descriptors: of pointers, or of offsets and in one piece ------------------------------------------------------ */

/* Both forms begin with the same four bytes. */
static const void *part(PSECURITY_DESCRIPTOR descriptor, size_t pointer_at, size_t offset_at) {
    const char *bytes = descriptor;
    const void *pointer;
    ULONG offset;

    if (!(((SECURITY_DESCRIPTOR *)descriptor)->Control & SE_SELF_RELATIVE)) {
        memcpy(&pointer, bytes + pointer_at, sizeof(pointer));
        return pointer;
    }
    memcpy(&offset, bytes + offset_at, sizeof(offset));
    return offset ? bytes + offset : NULL;
}
#define PART(descriptor, field)                                                                                        \
    part(descriptor, offsetof(SECURITY_DESCRIPTOR, field), offsetof(SECURITY_DESCRIPTOR_RELATIVE, field))

const ACL *se_dacl(PSECURITY_DESCRIPTOR descriptor) {
    if (!(((SECURITY_DESCRIPTOR *)descriptor)->Control & SE_DACL_PRESENT)) return NULL;
    return PART(descriptor, Dacl);
}

PSID se_owner(PSECURITY_DESCRIPTOR descriptor) { return (PSID)(ULONG_PTR)PART(descriptor, Owner); }

NTSTATUS NTAPI RtlCreateSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, ULONG Revision) {
    NT_ENTER(RtlCreateSecurityDescriptor);
    if (Revision != SECURITY_DESCRIPTOR_REVISION) return STATUS_UNKNOWN_REVISION;
    *(SECURITY_DESCRIPTOR *)SecurityDescriptor = (SECURITY_DESCRIPTOR){.Revision = SECURITY_DESCRIPTOR_REVISION};
    return STATUS_SUCCESS;
}

static NTSTATUS absolute(const SECURITY_DESCRIPTOR *descriptor) {
    if (descriptor->Revision != SECURITY_DESCRIPTOR_REVISION) return STATUS_UNKNOWN_REVISION;
    return descriptor->Control & SE_SELF_RELATIVE ? STATUS_INVALID_SECURITY_DESCR : STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, BOOLEAN DaclPresent, PACL Dacl,
                                            BOOLEAN DaclDefaulted) {
    NT_ENTER(RtlSetDaclSecurityDescriptor);
    SECURITY_DESCRIPTOR *descriptor = SecurityDescriptor;
    NTSTATUS status = absolute(descriptor);

    if (!NT_SUCCESS(status)) return status;
    descriptor->Control &= (SECURITY_DESCRIPTOR_CONTROL) ~(SE_DACL_PRESENT | SE_DACL_DEFAULTED);
    descriptor->Dacl = NULL;
    if (!DaclPresent) return STATUS_SUCCESS;
    descriptor->Control |= SE_DACL_PRESENT | (DaclDefaulted ? SE_DACL_DEFAULTED : 0);
    descriptor->Dacl = Dacl;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PBOOLEAN DaclPresent, PACL *Dacl,
                                            PBOOLEAN DaclDefaulted) {
    NT_ENTER(RtlGetDaclSecurityDescriptor);
    SECURITY_DESCRIPTOR *descriptor = SecurityDescriptor;

    if (descriptor->Revision != SECURITY_DESCRIPTOR_REVISION) return STATUS_UNKNOWN_REVISION;
    *DaclPresent = (descriptor->Control & SE_DACL_PRESENT) != 0;
    if (!*DaclPresent) return STATUS_SUCCESS;
    *Dacl = (PACL)(ULONG_PTR)se_dacl(descriptor);
    *DaclDefaulted = (descriptor->Control & SE_DACL_DEFAULTED) != 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, PSID Owner,
                                             BOOLEAN OwnerDefaulted) {
    NT_ENTER(RtlSetOwnerSecurityDescriptor);
    SECURITY_DESCRIPTOR *descriptor = SecurityDescriptor;
    NTSTATUS status = absolute(descriptor);

    if (!NT_SUCCESS(status)) return status;
    descriptor->Owner = Owner;
    descriptor->Control = (SECURITY_DESCRIPTOR_CONTROL)((descriptor->Control & ~1) | (OwnerDefaulted != 0));
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI RtlValidSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor) {
    NT_ENTER(RtlValidSecurityDescriptor);
    SECURITY_DESCRIPTOR *descriptor = SecurityDescriptor;
    const SID *owner, *group;

    if (descriptor == NULL || descriptor->Revision != SECURITY_DESCRIPTOR_REVISION) return FALSE;
    owner = PART(descriptor, Owner);
    group = PART(descriptor, Group);
    if ((owner && !sid_valid(owner)) || (group && !sid_valid(group))) return FALSE;
    return se_dacl(descriptor) == NULL || acl_used(se_dacl(descriptor)) != 0;
}

static ULONG padded(ULONG size) { return (size + 3) & ~3u; }

static ULONG descriptor_size(PSECURITY_DESCRIPTOR descriptor, bool self_relative) {
    const SID *owner = PART(descriptor, Owner), *group = PART(descriptor, Group);
    const ACL *dacl = se_dacl(descriptor);
    ULONG size = self_relative ? sizeof(SECURITY_DESCRIPTOR_RELATIVE) : sizeof(SECURITY_DESCRIPTOR);

    if (owner) size += padded(sid_size(owner));
    if (group) size += padded(sid_size(group));
    return dacl ? size + padded(dacl->AclSize) : size;
}

ULONG NTAPI RtlLengthSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor) {
    NT_ENTER(RtlLengthSecurityDescriptor);
    return descriptor_size(SecurityDescriptor, ((SECURITY_DESCRIPTOR *)SecurityDescriptor)->Control & SE_SELF_RELATIVE);
}

static ULONG append(SECURITY_DESCRIPTOR_RELATIVE *out, ULONG *size, const void *from, ULONG length) {
    ULONG at = *size;
    if (from == NULL) return 0;
    memcpy((char *)out + at, from, length);
    *size += padded(length);
    return at;
}

static void relative_make(PSECURITY_DESCRIPTOR from, SECURITY_DESCRIPTOR_RELATIVE *out) {
    const SID *owner = PART(from, Owner), *group = PART(from, Group);
    const ACL *dacl = se_dacl(from);
    ULONG size = sizeof(*out);

    memset(out, 0, sizeof(*out));
    out->Revision = SECURITY_DESCRIPTOR_REVISION;
    out->Control =
        (SECURITY_DESCRIPTOR_CONTROL)((((SECURITY_DESCRIPTOR *)from)->Control | SE_SELF_RELATIVE) & ~SE_SACL_PRESENT);
    out->Dacl = append(out, &size, dacl, dacl ? dacl->AclSize : 0);
    out->Owner = append(out, &size, owner, owner ? sid_size(owner) : 0);
    out->Group = append(out, &size, group, group ? sid_size(group) : 0);
}

NTSTATUS NTAPI RtlAbsoluteToSelfRelativeSD(PSECURITY_DESCRIPTOR AbsoluteSecurityDescriptor,
                                           PSECURITY_DESCRIPTOR SelfRelativeSecurityDescriptor, PULONG BufferLength) {
    NT_ENTER(RtlAbsoluteToSelfRelativeSD);
    ULONG size;

    if (((SECURITY_DESCRIPTOR *)AbsoluteSecurityDescriptor)->Control & SE_SELF_RELATIVE)
        return STATUS_BAD_DESCRIPTOR_FORMAT;
    size = descriptor_size(AbsoluteSecurityDescriptor, true);
    if (*BufferLength < size) {
        *BufferLength = size;
        return STATUS_BUFFER_TOO_SMALL;
    }
    *BufferLength = size;
    relative_make(AbsoluteSecurityDescriptor, SelfRelativeSecurityDescriptor);
    return STATUS_SUCCESS;
}

/* --- of objects: devices have one --------------------------------------------------------------------------------- */

static PDEVICE_OBJECT device_of(PVOID object) {
    if (ob_type_of(object) == &ob_type_file) return ((PFILE_OBJECT)object)->DeviceObject;
    return ob_type_of(object) == &ob_type_device ? object : NULL;
}

NTSTATUS NTAPI ObGetObjectSecurity(PVOID Object, PSECURITY_DESCRIPTOR *SecurityDescriptor, PBOOLEAN MemoryAllocated) {
    NT_ENTER(ObGetObjectSecurity);
    PDEVICE_OBJECT device = device_of(Object);
    SECURITY_DESCRIPTOR_RELATIVE *copy;

    *SecurityDescriptor = NULL;
    *MemoryAllocated = FALSE;
    if (device == NULL || device->SecurityDescriptor == NULL) return STATUS_SUCCESS;
    copy = NT_FAULT(ObGetObjectSecurity)
               ? NULL
               : ExAllocatePoolWithTag(PagedPool, descriptor_size(device->SecurityDescriptor, true), 'qSbO');
    if (copy == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    relative_make(device->SecurityDescriptor, copy);
    verify_track("object-security", copy, 0, 0, CALLER);
    *SecurityDescriptor = copy;
    *MemoryAllocated = TRUE;
    return STATUS_SUCCESS;
}

void NTAPI ObReleaseObjectSecurity(PSECURITY_DESCRIPTOR SecurityDescriptor, BOOLEAN MemoryAllocated) {
    NT_ENTER(ObReleaseObjectSecurity);
    if (!MemoryAllocated) return;
    verify_untrack("object-security", SecurityDescriptor);
    ExFreePoolWithTag(SecurityDescriptor, 'qSbO');
}

NTSTATUS NTAPI ZwSetSecurityObject(HANDLE Handle, SECURITY_INFORMATION SecurityInformation,
                                   PSECURITY_DESCRIPTOR SecurityDescriptor) {
    NT_ENTER(ZwSetSecurityObject);
    SECURITY_DESCRIPTOR merged = {.Revision = SECURITY_DESCRIPTOR_REVISION};
    SECURITY_DESCRIPTOR_RELATIVE *copy;
    PDEVICE_OBJECT device;
    PVOID object, old, source[3];
    ACCESS_MASK needed = (SecurityInformation & DACL_SECURITY_INFORMATION ? WRITE_DAC : 0) |
                         (SecurityInformation & OWNER_SECURITY_INFORMATION ? 0x80000u : 0);
    NTSTATUS status = ob_lookup(ps_current_process(), Handle, NULL, needed, &object);

    if (!NT_SUCCESS(status)) return status;
    device = device_of(object);
    old = device ? device->SecurityDescriptor : NULL;
    for (unsigned at = 0; at < 3; at++) source[at] = SecurityInformation >> at & 1 ? SecurityDescriptor : old;
    if (source[0]) merged.Owner = se_owner(source[0]);
    if (source[1]) merged.Group = (PSID)(ULONG_PTR)PART(source[1], Group);
    if (source[2]) {
        merged.Dacl = (PACL)(ULONG_PTR)se_dacl(source[2]);
        merged.Control = ((SECURITY_DESCRIPTOR *)source[2])->Control & (SE_DACL_PRESENT | SE_DACL_PROTECTED);
    }
    status = device ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
    if (NT_SUCCESS(status)) {
        copy = ExAllocatePoolWithTag(NonPagedPoolNx, descriptor_size(&merged, true), 'dSeS');
        status = copy ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
        if (copy) {
            relative_make(&merged, copy);
            device->SecurityDescriptor = copy;
            if (old) ExFreePoolWithTag(old, 'dSeS');
        }
    }
    ob_dereference(object);
    return status;
}
