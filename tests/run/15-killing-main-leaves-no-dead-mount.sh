# kill -9 of main, or of everything, leaves nothing that a new mount minds.
. "$(dirname "$0")/lib.sh"
new_ca
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/www.crt")

gone() { ! grep -q " $ca " /proc/mounts; }
kill -9 "$main"
within 10 gone
must ls "$ca"
within 10 sh -c "! pgrep -f 'pkifs core.*' -P 1 | xargs -r ps -o args= -p | grep -q '$home'"
mount_ca
[ "$(serial_of "$ca/requests/www.crt")" = "$serial" ] || fail "another certificate"

# Everything at once: the next mount detaches the dead one first.
kill -9 "$main" $(pgrep -P "$main")
within 10 sh -c "! kill -0 $main 2>/dev/null"
mount_ca
[ "$(grep -c " $ca " /proc/mounts)" = 1 ] || fail "mounts are stacked"
[ "$(serial_of "$ca/requests/www.crt")" = "$serial" ] || fail "another certificate"

# SIGTERM unmounts cleanly; so does umount, also while somebody holds a file.
kill -TERM "$main"
within 10 gone
mount_ca
exec 8<"$ca/requests/www.crt"
must "$pkifs" umount "$ca"
must gone
exec 8<&-
within 10 sh -c "! kill -0 $main 2>/dev/null"

# Without -f mount returns when the tree can be read.
must "$pkifs" mount "$home" "$ca"
must test -s "$ca/README.txt"

# A second mount of the same home names who has it.
mkdir "$dir/second"
refuses "$(cat "$home/run/lock" | tr -d '\n ')" "$pkifs" mount "$home" "$dir/second"
must "$pkifs" umount "$ca"
