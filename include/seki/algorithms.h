/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one table of algorithms, shared by the kernel module and the daemon.
 *
 * Pure preprocessor: each list is an X-macro, its caller passes the macro that
 * turns a row into what it needs (an enum, a table, a switch).  Numbers are the
 * IANA "IKEv2 Transform" ids; whatever protocol negotiated the algorithm, this
 * number is what travels between daemon and kernel.
 *
 * An empty string ("") means "no such name on that side".  "legacy" rows are
 * refused by the daemon unless the configuration asks for them by name.
 */
#ifndef SEKI_ALGORITHMS_H
#define SEKI_ALGORITHMS_H

/*
 * Encryption (transform type 1).
 *
 * X(symbol, id, display, keyword, kernel, openssl,
 *   bits_min, bits_max, bits_step, bits_fixed, salt, iv, block, icv, legacy)
 *
 * symbol      C identifier
 * id          IANA IKEv2 ENCR transform id
 * display     name in debug output and "show", as IOS prints it
 * keyword     family of the configuration keyword (IKE "encryption" and, with
 *             "esp-" in front, transform sets)
 * kernel      kernel crypto API name: an skcipher to be combined with an
 *             integrity algorithm, or a complete AEAD where icv is not 0
 * openssl     EVP cipher name; "%u" takes the key length in bits
 * bits_*      key lengths (salt excluded): min, max and step of those that the
 *             Key Length attribute may carry; all three 0 when the key length
 *             is fixed, which bits_fixed then names (else 0)
 * salt        bytes of implicit nonce at the end of the keying material
 * iv          bytes of explicit IV in each ESP packet
 * block       the plaintext is padded to a multiple of this (before RFC 4303's
 *             four-byte rule)
 * icv         bytes of ICV of a combined-mode algorithm, else 0
 * legacy      1: off unless the configuration says "legacy"
 *
 * RFC 2405 (DES), 2451 (3DES), 2410 (NULL), 3602 (CBC), 3686 (CTR), 4309 (CCM),
 * 4106 (GCM), 4543 (GMAC), 7634 (ChaCha20-Poly1305), 8221 (which to use).
 */
#define SEKI_ENCR_LIST(X) \
	X(DES, 2, "DES", "des", "cbc(des)", "DES-CBC", \
	  0, 0, 0, 64, 0, 8, 8, 0, 1) \
	X(3DES, 3, "3DES", "3des", "cbc(des3_ede)", "DES-EDE3-CBC", \
	  0, 0, 0, 192, 0, 8, 8, 0, 1) \
	X(NULL, 11, "NULL", "null", "ecb(cipher_null)", "", \
	  0, 0, 0, 0, 0, 0, 1, 0, 0) \
	X(AES_CBC, 12, "AES-CBC", "aes-cbc", "cbc(aes)", "AES-%u-CBC", \
	  128, 256, 64, 0, 0, 16, 16, 0, 0) \
	X(AES_CTR, 13, "AES-CTR", "aes-ctr", "rfc3686(ctr(aes))", "AES-%u-CTR", \
	  128, 256, 64, 0, 4, 8, 1, 0, 0) \
	X(AES_CCM_8, 14, "AES-CCM-8", "aes-ccm-8", "rfc4309(ccm(aes))", "AES-%u-CCM", \
	  128, 256, 64, 0, 3, 8, 1, 8, 0) \
	X(AES_CCM_12, 15, "AES-CCM-12", "aes-ccm-12", "rfc4309(ccm(aes))", "AES-%u-CCM", \
	  128, 256, 64, 0, 3, 8, 1, 12, 0) \
	X(AES_CCM_16, 16, "AES-CCM-16", "aes-ccm", "rfc4309(ccm(aes))", "AES-%u-CCM", \
	  128, 256, 64, 0, 3, 8, 1, 16, 0) \
	X(AES_GCM_8, 18, "AES-GCM-8", "aes-gcm-8", "rfc4106(gcm(aes))", "AES-%u-GCM", \
	  128, 256, 64, 0, 4, 8, 1, 8, 0) \
	X(AES_GCM_12, 19, "AES-GCM-12", "aes-gcm-12", "rfc4106(gcm(aes))", "AES-%u-GCM", \
	  128, 256, 64, 0, 4, 8, 1, 12, 0) \
	X(AES_GCM_16, 20, "AES-GCM", "aes-gcm", "rfc4106(gcm(aes))", "AES-%u-GCM", \
	  128, 256, 64, 0, 4, 8, 1, 16, 0) \
	X(NULL_AES_GMAC, 21, "AES-GMAC", "aes-gmac", "rfc4543(gcm(aes))", "AES-%u-GCM", \
	  128, 256, 64, 0, 4, 8, 1, 16, 0) \
	X(CHACHA20_POLY1305, 28, "ChaCha20-Poly1305", "chacha20-poly1305", \
	  "rfc7539esp(chacha20,poly1305)", "ChaCha20-Poly1305", \
	  0, 0, 0, 256, 4, 8, 1, 16, 0)

