// SPDX-License-Identifier: GPL-2.0-or-later
/* Whom a policy means: rows B08, D02, H12, H13, M02 of the requirements */
#include "config_text.h"

struct who {
	uint8_t type;
	const char *text;
};

static struct identity identity_of(struct who who)
{
	struct identity identity = { .type = ID_NONE };
	struct address address;

	if (who.type == ID_IPV4_ADDR || who.type == ID_IPV6_ADDR) {
		assert_true(address_parse(who.text, &address));
		identity_set_address(&identity, &address);
	} else if (who.type != ID_NONE) {
		assert_true(identity_set(&identity, who.type, bytes_of_string(who.text)));
	}
	return identity;
}

/* One profile a line of matches, named "1", "2", ... */
static struct policy *policy_of_matches(const char *const *matches)
{
	char *text = NULL;
	size_t size, i;
	FILE *out = open_memstream(&text, &size);
	struct policy *policy;

	fputs(WHOLE_KEYRING, out);
	for (i = 0; matches[i]; i++)
		fprintf(out,
			"crypto ikev2 profile %zu\n match identity remote %s\n"
			" authentication local pre-share\n authentication remote pre-share\n"
			" keyring local K\n",
			i + 1, matches[i]);
	fclose(out);
	policy = load_good(text);
	free(text);
	return policy;
}

static void most_specific_profile_wins(void **state)
{
	static const struct {
		const char *matches[5];
		struct who who;
		const char *winner; /* NULL: none */
	} cases[] = {
		/* H12: exact beats network beats shorter network, wherever they stand */
		{ { "address 10.0.0.2", "address 10.0.0.0 255.255.255.0", "address 0.0.0.0" },
		  { ID_IPV4_ADDR, "10.0.0.2" },
		  "1" },
		{ { "address 0.0.0.0", "address 10.0.0.0 255.255.255.0", "address 10.0.0.2" },
		  { ID_IPV4_ADDR, "10.0.0.2" },
		  "3" },
		{ { "address 0.0.0.0", "address 10.0.0.0 255.255.255.0", "address 10.0.0.2" },
		  { ID_IPV4_ADDR, "10.0.0.3" },
		  "2" },
		{ { "address 10.0.0.0 255.0.0.0", "address 10.0.0.0 255.255.0.0" },
		  { ID_IPV4_ADDR, "10.0.9.9" },
		  "2" },
		{ { "address 10.0.0.0 255.0.0.0", "any" }, { ID_IPV4_ADDR, "10.1.2.3" }, "1" },
		{ { "any", "address 10.0.0.0 255.0.0.0" }, { ID_IPV4_ADDR, "11.0.0.1" }, "1" },
		{ { "address 0.0.0.0", "any" }, { ID_IPV4_ADDR, "11.0.0.1" }, "1" },
		/* Host bits of the statement do not matter */
		{ { "address 10.0.0.77 255.255.255.0" }, { ID_IPV4_ADDR, "10.0.0.2" }, "1" },
		{ { "address 2001:db8::/32", "address 2001:db8::1" },
		  { ID_IPV6_ADDR, "2001:db8::1" },
		  "2" },
		{ { "address 2001:db8::/32", "address 0.0.0.0" },
		  { ID_IPV6_ADDR, "2001:db8::2" },
		  "1" },
		{ { "address 0.0.0.0" }, { ID_IPV6_ADDR, "2001:db8::2" }, NULL },
		/* Names: exact beats domain, longer domain beats shorter, case does not count */
		{ { "fqdn domain example.com", "fqdn r2.example.com" },
		  { ID_FQDN, "r2.example.com" },
		  "2" },
		{ { "fqdn r2.example.com", "fqdn domain example.com" },
		  { ID_FQDN, "R2.Example.com" },
		  "1" },
		{ { "fqdn domain a.example.com", "fqdn domain example.com" },
		  { ID_FQDN, "r2.a.example.com" },
		  "1" },
		{ { "fqdn domain example.com" }, { ID_FQDN, "myexample.com" }, NULL },
		{ { "fqdn domain example.com" }, { ID_FQDN, "example.com" }, NULL },
		{ { "fqdn domain example.com" }, { ID_FQDN, "com" }, NULL },
		{ { "email domain example.com", "email bob@example.com" },
		  { ID_RFC822_ADDR, "bob@example.com" },
		  "2" },
		{ { "email domain example.com" }, { ID_RFC822_ADDR, "al@example.com" }, "1" },
		{ { "email domain example.com" }, { ID_RFC822_ADDR, "al@x.example.com" }, NULL },
		/* The type counts: the same text as another type is somebody else */
		{ { "fqdn host1" }, { ID_RFC822_ADDR, "host1" }, NULL },
		{ { "fqdn host1" }, { ID_KEY_ID, "host1" }, NULL },
		{ { "key-id host1" }, { ID_KEY_ID, "host1" }, "1" },
		{ { "key-id host1" }, { ID_KEY_ID, "HOST1" }, NULL },
		{ { "fqdn 10.0.0.2", "address 10.0.0.2" }, { ID_IPV4_ADDR, "10.0.0.2" }, "2" },
		{ { "any" }, { ID_DER_ASN1_DN, "0" }, "1" },
		{ { "fqdn host1", "address 0.0.0.0" }, { ID_DER_ASN1_DN, "0" }, NULL },
		/* H13: of identical matches the last profile, 3 of 3 */
		{ { "address 192.168.0.1", "address 192.168.0.1", "address 192.168.0.1" },
		  { ID_IPV4_ADDR, "192.168.0.1" },
		  "3" },
		{ { "any", "any" }, { ID_FQDN, "x" }, "2" },
		{ { "fqdn a", "fqdn a", "any", "any" }, { ID_FQDN, "a" }, "2" },
	};
	const struct ikev2_profile *profile;
	struct identity identity;
	struct policy *policy;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		policy = policy_of_matches(cases[i].matches);
		identity = identity_of(cases[i].who);
		profile = policy_match_profile(policy, &identity);
		if (!cases[i].winner != !profile ||
		    (profile && strcmp(profile->name, cases[i].winner)))
			fail_msg("case %zu (%s): profile %s instead of %s", i, cases[i].who.text,
				 profile ? profile->name : "none",
				 cases[i].winner ? cases[i].winner : "none");
		policy_free(policy);
	}
}

