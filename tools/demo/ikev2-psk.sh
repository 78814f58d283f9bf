#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The demo, in the guest: two routers with the configurations of the S0
# document, word for word, and one tunnel between them.
set -eu
cd "$(dirname "$0")/../.."
. tools/demo/lib.sh

bold "Linux $(uname -r) has booted; the module is loaded"
load_seki
make_routers

bold "tunnel0 on both sides, as an admin types it"
for n in 1 2; do
	cat <<-EOF
	    ip -n R$n link add tunnel0 type seki local 10.0.0.$n remote 10.0.0.$((3 - n)) profile phse2-prof
	    ip -n R$n addr add 172.16.0.10$n/24 dev tunnel0
	    ip -n R$n link set tunnel0 up
	    ip -n R$n route add 192.168.$((3 - n)).1/32 dev tunnel0
	EOF
	make_tunnel R$n phse2-prof
done
echo "without keys it is up, but dormant:"
ip -n R1 -d link show tunnel0

bold "sekid on both, with the document's configurations; R1's:"
echo "(the first two lines are ours: permission for the old algorithms, and an early rekey to watch)"
for r in R1 R2; do
	echo "crypto ikev2 rekey-margin 30" | s0_config $r
done
sed 's/^/    /' "$ROUTERS_RUN/R1/seki.conf"
start_sekid R1
start_sekid R2
wait_until 30 tunnel_is_up R1
wait_until 30 tunnel_is_up R2
run ip -n R1 link show tunnel0

bold "ping 192.168.2.1 from 192.168.1.1, through the tunnel"
ip netns exec R1 tcpdump -i eth0 -n -w "$ROUTERS_RUN/wire" --immediate-mode -U 2>/dev/null &
capture=$!
wait_until 10 test -s "$ROUTERS_RUN/wire"
ip netns exec R1 ping -c 5 -i 0.2 -I 192.168.1.1 192.168.2.1

bold "on the wire between them"
run tcpdump -n -r "$ROUTERS_RUN/wire" -c 6 esp 2>/dev/null
clear=$(tcpdump -n -r "$ROUTERS_RUN/wire" 'not esp and not udp port 500 and not arp and not ip6' 2>/dev/null | wc -l)
echo "packets that are neither ESP nor IKE nor ARP: $clear"
[ "$clear" = 0 ]

bold "pinging on, until IKE has rekeyed (lifetime 120)"
spi() { seki R1 show crypto ikev2 sa detailed | sed -n 's/.*Local spi: \([0-9A-F]*\).*/\1/p'; }
before=$(spi)
ip netns exec R1 ping -q -i 0.1 -I 192.168.1.1 192.168.2.1 >"$ROUTERS_RUN/pings" &
pings=$!
rekeyed() { now=$(spi); [ -n "$now" ] && [ "$now" != "$before" ]; }
seconds=0
until rekeyed; do
	[ $seconds -lt 60 ] || { echo "no rekey within a minute"; exit 1; }
	printf '.'
	read -rt 2 <> <(:) || :
	seconds=$((seconds + 2))
done
kill -INT $pings
wait $pings || :
printf '\nIKE SA %s became %s\n' "$before" "$(spi)"
sed -n '/statistics/,$p' "$ROUTERS_RUN/pings"
grep -q " 0% packet loss" "$ROUTERS_RUN/pings"

show R1 "show crypto ikev2 sa detailed" "show crypto ipsec sa" "show crypto session"

kill $capture
for r in R1 R2; do
	stop_sekid $r
	ip -n $r link del tunnel0
done
unload_seki
bold "The demo is over: the tunnel carried every packet, and nothing but ESP crossed the wire."
