# Also when the whole home was put back, with the signer's book, no CRL has a
# number below one that publish_dir has: that is looked at, and believed of
# nobody but the CA itself; where it lies in the home, and is put back with it,
# health says so. (RFC 5280 5.2.3)
. "$(dirname "$0")/lib.sh"
make_ca
mkdir "$dir/www"
chown --reference="$home/store" "$dir/www"
sed -i "s,^\[status\]\$,&\npublish_dir = $dir/www\nshards = 2," \
    "$home/pkifs.conf"
lists="issuing.crl issuing-delta.crl crl/1.crl crl/2.crl"
of_all() {	# in a folder
	for list in $lists; do
		openssl crl -in "$1/status/$list" -inform DER -noout -text |
		    sed -n '/X509v3 CRL Number/{n;s/ //g;p;}'
	done
}
all_above() {	# NUMBER FOLDER
	for n in $(of_all "$2"); do
		[ "$n" -gt "$1" ] || return 1
	done
}
all_there() { [ "$(of_all "$1" 2>/dev/null | wc -l)" = 4 ]; }
remount() {
	must "$pkifs" mount "$home" "$ca"
	main=$(cat "$home/run/lock")
}

remount
within 20 all_there "$dir/www"
mirrored() { grep "publish-dir .*has what was" "$ca/status/health.txt"; }
within 20 mirrored
! mirrored | grep -q "nothing remembers" || fail "$(mirrored)"
must "$pkifs" umount "$ca"
cp -a "$home" "$dir/backup"
remount
for i in 1 2 3; do
	new_csr "later$i" "later$i.example.org"
	must cp "$dir/later$i.csr" "$ca/requests/"
	must sh -c "echo superseded \
	    >'$ca/revoke/$(serial_of "$ca/requests/later$i.crt")'"
done
# The complete lists may still follow: the last is that of both at one time.
reached() {
	last=$(of_all "$ca" | sort -n | tail -n 1)
	[ "$(of_all "$dir/www" | sort -n | tail -n 1)" = "$last" ]
}
within 10 reached
must "$pkifs" umount "$ca"
last=$(of_all "$dir/www" | sort -n | tail -n 1)

rm -rf "$home"
cp -a "$dir/backup" "$home"
remount
all_above "$last" "$ca" || fail "not above $last: $(of_all "$ca")"
within 10 all_above "$last" "$dir/www"
[ "$(events crl-number-raised)" = 1 ] || fail "no event, or several"

# Another CA's list, and what is none, move nothing.
must "$pkifs" umount "$ca"
was=$(of_all "$dir/www")
must "$pkifs" init "$dir/other" >/dev/null
mkdir "$dir/elsewhere"
must "$pkifs" mount "$dir/other" "$dir/elsewhere"
number() {	# of the other's
	of_all "$dir/elsewhere" 2>/dev/null | head -n 1
}
highest=$(echo "$was" | sort -n | tail -n 1)
i=0
until [ "$(number)" -gt "$highest" ]; do
	i=$((i + 1))
	[ $i -le 20 ] || fail "the other's numbers do not rise: $(number)"
	new_csr "other$i" "other$i.example.org"
	must cp "$dir/other$i.csr" "$dir/elsewhere/requests/"
	must sh -c "echo superseded >'$dir/elsewhere/revoke/$(serial_of \
	    "$dir/elsewhere/requests/other$i.crt")'"
done
cp "$dir/elsewhere/status/issuing.crl" "$dir/www/status/crl/7.crl"
must "$pkifs" umount "$dir/elsewhere"
head -c 1000 /dev/urandom >"$dir/www/status/crl/8.crl"
: >"$dir/www/status/crl/9.crl"
remount
[ "$(of_all "$ca")" = "$was" ] || fail "made anew for nothing"
[ "$(events crl-number-raised)" = 1 ] || fail "raised by others"

# In the home it remembers nothing, and one is told.
must "$pkifs" umount "$ca"
sed -i '/^publish_dir/d' "$home/pkifs.conf"
remount
within 20 mirrored
must mirrored | grep -q "nothing remembers the CRL numbers"
