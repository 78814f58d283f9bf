/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CODEC_ISAKMP_NUMBERS_H
#define SEKI_CODEC_ISAKMP_NUMBERS_H

/*
 * Numbers of IKEv1: RFC 2407 (DOI), RFC 2408 (ISAKMP), RFC 2409 (IKE), RFC 3706
 * (DPD), RFC 3947 (NAT-T) and IANA's registries, one list each. Algorithms stand
 * beside the numbers that IKEv2 has for them, which all other parts use.
 */

#include "cryptox/cryptox.h"

#define IKE_VERSION_1 0x10

#define ISAKMP_FLAG_ENCRYPTED 0x01
#define ISAKMP_FLAG_COMMIT 0x02
#define ISAKMP_FLAG_AUTH_ONLY 0x04

#define ISAKMP_DOI_IPSEC 1
#define ISAKMP_SITUATION_IDENTITY_ONLY 1
#define ISAKMP_KEY_IKE 1 /* the one transform ID of phase 1 */

/* number, name, and how tools print it */
#define ISAKMP_EXCHANGE_LIST(X) \
	X(1, BASE, "Base") \
	X(2, MAIN, "Main Mode") \
	X(3, AUTH_ONLY, "Authentication Only") \
	X(4, AGGRESSIVE, "Aggressive Mode") \
	X(5, INFORMATIONAL, "Informational") \
	X(6, TRANSACTION, "Transaction") \
	X(32, QUICK, "Quick Mode") \
	X(33, NEW_GROUP, "New Group Mode")

enum isakmp_exchange {
#define X(number, name, text) ISAKMP_EXCHANGE_##name = number,
	ISAKMP_EXCHANGE_LIST(X)
#undef X
};

/* number, name, and how IOS's debug calls it */
#define ISAKMP_PAYLOAD_LIST(X) \
	X(0, NONE, "NONE") \
	X(1, SA, "SA") \
	X(4, KE, "KE") \
	X(5, ID, "ID") \
	X(6, CERT, "CERT") \
	X(7, CERTREQ, "CERT_REQ") \
	X(8, HASH, "HASH") \
	X(9, SIG, "SIG") \
	X(10, NONCE, "NONCE") \
	X(11, NOTIFY, "NOTIFY") \
	X(12, DELETE, "DELETE") \
	X(13, VENDOR, "vendor id") \
	X(14, CONFIG, "transaction") \
	X(20, NAT_D, "NAT-D") \
	X(21, NAT_OA, "NAT-OA") \
	X(130, NAT_D_DRAFT, "NAT-D") \
	X(131, NAT_OA_DRAFT, "NAT-OA") \
	X(132, FRAGMENT, "fragment")

enum isakmp_payload {
#define X(number, name, text) ISAKMP_PAYLOAD_##name = number,
	ISAKMP_PAYLOAD_LIST(X)
#undef X
};

/* RFC 2408 section 3.14.1, RFC 2407 section 4.6.3, RFC 3706 section 5.2 */
#define ISAKMP_NOTIFY_LIST(X) \
	X(1, INVALID_PAYLOAD_TYPE) \
	X(2, DOI_NOT_SUPPORTED) \
	X(3, SITUATION_NOT_SUPPORTED) \
	X(4, INVALID_COOKIE) \
	X(5, INVALID_MAJOR_VERSION) \
	X(6, INVALID_MINOR_VERSION) \
	X(7, INVALID_EXCHANGE_TYPE) \
	X(8, INVALID_FLAGS) \
	X(9, INVALID_MESSAGE_ID) \
	X(10, INVALID_PROTOCOL_ID) \
	X(11, INVALID_SPI) \
	X(12, INVALID_TRANSFORM_ID) \
	X(13, ATTRIBUTES_NOT_SUPPORTED) \
	X(14, PROPOSAL_NOT_CHOSEN) \
	X(15, BAD_PROPOSAL_SYNTAX) \
	X(16, PAYLOAD_MALFORMED) \
	X(17, INVALID_KEY_INFORMATION) \
	X(18, INVALID_ID_INFORMATION) \
	X(19, INVALID_CERT_ENCODING) \
	X(20, INVALID_CERTIFICATE) \
	X(21, CERT_TYPE_UNSUPPORTED) \
	X(22, INVALID_CERT_AUTHORITY) \
	X(23, INVALID_HASH_INFORMATION) \
	X(24, AUTHENTICATION_FAILED) \
	X(25, INVALID_SIGNATURE) \
	X(26, ADDRESS_NOTIFICATION) \
	X(27, NOTIFY_SA_LIFETIME) \
	X(28, CERTIFICATE_UNAVAILABLE) \
	X(29, UNSUPPORTED_EXCHANGE_TYPE) \
	X(30, UNEQUAL_PAYLOAD_LENGTHS) \
	X(16384, CONNECTED) \
	X(24576, RESPONDER_LIFETIME) \
	X(24577, REPLAY_STATUS) \
	X(24578, INITIAL_CONTACT) \
	X(36136, R_U_THERE) \
	X(36137, R_U_THERE_ACK)

