// SPDX-License-Identifier: GPL-2.0-or-later
/* Configurations, good and bad, and exactly what is said about them */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_text.h"

struct bad {
	const char *text;
	const char *findings;
};

static void check_findings(const struct bad *cases, size_t count)
{
	struct policy *policy;
	char *findings;
	size_t i;

	for (i = 0; i < count; i++) {
		policy = load(cases[i].text, &findings);
		if (strcmp(findings, cases[i].findings))
			fail_msg("case %zu:\n%s\ngives\n%s\ninstead of\n%s", i, cases[i].text,
				 findings, cases[i].findings);
		policy_free(policy);
		free(findings);
	}
}

#define CHECK(cases) check_findings(cases, sizeof(cases) / sizeof(cases[0]))

static void slips_of_the_pen(void **state)
{
	static const struct bad cases[] = {
		{ "crypto ikev2 proposal P\n encrption aes-cbc-128\n",
		  "2:2 error unknown statement \"encrption\" [encryption]\n" },
		{ "crypto ikev2 proposal P\n encryption aes-cbc-129\n",
		  "2:13 error unknown word \"aes-cbc-129\" after \"encryption\" [aes-cbc-128]\n" },
		{ "crypto ikev2 proposal P\n integrity sha256 whirlpool\n",
		  "2:19 error unknown word \"whirlpool\" after \"integrity sha256\": expected "
		  "md5, sha1, aes-xcbc, aes-cmac, sha256, sha384, sha512\n" },
		{ "cryto ikev2 proposal P\nencryption aes-cbc-128\n",
		  "1:1 error unknown statement \"cryto\" [crypto]\n" },
		{ "crypto ikev2 policyy P\n proposal X\n",
		  "1:14 error unknown word \"policyy\" after \"crypto ikev2\" [policy]\n" },
		{ "crypto ikev3 policy P\n",
		  "1:8 error unknown word \"ikev3\" after \"crypto\" [ikev2]\n" },
		{ "crypto ssl proposal P\n",
		  "1:8 error unknown word \"ssl\" after \"crypto\": expected legacy, key-log, ikev2, "
		  "pki, ipsec, isakmp, keyring, map, dynamic-map, ca, key\n" },
		{ "interfce Tunnel0\n ip address 10.0.0.1 255.0.0.0\n",
		  "1:1 error unknown statement \"interfce\" [interface]\n" },
		{ "interface Tunnel0\n tunnel destinaton 10.0.0.2\n",
		  "2:9 error unknown word \"destinaton\" after \"tunnel\" [destination]\n" },
		{ "interface eth0\n shutdwn\n",
		  "2:2 error unknown statement \"shutdwn\" [shutdown]\n" },
		{ "hostnme R1\n", "1:1 error unknown statement \"hostnme\" [hostname]\n" },
		{ "servce timestamps debug datetime msec\n",
		  "1:1 error unknown statement \"servce\" [service]\n" },
		{ "crypto ikev2 profile P\n match identity remote adress 10.0.0.2\n",
		  "2:24 error unknown word \"adress\" after \"match identity remote\" [address]\n" },
		{ "crypto ipsec transform-set T esp-ase\n",
		  "1:30 error unknown word \"esp-ase\" after \"crypto ipsec transform-set T\" "
		  "[esp-aes]\n" },
	};

	CHECK(cases);
}

