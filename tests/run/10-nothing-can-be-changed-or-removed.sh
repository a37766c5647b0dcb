# mkdir, ln, mknod, rm -rf and writing are refused everywhere they mean nothing.
# (DIS-6.5.5-05: no certificate is added, deleted or changed from outside.)
. "$(dirname "$0")/lib.sh"
new_ca
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/www.crt")
must sh -c "echo superseded >'$ca/revoke/$serial'"
# A refusal's sentence appears for who was refused.
names() {
	find "$ca" -not -path '*/evidence/*' -not -path '*/status/*' \
	    -not -path '*/revoke/refused/*' | sort
}
# The CA's own certificates come by themselves.
within 20 test -e "$ca/ca/evidence.pem"
within 20 test -e "$ca/ca/handover.pem"
names >"$dir/before"

no="Operation not permitted"
# Every folder there is, of the hours of evidence the first; with subscriber
# boxes and the desk.
hour=$(ls -d "$ca"/evidence/*/*/*/* | head -n 1)
(cd "$ca" && find . -type d -not -path './evidence/2*') >"$dir/folders"
echo "${hour#"$ca"/}" >>"$dir/folders"
for where in . ra/pending ra/subscribers requests/root/tls-server revoke/by-key \
    status/crl issued/by-serial/$serial evidence/by-request; do
	[ "$(id -u)" = 0 ] || case $where in requests/root*) continue ;; esac
	grep -qxF "./${where#.}" "$dir/folders" || [ $where = . ] ||
	    fail "$where is not among: $(cat "$dir/folders")"
done
while read -r where; do
	refuses "$no" ln -s x "$ca/$where/link"
	refuses "$no" mkfifo "$ca/$where/pipe"
	[ "$(id -u)" != 0 ] || refuses "$no" mknod "$ca/$where/device" c 1 3
	refuses "$no" ln "$ca/README.txt" "$ca/$where/hard"
	# A draft of a registration begins with a folder of that name.
	case $where in
	./ra/subscribers|./ra/authorities) continue ;;
	esac
	refuses "$no" mkdir "$ca/$where/new"
	# Scratch, and lists of revocations; a name in revoke/ is a certificate.
	case $where in
	./requests|./requests/*|./revoke/batch) ;;
	./revoke|./revoke/by-key)
		refuses "No such file or directory" touch "$ca/$where/new" ;;
	*)	refuses "$no" touch "$ca/$where/new" ;;
	esac
done <"$dir/folders"
refuses "$no" mkdir "$ca/.Trash-0"

# And no file of ours is written, emptied, removed or moved: the errno of each.
event=$(ls -d "$ca"/evidence/*/*/*/*/*.json | head -n 1)
document=$(ls -d "$ca"/evidence/documents/* | head -n 1)
python3 - "$ca" $serial README.txt ca/root.pem ca/cps/1.txt status/issuing.crl \
    status/health.txt requests/www.crt requests/www.status revoke/HOWTO.txt \
    issued/by-serial/$serial/cert.pem "${event#"$ca"/}" "${document#"$ca"/}" \
    <<'P' || fail "it is not EPERM"
import errno, os, sys
ca, serial, *files = sys.argv[1:]
def refused(act, file, do):
    try:
        do(f'{ca}/{file}')
    except OSError as e:
        assert e.errno == errno.EPERM, (act, file, e)
        return
    raise AssertionError(f'{act} {file}: it was done')
def opened(flags):
    return lambda path: os.write(os.open(path, os.O_WRONLY | flags), b'x')
def moved(path):
    os.rename(path, f'{ca}/requests/moved')
for file in files:
    refused('write', file, opened(0))
    refused('append', file, opened(os.O_APPEND))
    refused('open to empty', file, opened(os.O_TRUNC))
    refused('truncate', file, lambda path: os.truncate(path, 0))
for file in files + [f'revoke/{serial}']:
    refused('remove', file, os.unlink)
    refused('move', file, moved)
assert not os.path.exists(f'{ca}/requests/moved')
P

# rm -rf on everything takes what is droppable, and nothing else.
names >"$dir/now"
must diff "$dir/before" "$dir/now"
rm -rf "$ca"/README.txt "$ca"/ca "$ca"/issued "$ca"/revoke "$ca"/status \
    "$ca"/evidence "$ca"/ra 2>"$dir/said" && fail "rm -rf said it was done"
says "$no" "$dir/said"
lacks "No such|Input/output|not connected" "$dir/said"
names >"$dir/after"
must diff "$dir/before" "$dir/after"
rm -rf "$ca"/* 2>/dev/null && fail "rm -rf said it was done"
names >"$dir/after"
grep -v '/requests/www\.' "$dir/before" >"$dir/left"
must diff "$dir/left" "$dir/after"
must test -s "$ca/issued/by-serial/$serial/cert.pem"
must "$pkifs" verify "$ca/evidence"
# What was cleared away is the same again.
new_csr again again.example.org
must cp "$dir/again.csr" "$ca/requests/"
again=$(serial_of "$ca/requests/again.crt")
rm -rf "$ca"/requests 2>/dev/null && fail "rm -rf said it was done"
must test ! -e "$ca/requests/again.csr"
must cp "$dir/again.csr" "$ca/requests/"
[ "$(serial_of "$ca/requests/again.crt")" = "$again" ] ||
    fail "another certificate for the same request"

# Another name for a request stays a scratch copy; a request is not renamed.
new_csr two two.example.org
must cp "$dir/two.csr" "$ca/requests/"
refuses "not permitted" mv "$ca/requests/two.csr" "$ca/requests/three.csr"
# statfs never says full.
[ "$(df --output=avail "$ca" | tail -n 1)" -gt 0 ] || fail "no space, says df"
