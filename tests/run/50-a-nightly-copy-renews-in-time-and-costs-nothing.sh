# A cron job copies the same request every night: no signature is made until the
# renewal window opens; then it is a renewal, for which everything is asked
# again, and a profile says which changes there are (REG-6.3.6-01A,
# REG-6.3.7-02A).
. "$(dirname "$0")/lib.sh"
make_ca
profile=$home/profiles/tls-server.conf
printf '[changes]\nre_key_may_change = names\nmodification = no\n' >>"$profile"
mount_ca
within 20 test -e "$ca/ca/handover.pem"
within 20 test -e "$ca/ca/evidence.pem"
events() { ls "$ca"/evidence/*/*/*/*/ | grep -c "$1"; }
within 20 grep -q '^ok    ocsp-certificate' "$ca/status/health.txt"
# Certificates that the signer began to sign; CRLs and OCSP answers are made by
# themselves.
signed() { grep -c ' begin certificate ' "$home/signer/journal"; }

new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
first=$(serial_of "$ca/requests/www.crt")
window=$(sed -n 's/^renew-after: //p' "$ca/requests/www.status")
end=$(openssl x509 -in "$ca/requests/www.crt" -noout -enddate)
[ "$(date -d "$window" +%s)" = \
    $(($(date -d "${end#notAfter=}" +%s) - 20 * 86400)) ] ||
    fail "renew-after is $window, the end is $end"
before=$(signed)
[ "$before" -ge 4 ] || fail "the journal has $before certificates"
decided=$(events request-decided)
for night in 1 2 3 4 5 6 7; do
	must cp "$dir/www.csr" "$ca/requests/"
done
[ "$(signed)" = "$before" ] || fail "a signature for nothing"
[ "$(events request-decided)" = "$decided" ] || fail "a decision for nothing"
[ "$(serial_of "$ca/requests/www.crt")" = "$first" ] || fail "another one"

# In the window it is a renewal, once.
must "$pkifs" umount "$ca"
sed -i 's/^renew_days = .*/renew_days = 89/' "$profile"
PKIFS_TEST_CLOCK=$(($(date +%s) + 2 * 86400))
export PKIFS_TEST_CLOCK
mount_ca
must cp "$dir/www.csr" "$ca/requests/"
second=$(serial_of "$ca/requests/www.crt")
[ "$second" != "$first" ] || fail "not renewed"
says "path: renewal" "$ca/requests/www.status"
says "predecessor: $first" "$ca/requests/www.status"
says "which is the predecessor's" "$ca/requests/www.status"
says "authenticated by the login of uid" "$ca/requests/www.status"
says " d old" "$ca/requests/www.status"
event=$(ls "$ca"/evidence/*/*/*/*/*-request-decided.json | tail -n 1)
says '"path": "renewal"' "$event"
says "\"predecessor\": \"$first\"" "$event"
says '"authenticated-by": "login"' "$event"
says "REG-6.3.6-01A" "$event"
must cp "$dir/www.csr" "$ca/requests/"
[ "$(serial_of "$ca/requests/www.crt")" = "$second" ] || fail "renewed twice"
must cmp "$dir/www.csr" "$ca/requests/www.csr"

# This profile lets names change in a re-key, and not the end; no modification.
rm "$dir/www.key"
new_csr www www.example.org mail.example.org
must cp "$dir/www.csr" "$ca/requests/"
says "path: re-key" "$ca/requests/www.status"
third=$(serial_of "$ca/requests/www.crt")
for serial in $second $third; do
	openssl x509 -in "$ca/issued/by-serial/$serial/cert.pem" -noout \
	    -enddate >"$dir/end.$serial"
done
must cmp "$dir/end.$second" "$dir/end.$third"
new_csr www www.example.org
refuses "Operation not permitted" cp "$dir/www.csr" "$ca/requests/"
[ "$(serial_of "$ca/requests/www.crt")" = "$third" ] || fail "it is gone"
says "profile tls-server allows no modification" "$ca/requests/www.status"
says "What was registered here before stays" "$ca/requests/www.status"
event=$(ls "$ca"/evidence/*/*/*/*/*-request-refused.json | tail -n 1)
says '"path": "modification"' "$event"
says "Changes allowed:      renewal, re-key" "$ca/ca/profiles/tls-server.txt"
says "A re-key may change:  names" "$ca/ca/profiles/tls-server.txt"

# A suspended one is followed by nothing.
must "$pkifs" umount "$ca"
printf '[revocation]\nsuspension = yes\n' >>"$profile"
mount_ca
must sh -c "echo certificateHold >'$ca/revoke/$third'"
new_csr www www.example.org mail.example.org
refuses "Key has been revoked" cp "$dir/www.csr" "$ca/requests/"
says "is suspended and cannot be followed" "$ca/requests/www.status"
must "$pkifs" verify "$ca/evidence"
