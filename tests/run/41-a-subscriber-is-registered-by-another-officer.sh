# What an officer writes down of a subscriber is in force once another officer
# has said so, and what is withdrawn later opens a revocation case
# (REG-6.2.2-01, REG-6.2.2-18, REG-6.2.2-26, REQ-7.1.3-01).
. "$(dirname "$0")/lib.sh"
need_root
new_group rr-ra
new_group rr-rev
new_group rr-ab
new_group rr-cd
new_person rr-anna rr-ra
new_person rr-bo rr-ra
new_person rr-rev rr-rev rr-ra
new_person rr-karl rr-ab
new_person rr-kim rr-ab
new_person rr-lena rr-cd
make_ca --user games
sed -i 's/^separation = .*/separation = yes/
	s/^ra = .*/ra = rr-ra/
	s/^revocation = .*/revocation = rr-rev/
	s/^operator = .*/operator = user:games/
	s/^security = .*/security = user:nobody/
	s/^auditor = .*/auditor = user:bin/' "$home/pkifs.conf"
appoint rr-anna ra
appoint rr-bo ra
appoint rr-rev revocation
mount_ca
anna() { as rr-anna "$@"; }
bo() { as rr-bo "$@"; }
desk=$ca/ra/subscribers/rr-ab
events() { ls "$ca"/evidence/*/*/*/*/; }
pending() { ls "$ca/ra/pending"; }

# The template of a device, with the people and the day of this story.
sed "s/^group = .*/group = rr-ab/; s/^users = .*/users = rr-karl, rr-kim/
	s/^verifier = .*/verifier = rr-bo/; s/example\.org/example.net/
	s/^validated = .*/validated = $(date -u +%F)/
	s/^until = .*/until = $(date -u -d '+300 days' +%F)/" \
    "$top/examples/registration/device-of-legal-person.conf" >"$dir/good"
# put FILE: into registration.conf, by who writes it down.
put() { anna sh -c "cat '$1' >'$desk/registration.conf'"; }
chmod 644 "$dir/good"

# A folder of ra/subscribers is an officer's to make, and nobody else's.
refuses "Permission denied" as rr-karl mkdir "$desk"
refuses "Permission denied" as rr-rev mkdir "$desk"
refuses "" mkdir "$desk"
must anna mkdir "$desk"
[ "$(stat -c '%a %G' "$desk")" = "2770 rr-ra" ] || fail "$(stat "$desk")"
says "state: empty" "$desk/state"

# What is wrong is said at close and stands in `state`; the file is kept.
spoil() {
	sentence=$1
	shift
	"$@" "$dir/good" >"$dir/bad"
	chmod 644 "$dir/bad"
	refuses "Invalid argument" anna cp "$dir/bad" "$desk/registration.conf"
	says "$sentence" "$desk/state"
	says "state: faulty" "$desk/state"
	must cmp "$dir/bad" "$desk/registration.conf"
	[ -z "$(pending)" ] || fail "a dossier opened: $(pending)"
}
spoil "[subscriber] conatct: no such key" sed 's/^contact/conatct/'
spoil "[attribute.4] shoe_size: no such key" sed '$ashoe_size = 44'
spoil "[subscriber] contact: an address or other contact data (REG-6.2.2-21)" \
    sed '/^contact/d'
spoil "representative_authority: evidence of that person's mandate" \
    sed '/^representative_authority/d'
spoil "no [attribute.N] has its registration" \
    sed 's/^type = registrationNumber/type = legalStatus/'
spoil "is in the past: validate it again" \
    sed "0,/^until = .*/s//until = $(date -u -d '-1 day' +%F)/
	0,/^validated = .*/s//validated = $(date -u -d '-9 days' +%F)/"
spoil "is in the future" \
    sed "0,/^validated = .*/s//validated = $(date -u -d '+2 days' +%F)/"
spoil "\"Other AB\" is not what was validated" sed 's/^name = .*/name = Other AB/'
spoil "[attribute.3] method: wanted, but it is not there" sed '/^method = dns/d'
spoil "address-of-name is not accepted any more" \
    sed 's/dns-change/address-of-name/'
spoil "rr-karl is the subject or acts for it, and does not verify it" \
    sed 's/^verifier = .*/verifier = rr-karl/'
spoil "no user rr-nobody is known here" sed 's/^users = .*/users = rr-nobody/'
spoil "there is no profile gold for subscribers" sed 's/tls-server/gold/'
spoil "wanted UTF-8 text, found octet 0xff" sed 's/^name = .*/name = \xff/'
spoil "without control octets" sed 's/^name = .*/name = Example\\nAB/'
spoil "found U+202E" sed 's/^name = .*/name = \xe2\x80\xaeBA elpmaxE/'
spoil "wanted the name of a file in documents/" sed 's,mandate.pdf,../../x,'
[ "$(events | grep -c draft-written)" -ge 17 ] || fail "$(events)"

# Complete but for its documents: awaited, and no fault.
must put "$dir/good"
says "state: incomplete" "$desk/state"
says "the document register.pdf is not in documents/" "$desk/state"
echo "a scan" >"$dir/scan"
chmod 644 "$dir/scan"
must anna cp "$dir/scan" "$desk/documents/mandate.pdf"
refuses "File too large" anna truncate -s 2G "$desk/documents/huge.pdf"
refuses "File too large" anna dd if=/dev/zero of="$desk/documents/huge.pdf" \
    bs=1M seek=2000 count=1
anna rm -f "$desk/documents/huge.pdf"
for name in "$(printf 'a\nb.pdf')" "$(printf 'a\377.pdf')"; do
	refuses "Invalid argument" anna cp "$dir/scan" "$desk/documents/$name"
done
[ -z "$(pending)" ] || fail "a dossier opened: $(pending)"
must anna cp "$dir/scan" "$desk/documents/register.pdf"
says "state: complete" "$desk/state"

# It is a dossier now, with the file as it was and what it would change.
id=$(pending)
case $id in
*[!0-9]* | "") fail "wanted one dossier, found '$id'" ;;
esac
dossier=$ca/ra/pending/$id
must cmp "$dir/good" "$dossier/registration.conf"
says "+ dns: example.net" "$dossier/changes.txt"
says "Example AB" "$dossier/summary.html"
must cmp "$dir/scan" "$dossier/documents/mandate.pdf"
# What it rests on stays in it, whoever tidies up; other evidence comes and goes.
must anna sh -c "echo more >'$dossier/documents/more.txt'"
refuses "Operation not permitted" anna rm -f "$dossier/documents/mandate.pdf"
refuses "Operation not permitted" anna cp "$dir/good" \
    "$dossier/documents/mandate.pdf"