/*
 * Integrity (transform type 3).
 *
 * X(symbol, id, display, keyword, kernel, openssl, key, icv, legacy)
 *
 * display     name as IOS prints it in proposals
 * keyword     configuration keyword (IKE "integrity"; transform sets append
 *             "-hmac" to their own spelling of it)
 * kernel      kernel crypto API hash name
 * openssl     digest name for HMAC; cipher name for CMAC; "" when none
 * key, icv    bytes
 *
 * RFC 2403, 2404, 3566, 4494, 4868.
 */
#define SEKI_INTEG_LIST(X) \
	X(HMAC_MD5_96, 1, "MD596", "md5", "hmac(md5)", "MD5", 16, 12, 1) \
	X(HMAC_SHA1_96, 2, "SHA96", "sha1", "hmac(sha1)", "SHA1", 20, 12, 1) \
	X(AES_XCBC_96, 5, "AES-XCBC-96", "aes-xcbc", "xcbc(aes)", "", 16, 12, 0) \
	X(AES_CMAC_96, 8, "AES-CMAC-96", "aes-cmac", "cmac(aes)", "AES-128-CBC", 16, 12, 0) \
	X(HMAC_SHA2_256_128, 12, "SHA256", "sha256", "hmac(sha256)", "SHA256", 32, 16, 0) \
	X(HMAC_SHA2_384_192, 13, "SHA384", "sha384", "hmac(sha384)", "SHA384", 48, 24, 0) \
	X(HMAC_SHA2_512_256, 14, "SHA512", "sha512", "hmac(sha512)", "SHA512", 64, 32, 0)

/*
 * Integrity by a combined-mode cipher that encrypts nothing, for AH alone
 * (transform type 3).  Its IV stands in front of the ICV.
 *
 * X(symbol, id, display, kernel, key, iv, icv)
 *
 * kernel      kernel crypto API AEAD name
 * key         bytes, salt included
 * iv, icv     bytes
 *
 * RFC 4543 section 4.
 */
#define SEKI_AEAD_INTEG_LIST(X) \
	X(AES_128_GMAC, 9, "AES-128-GMAC", "rfc4543(gcm(aes))", 20, 8, 16) \
	X(AES_192_GMAC, 10, "AES-192-GMAC", "rfc4543(gcm(aes))", 28, 8, 16) \
	X(AES_256_GMAC, 11, "AES-256-GMAC", "rfc4543(gcm(aes))", 36, 8, 16)

/*
 * Pseudo-random functions (transform type 2), for the daemon only.
 *
 * X(symbol, id, display, keyword, openssl, key, out, legacy)
 *
 * key         preferred key length in bytes (RFC 7296 section 2.13)
 * out         bytes of output
 */
#define SEKI_PRF_LIST(X) \
	X(HMAC_MD5, 1, "MD5", "md5", "MD5", 16, 16, 1) \
	X(HMAC_SHA1, 2, "SHA1", "sha1", "SHA1", 20, 20, 1) \
	X(AES128_XCBC, 4, "AES-XCBC", "aes-xcbc", "", 16, 16, 0) \
	X(HMAC_SHA2_256, 5, "SHA256", "sha256", "SHA256", 32, 32, 0) \
	X(HMAC_SHA2_384, 6, "SHA384", "sha384", "SHA384", 48, 48, 0) \
	X(HMAC_SHA2_512, 7, "SHA512", "sha512", "SHA512", 64, 64, 0) \
	X(AES128_CMAC, 8, "AES-CMAC", "aes-cmac", "AES-128-CBC", 16, 16, 0)

