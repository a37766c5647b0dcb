# inotifywait, started by another person, sees certificate, CRL and event appear.
. "$(dirname "$0")/lib.sh"
need_root
new_ca --user games
watch() {
	runuser -u "$2" -- inotifywait -m -q --format '%w%f %e' \
	    "$1" >"$dir/seen.$3" 2>"$dir/watch.$3" &
	children="$children $!"
}
new_csr first first.example.org
new_csr www www.example.org
chmod 644 "$dir"/*.csr
must as games cp "$dir/first.csr" "$ca/requests/"

watch "$ca/requests" games requests
watch "$ca/status" nobody status
watch "$ca/issued/by-serial" games issued
watch_evidence() {
	runuser -u games -- inotifywait -m -r -q --format '%w%f %e' \
	    "$ca/evidence" >"$dir/seen.evidence" 2>"$dir/watch.evidence" &
	watcher=$!
	children="$children $watcher"
}
watch_evidence
# A watch is there when /proc says so.
watching() {
	for pid in $(pgrep -f "inotifywait -m.*$ca/$1"); do
		grep -q '^inotify wd' /proc/$pid/fdinfo/* 2>/dev/null && return 0
	done
	return 1
}
for what in requests status issued evidence; do
	within 10 watching $what
done

must as games cp "$dir/www.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/www.crt")
within 5 grep -q "requests/www.crt CREATE" "$dir/seen.requests"
within 5 grep -q "requests/www.crt CLOSE_WRITE" "$dir/seen.requests"
within 5 grep -q "certificate-issued.json" "$dir/seen.evidence"
within 5 grep -q "by-serial/$serial" "$dir/seen.issued"

must as games sh -c "echo superseded >'$ca/revoke/$serial'"
within 5 grep -q "status/issuing.crl CLOSE_WRITE" "$dir/seen.status"
must openssl crl -in "$ca/status/issuing.crl" -inform DER -noout

# However many names of a folder there are at once, who copies a list whenever
# it is told of has the last one.
mkdir "$dir/copies"
tail -f -n 0 "$dir/seen.status" | while read -r path event; do
	case $path:$event in
	*/issuing*:CLOSE_WRITE*) cp "$path" "$dir/copies/" ;;
	esac
done &
children="$children $!"
for i in 1 2 3 4 5 6; do
	new_csr c$i c$i.example.org
	chmod 644 "$dir/c$i.csr"
	must as games cp "$dir/c$i.csr" "$ca/requests/"
done
for i in 1 2 3 4 5 6; do
	serial=$(serial_of "$ca/requests/c$i.crt")
	must as games sh -c "echo superseded >'$ca/revoke/$serial'"
done
for name in issuing.crl issuing.crl.pem issuing-delta.crl; do
	within 5 cmp -s "$ca/status/$name" "$dir/copies/$name"
done

# Another year has folders of its own: who watches evidence/ sees it come, and
# what happens in it.  (The clock steps once somebody watches.)
now() { cut -d. -f1 /proc/uptime; }
lead=5
kill "$watcher"
while :; do
	must "$pkifs" umount "$ca"
	step=$(($(now) + lead))
	PKIFS_TEST_STEP=$step:$((366 * 86400))
	export PKIFS_TEST_STEP
	mount_ca
	watch_evidence
	within 30 watching evidence
	[ "$(now)" -ge $step ] || break
	kill "$watcher"
	lead=$((2 * lead))
done
year=$(date -u -d '+366 days' +%Y)
within $((lead + 20)) grep -q "/evidence/$year CREATE,ISDIR" "$dir/seen.evidence"
new_csr later later.example.org
chmod 644 "$dir/later.csr"
as games cp "$dir/later.csr" "$ca/requests/" || true
seen_in_it() {
	grep -q "/evidence/$year/[0-9/]*-certificate-issued.json CREATE" \
	    "$dir/seen.evidence"
}
within 5 seen_in_it
