// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From facts over JSON to what a person reads. The S0 document's own outputs
 * (rows J01, J02, J04, with I02 to I07, I10 and I13; K01) stand in tests/seeds as the document
 * has them, without columns, and in golden/ as IOS lays them out; both must agree.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/render.h"
#include "ctl/internal.h"
#include "../support/ctl_fake.h"

#include <cmocka.h> /* last: it has a macro called fail */

static struct ctl_fake fake;

static json_t *ask(const char *request)
{
	struct ctl_reply reply = ctl_answer(&fake.context, request, strlen(request));
	json_t *result = json_incref(json_object_get(reply.answer, "result"));

	assert_true(json_is_true(json_object_get(reply.answer, "ok")));
	json_decref(reply.answer);
	return result;
}

/* For the caller to free. */
static char *render(const char *command, render_fn *renderer)
{
	char request[128], *text;
	json_t *result;
	size_t len;
	FILE *out;

	snprintf(request, sizeof(request), "{\"command\":\"%s\"}", command);
	result = ask(request);
	out = open_memstream(&text, &len);
	renderer(result, out);
	fclose(out);
	json_decref(result);
	return text;
}

static char *read_text(const char *folder, const char *name)
{
	char path[128], *text;
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	if (!file)
		fail_msg("%s is missing", path);
	text = must_calloc(1, 65536);
	len = fread(text, 1, 65535, file);
	assert_true(len > 0);
	fclose(file);
	return text;
}

/* All white space becomes one blank. */
static void normalise(char *text)
{
	char *to = text;

	for (char *from = text; *from;) {
		size_t blank = strspn(from, " \t\n");

		from += blank;
		if (blank && to != text && *from)
			*to++ = ' ';
		while (*from && !strchr(" \t\n", *from))
			*to++ = *from++;
	}
	*to = '\0';
}

static void check_document(const char *name, int router, const char *command, render_fn *renderer)
{
	char file[64], *shown, *golden, *seed;

	ctl_fake_router(&fake, router);
	shown = render(command, renderer);
	snprintf(file, sizeof(file), "%s.txt", name);
	golden = read_text("tests/unit/golden", file);
	assert_string_equal(shown, golden);
	snprintf(file, sizeof(file), "s0-show-%s.txt", name);
	seed = read_text("tests/seeds", file);
	normalise(golden);
	normalise(seed);
	assert_string_equal(golden, seed);
	free(shown);
	free(golden);
	free(seed);
}

static void j01_router1_ikev2_sa(void **state)
{
	check_document("r1-ikev2-sa", 1, "show crypto ikev2 sa", render_ikev2_sa_detailed);
}

static void j01_router2_ikev2_sa(void **state)
{
	check_document("r2-ikev2-sa", 2, "show crypto ikev2 sa", render_ikev2_sa_detailed);
}

static void j02_router1_ipsec_sa(void **state)
{
	check_document("r1-ipsec-sa", 1, "show crypto ipsec sa", render_ipsec_sa);
}

static void j02_router2_ipsec_sa(void **state)
{
	check_document("r2-ipsec-sa", 2, "show crypto ipsec sa", render_ipsec_sa);
}

static void j04_router1_session(void **state)
{
	check_document("r1-session", 1, "show crypto session", render_session);
}

static void j04_router2_session(void **state)
{
	check_document("r2-session", 2, "show crypto session", render_session);
}

static void assert_shows(const char *command, render_fn *renderer, const char *expected)
{
	char *shown = render(command, renderer);

	if (!strstr(shown, expected))
		fail_msg("\"%s\" is not in:\n%s", expected, shown);
	free(shown);
}

static void assert_hides(const char *command, render_fn *renderer, const char *unexpected)
{
	char *shown = render(command, renderer);

	if (strstr(shown, unexpected))
		fail_msg("\"%s\" is in:\n%s", unexpected, shown);
	free(shown);
}

static size_t occurrences(const char *text, const char *what)
{
	size_t count = 0;

	for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
		count++;
	return count;
}

