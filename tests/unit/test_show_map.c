// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What S1 prints of a router with a crypto map, word for word: show crypto map, transform
 * proposals, lifetimes, the crypto engine, and the old form of show crypto ipsec sa. Rows
 * D19, J03, J07, J08, J09, J10, J11, J12.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/render.h"
#include "config/config.h"
#include "ctl/internal.h"
#include "../support/ctl_fake.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

static struct ctl_fake fake;

/* wan2511 of S1 */
static const char wan2511[] =
	"crypto legacy\nhostname wan2511\nip host wan2516.cisco.com 20.20.20.20\n"
	"ip domain-name cisco.com\n"
	"crypto isakmp policy 1\n authentication pre-share\n group 2\n lifetime 240\n"
	"crypto isakmp key sharedkey address 20.20.20.20\n"
	"crypto ipsec transform-set auth2 ah-sha-hmac esp-des esp-sha-hmac\n"
	"crypto map test 10 ipsec-isakmp\n set peer 20.20.20.20\n set transform-set auth2\n"
	" match address 133\n"
	"interface Ethernet0\n ip address 50.50.50.50 255.255.255.0\n"
	"interface Serial0\n ip address 20.20.20.21 255.255.255.0\n crypto map test\n"
	"access-list 133 permit ip 50.50.50.0 0.0.0.255 60.60.60.0 0.0.0.255\n";

static const struct policy *load(const char *config)
{
	static struct policy *policy;
	struct config_report report;
	struct result result;

	policy_free(policy);
	policy = NULL;
	if (!config)
		return NULL;
	config_report_init(&report);
	result = config_load_text("test", bytes_of_string(config), &report, &policy);
	assert_string_equal(result.why, "");
	config_report_free(&report);
	return policy;
}

/* All white space becomes one blank, as in the document at hand. */
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

/* For the caller to free. */
static char *shown(const char *command, const char *arguments, render_fn *renderer)
{
	char request[256], *text;
	struct ctl_reply reply;
	size_t len;
	FILE *out;

	snprintf(request, sizeof(request), "{\"command\":\"%s\",\"arguments\":{%s}}", command,
		 arguments);
	reply = ctl_answer(&fake.context, request, strlen(request));
	if (!json_is_true(json_object_get(reply.answer, "ok")))
		fail_msg("%s: %s", request,
			 json_string_value(json_object_get(reply.answer, "error")));
	out = open_memstream(&text, &len);
	renderer(json_object_get(reply.answer, "result"), out);
	fclose(out);
	json_decref(reply.answer);
	return text;
}

static void assert_document(const char *command, const char *arguments, render_fn *renderer,
			    const char *document)
{
	char *text = shown(command, arguments, renderer);

	normalise(text);
	assert_string_equal(text, document);
	free(text);
}

static void assert_layout(const char *command, render_fn *renderer, const char *expected)
{
	char *text = shown(command, "", renderer);

	assert_string_equal(text, expected);
	free(text);
}

static void assert_refused(const char *request, const char *why)
{
	struct ctl_reply reply = ctl_answer(&fake.context, request, strlen(request));

	assert_string_equal(json_string_value(json_object_get(reply.answer, "error")), why);
	json_decref(reply.answer);
}

static int start(void **state)
{
	ctl_fake_init(&fake);
	fake.context.policy = load(wan2511);
	return 0;
}

static int stop(void **state)
{
	load(NULL);
	return 0;
}

