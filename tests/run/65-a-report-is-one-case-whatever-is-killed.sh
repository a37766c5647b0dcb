# kill -9 of core while twenty reports are being filed: each ends as one case,
# and none is lost or taken twice. (REV-6.2.4-08)
. "$(dirname "$0")/lib.sh"
need_resend
make_ca
sed -i 's/^open_reports_max = .*/open_reports_max = 100/' "$home/pkifs.conf"
mount_ca
reports=$ca/revoke/reports
for i in $(seq 1 20); do
	echo "report $i" >"$dir/r$i.txt"
done
copies=
for i in $(seq 1 20); do
	cp "$dir/r$i.txt" "$reports/" 2>>"$dir/errors" &
	copies="$copies $!"
	case $i in
	7|14)
		pid=$(process core)
		[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || true
		;;
	esac
done
for pid in $copies; do
	wait "$pid" || fail "a copy failed: $(cat "$dir/errors")"
done
for i in $(seq 1 20); do
	within 10 grep -q "state: received" "$reports/r$i.status"
	must cmp "$dir/r$i.txt" "$reports/r$i.txt"
done
[ "$(ls "$ca/ra/pending" | wc -l)" = 20 ] || fail "$(ls "$ca/ra/pending")"
[ "$(ls "$ca"/evidence/*/*/*/*/*-revocation-report-received.json |
    wc -l)" = 20 ] || fail "receipts in evidence"
must "$pkifs" verify "$ca/evidence" >"$dir/verified"
