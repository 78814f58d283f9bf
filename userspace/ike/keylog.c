// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Key log: writes keys in the two tables that Wireshark reads, for one who
 * wrote "crypto key-log DIRECTORY". Files and directory are the owner's only.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "ike/sa.h"

#define KEY_TEXT 300

/*
 * Names as the tables of Wireshark 4.0 spell them; the RFC is part of the name.
 * One name that it does not know, and it reads nothing more of the file: what
 * it cannot decrypt is left out.
 */

struct analyser_name {
	uint16_t id;
	uint16_t key_bits; /* 0: any */
	const char *ike, *esp;
};

static const struct analyser_name encr_names[] = {
	{ 2, 0, NULL, "DES-CBC [RFC2405]" },
	{ 3, 0, "3DES [RFC2451]", "TripleDES-CBC [RFC2451]" },
	{ 11, 0, "NULL [RFC2410]", "NULL" },
	{ 12, 128, "AES-CBC-128 [RFC3602]", "AES-CBC [RFC3602]" },
	{ 12, 192, "AES-CBC-192 [RFC3602]", "AES-CBC [RFC3602]" },
	{ 12, 256, "AES-CBC-256 [RFC3602]", "AES-CBC [RFC3602]" },
	{ 13, 128, "AES-CTR-128 [RFC5930]", "AES-CTR [RFC3686]" },
	{ 13, 192, "AES-CTR-192 [RFC5930]", "AES-CTR [RFC3686]" },
	{ 13, 256, "AES-CTR-256 [RFC5930]", "AES-CTR [RFC3686]" },
	{ 14, 128, "AES-CCM-128 with 8 octet ICV [RFC5282]", NULL },
	{ 14, 192, "AES-CCM-192 with 8 octet ICV [RFC5282]", NULL },
	{ 14, 256, "AES-CCM-256 with 8 octet ICV [RFC5282]", NULL },
	{ 15, 128, "AES-CCM-128 with 12 octet ICV [RFC5282]", NULL },
	{ 15, 192, "AES-CCM-192 with 12 octet ICV [RFC5282]", NULL },
	{ 15, 256, "AES-CCM-256 with 12 octet ICV [RFC5282]", NULL },
	{ 16, 128, "AES-CCM-128 with 16 octet ICV [RFC5282]", NULL },
	{ 16, 192, "AES-CCM-192 with 16 octet ICV [RFC5282]", NULL },
	{ 16, 256, "AES-CCM-256 with 16 octet ICV [RFC5282]", NULL },
	{ 18, 128, "AES-GCM-128 with 8 octet ICV [RFC5282]", "AES-GCM with 8 octet ICV [RFC4106]" },
	{ 18, 192, "AES-GCM-192 with 8 octet ICV [RFC5282]", "AES-GCM with 8 octet ICV [RFC4106]" },
	{ 18, 256, "AES-GCM-256 with 8 octet ICV [RFC5282]", "AES-GCM with 8 octet ICV [RFC4106]" },
	{ 19, 128, "AES-GCM-128 with 12 octet ICV [RFC5282]",
	  "AES-GCM with 12 octet ICV [RFC4106]" },
	{ 19, 192, "AES-GCM-192 with 12 octet ICV [RFC5282]",
	  "AES-GCM with 12 octet ICV [RFC4106]" },
	{ 19, 256, "AES-GCM-256 with 12 octet ICV [RFC5282]",
	  "AES-GCM with 12 octet ICV [RFC4106]" },
	{ 20, 128, "AES-GCM-128 with 16 octet ICV [RFC5282]",
	  "AES-GCM with 16 octet ICV [RFC4106]" },
	{ 20, 192, "AES-GCM-192 with 16 octet ICV [RFC5282]",
	  "AES-GCM with 16 octet ICV [RFC4106]" },
	{ 20, 256, "AES-GCM-256 with 16 octet ICV [RFC5282]",
	  "AES-GCM with 16 octet ICV [RFC4106]" },
};

static const struct analyser_name integ_names[] = {
	{ 0, 0, "NONE [RFC4306]", "NULL" },
	{ 1, 0, "HMAC_MD5_96 [RFC2403]", "HMAC-MD5-96 [RFC2403]" },
	{ 2, 0, "HMAC_SHA1_96 [RFC2404]", "HMAC-SHA-1-96 [RFC2404]" },
	{ 12, 0, "HMAC_SHA2_256_128 [RFC4868]", "HMAC-SHA-256-128 [RFC4868]" },
	{ 13, 0, "HMAC_SHA2_384_192 [RFC4868]", "HMAC-SHA-384-192 [RFC4868]" },
	{ 14, 0, "HMAC_SHA2_512_256 [RFC4868]", "HMAC-SHA-512-256 [RFC4868]" },
};

static const struct analyser_name *find(const struct analyser_name *table, size_t count,
					uint16_t id, uint16_t key_bits)
{
	for (size_t i = 0; i < count; i++)
		if (table[i].id == id && (!table[i].key_bits || table[i].key_bits == key_bits))
			return &table[i];
	return NULL;
}