static void wrong_values(void **state)
{
	static const struct bad cases[] = {
		{ "crypto ikev2 keyring K\n peer a\n  address 10.0.0.300\n",
		  "3:11 error \"10.0.0.300\" is not an IPv4 address\n" },
		{ "crypto ikev2 keyring K\n peer a\n  address 10.0.0.1 255.0.255.0\n",
		  "3:20 error \"255.0.255.0\" is not a network mask\n" },
		{ "crypto ikev2 keyring K\n peer a\n  address 2001:db8::/129\n",
		  "3:11 error \"2001:db8::/129\" is not an IPv4 address\n" },
		{ "crypto ikev2 profile P\n lifetime 29\n",
		  "2:11 error \"29\" is not a number from 30 to 86400\n" },
		{ "crypto ikev2 profile P\n lifetime 99999999999999999999999\n",
		  "2:11 error \"99999999999999999999999\" is not a number from 30 to 86400\n" },
		{ "crypto ikev2 window ten\n",
		  "1:21 error \"ten\" is not a number from 1 to 200\n" },
		{ "interface 0/0\n", "1:11 error \"0/0\" is not an interface\n" },
		{ "interface Tunnel0\n ip address 10.0.0.1\n",
		  "2:21 error incomplete statement: expected MASK after \"ip address 10.0.0.1\"\n" },
		{ "ip route 10.0.0.1 255.255.255.0 Tunnel0\n",
		  "1:10 error inconsistent address and mask: the network is larger than that\n" },
		{ "ip route 10.0.0.0 255.255.255.0 Tunnel0 256\n",
		  "1:41 error \"256\" is not a number from 1 to 255\n" },
		{ "ip route 10.0.0.0 255.255.255.0 10.0.0.2 1 tag\n",
		  "1:44 error unexpected \"tag\" after "
		  "\"ip route 10.0.0.0 255.255.255.0 10.0.0.2 1\"\n" },
		{ "crypto ikev2 keyring K\n peer a\n  address 10.0.0.2\n"
		  "  pre-shared-key hex 123\n",
		  "4:22 error a hexadecimal key takes an even number of the digits 0-9 and a-f\n" },
		{ "crypto ikev2 keyring K\n peer a\n  address 10.0.0.2\n"
		  "  pre-shared-key hex 0x12zz\n",
		  "4:22 error a hexadecimal key takes an even number of the digits 0-9 and a-f\n" },
		{ "crypto ikev2 keyring K\n peer a\n  address 10.0.0.2\n"
		  "  pre-shared-key local <removed>\n",
		  "4:24 error the key was removed when this was printed: put it back\n" },
		{ "crypto ipsec transform-set T esp-3des 128 esp-sha256-hmac\n",
		  "1:39 error \"esp-3des\" has no key size 128\n" },
		{ "crypto ipsec transform-set T esp-aes 129 esp-sha256-hmac\n",
		  "1:38 error \"esp-aes\" has no key size 129\n" },
		{ "crypto ipsec transform-set T 128 esp-sha256-hmac esp-aes\n",
		  "1:30 error \"128\" is a key size: it stands behind its cipher\n" },
		{ "crypto ipsec transform-set T esp-aes esp-gcm\n",
		  "1:38 error a transform set has one ESP encryption algorithm\n" },
		{ "crypto ikev2 proposal P\n group 3\n",
		  "2:8 error unknown word \"3\" after \"group\": expected 1, 2, 5, 14, 15, "
		  "16, 17, 18, 19, 20, 21, 31, 32\n" },
	};

	CHECK(cases);
}

static void incomplete_and_ambiguous(void **state)
{
	static const struct bad cases[] = {
		{ "crypto\n",
		  "1:7 error incomplete statement: expected legacy, key-log, ikev2, "
		  "pki, ipsec, isakmp, keyring, map, dynamic-map, ca, key after \"crypto\"\n" },
		{ "crypto ikev2 profile\n",
		  "1:21 error incomplete statement: expected NAME after \"crypto ikev2 profile\"\n" },
		{ "crypto i proposal P\n", "1:8 error \"i\" is ambiguous: ikev2, ipsec, isakmp\n" },
		{ "crypto ikev2 p\n",
		  "1:14 error \"p\" is ambiguous: proposal, policy, profile\n" },
		{ "i Tunnel0\n", "1:1 error \"i\" is ambiguous: interface, ip, ipv6\n" },
		{ "crypto ikev2 proposal P\n integrity sha\n",
		  "2:12 error \"sha\" is ambiguous: sha1, sha256, sha384, sha512\n" },
		{ "crypto legacy please\n",
		  "1:15 error unexpected \"please\" after \"crypto legacy\"\n" },
		{ "no\n", "1:1 error incomplete statement: expected another after \"no\"\n" },
		{ "no crypto ikev2 proposal P\n",
		  "1:17 error unknown word \"proposal\" after \"crypto ikev2\": "
		  "expected dpd, redirect, cookie-challenge, fragmentation, nat, window, queue-length, limit, rekey-margin\n" },
	};

	CHECK(cases);
}

static void not_there_yet(void **state)
{
	static const struct bad cases[] = {
		{ "crypto isakmp xauth timeout 5\n!\nhostname R1\n",
		  "1:1 error this statement of IKEv1 (ISAKMP) is not there yet\n" },
		{ "crypto pki trustpoint TP1\n enrollment url http://x\n",
		  "2:2 error enrolment is not there yet: name the files of the certificate and of "
		  "its key\n" },
		{ "no crypto isakmp enable\nno crypto pki trustpoint X\n", "" },
		{ "interface Tunnel0\n tunnel mode gre ip\n",
		  "2:2 error only \"tunnel mode ipsec\" is there yet\n" },
		{ "crypto ikev2 keyring K\n peer a\n  address 10.0.0.2\n"
		  "  pre-shared-key 6 QQdNO\n",
		  "4:3 error a router's encrypted key cannot be read here: give the key itself\n" },
	};

	CHECK(cases);
}

#define PKI "tests/seeds/pki/"
#define PROFILE_OF(local, remote) \
	"crypto ikev2 profile P\n match identity remote any\n authentication local " local \
	"\n authentication remote " remote "\n"

