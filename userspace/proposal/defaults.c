// SPDX-License-Identifier: GPL-2.0-or-later
#include "proposal/proposal.h"

#include "cryptox/cryptox.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* What is proposed where the configuration says nothing. RFC 8247 and 8221 say
 * what must be there; within that, the faster of two equals comes first.
 */

#define ENCR(name, bits) \
	{ \
		TRANSFORM_ENCR, ENCR_##name, bits, false \
	}
#define PRF(name) \
	{ \
		TRANSFORM_PRF, PRF_##name, 0, false \
	}
#define INTEG(name) \
	{ \
		TRANSFORM_INTEG, INTEG_##name, 0, false \
	}
#define KE(name) \
	{ \
		TRANSFORM_KE, KE_##name, 0, false \
	}

static const struct transform combined_ciphers[] = {
	ENCR(AES_GCM_16, 256),
	ENCR(AES_GCM_16, 128),
	ENCR(CHACHA20_POLY1305, 0),
};

static const struct transform classic_ciphers[] = {
	ENCR(AES_CBC, 256),
	ENCR(AES_CBC, 192),
	ENCR(AES_CBC, 128),
};

static const struct transform integrities[] = {
	INTEG(HMAC_SHA2_256_128),
	INTEG(HMAC_SHA2_384_192),
	INTEG(HMAC_SHA2_512_256),
};

/* Groups 17 and 18 are left out: answering one costs a peer nothing and us 10 ms. */
static const struct transform ike_common[] = {
	PRF(HMAC_SHA2_256), PRF(HMAC_SHA2_384), PRF(HMAC_SHA2_512), KE(CURVE25519),
	KE(ECP_256),	    KE(ECP_384),	KE(ECP_521),	    KE(CURVE448),
	KE(MODP_2048),	    KE(MODP_3072),	KE(MODP_4096),
};

/* Row B09: 3 ciphers, 5 PRFs, 5 MACs and 2 groups, in IOS's order. */
static const struct transform ios_default[] = {
	ENCR(AES_CBC, 256),
	ENCR(AES_CBC, 192),
	ENCR(AES_CBC, 128),
	PRF(HMAC_SHA2_512),
	PRF(HMAC_SHA2_384),
	PRF(HMAC_SHA2_256),
	PRF(HMAC_SHA1),
	PRF(HMAC_MD5),
	INTEG(HMAC_SHA2_512_256),
	INTEG(HMAC_SHA2_384_192),
	INTEG(HMAC_SHA2_256_128),
	INTEG(HMAC_SHA1_96),
	INTEG(HMAC_MD5_96),
	KE(MODP_1536),
	KE(MODP_1024),
};

static void add(struct proposal *proposal, const struct transform *transforms, size_t count)
{
	for (size_t i = 0; i < count; i++)
		proposal_add(proposal, transforms[i].type, transforms[i].id,
			     transforms[i].key_bits);
}

static struct proposal *append(struct proposal_list *list, uint8_t protocol)
{
	struct proposal *proposal = &list->proposals[list->count++];

	*proposal = (struct proposal){ .number = list->count, .protocol = protocol };
	return proposal;
}

void proposal_ios_default(struct proposal *proposal)
{
	*proposal = (struct proposal){ .number = 1, .protocol = PROTOCOL_IKE };
	add(proposal, ios_default, COUNT(ios_default));
}

void proposal_default_ike(struct proposal_list *list, bool legacy)
{
	struct proposal *proposal;

	list->count = 0;
	proposal = append(list, PROTOCOL_IKE);
	add(proposal, combined_ciphers, COUNT(combined_ciphers));
	add(proposal, ike_common, COUNT(ike_common));
	/* RFC 5282 section 8: MACs do not stand beside combined-mode ciphers. */
	proposal = append(list, PROTOCOL_IKE);
	add(proposal, classic_ciphers, COUNT(classic_ciphers));
	add(proposal, integrities, COUNT(integrities));
	add(proposal, ike_common, COUNT(ike_common));
	if (legacy) {
		proposal = append(list, PROTOCOL_IKE);
		proposal_ios_default(proposal);
		proposal->number = list->count;
	}
}

void proposal_default_esp(struct proposal_list *list)
{
	struct proposal *proposal;

	list->count = 0;
	proposal = append(list, PROTOCOL_ESP);
	add(proposal, combined_ciphers, COUNT(combined_ciphers));
	proposal = append(list, PROTOCOL_ESP);
	add(proposal, classic_ciphers, COUNT(classic_ciphers));
	add(proposal, integrities, COUNT(integrities));
}
