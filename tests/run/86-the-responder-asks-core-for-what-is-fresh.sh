# What the files do not hold core signs for the responder: a nonce, several
# certificates, an answer nobody asked for yet; a revocation is said by the next
# answer; and while core is down the responder goes on.
. "$(dirname "$0")/lib.sh"
make_ca
conf=$home/pkifs.conf
mount_ca
for name in a b d e gone; do
	new_csr $name $name.example.org
	must cp "$dir/$name.csr" "$ca/requests/"
	cp "$ca/requests/$name.crt" "$dir/"
done
cp "$ca/ca/issuing.pem" "$ca/ca/root.pem" "$dir"
serial=$(serial_of "$dir/a.crt")
gone=$(serial_of "$dir/gone.crt")
new_responder --nonces 1000 --questions 1000 "$home"

ocsp() {	# openssl options: an answer, verified, in $dir/said
	openssl ocsp -issuer "$dir/issuing.pem" -CAfile "$dir/root.pem" \
	    -verify_other "$dir/issuing.pem" "$@" -url "$url" \
	    >"$dir/said" 2>&1
}
verified() {	# WANTED [options]
	text=$1
	shift
	ocsp "$@" && grep -q "Response verify OK" "$dir/said" &&
	    grep -q ": $text" "$dir/said"
}
without_warning() {	# the nonce of the answer is that of the request
	verified "$@" && ! grep -qi "warning" "$dir/said"
}
# With a nonce, by SHA-1 and SHA-256, and several at once.
within 20 without_warning good -cert "$dir/a.crt"
must without_warning good -sha256 -cert "$dir/a.crt"
must without_warning good -cert "$dir/a.crt" -cert "$dir/b.crt"
[ "$(grep -c ': good' "$dir/said")" = 2 ] || fail "two were asked for"
must ocsptool --ask="$url" --nonce --load-cert "$dir/a.crt" \
    --load-issuer "$dir/issuing.pem" --load-trust "$dir/issuing.pem" \
    >"$dir/said" 2>&1

