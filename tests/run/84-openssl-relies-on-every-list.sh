# Complete list, delta and shard: openssl verify -crl_check_all -use_deltas
# takes each for what it is, finds what is revoked, reinstated or neither, and
# refuses a list that is not about the certificate. (RFC 5280 5.2.5; with
# expired_on_crl EN 319 411-2 CSS-6.3.10-02)
. "$(dirname "$0")/lib.sh"
make_ca
sed -i "s/^\[status\]/[status]\nshards = 2/" "$home/pkifs.conf"
grep -q "^suspension" "$home/profiles/tls-server.conf" ||
    printf '\n[revocation]\nsuspension = yes\n' >>"$home/profiles/tls-server.conf"
mount_ca
drop() {
	new_csr "$1" "$1.example.org"
	must cp "$dir/$1.csr" "$ca/requests/"
}
serial() { serial_of "$ca/requests/$1.crt"; }
shard_of() {
	openssl x509 -in "$ca/requests/$1.crt" -noout -ext \
	    crlDistributionPoints | grep -o "crl/[0-9]*.crl"
}
pem() { openssl crl -in "$ca/status/$1" -inform DER; }
act() { must sh -c "echo '$2' >'$ca/revoke/$(serial "$1")'"; }
# verify NAME LIST...: with the root's list, and these
verify() {
	leaf=$1
	shift
	cat "$ca/status/root.crl.pem" "$@" >"$dir/lists.pem"
	openssl verify -crl_check_all -use_deltas -extended_crl \
	    -CRLfile "$dir/lists.pem" -CAfile "$dir/trust.pem" \
	    "$ca/requests/$leaf.crt" 2>&1
}
good() { must verify "$@" >/dev/null; }
revoked() { refuses "certificate revoked" verify "$@"; }
cat "$ca/ca/root.pem" "$ca/ca/issuing.pem" >"$dir/trust.pem"

# The certificates of the CA's own keys name a shard too.
within 20 test -e "$ca/ca/evidence.pem"
openssl x509 -in "$ca/ca/evidence.pem" -noout -ext crlDistributionPoints |
    grep -q "/status/crl/[12].crl" || fail "the CA's own names no shard"

# Some in each of the two shards.
i=0
a= b=
until [ -n "$a" ] && [ -n "$b" ]; do
	i=$((i + 1))
	[ $i -le 64 ] || fail "all certificates are of one shard"
	drop n$i
	case $(shard_of n$i) in
	crl/1.crl) a=${a:-n$i} ;;
	crl/2.crl) b=${b:-n$i} ;;
	*) fail "$(shard_of n$i)" ;;
	esac
done
drop held
held=$(shard_of held)
act $a keyCompromise
act held "certificateHold it is lost"
shard1=$dir/1.pem shard2=$dir/2.pem
pem crl/1.crl >"$shard1"
pem crl/2.crl >"$shard2"

# A certificate's own shard says it, the other is none of its.
revoked $a "$shard1"
good $b "$shard2"
refuses "CRL" verify $a "$shard2"
refuses "CRL" verify $b "$shard1"
pem $held >"$dir/held.pem"
revoked held "$dir/held.pem"

# The complete list follows behind, and says it of all.
on_complete() {
	pem issuing.crl >"$dir/complete.pem"
	openssl crl -in "$dir/complete.pem" -noout -text | grep -q "$1"
}
within 30 on_complete "$(serial held)"
within 30 on_complete "$(serial $a)"
cp "$dir/complete.pem" "$dir/base.pem"
revoked $a "$dir/base.pem"
revoked held "$dir/base.pem"
good $b "$dir/base.pem"
openssl crl -in "$dir/base.pem" -noout -text | grep -q "issuing-delta.crl" ||
    fail "it does not say where the delta is"

# Who holds that one learns the rest from the delta: revoked, and reinstated.
act $b superseded
act held "reinstate it was found"
delta_says() {
	pem issuing-delta.crl >"$dir/delta.pem"
	openssl crl -in "$dir/delta.pem" -noout -text >"$dir/delta.txt"
	grep -q "$(serial $b)" "$dir/delta.txt" &&
	    grep -A4 "$(serial held)" "$dir/delta.txt" |
	    grep -q "Remove From CRL"
}
within 30 delta_says
good $b "$dir/base.pem"
revoked $b "$dir/base.pem" "$dir/delta.pem"
good held "$dir/base.pem" "$dir/delta.pem"
revoked $a "$dir/base.pem" "$dir/delta.pem"

# With expired_on_crl each list says since when what ended stays.
sed -i "s/^\[status\]/[status]\nexpired_on_crl = yes/" "$home/pkifs.conf"
must "$pkifs" reload "$home"
drop last
act last superseded
own=$(shard_of last)
says_since() {
	pem "$own" | openssl crl -outform DER |
	    openssl asn1parse -inform DER 2>/dev/null | grep -A1 -E \
	    "OBJECT *:(2.5.29.60|X509v3 Expired)" >/dev/null
}
within 20 says_since
pem "$own" >"$dir/own.pem"
revoked last "$dir/own.pem"
