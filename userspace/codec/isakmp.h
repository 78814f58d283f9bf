/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CODEC_ISAKMP_H
#define SEKI_CODEC_ISAKMP_H

/*
 * The wire format of IKEv1 (RFC 2407, 2408, 2409). As with IKEv2 (codec.h, whose
 * header, chain and writer it shares) parsing has two steps: bounds first, then
 * meaning; whatever is refused names the bound and its numbers. A message that
 * is encrypted has no payloads before it is decrypted: isakmp_payloads_parse().
 */

#include "codec/codec.h"
#include "codec/isakmp_numbers.h"

/**
 * isakmp_parse() - header and, unless it is encrypted, the payload chain
 *
 * Every octet of a message in the clear must belong to a payload. A reserved field that is not
 * zero and a payload type that no document knows are refused (RFC 2408 section 5.3).
 * Return: -EPROTO with the bound that was broken
 */
struct result isakmp_parse(struct bytes in, struct message *message);
/**
 * isakmp_payloads_parse() - the chain of a decrypted message
 *
 * What is behind the last payload is padding (RFC 2409 appendix B) and left out of
 * @message->octets, which are what a HASH payload covers.
 */
struct result isakmp_payloads_parse(uint8_t first, struct bytes plain, struct message *message);

/**
 * struct isakmp_transform - a whole suite, in the numbers of IKEv2; 0: it does not say
 * @id: KEY_IKE, or the transform of ESP or AH as on the wire
 * @auth: phase 1; @mode, @integ, @esn: phase 2 (AH has its algorithm in @integ)
 * @seconds, @kilobytes: of lifetime
 * @unknown: has a value or an attribute that we do not know: never chosen
 * @attributes: as they came; a writer repeats them if there are any
 */
struct isakmp_transform {
	uint8_t number;
	uint8_t id;
	uint16_t encr, key_bits, prf, integ, group;
	uint16_t auth, mode;
	bool esn;
	bool unknown;
	uint32_t seconds, kilobytes;
	struct bytes attributes;
};

#define ISAKMP_TRANSFORMS_MAX 40
#define ISAKMP_PROPOSALS_MAX 12

/**
 * struct isakmp_proposal - any one of its transforms
 * @protocol: enum isakmp_protocol, as in IKEv2
 * @spi: of ESP or AH
 */
struct isakmp_proposal {
	uint8_t number;
	uint8_t protocol;
	uint32_t spi;
	uint8_t count;
	struct isakmp_transform transforms[ISAKMP_TRANSFORMS_MAX];
};

/** struct isakmp_sa - proposals of one number belong together: all of them, or none */
struct isakmp_sa {
	uint8_t count;
	struct isakmp_proposal proposals[ISAKMP_PROPOSALS_MAX];
};

/**
 * isakmp_sa_parse() - for the DOI and situation of IPsec, the only ones that we know
 *
 * Proposals of other protocols keep their place without transforms, so that what
 * belongs together with them can be passed over. What does not fit into the arrays
 * is checked and passed over.
 */
struct result isakmp_sa_parse(struct bytes body, struct isakmp_sa *sa);

/** struct isakmp_id - @protocol, @port: 0 for any */
struct isakmp_id {
	uint8_t type;
	uint8_t protocol;
	uint16_t port;
	struct bytes data;
};
struct result isakmp_id_parse(struct bytes body, struct isakmp_id *id);
/** isakmp_id_identity() - who it is (phase 1); false for networks and what is too long */
bool isakmp_id_identity(const struct isakmp_id *id, struct identity *identity);
/** isakmp_id_selector() - what may pass (phase 2); false for names */
bool isakmp_id_selector(const struct isakmp_id *id, struct traffic_selector *selector);

/** struct isakmp_notify_payload - views of the message */
struct isakmp_notify_payload {
	uint8_t protocol;
	uint16_t type;
	struct bytes spi, data;
};
struct result isakmp_notify_parse(struct bytes body, struct isakmp_notify_payload *notify);

/** struct isakmp_delete_payload - @spis: count * spi_size octets */
struct isakmp_delete_payload {
	uint8_t protocol;
	uint8_t spi_size;
	uint16_t count;
	struct bytes spis;
};
struct result isakmp_delete_parse(struct bytes body, struct isakmp_delete_payload *delete);

/** isakmp_nonce_parse() - 8 to 256 octets (RFC 2409 section 5) */
struct result isakmp_nonce_parse(struct bytes body, struct bytes *nonce);

