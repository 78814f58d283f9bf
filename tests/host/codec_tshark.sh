#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Messages of our writers read by tshark: the same payloads in the same order,
# nothing malformed, and every ICV right under the keys that we say we used.
set -eu
. tests/vm/ktap.sh

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
build/gcc/tests/tools/codec_samples >"$folder/samples"

# use_keys ENCR INTEG: what tshark decrypts with from now on.
use_keys() {
	printf 'f074d8bbd5a59f0b,f94020dd8cb4b9c4,%s,%s,"%s",%s,%s,"%s"\n' "$1" "$1" \
		"AES-CBC-128 [RFC3602]" "$2" "$2" "HMAC_SHA1_96 [RFC2404]" \
		>"$folder/ikev2_decryption_table"
}

# One line of hexadecimal octets behind an offset of 0 is one packet.
awk '$1 == "message" { gsub(/../, " &", $2); print "000000" $2 }' "$folder/samples" |
	text2pcap -q -u 500,500 - "$folder/samples.pcap"

read_with_tshark() {
	WIRESHARK_CONFIG_DIR=$folder tshark -r "$folder/samples.pcap" "$@" 2>"$folder/errors" ||
		{ cat "$folder/errors"; return 1; }
}

same_payloads() {
	awk '$1 == "message" { print $3 }' "$folder/samples" >"$folder/ours"
	# Proposals (2) and transforms (3) are payloads to tshark.
	read_with_tshark -T fields -e isakmp.typepayload |
		awk -F, '{ line = ""; for (i = 1; i <= NF; i++) if ($i != 2 && $i != 3)
			line = line (line == "" ? "" : ",") $i; print line }' >"$folder/theirs"
	[ "$(wc -l <"$folder/ours")" = 8 ]
	diff "$folder/ours" "$folder/theirs"
}

nothing_malformed() {
	local complaints
	complaints=$(read_with_tshark -Y '_ws.malformed || _ws.expert.severity >= 0x400000')
	echo "$complaints"
	[ -z "$complaints" ]
}

checksums() {
	read_with_tshark -V | grep -c "Integrity Checksum Data: .*\[$1\]" || true
}

right_icv() { [ "$(checksums correct)" = 6 ]; }
wrong_icv() { use_keys "$key" "${integ/a5/a6}"; [ "$(checksums correct)" = 0 ]; }

read -r key integ < <(awk '$1 == "suite" { print $2, $3 }' "$folder/samples")
use_keys "$key" "$integ"
run_test "tshark finds the payloads that we wrote" same_payloads
run_test "tshark finds nothing malformed" nothing_malformed
run_test "tshark finds all ICVs correct" right_icv
run_test "tshark finds no ICV correct with another key" wrong_icv
ktap_finish
