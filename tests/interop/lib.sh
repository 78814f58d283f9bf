# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the scripts of this folder share: two routers as in
# tests/lib/routers.sh, one or both of them ours, and questions to them.

. tests/vm/ktap.sh
. tools/vm/guest-lib.sh
. tests/lib/routers.sh

export IP_LIB_DIR=$PWD/build/gcc

# this_is NAME VERSION: the tests from here on are with that one, for tools/interop-table
this_is() { echo "# interop: $1 $2"; }

# end_process FILE [SIGNAL]: the one whose number is there; returns when it has
# ended.  Bash's "wait" knows only what this very subshell has started.
end_process() {
	local pid
	pid=$(cat "$1")
	kill "-${2:-TERM}" "$pid"
	wait_for 15 ended "$pid"
}
ended() { ! kill -0 "$1"; }

# end_sekid ROUTER [SIGNAL]
end_sekid() {
	end_process "$ROUTERS_RUN/$1/pid" "${2:-TERM}"
	rm -f "$ROUTERS_RUN/$1/control"
}

# log_says ROUTER PATTERN
log_says() { grep -q -- "$2" "$ROUTERS_RUN/$1/log"; }
clear_log() { : >"$ROUTERS_RUN/$1/log"; }

# ask ROUTER COMMAND...: the daemon's answer in JSON, without blanks.  It needs
# one process; the functions below need none, and are called again and again.
ask() {
	local answer
	answer=$(build/gcc/seki --control "$ROUTERS_RUN/$1/control" --json "${@:2}") || return
	echo "${answer//[$' \n']/}"
}