static void sa_in_negotiation_has_unknowns(void **state)
{
	struct ike_sa_facts *sa = &fake.sas[0];

	ctl_fake_router(&fake, 1);
	sa->established = false;
	sa->state = "I_WAIT_INIT";
	sa->encr = sa->integ = sa->prf = sa->group = (struct transform){ 0 };
	sa->auth_sign = sa->auth_verify = sa->profile = NULL;
	sa->remote_id.type = ID_NONE;
	assert_shows("show crypto ikev2 sa", render_ikev2_sa_detailed,
		     "Encr: Unknown - 0, Hash: None, DH Grp:0, Auth sign: Unknown - 0, "
		     "Auth verify: Unknown - 0\n");
	assert_shows("show crypto ikev2 sa", render_ikev2_sa_detailed, "      Remote id: \n");
	assert_shows("show crypto ikev2 sa", render_ikev2_sa, "none/none            I_WAIT_INIT\n");
	assert_shows("show crypto session", render_session, "remote 10.0.0.2/500 Inactive\n");
}

static void aead_shows_its_prf(void **state)
{
	ctl_fake_router(&fake, 1);
	fake.sas[0].encr = (struct transform){ TRANSFORM_ENCR, 20, 256, false };
	fake.sas[0].integ.id = 0;
	fake.sas[0].prf.id = 7;
	fake.sas[0].group.id = 31;
	assert_shows("show crypto ikev2 sa", render_ikev2_sa_detailed,
		     "Encr: AES-GCM, keysize: 256, PRF: SHA512, Hash: None, DH Grp:31, Auth");
	fake.children[0].encr = (struct transform){ TRANSFORM_ENCR, 20, 256, false };
	fake.children[0].integ.id = 0;
	assert_shows("show crypto ipsec sa", render_ipsec_sa, "transform: esp-gcm 256 ,\n");
	fake.children[0].encr = (struct transform){ TRANSFORM_ENCR, 12, 256, false };
	fake.children[0].integ.id = 12;
	assert_shows("show crypto ipsec sa", render_ipsec_sa,
		     "transform: esp-256-aes esp-sha256-hmac ,\n");
	fake.children[0].encr.key_bits = 128;
	assert_shows("show crypto ipsec sa", render_ipsec_sa,
		     "transform: esp-aes esp-sha256-hmac ,\n");
}

static void nat_is_named_by_side(void **state)
{
	ctl_fake_router(&fake, 1);
	fake.sas[0].nat_local = true;
	assert_shows("show crypto ikev2 sa", render_ikev2_sa_detailed,
		     "NAT-T is detected inside\n");
	fake.sas[0].nat_remote = true;
	assert_shows("show crypto ikev2 sa", render_ikev2_sa_detailed,
		     "NAT-T is detected inside and outside\n");
	fake.sas[0].nat_local = false;
	assert_shows("show crypto ikev2 sa", render_ikev2_sa_detailed,
		     "NAT-T is detected outside\n");
	fake.children[0].udp_encap = true;
	fake.children[0].remote.port = 4500;
	assert_shows("show crypto ipsec sa", render_ipsec_sa,
		     "in use settings ={Tunnel UDP-Encaps, }");
	assert_shows("show crypto ipsec sa", render_ipsec_sa, "current_peer 10.0.0.2 port 4500\n");
}

static void ipv6_has_a_table_of_its_own(void **state)
{
	ctl_fake_router(&fake, 1);
	assert_hides("show crypto ikev2 sa", render_ikev2_sa, "IPv6");
	fake.sas[1] = fake.sas[0];
	fake.sas[1].tunnel_id = 3;
	fake.sas[1].local = endpoint_of("2001:db8::1", 500);
	fake.sas[1].remote = endpoint_of("2001:db8::2", 500);
	fake.sa_count = 2;
	assert_shows("show crypto ikev2 sa", render_ikev2_sa,
		     "none/none            READY\n\n IPv6 Crypto IKEv2  SA\n");
	assert_shows("show crypto ikev2 sa", render_ikev2_sa,
		     "Local    2001:db8::1/500\nRemote   2001:db8::2/500\n");
}

static void nothing_there_is_said(void **state)
{
	ctl_fake_init(&fake);
	assert_shows("show crypto ikev2 sa", render_ikev2_sa, "fvrf/ivrf            Status\n\n");
	assert_shows("show crypto ipsec sa", render_ipsec_sa, "No SAs found\n");
	assert_hides("show crypto session", render_session, "Interface");
	assert_shows("show debug", render_debug, "All debugging is off\n");
}

