// SPDX-License-Identifier: GPL-2.0-or-later
/* Statements below "crypto pki trustpoint", and the files that they name */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "config/statements.h"

#define PKI_FILE_MAX (1024 * 1024)

void open_trustpoint(struct loader *loader, const struct match *match)
{
	struct trustpoint *trustpoint;

	TAILQ_FOREACH(trustpoint, &loader->policy->trustpoints, link)
		if (!strcmp(trustpoint->name, match->args[0].text))
			duplicate(loader, match, &trustpoint->place);

	trustpoint = must_calloc(1, sizeof(*trustpoint));
	trustpoint->name = must_strdup(match->args[0].text);
	trustpoint->place = here(loader);
	TAILQ_INSERT_TAIL(&loader->policy->trustpoints, trustpoint, link);
	loader->trustpoint = trustpoint;
}

static void set_file(char **slot, const struct match *match)
{
	replace_text(slot, match->args[0].text);
}

void trustpoint_certificate(struct loader *loader, const struct match *match)
{
	set_file(&loader->trustpoint->certificate_file, match);
}

void trustpoint_key(struct loader *loader, const struct match *match)
{
	set_file(&loader->trustpoint->key_file, match);
}

void trustpoint_ca(struct loader *loader, const struct match *match)
{
	set_file(&loader->trustpoint->ca_file, match);
}

void trustpoint_crl(struct loader *loader, const struct match *match)
{
	set_file(&loader->trustpoint->crl_file, match);
}

void trustpoint_passphrase(struct loader *loader, const struct match *match)
{
	struct secret *secret = &loader->trustpoint->passphrase;
	const char *text = match->args[1].text;

	if (!strcmp(text, "<removed>")) {
		loader_error(loader, place_of_arg(loader, &match->args[1]),
			     "the passphrase was removed when this was printed: put it back");
		return;
	}
	secret_free(secret->data, secret->len);
	secret->len = strlen(text);
	secret->data = must_calloc(1, secret->len);
	memcpy(secret->data, text, secret->len);
}

void trustpoint_revocation(struct loader *loader, const struct match *match)
{
	struct trustpoint *trustpoint = loader->trustpoint;

	trustpoint->has_revocation = !match->negated;
	if (match->negated)
		return;
	trustpoint->revocation = !strcmp(match->args[0].text, "none") ? REVOCATION_NONE :
				 arg_given(match, 1)		      ? REVOCATION_CRL_NONE :
									REVOCATION_CRL;
	if (trustpoint->revocation == REVOCATION_NONE && arg_given(match, 1))
		loader_error(loader, place_of_arg(loader, &match->args[1]),
			     "nothing can follow \"none\"");
}

void profile_trustpoint(struct loader *loader, const struct match *match)
{
	struct ikev2_profile *profile = loader->ikev2_profile;
	struct trustpoint_use *use = &profile->trustpoints[profile->trustpoint_count];
	bool both = !arg_given(match, 1);

	if (profile->trustpoint_count == PROFILE_TRUSTPOINTS_MAX) {
		loader_error(loader, place_of_arg(loader, &match->args[0]),
			     "more than %d trustpoints in a profile", PROFILE_TRUSTPOINTS_MAX);
		return;
	}
	use->sign = both || !strcmp(match->args[1].text, "sign");
	use->verify = both || !strcmp(match->args[1].text, "verify");
	profile->trustpoint_count++;
	refer(loader, REFERENCE_TRUSTPOINT, &match->args[0], 0)->owner.trustpoint_use = use;
}

/* --- files, when all is read --- */

/* Names without a "/" in front stand beside the configuration. */
static char *path_of(const struct loader *loader, const char *name)
{
	const char *source = loader->policy->source, *slash = strrchr(source, '/');
	size_t folder = slash && *name != '/' ? (size_t)(slash - source) + 1 : 0;
	char *path = must_calloc(1, folder + strlen(name) + 1);

	memcpy(path, source, folder);
	strcpy(path + folder, name);
	return path;
}

static struct result read_all(int fd, struct buffer *out)
{
	uint8_t octets[4096];
	ssize_t got;

	while ((got = read(fd, octets, sizeof(octets)))) {
		if (got < 0 && errno != EINTR)
			return fail(-errno, "%s", strerror(errno));
		if (got > 0)
			buffer_put(out, bytes_of(octets, (size_t)got));
		if (out->len > PKI_FILE_MAX)
			return fail(-EFBIG, "larger than %d octets", PKI_FILE_MAX);
	}
	secret_wipe(octets, sizeof(octets));
	return out->len ? RESULT_OK : fail(-EINVAL, "the file is empty");
}