within 5 grep -q "it came with the draft" "$dossier/state"
must anna rm "$dossier/documents/more.txt"
must cmp "$dir/scan" "$dossier/documents/mandate.pdf"
must test ! -e "$ca/requests/rr-ab"

# A change of the draft takes it back and opens another.
sed 's/Box 1/Box 2/' "$dir/good" >"$dir/better"
chmod 644 "$dir/better"
must put "$dir/better"
must test -e "$ca/ra/rejected/$id/registration.conf"
id=$(pending)
dossier=$ca/ra/pending/$id
says "Box 2" "$dossier/registration.conf"

# Neither who wrote it, nor who has no role, nor who is in it, nor root.
refuses "Operation not permitted" anna mv "$dossier" "$ca/ra/approved/"
refuses "Permission denied" as rr-karl mv "$dossier" "$ca/ra/approved/"
refuses "Permission denied" as rr-rev mv "$dossier" "$ca/ra/approved/"
refuses "" mv "$dossier" "$ca/ra/approved/"
must test -e "$dossier"
must test ! -e "$ca/requests/rr-ab"
must bo mv "$dossier" "$ca/ra/approved/"
must test -e "$ca/ra/approved/$id/registration.conf"
says "state: in force" "$desk/state"
says "in force: version 1" "$desk/state"