/* J07: by interface, in one word or two, and by tag */
static void crypto_map(void **state)
{
	static const char document[] =
		"Crypto Map \"test\" 10 ipsec-isakmp Peer = 20.20.20.20 Extended IP access list "
		"133 access-list 133 permit ip source: addr = 50.50.50.0/0.0.0.255 dest: addr = "
		"60.60.60.0/0.0.0.255 Current peer: 20.20.20.20 Session key lifetime: 4608000 "
		"kilobytes/3600 seconds PFS (Y/N): N Transform proposals={ auth2, }";

	assert_document("show crypto map", "\"interface\":\"serial0\"", render_one_crypto_map,
			document);
	assert_document("show crypto map", "\"map\":\"test\"", render_one_crypto_map, document);
	assert_document("show crypto map", "\"interface\":\"Ethernet0\"", render_one_crypto_map,
			"No crypto maps found.");
	assert_refused("{\"command\":\"show crypto map\",\"arguments\":{\"interface\":\"bri0\"}}",
		       "the configuration has no interface bri0");
	assert_refused("{\"command\":\"show crypto map\",\"arguments\":{\"map\":\"other\"}}",
		       "there is no crypto map \"other\"");
	assert_layout("show crypto map", render_crypto_map,
		      "Crypto Map \"test\" 10 ipsec-isakmp\n"
		      "        Peer = 20.20.20.20\n"
		      "        Extended IP access list 133\n"
		      "            access-list 133 permit ip\n"
		      "                source: addr = 50.50.50.0/0.0.0.255\n"
		      "                dest:   addr = 60.60.60.0/0.0.0.255\n"
		      "        Current peer: 20.20.20.20\n"
		      "        Session key lifetime: 4608000 kilobytes/3600 seconds\n"
		      "        PFS (Y/N): N\n"
		      "        Transform proposals={ auth2, }\n"
		      "        Interfaces using crypto map test: Serial0\n");
}

/* What S1's map has not: PFS, lifetimes of its own, ports, deny, several entries and sets. */
static void crypto_map_with_more(void **state)
{
	fake.context.policy =
		load("crypto legacy\ncrypto isakmp policy 1\n authentication pre-share\n"
		     "crypto isakmp key k address 20.20.20.20\n"
		     "crypto ipsec transform-set a esp-aes 256 esp-sha256-hmac\n"
		     "crypto ipsec transform-set b esp-3des esp-sha-hmac\n"
		     "crypto map m 20 ipsec-isakmp\n set peer 20.20.20.20\n set transform-set a b\n"
		     " set pfs group14\n set security-association lifetime seconds 600\n"
		     " match address LIST\ncrypto map m 10 ipsec-isakmp\n set peer 20.20.20.22\n"
		     " set transform-set b\n match address 101\n"
		     "ip access-list extended LIST\n deny udp any eq 53 any\n"
		     " permit tcp host 10.1.1.1 eq 20 10.2.0.0 0.0.255.255\n"
		     "access-list 101 permit gre any any\n");
	assert_document(
		"show crypto map", "", render_crypto_map,
		"Crypto Map \"m\" 10 ipsec-isakmp Peer = 20.20.20.22 Extended IP access list 101 "
		"access-list 101 permit gre source: addr = 0.0.0.0/255.255.255.255 dest: addr = "
		"0.0.0.0/255.255.255.255 Current peer: 20.20.20.22 Session key lifetime: 4608000 "
		"kilobytes/3600 seconds PFS (Y/N): N Transform proposals={ b, } Crypto Map \"m\" "
		"20 ipsec-isakmp Peer = 20.20.20.20 Extended IP access list LIST access-list LIST "
		"deny udp source: addr = 0.0.0.0/255.255.255.255 port = 53 dest: addr = "
		"0.0.0.0/255.255.255.255 access-list LIST permit tcp source: addr = "
		"10.1.1.1/0.0.0.0 port = 20 dest: addr = 10.2.0.0/0.0.255.255 Current peer: "
		"20.20.20.20 Session key lifetime: 4608000 kilobytes/600 seconds PFS (Y/N): Y DH "
		"group: group14 Transform proposals={ a, b, } Interfaces using crypto map m: none");
}

/* J08, with today's word beside the old one */
static void transform_sets(void **state)
{
	assert_document("show crypto ipsec transform-set", "", render_transform_proposals,
			"Transform proposal auth2: { ah-sha-hmac } supported settings = { Tunnel, "
			"}, default settings = { Tunnel, }, will negotiate = { Tunnel, }, { "
			"esp-des esp-sha-hmac } supported settings = { Tunnel, }, default "
			"settings = { Tunnel, }, will negotiate = { Tunnel, },");
	fake.context.policy = load("crypto ipsec transform-set a esp-aes 256 esp-sha256-hmac\n"
				   " mode transport\n");
	assert_document("show crypto ipsec transform-set", "", render_transform_sets,
			"Transform set a: { esp-256-aes esp-sha256-hmac } will negotiate = { "
			"Transport, },");
}

