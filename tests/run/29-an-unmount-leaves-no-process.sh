# An unmount leaves no process, also where the herald waits in the kernel for an answer that never comes.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/unanswered.sh"
new_stops
new_ca
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
all=$(pgrep -P "$main")
[ "$(echo "$all" | wc -l)" = 4 ] || fail "the processes are: $all"

# A MKDIR without an answer keeps the folder closed in which the herald is to
# announce the next certificate.
herald=$(process herald)
new_csr two two.example.org
stop arm core.signed
cp "$dir/two.csr" "$ca/requests/" &
copy=$!
must stop wait >/dev/null
stays_closed "$ca/requests"
stop release
must wait "$copy"
within 10 waits_in_the_kernel "$herald"
must "$pkifs" umount "$ca"
within 30 test ! -e "/proc/$main"
for pid in $all; do
	[ ! -e "/proc/$pid" ] || fail "left behind: $(cat "/proc/$pid/stat")"
done
says "still waits in the kernel" "$dir/log"
wait "$unanswered" && fail "a folder was made"
mountpoint -q "$ca" && fail "it is mounted"

# And the home is free.
answer_again
mount_ca
must verify_certificate "$ca/requests/two.crt"
