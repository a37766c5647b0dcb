# kill -9 of core while forty cp are in flight: each ends with its certificate.
. "$(dirname "$0")/lib.sh"
new_ca
need_resend
for i in $(seq 1 40); do
	new_csr k$i k$i.example.org
done
must cp "$dir/k1.csr" "$ca/requests/first.csr"
exec 9<"$ca/requests/first.crt"
head -c 100 <&9 >"$dir/head"
core=$(process core)

copies=
for i in $(seq 1 40); do
	cp "$dir/k$i.csr" "$ca/requests/" 2>>"$dir/errors" &
	copies="$copies $!"
	case $i in
	10|20|30)
		pid=$(process core)
		[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || true
		;;
	esac
done
for pid in $copies; do
	wait "$pid" || fail "a copy failed: $(cat "$dir/errors")"
done
[ ! -s "$dir/errors" ] || fail "$(cat "$dir/errors")"
for i in $(seq 1 40); do
	within 10 test -s "$ca/requests/k$i.crt"
	must verify_certificate "$ca/requests/k$i.crt"
	must cmp "$dir/k$i.csr" "$ca/requests/k$i.csr"
done
# One each and the CA's own three: nothing was issued twice.
[ "$(ls "$ca/issued/by-serial" | wc -l)" -le 44 ] ||
    fail "$(ls "$ca/issued/by-serial" | wc -l) certificates for 41 requests"
# An open file reads on.
cat <&9 >>"$dir/head"
must cmp "$dir/head" "$ca/requests/first.crt"
[ "$(process core)" != "$core" ] || fail "it was never killed"
must "$pkifs" verify "$ca/evidence"
# A revocation over a crash.
serial=$(serial_of "$ca/requests/k1.crt")
kill -9 "$(process core)"
must sh -c "echo superseded >'$ca/revoke/$serial'"
