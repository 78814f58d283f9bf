#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The manual and the programs must agree.
set -eu
. tests/vm/ktap.sh

man=Documentation/man
if ! [ -x build/gcc/seki ] || ! [ -x build/gcc/sekid ]; then
	make -s build/gcc/seki build/gcc/sekid
fi

# What --help and the table of options in the manual have, one a line.
help_options() { "$1" --help | grep -oE -- '(^|[ ,])--?[a-z][a-z-]*' | tr -d ' ,' | sort -u; }
page_options() {
	sed -n '/^\.SH OPTIONS/,/^\.SH [^O]/p' "$1" | sed 's/\\-/-/g; s/\\f[A-Z]//g' |
		grep -E '^\.B' | grep -oE -- '(^| )"?--?[a-z][a-z-]*' | tr -d ' "' | sort -u
}

options_agree() {
	local in_help in_page
	in_help=$(help_options "build/gcc/$1")
	in_page=$(page_options "$man/$1.8")
	[ -n "$in_help" ] || { echo "$1 --help lists no options"; return 1; }
	diff <(echo "$in_help") <(echo "$in_page") || {
		echo "< only in $1 --help, > only in $man/$1.8"; return 1
	}
}

# Bash completion offers the same options.
completion_agrees() {
	local option
	for option in $(help_options build/gcc/seki); do
		grep -qe "[ ']${option}[ ']" userspace/completion/seki || {
			echo "completion does not know $option"; return 1
		}
	done
}

# Every first word of a command stands at the start of an entry, write inside one.
commands_are_explained() {
	local page word
	page=$(sed 's/\\-/-/g; s/\\f[A-Z]//g' "$man/seki.8")
	for word in $(build/gcc/seki --complete ''); do
		grep -qE "^\.B $word( |\$)" <<<"$page" || { echo "seki.8 lacks $word"; return 1; }
	done
}

pages_format() {
	local page messages
	for page in "$man"/*.[58]; do
		messages=$(groff -man -Tutf8 -ww "$page" 2>&1 >/dev/null)
		[ -z "$messages" ] || { echo "$page: $messages"; return 1; }
	done
}

run_test "seki --help and seki(8) list the same options" options_agree seki
run_test "sekid --help and sekid(8) list the same options" options_agree sekid
run_test "completion knows the options of seki" completion_agrees
run_test "seki(8) explains every command" commands_are_explained
if command -v groff >/dev/null; then
	run_test "the pages format without a warning" pages_format
else
	test_skip "the pages format without a warning" "groff is not installed"
fi
ktap_finish