enum isakmp_notify {
#define X(number, name) ISAKMP_NOTIFY_##name = number,
	ISAKMP_NOTIFY_LIST(X)
#undef X
};

#define ISAKMP_NOTIFY_IS_ERROR(type) ((type) < 16384)

/* RFC 2407 section 4.4.1 */
enum isakmp_protocol {
	ISAKMP_PROTOCOL_ISAKMP = 1,
	ISAKMP_PROTOCOL_AH = 2,
	ISAKMP_PROTOCOL_ESP = 3,
	ISAKMP_PROTOCOL_IPCOMP = 4,
};

/* RFC 2407 section 4.6.2.1: types that an IKEv2 identity has not */
enum isakmp_id_type {
	ISAKMP_ID_IPV4_SUBNET = 4,
	ISAKMP_ID_IPV6_SUBNET = 6,
	ISAKMP_ID_IPV4_RANGE = 7,
	ISAKMP_ID_IPV6_RANGE = 8,
};

/* Attributes of phase 1 (RFC 2409 appendix A) */
enum isakmp_attribute {
	ISAKMP_ATTRIBUTE_ENCRYPTION = 1,
	ISAKMP_ATTRIBUTE_HASH = 2,
	ISAKMP_ATTRIBUTE_AUTH = 3,
	ISAKMP_ATTRIBUTE_GROUP = 4,
	ISAKMP_ATTRIBUTE_GROUP_TYPE = 5,
	ISAKMP_ATTRIBUTE_LIFE_TYPE = 11,
	ISAKMP_ATTRIBUTE_LIFE_DURATION = 12,
	ISAKMP_ATTRIBUTE_PRF = 13,
	ISAKMP_ATTRIBUTE_KEY_LENGTH = 14,
};

/* and of phase 2 (RFC 2407 section 4.5, RFC 4304) */
enum isakmp_ipsec_attribute {
	ISAKMP_IPSEC_LIFE_TYPE = 1,
	ISAKMP_IPSEC_LIFE_DURATION = 2,
	ISAKMP_IPSEC_GROUP = 3,
	ISAKMP_IPSEC_ENCAPSULATION = 4,
	ISAKMP_IPSEC_INTEGRITY = 5,
	ISAKMP_IPSEC_KEY_LENGTH = 6,
	ISAKMP_IPSEC_ESN = 11,
};

enum isakmp_life_type { ISAKMP_LIFE_SECONDS = 1, ISAKMP_LIFE_KILOBYTES = 2 };

/* number, symbol of ENCR_, IOS's word, number of key sizes matters: it has a Key Length */
#define ISAKMP_ENCRYPTION_LIST(X) \
	X(1, DES, "DES-CBC") \
	X(5, 3DES, "3DES-CBC") \
	X(7, AES_CBC, "AES-CBC")

