#!/bin/sh
# `make bench`: each figure beside what the same cores can do with the
# cryptography alone, in one run, three rounds interleaved; medians.
set -eu
bench=$PKIFS_BUILD/bench
pkifs=$PKIFS_BUILD/pkifs
n=${BENCH_COUNT:-4000}
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
"$bench" requests "$dir/csr" $((5 * n + 1200))
"$pkifs" mount "$home" "$ca" 2>"$dir/log"

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

first=1
for round in 1 2 3; do
	"$bench" limit "$home" "$dir/csr" 8 3 >>"$dir/limit8"
	"$bench" issue "$ca/requests" "$dir/csr" $first "$n" 8 >>"$dir/issue8"
	first=$((first + n))
	"$bench" limit "$home" "$dir/csr" 1 3 >>"$dir/limit1"
	"$bench" issue "$ca/requests" "$dir/csr" $first $((n / 5)) 1 >>"$dir/issue1"
	first=$((first + n / 5))
done
read -r cp_median cp_99 <<X
$("$bench" cp "$ca/requests" "$dir/csr" $first 500)
X
read -r revoke_median revoke_99 <<X
$("$bench" revoke "$ca" "$dir/csr" 1 200)
X
l8=$(median <"$dir/limit8") l1=$(median <"$dir/limit1")
i8=$(median <"$dir/issue8") i1=$(median <"$dir/issue1")
cat <<X
P-256, durable, all evidence; $(nproc) cores, medians of three rounds
  limit, 8 threads (verify a request, one signature in the token)  $l8/s
  limit, 1 thread                                                  $l1/s
  issue through the mount, 8 writers     $i8/s   $(ratio "$i8" "$l8") of the limit
  issue through the mount, 1 writer      $i1/s   $(ratio "$i1" "$l1") of the limit
  one cp until the certificate is read   median $cp_median us, p99 $cp_99 us (starting cp included)
  revocation until the CRL says so       median $revoke_median us, p99 $revoke_99 us
X
grep -i "commits\|syncs\|signatures" "$ca/status/health.txt" || true
