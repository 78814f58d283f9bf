#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the sources must look like before anything is compiled.
set -eu
. tests/vm/ktap.sh

shell_scripts() {
	{ git ls-files -co --exclude-standard '*.sh'
	  git grep -lI --untracked -E '^#!/bin/(ba)?sh' -- ':!*.sh' ':!*.py' ':!userspace'; } | sort -u
}

# A script that somebody forgot to make executable would never run.
test_programs() {
	local file bad=0
	for file in tests/{static,host,netns,interop,debug}/*; do
		[ -f "$file" ] || continue
		if [ "$(head -c 2 "$file")" = '#!' ] && [ ! -x "$file" ]; then
			echo "$file: begins like a program but is not executable"; bad=1
		elif [ "$(head -c 2 "$file")" != '#!' ] && [ -x "$file" ]; then
			echo "$file: executable but no program"; bad=1
		fi
	done
	return "$bad"
}

# Commas belong to QEMU's arguments (SC2054).
shellcheck_clean() {
	local files
	mapfile -t files < <(shell_scripts)
	shellcheck --severity=warning -e SC2054 "${files[@]}"
}

run_test "licences stand in the first line" tools/spdx.py
run_test "test programs are executable" test_programs
run_test "the kernel's parts depend one way" tools/layers.py kernel
run_test "the daemon's parts depend one way" tools/layers.py daemon
run_test "no file is too long" tools/layers.py size
run_test "shell scripts pass shellcheck" shellcheck_clean
ktap_finish
