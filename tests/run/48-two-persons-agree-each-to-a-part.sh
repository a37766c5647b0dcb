# Where the subject is another person it agrees to a part of its own, and its word counts (REG-6.3.4-09, DIS-6.1-01B).
. "$(dirname "$0")/lib.sh"
need_root
new_group ag-ab
new_person ag-karl ag-ab
new_person ag-eva ag-ab
make_ca --user games
mount_ca
desk=$ca/ra/subscribers/ag-ab
box=$ca/requests/ag-ab
karl() { as ag-karl "$@"; }
eva() { as ag-eva "$@"; }
# agreement one|two PUBLISH: the terms in force with that part filled in.
agreement() {
	awk -v wanted="$1" -v publish="$2" -v subscriber="${3:-Example AB}" '
		/^Part one/ { part = "one" } /^Part two/ { part = "two" }
		part == wanted && /may be published/ { $0 = $0 " " publish }
		part == wanted && /\(yes\/no\):$/ { $0 = $0 " yes" }
		part == wanted && /^subscriber:$/ { $0 = $0 " " subscriber }
		part == wanted && /^subject:$/ { $0 = $0 " Eva Lind" }
		part == wanted && /^accepted by:$/ { $0 = $0 " somebody" }
		{ print }' "$ca/ca/terms/current.txt" >"$dir/$1"
	chmod 644 "$dir/$1"
}

# An organisation is the subscriber of a person's certificate.
sed "s/^name = Eva Lind/name = Example AB/; s/^group = .*/group = ag-ab/
	s/^users = .*/users = ag-karl/; s/^publish = .*/publish = yes/
	s/^verifier = .*/verifier = games/
	s/^is_subscriber = .*/is_subscriber = no\nname = Eva Lind\nuser = ag-eva\nsubscriber_authority = ref:1\nissuance_authorisation = ref:2/
	s/^contact = .*/&\nrepresentative = Karl Berg\nrepresentative_authority = ref:3/
	s/^evidence = .*/evidence = ref:4/
	s/^validated = .*/validated = $(date -u +%F)/
	s/^until = .*/until = $(date -u -d '+300 days' +%F)/" \
    "$top/examples/registration/natural-person.conf" >"$dir/registration"
cat >>"$dir/registration" <<END

[attribute.7]
type = subscriberName
value = Example AB
method = trusted-register
evidence = ref:5
verifier = games
validated = $(date -u +%F)
until = $(date -u -d '+300 days' +%F)
END
chmod 644 "$dir/registration"
must as games mkdir "$desk"
must as games cp "$dir/registration" "$desk/registration.conf"
says "state: complete" "$desk/state"
must as games mv "$ca/ra/pending/$(ls "$ca/ra/pending")" "$ca/ra/approved/"

# The subscriber's part alone is half of it.
new_key eva
openssl req -new -key "$dir/eva.key" -subj / \
    -addext subjectAltName=email:eva@example.org -out "$dir/eva.csr"
chmod 644 "$dir/eva.csr"
must karl cp "$dir/eva.csr" "$box/"
says "has not agreed to the terms in force" "$box/eva.status"
agreement one yes "Example Ltd"
refuses "Invalid argument" karl cp "$dir/one" "$box/agreement.txt"
says "wanted the full name that is registered" "$box/agreement.status"
agreement one yes
agreement two yes
refuses "Permission denied" eva cp "$dir/one" "$box/agreement.txt"
refuses "Permission denied" karl cp "$dir/two" "$box/subject-agreement.txt"
must karl cp "$dir/one" "$box/agreement.txt"
within 10 grep -q "subject, who is another person, has not agreed" "$box/eva.status"
says "state: not agreed" "$box/agreement.status"
says "certificates are published: no" "$box/agreement.status"
refuses "Invalid argument" eva cp "$dir/one" "$box/subject-agreement.txt"
must cmp "$dir/one" "$box/subject-agreement.txt"

# With the subject's the officer can decide, and both said yes to publication.
must eva cat "$box/terms.txt" >"$dir/terms"
must eva cp "$dir/two" "$box/subject-agreement.txt"
says "state: agreed" "$box/agreement.status"
says "certificates are published: yes" "$box/agreement.status"
must as games cat "$desk/agreement" >"$dir/seen"
says "subject: agreed" "$dir/seen"
within 10 grep -q "subscriber and subject agreed to terms" "$box/eva.status"
must as games mv "$ca/ra/pending/$(ls "$ca/ra/pending")" "$ca/ra/approved/"
within 10 test -s "$box/eva.crt"
serial=$(serial_of "$box/eva.crt")
must as bin cat "$ca/ca/certificates/$serial.pem" >"$dir/public"
must verify_certificate "$dir/public"
last=$(ls "$ca"/evidence/*/*/*/*/*agreement-recorded.json | tail -n 1)
says "REG-6.3.4-11A" "$last"
says '"role": "subject"' "$last"
lacks somebody "$ca"/evidence/*/*/*/*/*.json

# It is accepted for its subscriber; the subject is not among who acts for it.
printf 'accept\n' >"$dir/word"
chmod 644 "$dir/word"
refuses "Permission denied" eva cp "$dir/word" "$ca/issued/by-serial/$serial/accept"
must karl cp "$dir/word" "$ca/issued/by-serial/$serial/accept"
says "acceptance: accepted" "$box/eva.status"

# The subject's word alone takes it back, and alone brings it back.
agreement two no
must eva cp "$dir/two" "$box/subject-agreement.txt"
must test ! -e "$ca/ca/certificates/$serial.pem"
agreement two yes
must eva cp "$dir/two" "$box/subject-agreement.txt"
must test -e "$ca/ca/certificates/$serial.pem"
agreement one no
must karl cp "$dir/one" "$box/agreement.txt"
must test ! -e "$ca/ca/certificates/$serial.pem"
must "$pkifs" verify "$ca/evidence"
