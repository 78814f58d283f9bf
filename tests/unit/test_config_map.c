// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Crypto maps, access lists, hosts and keyrings of a configuration: what is refused and why, what
 * a reload says that it changes (rows D15, D17, D18, D19).
 */
#include "config_text.h"

#include "config/config.h"

#define V1 \
	"crypto legacy\ncrypto isakmp policy 1\n authentication pre-share\n" \
	"crypto isakmp key k address 10.0.0.2\n" \
	"crypto ipsec transform-set T esp-des esp-sha-hmac\n"
#define ENTRY(number) \
	"crypto map M " number \
	" ipsec-isakmp\n set peer 10.0.0.2\n set transform-set T\n match address 1" number "\n"
#define APPLIED "interface eth0\n crypto map M\n"
#define LINE "access-list 110 permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255\n"

struct bad {
	const char *text;
	const char *findings;
};

static void check(const struct bad *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *findings;
		struct policy *policy = load(cases[i].text, &findings);

		if (strcmp(findings, cases[i].findings))
			fail_msg("case %zu:\n%s\ngives\n%s\ninstead of\n%s", i, cases[i].text,
				 findings, cases[i].findings);
		policy_free(policy);
		free(findings);
	}
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof(cases[0]))

static void maps(void **state)
{
	static const struct bad cases[] = {
		{ V1 ENTRY("10") APPLIED LINE, "" },
		{ V1 ENTRY("10") LINE,
		  "6:1 warning nothing happens with crypto map \"M\" unless an interface has it\n" },
		{ V1 "crypto map M 10 ipsec-isakmp\n set transform-set T\n" APPLIED,
		  "6:1 error crypto map \"M 10\" has no \"set peer\"\n"
		  "6:1 error crypto map \"M 10\" has no \"match address\"\n" },
		{ V1 ENTRY("10") ENTRY("10") APPLIED LINE,
		  "10:14 error duplicate \"M 10\": it is already in line 6\n" },
		{ V1 ENTRY("10") APPLIED, "9:16 error there is no \"access-list 110\"\n" },
		{ V1 "interface eth0\n crypto map N\n",
		  "7:13 error there is no \"crypto map N\"\n" },
		{ V1 "crypto map M local-address Loopback0\n" APPLIED,
		  "6:1 error crypto map \"M\" has no entry\n" },
		{ "crypto legacy\ncrypto ipsec transform-set T esp-des esp-sha-hmac\n" ENTRY("10")
			  APPLIED LINE,
		  "3:1 error crypto map \"M 10\" needs a \"crypto isakmp policy\", or \"set "
		  "ikev2-profile\" here, to negotiate\n" },
		{ V1 "crypto map M 10 ipsec-isakmp\n set peer gateway\n match address 110\n"
		     " set transform-set T\n" APPLIED LINE,
		  "6:1 error crypto map \"M 10\" has the peer \"gateway\", but there is no \"ip "
		  "host gateway ADDRESS\"\n" },
	};

	CHECK(cases);
}