/* number, symbol of PRF_, IOS's word */
#define ISAKMP_HASH_LIST(X) \
	X(1, HMAC_MD5, "MD5") \
	X(2, HMAC_SHA1, "SHA") \
	X(4, HMAC_SHA2_256, "SHA256") \
	X(5, HMAC_SHA2_384, "SHA384") \
	X(6, HMAC_SHA2_512, "SHA512")

/* number, name, IOS's word; RFC 2409 appendix A, draft-beaulieu-ike-xauth, draft-zegman-ike-hybrid-auth */
#define ISAKMP_AUTH_LIST(X) \
	X(1, PRE_SHARED, "pre-share") \
	X(2, DSS, "DSS sig") \
	X(3, RSA_SIG, "RSA sig") \
	X(4, RSA_ENCR, "RSA encr") \
	X(5, RSA_ENCR_REVISED, "RSA revised encr") \
	X(64221, HYBRID_INIT_RSA, "HybridInitRSA") \
	X(64222, HYBRID_RESP_RSA, "HybridRespRSA") \
	X(65001, XAUTH_INIT_PRE_SHARED, "XAUTHInitPreShared") \
	X(65002, XAUTH_RESP_PRE_SHARED, "XAUTHRespPreShared") \
	X(65005, XAUTH_INIT_RSA, "XAUTHInitRSA") \
	X(65006, XAUTH_RESP_RSA, "XAUTHRespRSA")

enum isakmp_auth {
#define X(number, name, text) ISAKMP_AUTH_##name = number,
	ISAKMP_AUTH_LIST(X)
#undef X
};

/* ESP transforms (RFC 2407 section 4.4.4, IANA): number, symbol of ENCR_, IOS's word */
#define ISAKMP_ESP_LIST(X) \
	X(2, DES, "ESP_DES") \
	X(3, 3DES, "ESP_3DES") \
	X(11, NULL, "ESP_NULL") \
	X(12, AES_CBC, "ESP_AES") \
	X(13, AES_CTR, "ESP_AES_CTR") \
	X(14, AES_CCM_8, "ESP_AES_CCM_8") \
	X(15, AES_CCM_12, "ESP_AES_CCM_12") \
	X(16, AES_CCM_16, "ESP_AES_CCM_16") \
	X(18, AES_GCM_8, "ESP_AES_GCM_8") \
	X(19, AES_GCM_12, "ESP_AES_GCM_12") \
	X(20, AES_GCM_16, "ESP_AES_GCM_16") \
	X(23, NULL_AES_GMAC, "ESP_AES_GMAC")

/*
 * Integrity of phase 2: number as AH transform (section 4.4.3), number as
 * attribute (section 4.5), symbol of INTEG_, IOS's words for both
 */
#define ISAKMP_INTEGRITY_LIST(X) \
	X(2, 1, HMAC_MD5_96, "AH_MD5_HMAC", "HMAC-MD5") \
	X(3, 2, HMAC_SHA1_96, "AH_SHA_HMAC", "HMAC-SHA") \
	X(5, 5, HMAC_SHA2_256_128, "AH_SHA256_HMAC", "HMAC-SHA256") \
	X(6, 6, HMAC_SHA2_384_192, "AH_SHA384_HMAC", "HMAC-SHA384") \
	X(7, 7, HMAC_SHA2_512_256, "AH_SHA512_HMAC", "HMAC-SHA512") \
	X(9, 9, AES_XCBC_96, "AH_AES_XCBC_MAC", "AES-XCBC-MAC") \
	X(11, 11, AES_128_GMAC, "AH_AES_128_GMAC", "AES-128-GMAC") \
	X(12, 12, AES_192_GMAC, "AH_AES_192_GMAC", "AES-192-GMAC") \
	X(13, 13, AES_256_GMAC, "AH_AES_256_GMAC", "AES-256-GMAC")

/* RFC 2407 section 4.5, RFC 3947 section 5.1, and the drafts before it */
enum isakmp_encapsulation {
	ISAKMP_ENCAPSULATION_TUNNEL = 1,
	ISAKMP_ENCAPSULATION_TRANSPORT = 2,
	ISAKMP_ENCAPSULATION_UDP_TUNNEL = 3,
	ISAKMP_ENCAPSULATION_UDP_TRANSPORT = 4,
	ISAKMP_ENCAPSULATION_UDP_TUNNEL_DRAFT = 61443,
	ISAKMP_ENCAPSULATION_UDP_TRANSPORT_DRAFT = 61444,
};

