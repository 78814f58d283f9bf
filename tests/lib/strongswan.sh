# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# strongSwan as the peer: charon-systemd in a namespace of the guest, its
# packets on XFRM, the kernel's other IPsec.  Needs
# tests/interop/lib.sh.
#
#	swan_start R2
#	swan_load R2 <<-END		# a swanctl.conf
#	...
#	END
#	swan_initiate R2 net
#	swan_stop R2
#
# SWAN_PLUGINS are loaded besides those that everybody needs.  SWAN_TREE is a
# tree with another version of it (tests/lib/peer.sh).

SWAN_RUN=${SWAN_RUN:-/run/seki-test/strongswan}

# swan_start NAMESPACE: returns when it can be talked to; $swan_options are charon's,
# $swan_ipsec the plugin that does ESP when that is not the kernel
swan_start() {
	local dir=$SWAN_RUN/$1
	mkdir -p "$dir"/swanctl/{conf.d,x509,x509ca,x509aa,x509ac,x509crl,x509ocsp,pubkey,private,rsa,ecdsa,bliss,pkcs8,pkcs12}
	cat >"$dir/strongswan.conf" <<-END
	swanctl {
		load = random nonce openssl
	}
	charon-systemd {
		load = random nonce openssl hmac kdf ${swan_ipsec:-} kernel-netlink socket-default vici ${SWAN_PLUGINS:-}
		install_routes = no
		retransmit_timeout = 1.0
		retransmit_base = 1.0
		retransmit_tries = 4
		half_open_timeout = 8
		${swan_options:-}
		plugins {
			vici {
				socket = unix://$dir/vici
			}
		}
		filelog {
			all {
				path = $dir/log
				flush_line = yes
				default = 1
				ike = 2
			}
		}
		journal {
			default = -1
		}
	}
	END
	rm -f "$dir/vici"
	STRONGSWAN_CONF=$dir/strongswan.conf ip netns exec "$1" \
		${SWAN_TREE:+chroot "$SWAN_TREE"} /usr/sbin/charon-systemd \
		>>"$dir/output" 2>&1 &
	echo $! >"$dir/pid"
	wait_for 30 test -S "$dir/vici"
}

# swan_stop NAMESPACE [SIGNAL]
swan_stop() { end_process "$SWAN_RUN/$1/pid" "${2:-TERM}"; }

# swanctl_in NAMESPACE COMMAND...
swanctl_in() {
	local dir=$SWAN_RUN/$1
	shift
	STRONGSWAN_CONF=$dir/strongswan.conf SWANCTL_DIR=$dir/swanctl \
		timeout 120 ${SWAN_TREE:+chroot "$SWAN_TREE"} /usr/sbin/swanctl "$@" --uri "unix://$dir/vici"
}

# swan_load NAMESPACE: standard input replaces connections and secrets
swan_load() {
	cat >"$SWAN_RUN/$1/swanctl/swanctl.conf"
	swanctl_in "$1" --load-all --clear
}

swan_initiate() { swanctl_in "$1" --initiate --child "$2" --timeout 60; }
swan_rekey_child() { swanctl_in "$1" --rekey --child "$2"; }
swan_rekey_ike() { swanctl_in "$1" --rekey --ike "$2"; }
swan_terminate() { swanctl_in "$1" --terminate --ike "$2" --timeout 60; }

# swan_sas NAMESPACE: one line for each IKE SA, "key=value" with its children's
swan_sas() { swanctl_in "$1" --list-sas --raw | grep '^list-sa event' || :; }

# swan_value LINE KEY: the first one
swan_value() { [[ $1 =~ [{\ ]$2=([^ }]*) ]] && echo "${BASH_REMATCH[1]}"; }

swan_log() { cat "$SWAN_RUN/$1/log"; }

# swan_forget NAMESPACE: what a crashed charon has left in the kernel
swan_forget() {
	ip -n "$1" xfrm state flush
	ip -n "$1" xfrm policy flush
}

# swan_version NAMESPACE: the daemon's own word
swan_version() { swanctl_in "$1" --version --daemon 2>&1 | sed 's/[^0-9]*\([0-9.]*\).*/\1/'; }
