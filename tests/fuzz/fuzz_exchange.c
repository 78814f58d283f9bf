// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A peer with the right keys that says the wrong things: one message of a
 * running session is replaced by the input, sealed as if it were true. The
 * first octet chooses which, the second is the type of the first payload, the
 * others are the chain. Whatever it was, both daemons must live on and leave
 * nothing behind. Every other eight places are those of a session of remote
 * access: a client with EAP that is given its address, and its server; there, the
 * sixteens tell how many messages of the kind pass before. The upper two bits choose
 * among sessions: plain, with a PPK, of a client that is redirected, and resumed with a
 * ticket; of remote access the first two have EAP-MSCHAPv2, the others EAP-TLS. Places
 * 16 to 23 are those of a session with several key exchanges (RFC 9370).
 *
 * A whole session each, so fewer runs: 800
 */
#include <stdlib.h>
#include <string.h>

#include "ike/v2/internal.h"
#include "pki_scene.h"
#include "scene.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct target {
	uint8_t exchange;
	bool response;
	bool of_ike; /* CREATE_CHILD_SA: rekey the IKE SA, not its child */
};

#define TARGETS 8

static const struct target targets[TARGETS] = {
	{ EXCHANGE_IKE_AUTH, false, false },	    { EXCHANGE_IKE_AUTH, true, false },
	{ EXCHANGE_CREATE_CHILD_SA, false, false }, { EXCHANGE_CREATE_CHILD_SA, true, false },
	{ EXCHANGE_CREATE_CHILD_SA, false, true },  { EXCHANGE_CREATE_CHILD_SA, true, true },
	{ EXCHANGE_INFORMATIONAL, false, false },   { EXCHANGE_INFORMATIONAL, true, false },
};

static const struct target several[TARGETS] = {
	{ EXCHANGE_IKE_INTERMEDIATE, false, false }, { EXCHANGE_IKE_INTERMEDIATE, true, false },
	{ EXCHANGE_IKE_FOLLOWUP_KE, false, true },   { EXCHANGE_IKE_FOLLOWUP_KE, true, true },
	{ EXCHANGE_CREATE_CHILD_SA, false, true },   { EXCHANGE_CREATE_CHILD_SA, true, true },
	{ EXCHANGE_IKE_AUTH, false, true },	     { EXCHANGE_IKE_AUTH, true, true },
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

enum session_kind { PLAIN, PPK, REDIRECTED, RESUMED, SEVERAL };

struct lie {
	enum session_kind session;
	const struct target *target;
	unsigned int skip;
	uint8_t first;
	struct bytes chain;
	bool told;
};

/* IKE_SESSION_RESUME is said in the clear, in the place of CREATE_CHILD_SA. */
static bool tell_openly(const struct lie *lie, const struct ike_header *header,
			struct sim_message *message)
{
	struct writer writer = {};

	writer_begin(&writer, header);
	put_raw_payload(&writer, lie->first, lie->chain);
	buffer_set(&message->octets, writer_finish(&writer));
	writer_free(&writer);
	return true;
}

static bool tell(struct sim *sim, struct sim_message *message)
{
	struct lie *lie = sim->filter_context;
	struct ike *sender = sim->nodes[!message->to].ike;
	struct writer writer = {};
	struct ike_header header;
	struct ike_sa *sa;

	if (lie->told || header_parse(buffer_bytes(&message->octets), &header).code)
		return true;
	if (lie->session == RESUMED && header.exchange == EXCHANGE_IKE_SESSION_RESUME &&
	    lie->target->exchange == EXCHANGE_CREATE_CHILD_SA &&
	    !(header.flags & IKE_FLAG_RESPONSE) == !lie->target->response) {
		lie->told = true;
		return tell_openly(lie, &header, message);
	}
	if (header.exchange != lie->target->exchange ||
	    !(header.flags & IKE_FLAG_RESPONSE) == lie->target->response)
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

static struct sim *plain_scene(enum session_kind session)
{
	static const struct {
		const char *front, *peer, *profile;
	} wishes[] = {
		[PLAIN] = { "", "", "" },
		[PPK] = { "", "  ppk manual id one key 0123456789abcdef0123456789abcdef\n", "" },
		[REDIRECTED] = { "crypto ikev2 redirect client\n", "", " reauthentication 300\n" },
		[SEVERAL] = { "crypto ikev2 proposal Q\n encryption aes-gcm-128\n prf sha256\n"
			      " group 31\n additional-key-exchange 1 19\n"
			      " additional-key-exchange 2 20\n"
			      "crypto ikev2 policy Q\n proposal Q\n",
			      "", "" },
		[RESUMED] = { "", "", " session-resumption\n dpd 10 2 periodic\n" },
	};
	static const char *const configs[] = { sim_modern_1, sim_modern_2 };
	static const char key[] = "  pre-shared-key secret\n", place[] = " keyring local K\n";
	char texts[2][4000], more[4000], by[200];

	for (int i = 0; i < 2; i++) {
		snprintf(by, sizeof(by), "%s%s", key, wishes[session].peer);
		scene_replace(configs[i], key, by, texts[i], sizeof(texts[i]));
		snprintf(by, sizeof(by), "%s%s", place, wishes[session].profile);
		scene_replace(texts[i], place, by, more, sizeof(more));
		scene_prepend(wishes[session].front, more, texts[i], sizeof(texts[i]));
	}
	return sim_new(1, texts[0], texts[1]);
}

static struct sim *remote_scene(enum session_kind session)
{
	static const struct pki_end tls_client = { .local = "eap",
						   .remote = "ecdsa-sig",
						   .profile = " eap method tls\n" };
	static const struct pki_end tls_server = { .local = "ecdsa-sig",
						   .remote = "eap query-identity",
						   .profile = " eap method tls\n" };
	static bool once;

	if (session == PLAIN || session == PPK)
		return sim_new(1, client, server);
	if (!once)
		atexit(pki_scene_end);
	once = true;
	return pki_scene(1, &tls_client, &tls_server);
}

/* What makes the session more than a plain one, once it is up. */
static void act(struct sim *sim, const struct lie *lie)
{
	struct address elsewhere = address_of_ipv4(0x0a000004);

	if (lie->session == REDIRECTED)
		ike_redirect_sas(sim->nodes[1].ike, NULL, &elsewhere);
	if (lie->session != RESUMED)
		return;
	sim->cut = true;
	sim_run(sim, SECONDS(30));
	sim->cut = false;
	sim_run(sim, SECONDS(30));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lie lie;
	struct sim *sim;
	bool remote;

	if (size < 2 || size > 4096)
		return 0;
	lie = (struct lie){
		.session = data[0] / 64,
		.target = &targets[data[0] % TARGETS],
		.skip = data[0] / 16 % 4,
		.first = data[1],
		.chain = bytes_of(data + 2, size - 2),
	};
	remote = data[0] / 8 % 2;
	if (!remote && data[0] / 16 == 1) {
		lie.session = SEVERAL;
		lie.target = &several[data[0] % TARGETS];
	}
	if (!remote)
		lie.skip = 0;
	sim = remote ? remote_scene(lie.session) : plain_scene(lie.session);
	log_set(LOG_IKEV2_INTERNAL, false);
	sim->filter = tell;
	sim->filter_context = &lie;
	if (remote)
		sim_set_up(sim, 1, true);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(2));
	if (!remote)
		act(sim, &lie);
	if (lie.target->of_ike)
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
