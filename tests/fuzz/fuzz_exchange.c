// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A peer with the right keys that says the wrong things: one message of a
 * running session is replaced by the input, sealed as if it were true. The
 * first octet chooses which, the second is the type of the first payload, the
 * others are the chain. Whatever it was, both daemons must live on and leave
 * nothing behind.
 *
 * A whole session each, so fewer runs: 800
 */
#include <stdlib.h>
#include <string.h>

#include "ike/v2/internal.h"
#include "sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
	uint8_t exchange;
	bool response;
	bool of_ike; /* CREATE_CHILD_SA: rekey the IKE SA, not its child */
} targets[] = {
	{ EXCHANGE_IKE_AUTH, false, false },	    { EXCHANGE_IKE_AUTH, true, false },
	{ EXCHANGE_CREATE_CHILD_SA, false, false }, { EXCHANGE_CREATE_CHILD_SA, true, false },
	{ EXCHANGE_CREATE_CHILD_SA, false, true },  { EXCHANGE_CREATE_CHILD_SA, true, true },
	{ EXCHANGE_INFORMATIONAL, false, false },   { EXCHANGE_INFORMATIONAL, true, false },
};

struct lie {
	size_t target;
	uint8_t first;
	struct bytes chain;
	bool told;
};

static bool tell(struct sim *sim, struct sim_message *message)
{
	struct lie *lie = sim->filter_context;
	struct ike *sender = sim->nodes[!message->to].ike;
	struct writer writer = {};
	struct ike_header header;
	struct ike_sa *sa;

	if (lie->told || header_parse(buffer_bytes(&message->octets), &header).code ||
	    header.exchange != targets[lie->target].exchange ||
	    !(header.flags & IKE_FLAG_RESPONSE) == targets[lie->target].response)
		return true;
	sa = ike_find(sender, header.flags & IKE_FLAG_INITIATOR ? header.spi_initiator :
								  header.spi_responder);
	if (!sa || !ikev2_of(sa)->keys.out)
		return true;
	lie->told = true;
	writer_begin_chain(&writer);
	writer.first = lie->first;
	buffer_put(&writer.buffer, lie->chain);
	if (message_seal(&header, &writer, ikev2_of(sa)->keys.out, &message->octets).code) {
		writer_free(&writer);
		return false;
	}
	writer_free(&writer);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lie lie;
	struct sim *sim;

	if (size < 2 || size > 4096)
		return 0;
	lie = (struct lie){
		.target = data[0] % (sizeof(targets) / sizeof(targets[0])),
		.first = data[1],
		.chain = bytes_of(data + 2, size - 2),
	};
	sim = sim_new(1, sim_modern_1, sim_modern_2);
	log_set(LOG_IKEV2_INTERNAL, false);
	sim->filter = tell;
	sim->filter_context = &lie;
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(2));
	if (targets[lie.target].of_ike)
		ike_rekey_sas(sim->nodes[0].ike, NULL);
	else
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
	if (!sim_run_until(sim, SECONDS(100), sim_both_up))
		abort();
	sim_free(sim);
	return 0;
}
