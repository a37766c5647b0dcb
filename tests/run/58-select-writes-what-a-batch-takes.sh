# One command finds the certificates that a compromise or a change of algorithm
# is about, as the officer who runs it sees them, and what it writes is a batch
# that revokes those and no others. (REV-6.2.4-09)
. "$(dirname "$0")/lib.sh"
need_root
new_group pk58s-rev
new_person pk58s-sub
new_person pk58s-rev pk58s-rev
make_ca --user pk58s-sub
sed -i 's/^revocation = .*/revocation = pk58s-rev/' "$home/pkifs.conf"
mount_ca
rev() { as pk58s-rev "$@"; }
batch=$ca/revoke/batch
drop() {	# NAME [BOX]: its certificate, and its serial in $NAME
	[ -f "$dir/$1.csr" ] || new_csr "$1" "$1.example.org"
	chmod 644 "$dir/$1.csr"
	must as pk58s-sub cp "$dir/$1.csr" "$ca/requests/${2:-}"
	eval "$1=\$(serial_of \"$ca/requests/${2:-}$1.crt\")"
}
# selects WANTED OPTION...: the serials of the lines, in the order of names
selects() {
	wanted=$1
	shift
	rev "$pkifs" select "$ca" --reason superseded "$@" >"$dir/batch" ||
	    fail "pkifs select $*"
	found=$(sed '/^#/d' "$dir/batch" | cut -d' ' -f1 | sort | tr '\n' ' ')
	wanted=$(for w in $wanted; do eval "echo \$$w"; done | sort |
	    tr '\n' ' ')
	[ "$found" = "$wanted" ] || fail "select $*: '$found', not '$wanted'"
}

drop a
drop b
new_key c rsa:3072
drop c
cp "$dir/a.key" "$dir/d.key"
drop d
drop e
today=$(date -u +%F)
tomorrow=$(date -u -d '+1 day' +%F)
key=$(openssl pkey -in "$dir/a.key" -pubout -outform DER | sha256sum |
    cut -d' ' -f1)
issuer=$(openssl x509 -in "$ca/ca/issuing.pem" -noout -subject -nameopt \
    multiline | sed -n 's/.*commonName *= //p')

# By each thing that can be asked for, and by several at once.
selects "a b c d e" --profile tls-server
selects "" --profile short
selects "c" --algorithm rsa
selects "c" --algorithm rsa:3072
selects "" --algorithm rsa:2048
selects "a b d e" --algorithm ec:P-256 --profile tls-server
selects "a d" --key "$key"
selects "a" --key "$key" --attribute dns=a.example.org
selects "a" --attribute commonName=a.example.org
selects "" --attribute dns=z.example.org
selects "a b c d e" --ca "$issuer" --profile tls-server
selects "" --ca "Another CA"
selects "a b c d e" --issued-after "$today" --issued-before "$tomorrow" \
    --profile tls-server
selects "" --issued-before "$today" --profile tls-server
selects "a b c d e" --expires-after "$tomorrow" --profile tls-server
selects "" --expires-before "$tomorrow" --profile tls-server
says "# pkifs select $ca --reason superseded" "$dir/batch"
says "# 0 of 0 certificates looked at" "$dir/batch"

# What is written is what the batch takes; the revoked are not found again, the
# suspended are.
rev "$pkifs" select "$ca" --key "$key" --reason keyCompromise --text \
    "it lay there" >"$dir/compromised"
chmod 644 "$dir/compromised"
says "$a keyCompromise it lay there" "$dir/compromised"
must rev cp "$dir/compromised" "$batch/compromised"
within 20 test -f "$batch/compromised.result"
says "refused: 1" "$batch/compromised.result"	# a took d with it
says "state: revoked" "$ca/revoke/$a"
says "state: revoked" "$ca/revoke/$d"
selects "b c e" --profile tls-server

# Nothing is left out silently, and a mistake is said before anything is done.
refuses "usage: pkifs select" "$pkifs" select "$ca"
refuses "is no reason" "$pkifs" select "$ca" --reason because
refuses "lies in the past" "$pkifs" select "$ca" --reason superseded \
    --at 2020-01-01
refuses "wanted a day" "$pkifs" select "$ca" --reason superseded \
    --issued-after then
refuses "there is no option" "$pkifs" select "$ca" --reason superseded --all x
refuses "nor a signature algorithm" "$pkifs" select "$ca" --reason superseded \
    --algorithm rot13
refuses "No such file" "$pkifs" select "$dir/nothing" --reason superseded
