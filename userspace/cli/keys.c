// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * crypto key generate rsa, crypto key zeroize rsa (row D20): files of the host, which the daemon
 * reads with its configuration. It does not write them, and no private key passes its socket.
 * crypto key exchange dss (row D22) is there to say why it is not.
 */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "config/rsa_files.h"

static const char *host_name(char *name, size_t size)
{
	if (gethostname(name, size - 1))
		strcpy(name, "localhost");
	name[size - 1] = '\0';
	return name;
}

static int complain(const struct cli *cli, const struct result *result)
{
	fprintf(cli->err, "%% %s\n", result->why);
	return EXIT_REFUSED;
}

static struct result generate(const struct cli *cli, const char *name, enum rsa_usage usage,
			      unsigned int bits)
{
	struct result result;

	fprintf(cli->out, "%% Generating %u bit RSA keys ...", bits);
	fflush(cli->out);
	result = rsa_files_generate(cli->keys, name, usage, bits);
	fprintf(cli->out, "%s\n", failed(&result) ? "" : "[OK]");
	return result;
}

int run_key_generate(const struct cli *cli, const struct command *command,
		     const char *const values[])
{
	bool two = strstr(command->words, "usage-keys");
	unsigned int bits =
		values[0] ? (unsigned int)strtoul(values[0], NULL, 10) : RSA_BITS_DEFAULT;
	struct result result;
	char name[256];

	fprintf(cli->out, "The name for the keys will be: %s\n", host_name(name, sizeof(name)));
	result = generate(cli, name, two ? RSA_SIGNATURE : RSA_GENERAL, bits);
	if (!failed(&result) && two)
		result = generate(cli, name, RSA_ENCRYPTION, bits);
	if (failed(&result))
		return complain(cli, &result);
	fprintf(cli->out, "%% \"reload\" makes a daemon use them that runs already\n");
	return EXIT_OK;
}

int run_key_zeroize(const struct cli *cli, const struct command *command,
		    const char *const values[])
{
	size_t count;
	struct result result = rsa_files_remove(cli->keys, values[0], &count);

	if (failed(&result))
		return complain(cli, &result);
	fprintf(cli->out, "%% %zu key pair%s removed\n", count, count == 1 ? "" : "s");
	return EXIT_OK;
}

/* What it was for, encryption before IPsec, has no other end any more. */
int run_key_exchange(const struct cli *cli, const struct command *command,
		     const char *const values[])
{
	fprintf(cli->err,
		"%% DSS keys were exchanged for Cisco Encryption Technology, which seki does not "
		"have.\n%% For IKE, put what the peer's \"show crypto key mypubkey rsa\" prints "
		"into \"crypto key pubkey-chain rsa\".\n");
	return EXIT_REFUSED;
}
