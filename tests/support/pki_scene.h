/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_TESTS_PKI_SCENE_H
#define SEKI_TESTS_PKI_SCENE_H

/*
 * Two daemons with certificates: files that are made in a folder of their own,
 * and configurations that name them. Node 0 is a.example, 10.0.0.1, node 1
 * b.example, 10.0.0.2.
 */

#include "certs.h"
#include "sim.h"

/** struct pki_end - how one end authenticates; what is NULL is good */
struct pki_end {
	const char *local, *remote; /* keywords of "authentication" */
	const char *identity; /* after "identity local"; NULL: the address */
	const char *key; /* kind for test_key(); NULL: one for @local, if that signs */
	unsigned int key_number;
	const char *san; /* NULL: name and address of this end */
	int from_days, to_days;
	bool of_stranger; /* signed by an authority that nobody trusts */
	bool below; /* by one below the authority, which is sent along */
	const char *trustpoint; /* more statements of the trustpoint */
	const char *profile; /* more statements of the profile */
	const char *global; /* statements in front of all */
	bool no_use; /* the profile names no trustpoint */
};

/** pki_scene() - the folder and the authorities are made once; sim_free() frees the rest */
struct sim *pki_scene(uint64_t seed, const struct pki_end *a, const struct pki_end *b);
/** pki_scene_config() - of one end; the text is good until the next call */
const char *pki_scene_config(int node, const struct pki_end *end);
/** pki_scene_trustpoint() - the part of it that names the files; good until the next call */
const char *pki_scene_trustpoint(int node, const struct pki_end *end);
/** pki_scene_folder() - where the files are */
const char *pki_scene_folder(void);
/** pki_scene_write() - a file there */
void pki_scene_write(const char *name, char *text);
X509 *pki_scene_ca(EVP_PKEY **key);
/** pki_scene_end() - removes the folder */
void pki_scene_end(void);

#endif
