# A person and an organisation get certificates that say who they are, as it was
# registered and not as they say, and OpenSSL, GnuTLS and NSS read the same
# (412-2 NAT-4.2.4-1, 412-3 LEG-4.2.1-2, GEN-6.3.3-10, GEN-6.3.3-11).
. "$(dirname "$0")/lib.sh"
need_root
new_group s48-ra
new_group s48-rev
new_group s48-lind
new_group s48-twin
new_group s48-ab
new_person s48-anna s48-ra
new_person s48-bo s48-ra
new_person s48-eva s48-lind
new_person s48-liv s48-twin
new_person s48-karl s48-ab
make_ca --user games
sed -i 's/^separation = .*/separation = yes/
	s/^ra = .*/ra = s48-ra/
	s/^revocation = .*/revocation = s48-rev/
	s/^operator = .*/operator = user:games/
	s/^security = .*/security =/
	s/^auditor = .*/auditor = user:bin/' "$home/pkifs.conf"
mkdir -p "$home/officers"
for officer in anna bo; do
	new_key $officer
	openssl req -new -x509 -key "$dir/$officer.key" -days 30 \
	    -subj "/CN=$officer" -out "$home/officers/s48-$officer.pem"
	appoint s48-$officer ra
done
chmod 644 "$dir"/*.key "$home/officers"/*
chmod 755 "$home/officers"
mount_ca
desk=$ca/ra/subscribers
pending() { ls "$ca/ra/pending"; }
one_pending() { [ "$(pending | wc -l)" = 1 ]; }

# register NAME TEMPLATE [SED]: written by anna, decided by bo; agreed to by
# the subscriber's own user.
register() {
	must as s48-anna mkdir "$desk/$1"
	must as s48-anna mkdir -p "$desk/$1/documents"
	echo "a scan" >"$dir/scan"
	chmod 644 "$dir/scan"
	for document in passport.pdf register.pdf mandate.pdf; do
		must as s48-anna cp "$dir/scan" "$desk/$1/documents/$document"
	done
	sed "s/^verifier = .*/verifier = s48-bo/
		s/^validated = .*/validated = $(date -u +%F)/
		s/^until = .*/until = $(date -u -d '+300 days' +%F)/; $3" \
	    "$top/examples/registration/$2.conf" >"$dir/$1.conf"
	chmod 644 "$dir/$1.conf"
	as s48-anna cp "$dir/$1.conf" "$desk/$1/registration.conf" ||
	    fail "$(cat "$desk/$1/state")"
	within 5 one_pending
	must as s48-bo mv "$ca/ra/pending/$(pending)" "$ca/ra/approved/"
	within 5 test -d "$ca/requests/$1"
}
# agree NAME USER REGISTERED-NAME
agree() {
	awk -v name="$3" '/^FORM$/ { form = 1 } /^Part two/ { form = 0 }
		form && /may be published/ { $0 = $0 " no" }
		form && /\(yes\/no\):$/ { $0 = $0 " yes" }
		form && /^(subscriber|accepted by):$/ { $0 = $0 " " name }
		{ print }' "$ca/ca/terms/current.txt" >"$dir/agreement"
	chmod 644 "$dir/agreement"
	must as "$2" cp "$dir/agreement" "$ca/requests/$1/agreement.txt"
}
# request FILE SUBJECT [NAMES]
request() {
	[ -f "$dir/$1.key" ] || new_key "$1"
	openssl req -new -key "$dir/$1.key" -utf8 -subj "$2" \
	    ${3:+-addext "subjectAltName=$3"} -out "$dir/$1.csr"
	chmod 644 "$dir/$1.csr"
}

# --- a person ---------------------------------------------------------------

register lind natural-person "s/^group = .*/group = s48-lind/
	s/^users = .*/users = s48-eva/"
agree lind s48-eva "Eva Lind"
box=$ca/requests/lind
# Somebody of the same name and number: not yet found out.
register twin natural-person "s/^group = .*/group = s48-twin/
	s/^users = .*/users = s48-liv/; s/Eva Lind/EVA Lind/
	s/^value = Eva\$/value = EVA/"
agree twin s48-liv "Eva Lind"

# What a request says of its subject is not asked; it waits for an officer,
# who is not who registered it nor the subject.
request eva "/C=XX/O=Evil AB/CN=eva.evil.example/serialNumber=1" \
    email:eva@example.org
must as s48-eva cp "$dir/eva.csr" "$box/"
says "state: pending" "$box/eva.status"
says "subject CN, for it follows from the registration; subject C" \
    "$box/eva.status"
