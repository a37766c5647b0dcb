#!/bin/sh
# Makes the seeds in tests/fuzz/corpus/csr and package anew, with openssl.
set -eu
cd "$(dirname "$0")"
mkdir -p corpus/csr
keys=$(mktemp -d)
trap 'rm -rf "$keys"' EXIT
openssl ecparam -genkey -noout -name prime256v1 -out "$keys/p256"
openssl ecparam -genkey -noout -name secp384r1 -out "$keys/p384"
openssl genrsa -out "$keys/rsa" 2048 2>/dev/null
openssl genpkey -algorithm ed25519 -out "$keys/ed25519"

# request NAME KEY ARGUMENT...
request() {
	name=$1 key=$2
	shift 2
	openssl req -new -key "$keys/$key" -out "corpus/csr/$name" "$@"
}
request p256.der p256 -outform DER -subj /CN=www.example.org
request p256.pem p256 -subj / -addext \
	subjectAltName=DNS:www.example.org,DNS:*.example.org,IP:192.0.2.1
request p384.der p384 -outform DER -subj "/C=XX/O=Example/CN=a.example" \
	-addext subjectAltName=IP:2001:db8::1,email:a@example.org,RID:1.2.3
request rsa.pem rsa -text -subj "/CN=J\xc3\xbcrgen" -utf8 \
	-addext keyUsage=keyCertSign -addext subjectAltName=URI:http://a.example/
request ed25519.der ed25519 -outform DER -subj /CN=a.example
request crlf.pem p256 -newhdr -subj /CN=a.example
sed -i 's/$/\r/' corpus/csr/crlf.pem
cat corpus/csr/p256.pem corpus/csr/p256.pem >corpus/csr/two.pem

# Packages: what stands in front of a seed says what it is (fuzz_package.c).
mkdir -p corpus/package
openssl req -x509 -new -key "$keys/p384" -subj /CN=Us -set_serial 7 -utf8 \
	-days 3650 -addext keyUsage=critical,keyAgreement -out "$keys/us.crt"
openssl req -x509 -new -key "$keys/p256" -subj /CN=RA -days 3650 \
	-addext keyUsage=critical,digitalSignature \
	-addext basicConstraints=critical,CA:FALSE -out "$keys/ra.crt"
{
	printf '[package]\nid = 2026-0001\nauthority = north\n'
	printf 'time = 2026-11-22T10:00:00Z\nsubscriber = acme\n'
	cat corpus/csr/p256.pem
	printf -- '-----BEGIN REGISTRATION-----\nseen\n'
	printf -- '-----END REGISTRATION-----\n'
	printf -- '-----BEGIN DOCUMENT-----\nAAAA\n-----END DOCUMENT-----\n'
} >"$keys/text"
{ printf t; cat "$keys/text"; } >corpus/package/text
{
	printf 'a[authority]\nname = North\ncontract = 1\n'
	printf 'until = 2030-01-01\nsubscribers = acme\nusers = clerk\n'
	printf 'names = example.net, 192.0.2.0/24, @example.net\n'
	printf 'profiles = tls-server\nvalidates = yes\n'
	cat "$keys/ra.crt"
} >corpus/package/authority
openssl cms -sign -nodetach -outform DER -signer "$keys/ra.crt" \
	-inkey "$keys/p256" -in "$keys/text" -out "$keys/signed"
{ printf s; cat "$keys/signed"; } >corpus/package/signed
# sealed NAME ARGUMENT...
sealed() {
	name=$1
	shift
	openssl cms -encrypt -binary -recip "$keys/us.crt" -keyopt \
	    ecdh_kdf_md:sha256 "$@" -in "$keys/signed" -out "corpus/package/$name"
}
sealed gcm.der -outform DER -aes-256-gcm
sealed cbc.der -outform DER -aes-256-cbc
sealed stream.der -outform DER -aes-256-cbc -stream
sealed gcm.pem -outform PEM -aes-256-gcm
sealed smime -aes-256-cbc
sealed two-recipients.der -outform DER -aes-256-gcm -keyid \
	-recip "$keys/ra.crt"

# Requests that an old certificate signed.
mkdir -p corpus/signed_request
# by_old NAME REQUEST ARGUMENT...
by_old() {
	name=$1 request=$2
	shift 2
	openssl cms -sign -binary -in "corpus/csr/$request" -signer \
	    "$keys/ra.crt" -inkey "$keys/p256" -out \
	    "corpus/signed_request/$name" "$@"
}
by_old ec.der p256.pem -nodetach -outform DER
by_old ec.pem p256.der -nodetach -outform PEM
by_old detached.der p256.pem -outform DER
cp corpus/package/gcm.der corpus/signed_request/encrypted.der
