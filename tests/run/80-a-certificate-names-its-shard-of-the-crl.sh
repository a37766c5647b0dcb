# With shards each certificate names one CRL of them by chance, for ever, also
# after the number of shards or the URL was changed.
. "$(dirname "$0")/lib.sh"
new_ca
points() {	# the distribution point of each certificate given
	for c; do
		openssl x509 -in "$ca/requests/$c.crt" -noout -ext \
		    crlDistributionPoints | grep -o "URI:.*" | cut -c5-
	done
}
shards() {
	sed -i '/^shards = /d' "$home/pkifs.conf"
	sed -i "s/^\[status\]/[status]\nshards = $1/" "$home/pkifs.conf"
	must "$pkifs" reload "$home"
}
issue() {
	for i in $(seq 1 "$2"); do
		new_csr "$1$i" "$1$i.example.org"
		must cp "$dir/$1$i.csr" "$ca/requests/"
	done
}

issue before 1
test "$(points before1)" = http://localhost/pki/status/issuing.crl ||
    fail "without shards: $(points before1)"

shards 4
issue a 12
points $(seq -f a%g 1 12) | sort | uniq -c >"$dir/points"
test "$(grep -cE ' http://localhost/pki/status/crl/[1-4].crl$' "$dir/points")" \
    -ge 2 || fail "not spread: $(cat "$dir/points")"
test "$(grep -cvE '/status/crl/[1-4].crl$' "$dir/points")" = 0 ||
    fail "another point: $(cat "$dir/points")"
ls "$ca"/evidence/*/*/*/*/*-crl-shards-changed.json >/dev/null ||
    fail "no event tells of the shards"

# Fewer: the first ones are in use; what was issued stays as it was.
was=$(points $(seq -f a%g 1 12))
shards 1
issue b 3
for p in $(points b1 b2 b3); do
	test "$p" = http://localhost/pki/status/crl/1.crl || fail "$p"
done
test "$(points $(seq -f a%g 1 12))" = "$was" || fail "a certificate changed"

sed -i "s/^shards = .*/shards = 2000/" "$home/pkifs.conf"
refuses "shards" "$pkifs" reload "$home"
