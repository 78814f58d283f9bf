# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
#
# OpenIKED as the peer: iked in a namespace of the guest, its packets on XFRM,
# which it reaches through PF_KEY.  Needs tests/interop/lib.sh and
# tests/lib/peer.sh.
#
#	peer_tree openiked
#	iked_start R2 <<-END		# an iked.conf
#	...
#	END
#	ikectl_in R2 show sa
#	iked_stop R2

IKED_RUN=${IKED_RUN:-$ROUTERS_RUN/openiked}

# iked_identity NAMESPACE CERTIFICATE KEY AUTHORITY: instead of the one before
iked_identity() {
	local dir=$IKED_RUN/$1/etc
	mkdir -p "$dir"/{ca,certs,crls,ocsp,private,pubkeys/{ipv4,ipv6,fqdn,ufqdn}}
	rm -f "$dir"/certs/*
	cp "$4" "$dir/ca/ca.crt"
	cp "$2" "$dir/certs/"
	cp "$3" "$dir/private/local.key"
	chmod 600 "$dir/private/local.key"
	openssl pkey -in "$3" -pubout -out "$dir/local.pub"
	# where iked looks for it, whatever it is told
	mount --bind "$dir" "$tree/etc/iked"
}

# iked_start NAMESPACE: with standard input as configuration; returns when it can be talked to
iked_start() {
	local dir=$IKED_RUN/$1
	# the empty folder of the user whose rights it takes
	mkdir -p "$dir" /run/openiked
	chmod 755 /run/openiked
	(umask 077; cat >"$dir/iked.conf")
	rm -f "$dir/sock"
	ip netns exec "$1" chroot "$tree" /usr/sbin/iked -d -v -v -f "$dir/iked.conf" -s "$dir/sock" \
		>"$dir/log" 2>&1 &
	echo $! >"$dir/pid"
	wait_for 30 test -S "$dir/sock"
}

# iked_stop NAMESPACE [SIGNAL]: its other processes end with the first one; a
# crash leaves them no time to say so
iked_stop() {
	local pid
	pid=$(cat "$IKED_RUN/$1/pid")
	if [ "${2:-}" = KILL ]; then
		# shellcheck disable=SC2046 # one word each
		kill -KILL "$pid" $(pgrep -P "$pid")
		wait_for 15 ended "$pid"
	else
		end_process "$IKED_RUN/$1/pid" "${2:-TERM}"
	fi
}

ikectl_in() {
	timeout 120 ip netns exec "$1" chroot "$tree" /usr/sbin/ikectl -s "$IKED_RUN/$1/sock" "${@:2}"
}
