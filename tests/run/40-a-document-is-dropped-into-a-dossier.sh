# Every program can put a document into a dossier; what is refused leaves nothing, and a killed core loses nothing.
. "$(dirname "$0")/lib.sh"
need_root
new_group pk40-ra
new_person pk40-anna pk40-ra
new_person pk40-ola pk40-ra
new_stops
make_ca --user games
sed -i 's/^ra = .*/ra = pk40-ra/' "$home/pkifs.conf"
mount_ca
ra=$ca/ra
new_csr www www.example.net
new_csr two two.example.net
chmod 644 "$dir"/*.csr

# A request that nobody validated opens a dossier, and inotify sees it come.
# (runuser itself, so that it is what ends with the story.)
runuser -u pk40-anna -- inotifywait -m -q --format '%w%f %e' "$ra/pending" \
    >"$dir/seen" 2>/dev/null &
children="$children $!"
watching() {
	for pid in $(pgrep -f "inotifywait -m.*$1"); do
		! grep -qs '^inotify wd' "/proc/$pid/fdinfo"/* || return 0
	done
	return 1
}
within 10 watching "$ra/pending"
must as games cp "$dir/www.csr" "$ca/requests/"
one=$(ls "$ra/pending")
within 5 grep -q "pending/$one CREATE,ISDIR" "$dir/seen"
[ "$(stat -c '%a %G' "$ra/pending/$one/documents")" = "2770 pk40-ra" ] ||
    fail "$(stat "$ra/pending/$one/documents")"
docs=$ra/pending/$one/documents
cd /

# By every way that programs have.
mkdir "$dir/mine"
head -c 300000 /dev/urandom >"$dir/mine/scan.pdf"
chmod -R a+rX "$dir/mine"
touch -d 2026-01-02 "$dir/mine/scan.pdf"
must as pk40-anna cp "$dir/mine/scan.pdf" "$docs/cp.pdf"
must as pk40-anna cp -p "$dir/mine/scan.pdf" "$docs/cp-p.pdf"
must as pk40-anna rsync -t "$dir/mine/scan.pdf" "$docs/rsync.pdf"
must as pk40-anna rsync -t --inplace "$dir/mine/scan.pdf" "$docs/inplace.pdf"
must as pk40-anna install -m 640 "$dir/mine/scan.pdf" "$docs/install.pdf"
must as pk40-anna dd if="$dir/mine/scan.pdf" of="$docs/dd.pdf" bs=4k status=none
must as pk40-anna sh -c "cat '$dir/mine/scan.pdf' >'$docs/cat.pdf'"
must as pk40-anna sh -c "tar -C '$dir/mine' -c scan.pdf | tar -C '$docs' -xm"
cp "$dir/mine/scan.pdf" /dev/shm/pkifs-story.$$
chown pk40-anna /dev/shm/pkifs-story.$$
must as pk40-anna mv /dev/shm/pkifs-story.$$ "$docs/mv.pdf"
must as pk40-anna python3 - "$dir/mine/scan.pdf" "$docs" <<'EOF'
import os, sys
octets = open(sys.argv[1], "rb").read()
def put(name, then=None):
    path = os.path.join(sys.argv[2], name)
    with open(path, "wb") as f:
        f.write(octets)
    if then:
        os.replace(path, os.path.join(sys.argv[2], then))
put("python.pdf")
put("thunar.pdf.partial~", "thunar.pdf")
put(".goutputstream-AB12", "gio.pdf")
# As vim saves: a backup by rename, a new file, the backup removed.
os.rename(os.path.join(sys.argv[2], "python.pdf"),
    os.path.join(sys.argv[2], "python.pdf~"))
put("python.pdf")
os.unlink(os.path.join(sys.argv[2], "python.pdf~"))
EOF
for name in cp cp-p rsync inplace install dd cat scan mv python thunar gio; do
	must cmp "$dir/mine/scan.pdf" "$docs/$name.pdf"
done
[ "$(ls "$docs" | wc -l)" = 12 ] || fail "$(ls -la "$docs")"
[ "$(stat -c %Y "$docs/cp-p.pdf")" = "$(stat -c %Y "$dir/mine/scan.pdf")" ] ||
    fail "cp -p: $(stat "$docs/cp-p.pdf")"
must as pk40-anna chmod 600 "$docs/cp.pdf"
must as pk40-anna touch -d 2026-02-03 "$docs/cp.pdf"
before=$(events document-received)
must as pk40-anna rsync -t "$dir/mine/scan.pdf" "$docs/rsync.pdf"
must as pk40-anna cp "$dir/mine/scan.pdf" "$docs/cp.pdf"
[ "$(events document-received)" = "$before" ] ||
    fail "the same bytes again are another event"

# What was only created is no document yet, and a program's own file never is.
must as pk40-anna touch "$docs/empty"
must as pk40-anna sh -c "echo b0VIM >'$docs/.letter.txt.swp'"
must as pk40-anna rm "$docs/empty" "$docs/.letter.txt.swp"
[ "$(events document-received)" = "$before" ] || fail "scratch was a document"
must as pk40-anna sh -c "echo as it was >'$docs/letter.txt'"
must as pk40-anna sed -i s/was/is/ "$docs/letter.txt"
says "as it is" "$docs/letter.txt"
must as pk40-anna mv "$docs/letter.txt" "$docs/another.txt"
must as pk40-anna rm "$docs/another.txt"

# Who reads what another put there is told of; the writer's own handle is not.
must as pk40-anna python3 -c 'import sys
f = open(sys.argv[1], "w+")
f.write("text")
f.seek(0)
assert f.read() == "text"' "$docs/own.txt"
[ "$(grep -l '"uid": '"$(id -u pk40-ola)" \
    "$ca"/evidence/*/*/*/*/*personal-document-read.json 2>/dev/null |
    wc -l)" = 0 ] || fail "read before anybody did"
