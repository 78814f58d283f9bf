# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
#
# The life of a tunnel between a seki router, R1, and whichever other
# implementation is R2, with its packets on XFRM:
#
#	            R1: seki                        R2: the peer
#	  192.168.1.1  lo                               lo  192.168.2.1
#	  172.16.0.101 tunnel0 ======== ESP ======== policies for these two addresses
#	  10.0.0.1     eth0 ----------- veth ------- eth0   10.0.0.2
#
# Who uses it gives these functions, which act on R2:
#
#	peer_start, peer_stop [SIGNAL]
#	peer_config		its side of $auth: psk, rsa or p256, seki's identity being
#				$seki_id and its own $peer_id
#	peer_initiate, peer_delete
#	peer_rekey child|ike
#	peer_ikes		one line for each IKE SA
#
# and the name of the peer in $peer, which is in the titles of the tests.

# shellcheck disable=SC2034 # the peer's functions use them
seki_id=R1.example peer_id=R2.example
# what seki is to protect packets with, and more lines of its profiles
transforms=esp-gcm protection_line='' profile_line=''

# seki_config_for AUTH: profile V for a tunnel to R2
seki_config_for() {
	local how
	case $1 in
	psk)	how=pre-share ;;
	rsa)	how=rsa-sig ;;
	p*)	how=ecdsa-sig ;;
	esac
	write_config R1 <<-END
	crypto ikev2 dpd 2 2 periodic
	crypto ikev2 proposal P
	 encryption aes-gcm-128
	 prf sha256
	 group 31
	crypto ikev2 policy P
	 proposal P
	crypto ikev2 keyring K
	 peer other
	  address ${seki_remote:-10.0.0.2}
	  pre-shared-key $psk
	crypto pki trustpoint TP
	 certificate file $pki/R1-${1/psk/rsa}.pem
	 private-key file $pki/R1-${1/psk/rsa}.key
	 ca file $pki/ca.pem
	crypto ikev2 profile I
	 match identity remote fqdn $peer_id
	 identity local fqdn $seki_id
	 authentication local $how
	 authentication remote $how
	 keyring local K
	 pki trustpoint TP
	 $profile_line
	crypto ipsec transform-set T $transforms
	crypto ipsec profile V
	 set transform-set T
	 set ikev2-profile I
	 set pfs group31
	 $protection_line
	 $role
	END
}

make_life_certificates() {
	local router kind
	make_authority
	for router in R1 R2; do
		for kind in rsa p256; do
			certify $router $kind
		done
	done
}

# start_life AUTH seki|peer: with that side to begin
start_life() {
	auth=$1 role=''
	[ "$2" = seki ] || role=responder-only
	seki_config_for "$1"
	clear_log R1
	peer_config
	or_logs start_sekid R1
	make_tunnel R1 V
}

stop_life() {
	[ ! -e "$ROUTERS_RUN/R1/control" ] || end_sekid R1
	ip -n R1 link del tunnel0
}

has_pair() { [ "$(ip -n R2 xfrm state list | grep -c 'proto .* spi')" = 2 ]; }

# comes_up seki|peer: who begins
comes_up() {
	local ike
	[ "$1" = seki ] || or_logs peer_initiate
	or_logs wait_for 30 tunnel_is_up R1
	or_logs wait_for 10 has_pair
	ike=$(ike_sas R1)
	echo "$ike"
	[ "$(peer_ikes | wc -l)" = 1 ]
	[ "$(field "$ike" initiator)" = "$([ "$1" = seki ] && echo true || echo false)" ]
	or_logs ping_through R1 20
	or_logs ping_through R2 20
	[ "$(field "$(active_sa R1)" in.errors)" = 0 ]
}

# signed_with SHOWN: and the peer as well
signed_with() {
	local ike
	ike=$(ike_sas R1)
	[ "$(field "$ike" auth_sign)" = "$1" ]
	[ "$(field "$ike" auth_verify)" = "$1" ]
}

# One pair to send on, on both sides, and it is new.
child_is_new() {
	local sa spi states
	sa=$(active_sa R1)
	printf -v spi '0x%08x' "$(field "$sa" inbound_spi)"
	[[ $spi != "$child_before" && $sa != *$'\n'* ]] || return
	states=$(ip -n R2 xfrm state list dst 10.0.0.1)
	[[ $states = *"spi $spi "* && $states != *spi*spi* ]]
}

ike_is_new() {
	local sa
	sa=$(ike_sas R1)
	[[ $(field "$sa" local_spi) != "$ike_before" && $sa != *$'\n'* ]] || return
	[ "$(peer_ikes | wc -l)" = 1 ]
}

# traffic_goes_on ROUTER: whatever was lost
traffic_goes_on() {
	wait_for 15 more_replies "$1" $(($(replies "$1") + 50)) || return
	no_ping_lost "$1" || :
}

