// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Request lines of the control socket, as many as the octets hold. Whatever
 * comes, there is one answer of the promised form, and it renders.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/render.h"
#include "ctl/internal.h"
#include "../support/ctl_fake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void render_all(const json_t *result)
{
	static render_fn *const renderers[] = {
		render_ikev2_sa_detailed,
		render_ipsec_sa,
		render_session_detail,
		render_profile,
		render_proposal,
		render_policy,
		render_stats,
		render_debug,
		render_text,
		render_report,
		render_cleared,
		render_line,
	};
	static FILE *nowhere;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	/* Also those that the result is not meant for: they must not trust its form. */
	for (size_t i = 0; i < sizeof(renderers) / sizeof(renderers[0]); i++)
		renderers[i](result, nowhere);
}

static bool check_line(struct ctl_fake *fake, const char *line, size_t len)
{
	struct ctl_reply reply = ctl_answer(&fake->context, line, len);
	bool ok = json_is_true(json_object_get(reply.answer, "ok"));
	char *text = json_dumps(reply.answer, JSON_COMPACT);

	if (!text || strchr(text, '\n'))
		abort();
	if (ok ? !json_is_object(json_object_get(reply.answer, "result")) :
		 json_string_length(json_object_get(reply.answer, "error")) == 0)
		abort();
	if (ok && reply.hang_up)
		abort();
	render_all(json_object_get(reply.answer, "result"));
	free(text);
	json_decref(reply.answer);
	return !reply.hang_up;
}

/* The renderers see whatever a daemon of another version may send. */
static void check_rendering(const uint8_t *data, size_t size)
{
	json_t *result = json_loadb((const char *)data, size, 0, NULL);

	if (result)
		render_all(result);
	json_decref(result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size, *line_end;
	static struct ctl_fake fake;
	bool goes_on = true;

	ctl_fake_router(&fake, 1);
	check_rendering(data, size);
	while (goes_on && at < end) {
		line_end = memchr(at, '\n', (size_t)(end - at));
		if (!line_end)
			line_end = end;
		goes_on = check_line(&fake, at, (size_t)(line_end - at));
		at = line_end + (line_end < end);
	}
	return 0;
}