/* Rows A13, A18: what a file with certificates can lack, each with its own sentence. */
static void certificates(void **state)
{
	static const struct bad cases[] = {
		{ "crypto pki trustpoint T\n revocation-check none\n",
		  "1:1 error trustpoint \"T\" has neither \"certificate file\" nor \"ca file\"\n" },
		{ "crypto pki trustpoint T\n certificate file " PKI "gw.pem\n",
		  "1:1 error trustpoint \"T\" has no \"private-key file\"\n" },
		{ "crypto pki trustpoint T\n private-key file " PKI "gw.key\n ca file " PKI
		  "ca.pem\n",
		  "1:1 error trustpoint \"T\" has no \"certificate file\"\n" },
		{ "crypto pki trustpoint T\n ca file " PKI "nothing.pem\n",
		  "1:1 error trustpoint \"T\": " PKI "nothing.pem: No such file or directory\n" },
		{ "crypto pki trustpoint T\n ca file " PKI "README\n",
		  "1:1 error trustpoint \"T\": " PKI "README: there is no certificate in PEM\n" },
		{ "crypto pki trustpoint T\n ca file " PKI "ca.pem\n revocation-check crl\n",
		  "1:1 error trustpoint \"T\" is to check revocation and has no \"crl file\"\n" },
		{ "crypto pki trustpoint T\n ca file " PKI "ca.pem\n crl file " PKI "ca.pem\n",
		  "1:1 error trustpoint \"T\": CA and CRL: there is no CRL in PEM\n" },
		{ "crypto pki trustpoint T\n ca file " PKI "ca.pem\n revocation-check none none\n",
		  "3:24 error nothing can follow \"none\"\n" },
		{ PROFILE_OF("rsa-sig", "rsa-sig"),
		  "1:1 error profile \"P\" signs, but no trustpoint has a certificate for it\n"
		  "1:1 error profile \"P\" verifies signatures, but no trustpoint has a \"ca file\" "
		  "for it\n" },
		{ "crypto pki trustpoint T\n ca file " PKI
		  "ca.pem\n" PROFILE_OF("ecdsa-sig", "ecdsa-sig") " pki trustpoint T\n",
		  "3:1 error profile \"P\" signs, but no trustpoint has a certificate for it\n" },
		{ PROFILE_OF("ecdsa-sig", "ecdsa-sig") " pki trustpoint T\n",
		  "5:17 error there is no \"crypto pki trustpoint T\"\n" },
		{ WHOLE_KEYRING PROFILE_OF("pre-share", "pre-share") " keyring K\n"
								     " identity local dn\n",
		  "7:1 error profile \"P\" has \"identity local dn\" without a certificate\n" },
		{ PROFILE_OF("pre-share", "pre-share"),
		  "1:1 error profile \"P\" has no \"keyring local\" for its pre-shared keys\n" },
	};

	CHECK(cases);
}

#define TUNNEL \
	"interface Tunnel0\n tunnel source 10.0.0.1\n tunnel mode ipsec ipv4\n" \
	" tunnel destination 10.0.0.2\n tunnel protection ipsec profile I\n"

