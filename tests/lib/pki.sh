# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# An authority and certificates of two routers, in $pki:
#
#	make_authority			# ca.pem ca.key
#	certify R1 p256			# R1-p256.pem R1-p256.key: DNS:R1.example, IP:10.0.0.1
#	make_authority below ca		# one below it
#	certify R1 p384 below		# R1-p384.pem has both

pki=${pki:-$ROUTERS_RUN/pki}

# new_key FILE KIND
new_key() {
	case $2 in
	rsa)	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1" ;;
	p*)	openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:P-${2#p}" -out "$1" ;;
	*)	openssl genpkey -algorithm "$2" -out "$1" ;;
	esac
} 2>/dev/null

# sign_key NAME ISSUER DAYS EXTENSION...: of $pki/NAME.key
sign_key() {
	openssl req -new -key "$pki/$1.key" -subj "/O=Example/CN=$1" |
		openssl x509 -req -CA "$pki/$2.pem" -CAkey "$pki/$2.key" -CAcreateserial \
			-days "$3" -extfile <(printf '%s\n' "${@:4}") -out "$pki/$1.pem"
} 2>/dev/null

# make_authority [NAME ISSUER]
make_authority() {
	local name=${1:-ca}
	mkdir -p "$pki"
	new_key "$pki/$name.key" p256
	if [ $# = 0 ]; then
		openssl req -x509 -new -key "$pki/ca.key" -subj "/O=Example/CN=CA" -days 30 \
			-out "$pki/ca.pem" -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
	else
		sign_key "$name" "$2" 30 basicConstraints=critical,CA:TRUE keyUsage=critical,keyCertSign
	fi
}

# certify ROUTER KIND [ISSUER [DAYS]]
certify() {
	local name=$1-$2
	new_key "$pki/$name.key" "$2"
	sign_key "$name" "${3:-ca}" "${4:-30}" "subjectAltName=DNS:$1.example,IP:10.0.0.${1#R}"
	[ "${3:-ca}" = ca ] || cat "$pki/$3.pem" >>"$pki/$name.pem"
}
