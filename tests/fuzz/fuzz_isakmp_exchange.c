// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A peer of IKEv1 with the right keys that says the wrong things: one
 * message of a running session is replaced by the input, under the right IV and,
 * where there is one, behind the right HASH payload. The first octet chooses which
 * message, the second is the type of the first payload, the others are the chain.
 * Whatever it was, both daemons must live on and leave nothing behind.
 *
 * A whole session each, so fewer runs: 800
 */
#include <stdlib.h>
#include <string.h>

#include "ike/v1/internal.h"
#include "sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define END(here, there, profiles, profile) \
	profiles \
		"crypto isakmp policy 10\n encryption aes\n hash sha256\n authentication pre-share\n" \
		" group 19\ncrypto isakmp key secret address 10.0.0." there "\n" \
		"crypto ipsec profile I\n" profile \
		"interface Tunnel0\n tunnel source 10.0.0." here "\n tunnel mode ipsec ipv4\n" \
		" tunnel destination 10.0.0." there "\n tunnel protection ipsec profile I\n"

#define AGGRESSIVE \
	"crypto isakmp profile P\n match identity address 0.0.0.0\n legacy\n" \
	" initiate mode aggressive\n"

static const char *const main_mode[] = { END("1", "2", "", ""), END("2", "1", "", "") };
static const char *const aggressive_mode[] = {
	END("1", "2", AGGRESSIVE, " set isakmp-profile P\n"),
	END("2", "1", AGGRESSIVE, " set isakmp-profile P\n"),
};

/*
 * Messages 5 and 6 of main mode, 1 to 3 of quick mode, an informational one, and those of
 * aggressive mode, two of them in the clear
 */
static const struct {
	uint8_t exchange;
	unsigned int nth; /* of those of its exchange that are encrypted, or not */
	bool hashed, clear;
} targets[] = {
	{ ISAKMP_EXCHANGE_MAIN, 1, false, false },
	{ ISAKMP_EXCHANGE_MAIN, 2, false, false },
	{ ISAKMP_EXCHANGE_QUICK, 1, true, false },
	{ ISAKMP_EXCHANGE_QUICK, 2, true, false },
	{ ISAKMP_EXCHANGE_QUICK, 3, false, false },
	{ ISAKMP_EXCHANGE_INFORMATIONAL, 1, true, false },
	{ ISAKMP_EXCHANGE_AGGRESSIVE, 1, false, true },
	{ ISAKMP_EXCHANGE_AGGRESSIVE, 2, false, true },
	{ ISAKMP_EXCHANGE_AGGRESSIVE, 1, false, false },
};

struct lie {
	size_t target;
	unsigned int seen;
	uint8_t first;
	struct bytes chain;
	bool told;
};

static struct ikev1_sa *receiver_of(struct sim *sim, int node, const struct ike_header *header)
{
	struct ike *ike = sim->nodes[node].ike;
	struct ike_sa *sa = ike_find(ike, header->spi_initiator);

	if (!sa)
		sa = ike_find(ike, header->spi_responder);
	return sa && sa->version == &ikev1 ? ikev1_of(sa) : NULL;
}

/* The IV that the receiver is going to decrypt with, and the nonce of HASH(2). */
static struct ikev1_iv iv_of(struct ikev1_sa *sa, uint32_t message_id, struct bytes *nonce)
{
	struct ikev1_task *task;
	struct ikev1_iv iv = {};

	if (!message_id)
		return sa->initial->iv;
	TAILQ_FOREACH(task, &sa->tasks, link) {
		if (task->message_id != message_id)
			continue;
		*nonce = buffer_bytes(&task->nonce_i);
		return task->iv;
	}
	ikev1_iv_phase_2(&sa->keys, &sa->phase_1, message_id, &iv);
	return iv;
}

static void tell_in_clear(struct sim_message *message, struct ike_header header,
			  const struct lie *lie)
{
	struct writer writer;

	writer_begin(&writer, &header);
	buffer_put(&writer.buffer, lie->chain);
	writer.buffer.data[16] = lie->first;
	writer_finish(&writer);
	buffer_set(&message->octets, buffer_bytes(&writer.buffer));
	writer_free(&writer);
}

static bool tell(struct sim *sim, struct sim_message *message)
{
	struct lie *lie = sim->filter_context;
	struct bytes nonce = bytes_of(NULL, 0);
	struct ike_header header;
	struct ikev1_sa *sa;
	struct writer chain;
	struct ikev1_iv iv;

	if (lie->told || header_parse(buffer_bytes(&message->octets), &header).code ||
	    header.exchange != targets[lie->target].exchange ||
	    !(header.flags & ISAKMP_FLAG_ENCRYPTED) != targets[lie->target].clear ||
	    ++lie->seen != targets[lie->target].nth)
		return true;
	if (targets[lie->target].clear) {
		lie->told = true;
		tell_in_clear(message, header, lie);
		return true;
	}
	sa = receiver_of(sim, message->to, &header);
	if (!sa || !sa->initial || !sa->keys.ready)
		return true;
	lie->told = true;
	iv = iv_of(sa, header.message_id, &nonce);
	if (targets[lie->target].hashed) {
		ikev1_open_hash(sa, &chain);
		chain.buffer.data[0] = lie->first;
	} else {
		writer_begin_chain(&chain);
		chain.first = lie->first;
	}
	buffer_put(&chain.buffer, lie->chain);
	if (targets[lie->target].hashed &&
	    ikev1_close_hash(sa, &chain, header.message_id, nonce).code)
		abort();
	header.flags = 0;
	if (chain.buffer.len && ikev1_seal(sa, &header, &chain, &iv, &message->octets).code)
		abort();
	writer_free(&chain);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *const *configs;
	struct lie lie;
	struct sim *sim;

	if (size < 2 || size > 4096)
		return 0;
	lie = (struct lie){
		.target = data[0] % (sizeof(targets) / sizeof(targets[0])),
		.first = data[1],
		.chain = bytes_of(data + 2, size - 2),
	};
	configs = targets[lie.target].exchange == ISAKMP_EXCHANGE_AGGRESSIVE ? aggressive_mode :
									       main_mode;
	sim = sim_new(1, configs[0], configs[1]);
	log_set(LOG_IKEV2_INTERNAL, false);
	sim->filter = tell;
	sim->filter_context = &lie;
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(2));
	ike_rekey_children(sim->nodes[0].ike, NULL);
	sim_run(sim, SECONDS(10));
	ike_clear_sas(sim->nodes[1].ike, NULL);
	sim_run(sim, SECONDS(100));
	/* nothing of the lie is left, and the truth still works */
	sim->filter = NULL;
	sim_set_up(sim, 0, false);
	sim_run(sim, SECONDS(100));
	sim_set_up(sim, 1, true);
	sim_set_up(sim, 0, true);
	if (!sim_run_until(sim, SECONDS(200), sim_both_up))
		abort();
	sim_free(sim);
	return 0;
}
