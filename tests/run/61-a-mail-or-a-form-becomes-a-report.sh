# People without a login report by mail or by a form: `pkifs intake`, run by the
# mail or the web server's own user, files it with the transport's time of
# receipt, and what cannot be filed is tried again. (REV-6.2.4-03A, -08)
. "$(dirname "$0")/lib.sh"
need_root
new_group s61-rev
new_group s61-desk
new_person s61-sub
new_person s61-mail
new_person s61-eve
new_person s61-rita s61-rev s61-desk
make_ca --user s61-sub
sed -i 's/^revocation = .*/revocation = s61-rev/
	s/^ra = .*/ra = s61-desk/
	s/^how = .*/&, intake/
	s/^users = *$/users = s61-mail/
	s/^open_reports_max = .*/open_reports_max = 2/' "$home/pkifs.conf"
mount_ca
reports=$ca/revoke/reports
drop() {	# NAME: its certificate, and $serial
	new_csr "$1" "$1.example.org"
	chmod 644 "$dir/$1.csr"
	must as s61-sub cp "$dir/$1.csr" "$ca/requests/"
	serial=$(serial_of "$ca/requests/$1.crt")
}
intake() {	# USER: of $dir/mail; $? is what the mail server sees
	as "$1" "$pkifs" intake "$ca" <"$dir/mail" >"$dir/out" 2>"$dir/said"
}
exits() {	# STATUS COMMAND...
	wanted=$1
	shift
	status=0
	"$@" || status=$?
	[ $status = "$wanted" ] ||
	    fail "exit $status, wanted $wanted: $* $(cat "$dir/said")"
}
# The newest report, and its dossier.
newest() {
	name=$(as s61-rita ls -t "$reports" | grep "^$1.*txt$" | head -n 1)
	as s61-rita cat "$reports/${name%.txt}.status" >"$dir/status"
	id=$(sed -n 's/^dossier: //p' "$dir/status")
	as s61-rita cat "$ca/ra/pending/$id/report.txt" >"$dir/report"
}
at() { date -u -d "$1" +%FT%TZ; }

# A mail of several parts: the first text, decoded; all of it kept whole.
drop www
stamp=$(date -d '-3 hours')
cat >"$dir/mail" <<END
Received: from a.example (a.example [192.0.2.1])
	by mail.example.org with ESMTPS id 1;
	$(date -R -d "$stamp")
Received: from home by a.example; $(date -R -d '-5 hours')
From: "Eve, a =?utf-8?q?finder?=" <eve@example.com>
Subject: your key
MIME-Version: 1.0
Content-Type: multipart/mixed;
 boundary="=_part 1"

This is a message of several parts.
received: 2020-01-01T00:00:00Z
--=_part 1
Content-Type: multipart/alternative; boundary=two

--two
Content-Type: text/html

<p>not this one</p>
--two
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

The key of www lies on a web page; Schl=C3=BCssel.=20
serial: $(echo "$serial" | cut -c1-20)=
$(echo "$serial" | cut -c21-)
-----BEGIN DOCUMENT-----
--two--
--=_part 1
Content-Type: application/octet-stream
Content-Transfer-Encoding: base64

AAECAw==
--=_part 1--
END
chmod 644 "$dir/mail"
exits 0 intake s61-mail
newest mail
says "received: $(at "$stamp")" "$dir/status"
says "received: $(at "$stamp")" "$dir/report"
says "From: \"Eve" "$dir/report"
says "Subject: your key" "$dir/report"
says "Schlüssel" "$dir/report"
says "serial: $serial" "$dir/report"
says "> -----BEGIN DOCUMENT-----" "$dir/report"
lacks "not this one|several parts" "$dir/report"
as s61-rita cmp "$dir/mail" "$ca/ra/pending/$id/documents/mail.eml" ||
    fail "not whole"
must test -e "$ca/evidence/documents/$(sha256sum <"$dir/mail" | cut -c1-64)"
refuses "Operation not permitted" as s61-rita rm -f \
    "$ca/ra/pending/$id/documents/mail.eml"
must as s61-rita grep -q "It is about certificate $serial" \
    "$ca/ra/pending/$id/summary.html"

# The clock of the case began when the mail server received it.
due=$(date -u -d "$stamp 12 hours" +%FT%TZ)
must as s61-rita grep -q "Decide before $due" "$ca/ra/pending/$id/state"
within 10 grep -q "$due (decision)" "$ca/status/health.txt"
for file in confirmation.txt reason.txt; do
	[ $file = reason.txt ] && word=keyCompromise || word=confirmed
	echo "$word by looking" >"$dir/text"
	chmod 644 "$dir/text"
	must as s61-rita cp "$dir/text" "$ca/ra/pending/$id/$file"
