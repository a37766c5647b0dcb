# A request that registration does not cover becomes a dossier: evidence and a
# move issue it by itself, a reason rejects it, its owner can still withdraw it.
# (REG-6.3.2-00B, GEN-6.3.2-00A, REG-6.4.5-03)
. "$(dirname "$0")/lib.sh"
need_root
new_group pk42-ra
new_person pk42-anna pk42-ra
new_person pk42-out
new_stops
make_ca --user games
sed -i 's/^ra = .*/ra = pk42-ra/' "$home/pkifs.conf"
mount_ca
ra=$ca/ra
new_csr www www.example.net
chmod 644 "$dir"/*.csr
dossier_of() { sed -n 's/^dossier: //p' "$ca/requests/$1.status"; }
anna() { as pk42-anna "$@"; }
drop() {	# NAME: a request for a name nobody validated, and its dossier
	new_csr "$1" "$1.example.net"
	chmod 644 "$dir/$1.csr"
	must as games cp "$dir/$1.csr" "$ca/requests/"
	id=$(dossier_of "$1")
	must test -d "$ra/pending/$id"
}

# The dossier is there when cp returns, with all an officer needs.
drop www
must cmp "$dir/www.csr" "$ra/pending/$id/request.csr"
openssl req -in "$dir/www.csr" -noout -text >"$dir/text"
# OpenSSL prints the names of the subject in a way of its own; the rest is same.
grep -v "Subject:" "$dir/text" >"$dir/wanted"
grep -v "Subject:" "$ra/pending/$id/request.txt" >"$dir/found"
must diff -u "$dir/wanted" "$dir/found"
[ "$(ls -A "$ra/pending/$id" | tr '\n' ' ')" = \
    "decision.txt documents request.csr request.txt state subscriber summary.html " ] ||
    fail "$(ls -la "$ra/pending/$id")"
says "state: pending" "$ra/pending/$id/state"
says "www.example.net" "$ra/pending/$id/state"
says "drop the evidence" "$ra/pending/$id/state"
[ "$(readlink -f "$ra/pending/$id/subscriber")" != "" ] ||
    fail "$(ls -l "$ra/pending/$id/subscriber")"

# summary.html is one file without a script, and says what is asked, what was
# checked, what is missing and what to do.
page=$ra/pending/$id/summary.html
for part in "What is asked" "What is missing" "What to do" \
    "What was checked and passed" "www.example.net" "documents/"; do
	says "$part" "$page"
done
python3 - "$page" <<'PY' || fail "summary.html is not self-contained"
import html.parser, sys
class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(); self.stack = []
    def handle_starttag(self, tag, attrs):
        assert tag not in ("script", "img", "link", "iframe", "object"), tag
        assert not [a for a in attrs if a[0] in ("src", "href")], attrs
        assert not [a for a in attrs if a[0].startswith("on")], attrs
        if tag not in ("meta", "br"): self.stack.append(tag)
    def handle_endtag(self, tag):
        assert self.stack.pop() == tag, tag
page = Page()
page.feed(open(sys.argv[1], encoding="utf-8").read())
page.close()
assert page.stack == [], page.stack
PY

# Approval needs evidence; what mv says is true, and the dossier says more.
refuses "No data available" anna mv "$ra/pending/$id" "$ra/approved/"
says "names that were not validated need evidence" "$ra/pending/$id/state"
[ "$(events decision-refused)" = 1 ] || fail "no decision-refused event"
says '"may-decide"' "$(newest decision-refused)"

# An officer drops evidence and moves the folder: the rest happens by itself.
before=$(sha256sum <"$ra/pending/$id/decision.txt")
must anna sh -c "echo 'whois says so' >'$ra/pending/$id/documents/whois Anders.txt'"
[ "$(sha256sum <"$ra/pending/$id/decision.txt")" != "$before" ] ||
    fail "decision.txt does not list the document"
says "whois Anders.txt" "$ra/pending/$id/decision.txt"
lacks "Anders" "$ca"/evidence/*/*/*/*/*.json
must anna mv "$ra/pending/$id" "$ra/approved/"
within 10 test -s "$ca/requests/www.crt"
must verify_certificate "$ca/requests/www.crt"
must test -d "$ra/approved/$id"
must test ! -e "$ra/pending/$id"
says "state: approved" "$ra/approved/$id/state"
says "moved to approved by uid $(id -u pk42-anna)" "$ra/approved/$id/state"
says "decided by officers on evidence, dossier $id" "$ca/requests/www.status"
says '"outcome": "approved"' "$(newest decision-made)"
says '"GEN-6.3.2-00A"' "$(newest decision-made)"
says '"approved-in-dossier": '"$id" "$(newest request-decided)"
# Each event of the case is found under its request.
request=$(sed -n 's/^request: //p' "$ca/requests/www.status")
for event in request-decided dossier-opened document-received \
    decision-refused decision-made certificate-issued; do
	ls "$ca/evidence/by-request/$request" | grep -q -- "-$event.json" ||
	    fail "no $event: $(ls "$ca/evidence/by-request/$request")"
