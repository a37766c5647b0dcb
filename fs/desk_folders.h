/*
 * What may be done in ra/: folders made, removed and moved.
 */
#ifndef FS_DESK_FOLDERS_H
#define FS_DESK_FOLDERS_H

#include "nodes.h"

extern const struct node_acts ra_acts, desk_acts;

#endif
