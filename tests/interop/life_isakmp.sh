# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
#
# tests/interop/life.sh with IKEv1, behind it.  $suite are the lines of the policy, $aggressive is
# yes or empty, $pfs_group a number or 0.  A tunnel device asks for all addresses: in IKEv1 nobody
# narrows.

psk=sharedkey

# an ISAKMP SA is what life.sh calls an IKE SA
ike_sas() { isakmp_sas "$@"; }
seki_rekeys_ike() { seki R1 rekey crypto isakmp sa; }

seki_config_for() {
	write_config R1 <<-END
	crypto legacy
	crypto isakmp keepalive 10 2 periodic
	crypto isakmp policy 10
	 authentication pre-share
	$suite
	crypto isakmp key $psk address 10.0.0.2
	crypto isakmp profile I
	 match identity address 10.0.0.2
	 ${aggressive:+initiate mode aggressive}
	crypto ipsec transform-set T $transforms
	crypto ipsec profile V
	 set transform-set T
	 set isakmp-profile I
	 $([ "$pfs_group" = 0 ] || echo "set pfs group$pfs_group")
	 $role
	END
}

# The peer keeps what has been replaced until its lifetime ends, and so do we: nobody confirms.
child_is_new() {
	local sa spi
	sa=$(active_sa R1)
	printf -v spi '0x%08x' "$(field "$sa" inbound_spi)"
	[[ $spi != "$child_before" && $sa != *$'\n'* ]] || return
	[[ $(ip -n R2 xfrm state list dst 10.0.0.1) = *"spi $spi "* ]]
}

protocol_is() {
	local states
	states=$(ip -n R2 xfrm state list)
	echo "$states"
	[ "$(grep -c "proto $1 spi" <<<"$states")" = 2 ]
	[ -z "${2:-}" ] || grep -q "$2" <<<"$states"
}

# begun TITLE SIDE PROTOCOL WHAT: the tunnel comes up, and XFRM has what was wanted
begun() {
	who=${2/peer/$peer}
	start_life psk "$2"
	run_test "$1, $who begins: 20 pings each way" comes_up "$2"
	run_test "$1, $who begins: XFRM has it" protocol_is "$3" "$4"
}

ended_by() {
	if [ "$2" = seki ]; then
		run_test "$1, $who begins: seki ends and nothing is left" ends_with_seki
	else
		run_test "$1, $who begins: $peer deletes and nothing is left" deleted_by peer
	fi
	stop_life
}
