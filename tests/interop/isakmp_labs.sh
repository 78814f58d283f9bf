#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: 6.1 debug
# timeout: 400
#
# The S1 document's lab with pre-shared keys: two routers with crypto maps, their configurations
# word for word, and the LANs behind them; then with the transform set that its outputs are of,
# AH around ESP.  The drawing is in tests/lib/isakmp_lab.sh.
# Rows A05, A06, A07, A09, B42, D12, D14, D17, D18, E16, E17, E18, E20, I10, J05, J06, K04.
set -eu
. tests/interop/lib.sh
. tests/lib/isakmp_lab.sh
. tests/lib/tshark.sh

out=$(mktemp -d)

# only PROTOCOL...: nothing else comes from R1's wire into R2, but for IKE and ARP
only() {
	local list
	list=$(IFS=,; echo "$*")
	ip netns exec R2 nft -f - <<-END
	table inet wire
	delete table inet wire
	table inet wire {
		chain in {
			type filter hook prerouting priority -300
			iifname "eth0" meta l4proto != { $list } udp dport != 500 counter drop
			iifname "eth0" meta l4proto != { $list, udp } counter drop
		}
	}
	END
}

start_both() {
	local router
	for router in R1 R2; do
		clear_log $router
		or_logs start_sekid $router -d "crypto isakmp" -d "crypto ipsec" -d "crypto engine"
	done
}

stop_both() {
	end_sekid R1
	end_sekid R2
}

counted() { [ "$(kernel_sas "$1" | wc -l)" = "$2" ]; }
both_counted() { counted R1 "$1" && counted R2 "$1"; }

# Nothing happens before a packet; the first one is what makes the SAs.
comes_up() {
	[ -z "$(isakmp_sas R1)$(isakmp_sas R2)" ]
	both_counted 0
	or_logs wait_for 30 reach "$1"
	or_logs reach H1 50
	or_logs reach H2 50
	both_counted "$2"
	[ "$(isakmp_sas R1 | wc -l)" = 1 ]
}

verbatim() {
	s1_config R1 </dev/null
	s1_config R2 </dev/null
	only esp
	start_both
	comes_up H1 2
}

bundle() {
	s1_bundle R1
	s1_bundle R2
	# R1's clear key log is for tshark below
	sed -i "1s|^|crypto key-log $out/keys\n|" "$ROUTERS_RUN/R1/seki.conf"
	only ah
	capture_begin R1 eth0 "$out/wire"
	start_both
	comes_up H2 4
}

# What only one end says to be protected is: the other LAN's gateway itself, unprotected.
not_in_the_list() {
	ip netns exec R2 nft delete table inet wire
	ip netns exec R1 ping -q -c 2 -i 0.1 -W 5 20.20.20.20
}

# As J05: who answered is "dst"
shows_isakmp_sa() {
	seki R1 show crypto isakmp sa | tee "$ROUTERS_RUN/shown"
	diff <(printf '%s\n' "dst src state conn-id slot" "20.20.20.21 20.20.20.20 QM_IDLE 1 0") \
		<(tr -s ' ' <"$ROUTERS_RUN/shown")
}

shows_policies() {
	seki R1 show crypto isakmp policy | tee "$ROUTERS_RUN/shown"
	diff - <(head -n 6 "$ROUTERS_RUN/shown" | tr -s ' ') <<-END
	Protection suite of priority 1
	 encryption algorithm: DES - Data Encryption Standard (56 bit keys).
	 hash algorithm: Secure Hash Standard
	 authentication method: Pre-Shared Key
	 Diffie-Hellman group: #2 (1024 bit)
	 lifetime: 240 seconds, no volume limit
	END
}

