#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What checkpatch, sparse and a second compiler think of the code.
set -eu
. tests/vm/ktap.sh

# checkpatch NAME OPTIONS PATHSPEC...: over the files that changed since they
# were last accepted; it takes a minute for all of them.  In a folder of its
# own, because it leaves files behind.
checkpatch() {
	local accepted=accepted-$1 options=$2 folder=build/checkpatch tool path
	shift 2
	tool=$(tools/vm/fetch checkpatch)
	mkdir -p "$folder/$accepted"
	for path in .checkpatch.conf kmod include userspace tests; do
		ln -sfn "../../$path" "$folder/$path"
	done
	git ls-files -co --exclude-standard "$@" |
	(cd "$folder" && xargs -P "$(nproc)" -I FILE sh -c '
		stamp=$1/$(echo "$4" | tr / _)
		[ "$stamp" -nt "$4" ] && [ "$stamp" -nt .checkpatch.conf ] && [ "$stamp" -nt "$0" ] && exit
		perl "$2" --root=. --quiet --terse --show-types --no-summary --color=never $3 -f "$4" && : >"$stamp"
	' tests/static/compilers.sh "$accepted" "$tool" "$options" FILE)
}

# Not the generated files, not the trace events, whose layout is their own, and
# not the wrappers of headers of other kernels.
checkpatch_kernel() {
	checkpatch kernel "" 'kmod/*.[ch]' 'include/*.h' \
		':!kmod/trace.h' ':!kmod/compat' ':!kmod/*_gen.[ch]'
}

# Sparse reports on stderr and does not fail the build.
sparse_kernel() {
	local out
	out=$(tools/vm/build-module 6.1 build/module-6.1-sparse C=2 CHECK=sparse 2>&1) || {
		echo "$out"; return 1
	}
	! grep -E '^[^ ]*kmod/.*(warning|error):' <<<"$out"
}

clang_userspace() { make -s clang-build; }

run_test "checkpatch accepts the kernel module" checkpatch_kernel
[ "${1-}" != checkpatch ] || ktap_finish	# "make format-check"
run_test "sparse accepts the kernel module" sparse_kernel
run_test "clang builds userspace without a warning" clang_userspace
ktap_finish
