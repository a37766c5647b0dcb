# Who holds any complete CRL that is still valid and fetches the delta knows
# what is revoked, suspended and reinstated, as if the newest were fetched.
# (CSS-6.3.9-05, CSS-6.3.9-06; RFC 5280 5.2.4)
. "$(dirname "$0")/lib.sh"
need_root
new_group pk79-rev
new_person pk79-rev pk79-rev
make_ca
sed -i 's/^revocation = .*/revocation = pk79-rev/' "$home/pkifs.conf"
printf '\n[revocation]\nsuspension = yes\n' >>"$home/profiles/tls-server.conf"
mount_ca
drop() {
	new_csr "$1" "$1.example.org"
	must cp "$dir/$1.csr" "$ca/requests/"
	must test -s "$ca/requests/$1.crt"
}
act() {	# NAME LINE
	as pk79-rev bash -c \
	    "echo '$2' >'$ca/revoke/$(serial_of "$ca/requests/$1.crt")'"
}
fetch() {	# COPY: the complete CRL, as somebody keeps it
	openssl crl -in "$ca/status/issuing.crl" -inform DER \
	    -out "$dir/$1.pem" || fail "no CRL"
}
delta() {
	openssl crl -in "$ca/status/issuing-delta.crl" -inform DER \
	    -out "$dir/delta.pem"
}
number() { echo $(($(openssl crl -in "$1" -inform DER -noout -crlnumber |
    sed 's/.*=//'))); }
# accepts BASE NAME: with the base that was kept and the delta of now
accepts() {
	delta
	openssl verify -crl_check -use_deltas -extended_crl -CAfile \
	    "$dir/trust.pem" -CRLfile "$dir/$1.pem" -CRLfile \
	    "$dir/delta.pem" "$ca/requests/$2.crt" >"$dir/verify.log" 2>&1
}
not() { ! "$@"; }

for name in one two three; do drop $name; done
cat "$ca/ca/root.pem" "$ca/ca/issuing.pem" >"$dir/trust.pem"
within 20 test -s "$ca/status/issuing-delta.crl"
fetch first
for name in one two three; do must accepts first $name; done

# Revoked since: the delta says so, whichever base is there.
must act one keyCompromise
must not accepts first one
says "certificate revoked" "$dir/verify.log"
must accepts first two
# Both are of one moment, with one number; the base alone does not know.
[ "$(number "$ca/status/issuing.crl")" = \
    "$(number "$ca/status/issuing-delta.crl")" ] || fail "two numbers"
must openssl verify -crl_check -CAfile "$dir/trust.pem" -CRLfile \
    "$dir/first.pem" "$ca/requests/one.crt"
fetch second
must not accepts second one

# Suspended, and then not any more: removeFromCRL for who has it on the base.
must act two certificateHold
fetch third
must not accepts first two
must not accepts second two
must act two reinstate
must accepts first two
must accepts second two
must accepts third two
refuses "certificate revoked" openssl verify -crl_check -CAfile \
    "$dir/trust.pem" -CRLfile "$dir/third.pem" "$ca/requests/two.crt"
openssl crl -in "$dir/delta.pem" -noout -text >"$dir/delta.txt"
says "Remove From CRL" "$dir/delta.txt"
says "Delta CRL Indicator: critical" "$dir/delta.txt"
openssl crl -in "$dir/third.pem" -noout -text >"$dir/third.txt"
says "status/issuing-delta.crl" "$dir/third.txt"
must accepts third three
must not accepts third one

# Each one ever published is kept in evidence by its digest.
for file in first second third; do
	openssl crl -in "$dir/$file.pem" -outform DER -out "$dir/$file.der"
	must cmp "$dir/$file.der" "$ca/evidence/documents/$(sha256sum \
	    "$dir/$file.der" | cut -d' ' -f1)"
done
ls "$ca"/evidence/*/*/*/*/*-crl-published.json >"$dir/events"
must grep -l '"delta"' $(cat "$dir/events") >/dev/null
# After another start all goes on from where it was.
was=$(number "$ca/status/issuing-delta.crl")
must "$pkifs" umount "$ca"
mount_ca
must act three superseded
must not accepts first three
[ "$(number "$ca/status/issuing-delta.crl")" -gt "$was" ] || fail "back"
