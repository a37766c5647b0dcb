# With ocsp_sign = all every certificate has its answers, renewed in time.
. "$(dirname "$0")/lib.sh"
make_ca
sed -i 's/^ocsp_sign = .*/ocsp_sign = all/' "$home/pkifs.conf"
mount_ca
for i in 1 2 3; do
	new_csr "w$i" "w$i.example.org"
	must cp "$dir/w$i.csr" "$ca/requests/"
done
published=$home/published/status/ocsp-by-serial
count() { [ "$(ls "$published" 2>/dev/null | wc -l)" -eq "$1" ]; }
# Those of the CA itself too, each in two forms.
all=$(ls "$ca/issued/by-serial" | wc -l)
within 20 count $((2 * all))
[ "$all" -gt 3 ] && [ "$(ls "$ca/status/ocsp-by-serial" | sort -u)" = \
    "$(ls "$published")" ] || fail "not the same"

# Nobody asks, and still none grows old: before half of its 12 hours an answer
# is left, behind half there is another before it ends.
serial=$(serial_of "$ca/requests/w1.crt")
time_of() {	# FIELD of the answer, in seconds
	openssl ocsp -respin "$published/$serial.der" -noverify -resp_text \
	    >"$dir/answer" 2>/dev/null || fail "no answer"
	date -d "$(sed -n "s/.*$1: //p" "$dir/answer" | head -n 1)" +%s
}
first=$(time_of "This Update")
ends=$(time_of "Next Update")
[ $((ends - first)) = $((12 * 3600)) ] || fail "it holds for $((ends - first)) s"
mount_at() {	# seconds after it was signed
	must "$pkifs" umount "$ca"
	PKIFS_TEST_CLOCK=$((first + $1))
	export PKIFS_TEST_CLOCK
	mount_ca
}
newer() { [ "$(time_of "This Update")" -gt "$first" ]; }
mount_at $((5 * 3600))
new_csr w4 w4.example.org
must cp "$dir/w4.csr" "$ca/requests/"
all=$(ls "$ca/issued/by-serial" | wc -l)
within 20 count $((2 * all))
! newer || fail "renewed before half"
mount_at $((7 * 3600))
within 20 newer
[ "$(time_of "This Update")" -lt "$ends" ] || fail "renewed when it had ended"
[ "$(time_of "Next Update")" = $((first + 19 * 3600)) ] || fail "not for 12 h"

# A revocation comes first, also of what nobody asked for.
must sh -c "echo superseded >'$ca/revoke/$serial'"
revoked() {
	openssl ocsp -respin "$published/$serial.sha256.der" -noverify \
	    -resp_text | grep -q "Cert Status: revoked"
}
within 10 revoked
