#!/bin/sh
# `make bench-million`: a store of many certificates, all revoked, in 128
# shards, filled by bench_store; how it mounts, what it needs, how fast one finds,
# and how fast its CRLs are made.  Beside each figure its limit, and what
# `openssl ca` needs of a million on the same kind of machine.
#	BENCH_MILLION (1000000) certificates, BENCH_STORE (bare) or whole: a
#	whole one has 7 KB of each, so that a million needs 8 GB of TMPDIR
set -eu
bench=$PKIFS_BUILD
pkifs=$PKIFS_BUILD/pkifs
here=$(cd "$(dirname "$0")" && pwd)
n=${BENCH_MILLION:-1000000} kind=${BENCH_STORE:-bare} shards=128
dir=$(mktemp -d "${TMPDIR:-/tmp}/pkifs-bench.XXXXXX")
finish() {
	"$pkifs" umount "$dir/ca" >/dev/null 2>&1 || true
	rm -rf --one-file-system "$dir"
}
trap finish EXIT
chmod 755 "$dir"
mkdir "$dir/ca"
for home in like home; do
	"$pkifs" init "$dir/$home" >/dev/null
	sed -i "s/^\[status\]/&\nshards = $shards/" "$dir/$home/pkifs.conf"
done
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout "$dir/key" -subj /CN=m0000000.example.org -addext \
    subjectAltName=DNS:m0000000.example.org -outform DER \
    -out "$dir/m0000000.csr" 2>/dev/null
"$pkifs" mount "$dir/like" "$dir/ca" 2>"$dir/log"
cp "$dir/m0000000.csr" "$dir/ca/requests/"
cat "$dir/ca/requests/m0000000.crt" >/dev/null
"$pkifs" umount "$dir/ca"
read -r rate cpu <<Y
$("$bench/bench_store" "$dir/like/store" "$dir/home/store" m0000000 "$n" $shards \
    http://localhost/pki "$n" "$kind")
Y
echo "$n certificates ($kind), all revoked, $shards shards: loaded $rate/s," \
    "$cpu ms CPU each; load average $(cut -d' ' -f1 /proc/loadavg)"
python3 "$here/million.py" "$pkifs" "$dir/home" "$dir/ca" "$dir/key"
