# Where the kernel cannot send requests again the mount is back within a second.
. "$(dirname "$0")/lib.sh"
make_ca
new_stops
mount_ca
new_csr www www.example.org
new_csr late late.example.org
must cp "$dir/www.csr" "$ca/requests/"
core=$(process core)
must stop fault no-resend 1
kill -9 "$core"
start=$(date +%s%N)
within 5 sh -c "[ \"\$(pgrep -P $main -f 'pkifs core')\" != $core ] &&
    cmp '$dir/www.csr' '$ca/requests/www.csr'"
took=$((($(date +%s%N) - start) / 1000000))
[ "$took" -le 1500 ] || fail "it took $took ms"
[ "$(grep -c " $ca " /proc/mounts)" = 1 ] || fail "mounts are stacked"
must verify_certificate "$ca/requests/www.crt"
must cp "$dir/late.csr" "$ca/requests/"
must verify_certificate "$ca/requests/late.crt"
[ "$(stop left no-resend)" = 0 ] ||
    fail "it was never asked to send again"
must "$pkifs" umount "$ca"
