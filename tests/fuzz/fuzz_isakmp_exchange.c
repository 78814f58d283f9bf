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

#include "scene_isakmp.h"

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

#define EASY_SUITE \
	"crypto legacy\ncrypto isakmp policy 10\n encryption aes\n hash sha256\n" \
	" authentication pre-share\n group 19\n"

static const char *const easy_vpn[] = {
	EASY_SUITE "crypto ipsec client ezvpn E\n peer 10.0.0.2\n group g key k\n"
		   " username u password p\ninterface Tunnel0\n tunnel source 10.0.0.1\n"
		   " crypto ipsec client ezvpn E\n",
	EASY_SUITE "ip local pool P 10.9.0.1 10.9.0.9\nusername u password p\n"
		   "crypto isakmp client configuration group g\n key k\n pool P\n"
		   "crypto isakmp profile P\n match identity group g\n"
		   " client authentication list L\n client configuration address respond\n"
		   "crypto ipsec profile I\n set isakmp-profile P\n"
		   "interface Tunnel0\n tunnel source 10.0.0.2\n tunnel mode ipsec ipv4\n"
		   " tunnel destination 10.0.0.1\n tunnel protection ipsec profile I\n",
};

/*
 * Messages 5 and 6 of main mode, 1 to 3 of quick mode, an informational one, those of
 * aggressive mode, two of them in the clear, and those of XAUTH and mode config
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
	{ ISAKMP_EXCHANGE_TRANSACTION, 1, true, false },
	{ ISAKMP_EXCHANGE_TRANSACTION, 2, true, false },
	{ ISAKMP_EXCHANGE_TRANSACTION, 3, true, false },
	{ ISAKMP_EXCHANGE_TRANSACTION, 4, true, false },
	{ ISAKMP_EXCHANGE_TRANSACTION, 5, true, false },
	{ ISAKMP_EXCHANGE_TRANSACTION, 6, true, false },
};

struct lie {
	size_t target;
	unsigned int seen;
	uint8_t first;
	struct bytes chain;
	bool told;
};

static bool tell(struct sim *sim, struct sim_message *message)
{
	struct lie *lie = sim->filter_context;
	struct scene_isakmp opened;
	struct ike_header header;

	if (lie->told || header_parse(buffer_bytes(&message->octets), &header).code ||
	    header.exchange != targets[lie->target].exchange ||
	    !(header.flags & ISAKMP_FLAG_ENCRYPTED) != targets[lie->target].clear ||
	    ++lie->seen != targets[lie->target].nth || !scene_isakmp_open(sim, message, &opened))
		return true;
	lie->told = true;
	scene_isakmp_seal(message, &opened, lie->first, lie->chain, targets[lie->target].hashed);
	scene_isakmp_free(&opened);
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
	configs = targets[lie.target].exchange == ISAKMP_EXCHANGE_AGGRESSIVE  ? aggressive_mode :
		  targets[lie.target].exchange == ISAKMP_EXCHANGE_TRANSACTION ? easy_vpn :
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
	if (!sim_run_until(sim, SECONDS(300), sim_both_up))
		abort();
	sim_free(sim);
	return 0;
}
