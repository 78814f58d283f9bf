#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout: 120
#
# vpnc, a client made for Cisco's concentrators, and our Easy VPN server.  The daemon runs
# without its kernel module; vpnc brings its ESP along, and says what it was given to a
# script of ours.
# Rows A15, F01, F02, F03, F04, F05, F06, F07.
#
#	R1: sekid 10.0.0.1 ---- 10.0.0.2 R2: vpnc
set -eu
. tests/vm/ktap.sh
. tests/lib/strongswan.sh
export pair_show="crypto isakmp sa" pair_debug="crypto isakmp" pair_profile=isakmp-profile
export pair_transforms="esp-aes 256 esp-sha-hmac"
. tests/lib/host_pair.sh
pki=$folder/pki
. tests/lib/pki.sh

# server [METHOD [STATEMENT OF THE PROFILE]]
server() {
	pair_config "" <<-END
	$(cat "$folder/trustpoint")
	crypto isakmp policy 10
	 authentication ${1:-pre-share}
	 encryption aes 256
	 hash sha
	 group 14
	ip local pool POOL 172.16.9.7 172.16.9.9
	username alice password wonderland
	access-list 150 permit ip 10.77.0.0 0.0.255.255 any
	crypto isakmp client configuration group admin
	 key cisco123
	 pool POOL
	 netmask 255.255.255.0
	 dns 10.77.0.53
	 wins 10.77.0.54
	 domain example.com
	 split-dns example.com
	 acl 150
	 banner Welcome to the barrier gate
	crypto isakmp profile I
	 match identity group admin
	 client authentication list USERS
	 isakmp authorization list GROUPS
	 client configuration address respond
	 legacy
	 ${2:-}
	END
}

# client [OPTION...]: runs until it is told to end, or has failed
client() {
	rm -f "$folder/given"
	cat >"$folder/script" <<-END
	#!/bin/sh
	env >>"$folder/given"
	END
	chmod 755 "$folder/script"
	ip netns exec $r2 vpnc --non-inter --gateway 10.0.0.1 --id admin --secret cisco123 \
		--username alice --password wonderland --dh dh14 --pfs nopfs --no-detach --debug 2 \
		--ifname tun9 --script "$folder/script" --pid-file "$folder/vpnc.pid" "$@" \
		/dev/null >"$folder/vpnc" 2>&1 &
	client_pid=$!
}

was_given() { grep -q -- "^$1\$" "$folder/given"; }
is_given() { [ -s "$folder/given" ] && was_given "reason=connect"; }
not_given() { ! is_given; }
is_up() { we_say "tunnel0: up"; }
or_shows() { "$@" || { tail -n 40 "$folder/log"; tail -n 60 "$folder/vpnc"; return 1; }; }
client_ended() { ended "$client_pid"; }
nobody_there() { client_ended; }

connects() {
	server
	or_logs pair_start
	client "$@"
	or_shows wait_for 30 is_given
	or_shows wait_for 10 is_up
	or_shows was_given "INTERNAL_IP4_ADDRESS=172.16.9.7"
	or_shows was_given "INTERNAL_IP4_NETMASK=255.255.255.0"
	or_shows was_given "INTERNAL_IP4_DNS=10.77.0.53"
	or_shows was_given "INTERNAL_IP4_NBNS=10.77.0.54"
	or_shows was_given "CISCO_DEF_DOMAIN=example.com"
	or_shows was_given "CISCO_BANNER=Welcome to the barrier gate"
	or_shows was_given "CISCO_SPLIT_INC=1"
	or_shows was_given "CISCO_SPLIT_INC_0_ADDR=10.77.0.0"
	or_shows was_given "CISCO_SPLIT_INC_0_MASK=255.255.0.0"
	or_shows we_say "group id     : admin"
	or_shows we_say "auth XAUTHInitPreShared"
	or_shows we_say "allocating address 172.16.9.7"
	or_shows we_say "New State = IKE_QM_PHASE2_COMPLETE"
	# It says good-bye, and the lease is free.
	kill "$client_pid"
	or_shows wait_for 15 client_ended
	or_shows wait_for 10 we_say "the peer deletes the ISAKMP SA"
	pair_stop
}
over_esp() { connects --natt-mode none; }
over_udp() { connects --natt-mode force-natt; }

# The server has a certificate, the client its user alone.
hybrid() {
	server hybrid "self-identity fqdn R1.example"
	or_logs pair_start
	client --natt-mode none --auth-mode hybrid --ca-file "$pki/ca.pem"
	or_shows wait_for 30 is_given
	or_shows wait_for 10 is_up
	or_shows was_given "INTERNAL_IP4_ADDRESS=172.16.9.7"
	or_shows we_say "auth HybridInitRSA"
	kill "$client_pid"
	or_shows wait_for 15 client_ended
	pair_stop
}

# fails SENTENCE-OF-OURS OPTION...
fails() {
	local sentence=$1
	shift
	server
	or_logs pair_start
	client "$@"
	or_shows wait_for 40 client_ended
	or_shows not_given
	or_shows we_say "$sentence"
	pair_stop
}
wrong_password() {
	fails "XAUTH: user alice at 10.0.0.2: name or password is wrong" --password other
}
wrong_group_key() { fails "SKEYID state generated" --secret other; }
unknown_group() { fails "peer matches \*none\* of the profiles" --id strangers; }

trap pair_end EXIT
pair_begin
make_authority
certify R1 rsa
cat >"$folder/trustpoint" <<-END
crypto pki trustpoint TP
 certificate file $pki/R1-rsa.pem
 private-key file $pki/R1-rsa.key
END
run_test "vpnc gets all that the group gives, ESP as it is" over_esp
run_test "the same with ESP in UDP" over_udp
run_test "the server has a certificate: hybrid" hybrid
run_test "a wrong password" wrong_password
run_test "a wrong key of the group" wrong_group_key
run_test "a group that is not there" unknown_group
ktap_finish
