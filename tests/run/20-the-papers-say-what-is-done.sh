# CP, CPS and terms carry the running numbers; a hand-edited one is refused by name.
. "$(dirname "$0")/lib.sh"
new_ca
for paper in cp cps terms; do
	must test -L "$ca/ca/$paper/current.txt"
	must test -s "$ca/ca/$paper/current.txt"
	says SANDBOX "$ca/ca/$paper/current.txt"
	grep -q '\${' "$ca/ca/$paper/current.txt" && fail "$paper has a placeholder"
done
says "24 h" "$ca/ca/cps/current.txt"
says "12 h" "$ca/ca/cps/current.txt"
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

# A changed profile is an event.
sed -i 's/^days.*/days = 30/' "$profile"
mount_ca
ls "$ca"/evidence/*/*/*/*/ | grep -q profile-changed || fail "no event"
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
start=$(date -d "$(openssl x509 -in "$ca/requests/www.crt" -noout -startdate |
    cut -d= -f2)" +%s)
end=$(date -d "$(openssl x509 -in "$ca/requests/www.crt" -noout -enddate |
    cut -d= -f2)" +%s)
[ $((end - start)) = $((30 * 86400 - 1)) ] || fail "validity $((end - start))"
