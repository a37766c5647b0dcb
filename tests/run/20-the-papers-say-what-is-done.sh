# CP, CPS and terms carry the running numbers; a hand-edited one is refused by name.
. "$(dirname "$0")/lib.sh"
new_ca
for paper in cp cps terms; do
	must test -L "$ca/ca/$paper/current.txt"
	must test -s "$ca/ca/$paper/current.txt"
	says SANDBOX "$ca/ca/$paper/current.txt"
	lacks '[$][{]' "$ca/ca/$paper/current.txt"
done
says "nextUpdate is 24 h after thisUpdate" "$ca/ca/cps/current.txt"
says "An OCSP answer ends 12 h after thisUpdate" "$ca/ca/cps/current.txt"
says "CSS-6.3.10-09A" "$ca/ca/cps/current.txt"
for file in README.txt ca/keys.txt ca/scope.txt ca/profiles/tls-server.txt; do
	must test -s "$ca/$file"
done
says SANDBOX "$ca/ca/keys.txt"
says SANDBOX "$ca/ca/scope.txt"
says SANDBOX "$ca/README.txt"
grep -qi sandbox "$ca/status/health.txt" || fail "health does not say sandbox"
openssl x509 -in "$ca/ca/issuing.pem" -noout -subject | grep -q SANDBOX ||
    fail "the CA's name"
openssl x509 -in "$ca/ca/root.pem" -noout -subject | grep -q SANDBOX ||
    fail "the root's name"
must openssl verify -CAfile "$ca/ca/root.pem" "$ca/ca/issuing.pem"
must openssl crl -in "$ca/status/root.crl" -inform DER -noout \
    -CAfile "$ca/ca/root.pem"
must "$pkifs" umount "$ca"

# An unknown key in pkifs.conf is refused with its name.
cp "$home/pkifs.conf" "$dir/good.conf"
sed -i 's/^crl_next_update/crl_nextupdate/' "$home/pkifs.conf"
refuses "crl_nextupdate" "$pkifs" mount "$home" "$ca"
cp "$dir/good.conf" "$home/pkifs.conf"
# The CA/B Forum's policy is not ours to claim.
profile=$home/profiles/tls-server.conf
cp "$profile" "$dir/good.profile"
sed -i 's/^policy_oid.*/policy_oid = 2.23.140.1.2.1/' "$profile"
refuses "2.23.140.1.2.1" "$pkifs" mount "$home" "$ca"
cp "$dir/good.profile" "$profile"

# A number that a person put in place of the program's is refused by its name.
cp "$home/cps/1.txt" "$dir/good.cps"
sed -i 's/nextUpdate is ${crl.next_update}/nextUpdate is 48 h/' "$home/cps/1.txt"
cmp -s "$home/cps/1.txt" "$dir/good.cps" && fail "the CPS has no such line"
refuses "crl.next_update" "$pkifs" mount "$home" "$ca"
cp "$dir/good.cps" "$home/cps/1.txt"

# A change of any of them is an event with the digest before and after.
mount_ca
digest() { sha256sum "$1" | cut -c1-64; }
papers="cp cps terms"
before() {
	for paper in $papers; do
		must cp "$ca/ca/$paper/1.txt" "$dir/$paper.old"
	done
	cp "$home/pkifs.conf" "$dir/conf.old"
	cp "$profile" "$dir/profile.old"
}
told() {	# WHAT OLD-FILE NEW-FILE
	cmp -s "$2" "$3" && fail "$1 did not change"
	must changed "$1" "$(digest "$2")" "$(digest "$3")"
}
before
for wanted in "nextUpdate is 7 h after thisUpdate" "ends 13 h after thisUpdate" \
    "Example Performer" "30 d; it can be renewed" "A line that"; do
	lacks "$wanted" "$ca"/ca/*/1.txt
done
sed -i -e 's/^crl_next_update.*/crl_next_update = 7 h/' \
    -e 's/^ocsp_next_update.*/ocsp_next_update = 13 h/' "$home/pkifs.conf"
