/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_TESTS_SCENE_H
#define SEKI_TESTS_SCENE_H

/* What exchange tests do with a simulation again and again. A condition that
 * does not hold ends the program with its line, as the simulation itself does.
 */

#include "ike/v2/internal.h"
#include "sim.h"

/** scene_modern() - both ends with today's defaults */
struct sim *scene_modern(uint64_t seed);
/**
 * scene_s0() - the two routers of the S0 document, word for word, with the permission that their
 * algorithms need
 * @more: more statements for both, in front
 */
struct sim *scene_s0(uint64_t seed, const char *more);
/** scene_s0_config() - the text of one of them, 1 or 2; to be freed with free() */
char *scene_s0_config(int router, const char *more);
/** scene_up() - both tunnels come up at the same time */
void scene_up(struct sim *sim, int initiator);
/** scene_up_one() - only one end begins, so that nothing is simultaneous unless a test wants it */
void scene_up_one(struct sim *sim, int initiator);
/** scene_answer_only() - the tunnel of a node is up, and waits for the other end */
void scene_answer_only(struct sim *sim, int node);
/** scene_assert_clean() - in a while: one IKE SA and one pair on both sides, packets both ways */
void scene_assert_clean(struct sim *sim);
/** scene_reload() - another configuration for a running daemon */
void scene_reload(struct sim *sim, int node, const char *config);
/** scene_replace() - text with the first @what in it replaced; @what must be there */
const char *scene_replace(const char *text, const char *what, const char *by, char *out,
			  size_t size);
/** scene_prepend() - statements in front of a configuration */
const char *scene_prepend(const char *statements, const char *config, char *out, size_t size);

/** struct scene_opened - a sealed datagram, as its receiver reads it */
struct scene_opened {
	struct message outer, inner;
	struct buffer plain;
	struct ikev2_sa *sender;
};

/** scene_open() - for a filter that looks into a datagram; scene_opened_free() ends it */
void scene_open(struct sim *sim, const struct sim_message *datagram, struct scene_opened *opened);
void scene_opened_free(struct scene_opened *opened);
/** scene_put_payloads() - those of the datagram, but for the types in @without (ends with 0; NULL) */
void scene_put_payloads(const struct scene_opened *opened, const uint8_t *without,
			struct writer *chain);
/** scene_seal() - the datagram with @chain in it, as its sender would have; frees both */
void scene_seal(struct sim_message *datagram, struct scene_opened *opened, struct writer *chain);

#define SCENE_RECORDS 64

/** struct scene_recorder - keeps the first datagrams: scene_record() is a filter, this its context */
struct scene_recorder {
	struct buffer octets[SCENE_RECORDS];
	struct endpoint from[SCENE_RECORDS];
	int to[SCENE_RECORDS];
	size_t count;
};

bool scene_record(struct sim *sim, struct sim_message *message);
void scene_recorder_free(struct scene_recorder *recorder);

#endif
