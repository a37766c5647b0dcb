# When an older copy of the store was put back, the next CRL has a number above
# every one that was signed before, and an event says so. (RFC 5280 5.2.3)
. "$(dirname "$0")/lib.sh"
new_ca
number() {	# of the complete list
	openssl crl -in "$ca/status/issuing.crl" -inform DER -noout -text |
	    sed -n '/X509v3 CRL Number/{n;s/ //g;p;}'
}
revoke_new() {
	new_csr "$1" "$1.example.org"
	must cp "$dir/$1.csr" "$ca/requests/"
	serial=$(serial_of "$ca/requests/$1.crt")
	must sh -c "echo superseded >'$ca/revoke/$serial'"
	openssl crl -in "$ca/status/issuing.crl" -inform DER -noout -text |
	    grep -q "$serial" || fail "$1 is not on the CRL"
}
events() { ls "$ca"/evidence/*/*/*/*/*-"$1".json 2>/dev/null | wc -l; }

revoke_new before
must "$pkifs" umount "$ca"
cp -a "$home/store" "$dir/backup"
mount_ca
for i in 1 2 3; do revoke_new later$i; done
last=$(number)
must "$pkifs" umount "$ca"

rm -rf "$home/store"
cp -a "$dir/backup" "$home/store"
mount_ca
test "$(number)" -lt "$last" || fail "the copy is not older: $(number)"
revoke_new restored
test "$(number)" -gt "$last" || fail "$(number) is not above $last"
test "$(events crl-number-raised)" = 1 || fail "no event, or several"
says "\"above\": " "$(ls "$ca"/evidence/*/*/*/*/*-crl-number-raised.json)"
grep -q "^ok .* crl " "$ca/status/health.txt" ||
    within 20 grep -q "^ok .* crl " "$ca/status/health.txt"

# It goes on as if nothing had been.
was=$(number)
revoke_new behind
test "$(number)" -gt "$was" || fail "it does not go on"
test "$(events crl-number-raised)" = 1 || fail "raised twice"
