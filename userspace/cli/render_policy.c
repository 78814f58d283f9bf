// SPDX-License-Identifier: GPL-2.0-or-later
/* show crypto ikev2 profile, proposal, policy */

#include "cli/render.h"

#define NUMBER "%" JSON_INTEGER_FORMAT

static void print_words(const json_t *array, const char *otherwise, FILE *out)
{
	const json_t *word;
	size_t i;

	if (!json_array_size(array))
		fprintf(out, " %s", otherwise);
	json_array_foreach((json_t *)array, i, word) fprintf(out, " %s", text_value(word));
	fprintf(out, "\n");
}

static void print_profile(const json_t *profile, FILE *out)
{
	const json_t *identity;
	size_t i;

	fprintf(out, "\nIKEv2 profile: %s\n", text_of(profile, "name"));
	fprintf(out,
		" Match criteria:\n  Fvrf: %s\n  Identities:", text_or(profile, "fvrf", "global"));
	if (!json_array_size(field(profile, "identities")))
		fprintf(out, " none");
	fprintf(out, "\n");
	json_array_foreach((json_t *)field(profile, "identities"), i, identity)
		fprintf(out, "   %s\n", text_value(identity));
	fprintf(out, " Local identity: %s\n", text_or(profile, "local_identity", "none"));
	fprintf(out, " Local authentication method: %s\n",
		text_or(profile, "local_authentication", "none"));
	fprintf(out, " Remote authentication method(s): %s\n",
		text_or(profile, "remote_authentication", "none"));
	fprintf(out, " Keyring: %s\n", text_or(profile, "keyring", "none"));
	if (json_array_size(field(profile, "trustpoints"))) {
		fprintf(out, " Trustpoint(s):");
		print_words(field(profile, "trustpoints"), "none", out);
	}
	fprintf(out, " Lifetime: " NUMBER " seconds\n", number_of(profile, "lifetime_seconds"));
	if (number_of(profile, "dpd_interval_seconds"))
		fprintf(out, " DPD: interval " NUMBER ", retry-interval " NUMBER ", %s\n",
			number_of(profile, "dpd_interval_seconds"),
			number_of(profile, "dpd_retry_seconds"),
			is_true(profile, "dpd_periodic") ? "periodic" : "on-demand");
	else
		fprintf(out, " DPD: disabled\n");
	if (is_true(profile, "nat_force_encap"))
		fprintf(out, " NAT force-encap: enabled\n");
	if (is_true(profile, "legacy"))
		fprintf(out, " Legacy algorithms: permitted\n");
}

void render_profile(const json_t *result, FILE *out)
{
	const json_t *profile;
	size_t i;

	json_array_foreach((json_t *)field(result, "profiles"), i, profile)
		print_profile(profile, out);
}

void render_proposal(const json_t *result, FILE *out)
{
	const json_t *proposal, *additional;
	size_t i, k;

	json_array_foreach((json_t *)field(result, "proposals"), i, proposal)
	{
		fprintf(out, " IKEv2 proposal: %s\n", text_of(proposal, "name"));
		fprintf(out, "     Encryption :");
		print_words(field(proposal, "encryption"), "none", out);
		fprintf(out, "     Integrity  :");
		print_words(field(proposal, "integrity"), "none", out);
		fprintf(out, "     PRF        :");
		print_words(field(proposal, "prf"), "none", out);
		fprintf(out, "     DH Group   :");
		print_words(field(proposal, "group"), "none", out);
		json_array_foreach((json_t *)field(proposal, "additional"), k, additional)
		{
			fprintf(out, "     Additional KE %" JSON_INTEGER_FORMAT " :",
				number_of(additional, "number"));
			print_words(field(additional, "methods"), "none", out);
		}
	}
}

void render_policy(const json_t *result, FILE *out)
{
	const json_t *policy;
	size_t i;

	json_array_foreach((json_t *)field(result, "policies"), i, policy)
	{
		fprintf(out, "\n IKEv2 policy : %s\n", text_of(policy, "name"));
		fprintf(out, "      Match fvrf : %s\n", text_or(policy, "fvrf", "global"));
		fprintf(out, "      Match address local : %s\n",
			text_or(policy, "match_local", "any"));
		fprintf(out, "      Proposal    :");
		print_words(field(policy, "proposals"), "default", out);
	}
}
