# A certificate is suspended where its profile allows it, and comes back by a
# revocation officer's word or at the end that was set; what is revoked never
# comes back. (REV-6.3.9-04, REV-6.2.4-09, CSS-6.3.10-08)
. "$(dirname "$0")/lib.sh"
need_root
new_group pk54-rev
new_person pk54-sub
new_person pk54-rev pk54-rev
new_person pk54-out
make_ca --user pk54-sub
sed -i 's/^revocation = .*/revocation = pk54-rev/' "$home/pkifs.conf"
printf '\n[revocation]\nsuspension = yes\n' \
    >>"$home/profiles/tls-server.conf"
mount_ca
sub() { as pk54-sub "$@"; }
rev() { as pk54-rev "$@"; }
drop() {	# NAME: its certificate, and $serial
	new_csr "$1" "$1.example.org"
	chmod 644 "$dir/$1.csr"
	must sub cp "$dir/$1.csr" "$ca/requests/"
	serial=$(serial_of "$ca/requests/$1.crt")
	file=$ca/revoke/$serial
}
# act USER LINE: into the file of $serial
act() { as "$1" bash -c "echo '$2' >'$file'"; }
# No is an answer only when the CRL was read.
on_crl() {
	crl -text >"$dir/crl.text" || fail "the CRL cannot be read"
	grep -A4 "Serial Number: $serial" "$dir/crl.text" >"$dir/entry"
}
ocsp_says() {	# NAME STATUS
	openssl ocsp -issuer "$ca/ca/issuing.pem" \
	    -cert "$ca/requests/$1.crt" -reqout "$dir/ocsp.req" -no_nonce \
	    >/dev/null 2>&1
	name=$(base64 -w0 "$dir/ocsp.req" | sed "s,/*$,,")
	openssl ocsp -issuer "$ca/ca/issuing.pem" \
	    -cert "$ca/requests/$1.crt" -respin "$ca/status/ocsp/$name" \
	    -CAfile "$ca/ca/root.pem" -verify_other "$ca/ca/issuing.pem" \
	    -no_nonce 2>&1 | grep -q "$1.crt: $2"
}

says "Suspension:           possible" "$ca/ca/profiles/tls-server.txt"
drop www
within 30 ocsp_says www good
must act pk54-sub "certificateHold the laptop is not found"
must on_crl
says "Certificate Hold" "$dir/entry"
must ocsp_says www revoked
says "state: suspended" "$file"
says "reason: certificateHold (6)" "$file"
says "asked-by: uid $(id -u pk54-sub) (subscriber)" "$file"
says "authenticated: 2" "$file"
says "by login" "$file"
says "text: the laptop is not found" "$file"
says "publication: CRL " "$file"
says "suspended: since " "$ca/requests/www.status"
must cmp "$file" "$ca/issued/by-serial/$serial/status"

# Nobody gets round it with another certificate for the key.
for name in www again; do
	refuses "Key has been revoked" sub cp "$dir/www.csr" \
	    "$ca/requests/$name.csr"
	says "is suspended" "$ca/requests/$name.status"
done
must sub rm "$ca/requests/again.csr"

# Removing the file brings nothing back, whoever does it and however.
for who in pk54-rev pk54-sub; do
	refuses "Operation not permitted" as $who rm -f "$file"
	refuses "" as $who sh -c "rm -rf '$ca'/revoke/*"
	refuses "" as $who rm -rf "$ca/revoke"
	refuses "" as $who mv "$file" "$dir/case"
done
mkdir "$dir/empty"
chmod 755 "$dir/empty"
if command -v rsync >/dev/null; then
	refuses "" rev rsync -r --delete "$dir/empty/" "$ca/revoke/"
fi
must on_crl
must ocsp_says www revoked
says "state: suspended" "$file"

# An officer brings it back, nobody else, and it is as if it had not been.
refuses "Permission denied" act pk54-sub "reinstate it was in the car"
says "only a revocation officer brings" \
    "$ca/revoke/refused/$(id -u pk54-sub).txt"