/* Types of the payload of mode config (draft-dukes-ike-mode-cfg section 3.2) */
#define ISAKMP_CONFIG_TYPE_LIST(X) \
	X(1, REQUEST) \
	X(2, REPLY) \
	X(3, SET) \
	X(4, ACK)

enum isakmp_config_type {
#define X(number, name) ISAKMP_CONFIG_##name = number,
	ISAKMP_CONFIG_TYPE_LIST(X)
#undef X
};

/*
 * Attributes of mode config: number, name, and how IOS's debug calls it. The first are of
 * draft-dukes-ike-mode-cfg section 3.3, those of XAUTH of draft-beaulieu-ike-xauth section 6.2,
 * those from 28672 on the Unity clients'.
 */
#define ISAKMP_CONFIG_ATTRIBUTE_LIST(X) \
	X(1, IP4_ADDRESS, "IP4_ADDRESS") \
	X(2, IP4_NETMASK, "IP4_NETMASK") \
	X(3, IP4_DNS, "IP4_DNS") \
	X(4, IP4_NBNS, "IP4_NBNS") \
	X(5, ADDRESS_EXPIRY, "ADDRESS_EXPIRY") \
	X(6, IP4_DHCP, "IP4_DHCP") \
	X(7, APPLICATION_VERSION, "APPLICATION_VERSION") \
	X(8, IP6_ADDRESS, "IP6_ADDRESS") \
	X(13, IP4_SUBNET, "IP4_SUBNET") \
	X(14, SUPPORTED_ATTRIBUTES, "SUPPORTED_ATTRIBUTES") \
	X(16520, XAUTH_TYPE, "XAUTH_TYPE_V2") \
	X(16521, XAUTH_USER_NAME, "XAUTH_USER_NAME_V2") \
	X(16522, XAUTH_USER_PASSWORD, "XAUTH_USER_PASSWORD_V2") \
	X(16523, XAUTH_PASSCODE, "XAUTH_PASSCODE_V2") \
	X(16524, XAUTH_MESSAGE, "XAUTH_MESSAGE_V2") \
	X(16525, XAUTH_CHALLENGE, "XAUTH_CHALLENGE_V2") \
	X(16526, XAUTH_DOMAIN, "XAUTH_DOMAIN_V2") \
	X(16527, XAUTH_STATUS, "XAUTH_STATUS_V2") \
	X(16528, XAUTH_NEXT_PIN, "XAUTH_NEXT_PIN_V2") \
	X(16529, XAUTH_ANSWER, "XAUTH_ANSWER_V2") \
	X(28672, BANNER, "BANNER") \
	X(28673, SAVE_PASSWORD, "SAVE_PASSWORD") \
	X(28674, DEFAULT_DOMAIN, "DEFAULT_DOMAIN") \
	X(28675, SPLIT_DNS, "SPLIT_DNS") \
	X(28676, SPLIT_INCLUDE, "SPLIT_INCLUDE") \
	X(28678, INCLUDE_LOCAL_LAN, "INCLUDE_LOCAL_LAN") \
	X(28679, PFS, "PFS") \
	X(28681, BACKUP_SERVER, "BACKUP_SERVER")

enum isakmp_config_attribute_type {
#define X(number, name, text) ISAKMP_CONFIG_##name = number,
	ISAKMP_CONFIG_ATTRIBUTE_LIST(X)
#undef X
};

#define ISAKMP_CONFIG_IS_XAUTH(type) ((type) >= 16520 && (type) <= 16529)
#define ISAKMP_XAUTH_GENERIC 0 /* type: a name and a password */
#define ISAKMP_XAUTH_OK 1 /* status */
#define ISAKMP_XAUTH_FAIL 0

#endif
