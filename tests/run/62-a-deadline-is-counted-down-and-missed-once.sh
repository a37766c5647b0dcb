# Until CRL and OCSP both say so a revocation has a deadline, by its reason and
# from its receipt or the day that was named: health counts it down, warns at
# half and fails when it is missed; each is an event, once a case and method.
# (REV-6.2.4-01, REV-6.2.4-03A, REV-6.2.4-03C, REV-6.2.4-05A, REV-6.2.4-06A)
. "$(dirname "$0")/lib.sh"
make_ca
sed -i 's/^decision_max = .*/&\ndeadlines = keyCompromise 4 s, superseded 6 s/' \
    "$home/pkifs.conf"
mount_ca
health() { grep "^$1 .* deadlines " "$ca/status/health.txt" >"$dir/line"; }
events() { ls "$ca"/evidence/*/*/*/*/*-revocation-deadline-"$1".json 2>/dev/null | wc -l; }
are() { [ "$(events near)" = "$1" ] && [ "$(events missed)" = "$2" ]; }

# The CPS says what the configuration does.
says "keyCompromise           known to all at most 4 s after" "$ca/ca/cps/current.txt"
says "superseded              known to all at most 6 s after" "$ca/ca/cps/current.txt"
says "cessationOfOperation    known to all at most 13 h after" "$ca/ca/cps/current.txt"
says "the users of the subscriber, for its own" "$ca/ca/cps/current.txt"
says "An officer records why" "$ca/ca/cps/current.txt"

# In time: nothing to tell.
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
must sh -c "echo keyCompromise >'$ca/revoke/$(serial_of "$ca/requests/www.crt")'"
within 10 health ok
are 0 0 || fail "told of a deadline that was kept"

# A signer that does not answer keeps the CRL back: half of its time, and all.
new_csr late late.example.org
must cp "$dir/late.csr" "$ca/requests/"
# An answer that was handed out has to be made anew.
openssl ocsp -issuer "$ca/ca/issuing.pem" -cert "$ca/requests/late.crt" \
    -reqout "$dir/late.req" -no_nonce >/dev/null 2>&1
must test -s "$ca/status/ocsp/$(base64 -w0 "$dir/late.req" | sed "s,/*$,,")"
signer=$(pgrep -P "$main" -f 'signer' | head -n 1)
[ -n "$signer" ] || fail "no signer"
kill -STOP "$signer"
serial=$(serial_of "$ca/requests/late.crt")
(echo keyCompromise >"$ca/revoke/$serial") &
within 20 health warn
says "1 cases wait" "$dir/line"
within 20 health fail
says "1 missed it" "$dir/line"
within 10 are 2 2
cat "$ca"/evidence/*/*/*/*/*-revocation-deadline-missed.json >"$dir/missed"
says '"method":' "$dir/missed"
grep -q '"CRL"' "$dir/missed" || fail "not of the CRL"
grep -q '"OCSP"' "$dir/missed" || fail "not of OCSP"
kill -CONT "$signer"
within 20 grep -q "^publication: CRL " "$ca/revoke/$serial"
within 10 health ok
are 2 2 || fail "told twice"

# From the day that was named, and over a restart.
new_csr soon soon.example.org
must cp "$dir/soon.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/soon.crt")
at=$(date -u -d '+60 seconds' +%Y-%m-%dT%H:%M:%SZ)
must sh -c "echo 'superseded at=$at' >'$ca/revoke/$serial'"
health ok || fail "its deadline began before its day: $(cat "$dir/line")"
must "$pkifs" umount "$ca"
# Its clock is two minutes ahead: it was down on that day, and past it.
export PKIFS_TEST_STEP=0:120
mount_ca
within 20 grep -q "^publication: CRL " "$ca/revoke/$serial"
within 20 are 2 4
within 10 health ok
must "$pkifs" verify "$ca/evidence" >"$dir/verified"
