# After a clock that was ahead publish_dir has no OCSP answer of a day to come:
# it is withdrawn at once, and another one follows as soon as it can be signed.
. "$(dirname "$0")/lib.sh"
PKIFS_TEST_CLOCK=$(date -d '-4 days' +%s)
export PKIFS_TEST_CLOCK
make_ca
unset PKIFS_TEST_CLOCK
sed -i 's/^ocsp_sign = .*/ocsp_sign = all/' "$home/pkifs.conf"
step=$(($(cut -d. -f1 /proc/uptime) + 10))
PKIFS_TEST_STEP=$step:-86400
export PKIFS_TEST_STEP
mount_ca
for i in 1 2 3; do
	new_csr "w$i" "w$i.example.org"
	must cp "$dir/w$i.csr" "$ca/requests/"
done
published=$home/published/status
there() { find "$published/ocsp-by-serial" -name '*.der' | sort; }
# Those of the CA itself too, of which it makes new ones; each in two forms.
complete() {
	[ "$(there | wc -l)" -eq $((2 * $(ls "$ca/issued/by-serial" | wc -l))) ]
}
within 20 complete
[ "$(cut -d. -f1 /proc/uptime)" -lt $step ] || skip "this machine is too slow"

# The time of the CA, so many days ago.  A file has the time of its answer.
later_than() { find "$published" -type f -path '*ocsp*' -newermt "$1"; }
all_before() { [ -z "$(later_than "$1")" ]; }
ago() { date -d "-$1 days +4 minutes" '+%F %T'; }
all_before "$(ago 1)" && fail "none is of today"

# While it runs.
within 40 all_before "$(ago 1)"
within 20 complete
all_before "$(ago 2)" && fail "they are older still"

# While no core was there, and there is nobody who could sign: they are gone.
must "$pkifs" umount "$ca"
PKIFS_TEST_STEP=0:-172800
pin=$home/signer/pin-ocsp
must cp -p "$pin" "$dir/pin"
chmod u+w "$pin"
printf 'wrong-pin-999' >"$pin"
mount_ca
within 20 all_before "$(ago 2)"
must "$pkifs" umount "$ca"
cat "$dir/pin" >"$pin"
mount_ca
within 20 complete
all_before "$(ago 2)" || fail "one is of tomorrow"
serial=$(serial_of "$ca/requests/w1.crt")
must openssl ocsp -respin "$published/ocsp-by-serial/$serial.der" -noverify \
    -resp_text >"$dir/text" 2>&1
says "Cert Status: good" "$dir/text"
