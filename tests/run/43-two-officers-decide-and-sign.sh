# Where the profile wants it two officers decide, each with a signature of their
# own over what is decided; nobody else's move, and no other signature, issues
# anything. (GEN-6.5.5-04, REG-6.2.2-26, REQ-7.1.3-01, REQ-7.4.1-11)
. "$(dirname "$0")/lib.sh"
need_root
new_group pk43-ra
new_group pk43-rev
new_group pk43-aud
new_person pk43-anna pk43-ra
new_person pk43-bert pk43-ra
new_person pk43-sub pk43-ra
new_person pk43-rev pk43-rev pk43-ra
new_person pk43-aud pk43-aud
new_person pk43-out pk43-ra
# pk43-sub acts for the subscriber and is an officer too.
make_ca --user pk43-sub
sed -i 's/^separation = .*/separation = yes/
	s/^ra = .*/ra = pk43-ra/
	s/^revocation = .*/revocation = pk43-rev/
	s/^operator = .*/operator = user:games/
	s/^security = .*/security = user:nobody/
	s/^auditor = .*/auditor = pk43-aud/' "$home/pkifs.conf"
printf '\n[approval]\nofficers = 2\nsigned = yes\n' \
    >>"$home/profiles/tls-server.conf"

# Certificates of officers: of any CA, pinned by their appointments.
mkdir "$home/officers"
officer() {	# NAME [DAYS]
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout "$dir/$1.key" -out "$dir/$1.pem" -subj "/CN=$1" \
	    -days "${2:-300}" -addext keyUsage=digitalSignature 2>/dev/null
	chmod 644 "$dir/$1.key" "$dir/$1.pem"
}
for who in anna bert sub; do
	officer $who
	cp "$dir/$who.pem" "$home/officers/pk43-$who.pem"
	appoint pk43-$who ra
done
appoint pk43-rev revocation
appoint pk43-aud auditor
mount_ca
ra=$ca/ra
drop() {	# NAME: a request, and its dossier
	new_csr "$1" "$1.example.org"
	chmod 644 "$dir/$1.csr"
	must as pk43-sub cp "$dir/$1.csr" "$ca/requests/"
	id=$(sed -n 's/^dossier: //p' "$ca/requests/$1.status")
	must test -d "$ra/pending/$id"
}
# sign USER KEY FILE [OPTIONS]: decision.txt of $id, signed, dropped as FILE.
sign() {
	signer=$1 with=$2 file=$3
	shift 3
	openssl cms -sign -binary -in "$(ls -d "$ra"/*/"$id")/decision.txt" \
	    -signer "$dir/$with.pem" -inkey "$dir/$with.key" -outform PEM \
	    -out "$dir/signature" "$@"
	chmod 644 "$dir/signature"
	must as "$signer" cp "$dir/signature" "$(ls -d "$ra"/*/"$id")/$file"
}
# moves USER FROM TO; refused WORDS SENTENCE USER FROM TO
moves() { as "$1" mv "$ra/$2/$id" "$ra/$3/"; }
refused() {
	words=$1 sentence=$2
	shift 2
	decided=$(events decision-refused)
	refuses "$words" moves "$@"
	must test -d "$ra/$2/$id"
	says "$sentence" "$ra/$2/$id/state"
	[ "$(events decision-refused)" = $((decided + 1)) ] ||
	    fail "no event: $words: $sentence"
	says '"outcome": "refused"' "$(newest decision-refused)"
}

# Even what registration covers waits for two officers who sign.
drop www
says "two officers, signing," "$ra/pending/$id/state"
says "the signed decision of 2 officers" "$ca/requests/www.status"
must test ! -e "$ca/requests/www.crt"

# Who may not, each in their own way.
refused "Permission denied" "does not have the role ra" pk43-out pending countersign
refused "Permission denied" "does not have the role ra" pk43-rev pending countersign
refused "Operation not permitted" "nobody decides on what they wrote or asked for" \
    pk43-sub pending countersign
refuses "Permission denied" moves pk43-aud pending countersign
refuses "Permission denied" mv "$ra/pending/$id" "$ra/countersign/"
refused "Operation not permitted" "two officers are wanted" pk43-anna pending approved

# Without a signature, and with every wrong one.
refused "Key was rejected" "drop decision.p7s" pk43-anna pending countersign
must as pk43-anna sh -c "echo 'approved, Anna' >'$ra/pending/$id/decision.p7s'"
refused "Key was rejected" "it is no CMS signature" pk43-anna pending countersign
sign pk43-anna bert decision.p7s
refused "Key was rejected" "another certificate than that of your appointment" \
    pk43-anna pending countersign
