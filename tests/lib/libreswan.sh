# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
#
# libreswan as the peer: pluto in a namespace of the guest, its packets on
# XFRM.  Needs tests/interop/lib.sh and tests/lib/peer.sh.
#
#	peer_tree libreswan
#	pluto_start R2
#	pluto_load R2 NAME <<-END	# a conn of ipsec.conf
#	...
#	END
#	whack R2 --name NAME --initiate
#	pluto_stop R2

PLUTO_RUN=${PLUTO_RUN:-$ROUTERS_RUN/libreswan}

# pluto_start NAMESPACE: returns when it can be talked to
pluto_start() {
	local dir=$PLUTO_RUN/$1
	mkdir -p "$dir/run" "$dir/nss"
	[ -e "$dir/nss/cert9.db" ] || in_tree "$1" certutil -N -d "sql:$dir/nss" --empty-password
	[ -e "$dir/secrets" ] || (umask 077; : >"$dir/secrets")
	cat >"$dir/ipsec.conf" <<-END
	config setup
	  nssdir=$dir/nss
	  dnssec-enable=no
	  ikev1-policy=accept
	END
	rm -f "$dir/run"/*
	ip netns exec "$1" chroot "$tree" /usr/libexec/ipsec/pluto --config "$dir/ipsec.conf" --secretsfile "$dir/secrets" \
		--nssdir "$dir/nss" --rundir "$dir/run" --logfile "$dir/log" --nofork --use-xfrm \
		>"$dir/output" 2>&1 &
	echo $! >"$dir/pid"
	wait_for 30 test -S "$dir/run/pluto.ctl" && whack "$1" --listen
}

# pluto_stop NAMESPACE [SIGNAL]
pluto_stop() { end_process "$PLUTO_RUN/$1/pid" "${2:-TERM}"; }

whack() { timeout 120 ip netns exec "$1" chroot "$tree" /usr/libexec/ipsec/whack --ctlsocket "$PLUTO_RUN/$1/run/pluto.ctl" "${@:2}"; }

# pluto_identity NAMESPACE CERTIFICATE KEY AUTHORITY: with the certificate's name as nickname
pluto_identity() {
	local dir=$PLUTO_RUN/$1 name
	name=$(basename "$2" .pem)
	openssl pkcs12 -export -in "$2" -inkey "$3" -certfile "$4" -name "$name" -passout pass: \
		-out "$dir/$name.p12"
	in_tree "$1" pk12util -i "$dir/$name.p12" -d "sql:$dir/nss" -W ""
	in_tree "$1" certutil -M -n "CA - Example" -t CT,, -d "sql:$dir/nss"
}

# pluto_load NAMESPACE NAME: standard input replaces the connection of that name
pluto_load() {
	local dir=$PLUTO_RUN/$1
	{ printf 'config setup\n\tnssdir=%s\n\tdnssec-enable=no\n' "$dir/nss"; cat; } >"$dir/ipsec.conf"
	whack "$1" --rereadsecrets
	in_tree "$1" /usr/libexec/ipsec/addconn --config "$dir/ipsec.conf" \
		--ctlsocket "$dir/run/pluto.ctl" "$2"
}

pluto_log() { cat "$PLUTO_RUN/$1/log"; }
