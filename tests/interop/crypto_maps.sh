#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: 6.1 debug
# timeout: 400
#
# Crypto maps of a configuration in the kernel, with IKEv1 and with IKEv2: several lines of an
# access list, what a reload changes and what it leaves alone, lines that deny, transport
# mode between the two routers.  The drawing is in tests/lib/isakmp_lab.sh; H2 has 60.60.61.1, too.
# Rows A09, A10, B44, D17, D18, I10.
set -eu
. tests/interop/lib.sh
. tests/lib/isakmp_lab.sh

# line ACTION R1's-SIDE R2's-SIDE: as the router in question has it
line() {
	if [ "$router" = R1 ]; then
		echo "access-list 133 $1 ip $2 $3"
	else
		echo "access-list 133 $1 ip $3 $2"
	fi
}
first_line() { line permit "50.50.50.0 0.0.0.255" "60.60.60.0 0.0.0.255"; }
second_line() { line permit "50.50.50.0 0.0.0.255" "60.60.61.0 0.0.0.255"; }
deny_line() { line deny "50.50.50.0 0.0.0.255" "host 60.60.60.9"; }
transport_line() { line permit "host 20.20.20.21" "host 20.20.20.20"; }

# config ROUTER LINE...: $version negotiates, $mode is in the transform set
config() {
	local router=$1 here=20.20.20.21 there=20.20.20.20
	[ "$1" = R1 ] || here=20.20.20.20 there=20.20.20.21
	{
		case $version in
		1)	cat <<-END
			crypto isakmp policy 1
			 encryption aes 256
			 hash sha256
			 authentication pre-share
			 group 14
			crypto isakmp key sharedkey address $there
			END
			;;
		2)	cat <<-END
			crypto ikev2 keyring K
			 peer other
			  address $there
			  pre-shared-key sharedkey
			crypto ikev2 profile I
			 match identity remote address $there
			 authentication remote pre-share
			 authentication local pre-share
			 keyring local K
			END
			;;
		esac
		cat <<-END
		crypto ipsec transform-set T esp-aes 256 esp-sha256-hmac
		 $mode
		crypto map M 10 ipsec-isakmp
		 set peer $there
		 set transform-set T
		 $([ "$version" = 1 ] || echo "set ikev2-profile I")
		 match address 133
		interface Serial0
		 ip address $here 255.255.255.0
		 crypto map M
		END
		"${@:2}"
	} | write_config "$router"
}
both_lines() { first_line; second_line; }
four_lines() {
	line permit "50.50.50.0 0.0.0.255" "60.60.62.0 0.0.0.255"
	first_line
	line permit "50.50.50.0 0.0.0.255" "60.60.63.0 0.0.0.255"
	second_line
}
with_deny() { deny_line; first_line; }

start_both() {
	local router
	for router in R1 R2; do
		config $router "$@"
		clear_log $router
		or_logs start_sekid $router -d "crypto isakmp" -d "crypto ikev2 error" -d "crypto ipsec"
	done
}

stop_both() {
	end_sekid R1
	end_sekid R2
	counted R1 0
	counted R2 0
}

counted() { [ "$(kernel_sas "$1" | wc -l)" = "$2" ]; }
both_counted() { counted R1 "$1" && counted R2 "$1"; }
spis() { kernel_sas "$1" | grep -o '"spi":"[^"]*"' | sort; }
policies() { ip netns exec "$1" build/gcc/tests/tools/seki-manual policies; }

# pings_to ADDRESS COUNT: from H1, none lost
pings_to() { ip netns exec H1 ping -q -c "$2" -i 0.02 -W 2 "$1" | grep ' 0% packet loss'; }

# Each line has a pair of its own.
two_lines() {
	start_both both_lines
	[ "$(policies R1 | wc -l)" = 2 ]
	or_logs wait_for 30 pings_to 60.60.60.1 1
	both_counted 2
	or_logs wait_for 30 pings_to 60.60.61.1 1
	both_counted 4
	pings_to 60.60.60.1 30
	pings_to 60.60.61.1 30
	# the other list is the same seen from there
	or_logs ip netns exec H2 ping -q -c 10 -i 0.02 -I 60.60.61.1 50.50.50.1
	both_counted 4
}