static void one_profile_with_several_matches(void **state)
{
	struct policy *policy = load_good(
		WHOLE_KEYRING
		"crypto ikev2 profile A\n match identity remote fqdn r9\n" PROFILE_BODY
		"crypto ikev2 profile B\n match identity remote address 0.0.0.0\n"
		" authentication remote pre-share\n authentication local pre-share\n keyring K\n");
	struct identity name = identity_of((struct who){ ID_FQDN, "r9" });
	struct identity near = identity_of((struct who){ ID_IPV4_ADDR, "10.0.0.2" });
	struct identity far = identity_of((struct who){ ID_IPV4_ADDR, "10.0.0.3" });

	assert_string_equal(policy_match_profile(policy, &name)->name, "A");
	assert_string_equal(policy_match_profile(policy, &near)->name, "A");
	assert_string_equal(policy_match_profile(policy, &far)->name, "B");
	policy_free(policy);
}

#define KEY(name, criteria) " peer " name "\n" criteria "  pre-shared-key " name "\n"

static void keys_are_found(void **state)
{
	static const struct {
		const char *address; /* NULL: not known */
		struct who who;
		const char *peer;
	} cases[] = {
		{ "10.0.0.2", { ID_NONE, NULL }, "host" },
		{ "10.0.0.3", { ID_NONE, NULL }, "net" },
		{ "10.9.0.3", { ID_NONE, NULL }, "wide" },
		{ "11.0.0.1", { ID_NONE, NULL }, NULL },
		{ "2001:db8::1", { ID_NONE, NULL }, "six" },
		{ "2001:db9::1", { ID_NONE, NULL }, NULL },
		/* M02: a named identity finds the key of that name, whatever the address */
		{ "10.0.0.2", { ID_FQDN, "r2.example.com" }, "name" },
		{ NULL, { ID_FQDN, "R2.EXAMPLE.COM" }, "name" },
		{ "10.0.0.2", { ID_FQDN, "host1" }, "hostname" },
		{ "10.0.0.3", { ID_KEY_ID, "office" }, "keyid" },
		{ "10.0.0.3", { ID_RFC822_ADDR, "bob@example.com" }, "mail" },
		/* An address identity that somebody named beats the address it comes from */
		{ "10.0.0.3", { ID_IPV4_ADDR, "192.0.2.1" }, "inside" },
		/* A name that nobody knows leaves the address to decide */
		{ "10.0.0.3", { ID_FQDN, "stranger" }, "net" },
		{ NULL, { ID_FQDN, "stranger" }, NULL },
		{ NULL, { ID_NONE, NULL }, NULL },
	};
	struct policy *policy = load_good(
		"crypto ikev2 keyring K\n" KEY("wide", "  address 10.0.0.0 255.0.0.0\n") KEY(
			"host", "  address 10.0.0.2\n") KEY("net",
							    "  address 10.0.0.2 255.255.255.0\n")
			KEY("six",
			    "  address 2001:db8::/32\n") KEY("name",
							     "  identity fqdn r2.example.com\n")
				KEY("hostname", "  address 172.16.0.1\n  hostname host1\n")
					KEY("keyid", "  identity key-id office\n")
						KEY("mail", "  identity email bob@example.com\n")
							KEY("inside",
							    "  identity address 192.0.2.1\n"));
	const struct keyring *keyring = TAILQ_FIRST(&policy->keyrings);
	const struct keyring_peer *peer;
	struct identity identity;
	struct address address;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		identity = identity_of(cases[i].who);
		if (cases[i].address)
			assert_true(address_parse(cases[i].address, &address));
		peer = keyring_find(keyring, cases[i].address ? &address : NULL,
				    cases[i].who.type ? &identity : NULL);
		if (!cases[i].peer != !peer || (peer && strcmp(peer->name, cases[i].peer)))
			fail_msg("case %zu: peer %s instead of %s", i, peer ? peer->name : "none",
				 cases[i].peer ? cases[i].peer : "none");
	}
	policy_free(policy);
}

