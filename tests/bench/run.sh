#!/bin/sh
# `make bench`: each figure beside what the same cores can do with the
# cryptography alone, in one run, five rounds interleaved; medians, also of the
# ratios: each round stands beside the limit just before and just after it, for
# other tenants of a machine come and go.  Before them a mount of its own counts
# what an issuance costs in syncs, signatures and CPU time, process by process:
# that is where the time goes.
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
"$bench" requests "$dir/csr" $((7 * n + 1200))

# Of the numbers in the first column; `divide A B DIGITS`.
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
divide() { awk -v a="$1" -v b="$2" -v n="$3" 'BEGIN { printf "%.*f", n, a / b }'; }
ratio() { divide "$1" "$2" 2; }
limit() { "$bench" limit "$home" "$dir/csr" "$1" 3 | cut -d' ' -f1; }
# `round WRITERS COUNT`: from request $first on, behind a limit of $before.
round() {
	rate=$("$bench" issue "$ca/requests" "$dir/csr" $first "$2" "$1" |
	    cut -d' ' -f1)
	first=$((first + $2))
	after=$(limit "$1")
	echo "$rate" >>"$dir/issue$1"
	echo "$after" >>"$dir/limit$1"
	ratio $((2 * ${rate%.*})) $((${before%.*} + ${after%.*})) \
	    >>"$dir/ratio$1"
	echo >>"$dir/ratio$1"
}

# CPU time of main's child of that name so far, in clock ticks.
ticks() {
	for pid in $(pgrep -P "$(cat "$home/run/lock")"); do
		tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q "^pkifs $1 " &&
		    awk '{ print $14 + $15 }' "/proc/$pid/stat"
	done
	return 0
}
# A begin is synced before the token is called; begins that stand together are
# one sync (docs/FORMAT.journal).
signatures() { grep -c ' begin ' "$home/signer/journal"; }
journal_syncs() {
	awk '$3 == "begin" && last != "begin" { n++ } { last = $3 }
	    END { print n + 0 }' "$home/signer/journal"
}
commits() {
	grep -ho '"commits": *[0-9]*' "$ca"/evidence/[0-9]*/*/*/*/*-ca-stopped.json |
	    tail -n 1 | tr -dc 0-9
}

"$pkifs" mount "$home" "$ca" 2>"$dir/log"
begins=$(signatures) syncs=$(journal_syncs)
hz=$(getconf CLK_TCK)
for process in core signer herald; do ticks $process >"$dir/$process"; done
read -r rate writers <<Y
$("$bench" issue "$ca/requests" "$dir/csr" 0 "$n" 8)
Y
for process in core signer herald; do
	divide $((($(ticks $process) - $(cat "$dir/$process")) * 1000 / hz)) \
	    "$n" 3 >"$dir/$process"
done
"$pkifs" umount "$ca"
begins=$(($(signatures) - begins)) syncs=$(($(journal_syncs) - syncs))
"$pkifs" mount "$home" "$ca" 2>>"$dir/log"
read -r rate limit_cpu <<Y
$("$bench" limit "$home" "$dir/csr" 8 3)
Y
commits=$(commits)

first=$n
for w in 8 1; do
	before=$(limit $w)
	for turn in 1 2 3 4 5; do
		round $w $((w == 8 ? n : n / 5))
		before=$after
	done
done
read -r cp_median cp_99 <<Y
$("$bench" cp "$ca/requests" "$dir/csr" $first 500)
Y
read -r revoke_median revoke_99 <<Y
$("$bench" revoke "$ca" "$dir/csr" 1 200)
Y
l8=$(median <"$dir/limit8") l1=$(median <"$dir/limit1")
i8=$(median <"$dir/issue8") i1=$(median <"$dir/issue1")
core=$(cat "$dir/core") signer=$(cat "$dir/signer") herald=$(cat "$dir/herald")
all=$(awk "BEGIN { print $core + $signer + $herald + $writers }")
cat <<Y
P-256, durable, all evidence; $(nproc) cores, medians of five rounds
  limit, 8 threads (verify a request, one signature in the token)  $l8/s
  limit, 1 thread                                                  $l1/s
  issue through the mount, 8 writers     $i8/s   $(median <"$dir/ratio8") of the limit
  issue through the mount, 1 writer      $i1/s   $(median <"$dir/ratio1") of the limit
  one cp until the certificate is read   median $cp_median us, p99 $cp_99 us (starting cp included)
  revocation until the CRL says so       median $revoke_median us, p99 $revoke_99 us
Of each certificate, 8 writers
  CPU ms      core $core  signer $signer  herald $herald  writers $writers  together $all
              the limit $limit_cpu: $(ratio "$limit_cpu" "$all") of it if nothing ever waited
  syncs       $(divide "$commits" "$n" 2) commits, $(divide "$syncs" "$n" 2) of the signer's journal
  C_Sign      $(divide "$begins" "$n" 3)
Y
