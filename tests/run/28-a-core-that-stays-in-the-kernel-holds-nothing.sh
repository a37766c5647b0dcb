# A core that was killed amidst a commit, of which one thread stays in the kernel until its successor answers, keeps nothing from that successor.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/unanswered.sh"
need_resend
new_stops
new_ca
new_csr old old.example.org
new_csr www www.example.org
must cp "$dir/old.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/old.crt")
core=$(process core)

# A MKDIR without an answer keeps the folder closed: the kernel cannot forget
# the names in it that the next CRL changes.
stays_closed "$ca/status"
echo superseded >"$ca/revoke/$serial" &
act=$!
within 20 waits_in_the_kernel "$core" invalidator

# Another commit has begun, and holds the store.
stop arm core.commit-before
cp "$dir/www.csr" "$ca/requests/" &
copy=$!
must stop wait >/dev/null
kill -9 "$core"
answer_again

must wait "$copy"
must wait "$act"
wait "$unanswered" && fail "a folder was made in status/"
says "not permitted" "$dir/unanswered"
must verify_certificate "$ca/requests/www.crt"
must grep -q '^state: revoked' "$ca/issued/by-serial/$serial/status"
says "a thread of core still waits in the kernel" "$dir/log"
[ "$(grep -c 'core was ended by\|another core begins' "$dir/log")" = 1 ] ||
    fail "more than one core ended"
lacks 'database is locked' "$dir/log"
within 20 test ! -e "/proc/$core"