/* Reads a file that a trustpoint names; false after an error, which has been said. */
static bool read_file(struct loader *loader, const struct trustpoint *trustpoint, const char *name,
		      bool secret, struct buffer *out)
{
	char *path = path_of(loader, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct result result = RESULT_OK;
	struct stat status;

	if (fd < 0)
		result = fail(-errno, "%s", strerror(errno));
	else
		result = read_all(fd, out);
	if (failed(&result))
		loader_error(loader, place_of_line(trustpoint->place.line),
			     "trustpoint \"%s\": %.160s: %s", trustpoint->name, path, result.why);
	else if (secret && !fstat(fd, &status) && status.st_mode & S_IROTH)
		loader_say(loader, CONFIG_WARNING, place_of_line(trustpoint->place.line), NULL,
			   "every user can read the private key in %.160s: chmod 600 it", path);
	if (fd >= 0)
		close(fd);
	free(path);
	return !failed(&result);
}

static void say_failure(struct loader *loader, const struct trustpoint *trustpoint,
			const char *what, const struct result *result)
{
	if (failed(result))
		loader_error(loader, place_of_line(trustpoint->place.line),
			     "trustpoint \"%s\": %s: %s", trustpoint->name, what, result->why);
}

static void load_credential(struct loader *loader, struct trustpoint *trustpoint)
{
	struct bytes passphrase = bytes_of(trustpoint->passphrase.data, trustpoint->passphrase.len);
	struct buffer certificates = {}, key = {};
	struct result result;

	if (read_file(loader, trustpoint, trustpoint->certificate_file, false, &certificates) &&
	    read_file(loader, trustpoint, trustpoint->key_file, true, &key)) {
		result = credential_load(buffer_bytes(&certificates), buffer_bytes(&key),
					 passphrase, &trustpoint->credential);
		say_failure(loader, trustpoint, trustpoint->certificate_file, &result);
	}
	buffer_free(&certificates);
	buffer_free(&key);
	if (!trustpoint->credential)
		return;
	/* Peers would refuse it, but that is no reason to refuse all the rest of the file. */
	result = credential_check(trustpoint->credential, time(NULL), loader->policy->legacy);
	if (failed(&result))
		loader_say(loader, CONFIG_WARNING, place_of_line(trustpoint->place.line), NULL,
			   "trustpoint \"%s\": %s", trustpoint->name, result.why);
}

static void load_anchors(struct loader *loader, struct trustpoint *trustpoint)
{
	struct buffer certificates = {}, crls = {};
	struct result result;

	if (read_file(loader, trustpoint, trustpoint->ca_file, false, &certificates) &&
	    (!trustpoint->crl_file ||
	     read_file(loader, trustpoint, trustpoint->crl_file, false, &crls))) {
		result = anchors_load(trustpoint->name, buffer_bytes(&certificates),
				      buffer_bytes(&crls), trustpoint->revocation,
				      &trustpoint->anchors);
		say_failure(loader, trustpoint,
			    trustpoint->crl_file ? "CA and CRL" : trustpoint->ca_file, &result);
	}
	buffer_free(&certificates);
	buffer_free(&crls);
}

void check_trustpoint(struct loader *loader, struct trustpoint *trustpoint)
{
	struct place place = place_of_line(trustpoint->place.line);
	size_t errors = loader->report->errors;

	if (loader->faulty[trustpoint->place.line])
		return;
	if (!trustpoint->has_revocation)
		trustpoint->revocation = trustpoint->crl_file ? REVOCATION_CRL : REVOCATION_NONE;
	if (!trustpoint->certificate_file && !trustpoint->ca_file)
		loader_error(loader, place,
			     "trustpoint \"%s\" has neither \"certificate file\" nor \"ca file\"",
			     trustpoint->name);
	if (!trustpoint->certificate_file != !trustpoint->key_file)
		loader_error(loader, place, "trustpoint \"%s\" has no \"%s file\"",
			     trustpoint->name,
			     trustpoint->certificate_file ? "private-key" : "certificate");
	else if (trustpoint->certificate_file)
		load_credential(loader, trustpoint);
	if (trustpoint->crl_file && !trustpoint->ca_file)
		loader_error(loader, place, "trustpoint \"%s\" has a CRL and no \"ca file\"",
			     trustpoint->name);
	else if (trustpoint->ca_file && trustpoint->revocation == REVOCATION_CRL &&
		 !trustpoint->crl_file)
		loader_error(loader, place,
			     "trustpoint \"%s\" is to check revocation and has no \"crl file\"",
			     trustpoint->name);
	else if (trustpoint->ca_file)
		load_anchors(loader, trustpoint);
	loader->faulty[trustpoint->place.line] = loader->report->errors > errors;
}