static void meaning(void **state)
{
	static const struct bad cases[] = {
		/* References */
		{ "crypto ikev2 proposal site\n encryption aes-cbc-128\n integrity sha256\n"
		  " group 14\ncrypto ikev2 policy p\n proposal sit\n",
		  "6:11 error there is no \"crypto ikev2 proposal sit\" [site]\n" },
		{ "crypto ikev2 profile P\n" PROFILE_BODY,
		  "5:16 error there is no \"crypto ikev2 keyring K\"\n" },
		{ WHOLE_PROFILE "crypto ipsec profile I\n set transform-set T U\n"
				" set ikev2-profile Q\n",
		  "14:20 error there is no \"crypto ipsec transform-set T\"\n"
		  "14:22 error there is no \"crypto ipsec transform-set U\"\n"
		  "15:20 error there is no \"crypto ikev2 profile Q\"\n" },
		{ TUNNEL, "5:34 error there is no \"crypto ipsec profile I\"\n" },
		/* Names twice */
		{ WHOLE_KEYRING WHOLE_KEYRING,
		  "7:22 error duplicate \"K\": it is already in line 1\n" },
		{ "interface Tunnel0\ninterface tunnel0\n",
		  "1:1 warning \"Tunnel0\" has no \"tunnel protection\": it will carry nothing\n"
		  "2:11 error duplicate \"tunnel0\": it is already in line 1\n" },
		{ "crypto ikev2 keyring K\n peer a\n  address 10.0.0.2\n  pre-shared-key x\n"
		  " peer a\n  address 10.0.0.3\n  pre-shared-key x\n",
		  "5:7 error duplicate \"a\": it is already in line 2\n" },
		{ "crypto ikev2 keyring K\n peer a\n  address 10.0.0.2 255.255.255.0\n"
		  "  pre-shared-key x\n peer b\n  address 10.0.0.9 255.255.255.0\n"
		  "  pre-shared-key x\n",
		  "6:11 error peer \"a\" in line 2 has the same address\n" },
		/* What is missing */
		{ "crypto ikev2 proposal P\n", "1:1 error proposal \"P\" has no \"encryption\"\n"
					       "1:1 error proposal \"P\" has no \"group\"\n" },
		{ "crypto ikev2 proposal P\n encryption aes-cbc-128\n group 14\n",
		  "1:1 error proposal \"P\" has no \"integrity\"\n" },
		{ "crypto ikev2 proposal P\n encryption aes-gcm-128\n group 14\n",
		  "1:1 error proposal \"P\" has no \"prf\"\n" },
		{ "crypto ikev2 proposal P\n encryption aes-gcm-128\n integrity sha256\n group 14\n",
		  "1:1 error proposal \"P\" has a cipher that brings its own integrity: remove "
		  "\"integrity\"\n" },
		{ "crypto ikev2 proposal P\n encryption aes-gcm-128 aes-cbc-128\n"
		  " integrity sha256\n group 14\n",
		  "1:1 error proposal \"P\" mixes ciphers that bring their own integrity with "
		  "others: make two proposals\n" },
		{ "crypto ikev2 policy p\n", "1:1 error policy \"p\" has no \"proposal\"\n" },
		{ "crypto ikev2 keyring K\n peer a\n",
		  "2:2 error peer \"a\" has no \"pre-shared-key\"\n"
		  "2:2 error peer \"a\" has no \"address\", \"hostname\" or \"identity\": no peer "
		  "would find its key\n" },
		{ "crypto ikev2 profile P\n",
		  "1:1 error profile \"P\" has no \"match identity remote\"\n"
		  "1:1 error profile \"P\" has no \"authentication local\"\n"
		  "1:1 error profile \"P\" has no \"authentication remote\"\n" },
		{ "crypto ikev2 profile P\n match identity remote any\n"
		  " authentication local pre-share\n authentication remote pre-share\n",
		  "1:1 error profile \"P\" has no \"keyring local\" for its pre-shared keys\n" },
		{ "crypto ikev2 keyring K\n peer a\n  address 10.0.0.2\n"
		  "  pre-shared-key local x\n"
		  " peer b\n  address 10.0.0.3\n  pre-shared-key remote x\n"
		  "crypto ikev2 profile P\n" PROFILE_BODY,
		  "2:2 error peer \"a\" has no \"pre-shared-key remote\"\n"
		  "5:2 error peer \"b\" has no \"pre-shared-key local\"\n" },
		/* Transform sets */
		{ "crypto ipsec transform-set T esp-aes\n",
		  "1:1 error transform set \"T\" encrypts without integrity: add one such as "
		  "\"esp-sha256-hmac\"\n" },
		{ "crypto ipsec transform-set T esp-gcm esp-sha256-hmac\n",
		  "1:1 error transform set \"T\" has a cipher that brings its own integrity: "
		  "remove the \"-hmac\"\n" },
		{ "crypto ipsec transform-set T esp-sha256-hmac\n",
		  "1:1 error transform set \"T\" has ESP integrity without a cipher\n" },
		/* Tunnels */
		{ WHOLE_PROFILE
		  "crypto ipsec transform-set T esp-gcm\n mode transport\n"
		  "crypto ipsec profile I\n set transform-set T\n set ikev2-profile P\n" TUNNEL,
		  "13:1 notice \"Tunnel0\" uses this set, but carries whole packets: taken as "
		  "\"mode tunnel\" there\n" },
		{ WHOLE_PROFILE
		  "crypto ipsec transform-set T esp-gcm\n mode transport\n"
		  "crypto ipsec transform-set U ah-sha256-hmac\n"
		  "crypto ipsec profile I\n set transform-set T\n set ikev2-profile P\n"
		  "crypto ipsec profile J\n set transform-set T U\n set ikev2-profile P\n",
		  "15:1 error profile \"J\" uses sets with AH and sets with ESP: one SPI has to "
		  "serve all of its proposals\n" },
		{ WHOLE_PROFILE
		  "crypto ipsec transform-set T ah-sha256-hmac esp-gcm\n"
		  "crypto ipsec profile I\n set transform-set T\n set ikev2-profile P\n",
		  "13:1 error profile \"I\" uses this set, but IKEv2 cannot agree on AH and ESP "
		  "together (RFC 7296 section 3.3): use ESP alone\n" },
		{ WHOLE_PROFILE "crypto ipsec transform-set T esp-gcm\n"
				"crypto ipsec profile I\n set transform-set T\n" TUNNEL,
		  "14:1 error \"Tunnel0\" needs \"set ikev2-profile\" here to negotiate\n" },
		{ WHOLE_PROFILE "crypto ipsec profile I\n set ikev2-profile P\n"
				"interface Tunnel0\n tunnel source Ethernet0/0\n"
				" tunnel protection ipsec profile I\n",
		  "13:1 notice profile \"I\" has no \"set transform-set\": the default algorithms "
		  "are used\n"
		  "15:1 notice \"Tunnel0\" has no \"tunnel mode\": taken as "
		  "\"tunnel mode ipsec ipv4\"\n"
		  "15:1 error \"Tunnel0\" has no \"tunnel destination\"\n"
		  "15:1 error there is no \"interface Ethernet0/0\" with an \"ip address\" for "
		  "\"tunnel source\"\n" },
		{ WHOLE_PROFILE
		  "crypto ipsec transform-set T esp-gcm\n"
		  "crypto ipsec profile I\n set transform-set T\n set ikev2-profile P\n"
		  "interface Tunnel0\n tunnel source 10.0.0.1\n tunnel destination 10.0.0.2\n"
		  " tunnel mode ipsec ipv6\n ip address 10.9.0.1 255.255.255.0\n"
		  " tunnel protection ipsec profile I\n",
		  "17:1 error \"tunnel mode ipsec ipv6\" of \"Tunnel0\" goes over IPv6, its "
		  "destination 10.0.0.2 does not\n"
		  "17:1 error \"Tunnel0\" has an IPv4 address, but \"tunnel mode ipsec ipv6\" "
		  "carries no IPv4: use \"tunnel mode ipsec dual-overlay\"\n" },
		{ "crypto legacy\n"
		  "crypto isakmp policy 10\n authentication pre-share\n"
		  "crypto isakmp key k address 10.0.0.2\n"
		  "crypto ipsec transform-set T esp-aes esp-sha256-hmac\n"
		  "crypto ipsec profile I\n set transform-set T\n"
		  "interface Tunnel0\n tunnel source 10.0.0.1\n tunnel destination 10.0.0.2\n"
		  " tunnel mode ipsec dual-overlay\n tunnel protection ipsec profile I\n",
		  "8:1 error \"Tunnel0\" carries both families, but IKEv1 agrees on one for each "
		  "SA: use \"set ikev2-profile\" in profile \"I\"\n" },
		{ "interface Loopback0\n tunnel source 10.0.0.1\n",
		  "2:2 error \"Loopback0\" is no tunnel: this statement belongs into "
		  "\"interface Tunnel0\"\n" },
		/* A wrong line is one error: what it leaves out is not another */
		{ "crypto ikev2 keyring K\n peer a\n  adress 10.0.0.1\n",
		  "3:3 error unknown statement \"adress\" [address]\n" },
	};

	CHECK(cases);
}

