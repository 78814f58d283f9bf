#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Does userspace have the format that .clang-format describes? The module's
# style is checkpatch's business: see compilers.sh.
set -eu
. tests/vm/ktap.sh

formatted() {
	git ls-files -z 'userspace/*.[ch]' 'tests/*.[ch]' 'tools/*.[ch]' | xargs -0 clang-format --dry-run -Werror
}

run_test "userspace and tests have the tree's format" formatted
ktap_finish
