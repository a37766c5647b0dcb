# A store filled by the loader of `make bench-million` has the rows that
# issuing, delivering and revoking leave, each with the same columns filled.
. "$(dirname "$0")/lib.sh"
count=3

prepare() {	# a home with shards
	"$pkifs" init "$1" >/dev/null
	sed -i 's/^\[status\]/&\nshards = 4/' "$1/pkifs.conf"
}
request() {	# NAME, in DER: the loader puts another key in its place
	must openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
	    -nodes -keyout "$dir/$1.key" -subj "/CN=$1.example.org" -addext \
	    "subjectAltName=DNS:$1.example.org" -outform DER \
	    -out "$dir/$1.csr" 2>>"$dir/log"
	must cp "$dir/$1.csr" "$ca/requests/"
	must cp "$ca/requests/$1.crt" "$dir/"
}
mkdir "$ca"
for one in template loaded; do
	prepare "$dir/$one"
done
prepare "$home"

"$pkifs" mount "$dir/template" "$ca" 2>>"$dir/log"
request m0000000
"$pkifs" umount "$ca"

"$pkifs" mount "$home" "$ca" 2>>"$dir/log"
for i in $(seq $count); do
	request "m000000$i"
	serial=$(serial_of "$dir/m000000$i.crt")
	must sh -c "echo superseded >'$ca/revoke/$serial'"
	within 20 grep -q "CRL [0-9]* at .*, OCSP at" "$ca/revoke/$serial"
done
"$pkifs" umount "$ca"

must "$B/bench_store" "$dir/template/store" "$dir/loaded/store" m0000000 $count 4 \
    http://localhost/pki $count whole >/dev/null
must python3 "$top/tests/bench/compare.py" "$home/store/db" \
    "$dir/loaded/store/db" $count m

# And it is a store like any other.
"$pkifs" mount "$dir/loaded" "$ca" 2>>"$dir/log"
says "revoked: " "$ca/requests/m0000002.status"
on_crl() {	# how many
	[ "$(openssl crl -in "$ca/status/issuing.crl" -inform DER -noout \
	    -text 2>/dev/null | grep -c "Serial Number:")" -eq "$1" ]
}
within 30 on_crl $count
"$pkifs" umount "$ca"