/* Row B41 */
static void pfs_group_of_the_last_rekey(void **state)
{
	ctl_fake_router(&fake, 1);
	assert_shows("show crypto ipsec sa", render_ipsec_sa, "PFS (Y/N): N, DH group: none\n");
	fake.children[0].pfs_group = 14;
	assert_shows("show crypto ipsec sa", render_ipsec_sa, "PFS (Y/N): Y, DH group: group14\n");
}

static void rekey_overlap_is_one_flow(void **state)
{
	char *shown;

	ctl_fake_router(&fake, 1);
	fake.children[1] = fake.children[0];
	fake.children[0].active = false;
	fake.children[1].inbound_spi = 0x11111111;
	fake.children[1].outbound_spi = 0x22222222;
	fake.children[1].out.packets = 7;
	fake.child_count = 2;
	shown = render("show crypto ipsec sa", render_ipsec_sa);
	assert_int_equal(occurrences(shown, "interface: Tunnel0"), 1);
	assert_int_equal(occurrences(shown, "local  ident"), 1);
	assert_int_equal(occurrences(shown, "conn id: "), 4);
	assert_non_null(strstr(shown, "current outbound spi: 0x22222222("));
	assert_non_null(strstr(shown, "#pkts encaps: 17, #pkts encrypt: 17, #pkts digest: 17"));
	assert_non_null(strstr(shown, "Status: INACTIVE(ACTIVE)"));
	free(shown);
	shown = render("show crypto session", render_session);
	assert_int_equal(occurrences(shown, "IPSEC FLOW"), 1);
	assert_non_null(strstr(shown, "Active SAs: 2, origin"));
	free(shown);
}

static void ah_stands_in_its_section(void **state)
{
	char *shown;

	ctl_fake_router(&fake, 1);
	fake.children[0].protocol = PROTOCOL_AH;
	fake.children[0].encr.id = 0;
	fake.children[0].iv_size = 0;
	fake.children[0].tunnel_mode = false;
	shown = render("show crypto ipsec sa", render_ipsec_sa);
	assert_non_null(
		strstr(shown,
		       "     inbound esp sas:\n\n     inbound ah sas:\n      spi: 0x6B74CB79"));
	assert_non_null(strstr(shown, "transform: ah-sha-hmac ,\n"));
	assert_non_null(strstr(shown, "{Transport, }"));
	assert_null(strstr(shown, "IV size"));
	free(shown);
}

static void selectors_show_their_range(void **state)
{
	struct traffic_selector *local, *remote;

	ctl_fake_router(&fake, 1);
	local = &fake.children[0].local_ts.items[0];
	remote = &fake.children[0].remote_ts.items[0];
	address_parse("10.1.0.0", &local->start);
	address_parse("10.1.255.255", &local->end);
	address_parse("10.2.3.4", &remote->start);
	remote->end = remote->start;
	local->protocol = remote->protocol = 17;
	remote->start_port = remote->end_port = 53;
	assert_shows("show crypto ipsec sa", render_ipsec_sa,
		     "local  ident (addr/mask/prot/port): (10.1.0.0/255.255.0.0/17/0)\n");
	assert_shows("show crypto ipsec sa", render_ipsec_sa, "(10.2.3.4/255.255.255.255/17/53)\n");
	assert_shows("show crypto session", render_session,
		     "IPSEC FLOW: permit udp 10.1.0.0/255.255.0.0 host 10.2.3.4\n");
	/* What is no prefix shows both its ends, and so do ports. */
	address_parse("10.1.255.254", &local->end);
	local->start_port = 1024;
	assert_shows("show crypto ipsec sa", render_ipsec_sa,
		     "(10.1.0.0-10.1.255.254/17/1024-65535)\n");
}

static void limits_that_are_off_are_not_shown(void **state)
{
	ctl_fake_router(&fake, 1);
	fake.children[0].lifetime_kilobytes = 0;
	assert_shows("show crypto ipsec sa", render_ipsec_sa,
		     "remaining key lifetime (sec): (3592)\n");
}

/* Row I06 */
static void path_falls_back_to_the_tunnel(void **state)
{
	ctl_fake_router(&fake, 1);
	fake.path.mtu = 0;
	assert_shows("show crypto ipsec sa", render_ipsec_sa,
		     "path mtu 1446, ip mtu 1446, ip mtu idb Tunnel0\n");
}