# The subscriber has its folder, its people and its names, and no others.
box=$ca/requests/rr-ab
[ "$(stat -c '%a %G' "$box")" = "2770 rr-ab" ] || fail "$(stat "$box")"
new_csr www www.example.net
new_csr mail mail.example.net
chmod 644 "$dir"/*.csr
refuses "Permission denied" anna cp "$dir/www.csr" "$box/"
awk '/^FORM$/ { form = 1 } /^Part two/ { form = 0 }
	form && /may be published/ { $0 = $0 " no" }
	form && /\(yes\/no\):$/ { $0 = $0 " yes" }
	form && /^(subscriber|accepted by):$/ { $0 = $0 " Example AB" }
	{ print }' "$ca/ca/terms/current.txt" >"$dir/agreement"
chmod 644 "$dir/agreement"
# Agreed to by who wrote it, not by who gives another's file that name.
must as rr-karl cp "$dir/agreement" "$box/agreement.txt~"
must as rr-kim rm -f "$box/agreement.txt~"
must as rr-kim cp "$dir/agreement" "$box/agreement.txt~"
refuses "Operation not permitted" as rr-karl mv "$box/agreement.txt~" \
    "$box/agreement.txt"
must as rr-kim rm "$box/agreement.txt~"
must as rr-karl cp "$dir/agreement" "$box/agreement.txt"
must as rr-karl cp "$dir/www.csr" "$dir/mail.csr" "$box/"
must verify_certificate "$box/www.crt"
# What another user of it removed before it was closed was not taken; what one
# removes oneself was not to be.
for who in rr-kim rr-karl; do
	as rr-karl python3 - "$box/gone.csr" "$dir/mail.csr" "$dir/$who" \
	    >"$dir/said" <<'E' &
import os, sys, time
fd = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
os.write(fd, open(sys.argv[2], "rb").read())
print("written", flush=True)
while not os.path.exists(sys.argv[3]):
    time.sleep(0.02)
try:
    os.close(fd)
    print("closed", flush=True)
except OSError as e:
    print(e.strerror, flush=True)
E
	children="$children $!"
	within 10 grep -q written "$dir/said"
	must as $who rm -f "$box/gone.csr"
	touch "$dir/$who"
	case $who in
	rr-kim) within 10 grep -qx "Stale file handle" "$dir/said" ;;
	rr-karl) within 10 grep -qx closed "$dir/said" ;;
	esac
	must test ! -e "$box/gone.csr"
	must test ! -e "$box/gone.crt"
done
says "registration version 1 was decided in dossier $id" "$box/www.status"
mail=$(serial_of "$box/mail.crt")

# The same file again is nothing new; a name less is a case for each
# certificate that has it, once another officer has approved it.
must put "$dir/better"
[ -z "$(pending)" ] || fail "a dossier opened: $(pending)"
sed 's/^value = example.net/value = www.example.net/' "$dir/better" \
    >"$dir/less"
chmod 644 "$dir/less"
must put "$dir/less"
id=$(pending)
says "+ dns: www.example.net" "$ca/ra/pending/$id/changes.txt"
says "- dns: example.net" "$ca/ra/pending/$id/changes.txt"
must bo mv "$ca/ra/pending/$id" "$ca/ra/approved/"
says "in force: version 2" "$desk/state"
within 5 sh -c "[ -n \"\$(ls '$ca/ra/pending')\" ]"
id=$(pending)
says "withdrawn: dns example.net" "$ca/ra/pending/$id/request.txt"
refuses "Permission denied" bo mv "$ca/ra/pending/$id" "$ca/ra/approved/"
must as rr-rev mv "$ca/ra/pending/$id" "$ca/ra/approved/"
within 10 grep -q privilegeWithdrawn "$ca/revoke/$mail"
must test ! -e "$ca/revoke/$(serial_of "$box/www.crt")"
must as rr-karl cp "$dir/mail.csr" "$box/again.csr"
says "not inside what was validated" "$box/again.status"

# What an editor saves by a file of its own is its officer's alone until it has
# a name that counts: no other writes into it, cuts, replaces or removes it.
draft() {	# NAME: a draft that wants its registration.conf alone
	two=$ca/ra/subscribers/$1
	must anna mkdir "$two"
	must anna cp "$dir/scan" "$two/documents/mandate.pdf"
	must anna cp "$dir/scan" "$two/documents/register.pdf"
}
draft rr-two
echo "of another" >"$dir/foreign"
sed 's/rr-ab/rr-ra/' "$dir/good" >"$dir/saved"
chmod 644 "$dir/foreign" "$dir/saved"
new=$two/.goutputstream-ABC123
must anna cp "$dir/saved" "$new"
[ "$(stat -c '%a %U' "$new")" = "640 rr-anna" ] || fail "$(stat "$new")"
refuses "Permission denied" bo cp "$dir/foreign" "$new"
refuses "Permission denied" bo truncate -s 9 "$new"
refuses "Operation not permitted" bo rm -f "$new"
refuses "Operation not permitted" bo mv "$new" "$two/registration.conf"
must bo cp "$dir/foreign" "$two/.foreign"
refuses "Operation not permitted" bo mv "$two/.foreign" "$new"
within 5 grep -q "belongs to uid $(id -u rr-anna)" "$two/state"
must anna cmp "$dir/saved" "$new"
must anna mv "$new" "$two/registration.conf"
must cmp "$dir/saved" "$two/registration.conf"
[ "$(stat -c '%a %U' "$two/registration.conf")" = "660 rr-anna" ] ||
    fail "$(stat "$two/registration.conf")"
must anna rm "$two/registration.conf"
# What was made and left empty is whoever's writes it.
must anna touch "$two/registration.conf"
must bo cp "$dir/foreign" "$two/notes.txt"
refuses "Invalid argument" bo cp "$dir/foreign" "$two/registration.conf"
must bo cmp "$dir/foreign" "$two/registration.conf"
must bo rm "$two/registration.conf"

# Nor by a handle from when it had a name that counts.
must anna cp "$dir/saved" "$two/notes.conf"
bo python3 - "$two/notes.conf" "$dir/held" >"$dir/holds" <<'E' &
import os, sys, time
fd = os.open(sys.argv[1], os.O_RDWR)
print("held", flush=True)
while not os.path.exists(sys.argv[2]):
    time.sleep(0.02)
for act in (lambda: os.pwrite(fd, b"other", 0), lambda: os.ftruncate(fd, 9)):
    try:
        act()
    except PermissionError:
        continue
    sys.exit("taken")
E
holder=$!
children="$children $holder"
within 10 grep -q held "$dir/holds"
must anna mv "$two/notes.conf" "$two/notes.conf~"
touch "$dir/held"
wait "$holder" || fail "a kept handle wrote into another's file"
must anna cmp "$dir/saved" "$two/notes.conf~"

# Whoever wrote under the name it had before is an author of it, too, whatever
# it was called between, and though core is killed.
moved() {	# DRAFT NAME...: what bo wrote becomes anna's registration.conf
	draft "$1"
	shift
	must bo cp "$dir/saved" "$two/$1"
	while [ $# -gt 1 ]; do
		must anna mv "$two/$1" "$two/$2"
		[ "$1" != .y ] || ! has_resend || kill -9 "$(process core)"
		shift
	done
	says "state: complete" "$two/state"
	id=$(pending | sort -n | tail -n 1)
	for who in anna bo; do
		refuses "Operation not permitted" $who mv \
		    "$ca/ra/pending/$id" "$ca/ra/approved/"
	done
	must test -e "$ca/ra/pending/$id"
}
moved rr-three draft.conf registration.conf
moved rr-four draft.conf draft.conf~ registration.conf
moved rr-five draft.conf .x other.conf .y .z registration.conf
# Another group of it reads what it was issued, and the one before no more: at
# once, although the kernel keeps what it knows of these files for a day. (A
# stat is answered from what it keeps.)
folder=$ca/issued/by-serial/$(serial_of "$box/www.crt")
reads() { as "$1" cat "$folder/cert.pem" "$folder/request.csr"; }
must reads rr-karl >"$dir/read"
refuses "Permission denied" reads rr-lena
sed 's/^group = .*/group = rr-cd/' "$dir/less" >"$dir/moved"
chmod 644 "$dir/moved"
must put "$dir/moved"
id=$(pending | sort -n | tail -n 1)
must bo mv "$ca/ra/pending/$id" "$ca/ra/approved/"
group_of() { [ "$(stat -c %G "$folder" "$folder/cert.pem" | uniq)" = "$1" ]; }
within 10 group_of rr-cd
refuses "Permission denied" as rr-karl cat "$folder/cert.pem"
must reads rr-lena >"$dir/read"
refuses "Permission denied" as rr-karl ls "$folder"

# The evidence tells it, and names nobody.
registered=$(ls "$ca"/evidence/*/*/*/*/*subscriber-registered.json | tail -n 1)
for word in REG-6.2.2-02A REG-6.2.2-18 "dns-change = BR 3.2.2.4.7" \
    '"subject_kind": "device-of-legal-person"' \
    "$(sha256sum <"$dir/better" | cut -d' ' -f1)"; do
	says "$word" "$registered"
done
grep -lE "rr-(anna|bo|karl|ab)|Karl|Example AB|mandate" \
    "$ca"/evidence/*/*/*/*/*.json && fail "a name stands in an event"
must "$pkifs" verify "$ca/evidence"