must as pk40-ola cat "$docs/own.txt" >/dev/null
must as pk40-ola cat "$docs/own.txt" >/dev/null
reads() {
	[ "$(grep -l '"uid": '"$(id -u pk40-ola)" \
	    "$ca"/evidence/*/*/*/*/*personal-document-read.json | wc -l)" = 1 ]
}
within 5 reads

# 64 MiB is the limit: what is larger leaves nothing, however it comes.
head -c 67108864 /dev/zero >"$dir/limit"
head -c 67108865 /dev/zero >"$dir/over"
truncate -s 2G "$dir/huge"
chmod 644 "$dir"/limit "$dir"/over "$dir"/huge
listed=$(ls "$docs")
must as pk40-anna cp "$dir/limit" "$docs/limit"
must cmp "$dir/limit" "$docs/limit"
must as pk40-anna rm "$docs/limit"
refused=$(ls "$ca"/evidence/*/*/*/*/ | grep -c desk-refused || :)
refuses "File too large" as pk40-anna cp "$dir/over" "$docs/over"
within 5 grep -q "too large and is not kept: at most 67108864" "$docs/../state"
[ "$(ls "$ca"/evidence/*/*/*/*/ | grep -c desk-refused)" = $((refused + 1)) ] ||
    fail "no event, or more than one: $(ls "$ca"/evidence/*/*/*/*/)"
refuses "File too large" as pk40-anna cp "$dir/huge" "$docs/huge"
refuses "File too large" as pk40-anna cp --sparse=never "$dir/huge" "$docs/huge"
refuses "File too large" as pk40-anna rsync "$dir/huge" "$docs/huge"
refuses "File too large" as pk40-anna truncate -s 2G "$docs/huge"
refuses "File too large" as pk40-anna cp "$dir/over" "$docs/own.txt"
refuses "File too large" as pk40-anna truncate -s 65M "$docs/own.txt"
says "text" "$docs/own.txt"
[ "$(ls "$docs")" = "$listed" ] || fail "left behind: $(ls -la "$docs")"
[ -z "$(find "$home/store/spool" -type f -size +1M)" ] ||
    fail "left in the spool: $(ls -la "$home/store/spool")"

