// SPDX-License-Identifier: GPL-2.0-or-later
/* Every command, one row each, with the rows above that explain their words. */

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "cli/cli.h"

#define SHOW(words, verb, render, help) \
	{ \
		words, help, verb, NULL, render, NULL, NULL \
	}
#define ASK(words, verb, argument, render, help) \
	{ \
		words, help, verb, argument, render, NULL, NULL \
	}
#define DO(words, run, help) \
	{ \
		words, help, NULL, NULL, NULL, NULL, run \
	}
#define GROUP(words, help) \
	{ \
		words, help, NULL, NULL, NULL, NULL, NULL \
	}

static const struct command table[] = {
	GROUP("show", "what is going on"),
	GROUP("show crypto", "IPsec and its key exchange"),
	GROUP("show crypto ikev2", "key exchange, version 2"),
	SHOW("show crypto ikev2 sa", "show crypto ikev2 sa", render_ikev2_sa, "IKE SAs"),
	SHOW("show crypto ikev2 sa detailed", "show crypto ikev2 sa", render_ikev2_sa_detailed,
	     "with all that is known of each"),
	GROUP("show crypto ikev2 sa remote", "only those with one peer"),
	ASK("show crypto ikev2 sa remote <address>", "show crypto ikev2 sa", "remote",
	    render_ikev2_sa, "the peer"),
	ASK("show crypto ikev2 sa remote <address> detailed", "show crypto ikev2 sa", "remote",
	    render_ikev2_sa_detailed, "with all that is known of each"),
	SHOW("show crypto ikev2 profile", "show crypto ikev2 profile", render_profile,
	     "profiles, in the order of the configuration"),
	SHOW("show crypto ikev2 proposal", "show crypto ikev2 proposal", render_proposal,
	     "what is proposed to peers"),
	SHOW("show crypto ikev2 policy", "show crypto ikev2 policy", render_policy,
	     "which proposals are for whom"),
	SHOW("show crypto ikev2 stats", "show crypto ikev2 stats", render_stats,
	     "counters since sekid started"),
	GROUP("show crypto isakmp", "key exchange, version 1"),
	SHOW("show crypto isakmp sa", "show crypto isakmp sa", render_isakmp_sa, "ISAKMP SAs"),
	SHOW("show crypto isakmp sa detail", "show crypto isakmp sa", render_isakmp_sa_detail,
	     "with what was agreed, and what keeps those that do not come up"),
	SHOW("show crypto isakmp policy", "show crypto isakmp policy", render_isakmp_policy,
	     "suites of phase 1, by priority"),
	GROUP("show crypto key", "RSA keys for encrypted nonces of IKEv1"),
	GROUP("show crypto key mypubkey", "ours"),
	SHOW("show crypto key mypubkey rsa", "show crypto key mypubkey rsa", render_rsa_keys,
	     "what a peer needs of them"),
	GROUP("show crypto key pubkey-chain", "those of peers"),
	SHOW("show crypto key pubkey-chain rsa", "show crypto key pubkey-chain rsa",
	     render_rsa_peers, "as the configuration has them"),
	GROUP("show crypto ipsec", "protected traffic"),
	SHOW("show crypto ipsec sa", "show crypto ipsec sa", render_ipsec_sa, "IPsec SAs"),
	GROUP("show crypto ipsec sa interface", "only those of one interface"),
	ASK("show crypto ipsec sa interface <name>", "show crypto ipsec sa", "interface",
	    render_ipsec_sa, "the interface"),
	GROUP("show crypto ipsec sa peer", "only those with one peer"),
	ASK("show crypto ipsec sa peer <address>", "show crypto ipsec sa", "peer", render_ipsec_sa,
	    "the peer"),
	SHOW("show crypto ipsec sa old", "show crypto ipsec sa", render_ipsec_sa_old,
	     "all as IOS 11.3 laid them out"),
	SHOW("show crypto ipsec sa new", "show crypto ipsec sa", render_ipsec_sa_new,
	     "all as IOS 15 lays them out"),
	SHOW("show crypto ipsec transform-set", "show crypto ipsec transform-set",
	     render_transform_sets, "transform sets"),
	SHOW("show crypto ipsec transform-proposal", "show crypto ipsec transform-set",
	     render_transform_proposals, "the same, as IOS 11.3 called them"),
	GROUP("show crypto ipsec security-association", "defaults of IPsec SAs"),
	SHOW("show crypto ipsec security-association lifetime",
	     "show crypto ipsec security-association lifetime", render_lifetime,
	     "how long they live where nothing else is configured"),
	SHOW("show crypto ipsec session-key", "show crypto ipsec security-association lifetime",
	     render_session_key, "the same, as IOS 11.3 called it"),
	SHOW("show crypto map", "show crypto map", render_crypto_map, "crypto maps"),
	GROUP("show crypto map interface", "only the one of an interface"),
	ASK("show crypto map interface <name>", "show crypto map", "interface",
	    render_one_crypto_map, "the interface"),
	ASK("show crypto map interface <name> <number>", "show crypto map", "interface",
	    render_one_crypto_map, "its number, apart"),
	GROUP("show crypto map tag", "only the one with a name"),
	ASK("show crypto map tag <name>", "show crypto map", "map", render_one_crypto_map,
	    "the crypto map"),
	GROUP("show crypto engine", "who encrypts"),
	SHOW("show crypto engine configuration", "show crypto engine configuration",
	     render_engine_configuration, "library, kernel, processor"),
	GROUP("show crypto engine connections", "what it works for"),
	SHOW("show crypto engine connections active", "show crypto ipsec sa", render_connections,
	     "SAs with their packets"),
	SHOW("show crypto engine connections dropped-packet",
	     "show crypto engine connections dropped-packet", render_dropped,
	     "packets dropped, by interface"),
	SHOW("show crypto session", "show crypto session", render_session,
	     "tunnels and their state"),
	SHOW("show crypto session detail", "show crypto session", render_session_detail,
	     "with times, counters and the last failure"),
	SHOW("show hosts", "show hosts", render_hosts, "our domain, and the table of hosts"),
	SHOW("show running-config", "show running-config", render_text,
	     "the configuration in use, with its keys"),
	SHOW("show debug", "show debug", render_debug, "what is being debugged"),
	GROUP("write", "the same as show running-config"),
	SHOW("write terminal", "show running-config", render_text, "to this terminal"),
	GROUP("clear", "delete"),
	GROUP("clear crypto", "IPsec and its key exchange"),
	SHOW("clear crypto sa", "clear crypto sa", render_cleared,
	     "IPsec SAs; tunnels that are up make new ones"),
	GROUP("clear crypto sa peer", "only those with one peer"),
	ASK("clear crypto sa peer <address>", "clear crypto sa", "peer", render_cleared,
	    "the peer"),
	GROUP("clear crypto sa map", "only those of one crypto map"),
	ASK("clear crypto sa map <name>", "clear crypto sa", "map", render_cleared,
	    "the crypto map"),
	GROUP("clear crypto sa entry", "only one, with the other direction"),
	ASK("clear crypto sa entry <destination> <protocol> <spi>", "clear crypto sa",
	    "destination protocol spi", render_cleared, "where its packets go"),
	GROUP("clear crypto sa spi", "the same"),
	ASK("clear crypto sa spi <destination> <protocol> <spi>", "clear crypto sa",
	    "destination protocol spi", render_cleared, "where its packets go"),
	SHOW("clear crypto sa counters", "clear crypto sa counters", render_counters_cleared,
	     "only set counters to 0"),
	GROUP("clear crypto connection", "an IPsec SA by its connection id"),
	ASK("clear crypto connection <id>", "clear crypto connection", "connection", render_cleared,
	    "as show crypto engine connections active has it"),
	SHOW("clear crypto isakmp", "clear crypto isakmp", render_cleared,
	     "ISAKMP SAs; the IPsec SAs that they made stay"),
	ASK("clear crypto isakmp <id>", "clear crypto isakmp", "connection", render_cleared,
	    "the conn-id of show crypto isakmp sa"),
	GROUP("clear crypto ikev2", "key exchange, version 2"),
	SHOW("clear crypto ikev2 sa", "clear crypto ikev2 sa", render_cleared,
	     "IKE SAs, and the IPsec SAs that they made"),
	GROUP("clear crypto ikev2 sa remote", "only those with one peer"),
	ASK("clear crypto ikev2 sa remote <address>", "clear crypto ikev2 sa", "remote",
	    render_cleared, "the peer"),
	GROUP("rekey", "replace before its time"),
	GROUP("rekey crypto", "IPsec and its key exchange"),
	SHOW("rekey crypto sa", "rekey crypto sa", render_rekeyed, "IPsec SAs"),
	GROUP("rekey crypto sa peer", "only those with one peer"),
	ASK("rekey crypto sa peer <address>", "rekey crypto sa", "peer", render_rekeyed,
	    "the peer"),
	GROUP("rekey crypto ikev2", "key exchange, version 2"),
	SHOW("rekey crypto ikev2 sa", "rekey crypto ikev2 sa", render_rekeyed, "IKE SAs"),
	GROUP("rekey crypto ikev2 sa remote", "only those with one peer"),
	ASK("rekey crypto ikev2 sa remote <address>", "rekey crypto ikev2 sa", "remote",
	    render_rekeyed, "the peer"),
	GROUP("rekey crypto isakmp", "key exchange, version 1"),
	SHOW("rekey crypto isakmp sa", "rekey crypto isakmp sa", render_rekeyed, "ISAKMP SAs"),
	GROUP("redirect", "send clients elsewhere"),
	GROUP("redirect crypto", "IPsec and its key exchange"),
	GROUP("redirect crypto ikev2", "key exchange, version 2"),
	GROUP("redirect crypto ikev2 sa", "IKE SAs of clients that can be redirected"),
	GROUP("redirect crypto ikev2 sa gateway", "where to"),
	ASK("redirect crypto ikev2 sa gateway <address>", "redirect crypto ikev2 sa", "gateway",
	    render_redirected, "the other gateway"),
	GROUP("crypto", "IPsec and its key exchange"),
	GROUP("crypto key", "our keys, files of this host"),
	GROUP("crypto key generate", "make"),
	DO("crypto key generate rsa", run_key_generate,
	   "a key pair for RSA encrypted nonces of IKEv1, of 2048 bits"),
	GROUP("crypto key generate rsa modulus", "longer or shorter"),
	DO("crypto key generate rsa modulus <bits>", run_key_generate, "512 to 4096"),
	DO("crypto key generate rsa usage-keys", run_key_generate,
	   "one pair for signatures, one for encryption"),
	GROUP("crypto key generate rsa usage-keys modulus", "longer or shorter"),
	DO("crypto key generate rsa usage-keys modulus <bits>", run_key_generate, "512 to 4096"),
	GROUP("crypto key exchange", "with a peer, over the network"),
	DO("crypto key exchange dss", run_key_exchange,
	   "Exchange DSS keys (for what IPsec replaced)"),
	GROUP("crypto key zeroize", "remove"),
	DO("crypto key zeroize rsa", run_key_zeroize, "all of them"),
	DO("crypto key zeroize rsa <name>", run_key_zeroize, "those of this name"),
	GROUP("config", "configuration files"),
	GROUP("config check", "say what is wrong with one; needs no daemon"),
	DO("config check <file>", run_config_check, "the file"),
	SHOW("reload", "reload", render_report, "read the configuration again, apply what changed"),
	DO("monitor", run_monitor, "print the daemon's log until interrupted"),
	GROUP("debug", "log more, and print the log until interrupted"),
	GROUP("debug crypto", "IPsec and its key exchange"),
	GROUP("debug crypto ikev2", "key exchange, version 2"),
	GROUP("undebug", "log less"),
	SHOW("undebug all", "undebug all", render_debug, "nothing but errors and notices"),
	GROUP("undebug crypto", "IPsec and its key exchange"),
	GROUP("undebug crypto ikev2", "key exchange, version 2"),
};