# split_sas ANSWER FIRST-NAME: one line for each object that begins so
split_sas() {
	local rest=$1
	while [[ $rest = *"{\"$2\""* ]]; do
		rest=${rest#*"{\"$2\""}
		printf '{"%s"%s\n' "$2" "${rest%%"{\"$2\""*}"
	done
}
ike_sas() { split_sas "$(ask "$1" show crypto ikev2 sa)" tunnel_id; }
isakmp_sas() { split_sas "$(ask "$1" show crypto isakmp sa)" tunnel_id; }
ipsec_sas() { split_sas "$(ask "$1" show crypto ipsec sa)" ifindex; }
# active_sa ROUTER: those that are in use, without those that linger
active_sa() {
	local sa
	ipsec_sas "$1" | while read -r sa; do
		[[ $sa != *'"active":true'* ]] || echo "$sa"
	done
}
no_sas() { [ -z "$(ike_sas "$1")$(ipsec_sas "$1")" ]; }

# field OBJECT NAME: its value; in.packets is the one inside of "in"
field() {
	local object=$1
	[[ $2 != *.* ]] || object=${object#*"\"${2%.*}\":{"}
	[[ $object =~ \"${2#*.}\":\"?([^,\"}]*) ]] && echo "${BASH_REMATCH[1]}"
}

child_spi() { printf '0x%08x\n' "$(field "$(active_sa "$1")" inbound_spi)"; }
ike_spi() { field "$(ike_sas "$1")" local_spi; }

# In the kernel of a router: what the daemon may have forgotten.
kernel_sas() { ip netns exec "$1" build/gcc/tests/tools/seki-manual list; }
# no_xfrm NAMESPACE: nor has the kernel's other IPsec
no_xfrm() { [ -z "$(ip -n "$1" xfrm state list)" ]; }

# pings_begin ROUTER [TO]: an endless ping through the tunnel, until pings_end; close
# enough to hit the moment in which a wrong order of things would lose one
pings_begin() {
	local n=${1#R}
	# shellcheck disable=SC2046 # words of a command
	ip netns exec "$1" ping -i 0.02 -W 5 ${2:-$(echo -I "192.168.$n.1" 192.168.$((3 - n)).1)} \
		>"$ROUTERS_RUN/$1/pings" 2>&1 &
	echo $! >"$ROUTERS_RUN/$1/ping-pid"
	echo 0 >"$ROUTERS_RUN/$1/pings.checked"
}

# no_ping_lost ROUTER: fifty more replies come, and none is missing since the
# last time
no_ping_lost() {
	local pings=$ROUTERS_RUN/$1/pings
	wait_for 15 more_replies "$1" $(($(replies "$1") + 50))
	sed -n 's/.*bytes from.*icmp_seq=\([0-9]*\) .*/\1/p' "$pings" | sort -n |
		awk -v n="$(cat "$pings.checked")" -v checked="$pings.checked" '
			$1 <= n { next }
			$1 != ++n { print "lost: " n " to " $1 - 1; n = $1; bad = 1 }
			END { print n " pings so far"; print n > checked; exit bad }'
}
more_replies() { [ "$(replies "$1")" -ge "$2" ]; }
replies() { grep -c 'bytes from' "$ROUTERS_RUN/$1/pings" || :; }

pings_end() { end_process "$ROUTERS_RUN/$1/ping-pid" INT; }

# --- the configurations that several scripts use: variables that they set ---

# shellcheck disable=SC2034 # not every script uses all of it
# use_suite modern|legacy: what one would choose today, and the S0 document's
use_suite() {
	case $1 in
	modern)
		permission='' cipher="aes-gcm-128" hash="prf sha256" group=31 pfs_group=31
		transforms="esp-gcm" words='"esp-gcm"'
		swan_ike=aes128gcm16-prfsha256-x25519 swan_esp=aes128gcm16-x25519 ;;
	legacy)
		permission="crypto legacy" cipher="aes-cbc-128" hash="integrity sha1" group=2 pfs_group=''
		transforms="esp-3des esp-sha-hmac" words='"esp-3des","esp-sha-hmac"'
		swan_ike=aes128-sha1-modp1024 swan_esp=3des-sha1 ;;
	esac
}

psk="a key of several words"
local_psk=$psk remote_psk=$psk
global='' role=''

# seki_config ROUTER: profile V for a tunnel to the other one
seki_config() {
	local other=10.0.0.$((3 - ${1#R}))
	write_config "$1" <<-END
	$permission
	$global
	crypto ikev2 proposal P
	 encryption $cipher
	 $hash
	 group $group
	crypto ikev2 policy P
	 proposal P
	crypto ikev2 keyring K
	 peer other
	  address $other
	  pre-shared-key local $local_psk
	  pre-shared-key remote $remote_psk
	crypto ikev2 profile I
	 match identity remote address $other
	 authentication local pre-share
	 authentication remote pre-share
	 keyring local K
	crypto ipsec transform-set T $transforms
	crypto ipsec profile V
	 set transform-set T
	 set ikev2-profile I
	 ${pfs_group:+set pfs group$pfs_group}
	 $role
	END
}

swan_dpd=0s

# swan_config: for R2, a connection "seki" with a child "net"
swan_config() {
	swan_load R2 <<-END
	connections {
		seki {
			version = 2
			local_addrs = 10.0.0.2
			remote_addrs = 10.0.0.1
			proposals = $swan_ike
			rekey_time = 0
			dpd_delay = $swan_dpd
			local {
				auth = psk
			}
			remote {
				id = 10.0.0.1
				auth = psk
			}
			children {
				net {
					local_ts = $local_ts
					remote_ts = $remote_ts
					esp_proposals = $swan_esp
					rekey_time = 0
					if_id_in = $if_id
					if_id_out = $if_id
				}
			}
		}
	}
	secrets {
		ike-seki {
			id = 10.0.0.1
			secret = "$psk"
		}
	}
	END
}

# use_selectors any|exact|v6: what strongSwan wants protected, and its route
use_selectors() {
	case $1 in
	any)	local_ts=0.0.0.0/0 remote_ts=0.0.0.0/0 if_id=42
		ip -n R2 link show xfrm0 >/dev/null 2>&1 || ip -n R2 -batch - <<-END
		link add xfrm0 type xfrm dev eth0 if_id 42
		link set xfrm0 up
		END
		ip -n R2 route replace 192.168.1.1/32 dev xfrm0 src 192.168.2.1 ;;
	exact)	local_ts=192.168.2.1/32 remote_ts=192.168.1.1/32 if_id=0
		ip -n R2 route replace 192.168.1.1/32 via 10.0.0.1 src 192.168.2.1 ;;
	v6)	local_ts=2001:db8:2::/64 remote_ts=2001:db8:1::/64 if_id=0 ;;
	esac
}

show_logs() {
	local log
	for log in "$ROUTERS_RUN"/R?/log "$ROUTERS_RUN"/*/R2/{output,log}; do
		[ ! -e "$log" ] || { echo "--- $log"; tail -n 30 "$log"; }
	done
}

# or_logs COMMAND...: a failure comes with what both sides have to say
or_logs() { "$@" || { show_logs; return 1; }; }
