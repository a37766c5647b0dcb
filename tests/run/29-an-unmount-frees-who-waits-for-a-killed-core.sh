# Who waits in the kernel for a core that was killed, and is not there again when the CA is unmounted, gets an error, and no process is left.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/unanswered.sh"
need_resend
new_stops
new_ca
new_csr old old.example.org
must cp "$dir/old.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/old.crt")
core=$(process core)

# A MKDIR without an answer keeps the folder closed, and the thread of core
# that has the kernel forget names in it waits for that.
stays_closed "$ca/status"
echo superseded >"$ca/revoke/$serial" 2>"$dir/said" &
act=$!
within 20 waits_in_the_kernel "$core" invalidator

# Its successor waits for that thread, so nobody answers.
kill -9 "$core"
all=$(pgrep -P "$main")
must "$pkifs" umount "$ca"
within 20 test ! -e "/proc/$main"
wait "$unanswered" && fail "a folder was made in status/"
wait "$act" || true
for pid in $all; do
	within 5 test ! -e "/proc/$pid"
done
mountpoint -q "$ca" && fail "it is mounted"

# What was asked for is done, or was refused to whoever asked.
answer_again
mount_ca
must test -e "$ca/issued/by-serial/$serial/status"