# Each of these is evidence; none is kept.
signed() {
	grep -l '"one question, with its nonce"' \
	    "$ca"/evidence/*/*/*/*/*ocsp-answer-signed.json | wc -l
}
before=$(signed)
must without_warning good -cert "$dir/a.crt"
[ "$(signed)" = $((before + 1)) ] || fail "a signature without evidence"

# Without a nonce the answer is kept: the same for the next who asks.
post() {	# FILE [curl options]: the answer in $dir/body
	curl -s -D "$dir/headers" -o "$dir/body" --data-binary "@$1" \
	    -H "Content-Type: application/ocsp-request" "$url"
}
ask() {		# NAME openssl options: a request in a file
	name=$1
	shift
	openssl ocsp -issuer "$dir/issuing.pem" "$@" -reqout "$dir/$name" \
	    >/dev/null 2>&1
}
answer() {
	openssl ocsp -respin "$dir/body" -noverify -resp_text -no_nonce 2>&1
}
extended_revoke=2b0601050507300109	# 1.3.6.1.5.5.7.48.1.9
says_now() {	# REQUEST TEXT
	post "$dir/$1" && answer | grep -q "$2"
}
ask plain -no_nonce -cert "$dir/gone.crt"
within 20 says_now plain "Cert Status: good"	# core's 200 ms, or tryLater
cp "$dir/body" "$dir/first"
must says_now plain "Cert Status: good"
must cmp "$dir/body" "$dir/first"
grep -qi '^cache-control: max-age=' "$dir/headers" || fail "no max-age"
ask nonce -cert "$dir/gone.crt"
within 20 says_now nonce "Cert Status: good"
grep -qi '^cache-control: no-store' "$dir/headers" ||
    fail "an answer with a nonce may be kept"
ask two -no_nonce -cert "$dir/a.crt" -cert "$dir/gone.crt"
within 20 says_now two "Cert Status: good"
grep -qi '^cache-control: no-store' "$dir/headers" ||
    fail "an answer about several may be kept"

# The nonces of RFC 9654: 1 to 128 octets.
python3 - "$dir" <<'PY'
import sys
def tlv(tag, body):
    n = len(body)
    head = bytes([n]) if n < 128 else (lambda b: bytes([128 + len(b)]) + b)(
        n.to_bytes((n.bit_length() + 7) // 8, "big"))
    return bytes([tag]) + head + body
plain = open(sys.argv[1] + "/plain", "rb").read()
inner = plain[2:] if plain[1] < 128 else plain[2 + plain[1] - 128:]
tbs = inner[2:] if inner[1] < 128 else inner[2 + inner[1] - 128:]
oid = bytes.fromhex("06092b0601050507300102")
for n in (0, 1, 32, 128, 129):
    ext = tlv(0x30, oid + tlv(4, tlv(4, b"\x5a" * n)))
    open(f"{sys.argv[1]}/nonce{n}", "wb").write(
        tlv(0x30, tlv(0x30, tbs + tlv(0xa2, tlv(0x30, ext)))))
PY
for n in 1 32 128; do
	within 20 says_now nonce$n "Cert Status: good"
	[ $((n == 1)) = 1 ] || answer | grep -q "OCSP Nonce" ||
	    fail "no nonce of $n octets"
done
must says_now nonce0 malformedrequest
must says_now nonce129 malformedrequest

# What was never issued, and another CA's.
ask never -no_nonce -serial 0x01000000000000000000000000000000AA
must says_now never unauthorized
openssl req -x509 -new -key "$dir/a.key" -subj /CN=other -out "$dir/other.pem"
openssl ocsp -issuer "$dir/other.pem" -cert "$dir/a.crt" -no_nonce \
    -reqout "$dir/foreign" >/dev/null 2>&1
must says_now foreign unauthorized
openssl ocsp -issuer "$dir/other.pem" -cert "$dir/a.crt" \
    -issuer "$dir/issuing.pem" -cert "$dir/b.crt" -no_nonce \
    -reqout "$dir/mixed" >/dev/null 2>&1
must says_now mixed unauthorized
metric() {
	sed -n 's/^pkifs_ocsp_unknown_serial_total //p' \
	    "$ca/status/metrics.prom"
}
counted() {
	[ "$(metric)" -ge 1 ]
}
within 10 counted

# A revocation: the next answer says so, also where one was kept.
must sh -c "echo keyCompromise >'$ca/revoke/$gone'"
within 2 says_now plain "Cert Status: revoked"
within 2 says_now two "Cert Status: revoked"
must says_now nonce32 "Cert Status: revoked"

# Also of one that nobody has asked about but together with another, by HTTP
# and in status/ocsp/.
ask pair -no_nonce -cert "$dir/a.crt" -cert "$dir/e.crt"
both_good() {
	says_now pair "Cert Status: good" &&
	    [ "$(answer | grep -c 'Cert Status: good')" = 2 ]
}
pair_file=$ca/status/ocsp/$(base64 -w0 "$dir/pair" | sed 's,/*$,,')
file_says() {
	cp "$pair_file" "$dir/body" && answer | grep -q "Cert Status: $1"
}
within 20 both_good
within 20 file_says good
must sh -c "echo keyCompromise >'$ca/revoke/$(serial_of "$dir/e.crt")'"
within 20 says_now pair "Cert Status: revoked"
within 20 file_says revoked

# Nobody can sign at the moment: what was good before is not said any more.
serial_d=$(serial_of "$dir/d.crt")
ask d -no_nonce -cert "$dir/d.crt"
within 20 says_now d "Cert Status: good"
within 20 test -s "$home/published/status/ocsp-by-serial/$serial_d.der"
signer=$(process signer)
kill -STOP "$signer"
echo keyCompromise >"$ca/revoke/$serial_d" &
revoking=$!
within 20 says_now d trylater
kill -CONT "$signer"
wait "$revoking" || fail "the revocation was refused"
within 20 says_now d "Cert Status: revoked"

# Core is killed again and again: nobody gets anything but an answer.
must says_now plain "Cert Status: revoked"
for i in 1 2 3; do
	kill -9 "$(process core)"
	must says_now plain "Cert Status: revoked"
	within 20 without_warning good -cert "$dir/a.crt"
done
must "$pkifs" reload "$home"
within 20 without_warning good -cert "$dir/a.crt"

# The daemon is gone: what was said before, else tryLater.
ask c -no_nonce -cert "$dir/a.crt"
within 20 says_now c "Cert Status: good"
within 20 test -s "$home/published/status/ocsp-by-serial/$serial.der"
must "$pkifs" umount "$ca"
must says_now c "Cert Status: good"
must says_now plain "Cert Status: revoked"
must says_now nonce32 "Cert Status: revoked"	# the kept one, RFC 9919 4
must answer >"$dir/answer"
says "Cert Status: revoked" "$dir/answer"
lacks "OCSP Nonce" "$dir/answer"
ask b -no_nonce -cert "$dir/b.crt"
must says_now b trylater
must says_now foreign unauthorized

# Another responder, which heard nothing of it all, has the published files.
kill "$responder"
wait "$responder" || fail "the responder did not end in good order"
new_responder --nonces 1000 --questions 1000 "$home"
must says_now c "Cert Status: good"
must says_now plain "Cert Status: revoked"
must says_now b trylater

# It comes back, with another rate and another word for what never was.
grep -q '^\[status\]' "$conf" || echo '[status]' >>"$conf"
sed -i '/^\[status\]/a ocsp_fresh_rate = 1\nocsp_unknown = revoked\nocsp_archive_cutoff = yes' \
    "$conf"
mount_ca
within 20 says_now b "Cert Status: good"
answer | grep -q "Archive Cutoff" || fail "no archive cutoff"
never_was() {
	says_now never "Cert Status: revoked" &&
	    answer | grep -q "Revocation Time: Jan  1 00:00:00 1970" &&
	    od -An -v -tx1 "$dir/body" | tr -d ' \n' |
	    grep -q $extended_revoke &&
	    answer | grep -q "certificateHold"
}
within 20 never_was
must says_now never "Cert Status: revoked"	# kept: no other signature

# Over the rate: the kept answer without a nonce, and no other signature.
within 20 says_now c "Cert Status: good"
openssl ocsp -issuer "$dir/issuing.pem" -cert "$dir/a.crt" \
    -reqout "$dir/anonce" >/dev/null 2>&1
must python3 - "$url" "$dir/anonce" <<'PY'
import http.client, sys, time
body = open(sys.argv[2], "rb").read()
c = http.client.HTTPConnection(sys.argv[1].split("//")[1])
start, fresh, kept = time.monotonic(), 0, 0
for i in range(200):
    c.request("POST", "/", body, {"Content-Type": "application/ocsp-request"})
    answer = c.getresponse().read()
    assert len(answer) > 100, "no answer over the rate"
    if bytes.fromhex("2b0601050507300102") in answer:
        fresh += 1
    else:
        kept += 1
most = 10 + 1 + time.monotonic() - start    # saved up, and one a second
assert fresh <= most and kept >= 1, (fresh, kept, most)
PY

# And a client of its own rate.
kill "$responder"
wait "$responder" || fail "the responder did not end in good order"
new_responder --nonces 0 "$home"
within 20 says_now anonce "Cert Status: good"
ask two_nonce -cert "$dir/a.crt" -cert "$dir/d.crt"
within 20 says_now two_nonce "Cert Status: revoked"
must answer >"$dir/answer"
says "Cert Status: good" "$dir/answer"
lacks "OCSP Nonce" "$dir/answer"
kill "$responder"

# Nobody else may ask core: the connection is closed without a word.
if [ "$(id -u)" = 0 ]; then
	[ -z "$(as nobody timeout 5 python3 -c "
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect('$home/run/responder.sock')
sys.stdout.write(s.recv(100).hex())")" ] || fail "core talks to anybody"
fi
