// SPDX-License-Identifier: GPL-2.0-only
#include "drop.h"

const char *const seki_drop_names[SEKI_DROP_MAX] = {
	[SEKI_DROP_NONE] = "none",
#define X(symbol, name) [SEKI_DROP_##symbol] = name,
	SEKI_DROP_LIST(X)
#undef X
};
