# A core that was killed amidst a commit, of which one thread stays in the kernel until its successor answers, keeps nothing from that successor.
. "$(dirname "$0")/lib.sh"
new_stops
new_ca
new_csr old old.example.org
new_csr www www.example.org
must cp "$dir/old.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/old.crt")
core=$(process core)

# A MKDIR without an answer keeps the folder closed: the kernel cannot forget
# the names in it that the next CRL changes.
stop fault request-stays 1000000
mkdir "$ca/status/x" 2>"$dir/said" &
folder=$!
stays() { [ "$(stop left request-stays)" -lt 1000000 ]; }
within 10 stays
echo superseded >"$ca/revoke/$serial" &
act=$!
waits_in_the_kernel() {
	for task in /proc/"$core"/task/*; do
		case $(cat "$task/stat") in
		*'(invalidator) D'*) return 0 ;;
		esac
	done
	return 1
}
within 20 waits_in_the_kernel

# Another commit has begun, and holds the store.
stop arm core.commit-before
cp "$dir/www.csr" "$ca/requests/" &
copy=$!
must stop wait >/dev/null
kill -9 "$core"
stop fault request-stays 0

must wait "$copy"
must wait "$act"
wait "$folder" && fail "a folder was made in status/"
says "not permitted" "$dir/said"
must verify_certificate "$ca/requests/www.crt"
must grep -q '^state: revoked' "$ca/issued/by-serial/$serial/status"
says "a thread of core still waits in the kernel" "$dir/log"
[ "$(grep -c 'core was ended by\|another core begins' "$dir/log")" = 1 ] ||
    fail "more than one core ended"
grep -q 'database is locked' "$dir/log" && fail "the store was held"
within 20 test ! -e "/proc/$core"
