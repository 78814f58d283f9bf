// SPDX-License-Identifier: GPL-2.0-or-later
/* The choice between proposals, the check of the peer's choice, and the defaults. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Before cmocka.h, which has a fail() of its own. */
#include "cryptox/cryptox.h"
#include "proposal/proposal.h"

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/*
 * Proposals in one line: "IKE: encr=aes-cbc-128,3des prf=sha1 integ=sha1 ke=2,none".
 * '|' separates proposals, "esn=0,1" is by number, and "#65535" is a transform
 * that no table knows.
 */
static enum transform_type type_of(const char *name)
{
	static const char *const names[] = { "", "encr", "prf", "integ", "ke", "esn" };

	for (unsigned int type = 1; type < COUNT(names); type++) {
		if (!strcmp(names[type], name))
			return (enum transform_type)type;
	}
	fail_msg("no transform type %s", name);
	return TRANSFORM_ENCR;
}

static void add_words(struct proposal *proposal, enum transform_type type, char *words)
{
	char *rest;

	for (char *word = strtok_r(words, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		struct transform transform = { 0 };

		if (*word == '#')
			transform.id = (uint16_t)atoi(word + 1);
		else if (type == TRANSFORM_ESN)
			transform.id = (uint16_t)atoi(word);
		else if (!strcmp(word, "null"))
			transform.id = ENCR_NULL;
		else if (strcmp(word, "none"))
			assert_true(transform_from_keyword(type, word, &transform));
		assert_true(proposal_add(proposal, type, transform.id, transform.key_bits));
	}
}

static struct proposal_list parse(const char *text)
{
	static const char *const protocols[] = { "none", "IKE", "AH", "ESP" };
	struct proposal_list list = { 0 };
	char copy[512], *rest, *inner, *value;

	assert_true(strlen(text) < sizeof(copy));
	strcpy(copy, text);
	for (char *one = strtok_r(copy, "|", &rest); one; one = strtok_r(NULL, "|", &rest)) {
		struct proposal *proposal = &list.proposals[list.count++];
		char *word = strtok_r(one, " :", &inner);

		proposal->number = list.count;
		for (uint8_t i = 1; i < COUNT(protocols); i++) {
			if (!strcmp(word, protocols[i]))
				proposal->protocol = i;
		}
		assert_int_not_equal(proposal->protocol, 0);
		while ((word = strtok_r(NULL, " ", &inner))) {
			value = strchr(word, '=');
			assert_non_null(value);
			*value++ = '\0';
			add_words(proposal, type_of(word), value);
		}
	}
	return list;
}

static void assert_format(const struct proposal *proposal, const char *expected)
{
	char text[512];

	assert_string_equal(proposal_format(proposal, text, sizeof(text)), expected);
}

struct choice {
	const char *offered, *ours;
	unsigned int number; /* of the proposal that is taken */
	const char *chosen; /* or, with @number 0, why there is none */
};

static void assert_choice(const struct choice *choice)
{
	struct proposal_list offered = parse(choice->offered), ours = parse(choice->ours);
	struct proposal chosen = { 0 };
	struct result result = proposal_choose(&offered, &ours, &chosen);

	if (choice->number) {
		assert_string_equal(result.why, "");
		assert_int_equal(result.code, 0);
		assert_int_equal(chosen.number, choice->number);
		assert_format(&chosen, choice->chosen);
		/* What we answer is what an initiator like us takes. */
		result = proposal_check_chosen(&offered, &chosen);
		assert_string_equal(result.why, "");
	} else {
		assert_string_equal(result.why, choice->chosen);
		assert_int_equal(result.code, -ENOENT);
		assert_int_equal(chosen.count, 0);
	}
}

static void choices_for_ike(void **state)
{
	static const struct choice cases[] = {
		/* S0, rows B06 and B07: our first that is offered, not the offerer's */
		{ "IKE: encr=3des,aes-cbc-128 prf=sha1 integ=sha1 ke=2",
		  "IKE: encr=aes-cbc-256,aes-cbc-192,aes-cbc-128 prf=sha512,sha1 integ=sha512,sha1 ke=5,2",
		  1, "AES-CBC-128 SHA1 SHA96 DH 2" },
		{ "IKE: encr=aes-cbc-128,aes-cbc-256 prf=sha1,sha256 integ=sha1,sha256 ke=14,19",
		  "IKE: encr=aes-cbc-256,aes-cbc-128 prf=sha256,sha1 integ=sha256,sha1 ke=19,14", 1,
		  "AES-CBC-256 SHA256 SHA256 DH 19" },
		/* the order of our proposals comes before the order of theirs */
		{ "IKE: encr=3des prf=sha1 integ=sha1 ke=2|IKE: encr=aes-cbc-128 prf=sha1 integ=sha1 ke=2",
		  "IKE: encr=aes-cbc-128 prf=sha1 integ=sha1 ke=2|IKE: encr=3des prf=sha1 integ=sha1 ke=2",
		  2, "AES-CBC-128 SHA1 SHA96 DH 2" },
		/* a cipher of a longer key is another cipher */
		{ "IKE: encr=aes-cbc-256 prf=sha1 integ=sha1 ke=2",
		  "IKE: encr=aes-cbc-128 prf=sha1 integ=sha1 ke=2", 0,
		  "no common encryption: the peer offers AES-CBC-256, we allow AES-CBC-128" },
		/* the first type without a common transform */
		{ "IKE: encr=aes-cbc-128 prf=md5 integ=md5 ke=1",
		  "IKE: encr=aes-cbc-128 prf=sha1 integ=sha1 ke=2", 0,
		  "no common prf: the peer offers MD5, we allow SHA1" },
		{ "IKE: encr=aes-cbc-128 prf=sha1 integ=md5,sha256 ke=1",
		  "IKE: encr=aes-cbc-128 prf=sha1 integ=sha1,sha384 ke=2", 0,
		  "no common integrity: the peer offers MD596 SHA256, we allow SHA96 SHA384" },
		{ "IKE: encr=aes-cbc-128 prf=sha1 integ=sha1 ke=1,5",
		  "IKE: encr=aes-cbc-128 prf=sha1 integ=sha1 ke=2", 0,
		  "no common group: the peer offers DH 1 DH 5, we allow DH 2" },
		/* of several pairs, the one that comes closest */
		{ "IKE: encr=3des prf=sha1 integ=sha1 ke=2|IKE: encr=aes-cbc-128 prf=sha1 integ=sha1 ke=5",
		  "IKE: encr=aes-gcm-256 prf=sha1 ke=2|IKE: encr=aes-cbc-128 prf=sha1 integ=sha1 ke=14",
		  0, "no common group: the peer offers DH 5, we allow DH 14" },
		{ "ESP: encr=aes-cbc-128 integ=sha1",
		  "IKE: encr=aes-cbc-128 prf=sha1 integ=sha1 ke=2", 0,
		  "no common proposal: none of the peer's is for IKE and of known types" },
		/* an absent type is NONE, which the other side has not */
		{ "IKE: encr=aes-cbc-128 integ=sha1 ke=2",
		  "IKE: encr=aes-cbc-128 prf=sha1 integ=sha1 ke=2", 0,
		  "no common prf: the peer offers none, we allow SHA1" },
		{ "IKE: encr=aes-cbc-128 prf=sha1 ke=2",
		  "IKE: encr=aes-cbc-128 prf=sha1 integ=sha1 ke=2", 0,
		  "no common integrity: the peer offers none, we allow SHA96" },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_choice(&cases[i]);
}

/* RFC 5282 section 8: no INTEG with an AEAD, but peers do as they like. */
static void choices_of_combined_modes(void **state)
{
	static const struct choice cases[] = {
		{ "IKE: encr=aes-gcm-128 prf=sha256 ke=31",
		  "IKE: encr=aes-gcm-128 prf=sha256 ke=31", 1, "AES-GCM-128 SHA256 DH 31" },
		/* NONE in words is answered in words */
		{ "IKE: encr=aes-gcm-128 prf=sha256 integ=none ke=31",
		  "IKE: encr=aes-gcm-128 prf=sha256 ke=31", 1, "AES-GCM-128 SHA256 NONE DH 31" },
		{ "IKE: encr=aes-gcm-128 prf=sha256 integ=sha256 ke=31",
		  "IKE: encr=aes-gcm-128 prf=sha256 ke=31", 1, "AES-GCM-128 SHA256 DH 31" },
		/* both kinds in one proposal */
		{ "IKE: encr=aes-gcm-128,aes-cbc-128 prf=sha256 integ=sha256 ke=31",
		  "IKE: encr=aes-cbc-128,aes-gcm-128 prf=sha256 integ=sha256 ke=31", 1,
		  "AES-CBC-128 SHA256 SHA256 DH 31" },
		{ "IKE: encr=aes-cbc-128,aes-gcm-128 prf=sha256 integ=sha256,none ke=31",
		  "IKE: encr=aes-gcm-128,aes-cbc-128 prf=sha256 integ=sha256 ke=31", 1,
		  "AES-GCM-128 SHA256 NONE DH 31" },
		/* NONE is no MAC for a cipher that needs one */
		{ "IKE: encr=aes-cbc-128 prf=sha256 integ=none ke=31",
		  "IKE: encr=aes-cbc-128 prf=sha256 integ=sha256 ke=31", 0,
		  "no common integrity: the peer offers NONE, we allow SHA256" },
		{ "IKE: encr=chacha20-poly1305 prf=sha256 ke=31",
		  "IKE: encr=aes-gcm-128,chacha20-poly1305 prf=sha256 ke=19,31", 1,
		  "ChaCha20-Poly1305 SHA256 DH 31" },
		/* the length of the ICV is a part of the algorithm */
		{ "IKE: encr=aes-gcm-12-128 prf=sha256 ke=31",
		  "IKE: encr=aes-gcm-128 prf=sha256 ke=31", 0,
		  "no common encryption: the peer offers AES-GCM-12-128, we allow AES-GCM-128" },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_choice(&cases[i]);
}

/* Children: PFS or not, ESN or not, authentication without encryption. */
static void choices_for_children(void **state)
{
	static const struct choice cases[] = {
		/* S0, row B19 */
		{ "ESP: encr=3des integ=sha1 esn=0", "ESP: encr=3des integ=sha1 esn=0", 1,
		  "3DES SHA96 no ESN" },
		{ "ESP: encr=aes-gcm-256 esn=0,1", "ESP: encr=aes-gcm-256 esn=1,0", 1,
		  "AES-GCM-256 ESN" },
		{ "ESP: encr=aes-gcm-256 esn=1,0", "ESP: encr=aes-gcm-256 esn=0", 1,
		  "AES-GCM-256 no ESN" },
		{ "ESP: encr=aes-gcm-256", "ESP: encr=aes-gcm-256 esn=0,1", 1, "AES-GCM-256" },
		{ "ESP: encr=aes-gcm-256 esn=0", "ESP: encr=aes-gcm-256", 1, "AES-GCM-256 no ESN" },
		{ "ESP: encr=aes-gcm-256 esn=1", "ESP: encr=aes-gcm-256 esn=0", 0,
		  "no common esn: the peer offers ESN, we allow no ESN" },
		{ "ESP: encr=aes-gcm-256 esn=1", "ESP: encr=aes-gcm-256", 0,
		  "no common esn: the peer offers ESN, we allow none" },
		/* PFS: both must want the same group */
		{ "ESP: encr=aes-cbc-128 integ=sha256 ke=14,19 esn=0",
		  "ESP: encr=aes-cbc-128 integ=sha256 ke=19 esn=0", 1,
		  "AES-CBC-128 SHA256 DH 19 no ESN" },
		{ "ESP: encr=aes-cbc-128 integ=sha256 esn=0",
		  "ESP: encr=aes-cbc-128 integ=sha256 ke=19 esn=0", 0,
		  "no common group: the peer offers none, we allow DH 19" },
		{ "ESP: encr=aes-cbc-128 integ=sha256 ke=19 esn=0",
		  "ESP: encr=aes-cbc-128 integ=sha256 esn=0", 0,
		  "no common group: the peer offers DH 19, we allow none" },
		{ "ESP: encr=aes-cbc-128 integ=sha256 ke=19,none esn=0",
		  "ESP: encr=aes-cbc-128 integ=sha256 esn=0", 1,
		  "AES-CBC-128 SHA256 no DH no ESN" },
		{ "ESP: encr=aes-cbc-128 integ=sha256 esn=0",
		  "ESP: encr=aes-cbc-128 integ=sha256 ke=19,none esn=0", 1,
		  "AES-CBC-128 SHA256 no ESN" },
		/* of two MACs that both sides have, ours counts */
		{ "ESP: encr=aes-cbc-128 integ=sha1,md5", "ESP: encr=aes-cbc-128 integ=md5,sha1", 1,
		  "AES-CBC-128 MD596" },
		/* no integrity at all, when both want it so */
		{ "ESP: encr=aes-cbc-128 esn=0", "ESP: encr=aes-cbc-128 esn=0", 1,
		  "AES-CBC-128 no ESN" },
		{ "ESP: encr=null integ=sha256 esn=0", "ESP: encr=null integ=sha256 esn=0", 1,
		  "NULL SHA256 no ESN" },
		/* AH beside ESP: no proposal for the other protocol */
		{ "ESP: encr=aes-cbc-128 integ=sha1|AH: integ=sha1 esn=0",
		  "AH: integ=sha256,sha1 esn=0", 2, "SHA96 no ESN" },
		{ "AH: integ=sha1", "AH: encr=aes-cbc-128 integ=sha1", 0,
		  "no common encryption: the peer offers none, we allow AES-CBC-128" },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_choice(&cases[i]);
}

static void unknown_transforms_are_never_chosen(void **state)
{
	struct proposal_list offered =
		parse("IKE: encr=#65535,aes-cbc-128 prf=#77,sha1 integ=sha1 ke=2");
	struct proposal_list ours = parse("IKE: encr=aes-cbc-128 prf=sha1 integ=sha1 ke=2");
	struct proposal chosen;

	assert_int_equal(proposal_choose(&offered, &ours, &chosen).code, 0);
	assert_format(&chosen, "AES-CBC-128 SHA1 SHA96 DH 2");

	/* An attribute that we do not know makes it another transform ... */
	offered.proposals[0].transforms[1].unknown = true;
	assert_string_equal(
		proposal_choose(&offered, &ours, &chosen).why,
		"no common encryption: the peer offers 65535 AES-CBC-128, we allow AES-CBC-128");
	offered.proposals[0].transforms[1].unknown = false;
	/* ... on our side as well */
	ours.proposals[0].transforms[0].unknown = true;
	assert_int_equal(proposal_choose(&offered, &ours, &chosen).code, -ENOENT);
	ours.proposals[0].transforms[0].unknown = false;
	assert_int_equal(proposal_choose(&offered, &ours, &chosen).code, 0);
}

/* RFC 7296 section 3.3.6: the proposal falls, the next one may do. */
static void unknown_types_spoil_their_proposal(void **state)
{
	struct proposal_list ours = parse("ESP: encr=aes-gcm-128 esn=0");
	static const uint8_t types[] = { 0, 6, 12, 255 };
	struct proposal chosen;

	for (size_t i = 0; i < COUNT(types); i++) {
		struct proposal_list offered =
			parse("ESP: encr=aes-gcm-128 esn=0|ESP: encr=aes-gcm-128 esn=0");
		struct proposal *first = &offered.proposals[0];

		first->transforms[first->count++] = (struct transform){ types[i], 35, 0, true };
		assert_int_equal(proposal_choose(&offered, &ours, &chosen).code, 0);
		assert_int_equal(chosen.number, 2);
		offered.count = 1;
		assert_int_equal(proposal_choose(&offered, &ours, &chosen).code, -ENOENT);
	}
}

static void empty_lists(void **state)
{
	const struct proposal_list none = { 0 }, some = parse("ESP: encr=aes-gcm-128");
	struct proposal chosen;

	assert_string_equal(proposal_choose(&none, &some, &chosen).why,
			    "no common proposal: the peer offers none");
	assert_string_equal(proposal_choose(&some, &none, &chosen).why,
			    "no common proposal: we allow none");
	assert_int_equal(proposal_choose(&none, &none, &chosen).code, -ENOENT);
}

/* The answer has to carry the SPI and the number of what it answers. */
static void the_offered_spi_is_kept(void **state)
{
	struct proposal_list offered = parse("ESP: encr=3des integ=sha1|ESP: encr=aes-gcm-128");
	struct proposal_list ours = parse("ESP: encr=aes-gcm-128");
	struct proposal chosen;

	offered.proposals[1].number = 7;
	offered.proposals[1].spi = 0x12345678;
	offered.proposals[1].spi_size = 4;
	assert_int_equal(proposal_choose(&offered, &ours, &chosen).code, 0);
	assert_int_equal(chosen.number, 7);
	assert_int_equal(chosen.protocol, PROTOCOL_ESP);
	assert_int_equal(chosen.spi_size, 4);
	assert_true(chosen.spi == 0x12345678);
}

static void long_lists_are_cut_in_the_sentence(void **state)
{
	struct proposal_list offered = { .count = 1 }, ours = { .count = 1 };
	struct result result;
	struct proposal chosen;

	for (uint16_t i = 0; i < PROPOSAL_TRANSFORMS_MAX; i++) {
		assert_true(proposal_add(&offered.proposals[0], TRANSFORM_ENCR, 10000 + i, 0));
		assert_true(proposal_add(&ours.proposals[0], TRANSFORM_ENCR, 20000 + i, 0));
	}
	result = proposal_choose(&offered, &ours, &chosen);
	assert_int_equal(result.code, -ENOENT);
	assert_non_null(strstr(result.why, "the peer offers 10000 10001 "));
	assert_non_null(strstr(result.why, ", we allow 20000 20001 ")); /* both sides are there */
	assert_true(strlen(result.why) < sizeof(result.why) - 1);
}

static void checks_of_the_answer(void **state)
{
	static const struct {
		const char *offered;
		unsigned int number;
		const char *chosen;
		const char *why; /* NULL: fine */
	} cases[] = {
		{ "IKE: encr=aes-cbc-256,aes-cbc-128 prf=sha1,sha256 integ=sha1 ke=14,2", 1,
		  "IKE: encr=aes-cbc-128 prf=sha256 integ=sha1 ke=2", NULL },
		{ "IKE: encr=3des prf=sha1 integ=sha1 ke=2|IKE: encr=aes-gcm-128 prf=sha256 ke=31",
		  2, "IKE: encr=aes-gcm-128 prf=sha256 ke=31", NULL },
		/* of the other proposal */
		{ "IKE: encr=3des prf=sha1 integ=sha1 ke=2|IKE: encr=aes-gcm-128 prf=sha256 ke=31",
		  1, "IKE: encr=aes-gcm-128 prf=sha256 ke=31",
		  "the peer chose encryption AES-GCM-128, which was not offered" },
		{ "IKE: encr=3des prf=sha1 integ=sha1 ke=2", 2,
		  "IKE: encr=3des prf=sha1 integ=sha1 ke=2",
		  "the peer chose proposal 2 for IKE, which was not offered" },
		{ "IKE: encr=3des prf=sha1 integ=sha1 ke=2", 1, "ESP: encr=3des integ=sha1",
		  "the peer chose proposal 1 for ESP, which was not offered" },
		/* weaker than anything offered */
		{ "IKE: encr=aes-cbc-256 prf=sha256 integ=sha256 ke=14", 1,
		  "IKE: encr=aes-cbc-128 prf=sha256 integ=sha256 ke=14",
		  "the peer chose encryption AES-CBC-128, which was not offered" },
		{ "IKE: encr=aes-cbc-256 prf=sha256 integ=sha256 ke=14", 1,
		  "IKE: encr=aes-cbc-256 prf=sha256 integ=md5 ke=14",
		  "the peer chose integrity MD596, which was not offered" },
		{ "IKE: encr=aes-cbc-256 prf=sha256 integ=sha256 ke=14", 1,
		  "IKE: encr=aes-cbc-256 prf=sha256 integ=sha256 ke=2",
		  "the peer chose group DH 2, which was not offered" },
		{ "IKE: encr=aes-cbc-256 prf=sha256 integ=sha256 ke=14", 1,
		  "IKE: encr=aes-cbc-256 prf=sha256 integ=none ke=14",
		  "the peer chose integrity NONE, which was not offered" },
		/* not one of each */
		{ "IKE: encr=aes-cbc-256 prf=sha256 integ=sha256 ke=14", 1,
		  "IKE: encr=aes-cbc-256 prf=sha256 ke=14", "the peer chose no integrity" },
		{ "IKE: encr=aes-cbc-256 prf=sha256 integ=sha256 ke=14", 1,
		  "IKE: prf=sha256 integ=sha256 ke=14", "the peer chose no encryption" },
		{ "IKE: encr=aes-cbc-256 prf=sha256 integ=sha256 ke=14,19", 1,
		  "IKE: encr=aes-cbc-256 prf=sha256 integ=sha256 ke=14,19",
		  "the peer chose more than one group" },
		/* combined modes */
		{ "ESP: encr=aes-gcm-128,aes-cbc-128 integ=sha256 esn=0", 1,
		  "ESP: encr=aes-gcm-128 esn=0", NULL },
		{ "ESP: encr=aes-gcm-128,aes-cbc-128 integ=sha256 esn=0", 1,
		  "ESP: encr=aes-cbc-128 esn=0", "the peer chose no integrity" },
		{ "ESP: encr=aes-gcm-128,aes-cbc-128 integ=sha256 esn=0", 1,
		  "ESP: encr=aes-gcm-128 integ=sha256 esn=0",
		  "the peer chose integrity SHA256 with a combined-mode cipher" },
		/* NONE and silence are the same, on either side */
		{ "ESP: encr=aes-gcm-128 esn=0", 1, "ESP: encr=aes-gcm-128 integ=none esn=0",
		  NULL },
		{ "ESP: encr=aes-gcm-128 esn=0,1", 1, "ESP: encr=aes-gcm-128", NULL },
		{ "ESP: encr=aes-gcm-128 esn=1", 1, "ESP: encr=aes-gcm-128",
		  "the peer chose no esn" },
		{ "ESP: encr=aes-gcm-128 esn=1", 1, "ESP: encr=aes-gcm-128 esn=0",
		  "the peer chose esn no ESN, which was not offered" },
		{ "ESP: encr=aes-gcm-128 esn=0", 1, "ESP: encr=aes-gcm-128 esn=1",
		  "the peer chose esn ESN, which was not offered" },
		/* PFS that nobody asked for, or that was asked for */
		{ "ESP: encr=aes-gcm-128 esn=0", 1, "ESP: encr=aes-gcm-128 ke=14 esn=0",
		  "the peer chose group DH 14, which was not offered" },
		{ "ESP: encr=aes-gcm-128 ke=14 esn=0", 1, "ESP: encr=aes-gcm-128 esn=0",
		  "the peer chose no group" },
		{ "ESP: encr=aes-gcm-128 ke=14,none esn=0", 1, "ESP: encr=aes-gcm-128 esn=0",
		  NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct proposal_list offered = parse(cases[i].offered),
				     chosen = parse(cases[i].chosen);
		struct result result;

		chosen.proposals[0].number = (uint8_t)cases[i].number;
		result = proposal_check_chosen(&offered, &chosen.proposals[0]);
		assert_string_equal(result.why, cases[i].why ? cases[i].why : "");
		assert_int_equal(result.code, cases[i].why ? -EPROTO : 0);
	}
}

static void an_unknown_answer_is_refused(void **state)
{
	struct proposal_list offered = parse("IKE: encr=aes-cbc-128 prf=sha1 integ=sha1 ke=2");
	static const uint8_t types[] = { 0, 6, 200 };
	struct proposal chosen = offered.proposals[0];

	assert_int_equal(proposal_check_chosen(&offered, &chosen).code, 0);
	chosen.transforms[0].unknown = true;
	assert_int_equal(proposal_check_chosen(&offered, &chosen).code, -EPROTO);
	for (size_t i = 0; i < COUNT(types); i++) {
		chosen = offered.proposals[0];
		chosen.transforms[chosen.count++] = (struct transform){ types[i], 1, 0, true };
		assert_int_equal(proposal_check_chosen(&offered, &chosen).code, -EPROTO);
	}
}

static void transforms_of_a_proposal(void **state)
{
	struct proposal_list list = parse("IKE: encr=3des,aes-cbc-128 prf=sha1 integ=sha1 ke=2");
	struct proposal *proposal = &list.proposals[0];

	assert_int_equal(proposal->count, 5);
	assert_int_equal(proposal_get(proposal, TRANSFORM_ENCR)->id, ENCR_3DES);
	assert_null(proposal_get(proposal, TRANSFORM_ESN));
	assert_true(proposal_has(proposal, TRANSFORM_ENCR, ENCR_AES_CBC));
	assert_false(proposal_has(proposal, TRANSFORM_ENCR, ENCR_DES));
	assert_false(proposal_has(proposal, TRANSFORM_INTEG, ENCR_3DES));

	proposal_remove_type(proposal, TRANSFORM_ENCR);
	assert_format(proposal, "SHA1 SHA96 DH 2");
	proposal_remove_type(proposal, TRANSFORM_ENCR);
	proposal_remove_type(proposal, TRANSFORM_KE);
	assert_format(proposal, "SHA1 SHA96");

	while (proposal->count < PROPOSAL_TRANSFORMS_MAX)
		assert_true(proposal_add(proposal, TRANSFORM_KE, 14, 0));
	assert_false(proposal_add(proposal, TRANSFORM_KE, 14, 0));
	assert_int_equal(proposal->count, PROPOSAL_TRANSFORMS_MAX);
}

static void format_is_cut_to_size(void **state)
{
	struct proposal_list list =
		parse("IKE: encr=3des,aes-cbc-128 prf=sha1 integ=sha1 ke=2 esn=0,1");
	static const char whole[] = "3DES AES-CBC-128 SHA1 SHA96 DH 2 no ESN ESN";
	char text[sizeof(whole) + 1];

	for (size_t size = 0; size <= sizeof(text); size++) {
		memset(text, 0x55, sizeof(text));
		assert_ptr_equal(proposal_format(&list.proposals[0], text, size), text);
		if (size) {
			assert_int_equal(strlen(text),
					 size > sizeof(whole) ? sizeof(whole) - 1 : size - 1);
			assert_memory_equal(text, whole, strlen(text));
		}
		for (size_t i = size; i < sizeof(text); i++)
			assert_int_equal(text[i], 0x55);
	}
}

/* Row B09 */
static void ios_default(void **state)
{
	struct proposal proposal;

	proposal_ios_default(&proposal);
	assert_int_equal(proposal.count, 15);
	assert_int_equal(proposal.protocol, PROTOCOL_IKE);
	assert_format(&proposal,
		      "AES-CBC-256 AES-CBC-192 AES-CBC-128 SHA512 SHA384 SHA256 SHA1 MD5 "
		      "SHA512 SHA384 SHA256 SHA96 MD596 DH 5 DH 2");
}

static void assert_default(const struct proposal_list *list, uint8_t protocol, bool legacy)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct proposal *proposal = &list->proposals[i];
		bool aead = encr_is_aead(proposal_get(proposal, TRANSFORM_ENCR)->id);

		assert_int_equal(proposal->number, i + 1);
		assert_int_equal(proposal->protocol, protocol);
		assert_int_equal(!proposal_get(proposal, TRANSFORM_INTEG), aead);
		assert_false(proposal_has(proposal, TRANSFORM_ENCR, ENCR_NULL));
		for (size_t k = 0; k < proposal->count; k++) {
			assert_true(transform_is_known(&proposal->transforms[k]));
			if (!legacy)
				assert_false(transform_is_legacy(&proposal->transforms[k]));
			if (proposal->transforms[k].type == TRANSFORM_ENCR)
				assert_int_equal(encr_is_aead(proposal->transforms[k].id), aead);
		}
	}
}

static void default_proposals(void **state)
{
	struct proposal_list list;
	struct proposal ios;

	proposal_default_ike(&list, false);
	assert_int_equal(list.count, 2);
	assert_default(&list, PROTOCOL_IKE, false);
	assert_true(proposal_has(&list.proposals[0], TRANSFORM_KE, KE_CURVE25519));
	assert_true(proposal_has(&list.proposals[1], TRANSFORM_KE, KE_MODP_2048));

	proposal_default_ike(&list, true);
	assert_int_equal(list.count, 3);
	assert_default(&list, PROTOCOL_IKE, true);
	proposal_ios_default(&ios);
	ios.number = 3;
	assert_memory_equal(&list.proposals[2], &ios, sizeof(ios));

	proposal_default_esp(&list);
	assert_default(&list, PROTOCOL_ESP, false);
	assert_format(&list.proposals[0], "AES-GCM-256 AES-GCM-128 ChaCha20-Poly1305");
	assert_format(&list.proposals[1],
		      "AES-CBC-256 AES-CBC-192 AES-CBC-128 SHA256 SHA384 SHA512");
}

/* S0: Router 1's legacy proposal meets the other's default only where that permits it. */
static void defaults_meet_a_legacy_peer(void **state)
{
	struct proposal_list offered = parse("IKE: encr=3des,aes-cbc-128 prf=sha1 integ=sha1 ke=2"),
			     ours;
	struct proposal chosen;

	proposal_default_ike(&ours, true);
	assert_int_equal(proposal_choose(&offered, &ours, &chosen).code, 0);
	assert_format(&chosen, "AES-CBC-128 SHA1 SHA96 DH 2");
	assert_int_equal(chosen.count, 4);
	proposal_default_ike(&ours, false);
	assert_string_equal(proposal_choose(&offered, &ours, &chosen).why,
			    "no common prf: the peer offers SHA1, we allow SHA256 SHA384 SHA512");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(choices_for_ike),
		cmocka_unit_test(choices_of_combined_modes),
		cmocka_unit_test(choices_for_children),
		cmocka_unit_test(unknown_transforms_are_never_chosen),
		cmocka_unit_test(unknown_types_spoil_their_proposal),
		cmocka_unit_test(empty_lists),
		cmocka_unit_test(the_offered_spi_is_kept),
		cmocka_unit_test(long_lists_are_cut_in_the_sentence),
		cmocka_unit_test(checks_of_the_answer),
		cmocka_unit_test(an_unknown_answer_is_refused),
		cmocka_unit_test(transforms_of_a_proposal),
		cmocka_unit_test(format_is_cut_to_size),
		cmocka_unit_test(ios_default),
		cmocka_unit_test(default_proposals),
		cmocka_unit_test(defaults_meet_a_legacy_peer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