static void access_lists(void **state)
{
#define LISTED(line) V1 ENTRY("10") APPLIED "access-list 110 " line "\n"
#define UNUSABLE "12:1 error crypto map \"M 10\" cannot use this line: "
	static const struct bad cases[] = {
		{ LISTED("permit ip any any"),
		  "12:1 warning crypto map \"M 10\" protects everything, and drops all that comes "
		  "unprotected: never use \"any\" twice\n" },
		{ LISTED("deny ip any any"),
		  "12:1 error access list \"110\" permits nothing: crypto map \"M 10\" would "
		  "protect nothing\n" },
		{ LISTED("permit ip host 10.0.0 any"), UNUSABLE
		  "its source is not \"any\", \"host A.B.C.D\" or \"A.B.C.D WILDCARD\"\n" },
		{ LISTED("permit ip 10.0.0.0"),
		  UNUSABLE "the wildcard of its source is missing\n" },
		{ LISTED("permit ip any 10.0.0.0 0.0.255.0"),
		  UNUSABLE "the wildcard 0.0.255.0 is no network: its ones must stand together at "
			   "the end\n" },
		{ LISTED("permit foo any any"),
		  UNUSABLE "\"foo\" is no protocol that an access list names\n" },
		{ LISTED("permit 256 any any"),
		  UNUSABLE "\"256\" is no protocol that an access list names\n" },
		{ LISTED("permit icmp any any echo"),
		  UNUSABLE "\"echo\" cannot be agreed on with a peer: IPsec selects by protocol, "
			   "addresses and ports\n" },
		{ LISTED("permit ip any eq 5 any"),
		  UNUSABLE "only tcp, udp and sctp have ports\n" },
		{ LISTED("permit tcp any neq 5 any"),
		  UNUSABLE "\"neq\" is more than one range of ports: use two lines\n" },
		{ LISTED("permit tcp any host 10.0.0.1 eq nothing"),
		  UNUSABLE "\"nothing\" is no port\n" },
		{ LISTED("permit tcp any host 10.0.0.1 eq 65536"),
		  UNUSABLE "\"65536\" is no port\n" },
		{ LISTED("permit tcp any host 10.0.0.1 range 9 8"),
		  UNUSABLE "its range of ports is empty\n" },
		{ LISTED("permit tcp any host 10.0.0.1 gt 65535"),
		  UNUSABLE "its range of ports is empty\n" },
		{ LISTED("permit tcp any host 10.0.0.1 lt 1024"),
		  "12:1 error crypto map \"M 10\" negotiates with IKEv1, which cannot name a range "
		  "of ports: use \"eq\", or \"set ikev2-profile\"\n" },
		{ LISTED("permit tcp any host 10.0.0.1 eq www log"), "" },
		{ "access-list 100 permit nonsense\n",
		  "1:1 notice ignored access list \"100\": no crypto map uses it\n" },
		{ V1 ENTRY("10") ENTRY("20") APPLIED LINE
		  "access-list 110 deny ip host 10.1.0.1 any\n"
		  "access-list 120 permit ip 10.1.0.0 0.0.255.255 10.3.0.0 0.0.255.255\n",
		  "17:1 error what is denied here for crypto map \"M 10\" is protected by \"M "
		  "20\" (line 18): give that entry the smaller number\n" },
		{ V1 ENTRY("10") ENTRY("20") APPLIED LINE
		  "access-list 110 deny ip host 10.9.0.1 any\n"
		  "access-list 120 permit ip 10.1.0.0 0.0.255.255 10.3.0.0 0.0.255.255\n",
		  "" },
	};

	CHECK(cases);
}

static void keys(void **state)
{
#define POLICY "crypto legacy\ncrypto isakmp policy 1\n authentication pre-share\n"
	static const struct bad cases[] = {
		{ POLICY "crypto isakmp key k hostname r2\n",
		  "4:1 warning there is no \"ip host r2 ADDRESS\": main mode will not find this "
		  "key\n" },
		{ POLICY "ip host r2 10.0.0.2\ncrypto isakmp key k hostname r2\n", "" },
		{ POLICY "ip domain-name example.com\nip host r2.example.com 10.0.0.2\n"
			 "crypto isakmp key k hostname R2\n",
		  "" },
		{ POLICY "ip host r2 10.0.0.2\nip host R2 10.0.0.3\n"
			 "crypto isakmp key k hostname r2\ncrypto isakmp key k hostname r2\n",
		  "5:9 error duplicate \"R2\": it is already in line 4\n"
		  "7:30 error line 6 has a key for the same host\n" },
		{ POLICY "crypto keyring R\n",
		  "4:1 error keyring \"R\" has no \"pre-shared-key\"\n" },
		{ POLICY "crypto keyring R\n pre-shared-key address 10.0.0.2 key a\n"
			 " pre-shared-key address 10.0.0.2 key b\n",
		  "6:25 error line 5 has a key for the same address\n" },
	};

	CHECK(cases);
}

static void gather(void *context, enum config_change change, const char *object)
{
	char *text = context;

	sprintf(text + strlen(text), "%c%s\n", "+-*"[change], object);
}

static void a_reload_names_entries(void **state)
{
	struct policy *old = load(V1 ENTRY("10") APPLIED LINE, NULL);
	struct policy *new = load(V1 ENTRY("10") " set pfs group2\n" ENTRY("20") APPLIED LINE LINE
				  "access-list 120 permit ip host 10.4.0.1 any\n"
				  "ip host r2 10.0.0.2\n"
				  "crypto keyring R\n pre-shared-key address 10.0.0.2 key a\n",
				  NULL);
	struct policy *same = load(V1 ENTRY("10") APPLIED LINE, NULL);
	char text[1000] = "";

	assert_int_equal(config_compare(old, same, gather, text), 0);
	assert_int_equal(config_compare(old, new, gather, text), 6);
	assert_string_equal(text, "+crypto keyring R\n*crypto map M 10\n+crypto map M 20\n"
				  "*access-list 110\n+access-list 120\n+ip host r2\n");
	policy_free(old);
	policy_free(new);
	policy_free(same);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(maps),
		cmocka_unit_test(access_lists),
		cmocka_unit_test(keys),
		cmocka_unit_test(a_reload_names_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
