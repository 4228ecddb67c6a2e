/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * The names of a PE's functions, from its PDB.
 */
#ifndef HOST_PDB_H
#define HOST_PDB_H

#include "host/pe.h"

struct pdb;

/* The PDB that the image names, or one of its own name, beside it. NULL: there is none, it is another build's, or it is
 * damaged. */
struct pdb *pdb_beside(const struct pe *pe, const char *image_path);
/* The same for one file. */
struct pdb *pdb_load(const struct pe *pe, const char *path);
void pdb_free(struct pdb *pdb);
/* The last symbol at or before the address, NULL if there is none. */
const char *pdb_find(const struct pdb *pdb, uint32_t rva, uint32_t *offset);

#endif
