/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CONFIG_RSA_FILES_H
#define SEKI_CONFIG_RSA_FILES_H

/*
 * Our own RSA keys for encrypted nonces: one file each, of mode 0600, in a directory of their own.
 * The command "seki crypto key generate rsa" writes them, the daemon reads them with its
 * configuration, and nobody prints them.
 */

#include <stddef.h>
#include <time.h>

#include "base/result.h"
#include "cryptox/rsa.h"

#define RSA_BITS_DEFAULT 2048

/** struct rsa_file - @key: becomes the receiver's, NULL after a failure */
struct rsa_file {
	const char *name;
	enum rsa_usage usage; /* NAME.pem, NAME.signature.pem, NAME.encryption.pem */
	time_t made;
	struct private_key *key;
	struct result result;
};

/** rsa_files_read() - all of a directory, by name; one that is not there has none */
void rsa_files_read(const char *directory, void (*take)(void *context, const struct rsa_file *file),
		    void *context);
/** rsa_files_generate() - makes a key pair; one that is there already is not replaced */
struct result rsa_files_generate(const char *directory, const char *name, enum rsa_usage usage,
				 unsigned int bits);
/** rsa_files_remove() - those of this name, or all (NULL); @count: how many */
struct result rsa_files_remove(const char *directory, const char *name, size_t *count);

#endif