/* J09 */
static void lifetimes(void **state)
{
	assert_layout("show crypto ipsec security-association lifetime", render_session_key,
		      "Session key lifetime: 4608000 kilobytes/3600 seconds\n");
	fake.context.policy = load("crypto ipsec security-association lifetime seconds 900\n");
	assert_layout("show crypto ipsec security-association lifetime", render_lifetime,
		      "Security association lifetime: 4608000 kilobytes/900 seconds\n");
}

/* D19 */
static void hosts(void **state)
{
	assert_layout("show hosts", render_hosts,
		      "Default domain is cisco.com\n\n"
		      "Host                             Flags        Address\n"
		      "wan2516.cisco.com                (perm, OK)   20.20.20.20\n");
}

static struct traffic_selectors network(const char *start, const char *end)
{
	struct traffic_selectors list = { .count = 1, .items[0].end_port = 65535 };

	address_parse(start, &list.items[0].start);
	address_parse(end, &list.items[0].end);
	return list;
}

/* The four SAs of wan2511: AH around ESP */
static void fill_wan2511(void)
{
	fake.children[0] = (struct child_sa_facts){
		.version = 1,
		.crypto_map = true,
		.ifindex = 3,
		.interface = "Serial0",
		.map_tag = "test",
		.local = endpoint_of("20.20.20.21", 500),
		.remote = endpoint_of("20.20.20.20", 500),
		.local_ts = network("50.50.50.0", "50.50.50.255"),
		.remote_ts = network("60.60.60.0", "60.60.60.255"),
		.protocol = PROTOCOL_ESP,
		.tunnel_mode = true,
		.inbound_spi = 0x1925112F,
		.outbound_spi = 0x3262313,
		.conn_in = 11,
		.conn_out = 12,
		.encr = { TRANSFORM_ENCR, ENCR_DES, 0, false },
		.integ = { TRANSFORM_INTEG, INTEG_HMAC_SHA1_96, 0, false },
		.replay_protection = true,
		.iv_size = 8,
		.lifetime_kilobytes = 4608000,
		.lifetime_seconds = 3600,
		.left_kilobytes_in = 4607971,
		.left_kilobytes_out = 4607971,
		.left_seconds = 3354,
		.active = true,
		.profile = "test 10",
		.in = { .packets = 320 },
		.out = { .packets = 320 },
	};
	fake.children[1] = fake.children[0];
	fake.children[1].protocol = PROTOCOL_AH;
	fake.children[1].bundled = true;
	fake.children[1].inbound_spi = 0x12050DD2;
	fake.children[1].outbound_spi = 0x6625CD;
	fake.children[1].conn_in = 9;
	fake.children[1].conn_out = 10;
	fake.children[1].encr.id = 0;
	fake.children[1].iv_size = 0;
	fake.children[1].left_kilobytes_in = fake.children[1].left_kilobytes_out = 4607958;
	fake.child_count = 2;
}

/* J03: a bundle's packets count once, and its outermost SPI is the current one. */
static void old_ipsec_sa(void **state)
{
	static const char document[] =
		"interface: Serial0 Crypto map tag: test, local addr. 20.20.20.21 local ident "
		"(addr/mask/prot/port): (50.50.50.0/255.255.255.0/0/0) remote ident "
		"(addr/mask/prot/port): (60.60.60.0/255.255.255.0/0/0) current_peer: 20.20.20.20 "
		"PERMIT, flags={origin_is_acl,ident_is_ipsec,} #pkts encaps: 320, #pkts encrypt: "
		"320, #pkts digest 320 #pkts decaps: 320, #pkts decrypt: 320, #pkts verify 320 "
		"#send errors 0, #recv errors 0 local crypto endpt.: 20.20.20.21, remote crypto "
		"endpt.: 20.20.20.20 path mtu 1500, media mtu 1500 current outbound spi: 6625CD "
		"inbound esp sas: spi: 0x1925112F(421859631) transform: esp-des esp-sha-hmac , in "
		"use settings ={Tunnel, } slot: 0, conn id: 11, crypto map: test sa timing: "
		"remaining key lifetime (k/sec): (4607971/3354) IV size: 8 bytes replay detection "
		"support: Y inbound ah sas: spi: 0x12050DD2(302321106) transform: ah-sha-hmac , in "
		"use settings ={Tunnel, } slot: 0, conn id: 9, crypto map: test sa timing: "
		"remaining key lifetime (k/sec): (4607958/3354) replay detection support: Y "
		"outbound esp sas: spi: 0x3262313(52830995) transform: esp-des esp-sha-hmac , in "
		"use settings ={Tunnel, } slot: 0, conn id: 12, crypto map: test sa timing: "
		"remaining key lifetime (k/sec): (4607971/3354) IV size: 8 bytes replay detection "
		"support: Y outbound ah sas: spi: 0x6625CD(6694349) transform: ah-sha-hmac , in "
		"use settings ={Tunnel, } slot: 0, conn id: 10, crypto map: test sa timing: "
		"remaining key lifetime (k/sec): (4607958/3354) replay detection support: Y";
	char *text;

	fill_wan2511();
	assert_document("show crypto ipsec sa", "", render_ipsec_sa, document);
	assert_document("show crypto ipsec sa", "", render_ipsec_sa_old, document);

	/* On demand, and for all but IKEv1's crypto maps, it is the new form. */
	text = shown("show crypto ipsec sa", "", render_ipsec_sa_new);
	assert_non_null(strstr(text, "#pkts encaps: 320, #pkts encrypt: 320, #pkts digest: 320"));
	assert_non_null(strstr(text, "conn id: 11, flow_id: SW:11, sibling_flags 80000040"));
	assert_non_null(strstr(text, "current outbound spi: 0x006625CD(6694349)"));
	free(text);
	fake.children[0].version = fake.children[1].version = 2;
	text = shown("show crypto ipsec sa", "", render_ipsec_sa);
	assert_non_null(strstr(text, "flow_id: SW:11"));
	free(text);
}

