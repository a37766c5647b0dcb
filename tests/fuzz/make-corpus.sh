#!/bin/sh
# Makes the seeds in tests/fuzz/corpus/csr anew, with openssl.
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