/** isakmp_lifetimes_parse() - attributes of RESPONDER-LIFETIME; fills seconds and kilobytes */
struct result isakmp_lifetimes_parse(struct bytes data, struct isakmp_transform *life);
void isakmp_lifetimes_put(struct buffer *data, const struct isakmp_transform *life);

/** struct isakmp_config_attribute - of mode config: one of 16 bits has no octets but @number */
struct isakmp_config_attribute {
	uint16_t type;
	bool basic;
	uint16_t number;
	struct bytes octets;
};

#define ISAKMP_CONFIG_ATTRIBUTES_MAX 64

/**
 * struct isakmp_config - a payload of mode config (draft-dukes-ike-mode-cfg section 3.2)
 * @type: enum isakmp_config_type
 * @identifier: the same in what answers it
 */
struct isakmp_config {
	uint8_t type;
	uint16_t identifier;
	size_t count;
	struct isakmp_config_attribute attributes[ISAKMP_CONFIG_ATTRIBUTES_MAX];
};
/** isakmp_config_parse() - what has no place in the array is checked and passed over */
struct result isakmp_config_parse(struct bytes body, struct isakmp_config *config);
/** isakmp_config_find() - the first of a type, or NULL */
const struct isakmp_config_attribute *isakmp_config_find(const struct isakmp_config *config,
							 uint16_t type);
/** isakmp_config_add(), isakmp_config_add_number() - for a payload to write; a full one stays as it is */
void isakmp_config_add(struct isakmp_config *config, uint16_t type, struct bytes octets);
void isakmp_config_add_number(struct isakmp_config *config, uint16_t type, uint16_t number);

/**
 * struct isakmp_split_network - one of a SPLIT_INCLUDE attribute of Unity
 * @source_port, @destination_port: 0 for any, as @protocol
 */
struct isakmp_split_network {
	struct prefix network;
	uint16_t protocol, source_port, destination_port;
};
/** isakmp_split_take() - the next one, without host bits; false at the end and at what makes no sense */
bool isakmp_split_take(struct reader *reader, struct isakmp_split_network *split);
void isakmp_split_put(struct buffer *buffer, const struct isakmp_split_network *split);

/* Building, with the writer of codec.h. KE, HASH, NONCE and vendor IDs are raw payloads. */

void isakmp_put_sa(struct writer *writer, const struct isakmp_sa *sa);
void isakmp_put_id(struct writer *writer, const struct isakmp_id *id);
/** isakmp_id_of_identity(), isakmp_id_of_selector() - @storage keeps the octets of the view */
struct isakmp_id isakmp_id_of_identity(const struct identity *identity);
struct isakmp_id isakmp_id_of_selector(const struct traffic_selector *selector,
				       uint8_t storage[32]);
/** isakmp_id_body() - what HASH_I and HASH_R cover: the payload without its generic header */
void isakmp_id_body(const struct isakmp_id *id, struct buffer *out);
void isakmp_put_notify(struct writer *writer, uint16_t type, uint8_t protocol, struct bytes spi,
		       struct bytes data);
/** isakmp_put_delete() - one SPI, of 4 octets or two cookies */
void isakmp_put_delete(struct writer *writer, uint8_t protocol, struct bytes spi);

void isakmp_put_config(struct writer *writer, const struct isakmp_config *config);

/* Names, as IOS prints them; other numbers as isakmp_name() says: good for one line */

const char *isakmp_exchange_name(uint8_t exchange);
const char *isakmp_payload_name(uint8_t type);
const char *isakmp_notify_name(uint16_t type);
const char *isakmp_auth_name(uint16_t auth);
const char *isakmp_config_type_name(uint8_t type); /* "REQUEST" */
/** isakmp_config_attribute_name() - NULL for one that no list has */
const char *isakmp_config_attribute_name(uint16_t type);
/** isakmp_transform_id_name() - "ESP_AES", "AH_SHA_HMAC" */
const char *isakmp_transform_id_name(uint8_t protocol, uint8_t id);

/**
 * isakmp_attributes_read_aloud() - one line for each attribute, in their order (rows E05, E16)
 * @protocol: which attributes they are: of ISAKMP, or of ESP and AH
 */
void isakmp_attributes_read_aloud(uint8_t protocol, struct bytes attributes,
				  void (*line)(void *context, const char *text), void *context);

#endif
