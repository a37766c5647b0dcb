# pkifs probe sees what a relying party would: all is well, or which fault.
. "$(dirname "$0")/lib.sh"
port=$(python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=http://127.0.0.1:$port
new_ca --url "$url"
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/www.crt")
log=$dir/here.log
cp "$ca/ca/root.pem" "$dir/root.pem"

serve() {
	python3 -m http.server --bind 127.0.0.1 --directory "$home/published" \
	    "$port" >/dev/null 2>&1 &
	server=$!
	children="$children $server"
	within 10 python3 -c "import socket
socket.create_connection(('127.0.0.1', $port))"
}
stop_serving() {
	kill "$server"
	wait "$server" 2>/dev/null || true
}
probe() { "$pkifs" probe --log "$log" --anchor "$dir/root.pem" "$@" "$url"; }
faults() { probe "$@" >"$dir/out" && status=0 || status=$?; }
all_well() { faults "$@"; [ "$status" -eq 0 ]; }

# With nothing to ask OCSP about it does not say that OCSP is well.
serve
within 10 all_well 2>"$dir/said"
[ "$(grep -c '"ok":true' "$dir/out")" -eq 5 ] || fail "$(cat "$dir/out")"

# Asked about a certificate that nobody asked about before there is no file.
within 10 test -s "$ca/status/ocsp-by-serial/$serial.der"
published() { [ -s "$home/published/status/ocsp-by-serial/$serial.der" ]; }
within 10 published
within 10 all_well --certificate "$ca/requests/www.crt"
[ "$(grep -c '"ok":true' "$dir/out")" -eq 6 ] || fail "$(cat "$dir/out")"
must python3 -c "import json, sys
for line in open(sys.argv[1]):
    json.loads(line)" "$log"

# With a revocation it asks about what the CRL has.
must sh -c "echo superseded >'$ca/revoke/$serial'"
asked_ocsp() {
	all_well &&
	    grep -qF '"service":"ocsp","ok":true,"url":"'"$url/status/ocsp/" \
		"$dir/out"
}
within 10 asked_ocsp

# Each fault is named: a torn CRL, one that went back, another root, nobody.
kill "$main"
wait "$main" 2>/dev/null || true
cp "$home/published/status/issuing.crl" "$dir/new.crl"
head -c 100 "$dir/new.crl" >"$dir/torn.crl"
put() { rm -f "$home/published/$2"; cp "$1" "$home/published/$2"; }
put "$dir/torn.crl" status/issuing.crl
faults
[ "$status" -eq 1 ] || fail "a torn CRL is no fault: $status"
grep '"crl"' "$dir/out" >"$dir/line"
says "it cannot be read" "$dir/line"
put "$dir/new.crl" status/issuing.crl
sed 's/"number":[0-9]*/"number":4711/' "$log" >"$dir/more.log"
"$pkifs" probe --log "$dir/more.log" "$url" >"$dir/out" && fail "went back"
says "its number went back from 4711" "$dir/out"
must "$pkifs" init "$dir/other" >/dev/null
"$pkifs" probe --anchor "$(ls "$dir"/other/ca/root.*| head -n 1)" "$url" >"$dir/out" &&
    fail "another root is believed"
grep '"certificates","ok":false' "$dir/out" >/dev/null || fail "who signed it?"
stop_serving
faults
[ "$status" -eq 1 ] || fail "nobody answers and all is well: $status"
[ "$(grep -c '"ok":false' "$dir/out")" -eq 6 ] || fail "$(cat "$dir/out")"
"$pkifs" probe --log "$dir/none/x" "$url" 2>"$dir/said" && fail "no log"
says "No such file" "$dir/said"
