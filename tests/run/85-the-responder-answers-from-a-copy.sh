# `pkifs respond` answers from a copy of status/ alone, by GET and by POST, as
# RFC 6960 and RFC 9919 want it, and never from what is past its time.
# (CSS-6.3.10-10; RFC 6960 A.1, RFC 5019 6.2)
. "$(dirname "$0")/lib.sh"
new_ca
for name in www gone; do
	new_csr $name $name.example.org
	must cp "$dir/$name.csr" "$ca/requests/"
done
serial=$(serial_of "$ca/requests/www.crt")
gone=$(serial_of "$ca/requests/gone.crt")
must sh -c "echo keyCompromise >'$ca/revoke/$gone'"

# What was published, on another host: names by serial, .sha256 for SHA-256.
copy=$dir/copy/status
mkdir -p "$copy/ocsp-by-serial" "$dir/copy/ca"
cp "$ca/ca/issuing.pem" "$ca/ca/root.pem" "$ca/ca/issuing.der" "$dir"
cp "$ca/ca/issuing.der" "$dir/copy/ca/"
cp "$ca/status/issuing.crl" "$copy/"
request() {	# FILE SERIAL [openssl options]: a request, DER
	out=$1 number=$2
	shift 2
	openssl ocsp -issuer "$dir/issuing.pem" "$@" -serial "0x$number" \
	    -no_nonce -reqout "$out" >/dev/null 2>&1
}
publish() {	# NAME REQUEST
	cp "$ca/status/ocsp/$(base64 -w0 "$2" | sed 's,/*$,,')" \
	    "$dir/new.der" && mv "$dir/new.der" "$copy/ocsp-by-serial/$1"
	[ "$(stat -c %s "$copy/ocsp-by-serial/$1")" -gt 100 ]
}
for number in "$serial" "$gone"; do
	request "$dir/req" "$number"
	within 10 publish "$number.der" "$dir/req"
	request "$dir/req256" "$number" -sha256
	within 10 publish "$number.sha256.der" "$dir/req256"
done
chmod -R a+rX "$dir/copy"
cp "$ca/requests/www.crt" "$ca/requests/gone.crt" "$dir"

# From here on there is no CA, only the copy.
must "$pkifs" umount "$ca"
new_responder "$copy"
if [ "$(id -u)" = 0 ]; then
	[ "$(stat -c %U /proc/$responder)" = pkifs-responder ] ||
	    [ "$(awk '/^Uid/ { print $2 }' /proc/$responder/status)" = \
	    "$(id -u pkifs-responder)" ] || fail "the responder is root"
fi

# It is confined: no way to new rights, no capability, a filter of calls.
for line in "NoNewPrivs:	1" "CapEff:	0000000000000000"; do
	says "$line" "/proc/$responder/status"
done
case $B in	# a sanitizer calls what it likes
*san*) ;;
*) says "Seccomp:	2" "/proc/$responder/status" ;;
esac

verified() {	# CERT WANTED [openssl options]: by POST, verified as relying
	cert=$1 wanted=$2	# parties do
	shift 2
	openssl ocsp -issuer "$dir/issuing.pem" -CAfile "$dir/root.pem" \
	    -verify_other "$dir/issuing.pem" "$@" -cert "$cert" -url "$url" \
	    >"$dir/said" 2>&1 || fail "openssl: $(cat "$dir/said")"
	says "Response verify OK" "$dir/said"
	says ": $wanted" "$dir/said"
}
verified "$dir/www.crt" good -no_nonce
verified "$dir/www.crt" good -sha256 -no_nonce
verified "$dir/gone.crt" revoked -no_nonce
verified "$dir/gone.crt" revoked -sha256 -no_nonce
# With a nonce nobody here can sign: the kept answer comes (RFC 9919 4).
verified "$dir/www.crt" good

