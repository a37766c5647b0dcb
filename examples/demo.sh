#!/bin/sh
# The demo: what a user types, and what comes of it, on a CA in build/demo.
#	demo.sh BUILD		make or take up the CA, show it, leave it mounted
#	demo.sh BUILD stop	unmount it
set -eu
build=$1
pkifs=$build/pkifs
demo=$build/demo
home=$demo/home
ca=$demo/ca

# Under sudo the CA belongs to the person behind it.
person=$(id -un)
[ "$(id -u)" != 0 ] || [ -z "${SUDO_USER:-}" ] || person=$SUDO_USER
as_person() {
	if [ "$(id -un)" = "$person" ]; then
		sh -c "$1"
	else
		runuser -u "$person" -- sh -c "$1"
	fi
}

if [ "${2:-}" = stop ]; then
	"$pkifs" umount "$ca"
	echo "The demo is unmounted; its CA stays in $home."
	exit 0
fi

show() {
	printf '\n\033[1m$ %s\033[0m\n' "$1"
	as_person "$1"
}
tell() {
	printf '\n%s\n' "$*"
}

mkdir -p "$demo"
[ "$(id -un)" = "$person" ] || chown "$person" "$demo"
mkdir -p "$ca"
if [ ! -e "$home/pkifs.conf" ]; then
	tell "A CA is made: its keys in SoftHSM tokens, its state in $home."
	printf '\n\033[1m$ %s\033[0m\n' "pkifs init $home"
	if [ "$(id -un)" = "$person" ]; then
		"$pkifs" init "$home"
	else
		"$pkifs" init "$home" --user "$person"
	fi
fi
if [ ! -e "$ca/README.txt" ]; then
	tell "It is mounted."
	printf '\n\033[1m$ %s\033[0m\n' "pkifs mount $home $ca"
	"$pkifs" mount "$home" "$ca"
fi
show "ls $ca"

name=www-$(date +%H%M%S)
tell "A key and a request are made, as for any CA ..."
show "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
-keyout $demo/$name.key -subj /CN=$name.example.org \
-addext subjectAltName=DNS:$name.example.org -out $demo/$name.csr 2>/dev/null"
tell "... and dropped. When cp returns, the certificate is there."
show "cp $demo/$name.csr $ca/requests/"
show "cat $ca/requests/$name.status"
show "openssl verify -CAfile $ca/ca/root.pem -untrusted $ca/ca/issuing.pem \
$ca/requests/$name.crt"
serial=$(as_person "openssl x509 -in $ca/requests/$name.crt -noout -serial" |
    sed 's/serial=//')
show "ls $ca/issued/by-name/$name.example.org/$serial/"

tell "OCSP is a file whose name is the request."
as_person "openssl ocsp -issuer $ca/ca/issuing.pem \
    -cert $ca/requests/$name.crt -no_nonce -reqout $demo/$name.ocsp \
    >/dev/null 2>&1"
# A name has no slash at its end; the CA puts what is lost back.
question=$(base64 -w0 "$demo/$name.ocsp" | sed 's,/*$,,')
ask="openssl ocsp -issuer $ca/ca/issuing.pem -cert $ca/requests/$name.crt \
-no_nonce -CAfile $ca/ca/root.pem -verify_other $ca/ca/issuing.pem \
-respin $ca/status/ocsp/$question"
show "$ask"

tell "It is revoked by writing why; when echo returns, CRL and OCSP say so."
show "echo keyCompromise > $ca/revoke/$serial"
show "openssl crl -in $ca/status/issuing.crl -inform DER -noout -text | \
grep -A 4 $serial"
show "$ask"

tell "Every step is a file of evidence, and the files prove each other."
show "ls $ca/evidence/$(date -u +%Y/%m/%d/%H) | tail -n 8"
show "$pkifs verify $ca/evidence"

tell "The CA is mounted on $ca: cp a request into $ca/requests/, and read $ca/README.txt."
tell "Stop it with: make demo-stop"