done
must as s61-rita mv "$ca/ra/pending/$id" "$ca/ra/approved/"
within 20 grep -q "^received: $(at "$stamp" | tr -d Z)" "$ca/revoke/$serial"

# Nobody else is believed, nor a time to come, nor one of long ago; a mail
# without a stamp is received now.
now=$(date -u +%FT%H)
says_now() {
	newest mail
	grep -q "^received: $now\|^received: $(date -u +%FT%H)" \
	    "$dir/status" || fail "$(cat "$dir/status")"
}
exits 0 intake s61-eve
says_now
must as s61-rita grep -q "is not believed" "$ca/ra/pending/$id/summary.html"
for stamp in '+1 day' '-8 days'; do
	printf 'Received: by here;\n %s\nSubject: x\n\nIt is broken.\n' \
	    "$(date -R -d "$stamp")" >"$dir/mail"
	exits 0 intake s61-mail
	says_now
done
printf 'Subject: x\r\n\r\nIt is broken.\r\n' >"$dir/mail"
exits 0 intake s61-mail
says_now
says "It is broken." "$dir/report"
printf 'no header, no end' >"$dir/mail"
exits 0 intake s61-mail
# A photograph alone is a report, too.
{
	printf 'Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n'
	head -c 300000 /dev/urandom | base64
} >"$dir/mail"
exits 0 intake s61-mail
newest mail
says "[No text was found in it.]" "$dir/report"
as s61-rita cmp "$dir/mail" "$ca/ra/pending/$id/documents/mail.eml" ||
    fail "not whole"
# A long one is cut where it is shown, and whole beside.
{ printf 'Subject: long\n\n'; seq 1 20000; } >"$dir/mail"
exits 0 intake s61-mail
newest mail
says "There is more" "$dir/report"

# A form, as CGI hands it over.
drop form
form() {	# TYPE BODY
	printf '%s' "$2" >"$dir/mail"
	as s61-mail env GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=POST \
	    CONTENT_TYPE="$1" CONTENT_LENGTH=${#2} "$pkifs" intake "$ca" \
	    <"$dir/mail" >"$dir/out" 2>"$dir/said"
}
url=application/x-www-form-urlencoded
exits 0 form $url "serial=$serial&text=It+is+mine%21%0D%0Avia%3A+mail&mail=a%40b"
says "Status: 200 OK" "$dir/out"
says "Content-Type: text/plain" "$dir/out"
newest form
says "received as $name" "$dir/out"
says "via: form" "$dir/report"
says "serial: $serial" "$dir/report"
says "text: It is mine!" "$dir/report"
says "mail: a@b" "$dir/report"
must as s61-rita grep -q "A problem was reported by form" \
    "$ca/ra/pending/$id/summary.html"
exits 65 form text/xml "<serial/>"
says "Status: 400" "$dir/out"
exits 65 form $url ""
says "Status: 413" "$dir/out"

# What waited too long on its way is late when it comes, and told so.
sed -i 's/^decision_max = .*/decision_max = 2 h/' "$home/pkifs.conf"
must "$pkifs" reload "$home"
stamp=$(date -d '-3 hours')
printf 'Received: by here;\n %s\n\nIt was queued.\n' "$(date -R -d "$stamp")" \
    >"$dir/mail"
exits 0 intake s61-mail
missed() {
	grep -l "\"counted-from\": \"$(at "$stamp" | tr -d Z)" \
	    "$ca"/evidence/*/*/*/*/*-revocation-deadline-missed.json
}
within 10 missed
grep -q '"method": "decision"' "$(missed)" || fail "$(cat "$(missed)")"
within 10 grep -q "missed it" "$ca/status/health.txt"

# What is no report will never be one: 65, and the sender hears of it. All that
# can change is tried again: 75.
: >"$dir/mail"
exits 65 intake s61-mail
head -c 1100000 /dev/zero | tr '\0' x >"$dir/mail"
exits 65 intake s61-mail
says "at most 1048576 octets" "$dir/said"
echo hello >"$dir/mail"
exits 0 intake s61-eve
exits 75 intake s61-eve
says "quota exceeded" "$dir/said"
must "$pkifs" umount "$ca"
exits 75 intake s61-mail
says "no CA is mounted" "$dir/said"
sed -i 's/^how = .*/how = file, key, proof, batch, ra, report/' \
    "$home/pkifs.conf"
mount_ca
exits 75 intake s61-mail
says "Permission denied" "$dir/said"
within 5 grep -q "nobody reports by mail" \
    "$ca/revoke/refused/$(id -u s61-mail).txt"
exits 2 as s61-mail "$pkifs" intake
must "$pkifs" verify "$ca/evidence" >"$dir/verified"
