#!/bin/sh
# `make bench-revoke`: how long it takes from receipt to decision, and until
# the CRL and OCSP say so, of single revocations (half of them had been asked
# about, so that OCSP needs a signature) and of one batch, in the order of its
# serials, which is none; as the case files say it.
#	BENCH_SINGLES (1000), BENCH_BATCH (100000) revocations
set -eu
bench=$PKIFS_BUILD/bench
pkifs=$PKIFS_BUILD/pkifs
here=$(cd "$(dirname "$0")" && pwd)
singles=${BENCH_SINGLES:-1000} batch=${BENCH_BATCH:-100000}
dir=$(mktemp -d "${TMPDIR:-/tmp}/pkifs-bench.XXXXXX")
home=$dir/home
ca=$dir/ca
finish() {
	"$pkifs" umount "$ca" >/dev/null 2>&1 || true
	rm -rf --one-file-system "$dir"
}
trap finish EXIT
chmod 755 "$dir"
mkdir "$ca"
"$pkifs" init "$home" >/dev/null
sed -i 's/^\[revocation\]/&\nbatch_max_alone = 250000/' "$home/pkifs.conf"
"$bench" requests "$dir/csr" $((singles + batch))
"$pkifs" mount "$home" "$ca" 2>"$dir/log"
"$bench" issue "$ca/requests" "$dir/csr" 0 $((singles + batch)) 8 >/dev/null

process() {	# its id
	for pid in $(pgrep -P "$(cat "$home/run/lock")"); do
		! tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q "^pkifs $1 " ||
		    echo "$pid"
	done
}
crl_number() {
	openssl crl -in "$ca/status/issuing.crl" -inform DER -noout \
	    -crlnumber | sed 's/.*=//; s/^0x//'
}
metric() {
	sed -n "s/^pkifs_$1 //p" "$ca/status/metrics.prom"
}
published() {
	[ "$(metric batches_open)" = 0 ] &&
	    [ "$(metric revocations_unpublished)" = 0 ]
}
cpu() {		# of core, in hundredths of a second
	awk '{ print $14 + $15 }' "/proc/$core/stat"
}
written() {	# by core, in MB
	awk '/^wchar/ { print int($2 / 1000000) }' "/proc/$core/io"
}
# Nothing is left to be done in the background, and nothing is written.
is_idle() {
	published && [ "$(metric signer_queue)" = 0 ] &&
	    [ "$(metric tally_behind)" = 0 ] || return 1
	before=$(written)
	sleep 1
	[ "$(written)" = "$before" ]
}
core=$(process core)
# Every second of the singles was asked about.
i=0
while [ $i -lt "$singles" ]; do
	openssl x509 -in "$ca/requests/b$i.crt" -outform DER \
	    -out "$dir/one.der"
	openssl ocsp -issuer "$ca/ca/issuing.pem" -cert "$dir/one.der" \
	    -no_nonce -reqout "$dir/request" >/dev/null 2>&1
	cat "$ca/status/ocsp/$(base64 -w0 "$dir/request" | sed 's,/*$,,')" \
	    >"$dir/answer"
	i=$((i + 2))
done

"$bench" revoke "$ca" "$dir/csr" 0 "$singles" >"$dir/singles"
python3 "$here/serials.py" "$ca/requests" 0 "$singles" >"$dir/first"
python3 "$here/serials.py" "$ca/requests" "$singles" "$batch" >"$dir/rest"
sort "$dir/rest" | sed 's/$/ superseded/' >"$dir/batch"
until is_idle; do :; done
before=$((0x$(crl_number))) cpu=$(cpu) written=$(written)
cp "$dir/batch" "$ca/revoke/batch/bench"
until [ -e "$ca/revoke/batch/bench.result" ]; do sleep 0.1; done
until published; do sleep 0.5; done
cpu=$(($(cpu) - cpu)) written=$(($(written) - written))
python3 "$here/cases.py" "$ca/revoke" "$singles single revocations" \
    "$dir/first"
read -r median p99 <"$dir/singles"
echo "  as their writers saw it             median $(awk \
    "BEGIN { printf \"%.1f\", $median / 1000 }") ms," \
    "p99 $(awk "BEGIN { printf \"%.1f\", $p99 / 1000 }") ms"
python3 "$here/cases.py" "$ca/revoke" "a batch of $batch" "$dir/rest"
sed -n 's/^received: /  its receipt    /p; s/^decided: /  its last line  /p
    s/^done: /  lines done     /p; /^$/q' "$ca/revoke/batch/bench.result"
echo "  full CRLs      $(($((0x$(crl_number))) - before)) from its receipt on"
echo "  core           $((cpu / 100)).$((cpu / 10 % 10)) s of CPU, $written MB written for the" \
    "batch; $(awk '/VmHWM/ { print int($2 / 1024) }' "/proc/$core/status")" \
    "MiB at most"
