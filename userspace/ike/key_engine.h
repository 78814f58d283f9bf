/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_KEY_ENGINE_H
#define SEKI_IKE_KEY_ENGINE_H

/*
 * What "debug crypto ipsec" says of SAs, in the words of a router's key engine (rows E20, K05).
 * Nothing here does anything.
 */

#include "ike/sa.h"

/** key_engine_event() - what follows is the answer to IKE */
void key_engine_event(void);
/**
 * key_engine_validate() - a part of what the peer has proposed, and we take
 * @number: of the part, from 1
 */
void key_engine_validate(const struct ike_sa *sa, const struct proposal *part, unsigned int number,
			 const struct traffic_selectors *local_ts,
			 const struct traffic_selectors *remote_ts, bool transport);
/** key_engine_spis() - those that the kernel has chosen for a new child SA */
void key_engine_spis(const struct child_sa *child);
/** key_engine_initialize() - each of its SAs, as it is about to be installed */
void key_engine_initialize(const struct child_sa *child);
/** key_engine_created(), key_engine_deleted() - in the kernel; @outer: the AH SA of a bundle */
void key_engine_created(const struct child_sa *child, enum sa_direction direction, bool outer);
void key_engine_deleted(const struct child_sa *child, enum sa_direction direction, bool outer);

#endif