#define WEAK_IKE \
	"is a weak algorithm of the past (see RFC 8247 for IKE): to permit it, add " \
	"\"crypto legacy\" at the top"
#define WEAK_ESP \
	"is a weak algorithm of the past (see RFC 8221 for ESP and AH): to permit it, " \
	"add \"crypto legacy\" at the top"
#define OR_PROFILE(name) ", or \"legacy\" in \"crypto ikev2 profile " name "\"\n"
#define OLD_PROPOSAL \
	"crypto ikev2 proposal O\n encryption 3des aes-cbc-128\n" \
	" integrity sha256\n group 14\n!\n"

static void legacy_needs_permission(void **state)
{
	static const struct bad cases[] = {
		{ OLD_PROPOSAL, "2:13 error encryption 3DES " WEAK_IKE "\n" },
		{ OLD_PROPOSAL WHOLE_PROFILE,
		  "2:13 error encryption 3DES " WEAK_IKE OR_PROFILE("P") },
		{ "crypto legacy\n" OLD_PROPOSAL, "" },
		{ OLD_PROPOSAL "crypto legacy\n", "" },
		{ "crypto legacy\nno crypto legacy\n" OLD_PROPOSAL,
		  "4:13 error encryption 3DES " WEAK_IKE "\n" },
		{ OLD_PROPOSAL WHOLE_KEYRING "crypto ikev2 profile P\n legacy\n" PROFILE_BODY, "" },
		/* A statement that was replaced does no harm. */
		{ "crypto ikev2 proposal O\n encryption 3des\n encryption aes-cbc-128\n"
		  " integrity sha256\n group 14\n",
		  "" },
		/* A set belongs to the profiles that use it. */
		{ WHOLE_PROFILE
		  "crypto ipsec transform-set T esp-3des esp-sha256-hmac\n"
		  "crypto ipsec profile I\n set transform-set T\n set ikev2-profile P\n",
		  "13:30 error encryption 3DES " WEAK_ESP OR_PROFILE("P") },
		{ WHOLE_KEYRING
		  "crypto ikev2 profile A\n legacy\n" PROFILE_BODY
		  "crypto ikev2 profile B\n" PROFILE_BODY
		  "crypto ipsec transform-set T esp-3des esp-sha256-hmac\n"
		  "crypto ipsec profile I\n set transform-set T\n set ikev2-profile A\n"
		  "crypto ipsec profile J\n set transform-set T\n set ikev2-profile B\n",
		  "18:30 error encryption 3DES " WEAK_ESP OR_PROFILE("B") },
		{ WHOLE_KEYRING "crypto ikev2 profile A\n legacy\n" PROFILE_BODY
				"crypto ipsec transform-set T esp-3des esp-sha256-hmac\n",
		  "" },
		{ WHOLE_PROFILE
		  "crypto ipsec transform-set T esp-gcm\n"
		  "crypto ipsec profile I\n set transform-set T\n set ikev2-profile P\n"
		  " set pfs group2\n",
		  "17:10 error group DH_GROUP_1024_MODP/Group 2 " WEAK_IKE OR_PROFILE("P") },
		{ WHOLE_PROFILE
		  "crypto ipsec transform-set T esp-gcm\n"
		  "crypto ipsec profile I\n set transform-set T\n set ikev2-profile P\n"
		  " set pfs group2\n set pfs group14\n",
		  "" },
	};

	CHECK(cases);
}