# Names that are none.
put() { as pk40-anna python3 -c 'import os, sys
open(os.path.join(sys.argv[1].encode(), eval(sys.argv[2])), "w").write("x")' \
    "$docs" "$1"; }
refuses "Invalid argument" put 'b"two\nlines"'
within 5 grep -q "^refused: a name here is UTF-8" "$docs/../state"
refuses "Invalid argument" put 'b"bell\x07"'
refuses "Invalid argument" put 'b"latin\xe91"'
refuses "Invalid argument" put 'b".\xff.swp"'
refuses "Is a directory" put 'b".."'
refuses "Operation not permitted" put 'b"../../../x"'
refuses "Permission denied" put 'b"../../../../x"'
refuses "File name too long" put 'b"x" * 256'
must put '"Ausweis Grünwald.txt".encode()'
must as pk40-anna rm "$docs/Ausweis Grünwald.txt"

# Who may not.
refuses "Permission denied" as games cp "$dir/www.csr" "$docs/"
refuses "Permission denied" cp "$dir/www.csr" "$docs/"
refuses "Permission denied" as pk40-anna sh -c "echo x >'$docs/../state'"
refuses "Operation not permitted" cp "$dir/www.csr" "$ra/"
refuses "Operation not permitted" mkdir "$ra/pending/.Trash-0"
refuses "Operation not permitted" as pk40-anna mkdir "$docs/.Trash-1000"
refuses "Operation not permitted" as pk40-anna mkdir "$ra/subscribers/.Trash-1"
refuses "Operation not permitted" as pk40-anna mkdir "$ra/pending/77"
refuses "File exists" as pk40-anna mkdir "$docs"
refuses "Operation not permitted" as pk40-anna rmdir "$docs"
refuses "Operation not permitted" as pk40-anna mv "$docs" "$ra/approved/"
refuses "Operation not permitted" as pk40-anna mv "$ra/pending/$one" \
    "$ra/approved/77"
refuses "Operation not permitted" as pk40-anna mv "$docs/own.txt" "$ca/requests/"
[ "$(ls "$docs")" = "$listed" ] || fail "left behind: $(ls -la "$docs")"

# Working folders are made, named and removed.
must as pk40-anna mkdir "$ra/subscribers/example-ab"
refuses "File exists" as pk40-ola mkdir "$ra/subscribers/example-ab"
must as pk40-ola mv "$ra/subscribers/example-ab" "$ra/subscribers/beispiel"
must as pk40-anna cp "$dir/mine/scan.pdf" "$ra/subscribers/beispiel/documents/"
refuses "not empty" as pk40-anna rmdir "$ra/subscribers/beispiel"
must as pk40-anna rm "$ra/subscribers/beispiel/documents/scan.pdf"
must as pk40-anna rmdir "$ra/subscribers/beispiel"
[ ! -e "$ra/subscribers/beispiel" ] || fail "it is still there"

# Texts of ours appear by themselves in a folder that somebody looks at.
must as pk40-anna mkdir "$ra/subscribers/watched"
runuser -u pk40-anna -- inotifywait -m -q --format '%f %e' \
    "$ra/subscribers/watched" >"$dir/state.seen" 2>/dev/null &
children="$children $!"
within 10 watching "$ra/subscribers/watched"
refuses "Invalid argument" as pk40-anna cp "$dir/www.csr" \
    "$ra/subscribers/watched/registration.conf"
says "faulty" "$ra/subscribers/watched/state"
must cmp "$dir/www.csr" "$ra/subscribers/watched/registration.conf"
within 5 grep -q "^state " "$dir/state.seen"

# An agreement is dropped in its box by the same ways.
box=$ca/requests/games
must as games cp "$box/terms.txt" "$box/agreement.txt"
must cmp "$box/terms.txt" "$box/agreement.txt"
refuses "Invalid argument" as games sed -i 's/^subscriber:.*/subscriber: x/' "$box/agreement.txt"
says "agreement.txt:" "$box/agreement.status"
must as games rm "$box/agreement.txt"
must as games rsync "$box/terms.txt" "$box/agreement.txt"
must cmp "$box/terms.txt" "$box/agreement.txt"
must as games mv "$box/agreement.txt" "$box/agreement.txt~"
must cmp "$box/terms.txt" "$box/agreement.txt~"
[ ! -e "$box/agreement.txt" ] || fail "it is still there"
must as games rm "$box/agreement.txt~"
refuses "Operation not permitted" as games cp "$dir/www.csr" \
    "$box/agreement.csr"
refuses "Operation not permitted" as games mv "$box/agreement.status" \
    "$box/x"

# Killed in the middle of a copy, and between the commit and its answer.
head -c 20971520 /dev/urandom >"$dir/large"
chmod 644 "$dir/large"
must as pk40-anna python3 - "$dir/large" "$docs/large" "$dir" <<'EOF' &
import os, sys, time
octets = open(sys.argv[1], "rb").read()
with open(sys.argv[2], "wb", buffering=0) as f:
    half = len(octets) // 2
    at = 0
    while at < half:
        at += f.write(octets[at:at + 131072])
    print("half", flush=True)
    while not os.path.exists(os.path.join(sys.argv[3], "go")):
        time.sleep(0.01)
    while at < len(octets):
        at += f.write(octets[at:at + 131072])
EOF
copy=$!
half() { [ "$(stat -c %s "$docs/large")" -ge 10485760 ]; }
within 20 half
core=$(process core)
kill -9 "$core"
touch "$dir/go"
another() { next=$(process core); [ -n "$next" ] && [ "$next" != "$core" ]; }
within 10 another
kill -9 "$next" || true
wait $copy || fail "the copy failed"
must cmp "$dir/large" "$docs/large"
for i in 1 2 3; do
	as pk40-anna cp "$dir/large" "$docs/large$i" &
	copies="${copies:-} $!"
done
core=$(process core)
[ -z "$core" ] || kill -9 "$core" || true
for copy in $copies; do
	wait "$copy" || fail "a copy failed"
done
for i in 1 2 3; do
	must cmp "$dir/large" "$docs/large$i"
done
before=$(events document-received)
stop arm core.desk-write-committed
as pk40-anna cp "$dir/mine/scan.pdf" "$docs/once.pdf" &
copy=$!
kill -9 "$(stop wait)"
stop release
wait $copy || fail "the copy failed"
must cmp "$dir/mine/scan.pdf" "$docs/once.pdf"
[ "$(events document-received)" = $((before + 1)) ] || fail "received twice"
stop arm core.desk-write-committed
as pk40-anna rsync "$dir/large" "$docs/once.pdf" &
copy=$!
kill -9 "$(stop wait)"
stop release
wait $copy || fail "the rename failed"
must cmp "$dir/large" "$docs/once.pdf"

# Whatever else was committed and not answered is answered by the next core.
killed() {
	stop arm core.commit-after
	as pk40-anna "$@" &
	act=$!
	kill -9 "$(stop wait)"
	stop release
	wait $act || fail "this failed over a crash: $*"
}
killed mkdir "$ra/subscribers/crash"
killed mv "$ra/subscribers/crash" "$ra/subscribers/crashed"
killed cp "$dir/mine/scan.pdf" "$ra/subscribers/crashed/documents/a"
killed mv "$ra/subscribers/crashed/documents/a" \
    "$ra/subscribers/crashed/documents/b"
killed touch -d 2026-03-04 "$ra/subscribers/crashed/documents/b"
must cmp "$dir/mine/scan.pdf" "$ra/subscribers/crashed/documents/b"
killed mv "$ra/subscribers/crashed/documents/b" \
    "$ra/subscribers/crashed/documents/b~"
must cmp "$dir/mine/scan.pdf" "$ra/subscribers/crashed/documents/b~"
killed mv "$ra/subscribers/crashed/documents/b~" \
    "$ra/subscribers/crashed/documents/c"
killed rm "$ra/subscribers/crashed/documents/c"
killed rmdir "$ra/subscribers/crashed"
[ ! -e "$ra/subscribers/crashed" ] || fail "it is still there"

# A move that core was killed over is made once, and answered.
must as pk40-anna sh -c "echo 'not our nane' >'$ra/pending/$one/reason.txt'"
must as pk40-anna sed -i s/nane/name/ "$ra/pending/$one/reason.txt"
says "not our name" "$ra/pending/$one/reason.txt"
refuses "Operation not permitted" as pk40-anna cp "$dir/mine/scan.pdf" \
    "$ra/pending/$one/"
refuses "Invalid argument" put 'b"../.x\n"'
# Nothing is left behind, and `state`, which that core did not have, tells it a
# moment later.
ls -A "$ra/pending/$one" | grep -vx state >"$dir/stays"
[ "$(wc -l <"$dir/stays")" = 7 ] || fail "left behind: $(cat "$dir/stays")"
within 5 test -s "$ra/pending/$one/state"
stop arm core.decision-committed
as pk40-anna mv "$ra/pending/$one" "$ra/rejected/" 2>"$dir/errors" &
move=$!
kill -9 "$(stop wait)"
stop release
wait $move || fail "the move failed: $(cat "$dir/errors")"
[ -d "$ra/rejected/$one" ] && [ ! -e "$ra/pending/$one" ] || fail "$(ls "$ra"/*)"
[ "$(events decision-made)" = 1 ] || fail "$(events decision-made) decisions"
must cmp "$dir/large" "$ra/rejected/$one/documents/once.pdf"
refuses "Operation not permitted" as pk40-anna cp "$dir/www.csr" \
    "$ra/rejected/$one/documents/late.txt"
refuses "Operation not permitted" as pk40-anna rm \
    "$ra/rejected/$one/documents/once.pdf"

# Two folders are never exchanged; NOREPLACE is understood.
must as games cp "$dir/two.csr" "$ca/requests/"
two=$(ls "$ra/pending")
must as pk40-anna python3 - "$ra" "$one" "$two" <<'EOF'
import ctypes, errno, os, sys
libc = ctypes.CDLL(None, use_errno=True)
def rename2(a, b, flags):
    if libc.renameat2(-100, a.encode(), -100, b.encode(), flags) == 0:
        return 0
    return ctypes.get_errno()
ra, one, two = sys.argv[1:]
code = rename2(f"{ra}/pending/{two}", f"{ra}/rejected/{one}", 2)
assert code == errno.EINVAL, code
code = rename2(f"{ra}/pending/{two}", f"{ra}/rejected/{one}", 1)
assert code == errno.EEXIST, code
docs = f"{ra}/pending/{two}/documents/"
for name in "a", "b":
    open(docs + name, "w").write(name)
assert rename2(docs + "a", docs + "b", 1) == errno.EEXIST
assert rename2(docs + "a", docs + "c", 1) == 0
assert rename2(docs + "c", docs + "b", 0) == 0
assert open(docs + "b").read() == "a"
EOF
must "$pkifs" verify "$ca/evidence"
# No name of a document stands in an event.
lacks 'scan\.pdf|once\.pdf|own\.txt' "$ca"/evidence/*/*/*/*/*.json
