/*
 * What a decision on a dossier does, by kind (dossier.h): a table.
 */
#ifndef CA_DESK_EFFECTS_H
#define CA_DESK_EFFECTS_H

#include "dossier.h"

const struct dossier_effect *dossier_effect(enum dossier_kind);

#endif