static void what_does_not_concern_us(void **state)
{
	static const struct bad cases[] = {
		{ "version 15.1\nisdn switch-type basic-net3\nlogging host 10.0.0.1\n"
		  "logging buffered\nsnmp-server community public\n",
		  "1:1 notice ignored \"version\": it does not concern IPsec\n"
		  "2:1 notice ignored \"isdn\": it does not concern IPsec\n"
		  "3:1 notice ignored \"logging\": it does not concern IPsec\n"
		  "5:1 notice ignored \"snmp-server\": it does not concern IPsec\n" },
		/* Sub-modes with and without indentation */
		{ "line vty 0 4\n login\n transport input ssh\nline con 0\n!\nend\n",
		  "1:1 notice ignored \"line\": it does not concern IPsec\n" },
		{ "line vty 0 4\nlogin\ntransport input ssh\nhostname R1\n",
		  "1:1 notice ignored \"line\": it does not concern IPsec\n" },
		{ "router ospf 1\n network 10.0.0.0 0.0.0.255 area 0\n crypto nonsense\n!\n",
		  "1:1 notice ignored \"router\": it does not concern IPsec\n" },
		{ "frobnicate all\n and more\n and crypto\nhostname R1\n",
		  "1:1 notice ignored \"frobnicate\": it does not concern IPsec\n" },
		{ "no ip http server\nno ip http secure-server\nno service pad\n",
		  "1:4 notice ignored \"no ip http\": it does not concern IPsec\n"
		  "3:4 notice ignored \"no service\": it does not concern IPsec\n" },
		/* Interfaces keep what is ours and ignore the rest, without leaving */
		{ "interface Ethernet0/0\n ip address dhcp\n ip nat inside\n duplex auto\n"
		  " ip address 10.0.0.1 255.0.0.0\n ip address 10.0.0.3 255.0.0.0 secondary\n"
		  " no ip redirects\n shutdown\n no shutdown\n",
		  "2:2 notice ignored \"ip address dhcp\"\n"
		  "3:2 notice ignored \"ip nat\": it does not concern IPsec\n"
		  "4:2 notice ignored \"duplex\": it does not concern IPsec\n"
		  "6:2 notice ignored \"ip address A.B.C.D MASK secondary\"\n"
		  "7:5 notice ignored \"no ip redirects\": it does not concern IPsec\n" },
		{ "interface eth0\nip router isis\nip address 10.0.0.1 255.0.0.0\n",
		  "2:1 notice ignored \"ip router\": it does not concern IPsec\n" },
		/* Free text is not read as statements */
		{ "banner motd ^C\ncrypto nonsense\n\x03 bell\n^C\nhostname R1\n",
		  "1:1 notice ignored \"banner\": it does not concern IPsec\n" },
		{ "banner motd #hello#\ncrypto legacy\n",
		  "1:1 notice ignored \"banner\": it does not concern IPsec\n" },
		/* After "!" a sub-mode may end without a word ... */
		{ WHOLE_PROFILE "alpha beta\n",
		  "13:1 notice ignored \"alpha\": it does not concern IPsec\n" },
		/* ... but not while its lines are indented, nor before the "!" */
		{ WHOLE_KEYRING "crypto ikev2 profile P\n" PROFILE_BODY "!\n alpha beta\n",
		  "13:2 error unknown statement \"alpha\"\n" },
		{ "crypto ikev2 profile P\nalpha beta\n",
		  "2:1 error unknown statement \"alpha\"\n" },
		{ "ip route vrf blue 10.0.0.0 255.0.0.0 10.0.0.2\n",
		  "1:1 notice ignored \"ip route vrf REST\"\n" },
	};

	CHECK(cases);
}

static void octets_that_do_not_belong(void **state)
{
	static const struct bad cases[] = {
		{ "hostname R\x01\n", "1:11 error control character 0x01\n" },
		{ "! comment \x7f\nhostname R1\n", "1:11 error control character 0x7f\n" },
		{ "hostname R1\r\ncrypto\tlegacy\r\n", "" },
		{ "hostname r\xc3\xa9seau\n", "" },
		{ "", "" },
		{ "\n\n   \n!\n!! note\n", "" },
	};
	static const char nul[] = "hostname R1\nhost\0name R2\n";
	struct config_report report;
	struct policy *policy;
	struct result result;
	char *findings, *text;

	CHECK(cases);

	config_report_init(&report);
	result = config_load_text("t", bytes_of(nul, sizeof(nul) - 1), &report, &policy);
	findings = findings_of(&report);
	assert_int_equal(result.code, -EINVAL);
	assert_null(policy);
	assert_string_equal(findings,
			    "2:5 error control character 0x00: this is not a text file\n");
	free(findings);
	config_report_free(&report);

	text = calloc(1, 5000);
	memset(text, 'x', 4097);
	text[4097] = '\n';
	assert_null(load(text, &findings));
	assert_string_equal(findings, "1:1 error the line is longer than 4096 octets\n");
	free(findings);
	memset(text, ' ', 4096);
	memcpy(text, "hostname R1", 11);
	text[4096] = '\n';
	text[4097] = '\0';
	policy_free(load_good(text));
	free(text);
}