#define PROPOSAL(name, encryption) \
	"crypto ikev2 proposal " name "\n encryption " encryption "\n" \
	" integrity sha256\n group 14\n"

static const char policies[] = PROPOSAL("a", "aes-cbc-128") PROPOSAL("b", "aes-cbc-256") PROPOSAL(
	"c",
	"aes-cbc-192") "crypto ikev2 policy any\n proposal a\n proposal b\n"
		       "crypto ikev2 policy vrf\n match fvrf blue\n match address local 10.0.0.9\n proposal b\n"
		       "crypto ikev2 policy one\n match fvrf any\n match address local 10.0.0.1\n proposal c\n";

static void proposals_by_local_address(void **state)
{
	static const struct {
		const char *local;
		const char *policy;
		unsigned int count, bits;
	} cases[] = {
		{ "10.0.0.1", "one", 1, 192 },
		{ "10.0.0.2", "any", 2, 128 },
		{ "10.0.0.9", "any", 2, 128 }, /* "vrf" is another VRF's */
		{ NULL, "any", 2, 128 },
	};
	struct policy *policy = load_good(policies);
	struct proposal_list list;
	struct address address;
	const char *name;
	size_t i, j;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (cases[i].local)
			assert_true(address_parse(cases[i].local, &address));
		policy_ike_proposals(policy, cases[i].local ? &address : NULL, false, &list, &name);
		assert_string_equal(name, cases[i].policy);
		assert_int_equal(list.count, cases[i].count);
		for (j = 0; j < list.count; j++)
			assert_int_equal(list.proposals[j].number, j + 1);
		assert_int_equal(list.proposals[0].transforms[0].key_bits, cases[i].bits);
	}
	policy_free(policy);
}

static void assert_same_list(const struct proposal_list *a, const struct proposal_list *b)
{
	char text_a[1024], text_b[1024];
	size_t i;

	assert_true(a->count > 0);
	assert_int_equal(a->count, b->count);
	for (i = 0; i < a->count; i++)
		assert_string_equal(proposal_format(&a->proposals[i], text_a, sizeof(text_a)),
				    proposal_format(&b->proposals[i], text_b, sizeof(text_b)));
}

/* B08, M01: without a policy the defaults, even when there are proposals */
static void default_proposals(void **state)
{
	struct policy *policy = load_good(PROPOSAL("a", "aes-cbc-128"));
	struct proposal_list list, expected;
	const char *name;

	policy_ike_proposals(policy, NULL, false, &list, &name);
	proposal_default_ike(&expected, false);
	assert_string_equal(name, "default");
	assert_same_list(&list, &expected);
	policy_free(policy);

	policy = load_good("crypto legacy\n");
	policy_ike_proposals(policy, NULL, false, &list, NULL);
	proposal_default_ike(&expected, true);
	assert_same_list(&list, &expected);
	policy_free(policy);
}