sign pk43-anna anna decision.p7s -signer "$dir/bert.pem" -inkey "$dir/bert.key"
refused "Key was rejected" "it has 2 signers" pk43-anna pending countersign
sign pk43-anna anna decision.p7s -md sha1
refused "Key was rejected" "digest SHA1" pk43-anna pending countersign
sign pk43-anna anna decision.p7s -nodetach
refused "Key was rejected" "detached" pk43-anna pending countersign
sign pk43-anna anna decision.p7s -nocerts
refused "Key was rejected" "is not in it" pk43-anna pending countersign
sign pk43-anna anna decision.p7s
# Evidence that comes after it makes it a signature over another decision.
must as pk43-bert sh -c "echo more >'$ra/pending/$id/documents/more.txt'"
refused "Key was rejected" "does not verify over decision.txt" \
    pk43-anna pending countersign
[ "$(events decision-made)" = 0 ] || fail "something was decided"

# The first officer signs and moves it on, the same one never a second time.
sign pk43-anna anna decision.p7s
must moves pk43-anna pending countersign
[ "$(events decision-made)" = 1 ] || fail "no decision"
says "GEN-6.5.5-04" "$(newest decision-made)"
# Whoever has the evidence can verify the signature with standard tools.
input() { sed -n "s/.*\"$1\", \"size\": [0-9]*, \"sha256\": \"\([0-9a-f]*\)\".*/\1/p" \
    "$(newest decision-made)"; }
documents=$ca/evidence/documents
must openssl cms -verify -binary -inform PEM -noverify -out "$dir/verified" \
    -in "$documents/$(input decision.p7s)" \
    -content "$documents/$(input decision.txt)"
says "dossier: $id" "$dir/verified"
must test ! -e "$ca/requests/www.crt"
refused "Operation not permitted" "nobody counts twice" pk43-anna countersign approved
refused "Key was rejected" "another certificate" pk43-bert countersign approved
refuses "Operation not permitted" as pk43-bert \
    sh -c "echo late >'$ra/countersign/$id/documents/late.txt'"
# openssl's default form, with the line ends of S/MIME, is as good.
openssl cms -sign -in "$ra/countersign/$id/decision.txt" \
    -signer "$dir/bert.pem" -inkey "$dir/bert.key" -outform DER \
    -out "$dir/signature"
must as pk43-bert cp "$dir/signature" "$ra/countersign/$id/decision-bert.p7s"
must moves pk43-bert countersign approved
within 10 test -s "$ca/requests/www.crt"
must verify_certificate "$ca/requests/www.crt"
says "approved by 2 officers in dossier $id, signed" "$ca/requests/www.status"
# One of two can still say no, and that ends it.
drop no
sign pk43-anna anna decision.p7s
must moves pk43-anna pending countersign
refuses "No data available" moves pk43-bert countersign rejected
must as pk43-bert sh -c "echo 'the key is shared' >'$ra/countersign/$id/reason.txt'"
must moves pk43-bert countersign rejected
says "the key is shared" "$ca/requests/no.status"
refuses "Operation not permitted" moves pk43-bert rejected approved

# A certificate that has expired signs nothing, appointed or not.
drop late
openssl req -new -key "$dir/anna.key" -subj /CN=anna -out "$dir/anna.req"
openssl x509 -req -in "$dir/anna.req" -key "$dir/anna.key" -out "$dir/old.pem" \
    -not_before 20250101000000Z -not_after 20260101000000Z 2>/dev/null ||
    python3 - "$dir" <<'PY'
import datetime, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
d = sys.argv[1]
key = serialization.load_pem_private_key(open(d + "/anna.key", "rb").read(), None)
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "anna")])
t = datetime.datetime
c = (x509.CertificateBuilder().subject_name(name).issuer_name(name)
    .public_key(key.public_key()).serial_number(7)
    .not_valid_before(t(2025, 1, 1)).not_valid_after(t(2026, 1, 1))
    .sign(key, hashes.SHA256()))
open(d + "/old.pem", "wb").write(c.public_bytes(serialization.Encoding.PEM))
PY
cp "$dir/anna.key" "$dir/old.key"
chmod 644 "$dir/old.key"
cp "$dir/old.pem" "$home/officers/pk43-anna.pem"
must "$pkifs" reload "$home"
sign pk43-anna old decision.p7s
refused "Key was rejected" "has expired" pk43-anna pending countersign

# Nor does one of this CA's own that was revoked.
serial=$(serial_of "$ca/requests/www.crt")
cp "$ca/requests/www.crt" "$dir/chain"
openssl x509 -in "$dir/chain" -out "$dir/own.pem"
cp "$dir/www.key" "$dir/own.key"
chmod 644 "$dir/own.key" "$dir/own.pem"
cp "$dir/own.pem" "$home/officers/pk43-anna.pem"
must "$pkifs" reload "$home"
must as pk43-rev sh -c "echo keyCompromise >'$ca/revoke/$serial'"
sign pk43-anna own decision.p7s
refused "Key was rejected" "is revoked" pk43-anna pending countersign
must test ! -e "$ca/requests/late.crt"
must "$pkifs" verify "$ca/evidence" >"$dir/verified"