/* J10: S1 has only the two lines of AH, as its counters are those of the hash. */
static void connections(void **state)
{
	char *text;

	fill_wan2511();
	fake.children[1].in.packets = fake.children[1].out.packets = 240;
	text = shown("show crypto ipsec sa", "", render_connections);
	normalise(text);
	assert_string_equal(text, "ID Interface IP-Address State Algorithm Encrypt Decrypt "
				  "11 Serial0 20.20.20.21 set HMAC_SHA+DES_56_CBC 0 320 "
				  "12 Serial0 20.20.20.21 set HMAC_SHA+DES_56_CBC 320 0 "
				  "9 Serial0 20.20.20.21 set HMAC_SHA 0 240 "
				  "10 Serial0 20.20.20.21 set HMAC_SHA 240 0");
	free(text);
}

/* J11: nothing where nothing was dropped */
static void dropped(void **state)
{
	const char *command = "show crypto engine connections dropped-packet";

	fill_wan2511();
	fake.children[0].interface = fake.children[1].interface = "BRI0";
	fake.children[0].local = fake.children[1].local = endpoint_of("12.12.12.13", 500);
	assert_document(command, "", render_dropped, "Interface IP-Address Drop Count");
	fake.dropped = 2;
	assert_document(command, "", render_dropped,
			"Interface IP-Address Drop Count BRI0 12.12.12.13 4");
}

/* J12 */
static void engine_configuration(void **state)
{
	fake.host = (struct ctl_host){
		.library = "10.0.0",
		.platform = "rp crypto engine",
		.serial = "01496536",
		.queued = 140,
		.done = 140,
	};
	assert_document("show crypto engine configuration", "", render_engine_configuration,
			"slot: 0 engine name: unknown engine type: software serial number: "
			"01496536 platform: rp crypto engine crypto lib version: 10.0.0 Encryption "
			"Process Info: input queue top: 140 input queue bot: 140 input queue "
			"count: 0");
}

/* J12: the facts of this host */
static void engine_of_this_host(void **state)
{
	static struct workers workers = { .queued = 7, .done = 5 };
	struct ctl_host host;
	char *text;

	ctl_host_facts(&host);
	host.queued = workers.queued;
	host.done = workers.done;
	fake.host = host;
	text = shown("show crypto engine configuration", "", render_engine_configuration);
	assert_non_null(strstr(text, "crypto lib version:  OpenSSL 3"));
	assert_non_null(strstr(text, "platform:            Linux "));
	assert_non_null(strstr(text, "input queue count:   2\n"));
	free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(crypto_map),
		TEST(crypto_map_with_more),
		TEST(transform_sets),
		TEST(lifetimes),
		TEST(hosts),
		TEST(old_ipsec_sa),
		TEST(connections),
		TEST(dropped),
		TEST(engine_configuration),
		TEST(engine_of_this_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
