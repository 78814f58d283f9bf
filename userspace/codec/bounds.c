// SPDX-License-Identifier: GPL-2.0-or-later
#include "codec/bounds.h"

#include <errno.h>

#include "base/log.h"

static const char *const bound_words[] = {
#define X(name, words) [BOUND_##name] = words,
	BOUND_LIST(X)
#undef X
};

struct result out_of_bounds(enum bound bound, size_t have, size_t want, const char *where)
{
	if (!where)
		return fail(-EPROTO, "%s %zu/%zu", bound_words[bound], have, want);
	return fail(-EPROTO, "%s %zu/%zu in %s", bound_words[bound], have, want, where);
}

void note_extra_data(size_t have, size_t want, const char *where)
{
	if (log_enabled(LOG_IKEV2_ERROR))
		log_line(LOG_IKEV2_ERROR, "%s %zu/%zu in %s", bound_words[BOUND_PAYLOAD_EXTRA],
			 have, want, where);
}
