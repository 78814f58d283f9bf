// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/result.h"

#include <stdarg.h>
#include <stdio.h>

struct result fail(int code, const char *format, ...)
{
	struct result result = { .code = code };
	va_list args;

	va_start(args, format);
	vsnprintf(result.why, sizeof(result.why), format, args);
	va_end(args);
	return result;
}