#define FIND(table, id, bits) find(table, sizeof(table) / sizeof((table)[0]), id, bits)

/* Others must neither read the keys nor choose where they go. */
static int open_folder(const char *path)
{
	struct stat stat;
	int folder;

	if (mkdir(path, 0700) && errno != EEXIST)
		return -1;
	folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return -1;
	if (!fstat(folder, &stat) && stat.st_uid == geteuid() && !(stat.st_mode & 077))
		return folder;
	close(folder);
	errno = EPERM;
	return -1;
}

static void append(const struct policy *policy, const char *name, const char *line)
{
	int folder = open_folder(policy->key_log), file = -1;

	if (folder >= 0)
		file = openat(folder, name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
			      0600);
	if (file < 0 || write(file, line, strlen(line)) < 0)
		log_line(LOG_ERROR, "key log %s: %s", policy->key_log,
			 errno == EPERM ? "the folder is not the daemon's alone" : strerror(errno));
	if (file >= 0)
		close(file);
	if (folder >= 0)
		close(folder);
}

static const char *hex(struct bytes key, char text[KEY_TEXT])
{
	if (key.len * 2 >= KEY_TEXT)
		key.len = 0;
	bytes_to_hex(key, text);
	return text;
}

void keylog_ike(const struct ike_sa *sa, struct bytes sk_ei, struct bytes sk_er, struct bytes sk_ai,
		struct bytes sk_ar)
{
	const struct transform *encr = proposal_get(&sa->chosen, TRANSFORM_ENCR);
	const struct transform *integ = proposal_get(&sa->chosen, TRANSFORM_INTEG);
	const struct analyser_name *encr_name, *integ_name;
	char ei[KEY_TEXT], er[KEY_TEXT], ai[KEY_TEXT], ar[KEY_TEXT], line[4 * KEY_TEXT + 200];

	if (!sa->ike->policy->key_log || !encr)
		return;
	encr_name = FIND(encr_names, encr->id, encr->key_bits);
	integ_name = FIND(integ_names, integ ? integ->id : 0, 0);
	if (!encr_name || !encr_name->ike || !integ_name)
		return;
	snprintf(line, sizeof(line), "%016llx,%016llx,%s,%s,\"%s\",%s,%s,\"%s\"\n",
		 (unsigned long long)(sa->initiator ? sa->local_spi : sa->remote_spi),
		 (unsigned long long)(sa->initiator ? sa->remote_spi : sa->local_spi),
		 hex(sk_ei, ei), hex(sk_er, er), encr_name->ike, hex(sk_ai, ai), hex(sk_ar, ar),
		 integ_name->ike);
	append(sa->ike->policy, "ikev2_decryption_table", line);
	secret_wipe(line, sizeof(line));
	secret_wipe(ei, sizeof(ei));
	secret_wipe(er, sizeof(er));
	secret_wipe(ai, sizeof(ai));
	secret_wipe(ar, sizeof(ar));
}

void keylog_isakmp(const struct ike_sa *sa, struct bytes key)
{
	char text[KEY_TEXT], line[KEY_TEXT + 32];

	if (!sa->ike->policy->key_log)
		return;
	snprintf(line, sizeof(line), "%016llx,%s\n",
		 (unsigned long long)(sa->initiator ? sa->local_spi : sa->remote_spi),
		 hex(key, text));
	append(sa->ike->policy, "ikev1_decryption_table", line);
	secret_wipe(line, sizeof(line));
	secret_wipe(text, sizeof(text));
}

void keylog_child(const struct child_sa *child, enum sa_direction direction, struct bytes encr,
		  struct bytes integ)
{
	const struct analyser_name *encr_name =
		FIND(encr_names, child->suite.encr, child->suite.key_bits);
	const struct analyser_name *integ_name = FIND(integ_names, child->suite.integ, 0);
	bool in = direction == SA_INBOUND;
	char from[ADDRESS_TEXT], to[ADDRESS_TEXT], encr_key[KEY_TEXT], integ_key[KEY_TEXT];
	char line[2 * KEY_TEXT + 4 * ADDRESS_TEXT];

	if (!child->ike->policy->key_log || !encr_name || !encr_name->esp || !integ_name)
		return;
	snprintf(line, sizeof(line),
		 "\"%s\",\"%s\",\"%s\",\"0x%08x\",\"%s\",\"%s%s\",\"%s\",\"%s%s\"\n",
		 child->local.address.family == AF_INET6 ? "IPv6" : "IPv4",
		 address_format(in ? &child->remote.address : &child->local.address, from),
		 address_format(in ? &child->local.address : &child->remote.address, to),
		 in ? child->spi_in : child->spi_out, encr_name->esp, encr.len ? "0x" : "",
		 hex(encr, encr_key), integ_name->esp, integ.len ? "0x" : "",
		 hex(integ, integ_key));
	append(child->ike->policy, "esp_sa", line);
	secret_wipe(line, sizeof(line));
	secret_wipe(encr_key, sizeof(encr_key));
	secret_wipe(integ_key, sizeof(integ_key));
}