# The fields of the document's "show crypto ipsec sa", of both SAs of the bundle
shows_ipsec_sa() {
	local protocol transforms sas sa
	seki R1 show crypto ipsec sa
	sas=$(ipsec_sas R1)
	[ "$(wc -l <<<"$sas")" = 2 ]
	for protocol in ESP AH; do
		transforms='"esp-des","esp-sha-hmac"'
		[ $protocol = ESP ] || transforms='"ah-sha-hmac"'
		sa=$(grep "\"protocol\":\"$protocol\"" <<<"$sas")
		[[ $sa = *'"interface":"eth0"'*'"map_tag":"test"'* ]]
		[[ $sa = *"\"transform_set\":[$transforms]"* ]]
		[[ $sa = *'"local_ts":[{"protocol":0,"start":"50.50.50.0","end":"50.50.50.255"'* ]]
		[[ $sa = *'"remote_ts":[{"protocol":0,"start":"60.60.60.0","end":"60.60.60.255"'* ]]
		[ "$(field "$sa" tunnel_mode)" = true ]
		[ "$(field "$sa" replay_protection)" = true ]
		[ "$(field "$sa" lifetime_seconds)" = 3600 ]
		[ "$(field "$sa" lifetime_kilobytes)" = 4608000 ]
		[ "$(field "$sa" in.errors)" = 0 ]
		[ "$(field "$sa" in.packets)" -ge 100 ]
		[ "$(field "$sa" in.packets)" = "$(field "$sa" out.packets)" ]
		[ "$(field "$sa" in.packets)" = "$(field "$(head -n 1 <<<"$sas")" in.packets)" ]
	done
}

# What the document prints of R1 ("preshare, debug isakmp", "debug ipsec"), in its order; but
# that S1 had the identity before SKEYID, which main mode has behind it, and that S3's
# newer words stand where the two differ.
debug_lines() {
	local selectors="Creating IPsec SAs
inbound SA from 20.20.20.20 to 20.20.20.21
(proxy 60.60.60.0 to 50.50.50.0)
lifetime of 3600 seconds
lifetime of 4608000 kilobytes
outbound SA from 20.20.20.21 to 20.20.20.20
(proxy 50.50.50.0 to 60.60.60.0)
lifetime of 3600 seconds
lifetime of 4608000 kilobytes"
	local attributes="attributes in transform:
encaps is 1
SA life type in seconds
SA life duration (basic) of 3600
SA life type in kilobytes
SA life duration (VPI) of 0x0 0x46 0x50 0x0"
	cat <<-END
	processing SA payload. message ID = 0
	Checking ISAKMP transform 1 against priority 1 policy
	encryption DES-CBC
	hash SHA
	default group 2
	auth pre-share
	life type in seconds
	life duration (basic) of 240
	atts are acceptable. Next payload is 0
	processing KE payload. message ID = 0
	processing NONCE payload. message ID = 0
	SKEYID state generated
	processing ID payload. message ID = 0
	processing HASH payload. message ID = 0
	SA has been authenticated
	processing SA payload. message ID =
	Checking IPsec proposal 1
	transform 1, AH_SHA_HMAC
	$attributes
	atts are acceptable.
	Checking IPsec proposal 1
	transform 1, ESP_DES
	$attributes
	authenticator is HMAC-SHA
	atts are acceptable.
	processing NONCE payload. message ID =
	processing ID payload. message ID =
	processing ID payload. message ID =
	for SA from 20.20.20.20 to 20.20.20.21 for prot 2
	for SA from 20.20.20.20 to 20.20.20.21 for prot 3
	$selectors
	$selectors
	END
}

# in_order FILE: its lines are parts of R1's log, one after the other
in_order() {
	awk -v log_file="$ROUTERS_RUN/R1/log" '
		{ wanted[NR] = $0 }
		END {
			at = 1
			while (at <= NR && (getline line <log_file) > 0)
				if (index(line, wanted[at]))
					at++
			if (at <= NR) {
				print "not there, or not behind the line before: " wanted[at]
				exit 1
			}
		}' "$1"
}

debugs_as_the_document() {
	debug_lines >"$out/lines"
	in_order "$out/lines" || { grep -n ISAKMP "$ROUTERS_RUN/R1/log"; return 1; }
	# a log that has a line less is seen
	sed 's/ESP_DES/ESP_3DES/' "$out/lines" >"$out/other"
	if in_order "$out/other"; then return 1; fi
}