refuses "Permission denied" act pk54-out reinstate
must act pk54-rev "reinstate it was in the car"
on_crl && fail "still on the CRL: $(cat "$dir/entry")"
must ocsp_says www good
says "state: valid, reinstated" "$file"
says "text: the laptop is not found" "$file"
says "text: it was in the car" "$file"
says "reinstated, was suspended since" "$file"
# Since when the world knew of each state stays in the case.
grep -q "^published: CRL [0-9]* at [^;]*, OCSP at " "$file" ||
    fail "when the suspension was published is gone: $(cat "$file")"
says "state: valid" "$ca/issued/by-serial/$serial/status"
must sub cp "$dir/www.csr" "$ca/requests/"
[ "$(serial_of "$ca/requests/www.crt")" = "$serial" ] || fail "another serial"
cat "$ca/ca/root.pem" "$ca/ca/issuing.pem" >"$dir/trust.pem"
must openssl verify -crl_check -CRLfile "$ca/status/issuing.crl.pem" \
    -CAfile "$dir/trust.pem" "$ca/requests/www.crt" >"$dir/verified"

# Suspended again and then revoked: since it was suspended, and for ever.
must act pk54-rev certificateHold
since=$(sed -n 's/^effective: //p' "$file" | tail -n 1 | cut -c1-19)
must on_crl
date=$(grep "Revocation Date" "$dir/entry")
must act pk54-rev "superseded it never was in the car"
must on_crl
says Superseded "$dir/entry"
[ "$(grep "Revocation Date" "$dir/entry")" = "$date" ] ||
    fail "another date: $date, $(cat "$dir/entry"), $since"
for line in reinstate certificateHold "certificateHold until=2030-01-01"; do
	refuses "" act pk54-rev "$line"
done
refuses "Operation not permitted" act pk54-rev reinstate
refuses "Key has been revoked" act pk54-rev certificateHold
must on_crl
must ocsp_says www revoked

# Suspended and back while it is to be revoked tomorrow: one case, read twice.
drop tomorrow
must act pk54-rev "superseded at=$(date -u -d '+1 day' +%FT%TZ)"
for line in certificateHold reinstate; do
	must act pk54-rev $line
	must cmp "$file" "$ca/issued/by-serial/$serial/status"
done
says "state: valid, reinstated" "$file"
says "still to be revoked at $(date -u -d '+1 day' +%F)" "$file"

# With an end by itself; over a restart, too.
drop soon
must act pk54-sub "certificateHold until=$(date -u -d '+6 seconds' \
    +%Y-%m-%dT%H:%M:%SZ) six seconds"
must on_crl
back() { ! on_crl && ocsp_says soon good; }
within 20 back
says "by the CA itself: reinstated" "$file"
says "suspended: no, reinstated at" "$ca/requests/soon.status"
says "state: valid, reinstated" "$file"
drop late
must act pk54-rev "certificateHold until=$(date -u -d '+60 seconds' \
    +%Y-%m-%dT%H:%M:%SZ)"
must on_crl
must "$pkifs" umount "$ca"
# From here on its clock is two minutes ahead: it was down when the hold ended.
export PKIFS_TEST_STEP=0:120
mount_ca
back() { ! on_crl && ocsp_says late good; }
within 20 back

# Only where the profile says so.
must "$pkifs" umount "$ca"
sed -i 's/^suspension = .*/suspension = no/' "$home/profiles/tls-server.conf"
mount_ca
drop no
refuses "Invalid argument" act pk54-rev certificateHold
says "profile does not allow" "$ca/revoke/refused/$(id -u pk54-rev).txt"
says "profile does not allow" "$ca/issued/by-serial/$serial/status"

[ "$(events certificate-suspended)" = 5 ] || fail "suspensions in evidence"
[ "$(events certificate-reinstated)" = 4 ] || fail "ends in evidence"
[ "$(events certificate-revoked)" = 1 ] || fail "revocations in evidence"
[ "$(events status-compared)" = 0 ] || fail "CRL and OCSP differed"
must "$pkifs" verify "$ca/evidence" >"$dir/verified"