static void drops_are_counted(void **state)
{
	ctl_fake_router(&fake, 1);
	fake.children[0].in.errors = 3;
	fake.children[0].out.errors = 4;
	assert_shows("show crypto ipsec sa", render_ipsec_sa, "#send errors 4, #recv errors 3\n");
}

static void a_tunnel_that_is_down_says_why(void **state)
{
	ctl_fake_router(&fake, 1);
	fake.sa_count = fake.child_count = 0;
	fake.tunnels[0].status = "DOWN";
	fake.tunnels[0].last_error = "the peer found no common proposal";
	assert_shows("show crypto session", render_session,
		     "Session status: DOWN\nLast failure: the peer found no common proposal\n"
		     "Peer: 10.0.0.2 port 500\n"
		     "  IPSEC FLOW: permit ip 0.0.0.0/0.0.0.0 0.0.0.0/0.0.0.0\n"
		     "        Active SAs: 0, origin: crypto map\n");
}

static void session_detail_has_times_and_counters(void **state)
{
	char *shown, *golden;

	ctl_fake_router(&fake, 1);
	shown = render("show crypto session", render_session_detail);
	golden = read_text("tests/unit/golden", "r1-session-detail.txt");
	assert_string_equal(shown, golden);
	free(shown);
	free(golden);
	assert_shows("show crypto session", render_session_detail,
		     "Legacy algorithms are in use\n");
	fake.sas[0].legacy = false;
	assert_hides("show crypto session", render_session_detail, "Legacy");
}

/* An SA stands in the session of its children, else of its addresses, else alone. */
static void sessions_collect_their_sas(void **state)
{
	json_t *result, *sessions;

	ctl_fake_router(&fake, 1);
	fake.tunnels[1] = fake.tunnels[0];
	fake.tunnels[1].ifindex = 8;
	fake.tunnels[1].name = "Tunnel1";
	fake.tunnel_count = 2;
	fake.sas[1] = fake.sas[0];
	fake.sas[1].tunnel_id = 9;
	fake.sas[1].remote = endpoint_of("10.0.0.77", 500);
	fake.sas[1].child_count = 0;
	fake.sa_count = 2;
	result = ask("{\"command\":\"show crypto session\"}");
	sessions = json_object_get(result, "sessions");
	assert_int_equal(json_array_size(sessions), 3);
	assert_int_equal(json_array_size(json_object_get(json_array_get(sessions, 0), "ike_sas")),
			 1);
	assert_int_equal(json_array_size(json_object_get(json_array_get(sessions, 0), "ipsec_sas")),
			 1);
	assert_int_equal(json_array_size(json_object_get(json_array_get(sessions, 1), "ike_sas")),
			 0);
	assert_true(json_is_null(json_object_get(json_array_get(sessions, 2), "interface")));
	assert_string_equal(json_string_value(
				    json_object_get(json_array_get(sessions, 2), "status")),
			    "UP-IDLE");
	json_decref(result);
	/* Negotiating: no child yet, but the addresses of the tunnel. */
	fake.child_count = 0;
	fake.tunnel_count = fake.sa_count = 1;
	fake.sas[0].child_count = 0;
	result = ask("{\"command\":\"show crypto session\"}");
	sessions = json_object_get(result, "sessions");
	assert_int_equal(json_array_size(sessions), 1);
	assert_int_equal(json_array_size(json_object_get(json_array_get(sessions, 0), "ike_sas")),
			 1);
	json_decref(result);
}

static void facts_keep_their_values_in_json(void **state)
{
	json_t *result, *sa;

	ctl_fake_router(&fake, 1);
	fake.children[0].in.drop_count = 1;
	strcpy(fake.children[0].in.drops[0].name, "replay");
	fake.children[0].in.drops[0].count = 5;
	result = ask("{\"command\":\"show crypto ikev2 sa\"}");
	sa = json_array_get(json_object_get(result, "ike_sas"), 0);
	assert_string_equal(text_of(sa, "local_spi"), "E58F925107F8B73F");
	assert_int_equal(number_of(field(sa, "encryption"), "key_bits"), 128);
	assert_string_equal(text_of(field(sa, "local_id"), "type"),
			    identity_type_name(ID_IPV4_ADDR));
	assert_int_equal(number_of(field(sa, "remote"), "port"), 500);
	assert_true(is_true(sa, "legacy"));
	json_decref(result);
	result = ask("{\"command\":\"show crypto ipsec sa\"}");
	sa = json_array_get(json_object_get(result, "ipsec_sas"), 0);
	assert_int_equal(number_of(sa, "inbound_spi"), 0x6B74CB79);
	assert_int_equal(number_of(field(field(sa, "in"), "drops"), "replay"), 5);
	assert_true(json_is_null(field(field(sa, "in"), "idle_seconds")));
	assert_int_equal(number_of(sa, "interface_mtu"), 1446);
	json_decref(result);
}