# spis ROUTER: of the SAs in the kernel
spis() { kernel_sas "$1" | grep -o '"spi":"[^"]*"' | sort; }
all_new() { both_counted 4 && [ -z "$(comm -12 "$out/before" <(spis R1))" ]; }

# rekeys ROUTER: all four SAs, and the ISAKMP SA
rekeys() {
	local cookie
	spis R1 >"$out/before"
	seki "$1" rekey crypto sa
	or_logs wait_for 30 all_new
	or_logs no_ping_lost H1
	cookie=$(field "$(isakmp_sas R1)" local_spi)
	spis R1 >"$out/before"
	seki "$1" rekey crypto isakmp sa
	or_logs wait_for 30 isakmp_is_new "$cookie"
	or_logs no_ping_lost H1
	diff "$out/before" <(spis R1)
}
isakmp_is_new() {
	local sas
	sas=$(isakmp_sas R1)
	[[ $sas != *$'\n'* && $(field "$sas" local_spi) != "$1" && $(isakmp_sas R2 | wc -l) = 1 ]]
}

killed_daemon_loses_nothing() {
	spis R1 >"$out/before"
	end_sekid R1 KILL
	or_logs no_ping_lost H1
	or_logs start_sekid R1 -d "crypto isakmp"
	or_logs no_ping_lost H1
	or_logs wait_for 30 all_new
	or_logs no_ping_lost H1
}

clear_makes_anew() {
	seki R1 clear crypto sa
	or_logs wait_for 20 both_counted 0
	or_logs wait_for 30 reach H1
	both_counted 4
}

goodbye() {
	end_sekid R1
	counted R1 0
	or_logs wait_for 20 counted R2 0
	[ -z "$(isakmp_sas R2)" ]
	end_sekid R2
}

# Another implementation reads what was said, and finds nothing malformed.
tshark_reads_it() {
	capture_end "$out/wire"
	shark "$out/keys" "$out/wire" -V >"$out/text"
	! grep -i -e malformed -e '\[Bad: True\]' -e 'reserved.*[1-9a-f].* (bogus' "$out/text"
	grep -q 'Exchange type: Identity Protection (Main Mode)' "$out/text"
	grep -q 'Exchange type: Quick Mode' "$out/text"
	grep -q 'Decrypted IKE' "$out/text" || grep -q 'Decrypted Data' "$out/text"
	grep -q 'Payload: Hash' "$out/text"
	grep -q 'Identification' "$out/text"
	grep -q 'Protocol ID: IPSEC_AH' "$out/text"
	grep -q 'Protocol ID: IPSEC_ESP' "$out/text"
	grep -q 'Authentication Header' "$out/text"
}

make_lab
load_seki
run_test "S1's configurations: a packet makes the SAs, 50 pings each way in ESP" verbatim
run_test "what the access list does not have goes unprotected" not_in_the_list
stop_both
run_test "with the transform set of its outputs: 50 pings each way in AH and ESP" bundle
run_test "show crypto isakmp sa is the document's" shows_isakmp_sa
run_test "show crypto isakmp policy is the document's" shows_policies
run_test "show crypto ipsec sa has the document's fields, for AH and ESP" shows_ipsec_sa
run_test "the debug lines are the document's, in its order" debugs_as_the_document
run_test "tshark decrypts what was said, and finds nothing malformed" tshark_reads_it
pings_begin H1 60.60.60.1
run_test "R1 rekeys all four SAs and the ISAKMP SA, no ping is lost" rekeys R1
run_test "R2 rekeys all four SAs and the ISAKMP SA, no ping is lost" rekeys R2
run_test "a killed daemon comes back, no ping is lost" killed_daemon_loses_nothing
pings_end H1
run_test "clear crypto sa ends four SAs on both sides; a packet makes new ones" clear_makes_anew
run_test "a daemon told to end says so" goodbye
rm -rf "$out"
ktap_finish
