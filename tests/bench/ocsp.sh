#!/bin/sh
# OCSP over HTTP, the client on the same cores: answers in the responder's
# memory and in published files, kept connections and new ones, and what core
# signs for one question alone.  Three rounds, medians; beside them what to
# reach and what XiPKI reached on two cores.
set -eu
pkifs=$PKIFS_BUILD/pkifs
bench=$PKIFS_BUILD/bench
load=$PKIFS_BUILD/bench_ocsp
n=${BENCH_OCSP_COUNT:-500}
seconds=${BENCH_SECONDS:-3}
dir=$(mktemp -d "${TMPDIR:-/tmp}/pkifs-bench-ocsp.XXXXXX")
home=$dir/home
ca=$dir/ca
responder=
finish() {
	[ -z "$responder" ] || kill "$responder" 2>/dev/null || true
	"$pkifs" umount "$ca" >/dev/null 2>&1 || true
	rm -rf --one-file-system "$dir"
}
trap finish EXIT
chmod 755 "$dir"
mkdir "$ca"
"$pkifs" init "$home" >/dev/null
# Room for asking as fast as it goes; the rates are measured by a story.
sed -i '/^\[status\]/a ocsp_fresh_rate = 1000' "$home/pkifs.conf"
"$pkifs" mount "$home" "$ca" 2>"$dir/log"
"$bench" requests "$dir/csr" "$n"
"$bench" issue "$ca/requests" "$dir/csr" 0 "$n" 8 >/dev/null

mkdir "$dir/req" "$dir/req-nonce"
i=0
for serial in $(ls "$ca/issued/by-serial" | head -n "$n"); do
	i=$((i + 1))
	openssl ocsp -issuer "$ca/ca/issuing.pem" -serial "0x$serial" \
	    -no_nonce -reqout "$dir/req/$i" >/dev/null 2>&1
	openssl ocsp -issuer "$ca/ca/issuing.pem" -serial "0x$serial" \
	    -reqout "$dir/req-nonce/$i" >/dev/null 2>&1
done

start() {
	[ -z "$responder" ] || kill "$responder"
	: >"$dir/out"
	"$pkifs" respond --listen 127.0.0.1:0 --per-client 0 --nonces 10000 \
	    --questions 10000 "$@" >"$dir/out" 2>>"$dir/log" &
	responder=$!
	until grep -q '^listening' "$dir/out"; do sleep 0.05; done
	port=$(sed -n 's/.*://p' "$dir/out")
}
start "$home"
# Each once: now core has signed all, and the responder has them.
for request in "$dir"/req/*; do
	until [ "$(curl -s --data-binary "@$request" -H \
	    'Content-Type: application/ocsp-request' \
	    "http://127.0.0.1:$port/" | wc -c)" -gt 100 ]; do sleep 0.05; done
done
median() { sort -n | awk '{ v[NR] = $0 } END { print v[int((NR + 1) / 2)] }'; }
measure() {	# CONNECTIONS MODE FILE...
	connections=$1 mode=$2
	shift 2
	for round in 1 2 3; do
		"$load" 127.0.0.1 "$port" "$connections" "$seconds" "$mode" "$@"
	done | median
}
show() {	# WHAT BESIDE, from "RATE MEDIAN P99"
	read -r rate half most
	printf '%-46s %7s/s  median %5s us, p99 %6s us  %s\n' "$1" "$rate" \
	    "$half" "$most" "$2"
}
echo "OCSP over HTTP, $n certificates, $(nproc) cores for both sides"
measure 32 get "$dir"/req/* | show "GET, from memory" \
    "(to reach 8000; XiPKI 3600)"
measure 32 post "$dir"/req/* | show "POST, from memory" ""
measure 8 new "$dir"/req/* | show "POST, a new connection each, 8 clients" \
    "(openssl ocsp -multi 2: 2900)"
# Behind a nonce stands a signature in the token and its evidence.
measure 8 post "$dir"/req-nonce/* | show "POST with a nonce or over the rate" \
    "(ocsp_fresh_rate 1000)"

mkdir -p "$dir/copy/status/ocsp-by-serial"
for request in "$dir"/req/*; do
	curl -s --data-binary "@$request" -o "$dir/answer" -H \
	    'Content-Type: application/ocsp-request' "http://127.0.0.1:$port/"
	serial=$(openssl ocsp -reqin "$request" -req_text |
	    sed -n 's/.*Serial Number: //p')
	mv "$dir/answer" "$dir/copy/status/ocsp-by-serial/$serial.der"
done
"$pkifs" umount "$ca"
chmod -R a+rX "$dir/copy"
start "$dir/copy"
measure 32 get "$dir"/req/* | show "GET, from files of a copy" ""