# In front of what is there and in between; no SA is touched.
lines_more() {
	spis R1 >"$ROUTERS_RUN/before"
	config R1 four_lines
	seki R1 reload
	[ "$(policies R1 | wc -l)" = 4 ]
	or_logs no_ping_lost H1
	diff "$ROUTERS_RUN/before" <(spis R1)
}

one_line_less() {
	config R1 first_line
	seki R1 reload
	or_logs wait_for 20 both_counted 2
	or_logs no_ping_lost H1
	[ "$(policies R1 | wc -l)" = 1 ]
}

the_line_again() {
	config R1 both_lines
	seki R1 reload
	[ "$(policies R1 | wc -l)" = 2 ]
	or_logs wait_for 30 pings_to 60.60.61.1 1
	pings_to 60.60.61.1 20
	or_logs no_ping_lost H1
	both_counted 4
}

# ICMP in the clear that has reached R2's wire
count_clear() {
	ip netns exec R2 nft -f - <<-END
	table inet clear
	delete table inet clear
	table inet clear {
		counter unprotected {}
		chain in {
			type filter hook prerouting priority -300
			iifname "eth0" meta l4proto icmp counter name unprotected
		}
	}
	END
}
clear_is() { ip netns exec R2 nft list counter inet clear unprotected | grep "packets $1 "; }

denied_is_clear() {
	local router
	start_both with_deny
	count_clear
	pings_to 60.60.60.9 5
	both_counted 0
	clear_is 5
	or_logs wait_for 30 pings_to 60.60.60.1 1
	pings_to 60.60.60.1 5
	pings_to 60.60.60.9 5
	clear_is 10
}

no_map_no_policy() {
	config R1 first_line
	sed -i '/^ crypto map M/d' "$ROUTERS_RUN/R1/seki.conf"
	seki R1 reload
	[ -z "$(policies R1)" ]
	or_logs wait_for 20 both_counted 0
}

transport() {
	mode="mode transport"
	start_both transport_line
	count_clear
	or_logs wait_for 30 ip netns exec R1 ping -q -c 1 -W 2 20.20.20.20
	ip netns exec R1 ping -q -c 30 -i 0.02 20.20.20.20 | grep ' 0% packet loss'
	ip netns exec R2 ping -q -c 30 -i 0.02 20.20.20.21 | grep ' 0% packet loss'
	clear_is 0
	[ "$(field "$(active_sa R1)" tunnel_mode)" = false ]
	[ "$(field "$(active_sa R2)" tunnel_mode)" = false ]
	both_counted 2
}

transport_rekeys() {
	spis R1 >"$ROUTERS_RUN/before"
	seki "$1" rekey crypto sa
	or_logs wait_for 30 pair_is_new
	or_logs no_ping_lost R1
}
pair_is_new() { both_counted 2 && [ -z "$(comm -12 "$ROUTERS_RUN/before" <(spis R1))" ]; }

make_lab
ip -n H2 -batch - <<END
addr add 60.60.61.1/24 dev eth0
addr add 60.60.60.9/24 dev eth0
END
ip -n R2 route add 60.60.61.0/24 via 60.60.60.1
load_seki
for version in 1 2; do
	mode='' name="IKEv$version:"
	run_test "$name each line of a list has its pair" two_lines
	pings_begin H1 60.60.60.1
	run_test "$name a reload with two lines more touches no SA, no ping is lost" lines_more
	run_test "$name a reload with a line alone ends the SAs of others, no ping is lost" one_line_less
	run_test "$name the line comes back, no ping of the other one is lost" the_line_again
	pings_end H1
	run_test "$name no map, no policies, no SAs" no_map_no_policy
	stop_both
	run_test "$name what is denied passes in the clear, the rest protected" denied_is_clear
	stop_both
	run_test "$name transport mode between the routers" transport
	mode="mode transport"
	pings_begin R1 20.20.20.20
	run_test "$name R1 rekeys in transport mode, no ping is lost" transport_rekeys R1
	run_test "$name R2 rekeys in transport mode, no ping is lost" transport_rekeys R2
	pings_end R1
	stop_both
done
ktap_finish
