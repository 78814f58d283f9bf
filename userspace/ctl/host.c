// SPDX-License-Identifier: GPL-2.0-or-later
/* What this host encrypts with: library, kernel, processor (row J12). */

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "cryptox/cryptox.h"
#include "ctl/internal.h"

static void read_line(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "r");

	if (!file)
		return;
	if (!fgets(text, (int)size, file))
		*text = '\0';
	text[strcspn(text, "\n")] = '\0';
	fclose(file);
}

/* The line of /proc/cpuinfo that lists what the processor can do, on x86 and on ARM. */
static bool processor_flags(char *line, size_t size)
{
	FILE *file = fopen("/proc/cpuinfo", "r");
	bool found = false;

	while (file && !found && fgets(line, (int)size, file))
		found = !strncmp(line, "flags", 5) || !strncmp(line, "Features", 8);
	if (file)
		fclose(file);
	return found;
}

static void find_extensions(char *text, size_t size)
{
	static const char *const known[] = {
		"aes",	  "pclmulqdq", "vaes", "vpclmulqdq", "avx2",
		"sha_ni", "pmull",     "sha1", "sha2",	     "sha512"
	};
	char line[4096], *rest;

	if (!processor_flags(line, sizeof(line)))
		return;
	for (char *word = strtok_r(line, " \t\n", &rest); word;
	     word = strtok_r(NULL, " \t\n", &rest))
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (!strcmp(word, known[i]) && strlen(text) + strlen(word) + 2 < size)
				strcat(strcat(text, *text ? " " : ""), word);
}

void ctl_host_facts(struct ctl_host *host)
{
	struct utsname name;

	memset(host, 0, sizeof(*host));
	snprintf(host->library, sizeof(host->library), "%s", cryptox_library());
	if (!uname(&name))
		snprintf(host->platform, sizeof(host->platform), "%.40s %.60s %.40s", name.sysname,
			 name.release, name.machine);
	read_line("/sys/class/dmi/id/product_serial", host->serial, sizeof(host->serial));
	find_extensions(host->extensions, sizeof(host->extensions));
}