seki_rekeys_ike() { seki R1 rekey crypto ikev2 sa; }

# rekeys seki|peer child|ike [traffic_goes_on]: under an endless ping, which loses none unless it may
rekeys() {
	child_before=$(child_spi R1)
	ike_before=$(ike_spi R1)
	case "$1 $2" in
	"seki child")	seki R1 rekey crypto sa ;;
	"seki ike")	seki_rekeys_ike ;;
	*)		or_logs peer_rekey "$2" ;;
	esac
	or_logs wait_for 30 "$2_is_new"
	or_logs "${3:-no_ping_lost}" R1
	# The IKE SA's rekey leaves the children as they are.
	if [ "$2" = ike ]; then
		[ "$(child_spi R1)" = "$child_before" ]
	else
		[ "$(field "$(active_sa R1)" pfs_group)" = "${pfs_group:-31}" ]
	fi
}

peer_is_empty() { [ -z "$(peer_ikes)" ] && no_xfrm R2; }
nothing_left() { no_sas R1 && [ -z "$(kernel_sas R1)" ] && peer_is_empty; }

what_is_left() { ip -n R2 xfrm state; peer_ikes; ike_sas R1; ipsec_sas R1; kernel_sas R1; return 1; }

# deleted_by seki|peer: late packets are welcome for 5 s
deleted_by() {
	if [ "$1" = seki ]; then seki R1 clear crypto ikev2 sa; else peer_delete; fi
	or_logs wait_for 20 nothing_left || what_is_left
}

deleted_by_link_down() {
	ip -n R1 link set tunnel0 down
	or_logs wait_for 20 nothing_left || what_is_left
}

# A daemon that is told to end says so.
ends_with_seki() {
	end_sekid R1
	[ -z "$(kernel_sas R1)" ]
	or_logs wait_for 20 peer_is_empty || what_is_left
}

# What a gateway that crashes and boots again has: no SAs.
peer_dies() {
	peer_stop KILL
	ip -n R2 xfrm state flush
	ip -n R2 xfrm policy flush
}

# It is silent: after 2 s seki asks, five times again, and tries anew.
found_dead() {
	peer_dies
	or_logs wait_for 40 log_says R1 'dead peer detection: the peer is gone'
	[[ $(ike_sas R1) != *'"established":true'* ]]
	[ -z "$(active_sa R1)" ]
	peer_start
	peer_config
	or_logs wait_for 40 tunnel_is_up R1
	or_logs wait_for 10 has_pair
	ping_through R1 5
	[ "$(active_sa R1 | wc -l)" = 1 ]
}

# seki is silent, and takes its SAs with it
seki_found_dead() {
	end_sekid R1 KILL
	ip -n R1 link set tunnel0 down
	or_logs wait_for 30 peer_is_empty || what_is_left
}

# --- transport mode between the two addresses, which is a crypto map's ---

# $map_line names the profile; a packet that waits for SAs begins, unless the peer does
start_transport() {
	auth=psk role=''
	seki_config_for psk
	cat >>"$ROUTERS_RUN/R1/seki.conf" <<-END
	crypto ipsec transform-set TRANSPORT $transforms
	 mode transport
	access-list 133 permit ip host 10.0.0.1 host 10.0.0.2
	crypto map M 10 ipsec-isakmp
	 set peer 10.0.0.2
	 set transform-set TRANSPORT
	 $map_line
	 match address 133
	interface Ethernet0
	 ip address 10.0.0.1 255.255.255.0
	 crypto map M
	END
	clear_log R1
	peer_config
	or_logs start_sekid R1
	[ "$1" = seki ] || or_logs peer_initiate
}

pings_between() {
	ip netns exec R1 ping -q -c "$1" -i 0.02 -W 2 10.0.0.2 | grep ' 0% packet loss'
	ip netns exec R2 ping -q -c "$1" -i 0.02 -W 2 10.0.0.1 | grep ' 0% packet loss'
}

# transport_works seki|peer: who begins
transport_works() {
	local ike
	start_transport "$1"
	or_logs wait_for 30 pings_between 1
	or_logs pings_between 20
	ike=$(ike_sas R1)
	[ "$(field "$ike" initiator)" = "$([ "$1" = seki ] && echo true || echo false)" ]
	[ "$(field "$(active_sa R1)" tunnel_mode)" = false ]
	[ "$(field "$(active_sa R1)" in.packets)" -ge 40 ]
	[ "$(ip -n R2 xfrm state list | grep -c 'mode transport')" = 2 ]
}

transport_rekeys() {
	child_before=$(child_spi R1)
	if [ "$1" = seki ]; then seki R1 rekey crypto sa; else or_logs peer_rekey child; fi
	or_logs wait_for 20 child_is_new
	or_logs pings_between 20
}