within 5 one_pending
id=$(pending)
refuses "" as s48-eva mv "$ca/ra/pending/$id" "$ca/ra/approved/"
must as s48-bo mv "$ca/ra/pending/$id" "$ca/ra/approved/"
within 10 test -s "$box/eva.crt"
must verify_certificate "$box/eva.crt"
subject=$(openssl x509 -in "$box/eva.crt" -noout -subject -nameopt \
    sep_comma_plus_space,sname,utf8)
[ "$subject" = "subject=C=SE, GN=Eva, SN=Lind, CN=Eva Lind, serialNumber=PASSE-12345678" ] ||
    fail "$subject"
text=$(openssl x509 -in "$box/eva.crt" -noout -text)
for word in "email:eva@example.org" "Policy: 2.999.411.2" "E-mail Protection" \
    "TLS Web Client Authentication" "qcStatements"; do
	case $text in
	*"$word"*) ;;
	*) fail "no $word in $text" ;;
	esac
done
case $text in *[Ee]vil*) fail "the request spoke: $text" ;; esac
# PrintableString for country and number, UTF8String for the rest.
openssl x509 -in "$box/eva.crt" -outform DER | openssl asn1parse -inform DER \
    >"$dir/asn1"
grep -q "PRINTABLESTRING *:PASSE-12345678" "$dir/asn1" || fail "serialNumber"
grep -q "UTF8STRING *:Eva Lind" "$dir/asn1" || fail "commonName"
serial=$(serial_of "$box/eva.crt")
says "state: issued" "$box/eva.status"
must as s48-eva test -e "$ca/issued/by-serial/$serial/accept"
must as s48-eva sh -c "echo accept >'$ca/issued/by-serial/$serial/accept'"
refuses "Permission denied" as s48-karl ls "$ca/issued/by-name"

# What the profile has no place for, and what was not validated.
request device "/CN=eva" DNS:eva.example.org
refuses "Invalid argument" as s48-eva cp "$dir/device.csr" "$box/"
says "a name of kind dns has no place in profile person" "$box/device.status"
request bare "/CN=Eva Lind"
refuses "Bad message" as s48-eva cp "$dir/bare.csr" "$box/"
says "rfc822Name is wanted" "$box/bare.status"
request mail "/CN=Eva Lind" email:someone@example.org
must as s48-eva cp "$dir/mail.csr" "$box/"
says "state: pending" "$box/mail.status"
says "a name of kind email is not inside" "$box/mail.status"
must as s48-eva rm "$box/mail.csr"
within 5 sh -c "[ -z \"\$(ls '$ca/ra/pending')\" ]"

# Another person is never given this subject, however it is written; nor
# registered for it any more.
request liv "/CN=Eva Lind" email:eva@example.org
refuses "Operation not permitted" as s48-liv cp "$dir/liv.csr" \
    "$ca/requests/twin/"
says "never given again" "$ca/requests/twin/liv.status"
must test ! -e "$ca/requests/twin/liv.crt"
must as s48-anna mkdir -p "$desk/third/documents"
must as s48-anna cp "$dir/scan" "$desk/third/documents/passport.pdf"
refuses "Invalid argument" as s48-anna cp "$dir/twin.conf" \
    "$desk/third/registration.conf"
says "GEN-6.3.3-10" "$desk/third/state"

# --- an organisation --------------------------------------------------------

register ab legal-person "s/^group = .*/group = s48-ab/
	s/^users = .*/users = s48-karl/"
agree ab s48-karl "Example AB"
request seal "/CN=whatever"
must as s48-karl cp "$dir/seal.csr" "$ca/requests/ab/"
says "state: pending" "$ca/requests/ab/seal.status"
within 5 one_pending
id=$(pending)
# sign FOLDER OFFICER: what the server wrote, with the officer's own key.
sign() {
	openssl cms -sign -binary -md sha256 -in "$1/decision.txt" \
	    -signer "$home/officers/s48-$2.pem" -inkey "$dir/$2.key" \
	    -outform DER -out "$dir/decision-$2.p7s"
	chmod 644 "$dir/decision-$2.p7s"
	must as s48-$2 cp "$dir/decision-$2.p7s" "$1/"
}
refuses "Operation not permitted" as s48-anna mv "$ca/ra/pending/$id" \
    "$ca/ra/approved/"
refuses "Key was rejected" as s48-anna mv "$ca/ra/pending/$id" \
    "$ca/ra/countersign/"
sign "$ca/ra/pending/$id" anna
must as s48-anna mv "$ca/ra/pending/$id" "$ca/ra/countersign/"
refuses "Operation not permitted" as s48-anna mv "$ca/ra/countersign/$id" \
    "$ca/ra/approved/"
