#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# Prints brand.h from the variables of brand.mk, which make exports.
set -eu

guid() { # xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx as an initializer
    local g=${1//-/}
    printf '{0x%s, 0x%s, 0x%s, {' "${g:0:8}" "${g:8:4}" "${g:12:4}"
    for at in 16 18 20 22 24 26 28; do printf '0x%s, ' "${g:at:2}"; done
    printf '0x%s}}' "${g:30:2}"
}

tag=$(printf '0x'; for at in 3 2 1 0; do printf '%02x' "'${BRAND_POOL_TAG:at:1}"; done)

cat <<EOF
/* Made from brand.mk. SPDX-License-Identifier: MIT */
#ifndef GEN_BRAND_H
#define GEN_BRAND_H
#define BRAND_VERSION_MAJOR $VERSION_MAJOR
#define BRAND_VERSION_MINOR $VERSION_MINOR
#define BRAND_VERSION_PATCH $VERSION_PATCH
#define BRAND_VERSION_STRING "$VERSION_MAJOR.$VERSION_MINOR.$VERSION_PATCH"
#define BRAND_VERSION L"$VERSION_MAJOR.$VERSION_MINOR.$VERSION_PATCH"
#define BRAND_PACKAGE_VERSION L"$VERSION_MAJOR.$VERSION_MINOR.$VERSION_PATCH.0"
#define BRAND_NAME L"$BRAND"
#define BRAND_NAME_A "$BRAND"
#define BRAND_FILE L"$BRAND_FILE"
#define BRAND_COMPANY L"$BRAND_COMPANY"
#define BRAND_FILE_A "$BRAND_FILE"
#define BRAND_COMPANY_A "$BRAND_COMPANY"
#define BRAND_DESCRIPTION L"$BRAND_DESCRIPTION"
#define BRAND_DESCRIPTION_A "$BRAND_DESCRIPTION"
#define BRAND_SERVICE L"$BRAND_SERVICE"
#define BRAND_ENUMERATOR L"$BRAND_ENUMERATOR"
#define BRAND_HARDWARE_ID_A "$BRAND_HARDWARE_ID"
#define BRAND_SERVICE_A "$BRAND_SERVICE"
#define BRAND_HARDWARE_ID L"$BRAND_HARDWARE_ID"
#define BRAND_DEVICE_PREFIX L"$BRAND_DEVICE_PREFIX"
#define BRAND_MUTEX L"$BRAND_MUTEX"
#define BRAND_POOL_TAG $tag
#ifndef RC_INVOKED
#define BRAND_NAMESPACE_GUID $(guid "$BRAND_NAMESPACE_GUID")
#define BRAND_PROPERTY_GUID $(guid "$BRAND_PROPERTY_GUID")
#define BRAND_PROPERTY_GUID_INIT BRAND_PROPERTY_GUID
#define BRAND_PROPERTY_NAME 2
#define BRAND_PROPERTY_SDDL 3
#define BRAND_PROPERTY_FLAGS 4
#endif
#endif
EOF
