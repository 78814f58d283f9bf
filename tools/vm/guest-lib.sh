# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# For scripts in the guest: loading the module under test.

# Accelerated ciphers first: an algorithm is bound to the best implementation
# that is there when it is first asked for.
load_crypto() {
	local module
	for module in aesni_intel ghash_clmulni_intel sha1_ssse3 sha256_ssse3 sha512_ssse3 \
		chacha_x86_64 poly1305_x86_64 des3_ede_x86_64; do
		modprobe -q "$module" || :	# built in, or gone in newer kernels
	done
}

# Load the freshly built module with everything it depends on.
load_seki() {
	local dependency
	load_crypto
	# The module is not in the guest's modules.dep.
	for dependency in $(modinfo -F depends "$SEKI_MODULE" | tr ',' ' '); do
		modprobe "$dependency" || return
	done
	insmod "$SEKI_MODULE" "$@"
}

unload_seki() {
	rmmod seki
}
