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

for where in "" ca requests issued issued/by-serial issued/by-serial/$serial \
    revoke status status/ocsp evidence evidence/documents; do
	refuses "" mkdir "$ca/$where/new"
	refuses "" ln -s x "$ca/$where/new"
	refuses "" mkfifo "$ca/$where/new"
	refuses "" ln "$ca/README.txt" "$ca/$where/new"
	case $where in
	requests) continue ;;
	esac
	refuses "" touch "$ca/$where/new"
	must test ! -e "$ca/$where/new"
done
refuses "not permitted" mkdir "$ca/.Trash-0"

for file in README.txt ca/root.pem status/issuing.crl requests/www.crt \
    requests/www.status issued/by-serial/$serial/cert.pem; do
	refuses "" sh -c "echo x >'$ca/$file'"
	refuses "" sh -c "echo x >>'$ca/$file'"
	refuses "" truncate -s 0 "$ca/$file"
	refuses "" rm -f "$ca/$file"
	refuses "" mv "$ca/$file" "$ca/requests/moved"
done
event=$(ls -d "$ca"/evidence/*/*/*/*/*.json | head -n 1)
refuses "" rm -f "$event"
refuses "" sh -c "echo x >'$event'"

# rm -rf on everything takes what is droppable, and nothing else.
rm -rf "$ca"/README.txt "$ca"/ca "$ca"/issued "$ca"/revoke "$ca"/status \
    "$ca"/evidence 2>/dev/null && fail "rm -rf said it was done"
names >"$dir/after"
must diff "$dir/before" "$dir/after"
must "$pkifs" verify "$ca/evidence"

# Another name for a request stays a scratch copy; a request is not renamed.
new_csr two two.example.org
must cp "$dir/two.csr" "$ca/requests/"
refuses "not permitted" mv "$ca/requests/two.csr" "$ca/requests/three.csr"
# statfs never says full.
[ "$(df --output=avail "$ca" | tail -n 1)" -gt 0 ] || fail "no space, says df"
