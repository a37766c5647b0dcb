# publish_dir has what stands in status/ and ca/: same octets, names and times.
. "$(dirname "$0")/lib.sh"
make_ca --publish
cp "$home/pkifs.conf" "$dir/pkifs.conf"
sed -i "s,^\[status\],&\npublish_dir = $home/store/documents," \
    "$home/pkifs.conf"
refuses "publish_dir: wanted a folder outside of the home" \
    "$pkifs" mount "$home" "$ca"
cp "$dir/pkifs.conf" "$home/pkifs.conf"
sed -i "s/^\[status\]/[status]\npublish_dir = $(echo "$dir/www" | sed 's,/,\\/,g')/" \
    "$home/pkifs.conf"
refuses "publish_dir in pkifs.conf: $dir/www: No such file" \
    "$pkifs" mount "$home" "$ca"
mkdir "$dir/www"
[ "$(id -u)" != 0 ] || chown "$(stat -c %U "$home/published")" "$dir/www"
mount_ca
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/www.crt")
www=$dir/www
answer=status/ocsp-by-serial/$serial.der
within 10 test -s "$ca/$answer"

names() {	# of a tree: type, size, time to the microsecond, name
	(cd "$1" && find ca status \( -type f -o -type l \) \
	    ! -path 'status/ocsp/*' ! -name metrics.prom \
	    ! -name index.html -printf '%y %s %Ty-%Tm-%TdT%TT %l %p\n' |
	    sed 's/\(T[0-9:]*\.[0-9]\{6\}\)[0-9]*/\1/' | sort)
}
same() {
	names "$ca" >"$dir/a"
	names "$www" >"$dir/b"
	cmp -s "$dir/a" "$dir/b"
}
within 10 same
says "f" "$dir/b"
for file in $(cd "$ca" && find ca status -type f ! -path 'status/ocsp/*' \
    ! -name metrics.prom ! -name index.html); do
	must cmp "$ca/$file" "$www/$file"
done
must test -s "$www/ca/certificates/$serial.pem"
for live in metrics.prom index.html; do
	must test -s "$www/status/$live"
done

# A static server answers the request that most clients make.
openssl ocsp -issuer "$ca/ca/issuing.pem" -cert "$ca/requests/www.crt" \
    -no_nonce -reqout "$dir/req" >/dev/null 2>&1
must cmp "$www/$answer" \
    "$www/status/ocsp/$(base64 -w0 "$dir/req" | sed "s,/*$,,")"

# A revocation replaces the CRL and takes the good away at once.
good=$(sha256sum <"$www/$answer")
must sh -c "echo keyCompromise >'$ca/revoke/$serial'"
is_out() {
	openssl crl -in "$www/status/issuing.crl" -noout -text |
	    grep -q "$serial" &&
	    { [ ! -e "$www/$answer" ] ||
		[ "$(sha256sum <"$www/$answer")" != "$good" ]; }
}
within 10 is_out
within 10 same
openssl ocsp -respin "$www/$answer" -noverify -resp_text >"$dir/text" 2>&1
says "keyCompromise" "$dir/text"

# What was written over, removed or withdrawn while no core was there.
kill "$main"
wait "$main" 2>/dev/null || true
chmod u+w "$www/status/issuing.crl"
echo torn >"$www/status/issuing.crl"
chmod u-w "$www/status/issuing.crl"
rm "$www/ca/issuing.pem"
cp "$www/$answer" "$www/status/ocsp-by-serial/01AA.der"
cp "$www/ca/root.pem" "$www/ca/certificates/01AA.pem"
mount_ca
within 10 same

# A folder that cannot be written to is a failure that is seen, and ends.
if [ "$(id -u)" = 0 ]; then
	chown root "$www/status"
	new_csr two two.example.org
	must cp "$dir/two.csr" "$ca/requests/"
	must sh -c "echo superseded >'$ca/revoke/$(serial_of \
	    "$ca/requests/two.crt")'"
	within 10 grep -q "^fail .*publish-dir" "$ca/status/health.txt"
	chown "$(stat -c %U "$home/published")" "$www/status"
	within 10 grep -q "^ok .*publish-dir" "$ca/status/health.txt"
	within 10 same
fi