done

# What was decided stays, as it is and where it is.
refuses "Operation not permitted" anna mv "$ra/approved/$id" "$ra/pending/"
refuses "Operation not permitted" anna mv "$ra/approved/$id" "$ra/rejected/"
refuses "Operation not permitted" anna \
    sh -c "echo x >'$ra/approved/$id/documents/late.txt'"
refuses "Operation not permitted" anna \
    rm "$ra/approved/$id/documents/whois Anders.txt"

# A rejection needs a reason, and the subscriber reads it.
drop no
refuses "No data available" anna mv "$ra/pending/$id" "$ra/rejected/"
must anna sh -c "echo 'that name is not yours' >'$ra/pending/$id/reason.txt'"
must anna mv "$ra/pending/$id" "$ra/rejected/"
[ "$(head -n 1 "$ca/requests/no.status")" = "state: rejected" ] ||
    fail "$(cat "$ca/requests/no.status")"
says "that name is not yours" "$ca/requests/no.status"
must test ! -e "$ca/requests/no.crt"
must test -d "$ra/rejected/$id"
# The same bytes again are judged anew.
must as games touch "$ca/requests/no.csr"
must as games cp "$dir/no.csr" "$ca/requests/no.csr"
[ "$(dossier_of no)" != "$id" ] || fail "no new dossier"

# Withdrawn by its owner it is closed, and a move that comes too late is told.
drop gone
must anna sh -c "echo yes >'$ra/pending/$id/documents/yes.txt'"
must as games rm "$ca/requests/gone.csr"
must test -d "$ra/rejected/$id"
says "state: withdrawn" "$ra/rejected/$id/state"
refuses "" anna mv "$ra/pending/$id" "$ra/approved/"
refuses "Stale file handle" anna mv "$ra/rejected/$id" "$ra/approved/"
says "its owner removed the request" "$ra/rejected/$id/state"
must test ! -e "$ca/requests/gone.crt"

# Nobody without the role gets as far.
drop mine
refuses "Permission denied" as pk42-out ls "$ra/pending"
refuses "Permission denied" as pk42-out mv "$ra/pending/$id" "$ra/approved/"
refuses "Permission denied" as games mv "$ra/pending/$id" "$ra/approved/"
refuses "Permission denied" mv "$ra/pending/$id" "$ra/approved/"
must test -d "$ra/pending/$id"

# A core that is killed between the decision and its answer decided once.
must anna sh -c "echo yes >'$ra/pending/$id/documents/yes.txt'"
made=$(events decision-made)
stop arm core.decision-committed
anna mv "$ra/pending/$id" "$ra/approved/" &
moving=$!
must stop wait 10 >/dev/null
kill -9 "$(process core)"
stop release
wait $moving || fail "mv failed"
within 20 test -s "$ca/requests/mine.crt"
[ "$(events decision-made)" = $((made + 1)) ] || fail "decided twice"

# A document whose core is killed is there, once.
drop doc
got=$(events document-received)
stop arm core.desk-write-committed
anna sh -c "echo scan >'$ra/pending/$id/documents/scan.txt'" &
writing=$!
must stop wait 10 >/dev/null
kill -9 "$(process core)"
stop release
wait $writing || fail "the write failed"
says scan "$ra/pending/$id/documents/scan.txt"
[ "$(events document-received)" = $((got + 1)) ] || fail "received twice"

# A core killed when the dossier has just been opened.
new_csr late late.example.net
chmod 644 "$dir/late.csr"
stop arm core.refusal-or-dossier-committed
as games cp "$dir/late.csr" "$ca/requests/" &
copying=$!
must stop wait 10 >/dev/null
kill -9 "$(process core)"
stop release
wait $copying || fail "cp failed"
[ "$(head -n 1 "$ca/requests/late.status")" = "state: pending" ] ||
    fail "$(cat "$ca/requests/late.status")"
must test -d "$ra/pending/$(dossier_of late)"
must "$pkifs" verify "$ca/evidence" >"$dir/verified"
