# With ocsp_sign = all every certificate has its answers, renewed in time.
. "$(dirname "$0")/lib.sh"
make_ca
sed -i 's/^ocsp_sign = .*/ocsp_sign = all/
    s/^ocsp_next_update = .*/ocsp_next_update = 8 s/' "$home/pkifs.conf"
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

# Nobody asks, and still none grows old.
serial=$(serial_of "$ca/requests/w1.crt")
first=$(stat -c %Y "$published/$serial.der")
newer() { [ "$(stat -c %Y "$published/$serial.der")" -gt "$1" ]; }
within 20 newer "$first"
ends=$(openssl ocsp -respin "$published/$serial.der" -noverify -resp_text |
    sed -n 's/.*Next Update: //p' | head -n 1)
[ "$(date -d "$ends" +%s)" -gt "$(date +%s)" ] || fail "ended at $ends"

# A revocation comes first, also of what nobody asked for.
must sh -c "echo superseded >'$ca/revoke/$serial'"
revoked() {
	openssl ocsp -respin "$published/$serial.sha256.der" -noverify \
	    -resp_text | grep -q "Cert Status: revoked"
}
within 10 revoked
