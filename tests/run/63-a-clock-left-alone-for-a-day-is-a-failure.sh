# A clock that the kernel has not called synchronised for 24 h is a failure in
# health and one event, over restarts too; and when a clock comes back by a day,
# revocation, its deadline and its CRL go by the new time. (REV-6.2.4-07)
. "$(dirname "$0")/lib.sh"
make_ca
health() { grep "^$1 .* $2 " "$ca/status/health.txt" >"$dir/line"; }
told() { [ "$(events clock-not-synchronised)" = "$1" ]; }
on_crl() { crl -text | grep -q "Serial Number: $serial"; }
drop() {
	new_csr "$1" "$1.example.org"
	must cp "$dir/$1.csr" "$ca/requests/"
	serial=$(serial_of "$ca/requests/$1.crt")
}

# Less than a day: a warning.
export PKIFS_TEST_SYNCHRONISED=no
began=$(date +%s)
mount_ca
within 10 health warn clock
drop before
told 0 || fail "told at once"
must "$pkifs" umount "$ca"

# A day later, nobody having set it.
PKIFS_TEST_CLOCK=$((began + 90000))
export PKIFS_TEST_CLOCK
mount_ca
within 20 health fail clock
says "not synchronised since $(date -u -d "@$began" +%Y-%m-%dT%H)" "$dir/line"
within 20 told 1
drop ahead
must sh -c "echo superseded >'$ca/revoke/$serial'"
must on_crl
must "$pkifs" umount "$ca"
mount_ca
within 20 health fail clock
told 1 || fail "told twice"
must "$pkifs" umount "$ca"

# The clock is right again, a day earlier than all that was done last.
unset PKIFS_TEST_CLOCK
export PKIFS_TEST_SYNCHRONISED=yes
mount_ca
within 20 health ok clock
within 20 sh -c "grep -l 'earlier than the last event' '$ca'/evidence/*/*/*/*/*-clock-changed.json"
must on_crl
drop after
must sh -c "echo keyCompromise >'$ca/revoke/$serial'"
must on_crl
within 10 health ok deadlines
last=$(date -d "$(crl -lastupdate | sed 's/.*=//')" +%s)
[ "$last" -le "$(($(date +%s) + 240))" ] || fail "a CRL of the day to come: $(crl -lastupdate)"
[ "$(events revocation-deadline-missed)" = 0 ] || fail "missed by the clock alone"
must "$pkifs" verify "$ca/evidence" >"$dir/verified"
