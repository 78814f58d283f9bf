// SPDX-License-Identifier: GPL-2.0-or-later
/* seki - what the daemon knows and does, in router words. */

#include <getopt.h>
#include <stdio.h>

#include "cli/cli.h"
#include "ctl/client.h"

static void print_usage(FILE *out)
{
	fprintf(out,
		"usage: seki [OPTION...] [COMMAND]\n"
		"\n"
		"  --control PATH  control socket of the daemon (" CTL_PATH_DEFAULT ")\n"
		"  --keys DIR      where our RSA keys are\n"
		"  --json          print facts as JSON\n"
		"  --complete      print the words that may follow COMMAND, for the shell\n"
		"  --version       print the version\n"
		"  --help          print this\n"
		"\n"
		"Keywords may be cut short: \"seki sh cry sess\". Without a command, commands are\n"
		"read from the terminal (\"?\" for help) or, one a line, from a file.\n"
		"\n");
	explain_words(0, NULL, false, out);
}

static void print_candidate(void *context, const char *word, size_t len, const char *help)
{
	if (*word != '<')
		printf("%.*s\n", (int)len, word);
}

int main(int argc, char *argv[])
{
	enum { CONTROL = 256, KEYS, JSON, COMPLETE, VERSION, HELP };
	static const struct option options[] = {
		{ "control", required_argument, NULL, CONTROL },
		{ "keys", required_argument, NULL, KEYS },
		{ "json", no_argument, NULL, JSON },
		{ "complete", no_argument, NULL, COMPLETE },
		{ "version", no_argument, NULL, VERSION },
		{ "help", no_argument, NULL, HELP },
		{ NULL, 0, NULL, 0 },
	};
	struct cli cli = { .control = CTL_PATH_DEFAULT,
			   .keys = SEKI_SYSCONFDIR "/seki/keys",
			   .out = stdout,
			   .err = stderr };
	bool complete = false;
	int option;

	/* "+": the words of a command may look like options one day. */
	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		switch (option) {
		case CONTROL:
			cli.control = optarg;
			break;
		case KEYS:
			cli.keys = optarg;
			break;
		case JSON:
			cli.json = true;
			break;
		case COMPLETE:
			complete = true;
			break;
		case VERSION:
			printf("seki " SEKI_VERSION "\n");
			return EXIT_OK;
		case HELP:
			print_usage(stdout);
			return EXIT_OK;
		default:
			fprintf(stderr, "\"seki --help\" lists options and commands\n");
			return EXIT_USAGE;
		}
	}
	argc -= optind;
	argv += optind;
	if (complete) {
		complete_word(argc ? (size_t)argc - 1 : 0, argv, argc ? argv[argc - 1] : "",
			      print_candidate, NULL);
		return EXIT_OK;
	}
	return argc ? run_words(&cli, (size_t)argc, argv) : run_shell(&cli);
}
