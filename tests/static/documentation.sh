#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The documentation and the code must agree, as far as a script can see.
set -eu
. tests/vm/ktap.sh

documents=(README.rst Documentation/*.rst)
architecture=Documentation/architecture.rst
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
[ -x build/gcc/seki ] || make -s build/gcc/seki

# literal FILE...: what stands between pairs of `` and in indented blocks, one piece a line.
literal() {
	grep -hoE '``[^`]+``' "$@" | sed 's/``//g'
	grep -hE '^ {2,}' "$@" | sed 's/^ *//'
}

# Indented blocks that begin with a statement of ours, each into a file of its own.
configurations() {
	/usr/bin/python3 - "$folder" "${documents[@]}" <<-'PYTHON'
	import re, sys, textwrap
	folder, number = sys.argv[1], 0
	for name in sys.argv[2:]:
	    text = open(name, encoding="utf-8").read()
	    for block in re.findall(r"::\n\n((?:(?: +.*)?\n)+)", text):
	        block = textwrap.dedent(block).strip("\n") + "\n"
	        if re.match(r"(crypto|interface|hostname) ", block):
	            number += 1
	            where = f"{folder}/{number}-{name.replace('/', '-')}.conf"
	            open(where, "w", encoding="utf-8").write(block)
	PYTHON
}

configurations_load() {
	local file
	configurations
	chmod 600 "$folder"/*.conf
	for file in "$folder"/*.conf; do
		build/gcc/seki config check "$file"
	done
}

examples_load() {
	local file
	for file in examples/*.conf; do
		build/gcc/seki config check "$file"
	done
}

targets_exist() {
	local target known bad=0
	known=$(make -rRpn 2>/dev/null | sed -n 's/^\([a-z][a-z0-9.-]*\):.*/\1/p' | sort -u)
	for target in $(literal "${documents[@]}" | grep -oE '(^|[&#] *)make [a-z][a-z-]*( |$)' |
			sed 's/.*make //' | sort -u); do
		grep -qxF "$target" <<<"$known" || { echo "make $target: no such target"; bad=1; }
	done
	return $bad
}

files_exist() {
	local path bad=0
	for path in $(literal "${documents[@]}" | tr ' ,:' '\n' |
		      grep -E '^(kmod|userspace|include|tests|tools|mk|examples|Documentation|LICENSES)/[]a-z0-9A-Z_.*/[-]+$' |
		      sort -u); do
		compgen -G "${path%/}" >/dev/null || { echo "$path: no such file"; bad=1; }
	done
	return $bad
}

# Ours, or called by ours.
functions_exist() {
	local name bad=0
	for name in $(literal "$architecture" Documentation/security.rst Documentation/testing.rst |
		      grep -oE '^[a-z0-9_]+\(\)$' | sort -u); do
		git grep -qw --untracked "${name%()}" -- kmod userspace tests ||
			{ echo "$name: no such function"; bad=1; }
	done
	return $bad
}

everything_is_mentioned() {
	local path bad=0
	for path in kmod/*.c; do
		grep -qw "${path##*/}" "$architecture" ||
			{ echo "$architecture lacks $path"; bad=1; }
	done
	for path in userspace/*/ userspace/ike/v2/; do
		path=${path#userspace/}
		grep -qE "(^|[^a-z0-9])${path%/}(/|\`\`)" "$architecture" ||
			{ echo "$architecture lacks userspace/$path"; bad=1; }
	done
	return $bad
}

# The walks of a packet name each reason to drop it, as *reason*, and no others.
reasons_agree() {
	diff <(sed -n 's/^\tX([A-Z_]*, "\([a-z-]*\)").*/\1/p' kmod/drop.h | sort) \
	     <(sed -n "/^A packet's way out/,/^Objects of the module/p" "$architecture" |
		grep -oE '(^|[^*])\*[a-z-]+\*([^*]|$)' | tr -d '*' | grep -oE '[a-z-]+' |
		sort -u) || {
		echo "< only in kmod/drop.h, > only in $architecture"; return 1
	}
}

targets_of_fuzzing() {
	local path name bad=0
	for path in tests/fuzz/fuzz_*.c; do
		name=${path##*/}
		grep -qw "${name%.c}" Documentation/security.rst ||
			{ echo "Documentation/security.rst lacks ${name%.c}"; bad=1; }
	done
	return $bad
}

# Table, chart and JSON of make bench belong to one run; the chart is good XML.
figures_agree() {
	tools/bench/report --check Documentation
	tools/bench/report-ike --check Documentation
	/usr/bin/python3 -c 'import sys, xml.etree.ElementTree as e; e.parse(sys.argv[1])' \
		Documentation/performance.svg
}

# Every licence that an SPDX line names has its text.
licences_exist() {
	local name bad=0
	for name in $(git grep -hoE --untracked 'SPDX-License-Identifier: .*' -- kmod include userspace |
		      sed 's/.*: //; s/-only//g; s/-or-later//g' | tr -d '()*/' | tr ' ' '\n' |
		      grep -vxE 'WITH|OR|AND|' | sort -u); do
		compgen -G "LICENSES/*/$name" >/dev/null || { echo "LICENSES has no $name"; bad=1; }
	done
	return $bad
}

documents_parse() {
	/usr/bin/python3 - "${documents[@]}" <<-'PYTHON'
	import sys
	import docutils.core
	bad = 0
	for name in sys.argv[1:]:
	    text = open(name, encoding="utf-8").read()
	    try:
	        docutils.core.publish_doctree(text, source_path=name, settings_overrides={
	            "report_level": 5, "halt_level": 2})
	    except docutils.utils.SystemMessage as message:
	        print(str(message).split("\n\n")[0])
	        bad = 1
	sys.exit(bad)
	PYTHON
}

run_test "configurations in the documents load" configurations_load
run_test "the examples load" examples_load
run_test "make has the targets that the documents name" targets_exist
run_test "the files that the documents name exist" files_exist
run_test "the functions that the documents name exist" functions_exist
run_test "architecture.rst mentions every part" everything_is_mentioned
run_test "architecture.rst names every reason to drop a packet" reasons_agree
run_test "security.rst names every fuzz target" targets_of_fuzzing
run_test "requirements.rst is what the tests say" tools/requirements --check
run_test "interop.rst has every case of the scripts" tools/interop-table --check
run_test "the figures of performance.rst belong together" figures_agree
run_test "every licence has its text" licences_exist
if /usr/bin/python3 -c 'import docutils' 2>/dev/null; then
	run_test "the documents are good reStructuredText" documents_parse
else
	test_skip "the documents are good reStructuredText" "python3-docutils is not installed"
fi
ktap_finish