/*
 * Key exchange (transform type 4), for the daemon only.
 *
 * X(symbol, id, display, kind, openssl, pub, secret, legacy)
 *
 * display     as IOS prints it in a proposal
 * kind        SEKI_KE_MODP, SEKI_KE_ECP or SEKI_KE_XDH
 * openssl     group or key type name of OpenSSL 3; "" for the two MODP groups
 *             that it does not name: their primes must be given (RFC 2409
 *             sections 6.1 and 6.2)
 * pub         bytes of the public value in the KE payload
 * secret      bytes of the shared secret
 *
 * RFC 2409, 3526, 5903, 8031.
 */
#define SEKI_KE_MODP	1
#define SEKI_KE_ECP	2
#define SEKI_KE_XDH	3

#define SEKI_KE_LIST(X) \
	X(MODP_768, 1, "DH_GROUP_768_MODP/Group 1", SEKI_KE_MODP, "", 96, 96, 1) \
	X(MODP_1024, 2, "DH_GROUP_1024_MODP/Group 2", SEKI_KE_MODP, "", 128, 128, 1) \
	X(MODP_1536, 5, "DH_GROUP_1536_MODP/Group 5", SEKI_KE_MODP, "modp_1536", 192, 192, 1) \
	X(MODP_2048, 14, "DH_GROUP_2048_MODP/Group 14", SEKI_KE_MODP, "modp_2048", 256, 256, 0) \
	X(MODP_3072, 15, "DH_GROUP_3072_MODP/Group 15", SEKI_KE_MODP, "modp_3072", 384, 384, 0) \
	X(MODP_4096, 16, "DH_GROUP_4096_MODP/Group 16", SEKI_KE_MODP, "modp_4096", 512, 512, 0) \
	X(MODP_6144, 17, "DH_GROUP_6144_MODP/Group 17", SEKI_KE_MODP, "modp_6144", 768, 768, 0) \
	X(MODP_8192, 18, "DH_GROUP_8192_MODP/Group 18", SEKI_KE_MODP, "modp_8192", 1024, 1024, 0) \
	X(ECP_256, 19, "DH_GROUP_256_ECP/Group 19", SEKI_KE_ECP, "P-256", 64, 32, 0) \
	X(ECP_384, 20, "DH_GROUP_384_ECP/Group 20", SEKI_KE_ECP, "P-384", 96, 48, 0) \
	X(ECP_521, 21, "DH_GROUP_521_ECP/Group 21", SEKI_KE_ECP, "P-521", 132, 66, 0) \
	X(CURVE25519, 31, "DH_GROUP_CURVE25519/Group 31", SEKI_KE_XDH, "X25519", 32, 32, 0) \
	X(CURVE448, 32, "DH_GROUP_CURVE448/Group 32", SEKI_KE_XDH, "X448", 56, 56, 0)

/*
 * Key encapsulation, as an additional key exchange (transform types 6 to 12,
 * RFC 9370), for the daemon only.
 *
 * X(symbol, id, display, keyword, openssl, key, ciphertext, secret)
 *
 * openssl     key type name; OpenSSL has it from 3.5 on
 * key         bytes of the initiator's KE payload, an encapsulation key
 * ciphertext  bytes of the responder's
 * secret      bytes of the shared secret
 *
 * FIPS 203, draft-ietf-ipsecme-ikev2-mlkem.
 */
#define SEKI_KEM_LIST(X) \
	X(ML_KEM_512, 35, "ML-KEM-512", "ml-kem-512", "ML-KEM-512", 800, 768, 32) \
	X(ML_KEM_768, 36, "ML-KEM-768", "ml-kem-768", "ML-KEM-768", 1184, 1088, 32) \
	X(ML_KEM_1024, 37, "ML-KEM-1024", "ml-kem-1024", "ML-KEM-1024", 1568, 1568, 32)

#endif /* SEKI_ALGORITHMS_H */
