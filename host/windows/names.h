/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * For the preprocessor alone: what the host exports, each with another name for the linker, since Windows exports the
 * same. The makefile makes objcopy's list of it.
 */
#define EXPORT(module, name, max_irql, may_fail, fidelity, note) RENAME name nt_##name
#define EXPORT_DATA(module, name, note) RENAME name nt_##name
#define EXPORT_RAISES(module, name, max_irql, may_fail, fidelity, note) RENAME name nt_##name
#define EXPORT_AS(module, name, symbol, max_irql, may_fail, fidelity, note)
#define EXPORT_RAISES_AS(module, name, symbol, max_irql, may_fail, fidelity, note)
#include "host/exports.def"