static char *read_text(const char *path)
{
	FILE *in = fopen(path, "r");
	char *text = calloc(1, 65536);

	assert_non_null(in);
	assert_true(fread(text, 1, 65535, in) > 0);
	fclose(in);
	return text;
}

static char *concatenate(const char *a, const char *b)
{
	char *text = calloc(1, strlen(a) + strlen(b) + 1);

	strcat(strcat(text, a), b);
	return text;
}

/* The document's own configurations, as they are printed: no permission, no policy. */
static void s0_is_refused_without_legacy(void **state)
{
	static const char router1[] = "14:12 error encryption 3DES " WEAK_IKE
		OR_PROFILE("IKEV2-SETUP") "15:11 error integrity SHA96 " WEAK_IKE OR_PROFILE(
			"IKEV2-SETUP") "16:7 error group DH_GROUP_1024_MODP/Group 2 " WEAK_IKE
			OR_PROFILE("IKEV2-SETUP") "35:31 error encryption 3DES " WEAK_ESP
				OR_PROFILE("IKEV2-SETUP") "35:40 error integrity SHA96 " WEAK_ESP
					OR_PROFILE("IKEV2-SETUP");
	char *text = read_text("tests/seeds/s0-router1.conf");
	char *findings;

	assert_null(load(text, &findings));
	assert_string_equal(findings, router1);
	free(findings);
	free(text);
	text = read_text("tests/seeds/s0-router2.conf");
	assert_null(load(text, &findings));
	assert_non_null(strstr(findings, "2:12 error encryption 3DES "));
	free(findings);
	free(text);
}

/* D01 to D04, D07 to D10, D29: every statement of the document means what it says. */
static void s0_router1_loads(void **state)
{
	char *body = read_text("tests/seeds/s0-router1.conf");
	char *text = concatenate("crypto legacy\n", body), *findings;
	struct policy *policy = load(text, &findings);
	const struct interface_config *tunnel;
	const struct keyring_peer *peer;
	const struct route_config *route;
	struct address address;
	char line[200];

	assert_non_null(policy);
	assert_string_equal(findings, ""); /* not even a notice */
	assert_true(policy->legacy);

	proposal_format(&TAILQ_FIRST(&policy->ike_proposals)->transforms, line, sizeof(line));
	assert_int_equal(TAILQ_FIRST(&policy->ike_proposals)->transforms.count, 5); /* B06 */
	assert_ptr_equal(TAILQ_FIRST(&policy->ikev2_policies)->proposals[0],
			 TAILQ_FIRST(&policy->ike_proposals));

	peer = TAILQ_FIRST(&TAILQ_FIRST(&policy->keyrings)->peers);
	assert_string_equal(peer->hostname, "host1");
	assert_int_equal(peer->prefix.length, 24);
	assert_memory_equal(peer->local_key.data, "cisco", 5);
	assert_int_equal(peer->remote_key.len, 5);
	assert_int_equal(TAILQ_FIRST(&policy->ikev2_profiles)->lifetime, 120);

	TAILQ_FOREACH(tunnel, &policy->interfaces, link)
		if (tunnel->is_tunnel)
			break;
	assert_non_null(tunnel);
	assert_string_equal(tunnel->name, "Tunnel0");
	assert_int_equal(tunnel->tunnel_mode, TUNNEL_MODE_IPV4);
	assert_string_equal(tunnel->ipsec_profile->sets[0]->name, "TS");
	assert_string_equal(tunnel->ipsec_profile->ikev2_profile->name, "IKEV2-SETUP");
	assert_true(policy_resolve_source(policy, tunnel->tunnel_source, FAMILY_IPV4, &address));
	assert_int_equal(address_ipv4(&address), 0x0a000001);

	route = TAILQ_FIRST(&policy->routes);
	assert_null(route->interface);
	assert_int_equal(route->destination.length, 0);
	route = TAILQ_NEXT(route, link);
	assert_string_equal(route->interface, "Tunnel0");
	assert_int_equal(route->destination.length, 32);
	policy_free(policy);
	free(findings);
	free(text);
	free(body);
}

/* M01: router 2 has no policy statement, so the default proposal answers. */
static void s0_router2_loads(void **state)
{
	char *body = read_text("tests/seeds/s0-router2.conf");
	char *text = concatenate("crypto legacy\n", body), *findings;
	struct policy *policy = load(text, &findings);
	struct proposal_list list;
	const char *name;

	assert_non_null(policy);
	assert_string_equal(findings, "");
	policy_ike_proposals(policy, NULL, true, &list, &name);
	assert_string_equal(name, "default");
	policy_free(policy);
	free(findings);
	free(text);
	free(body);
}

