# status/ocsp/<base64> is the answer to the request in its name.
# (open-eidas audit finding O-1)
. "$(dirname "$0")/lib.sh"
new_ca
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"

ask() {	# openssl ocsp options: the request's base64
	openssl ocsp -issuer "$ca/ca/issuing.pem" "$@" -no_nonce \
	    -reqout "$dir/req" >/dev/null 2>&1
	# No file can be opened by a name that ends in a slash: without it.
	base64 -w0 "$dir/req" | sed "s,/*$,,"
}
answer() {
	openssl ocsp -respin "$1" -noverify -resp_text -no_nonce 2>&1
}

answered() {
	answer "$ca/status/ocsp/$1" >"$dir/answer"
}

sha1=$(ask -cert "$ca/requests/www.crt")
sha256=$(ask -sha256 -cert "$ca/requests/www.crt")
for name in "$sha1" "$sha256"; do
	within 10 answered "$name"	# tryLater until the key is ready
	says "Cert Status: good" "$dir/answer"
	says "OCSP Response Status: successful" "$dir/answer"
done

# A nonce in the request is ignored; the file is the same.
openssl ocsp -issuer "$ca/ca/issuing.pem" -cert "$ca/requests/www.crt" \
    -nonce -reqout "$dir/nonce.req" >/dev/null 2>&1
must test -s "$ca/status/ocsp/$(base64 -w0 "$dir/nonce.req" | sed "s,/*$,,")"

# An answer is a snapshot: the same inode, the same bytes, as long as it lives.
file=$ca/status/ocsp/$sha1
inode=$(stat -c %i "$file")
must cmp "$file" "$file"
[ "$(stat -c %i "$file")" = "$inode" ] || fail "the answer changed by itself"
[ "$(stat -c %s "$file")" = "$(cat "$file" | wc -c)" ] || fail "size"

# The responder is delegated, and nobody asks for its revocation.
openssl ocsp -respin "$file" -noverify -resp_text >"$dir/text" 2>&1
says "OCSP Signing" "$dir/text"
says "OCSP No Check" "$dir/text"

# Never issued, and another CA's: unauthorized, never good.
never=$(ask -serial 0x01000000000000000000000000000000AA)
answer "$ca/status/ocsp/$never" >"$dir/answer" || true
says "unauthorized" "$dir/answer"

# `/` in base64 makes path components; a doubled slash is lost on the way.
for i in $(seq 1 60); do
	name=$(ask -serial "0x01FFFFFFFFFFFFFFFFFFFFFFFFFF$(printf %06X $i)")
	case $name in
	*/*) with_slash=$name ;;
	esac
	must test -s "$ca/status/ocsp/$name"
done
[ -n "${with_slash:-}" ] || fail "no name with a slash among sixty"

# What is no request is no file; the folder lists as empty.
for junk in xxxx "$(head -c 60 /dev/urandom | base64 -w0 | tr / _)" .. AAAA=; do
	[ "$junk" = .. ] || must test ! -f "$ca/status/ocsp/$junk"
done
[ -z "$(ls "$ca/status/ocsp")" ] || fail "status/ocsp lists something"