/* A name that is no UTF-8 must not take its field, or the whole answer, away. */
static void odd_octets_do_not_lose_a_field(void **state)
{
	json_t *result, *sa;

	ctl_fake_router(&fake, 1);
	fake.sas[0].profile = "r\xe9seau";
	result = ask("{\"command\":\"show crypto ikev2 sa\"}");
	sa = json_array_get(json_object_get(result, "ike_sas"), 0);
	assert_string_equal(text_of(sa, "profile"), "r?seau");
	json_decref(result);
}

/* Rows H13, J17: the order is the configuration's. */
static void j17_profiles_in_order(void **state)
{
	struct ikev2_profile one = { .name = "profile1", .lifetime = 120 },
			     two = { .name = "profile2" };
	struct identity_match any = { .kind = MATCH_ADDRESS },
			      host = { .kind = MATCH_FQDN, .text = "host1.example" };
	struct keyring keyring = { .name = "KEYRNG" };
	struct ike_proposal proposal = { .name = "PHASE1-prop" };
	struct ikev2_policy policy = { .name = "site-pol",
				       .proposal_count = 1,
				       .proposals = { &proposal } };
	struct policy all = { .dpd_interval = 30, .dpd_retry = 5 };
	char *shown, *golden;

	TAILQ_INIT(&all.ikev2_profiles);
	TAILQ_INIT(&all.ike_proposals);
	TAILQ_INIT(&all.ikev2_policies);
	TAILQ_INIT(&one.matches);
	TAILQ_INIT(&two.matches);
	any.prefix.address = address_of_ipv4(0);
	TAILQ_INSERT_TAIL(&one.matches, &any, link);
	TAILQ_INSERT_TAIL(&two.matches, &host, link);
	one.local_auth = one.remote_auth = AUTH_KIND_PRE_SHARE;
	one.keyring = &keyring;
	one.legacy = true;
	two.dpd_interval = 10;
	two.dpd_retry = 3;
	two.dpd_periodic = true;
	two.local_auth = AUTH_KIND_RSA_SIG;
	TAILQ_INSERT_TAIL(&all.ikev2_profiles, &one, link);
	TAILQ_INSERT_TAIL(&all.ikev2_profiles, &two, link);
	proposal_add(&proposal.transforms, TRANSFORM_ENCR, 3, 0);
	proposal_add(&proposal.transforms, TRANSFORM_ENCR, 12, 128);
	proposal_add(&proposal.transforms, TRANSFORM_INTEG, 2, 0);
	proposal_add(&proposal.transforms, TRANSFORM_KE, 2, 0);
	TAILQ_INSERT_TAIL(&all.ike_proposals, &proposal, link);
	TAILQ_INSERT_TAIL(&all.ikev2_policies, &policy, link);
	ctl_fake_init(&fake);
	fake.context.policy = &all;
	shown = render("show crypto ikev2 profile", render_profile);
	golden = read_text("tests/unit/golden", "ikev2-profile.txt");
	assert_string_equal(shown, golden);
	free(shown);
	free(golden);
	assert_shows("show crypto ikev2 proposal", render_proposal,
		     " IKEv2 proposal: PHASE1-prop\n     Encryption : 3DES AES-CBC-128\n"
		     "     Integrity  : SHA96\n     PRF        : none\n"
		     "     DH Group   : DH_GROUP_1024_MODP/Group 2\n");
	assert_shows("show crypto ikev2 policy", render_policy,
		     " IKEv2 policy : site-pol\n      Match fvrf : global\n"
		     "      Match address local : any\n      Proposal    : PHASE1-prop\n");
}

