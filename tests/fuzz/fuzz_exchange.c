// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A peer with the right keys that says the wrong things: one message of a
 * running session is replaced by the input, sealed as if it were true. The
 * first octet chooses which, the second is the type of the first payload, the
 * others are the chain. Whatever it was, both daemons must live on and leave
 * nothing behind. Every other eight places are those of a session of remote
 * access: a client with EAP that is given its address, and its server; there, the
 * sixteens tell how many messages of the kind pass before.
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

static const char client[] =
	"crypto ikev2 keyring K\n peer all\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key secret\n"
	"crypto ikev2 profile P\n match identity remote any\n authentication remote pre-share\n"
	" authentication local eap username bob password builder\n keyring local K\n"
	"crypto ipsec profile I\n set ikev2-profile P\n"
	"interface Tunnel0\n ip address negotiated\n tunnel source 10.0.0.1\n"
	" tunnel destination 10.0.0.2\n tunnel protection ipsec profile I\n";
static const char server[] =
	"username bob password builder\nip local pool L 172.16.9.1 172.16.9.9\n"
	"crypto ikev2 authorization policy A\n pool L\n dns 10.1.1.1\n"
	" route set remote ipv4 10.1.0.0 255.255.0.0\n"
	"crypto ikev2 keyring K\n peer all\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key secret\n"
	"crypto ikev2 profile P\n match identity remote any\n authentication local pre-share\n"
	" authentication remote eap query-identity\n keyring local K\n"
	" aaa authorization group eap list local A\n"
	"crypto ipsec profile I\n set ikev2-profile P\n responder-only\n"
	"interface Tunnel0\n tunnel source 10.0.0.2\n tunnel destination 10.0.0.1\n"
	" tunnel protection ipsec profile I\n";

struct lie {
	size_t target;
	unsigned int skip;
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
	if (lie->skip && lie->skip--)
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
	bool remote;

	if (size < 2 || size > 4096)
		return 0;
	lie = (struct lie){
		.target = data[0] % (sizeof(targets) / sizeof(targets[0])),
		.skip = data[0] / 16 % 4,
		.first = data[1],
		.chain = bytes_of(data + 2, size - 2),
	};
	remote = data[0] / 8 % 2;
	if (!remote)
		lie.skip = 0;
	sim = remote ? sim_new(1, client, server) : sim_new(1, sim_modern_1, sim_modern_2);
	log_set(LOG_IKEV2_INTERNAL, false);
	sim->filter = tell;
	sim->filter_context = &lie;
	if (remote)
		sim_set_up(sim, 1, true);
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