#define TABLE_COUNT (sizeof(table) / sizeof(table[0]))

static char *with_prefix(const char *prefix, const char *words)
{
	char *text = must_calloc(1, strlen(prefix) + strlen(words) + 1);

	return strcat(strcpy(text, prefix), words);
}

/* The topics are the log's: base/log.h has the list. */
static size_t add_topics(struct command *rows)
{
	size_t count = 0;

	for (enum log_topic topic = 0; topic < LOG_TOPIC_COUNT; topic++) {
		const char *words = log_topic_offered(topic);

		if (!words)
			continue;
		rows[count++] = (struct command){
			.words = with_prefix("debug ", words),
			.help = "",
			.verb = "debug",
			.argument = "topic",
			.value = words,
			.run = run_debug,
		};
		rows[count++] = (struct command){
			.words = with_prefix("undebug ", words),
			.help = "",
			.verb = "undebug",
			.argument = "topic",
			.value = words,
			.render = render_debug,
		};
	}
	return count;
}

const struct command *commands(size_t *count)
{
	static struct command all[TABLE_COUNT + 2 * LOG_TOPIC_COUNT];
	static size_t filled;

	if (!filled) {
		memcpy(all, table, sizeof(table));
		filled = TABLE_COUNT + add_topics(all + TABLE_COUNT);
	}
	*count = filled;
	return all;
}
