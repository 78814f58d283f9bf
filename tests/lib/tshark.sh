# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What passes on the wire, and what tshark makes of it with a key log.  Needs
# tests/interop/lib.sh.

# capture_begin NAMESPACE DEVICE FILE
capture_begin() {
	ip netns exec "$1" tcpdump --immediate-mode -i "$2" -U -s 0 -w "$3" 2>"$3.log" &
	echo $! >"$3.pid"
	wait_for 20 grep -q 'listening on' "$3.log"
}

# capture_end FILE: when all that was seen is in the file
capture_end() {
	end_process "$1.pid" INT
	cat "$1.log"
	grep -q '^0 packets dropped' "$1.log"
}

# shark KEYS FILE ARGUMENTS...: KEYS is a directory with the key log's tables
shark() {
	local keys=$1 file=$2
	shift 2
	WIRESHARK_CONFIG_DIR=$keys tshark -n -r "$file" \
		-o esp.enable_encryption_decode:TRUE \
		-o esp.enable_authentication_check:TRUE "$@" 2>"$file.errors"
	! grep -v -e 'Running as user' -e '^$' "$file.errors"
}