must test ! -e "$ca/requests/ab/seal.crt"
sign "$ca/ra/countersign/$id" bo
must as s48-bo mv "$ca/ra/countersign/$id" "$ca/ra/approved/"
within 10 test -s "$ca/requests/ab/seal.crt"
subject=$(openssl x509 -in "$ca/requests/ab/seal.crt" -noout -subject -nameopt \
    sep_comma_plus_space,sname,utf8)
[ "$subject" = "subject=C=SE, O=Example AB, organizationIdentifier=NTRSE-5561234567, CN=Example AB" ] ||
    fail "$subject"
openssl x509 -in "$ca/requests/ab/seal.crt" -noout -text >"$dir/seal.text"
says "Policy: 2.999.411.3" "$dir/seal.text"
says "Non Repudiation" "$dir/seal.text"
says "qcStatements" "$dir/seal.text"
lacks "Extended Key Usage" "$dir/seal.text"

# --- three stacks agree -----------------------------------------------------

cat "$ca/ca/root.pem" "$ca/ca/issuing.pem" >"$dir/trust.pem"
cat "$ca/status/issuing.crl.pem" "$ca/status/root.crl.pem" >"$dir/crls.pem"
verify_strictly() {
	openssl verify -x509_strict -crl_check_all -CRLfile "$dir/crls.pem" \
	    -CAfile "$dir/trust.pem" "$@"
}
must verify_strictly -purpose smimesign -verify_email eva@example.org \
    "$box/eva.crt"
must verify_strictly -purpose sslclient "$box/eva.crt"
refuses "purpose" verify_strictly -purpose sslserver "$box/eva.crt"
must verify_strictly -purpose any "$ca/requests/ab/seal.crt"

echo "a letter" >"$dir/letter"
sed '/END/q' "$box/eva.crt" >"$dir/eva.leaf"
sed '/END/q' "$ca/requests/ab/seal.crt" >"$dir/seal.leaf"
must openssl cms -sign -in "$dir/letter" -signer "$dir/eva.leaf" \
    -inkey "$dir/eva.key" -out "$dir/letter.eml"
must openssl cms -verify -in "$dir/letter.eml" -CAfile "$dir/trust.pem" \
    -out /dev/null 2>/dev/null
for name in eva seal; do
	case $name in eva) from=$box ;; *) from=$ca/requests/ab ;; esac
	cat "$from/$name.crt" >"$dir/$name.chain"
	must certtool --verify --infile "$dir/$name.chain" \
	    --load-ca-certificate "$ca/ca/root.pem" >/dev/null
	certtool --certificate-info --infile "$dir/$name.leaf" >"$dir/$name.info"
done
must certtool --verify --infile "$dir/eva.chain" \
    --load-ca-certificate "$ca/ca/root.pem" --verify-email eva@example.org \
    >/dev/null
says "CN=Eva Lind" "$dir/eva.info"
says "Non repudiation" "$dir/seal.info"

mkdir "$dir/nss"
must certutil -N -d "$dir/nss" --empty-password
must certutil -A -d "$dir/nss" -n root -t CT,C,C -i "$ca/ca/root.pem"
must certutil -A -d "$dir/nss" -n issuing -t ,, -i "$ca/ca/issuing.pem"
for name in eva seal; do
	must certutil -A -d "$dir/nss" -n $name -t ,, -i "$dir/$name.leaf"
done
must certutil -V -d "$dir/nss" -n eva -u S -e
must certutil -V -d "$dir/nss" -n eva -u C -e
refuses "" certutil -V -d "$dir/nss" -n eva -u V -e
certutil -L -d "$dir/nss" -n seal >"$dir/seal.nss"
tr -d '\n ' <"$dir/seal.nss" >"$dir/seal.words"
says "CN=ExampleAB,OID.2.5.4.97=NTRSE-5561234567,O=ExampleAB,C=SE" \
    "$dir/seal.words"
must certutil -V -d "$dir/nss" -n seal -u S -e
refuses "inadequate" certutil -V -d "$dir/nss" -n seal -u C -e

# --- evidence ---------------------------------------------------------------

decided=$(ls "$ca"/evidence/*/*/*/*/*request-refused.json | tail -n 1)
says "GEN-6.3.3-10" "$decided"
grep -lE "Eva|EVA|Lind|PASSE|eva@|someone@|s48-|Karl|Evil|eva\." \
    "$ca"/evidence/*/*/*/*/*.json && fail "a name stands in an event"
must "$pkifs" verify "$ca/evidence"