sed -i 's/^days.*/days = 30/' "$profile"
must "$pkifs" reload "$home"
told pkifs.conf "$dir/conf.old" "$home/pkifs.conf"
told profile/tls-server "$dir/profile.old" "$profile"
told cps/1 "$dir/cps.old" "$ca/ca/cps/1.txt"
cps=$ca/ca/cps/current.txt
says "nextUpdate is 7 h after thisUpdate" "$cps"
says "ends 13 h after thisUpdate" "$cps"
says "servers: 30 d; it can be renewed" "$cps"
# Who owns and performs a component.
before
sed -i 's/^dissemination.performer.*/dissemination.performer = Example Performer/' \
    "$home/pkifs.conf"
must "$pkifs" reload "$home"
told pkifs.conf "$dir/conf.old" "$home/pkifs.conf"
told cps/1 "$dir/cps.old" "$ca/ca/cps/1.txt"
says "Example Performer" "$cps"
# Issued now: changed terms want a new agreement.
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
# What a person wrote into each of the papers.
before
for paper in $papers; do
	echo "A line that a person added to the $paper." >>"$home/$paper/1.txt"
done
must "$pkifs" reload "$home"
for paper in $papers; do
	told $paper/1 "$dir/$paper.old" "$ca/ca/$paper/1.txt"
	says "added to the $paper" "$ca/ca/$paper/1.txt"
done

# What the CPS says each key signs is what it signs, and how, and how long.
key_of() {	# KEY: the sentence of the CPS
	awk -v key="$1" '$1 == key { on = 1 } on { print } /^ *signs / { on = 0 }' \
	    "$cps" | tr -s ' \n' ' '
}
is_said() {	# KEY ALGORITHM PHRASE
	case $(key_of "$1") in
	*"$2"*" signs "*"$3"*) ;;
	*) fail "of $1 the CPS says '$(key_of "$1")', not '$2' and '$3'" ;;
	esac
}
signature() {	# of an X.509 object's text
	sed -n 's/^ *Signature Algorithm: //p' "$1" | head -n 1
}
openssl x509 -in "$ca/requests/www.crt" -noout -text >"$dir/www.text"
openssl x509 -in "$ca/ca/issuing.pem" -noout -text >"$dir/issuing.text"
openssl crl -in "$ca/status/issuing.crl" -inform DER -noout -text >"$dir/crl.text"
is_said root "$(signature "$dir/issuing.text")" "the issuing CA's certificate"
is_said issuing "$(signature "$dir/www.text")" "subscribers' certificates"
is_said issuing "$(signature "$dir/crl.text")" "and the CRL"
is_said ocsp ecdsa-with-SHA256 "OCSP responses"
is_said evidence ecdsa-with-SHA256 "receipts for what external RAs"
ends() { date -u -d "$(openssl x509 -in "$1" -noout -enddate | cut -d= -f2)" +%F; }
tr -s ' \n' ' ' <"$cps" >"$dir/cps.line"
says "The root certificate ends $(ends "$ca/ca/root.pem")" "$dir/cps.line"
says "the issuing certificate $(ends "$ca/ca/issuing.pem")" "$dir/cps.line"
start=$(date -d "$(openssl x509 -in "$ca/requests/www.crt" -noout -startdate |
    cut -d= -f2)" +%s)
end=$(date -d "$(openssl x509 -in "$ca/requests/www.crt" -noout -enddate |
    cut -d= -f2)" +%s)
[ $((end - start)) = $((30 * 86400 - 1)) ] || fail "validity $((end - start))"
must sh -c "echo superseded >'$ca/revoke/$(serial_of "$ca/requests/www.crt")'"
time_of() {	# FIELD of the CRL, in seconds
	date -d "$(openssl crl -in "$ca/status/issuing.crl" -inform DER -noout \
	    "-$1" | cut -d= -f2)" +%s
}
[ $(($(time_of nextupdate) - $(time_of lastupdate))) = $((7 * 3600)) ] ||
    fail "the CRL does not end 7 h after thisUpdate"
