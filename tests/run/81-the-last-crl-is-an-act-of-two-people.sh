# A CA ends by the decision of two officers: not while a certificate that has
# not ended is not revoked; then the last CRL of each kind says 9999-12-31 and
# no CRL, no certificate and no revocation follows it. (CSS-6.3.9-05, -06)
. "$(dirname "$0")/lib.sh"
need_root
new_group pk81-ra
new_person pk81-anna pk81-ra
new_person pk81-bert pk81-ra
new_person pk81-ops
new_person pk81-sub
make_ca --user pk81-sub
sed -i 's/^separation = .*/separation = yes/
	s/^ra = .*/ra = pk81-ra/
	s/^revocation = .*/revocation = user:pk81-anna, user:pk81-bert/
	s/^operator = .*/operator = user:pk81-ops/
	s/^security = .*/security = user:nobody/
	s/^auditor = .*/auditor = user:games/
	s/^\[status\]/[status]\nshards = 2/' "$home/pkifs.conf"
appoint pk81-anna revocation
appoint pk81-bert revocation
appoint pk81-ops operator
mount_ca
drop() {
	new_csr "$1" "$1.example.org"
	chmod 644 "$dir/$1.csr"
	must as pk81-sub cp "$dir/$1.csr" "$ca/requests/"
	serial=$(serial_of "$ca/requests/$1.crt")
}
end_of() { openssl crl -in "$ca/status/$1" -inform DER -noout -nextupdate; }
moves() { as "$1" mv "$ca/ra/$2/$id" "$ca/ra/$3/"; }
ask() { as "$1" sh -c "echo 'the company is dissolved' >'$ca/revoke/batch/last-crl.txt'"; }
dossier() {
	id=$(grep -l '^kind: last CRL' "$ca"/ra/pending/*/state | tail -n 1 |
	    sed 's,.*/pending/,,; s,/.*,,')
	test -n "$id"
}

drop one
drop two
must as pk81-anna sh -c "echo superseded >'$ca/revoke/$serial'"
within 20 test -e "$ca/status/crl/1.crl"
within 20 test -e "$ca/status/crl/2.crl"

# Who asks is none of those who decide; who has no such role cannot ask.
refuses "Permission denied" ask pk81-sub
must ask pk81-ops
must dossier
says "wanted: two officers with the role revocation" "$ca/ra/pending/$id/state"
says "have not ended and are not revoked" "$ca/ra/pending/$id/request.txt"
refuses "not permitted" moves pk81-anna pending approved
must moves pk81-anna pending countersign
refuses "not permitted" moves pk81-anna countersign approved
refuses "not permitted" moves pk81-bert countersign approved
says "not revoked" "$ca/ra/countersign/$id/state"
test "$(events last-crl-decided)" = 0 || fail "it was decided"
drop three

# All are revoked: now it can be.
for c in one three; do
	must as pk81-anna sh -c "echo cessationOfOperation \
	    >'$ca/revoke/$(serial_of "$ca/requests/$c.crt")'"
done
must moves pk81-bert countersign approved
within 30 sh -c "ls '$ca'/evidence/*/*/*/*/*-last-crl-published.json"
for list in issuing.crl crl/1.crl crl/2.crl; do
	case $(end_of $list) in
	*"Dec 31 23:59:59 9999 GMT") ;;
	*) fail "$list ends $(end_of $list)" ;;
	esac
done
openssl crl -in "$ca/status/issuing.crl" -inform DER -out "$dir/crl.pem"
for c in one two three; do
	openssl crl -in "$dir/crl.pem" -noout -text |
	    grep -q "$(serial_of "$ca/requests/$c.crt")" ||
	    fail "$c is not on the last CRL"
done

# Nothing follows it.
number() { openssl crl -in "$ca/status/issuing.crl" -inform DER -noout -crlnumber; }
was=$(number)
new_csr four four.example.org
chmod 644 "$dir/four.csr"
refuses "" as pk81-sub cp "$dir/four.csr" "$ca/requests/"
says "issues nothing any more" "$ca/requests/four.status"
refuses "not permitted" as pk81-anna sh -c \
    "echo keyCompromise >'$ca/revoke/$serial'"
key=$(openssl pkey -in "$dir/three.key" -pubout -outform DER | sha256sum |
    cut -d' ' -f1)
refuses "not permitted" as pk81-anna bash -c \
    "echo keyCompromise >'$ca/revoke/by-key/$key'"
echo "$serial keyCompromise" >"$dir/after"
chmod 644 "$dir/after"
must as pk81-anna cp "$dir/after" "$ca/revoke/batch/"
within 20 grep -q "refused: this CA issued its last" \
    "$ca/revoke/batch/after.result"
refuses "not permitted" ask pk81-ops
must "$pkifs" reload "$home"
within 20 grep -q "crl " "$ca/status/health.txt"
test "$(number)" = "$was" || fail "another CRL"
test "$(events last-crl-published)" = 1 || fail "told twice"
cat "$ca/ca/root.pem" "$ca/ca/issuing.pem" >"$dir/trust.pem"
refuses "certificate revoked" openssl verify -crl_check -CRLfile "$dir/crl.pem" \
    -CAfile "$dir/trust.pem" "$ca/requests/one.crt"
