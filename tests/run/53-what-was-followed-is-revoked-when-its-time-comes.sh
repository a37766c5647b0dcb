# Where the profile says so, a certificate is revoked as superseded so many days
# after its successor was issued, also when nothing ran that day; and what is
# not true any more is revoked at once, whatever the profile says.
. "$(dirname "$0")/lib.sh"
make_ca
profile=$home/profiles/tls-server.conf
printf '[changes]\nsupersede = 29\n' >>"$profile"
now=$(date +%s)
at_day() {
	PKIFS_TEST_CLOCK=$((now + $1 * 86400))
	export PKIFS_TEST_CLOCK
}
mount_ca
by=$ca/issued/by-serial
# change SLOT: another key for the same names
change() {
	rm -f "$dir/$1.key"
	new_csr "$1" "$1.example.org"
	must cp "$dir/$1.csr" "$ca/requests/"
}
revoked() { grep -q '^state: revoked' "$by/$1/status"; }

# Whatever is due is revoked by the same look, in the order of its times: where
# one is that was due later, or as late, that look is over.
change early
early=$(serial_of "$ca/requests/early.crt")
change early
must "$pkifs" umount "$ca"
sed -i 's/^supersede = .*/supersede = 30/' "$profile"
mount_ca

change www
first=$(serial_of "$ca/requests/www.crt")
change www
second=$(serial_of "$ca/requests/www.crt")
event=$(ls "$ca"/evidence/*/*/*/*/*-certificate-issued.json | tail -n 1)
says '"predecessor-revoked-at"' "$event"
says '"predecessor-reason": 4' "$event"
says "A predecessor stands: 30 d" "$ca/ca/profiles/tls-server.txt"
revoked "$first" && fail "at once"

# On the 29th day it stands; on the 31st, after a start, it does not.
must "$pkifs" umount "$ca"
now=$(($(date +%s) + 1))
at_day 29
mount_ca
within 20 revoked "$early"
revoked "$first" && fail "too soon"
must "$pkifs" umount "$ca"
at_day 31
mount_ca
within 20 revoked "$first"
says "superseded" "$by/$first/status"
says "its successor is $second" "$by/$first/status"
says "the CA itself" "$by/$first/status"
on_crl() {
	openssl crl -in "$ca/status/issuing.crl" -inform DER -noout -text \
	    >"$dir/crl"
	grep -q "$1" "$dir/crl"
}
within 20 on_crl "$first"
says "Superseded" "$dir/crl"
revoked "$second" && fail "the successor"
change late
late=$(serial_of "$ca/requests/late.crt")
change late
event=$(ls "$ca"/evidence/*/*/*/*/*-certificate-revoked.json | tail -n 1)
says "$first" "$event"

# With 0 days at once, while the mount runs.
must "$pkifs" umount "$ca"
sed -i 's/^supersede = .*/supersede = 0/' "$profile"
mount_ca
change two
third=$(serial_of "$ca/requests/two.crt")
change two
within 10 revoked "$third"
[ "$(grep -c '^state: revoked' "$by/$(serial_of "$ca/requests/two.crt")/status")" = 0 ] ||
    fail "the successor"

# Never is never, and what was decided before stays decided.
must "$pkifs" umount "$ca"
sed -i 's/^supersede = .*/supersede = never/' "$profile"
mount_ca
change three
fourth=$(serial_of "$ca/requests/three.crt")
change three
event=$(ls "$ca"/evidence/*/*/*/*/*-certificate-issued.json | tail -n 1)
says '"predecessor-stands": "until its end"' "$event"
must "$pkifs" umount "$ca"
at_day 62
mount_ca
within 20 revoked "$late"
revoked "$fourth" && fail "it was to stand"

# A key that was reported compromised is followed by nothing, whether it was
# certified (GEN-6.3.6-10) or only reported.
fifth=$(serial_of "$ca/requests/three.crt")
must sh -c "echo keyCompromise >'$ca/revoke/$fifth'"
new_csr three three.example.org more.three.example.org
refuses "Key was rejected" cp "$dir/three.csr" "$ca/requests/"
new_key known
digest=$(openssl pkey -in "$dir/known.key" -pubout -outform DER | sha256sum |
    cut -d' ' -f1)
must sh -c "echo keyCompromise >'$ca/revoke/by-key/$digest'"
new_csr known known.example.org
refuses "Key was rejected" cp "$dir/known.csr" "$ca/requests/"
must "$pkifs" verify "$ca/evidence"