static void j18_debug_topics(void **state)
{
	ctl_fake_init(&fake);
	json_decref(
		ask("{\"command\":\"debug\",\"arguments\":{\"topic\":\"crypto ikev2 packet\"}}"));
	json_decref(ask("{\"command\":\"debug\",\"arguments\":{\"topic\":\"crypto ipsec\"}}"));
	assert_shows("show debug", render_debug,
		     "Cryptographic Subsystem:\n  Crypto IKEv2 packet debugging is on\n"
		     "  Crypto IPSEC debugging is on\n");
	assert_shows("undebug all", render_debug, "All debugging is off\n");
}

static void stats_show_their_names(void **state)
{
	ctl_fake_init(&fake);
	assert_shows("show crypto ikev2 stats", render_stats,
		     "messages_received  1234567890123\nmessages_dropped   3\n");
}

/* A04: what a client was given, as the client and as the server tell it. */
static void client_configuration(void **state)
{
	struct client_config given = { .dns_count = 2, .nbns_count = 1, .subnet_count = 2 };

	ctl_fake_router(&fake, 1);
	fake.sas[0].client = &given;
	address_parse("172.16.9.1", &given.inner[FAMILY_IPV4].address);
	given.inner[FAMILY_IPV4].length = 24;
	address_parse("2001:db8:9::1", &given.inner[FAMILY_IPV6].address);
	given.inner[FAMILY_IPV6].length = 128;
	address_parse("10.1.1.1", &given.dns[0]);
	address_parse("10.1.1.2", &given.dns[1]);
	address_parse("10.1.1.3", &given.nbns[0]);
	address_parse("10.1.0.0", &given.subnets[0].address);
	given.subnets[0].length = 16;
	address_parse("2001:db8:1::", &given.subnets[1].address);
	given.subnets[1].length = 48;
	strcpy(given.version, "seki 1");
	assert_shows("show crypto ikev2 sa", render_ikev2_sa_detailed,
		     "      Pushed IP address: 172.16.9.1\n"
		     "      Pushed IPv6 address: 2001:db8:9::1\n"
		     "      DNS Primary: 10.1.1.1\n"
		     "      DNS Secondary: 10.1.1.2\n"
		     "      WINS Primary: 10.1.1.3\n"
		     "      Remote version: seki 1\n"
		     "      Remote subnets:\n"
		     "      10.1.0.0 255.255.0.0\n"
		     "      2001:db8:1::/48\n");
	assert_shows("show crypto session", render_session_detail,
		     "          Assigned address: 172.16.9.1\n"
		     "          Assigned IPv6 address: 2001:db8:9::1\n");
	given.server = true;
	assert_shows("show crypto ikev2 sa", render_ikev2_sa_detailed,
		     "      Assigned host addr: 172.16.9.1\n"
		     "      Assigned host addr6: 2001:db8:9::1\n      Initiator of SA");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(client_configuration),
		cmocka_unit_test(j01_router1_ikev2_sa),
		cmocka_unit_test(j01_router2_ikev2_sa),
		cmocka_unit_test(j02_router1_ipsec_sa),
		cmocka_unit_test(j02_router2_ipsec_sa),
		cmocka_unit_test(j04_router1_session),
		cmocka_unit_test(j04_router2_session),
		cmocka_unit_test(sa_in_negotiation_has_unknowns),
		cmocka_unit_test(aead_shows_its_prf),
		cmocka_unit_test(nat_is_named_by_side),
		cmocka_unit_test(ipv6_has_a_table_of_its_own),
		cmocka_unit_test(nothing_there_is_said),
		cmocka_unit_test(pfs_group_of_the_last_rekey),
		cmocka_unit_test(rekey_overlap_is_one_flow),
		cmocka_unit_test(ah_stands_in_its_section),
		cmocka_unit_test(selectors_show_their_range),
		cmocka_unit_test(limits_that_are_off_are_not_shown),
		cmocka_unit_test(path_falls_back_to_the_tunnel),
		cmocka_unit_test(drops_are_counted),
		cmocka_unit_test(a_tunnel_that_is_down_says_why),
		cmocka_unit_test(session_detail_has_times_and_counters),
		cmocka_unit_test(sessions_collect_their_sas),
		cmocka_unit_test(facts_keep_their_values_in_json),
		cmocka_unit_test(odd_octets_do_not_lose_a_field),
		cmocka_unit_test(j17_profiles_in_order),
		cmocka_unit_test(j18_debug_topics),
		cmocka_unit_test(stats_show_their_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
