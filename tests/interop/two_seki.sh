#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: 6.1 debug
#
# The S0 document's two routers, word for word, and their lives.
#
#	  R1  lo 192.168.1.1                     lo 192.168.2.1  R2
#	      tunnel0 ============ ESP ============ tunnel0
#	      eth0 10.0.0.1 ---------------------- eth0 10.0.0.2
#
# The daemons make tunnel0 from the documents' "interface Tunnel0".
set -eu
. tests/interop/lib.sh

# The documents' lifetime of 120 s: rekeyed after 18 to 24 s by who began.
soon="crypto ikev2 rekey-margin 20"

# start ROUTER [STATEMENT]: it may stand beside the document's
start() {
	echo "${2:-}" | s0_config "$1"
	or_logs start_sekid "$1" -d "crypto ipsec"
}

# answer_only ROUTER: the only change to a document, and only in the tests that
# must know who begins
answer_only() { sed -i 's/^set ikev2-profile .*/&\nresponder-only/' "$ROUTERS_RUN/$1/seki.conf"; }

both_up() { tunnel_is_up R1 && tunnel_is_up R2; }
down() { ! tunnel_is_up "$1"; }

refused_without_legacy() {
	local status=0
	cp tests/seeds/s0-router1.conf "$ROUTERS_RUN/R1/seki.conf"
	chmod 600 "$ROUTERS_RUN/R1/seki.conf"
	timeout 20 ip netns exec R1 build/gcc/sekid -n -f "$ROUTERS_RUN/R1/seki.conf" \
		--control "$ROUTERS_RUN/R1/control" >"$ROUTERS_RUN/R1/log" 2>&1 || status=$?
	cat "$ROUTERS_RUN/R1/log"
	[ "$status" = 2 ]
	log_says R1 'seki.conf:14:12: error: encryption 3DES is a weak algorithm'
	log_says R1 'to permit it, add "crypto legacy" at the top'
	[ ! -e "$ROUTERS_RUN/R1/control" ]
	! ip -n R1 link show tunnel0
}

