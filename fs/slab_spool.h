/*
 * What slab_bytes.c needs of the slab: its spool folder and the next name.
 */
#ifndef FS_SLAB_SPOOL_H
#define FS_SLAB_SPOOL_H

#include "slab.h"

int		slab_spool_folder(struct slab *);
uint64_t	slab_spool_next(struct slab *);

#endif