/* Permission for one profile is enough for both documents. */
static void s0_loads_with_legacy_in_the_profile(void **state)
{
	static const char *const files[] = {
		"tests/seeds/s0-router1.conf",
		"tests/seeds/s0-router2.conf",
	};
	const char *opener = "crypto ikev2 profile IKEV2-SETUP\n";
	size_t i;

	for (i = 0; i < 2; i++) {
		char *body = read_text(files[i]), *text, *start, *tail;
		char *at = strstr(body, opener) + strlen(opener);

		tail = concatenate("legacy\n", at);
		*at = '\0';
		start = body;
		text = concatenate(start, tail);
		policy_free(load_good(text));
		free(text);
		free(tail);
		free(body);
	}
}

static void the_report_shows_the_place(void **state)
{
	static const char text[] =
		"crypto ikev2 proposal P\n\tencrption aes-cbc-128\n"
		"crypto ikev2 keyring K\n peer a\n  pre-shard-key local hunter2\n"
		"  pre-shared-key hex hunter2\nusername bob secret hunter2\n";
	static const char expected[] =
		"my.conf:2:2: error: unknown statement \"encrption\"\n"
		" \tencrption aes-cbc-128\n"
		" \t^~~~~~~~~\n"
		" did you mean \"encryption\"?\n"
		"my.conf:5:3: error: unknown statement \"pre-shard-key\"\n"
		"   pre-shard-key\n"
		"   ^~~~~~~~~~~~~\n"
		" did you mean \"pre-shared-key\"?\n"
		"my.conf:6:22: error: a hexadecimal key takes an even number of the digits 0-9 "
		"and a-f\n"
		"   pre-shared-key hex \n"
		"                      ^\n"
		"my.conf:7:1: notice: ignored \"username\": it does not concern IPsec\n"
		" username\n"
		" ^~~~~~~~\n";
	struct config_report report;
	struct policy *policy;
	struct result result;
	char *printed = NULL;
	size_t size;
	FILE *out = open_memstream(&printed, &size);

	config_report_init(&report);
	result = config_load_text("my.conf", bytes_of_string(text), &report, &policy);
	assert_int_equal(result.code, -EINVAL);
	assert_string_equal(result.why, "my.conf:2: unknown statement \"encrption\" "
					"(3 errors in all)");
	assert_int_equal(report.errors, 3);
	assert_int_equal(report.notices, 1);
	config_report_print(&report, out);
	fclose(out);
	assert_string_equal(printed, expected);
	assert_null(strstr(printed, "hunter2"));
	free(printed);
	config_report_free(&report);
}

/* A key of two words that begins like a slip is loaded, but not without a word. */
static void a_key_may_swallow_a_word(void **state)
{
	char *findings;
	struct policy *policy = load("crypto ikev2 keyring K\n peer a\n  address 10.0.0.2\n"
				     "  pre-shared-key loacl cisco\n",
				     &findings);

	assert_non_null(policy);
	assert_string_equal(findings, "4:18 warning the key has several words; if it must begin "
				      "like this, write \"0\" before it [local]\n");
	policy_free(policy);
	free(findings);
}

static void files(void **state)
{
	char path[] = "/tmp/seki-test-config-XXXXXX";
	struct config_report report;
	struct policy *policy;
	struct result result;
	int fd = mkstemp(path);
	char *findings;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, WHOLE_KEYRING, strlen(WHOLE_KEYRING)), strlen(WHOLE_KEYRING));

	config_report_init(&report);
	result = config_load_file(path, &report, &policy);
	assert_int_equal(result.code, 0);
	assert_int_equal(report.warnings, 0);
	policy_free(policy);

	assert_int_equal(fchmod(fd, 0644), 0);
	result = config_load_file(path, &report, &policy);
	assert_int_equal(result.code, 0);
	findings = findings_of(&report);
	assert_string_equal(findings, "0:0 warning every user can read the keys in this file: "
				      "chmod 600 it\n");
	free(findings);
	policy_free(policy);
	config_report_free(&report);

	assert_int_equal(ftruncate(fd, 1024 * 1024 + 1), 0);
	result = config_load_file(path, &report, &policy);
	assert_int_equal(result.code, -EFBIG);
	assert_null(policy);
	close(fd);
	unlink(path);

	result = config_load_file(path, &report, &policy);
	assert_int_equal(result.code, -ENOENT);
	assert_non_null(strstr(result.why, path));
	result = config_load_file("/tmp", &report, &policy);
	assert_int_equal(result.code, -EISDIR);
	assert_null(policy);
	config_report_free(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slips_of_the_pen),
		cmocka_unit_test(wrong_values),
		cmocka_unit_test(incomplete_and_ambiguous),
		cmocka_unit_test(not_there_yet),
		cmocka_unit_test(certificates),
		cmocka_unit_test(meaning),
		cmocka_unit_test(legacy_needs_permission),
		cmocka_unit_test(what_does_not_concern_us),
		cmocka_unit_test(octets_that_do_not_belong),
		cmocka_unit_test(s0_is_refused_without_legacy),
		cmocka_unit_test(s0_router1_loads),
		cmocka_unit_test(s0_router2_loads),
		cmocka_unit_test(s0_loads_with_legacy_in_the_profile),
		cmocka_unit_test(the_report_shows_the_place),
		cmocka_unit_test(a_key_may_swallow_a_word),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