# begins ROUTER: the other one answers; from then on both do as the documents say
begins() {
	local other=R$((3 - ${1#R}))
	clear_log R1
	clear_log R2
	echo "$soon" | s0_config $other
	answer_only $other
	or_logs start_sekid $other
	start "$1" "$soon"
	or_logs wait_for 30 both_up
	[ "$(field "$(ike_sas "$1")" initiator)" = true ]
	[ "$(field "$(ike_sas $other)" initiator)" = false ]
	echo "$soon" | s0_config $other
	seki $other reload
	ping_through R1 100
	ping_through R2 100
}

stop_both() {
	local router
	for router in R1 R2; do
		end_sekid $router
		ip -n $router link del tunnel0
	done
}

# shape: words without their wrapping, numbers without their values
shape() {
	tr -s ' \n\t' ' ' | sed -E 's/0x[0-9A-F]+|[0-9A-F]{16}|[0-9]+/N/g
		s/TunnelN/tunnelN/g; s/EthernetN\/N/ethN/g; s/^ //; s/ $//'
}

# as_in_document ROUTER KIND COMMAND...: what is shown has every word of the document's
as_in_document() {
	local router=$1 kind=$2
	shift 2
	seki "$router" "$@" | tee "$ROUTERS_RUN/shown"
	diff <(shape <"tests/seeds/s0-show-${router,}-$kind.txt" | tr ' ' '\n') \
		<(shape <"$ROUTERS_RUN/shown" | tr ' ' '\n')
}

shows_the_documents_fields() {
	local router
	for router in R1 R2; do
		as_in_document $router ikev2-sa show crypto ikev2 sa detailed
		grep -q 'Encr: AES-CBC, keysize: 128, Hash: SHA96, DH Grp:2,' "$ROUTERS_RUN/shown"
		grep -q 'Life/Active Time: 120/' "$ROUTERS_RUN/shown"
		as_in_document $router ipsec-sa show crypto ipsec sa
		grep -q 'transform: esp-3des esp-sha-hmac ,' "$ROUTERS_RUN/shown"
		as_in_document $router session show crypto session
	done
}

ike_is_new() { [ "$(ike_spi R1)" != "$before" ] && [ "$(ike_sas R1 | wc -l)" = 1 ]; }
child_is_new() { [ "$(child_spi R1)" != "$before" ]; }

lifetime_rekeys() {
	before=$(ike_spi R1)
	or_logs wait_for 40 ike_is_new
	no_ping_lost R1
}

clear_children_remakes() {
	before=$(child_spi R1)
	seki R1 clear crypto sa
	or_logs wait_for 20 child_is_new
	wait_for 20 both_up
	ping_through R1 3
}

clear_ike_remakes() {
	before=$(ike_spi R1)
	seki R1 clear crypto ikev2 sa
	or_logs wait_for 20 ike_is_new
	wait_for 20 both_up
	ping_through R1 3
}

broken_reload_keeps_the_old() {
	local child
	child=$(child_spi R1)
	cp "$ROUTERS_RUN/R1/seki.conf" "$ROUTERS_RUN/good"
	sed -i 's/^encryption /encrption /' "$ROUTERS_RUN/R1/seki.conf"
	! seki R1 reload >"$ROUTERS_RUN/shown" 2>&1 || return 1
	cat "$ROUTERS_RUN/shown"
	grep -q 'did you mean "encryption"' "$ROUTERS_RUN/shown"
	kill -HUP "$(cat "$ROUTERS_RUN/R1/pid")"
	or_logs wait_for 10 log_says R1 'the configuration stays as it is'
	seki R1 show running-config | grep -q 'encryption 3des aes-cbc-128'
	[ "$(child_spi R1)" = "$child" ]
	ping_through R1 3
	cp "$ROUTERS_RUN/good" "$ROUTERS_RUN/R1/seki.conf"
	seki R1 reload
	[ "$(child_spi R1)" = "$child" ]
}

# The kernel carries on while nobody is there, and until successors are up.
killed_daemon_loses_nothing() {
	before=$(child_spi R1)
	pings_begin R1
	end_sekid R1 KILL
	no_ping_lost R1
	or_logs start_sekid R1
	or_logs wait_for 30 child_is_new
	or_logs no_ping_lost R1
	pings_end R1
	[ "$(active_sa R1 | wc -l)" = 1 ]
	wait_for 12 one_pair_left
}
one_pair_left() { [ "$(kernel_sas R1 | wc -l)" = 2 ] && [ "$(kernel_sas R2 | wc -l)" = 2 ]; }

nothing_in_kernels() { [ -z "$(kernel_sas R1)$(kernel_sas R2)" ]; }

stopped_daemon_says_goodbye() {
	end_sekid R1
	[ -z "$(kernel_sas R1)" ]
	or_logs wait_for 12 nothing_in_kernels
	wait_for 5 down R1
	wait_for 5 down R2
	or_logs start_sekid R1
	or_logs wait_for 30 both_up
	ping_through R1 3
}

# R2 has another key at first; R1 tries again later and later.  Once R2 knows
# the key, a packet is what makes R1 try at once.
packet_makes_a_tunnel() {
	s0_config R2 </dev/null
	answer_only R2
	sed -i 's/cisco/wrong/' "$ROUTERS_RUN/R2/seki.conf"
	or_logs start_sekid R2
	start R1
	# The failures come after 0, 1, 3 and 7 s, the next one after 15.
	or_logs wait_for 40 failed_times 4
	down R1
	sed -i 's/wrong/cisco/' "$ROUTERS_RUN/R2/seki.conf"
	seki R2 reload
	ip netns exec R1 ping -c 1 -W 1 -I 192.168.1.1 192.168.2.1 || :
	or_logs wait_for 5 both_up
	log_says R1 'a packet from 192.168.1.1.* wants an SA of tunnel0'
	failed_times 4
	ping_through R1 3
}
failed_times() { [ "$(grep -c 'tunnel0: .*does not accept our identity' "$ROUTERS_RUN/R1/log")" = "$1" ]; }

make_routers
load_seki
run_test "without the permission, the line to add is named and nothing is made" refused_without_legacy
run_test "R2 begins: 100 pings each way" begins R2
stop_both
run_test "R1 begins: 100 pings each way" begins R1
run_test "show prints what the document shows" shows_the_documents_fields
pings_begin R1
run_test "the IKE SA is rekeyed before its lifetime ends, no ping is lost" lifetime_rekeys
pings_end R1
run_test "a broken file changes nothing at reload and SIGHUP" broken_reload_keeps_the_old
run_test "clear crypto sa makes the tunnel anew" clear_children_remakes
run_test "clear crypto ikev2 sa makes the tunnel anew" clear_ike_remakes
run_test "a killed daemon comes back, no ping is lost" killed_daemon_loses_nothing
run_test "a daemon told to end closes the tunnel, and makes it again" stopped_daemon_says_goodbye
stop_both
for r in R1 R2; do
	clear_log $r
done
run_test "a packet makes the tunnel when its time to retry is far" packet_makes_a_tunnel
stop_both
ktap_finish