must ocsptool --ask="$url" --load-cert "$dir/www.crt" \
    --load-issuer "$dir/issuing.pem" --load-trust "$dir/issuing.pem" \
    >"$dir/said" 2>&1
says "good" "$dir/said"
ocsptool --ask="$url" --load-cert "$dir/gone.crt" \
    --load-issuer "$dir/issuing.pem" --load-trust "$dir/issuing.pem" \
    >"$dir/said" 2>&1 || true
says "revoked" "$dir/said"

# --- GET, and what HTTP says of it --------------------------------------------
get() {		# PATH [curl options]: body in $dir/body, status in $status
	path=$1
	shift
	status=$(curl -s --path-as-is -D "$dir/headers" -o "$dir/body" \
	    -w '%{http_code}' "$@" "$url$path")
}
answer() {
	openssl ocsp -respin "$1" -noverify -resp_text -no_nonce 2>&1
}
wanted() {	# STATUS TEXT: the HTTP status, and a word of the answer
	[ "$status" = "$1" ] || fail "$path: wanted $1, got $status"
	[ -z "${2:-}" ] || answer "$dir/body" | grep -q "$2" ||
	    fail "$path: wanted $2: $(answer "$dir/body" | head -n 5)"
}
request "$dir/req" "$serial"
text=$(base64 -w0 "$dir/req")
escaped=$(echo "$text" | sed 's,+,%2B,g; s,/,%2f,g; s,=,%3D,g')
for path in "/$text" "/ocsp/$text" "/status/ocsp/$text" \
    "/pki/status/ocsp/$text" "/pki/status/ocsp/$escaped" "//$text" \
    "/$(echo "$text" | sed 's,=*$,,')"; do
	get "$path"
	wanted 200 "Cert Status: good"
	must cmp "$dir/body" "$copy/ocsp-by-serial/$serial.der"
done
header() {
	tr -d '\r' <"$dir/headers" | sed -n "s/^$1: //Ip"
}
[ "$(header Content-Type)" = application/ocsp-response ] || fail "type"
[ "$(header ETag)" = "\"$(sha256sum <"$dir/body" | cut -d' ' -f1)\"" ] ||
    fail "ETag"
for pair in "Last-Modified:This Update" "Expires:Next Update"; do
	time=$(answer "$dir/body" | sed -n "s/^ *${pair#*:}: //p" | head -n 1)
	[ "$(date -d "$(header "${pair%%:*}")" +%s)" = \
	    "$(date -d "$time" +%s)" ] || fail "${pair%%:*} is not ${pair#*:}"
done
left=$(($(date -d "$(header Expires)" +%s) - $(date -d "$(header Date)" +%s)))
# As web servers say it (examples/nginx): a minute, or a revocation is hidden.
kept_for() {
	[ "$(header Cache-Control)" = \
	    "max-age=$1, public, no-transform, must-revalidate" ] ||
	    fail "$path: Cache-Control: $(header Cache-Control)"
}
kept_for 60
[ "$left" -gt 60 ] || fail "$left seconds were left"
next=$(date -d "$(header Expires)" +%s)
get "/$text" -H "If-None-Match: $(header ETag)"
wanted 304
get "/$text" -H "If-Modified-Since: $(header Last-Modified)"
wanted 304
get "/$text" -I
wanted 200

# What was never issued, what is malformed; each by the RFC, kept by nobody.
request "$dir/never" 01000000000000000000000000000000AA
get "/$(base64 -w0 "$dir/never")"
wanted 200 unauthorized
[ "$(header Cache-Control)" = no-store ] || fail "an error may be kept"
for path in /status/ocsp/MAAA /ocsp/xxxx /ocsp/ /ocsp; do
	get "$path"
	wanted 200 malformedrequest
done
for path in / /robots.txt /nothing /status/none.crl /status/../pkifs.conf \
    "/status/..%2f..%2fetc/passwd.txt" "/ca/%2e%2e/x.der" /status/.x.crl \
    /status/ocsp-by-serial; do
	get "$path"
	wanted 404
