#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Remote access between seki and strongSwan (rows A03, A04, F08): users with a
# password, addresses out of a pool, each of the two as client and as server.
#
#	              R1: seki                        R2: strongSwan
#	    192.168.1.1  lo                               lo  192.168.2.1
#	a pool's address tunnel0 ======== ESP ========  XFRM  a pool's address
#	       10.0.0.1  eth0 ----------- veth ------- eth0   10.0.0.2
#
# The server proves itself with a pre-shared key, the client with EAP.
set -eu
. tests/interop/lib.sh
. tests/lib/strongswan.sh

password="a word for bob"

# common: what both roles of seki share; the method's name as the configuration has it
common() {
	cat <<-END
	crypto ikev2 keyring K
	 peer other
	  address 10.0.0.2
	  pre-shared-key $psk
	crypto ipsec profile V
	 set ikev2-profile I
	 $role
	crypto ikev2 profile I
	 match identity remote any
	 keyring local K
	 eap method $1
	END
}

tunnel_stanza() {
	cat <<-END
	interface Tunnel0
	 $1
	 tunnel source 10.0.0.1
	 tunnel mode ipsec ipv4
	 tunnel destination 10.0.0.2
	 tunnel protection ipsec profile V
	END
}

# swan_remote AUTH-LOCAL AUTH-REMOTE: with the lines of standard input, "children" and "pools" too
swan_remote() {
	swan_load R2 <<-END
	connections {
		seki {
			version = 2
			local_addrs = 10.0.0.2
			remote_addrs = 10.0.0.1
			rekey_time = 0
			local {
				$1
			}
			remote {
				id = 10.0.0.1
				$2
			}
			$(cat)
	secrets {
		ike-seki {
			id = 10.0.0.1
			secret = "$psk"
		}
		eap-bob {
			id = bob
			secret = "$password"
		}
	}
	END
}

# --- seki is the client ---

# seki_client METHOD PASSWORD
seki_client() {
	role=''
	write_config R1 <<-END
	$(common "$1")
	 authentication remote pre-share
	 authentication local eap username bob password $2
	$(tunnel_stanza "ip address negotiated")
	ip route 192.168.2.1 255.255.255.255 Tunnel0
	END
	clear_log R1
	or_logs start_sekid R1
}

# swan_server METHOD: its networks are one address, its clients those of a pool
swan_server() {
	swan_remote "auth = psk" "auth = eap-$1
				eap_id = %any" <<-END
			pools = inner
			children {
				net {
					local_ts = 192.168.2.1/32
					rekey_time = 0
				}
			}
		}
	}
	pools {
		inner {
			addrs = 172.16.99.1/32
			dns = 192.168.2.53
		}
	}
	END
	ip -n R2 route replace 172.16.99.1/32 via 10.0.0.1 src 192.168.2.1
}

has_address() { [[ $(ip -n R1 -4 addr show dev tunnel0) = *"inet $1/"* ]]; }

# client_comes_up METHOD-OF-SEKI METHOD-OF-STRONGSWAN
client_comes_up() {
	local detail
	swan_server "$2"
	seki_client "$1" "$password"
	or_logs wait_for 30 tunnel_is_up R1
	has_address 172.16.99.1
	detail=$(seki R1 show crypto ikev2 sa detailed)
	echo "$detail"
	[[ $detail = *"Auth sign: EAP, Auth verify: PSK"* ]]
	[[ $detail = *"Pushed IP address: 172.16.99.1"* ]]
	[[ $detail = *"DNS Primary: 192.168.2.53"* ]]
	[[ $(active_sa R1) = *'"local_ts":[{"protocol":0,"start":"172.16.99.1","end":"172.16.99.1"'* ]]
	ip netns exec R1 ping -q -c 20 -i 0.02 -W 2 -I 172.16.99.1 192.168.2.1
}

client_goes() {
	ip -n R1 link set tunnel0 down
	or_logs wait_for 12 nothing_left
	! has_address 172.16.99.1
	end_sekid R1
	ip -n R1 link del tunnel0 2>/dev/null || :
}

nothing_left() { [ -z "$(swan_sas R2)" ] && no_xfrm R2 && no_sas R1 && [ -z "$(kernel_sas R1)" ]; }

