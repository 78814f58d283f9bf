# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A seki daemon without its kernel module and strongSwan with an ESP of its own, in two
# namespaces of this host.  Needs tests/vm/ktap.sh and tests/lib/strongswan.sh.
#
#	pair_begin
#	pair_config "STATEMENT OF THE IPSEC PROFILE" <<-END	# statements, profile I among them
#	...
#	END
#	pair_start
#	pair_stop
#	pair_end
#
# IKEv1: pair_show="crypto isakmp sa" pair_ready=QM_IDLE pair_profile=isakmp-profile
# pair_debug="crypto isakmp" before; pair_negotiates="" for no profile at all.  pair_transforms is
# what the transform set has.

pair_show=${pair_show:-crypto ikev2 sa}
pair_ready=${pair_ready:-READY}
pair_negotiates=${pair_negotiates-set ${pair_profile:-ikev2-profile} I}
pair_transforms=${pair_transforms:-esp-gcm}

folder=$(mktemp -d)
export SWAN_RUN=$folder/swan
r1=pair-$$-1 r2=pair-$$-2
sekid=$PWD/build/asan/sekid
seki=$PWD/build/asan/seki

ctl() { "$seki" --control "$folder/control" "$@"; }
# ours: our IKE SAs in JSON, without blanks
# shellcheck disable=SC2086 # words of a command
ours() { local sa; sa=$(ctl --json show $pair_show); echo "${sa//[$' \n']/}"; }
theirs() { swan_sas "$r2"; }
is_up() { [[ $(ours) = *"\"state\":\"$pair_ready\""* && $(theirs) = *state=ESTABLISHED* ]]; }
we_say() { grep -q -- "$1" "$folder/log"; }
swan_says() { swan_log "$r2" | grep -q -- "$1"; }
nobody_there() { [ -z "$(theirs)" ]; }
or_logs() { "$@" || { tail -n 40 "$folder/log"; swan_log "$r2" | tail -n 40; return 1; }; }

ended() { ! kill -0 "$1"; }
# end_process FILE [SIGNAL]: the one whose number is there; returns when it has ended
end_process() {
	local pid
	pid=$(cat "$1")
	kill "-${2:-TERM}" "$pid"
	wait_for 15 ended "$pid"
}

pair_begin() {
	local ns
	for ns in $r1 $r2; do
		ip netns add "$ns"
		ip -n "$ns" link set lo up
	done
	ip link add name eth0 netns $r1 type veth peer name eth0 netns $r2
	ip -n $r1 addr add 10.0.0.1/24 dev eth0
	ip -n $r2 addr add 10.0.0.2/24 dev eth0
	ip -n $r1 link set eth0 up
	ip -n $r2 link set eth0 up
	: >"$folder/log"
}

pair_end() {
	local ns
	[ ! -e "$folder/pid" ] || kill "$(cat "$folder/pid")" 2>/dev/null || :
	[ ! -e "$SWAN_RUN/$r2/pid" ] || kill "$(cat "$SWAN_RUN/$r2/pid")" 2>/dev/null || :
	for ns in $r1 $r2; do
		ip netns del "$ns" 2>/dev/null || :
	done
	rm -rf "$folder"
}

# pair_config STATEMENT: the tunnel, behind what standard input says; $pair_inside are
# more of its lines, $pair_local and $pair_remote its ends
ipv4_inside=" ip address 172.16.0.1 255.255.255.0
 tunnel mode ipsec ipv4"
pair_config() {
	{
		cat
		cat <<-END
		crypto ipsec transform-set T $pair_transforms
		crypto ipsec profile V
		 set transform-set T
		 $pair_negotiates
		 $1
		interface Tunnel0
		 tunnel source ${pair_local:-10.0.0.1}
		 tunnel destination ${pair_remote:-10.0.0.2}
		 tunnel protection ipsec profile V
		${pair_inside:-$ipv4_inside}
		END
	} >"$folder/seki.conf"
	chmod 600 "$folder/seki.conf"
}

# pair_start: one that a failed test has left ends first
pair_start() {
	[ ! -e "$folder/pid" ] || pair_stop
	: >"$folder/log"
	ip netns exec $r1 "$sekid" --no-kernel -n --config "$folder/seki.conf" --control "$folder/control" \
		-d "${pair_debug:-crypto ikev2 internal}" -d "crypto ikev2 error" >>"$folder/log" 2>&1 &
	echo $! >"$folder/pid"
	wait_for 20 test -S "$folder/control"
}

# pair_stop: the daemon ends and takes its SAs along
pair_stop() {
	end_process "$folder/pid"
	rm -f "$folder/pid" "$folder/control"
	wait_for 15 nobody_there
}
