#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is on the wire between R1, a seki router, and R2, another one or
# strongSwan; and tshark, which knows IKE and ESP from elsewhere, decrypts all
# of it with R1's key log.
#
#	  R1  lo 192.168.1.1                     lo 192.168.2.1  R2
#	      tunnel0 ============ ESP ============ tunnel0 or xfrm0
#	      eth0 10.0.0.1 ------ tcpdump ------ eth0 10.0.0.2
set -eu
. tests/interop/lib.sh
. tests/lib/strongswan.sh
. tests/lib/tshark.sh

out=$(mktemp -d)
pings=4

spi() {
	case $1 in
	child)	child_spi R1 ;;
	ike)	ike_spi R1 ;;
	esac
}
is_new() { [ "$(spi "$1")" != "$before" ]; }

# rekey PEER R1|R2 child|ike
rekey() {
	before=$(spi "$3")
	case "$1 $2 $3" in
	*" R1 child" | "seki R2 child")	seki "$2" rekey crypto sa ;;
	*" R1 ike" | "seki R2 ike")	seki "$2" rekey crypto ikev2 sa ;;
	"strongSwan R2 child")		swan_rekey_child R2 net ;;
	"strongSwan R2 ike")		swan_rekey_ike R2 seki ;;
	esac
	or_logs wait_for 20 is_new "$3"
}

# life PEER: everything that makes packets, from the first to the last one
life() {
	local what side
	capture_begin R1 eth0 "$capture"
	clear_log R1
	global="crypto key-log $keys" seki_config R1
	or_logs start_sekid R1
	if [ "$1" = seki ]; then
		clear_log R2
		role=responder-only seki_config R2
		or_logs start_sekid R2
		make_tunnel R2 V
	else
		swan_config
	fi
	make_tunnel R1 V
	or_logs wait_for 30 tunnel_is_up R1
	ping_through R1 $pings
	for what in child ike; do
		for side in R1 R2; do
			rekey "$1" $side $what
			ping_through R1 $pings
		done
	done
	ip -n R1 link set tunnel0 down
	or_logs wait_for 12 no_sas R1
	end_sekid R1
	ip -n R1 link del tunnel0
	if [ "$1" = seki ]; then
		end_sekid R2
		ip -n R2 link del tunnel0
	fi
	capture_end "$capture"
	shark "$keys" "$capture" -V >"$capture.txt"
}

# frames AWK-PROGRAM: sees each frame as one record, with a line in each field
frames() { awk -v RS='(^|\n)Frame ' -v FS='\n' "NR > 1 && ($1)" "$capture.txt"; }

only_protected() {
	local strangers
	frames '!/\n(Encapsulating Security Payload|Internet Security Association|Address Resolution)/' >"$capture.other"
	strangers=$(grep -c . "$capture.other" || :)
	cat "$capture.other"
	[ "$strangers" = 0 ]
}

ike_is_decrypted() {
	local all good payload
	all=$(frames '/\nInternet Security Association/ && !/Exchange type: IKE_SA_INIT/' | grep -c 'Exchange type')
	good=$(frames '/\nInternet Security Association/ && /Decrypted Data/ && /Integrity Checksum Data: [^\n]*\[correct\]/' |
		grep -c 'Exchange type')
	echo "$good of $all IKE messages"
	# AUTH, rekeys (a child's is two exchanges), the last delete: all answered
	[ "$all" -ge 20 ] && [ "$good" = "$all" ]
	for payload in 'Identification - Initiator' 'Identification - Responder' Authentication \
		'Traffic Selector - Initiator' 'Traffic Selector - Responder' Delete; do
		grep -q "Payload: $payload" "$capture.txt" || { echo "no $payload"; return 1; }
	done
	! grep -i -e malformed -e '\[incorrect' "$capture.txt"
}

esp_is_decrypted() {
	local all good
	all=$(frames '/\nEncapsulating Security Payload/' | grep -c 'ESP Sequence')
	good=$(frames '/\nEncapsulating Security Payload/ && /\[Good: True\]/ && /\nInternet Control Message Protocol/' |
		grep -c 'ESP Sequence')
	echo "$good of $all ESP packets"
	[ "$all" = $((5 * 2 * pings)) ] && [ "$good" = "$all" ]
}

# wire PEER SUITE
wire() {
	local name="$1, $2 suite:"
	capture=$out/$1-$2 keys=$out/$1-$2-keys
	use_suite "$2"
	run_test "$name from the first packet to the last" life "$1"
	run_test "$name only ESP, IKE and ARP on the wire" only_protected
	run_test "$name tshark reads every IKE message and finds its ICV correct" ike_is_decrypted
	run_test "$name tshark reads every ESP packet and finds its ICV correct" esp_is_decrypted
}

# other_keys FIELD... <TABLE: the last digit of these fields is another one
other_keys() {
	awk -F, -v OFS=, -v fields="$*" '
		{ n = split(fields, field, " ")
		  for (i = 1; i <= n; i++) {
			quote = sub(/"$/, "", $field[i]) ? "\"" : ""
			last = substr($field[i], length($field[i]))
			if (last ~ /[0-9a-f]/)
				$field[i] = substr($field[i], 1, length($field[i]) - 1) (last == "0" ? 1 : 0)
			$field[i] = $field[i] quote
		  }
		  print }'
}

# A checker that always says yes would say so now, too.
wrong_keys_show() {
	local wrong=$keys.wrong
	mkdir "$wrong"
	other_keys 3 4 6 7 <"$keys/ikev2_decryption_table" >"$wrong/ikev2_decryption_table"
	other_keys 6 8 <"$keys/esp_sa" >"$wrong/esp_sa"
	shark "$wrong" "$capture" -V >"$capture.txt"
	if ike_is_decrypted; then return 1; fi
	if esp_is_decrypted; then return 1; fi
	grep -q 'Integrity Checksum Data: .*\[incorrect' "$capture.txt"
	grep -q '\[Bad: True\]' "$capture.txt"
}

owner_only() {
	local modes
	modes=$(stat -c '%a %F' "$keys" "$keys"/*)
	echo "$modes"
	[ "$modes" = $'700 directory\n600 regular file\n600 regular file' ]
}

# R2's daemon ran without the statement, in this folder and for that one.
absent_by_default() {
	! find . /run /etc/seki -maxdepth 3 \( -name esp_sa -o -name ikev2_decryption_table \) \
		2>/dev/null | grep .
}

make_routers
# Neighbours of IPv6 would chatter on the wire.
for n in R1 R2; do
	ip netns exec $n sysctl -q -w net.ipv6.conf.eth0.disable_ipv6=1
done
load_seki

wire seki modern
run_test "the key log is its owner's alone" owner_only
run_test "without the statement there is none" absent_by_default
wire seki legacy
run_test "with other keys, tshark finds ICVs incorrect" wrong_keys_show
swan_start R2
use_selectors any
wire strongSwan modern
wire strongSwan legacy
swan_stop R2
rm -rf "$out"
ktap_finish