# client_is_refused METHOD-OF-SEKI METHOD-OF-STRONGSWAN PASSWORD SENTENCE
client_is_refused() {
	swan_server "$2"
	seki_client "$1" "$3"
	or_logs wait_for 20 log_says R1 "$4"
	! log_says R1 "$password"
	[ -z "$(kernel_sas R1)" ]
	end_sekid R1
	ip -n R1 link del tunnel0 2>/dev/null || :
}

# --- seki is the server ---

# seki_server METHODS
seki_server() {
	role=responder-only
	write_config R1 <<-END
	username bob password $password
	ip local pool INNER 172.16.77.1 172.16.77.2
	crypto ikev2 authorization policy CLIENTS
	 pool INNER
	 dns 192.168.1.53
	$(common "$1")
	 authentication remote eap query-identity
	 authentication local pre-share
	 aaa authorization group eap list local CLIENTS
	$(tunnel_stanza "ip address 172.16.0.101 255.255.255.0")
	END
	clear_log R1
	or_logs start_sekid R1
}

# swan_client METHOD
swan_client() {
	swan_remote "auth = eap-$1
				eap_id = bob" "auth = psk" <<-END
			vips = 0.0.0.0
			children {
				net {
					remote_ts = 192.168.1.1/32
					rekey_time = 0
				}
			}
		}
	}
	END
	ip -n R2 route replace 192.168.1.1/32 via 10.0.0.1
}

has_vip() { [[ $(ip -n R2 -4 addr) = *"inet $1/"* ]]; }

# server_serves METHODS METHOD-OF-STRONGSWAN
server_serves() {
	local detail
	seki_server "$1"
	swan_client "$2"
	or_logs swan_initiate R2 net
	or_logs wait_for 10 tunnel_is_up R1
	has_vip 172.16.77.1
	detail=$(seki R1 show crypto ikev2 sa detailed)
	echo "$detail"
	[[ $detail = *"Auth sign: PSK, Auth verify: EAP"* ]]
	[[ $detail = *"Remote EAP id: bob"* ]]
	[[ $detail = *"Assigned host addr: 172.16.77.1"* ]]
	[[ $(ip -n R1 route get 172.16.77.1) = *"dev tunnel0"* ]]
	ip netns exec R2 ping -q -c 20 -i 0.02 -W 2 -I 172.16.77.1 192.168.1.1
}

server_forgets() {
	swan_terminate R2 seki
	or_logs wait_for 12 nothing_left
	[[ $(ip -n R1 route) != *172.16.77.1* ]]
	end_sekid R1
	ip -n R1 link del tunnel0 2>/dev/null || :
}

# server_refuses METHODS METHOD-OF-STRONGSWAN SENTENCE: with the password as it is then
server_refuses() {
	seki_server "$1"
	swan_client "$2"
	! swan_initiate R2 net
	or_logs wait_for 10 log_says R1 "$3"
	or_logs wait_for 12 nothing_left
	end_sekid R1
	ip -n R1 link del tunnel0 2>/dev/null || :
}

make_routers
load_seki
SWAN_PLUGINS="eap-identity eap-md5 eap-mschapv2"
swan_start R2
this_is strongSwan "$(swan_version R2)"

for pair in "md5 md5" "ms-chapv2 mschapv2"; do
	read -r ours theirs <<<"$pair"
	run_test "seki is a client with EAP-$theirs: address, servers, ping" client_comes_up "$ours" "$theirs"
	run_test "seki is a client with EAP-$theirs: it goes and leaves nothing" client_goes
	run_test "seki serves a client with EAP-$theirs: address, route, ping" server_serves "$ours" "$theirs"
	run_test "seki serves a client with EAP-$theirs: it goes and leaves nothing" server_forgets
done
run_test "strongSwan and seki find no method" \
	client_is_refused md5 mschapv2 "$password" "no EAP method suits both"
run_test "strongSwan refuses a wrong password" \
	client_is_refused ms-chapv2 mschapv2 "wrong" "does not accept our user name or password"
run_test "seki serves who refuses its first method" server_serves "ms-chapv2 md5" md5
run_test "seki serves who refuses its first method: it goes and leaves nothing" server_forgets
password="another word"
run_test "seki refuses who wants no method of its own" \
	server_refuses ms-chapv2 md5 "the peer refuses EAP method MSCHAPv2"

swan_stop R2
ktap_finish
