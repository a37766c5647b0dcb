#!/bin/sh
# `make bench-web`: nginx, as examples/nginx has it, gives out the mount, and the
# same octets under the same names from a disk; one worker, wrk beside it on the
# same cores.  Rounds interleaved, medians, ratios; beside them what to reach.
# What else runs here moves a rate and hardly the CPU time nginx needs for a
# request, which is compared, too.
#
#	web.sh		BENCH_ROUNDS (15), BENCH_SECONDS (1) of each,
#			BENCH_REVOKED (1000000) entries of the large CRL
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
pkifs=$PKIFS_BUILD/pkifs
bench=$PKIFS_BUILD/bench
rounds=${BENCH_ROUNDS:-15}
seconds=${BENCH_SECONDS:-1}
revoked=${BENCH_REVOKED:-1000000}
n=200
dir=$(mktemp -d "${BENCH_DIR:-/var/tmp}/pkifs-bench-web.XXXXXX")
home=$dir/home
ca=$dir/ca
disk=$dir/disk
servers=
finish() {
	for server in $servers; do kill "$server" 2>/dev/null || true; done
	"$pkifs" umount "$ca" >/dev/null 2>&1 || true
	rm -rf --one-file-system "$dir"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP
chmod 755 "$dir"
mkdir "$ca" "$disk"
case $(stat -f -c %T "$dir") in
tmpfs|ramfs) echo "$dir is in memory: BENCH_DIR" >&2; exit 1 ;;
esac
. "$top/tests/run/web.sh"

"$pkifs" init "$home" --publish >/dev/null
[ "$revoked" = 0 ] || "$PKIFS_BUILD/bench_load" "$home" "$revoked"
"$bench" requests "$dir/csr" $n
"$pkifs" mount "$home" "$ca" 2>"$dir/log"
"$bench" issue "$ca/requests" "$dir/csr" 0 $n 8 >/dev/null

# --- the same octets on the disk ----------------------------------------------
mkdir -p "$disk/status/ocsp" "$disk/ca/certificates"
i=0
for serial in $(ls "$ca/ca/certificates" | sed 's/\.pem$//' | head -n $n); do
	openssl ocsp -issuer "$ca/ca/issuing.pem" -serial "0x$serial" \
	    -no_nonce -reqout "$dir/req" >/dev/null 2>&1
	name=$(base64 -w0 "$dir/req")
	case $name in */) continue ;; esac
	until [ "$(wc -c <"$ca/status/ocsp/$name")" -gt 100 ]; do
		sleep 0.05
	done
	mkdir -p "$(dirname "$disk/status/ocsp/$name")"
	cp "$ca/status/ocsp/$name" "$disk/status/ocsp/$name"
	cp "$ca/ca/certificates/$serial.pem" "$disk/ca/certificates/"
	echo "/pki/status/ocsp/$name" >>"$dir/ocsp"
	echo "/pki/ca/certificates/$serial.pem" >>"$dir/small"
done
# What is a version that stays, and the kernel may know by name.
for name in ca/issuing.pem ca/issuing.der ca/root.pem ca/chain.pem \
    status/root.crl status/issuing-delta.crl; do
	cp "$ca/$name" "$disk/$name"
	echo "/pki/$name" >>"$dir/files"
done
large_is_there() {
	[ "$(stat -c %s "$ca/status/issuing.crl")" -ge $((revoked * 30)) ]
}
until large_is_there; do sleep 0.5; done
cp "$ca/status/issuing.crl" "$disk/status/"
echo "/pki/status/issuing.crl" >"$dir/large"

# --- two servers ----------------------------------------------------------------
start() {	# FILES PORT
	nginx_example "$1" "$2" 9 | nginx_around "$dir/nginx-$2"
	as_nobody /usr/sbin/nginx -q -e "$dir/nginx-$2/error.log" \
	    -c "$dir/nginx-$2/nginx.conf" &
	servers="$servers $!"
	until listens "$2"; do sleep 0.05; done
	pgrep -P "$!" >"$dir/worker-$2"
}
on_mount=$(free_port)
start "$ca" "$on_mount"
on_disk=$(free_port)
start "$disk" "$on_disk"

# wrk asks for the paths of a file, one after the other.
cat >"$dir/paths.lua" <<'Y'
local paths, at = {}, 0
function init(args)
	for line in io.lines(args[1]) do
		paths[#paths + 1] = line
	end
end
function request()
	at = at % #paths + 1
	return wrk.format("GET", paths[at])
end
Y
ticks() { awk '{ print $14 + $15 }' "/proc/$(cat "$dir/worker-$1")/stat"; }
# Requests a second, and CPU microseconds of nginx for one.
measure() {	# PORT PATHS CONNECTIONS
	before=$(ticks "$1")
	wrk -t1 -c"$3" -d"${seconds}s" -s "$dir/paths.lua" \
	    "http://127.0.0.1:$1" -- "$2" >"$dir/wrk"
	after=$(ticks "$1")
	! grep -q 'Non-2xx' "$dir/wrk" || cat "$dir/wrk" >&2
	awk -v t=$((after - before)) -v hz="$(getconf CLK_TCK)" '
	    / requests in / { n = $1 } /^Requests\/sec:/ { rate = $2 }
	    END { print rate, n ? t * 1000000 / hz / n : 0 }' "$dir/wrk"
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
column() { awk -v c="$1" '{ print $c }' "$2"; }
compare() {	# WHAT PATHS CONNECTIONS WANTED BESIDE
	for round in $(seq 0 "$rounds"); do
		if [ $((round % 2)) = 0 ]; then
			a=$(measure "$on_mount" "$dir/$2" "$3")
			b=$(measure "$on_disk" "$dir/$2" "$3")
		else
			b=$(measure "$on_disk" "$dir/$2" "$3")
			a=$(measure "$on_mount" "$dir/$2" "$3")
		fi
		# The first fills the caches.
		[ "$round" = 0 ] || echo "$a $b" |
		    awk '{ print $1, $3, $1 / $3, $2, $4 }' >>"$dir/$2.rounds"
	done
	all=$dir/$2.rounds
	awk '{ m += $4; d += $5 } END { printf "%.2f\n", d / m }' "$all" \
	    >"$dir/cpu"
	printf '  %-20s %9.0f/s %9.0f/s  %5.2f  %5s  (wanted %s)  %s\n' "$1" \
	    "$(column 1 "$all" | median)" "$(column 2 "$all" | median)" \
	    "$(column 3 "$all" | median)" "$(cat "$dir/cpu")" "$4" "$5"
}
size=$(stat -c %s "$disk/status/issuing.crl")
echo "nginx, $(nproc) cores for both sides, $rounds rounds of $seconds s"
printf '  %-20s %11s %11s  ratio  of CPU\n' "" mount \
    "$(stat -f -c %T "$disk" | sed 's,ext2/ext3,ext4,')"
compare "OCSP by GET" ocsp 16 0.90 "(openssl ocsp -multi 2: 2900)"
compare "ca/, CRLs, 1 KiB" files 16 0.95 ""
compare "200 certificates" small 16 0.95 ""
[ "$revoked" = 0 ] || compare "CRL, $((size / 1000)) kB" large 2 0.95 ""