done
for path in /%zz /ocsp/%4 /%00 /status/issuing.crl%00; do
	get "$path"
	wanted 400
done

# --- POST ---------------------------------------------------------------------
type="Content-Type: application/ocsp-request"
get / -H "$type" --data-binary "@$dir/req"
wanted 200 "Cert Status: good"
get /pki/status/ocsp -H "$type" --data-binary "@$dir/req"
wanted 200 "Cert Status: good"
get / -H "$type" -H "Transfer-Encoding: chunked" --data-binary "@$dir/req"
wanted 200 "Cert Status: good"
get / -H "$type" --data-binary "@$dir/www.crt"
wanted 200 malformedrequest
get / -H "$type" -X POST
wanted 200 malformedrequest
get / -H "Content-Type: text/plain" --data-binary "@$dir/req"
wanted 415
get / -H "Content-Type:" --data-binary "@$dir/req"
wanted 415
head -c 5000 /dev/zero >"$dir/large"
get / -H "$type" --data-binary "@$dir/large"
wanted 413
get / -H "$type" -H "Transfer-Encoding: chunked" --data-binary "@$dir/large"
wanted 413
get / -X DELETE
wanted 405
[ -n "$(header Allow)" ] || fail "405 without Allow"
get /status/issuing.crl -H "$type" --data-binary "@$dir/req"
wanted 405

# --- CRL ----------------------------------------------------------------------
for path in /status/issuing.crl /pki/status/issuing.crl /issuing.crl; do
	get "$path"
	wanted 200
	must cmp "$dir/body" "$copy/issuing.crl"
	[ "$(header Content-Type)" = application/pkix-crl ] || fail "CRL type"
	kept_for 60
done

get "/status/ocsp-by-serial/$serial.der"
wanted 200
must cmp "$dir/body" "$copy/ocsp-by-serial/$serial.der"
[ "$(header Content-Type)" = application/ocsp-response ] || fail "staple's type"

# A port that is none is said, not taken for another.
for at in 127.0.0.1:65536 127.0.0.1:99999 127.0.0.1:http 127.0.0.1: \
    127.0.0.1; do
	refuses "wanted HOST:PORT" "$pkifs" respond --listen "$at" "$copy"
done

# --- what is replaced is seen at once; what is old is never said ---------------
cp "$copy/ocsp-by-serial/$gone.der" "$copy/ocsp-by-serial/new"
request "$dir/req" "$gone"
cp "$copy/ocsp-by-serial/$serial.der" "$dir/good.der"
mv "$copy/ocsp-by-serial/new" "$copy/ocsp-by-serial/$serial.der"
get "/$text"	# now it is another certificate's: no answer to this
wanted 200 unauthorized
cp "$dir/good.der" "$copy/ocsp-by-serial/new"
mv "$copy/ocsp-by-serial/new" "$copy/ocsp-by-serial/$serial.der"
get "/$text"
wanted 200 "Cert Status: good"
kill "$responder"
wait "$responder" || fail "the responder did not end in good order"

# Less than until nextUpdate (RFC 9919 7.2).
PKIFS_TEST_CLOCK=$((next - 30)) new_responder "$dir/copy"
get "/$text"
wanted 200 "Cert Status: good"
age=$(header Cache-Control | sed -n 's/.*max-age=\([0-9]*\).*/\1/p')
[ "$age" -lt 30 ] || fail "max-age=$age, but 30 seconds were left"
kept_for "$age"
kill "$responder"
wait "$responder" || fail "the responder did not end in good order"

PKIFS_TEST_CLOCK=$(($(date +%s) + 13 * 3600)) new_responder "$dir/copy"
get "/$text"
wanted 200 trylater
get /ca/issuing.der
wanted 200
must cmp "$dir/body" "$dir/issuing.der"
[ "$(header Content-Type)" = application/pkix-cert ] || fail "type"