/* One profile may use 3DES; the peers of the other one do not get to see it. */
static void legacy_stays_in_its_profile(void **state)
{
	static const char text[] =
		"crypto ikev2 proposal mixed\n encryption 3des aes-cbc-128\n"
		" integrity sha1 sha256\n group 2 14\n"
		"crypto ikev2 proposal old\n encryption 3des\n integrity sha1\n group 2\n"
		"crypto ikev2 policy p\n proposal old\n proposal mixed\n" WHOLE_KEYRING
		"crypto ikev2 profile P\n legacy\n" PROFILE_BODY;
	struct policy *policy = load_good(text);
	struct proposal_list list;
	const char *name;
	size_t i;

	policy_ike_proposals(policy, NULL, true, &list, &name);
	assert_string_equal(name, "p");
	assert_int_equal(list.count, 2);
	assert_true(proposal_has(&list.proposals[0], TRANSFORM_ENCR, 3));

	policy_ike_proposals(policy, NULL, false, &list, &name);
	assert_string_equal(name, "p");
	assert_int_equal(list.count, 1);
	assert_int_equal(list.proposals[0].number, 1);
	assert_int_equal(list.proposals[0].count, 4); /* one of each type is left */
	for (i = 0; i < list.proposals[0].count; i++)
		assert_false(transform_is_legacy(&list.proposals[0].transforms[i]));
	policy_free(policy);
}

/* A policy of which nothing may be used is as good as none: today's defaults. */
static void legacy_only_policy_falls_back(void **state)
{
	struct policy *policy =
		load_good("crypto ikev2 proposal old\n encryption 3des\n integrity sha1\n group 2\n"
			  "crypto ikev2 policy p\n proposal old\n" WHOLE_KEYRING
			  "crypto ikev2 profile P\n legacy\n" PROFILE_BODY);
	struct proposal_list list, expected;
	const char *name;

	policy_ike_proposals(policy, NULL, false, &list, &name);
	proposal_default_ike(&expected, false);
	assert_string_equal(name, "default");
	assert_same_list(&list, &expected);
	policy_free(policy);
}

static void sources_resolve(void **state)
{
	struct policy *policy =
		load_good("interface Ethernet0/0\n ip address 10.0.0.1 255.255.255.0\n"
			  " ipv6 address 2001:db8::1/64\ninterface Ethernet0/1\n");
	struct address address;
	char text[ADDRESS_TEXT];

	assert_true(policy_resolve_source(policy, "Ethernet0/0", FAMILY_IPV4, &address));
	assert_string_equal(address_format(&address, text), "10.0.0.1");
	assert_true(policy_resolve_source(policy, "ethernet0/0", FAMILY_IPV4, &address));
	assert_true(policy_resolve_source(policy, "Ethernet0/0", FAMILY_IPV6, &address));
	assert_string_equal(address_format(&address, text), "2001:db8::1");
	assert_true(policy_resolve_source(policy, "192.0.2.7", FAMILY_IPV4, &address));
	assert_string_equal(address_format(&address, text), "192.0.2.7");
	assert_false(policy_resolve_source(policy, "Ethernet0/1", FAMILY_IPV4, &address));
	assert_false(policy_resolve_source(policy, "eth0", FAMILY_IPV4, &address));
	policy_free(policy);
}

static void nothing_is_found_in_an_empty_policy(void **state)
{
	struct policy *policy = policy_new();
	struct identity identity = identity_of((struct who){ ID_FQDN, "x" });

	assert_null(policy_match_profile(policy, &identity));
	assert_null(policy_find_ipsec_profile(policy, "x"));
	assert_int_equal(policy->rekey_margin_percent, 85);
	assert_int_equal(policy->sa_lifetime_kilobytes, 4608000);
	policy_free(policy);
	policy_free(NULL);
}

static void ipsec_profile_by_name(void **state)
{
	struct policy *policy =
		load_good(WHOLE_PROFILE "crypto ipsec profile one\n set ikev2-profile P\n"
					"crypto ipsec profile two\n set ikev2-profile P\n");

	assert_string_equal(policy_find_ipsec_profile(policy, "two")->name, "two");
	assert_null(policy_find_ipsec_profile(policy, "TWO"));
	policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(most_specific_profile_wins),
		cmocka_unit_test(one_profile_with_several_matches),
		cmocka_unit_test(keys_are_found),
		cmocka_unit_test(proposals_by_local_address),
		cmocka_unit_test(default_proposals),
		cmocka_unit_test(legacy_stays_in_its_profile),
		cmocka_unit_test(legacy_only_policy_falls_back),
		cmocka_unit_test(sources_resolve),
		cmocka_unit_test(nothing_is_found_in_an_empty_policy),
		cmocka_unit_test(ipsec_profile_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
