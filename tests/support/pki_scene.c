// SPDX-License-Identifier: GPL-2.0-or-later

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pki_scene.h"

static char folder[] = "/tmp/seki-pki-XXXXXX";
static X509 *ca, *below, *stranger;

X509 *pki_scene_ca(EVP_PKEY **key)
{
	if (key)
		*key = test_key("p256", 100);
	return ca;
}

const char *pki_scene_folder(void)
{
	return folder;
}

void pki_scene_write(const char *name, char *text)
{
	char path[200];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	if (!file || fputs(text, file) < 0 || fclose(file) || chmod(path, 0600))
		abort();
	free(text);
}

static void begin(void)
{
	struct test_certificate wish = { .subject = "O=Example,CN=CA", .ca = true };

	if (ca)
		return;
	if (!mkdtemp(folder))
		abort();
	wish.key = test_key("p256", 100);
	ca = test_certificate(&wish);
	pki_scene_write("ca.pem", test_certificate_pem(ca));
	wish.subject = "O=Stranger,CN=CA";
	wish.key = test_key("p256", 101);
	stranger = test_certificate(&wish);
	wish.subject = "O=Example,CN=below";
	wish.key = test_key("p256", 102);
	wish.issuer = ca;
	wish.issuer_key = test_key("p256", 100);
	wish.serial = 9;
	below = test_certificate(&wish);
}

void pki_scene_end(void)
{
	DIR *list = ca ? opendir(folder) : NULL;
	struct dirent *entry;
	char path[400];

	while (list && (entry = readdir(list))) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (entry->d_name[0] != '.')
			unlink(path);
	}
	if (list)
		closedir(list);
	if (ca)
		rmdir(folder);
	X509_free(ca);
	X509_free(below);
	X509_free(stranger);
	ca = below = stranger = NULL;
}

static const char *key_for(const char *keyword)
{
	return !strncmp(keyword, "rsa", 3)   ? "rsa2048" :
	       !strcmp(keyword, "eddsa-sig") ? "ed25519" :
					       "p256";
}

static void make_files(int node, const struct pki_end *end)
{
	EVP_PKEY *key = test_key(end->key ? end->key : key_for(end->local),
				 (unsigned int)node + 1 + end->key_number);
	char san[64], subject[32], name[16], *text, *more;
	struct test_certificate wish = {
		.subject = subject,
		.key = key,
		.issuer = end->of_stranger ? stranger :
			  end->below	   ? below :
					     ca,
		.issuer_key = test_key("p256", end->of_stranger ? 101 :
					       end->below	? 102 :
								  100),
		.san = end->san ? end->san : san,
		.from_days = end->from_days,
		.to_days = end->to_days,
		.serial = 20 + node,
	};
	X509 *certificate;

	snprintf(subject, sizeof(subject), "O=Example,CN=%c", 'a' + node);
	snprintf(san, sizeof(san), "DNS:%c.example,IP:10.0.0.%d,email:%c@example", 'a' + node,
		 node + 1, 'a' + node);
	certificate = test_certificate(&wish);
	text = test_certificate_pem(certificate);
	if (end->below) {
		more = test_certificate_pem(below);
		text = realloc(text, strlen(text) + strlen(more) + 1);
		strcat(text, more);
		free(more);
	}
	snprintf(name, sizeof(name), "%d.pem", node);
	pki_scene_write(name, text);
	snprintf(name, sizeof(name), "%d.key", node);
	pki_scene_write(name, test_key_pem(key, NULL));
	X509_free(certificate);
}

static bool signs(const char *keyword)
{
	return strcmp(keyword, "pre-share") != 0;
}

const char *pki_scene_trustpoint(int node, const struct pki_end *end)
{
	static char text[1000];
	char files[300] = "";

	begin();
	if (signs(end->local) || end->key) {
		make_files(node, end);
		snprintf(files, sizeof(files),
			 " certificate file %s/%d.pem\n private-key file %s/%d.key\n", folder, node,
			 folder, node);
	}
	snprintf(text, sizeof(text), "crypto pki trustpoint TP\n%s ca file %s/ca.pem\n%s", files,
		 folder, end->trustpoint ? end->trustpoint : "");
	return text;
}

const char *pki_scene_config(int node, const struct pki_end *end)
{
	static char text[4096];
	const char *trustpoint = pki_scene_trustpoint(node, end);

	snprintf(text, sizeof(text),
		 "%s"
		 "crypto ikev2 keyring K\n peer all\n  address 0.0.0.0 0.0.0.0\n"
		 "  pre-shared-key secret\n"
		 "%s"
		 "crypto ikev2 profile P\n match identity remote any\n"
		 " authentication local %s\n authentication remote %s\n keyring local K\n%s%s%s%s%s"
		 "crypto ipsec profile I\n set ikev2-profile P\n"
		 "interface Tunnel0\n tunnel source 10.0.0.%d\n tunnel mode ipsec ipv4\n"
		 " tunnel destination 10.0.0.%d\n tunnel protection ipsec profile I\n",
		 end->global ? end->global : "", trustpoint, end->local, end->remote,
		 end->no_use ? "" : " pki trustpoint TP\n", end->identity ? " identity local " : "",
		 end->identity ? end->identity : "", end->identity ? "\n" : "",
		 end->profile ? end->profile : "", node + 1, 2 - node);
	return text;
}

struct sim *pki_scene(uint64_t seed, const struct pki_end *a, const struct pki_end *b)
{
	char *first = strdup(pki_scene_config(0, a));
	struct sim *sim = sim_new(seed, first, pki_scene_config(1, b));

	free(first);
	return sim;
}
