# Whoever scrapes metrics.prom or looks at index.html each second sees how the
# CA stands: of now, whole, in the right form, at little cost, and what is open
# stays as it was.
. "$(dirname "$0")/lib.sh"
make_ca --name "R&D SANDBOX"
grep -q '^shards' "$home/pkifs.conf" &&
    sed -i 's/^shards = .*/shards = 2/' "$home/pkifs.conf" ||
    sed -i 's/^\[status\]$/&\nshards = 2/' "$home/pkifs.conf"
mount_ca
metrics=$ca/status/metrics.prom

# NAME{LABELS} of a metric, and what it is now.
value() { awk -v n="$1" 'substr($0, 1, length(n) + 1) == n " " { print $2 }' "$metrics"; }
is() { [ "$(value "$1")" = "$2" ]; }
check() {
	must cp -f "$metrics" "$dir/metrics"
	must python3 "$top/tests/run/prometheus.py" "$dir/metrics"
	sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' "$dir/metrics" >"$dir/names"
	while read -r name; do
		grep -qE "^$name[{ ]" "$top/docs/FORMAT.metrics" ||
		    fail "docs/FORMAT.metrics does not list $name"
	done <"$dir/names"
}

check
must is pkifs_sandbox 1
must is 'pkifs_certificates_issued_total{profile="tls-server"}' ''
must is pkifs_build_info'{version="0.1"}' 1
within 20 is 'pkifs_key_ready{key="issuing"}' 1

# What is done is in them at once (a second is how old they may be).
for i in 1 2 3; do
	new_csr w$i w$i.example.org
	must cp "$dir/w$i.csr" "$ca/requests/"
done
new_csr net www.example.net
must cp "$dir/net.csr" "$ca/requests/"
must sh -c "echo superseded >'$ca/revoke/$(serial_of "$ca/requests/w3.crt")'"
within 5 is 'pkifs_certificates_issued_total{profile="tls-server"}' 3
within 5 is 'pkifs_certificates_revoked{reason="superseded"}' 1
within 5 is 'pkifs_requests_open{state="pending"}' 1
within 5 is 'pkifs_dossiers_waiting{kind="request",place="pending"}' 1
# One of the shards has it at once, the full one follows.
shard_entries() {
	awk '/^pkifs_crl_entries\{ca="issuing",list="shard-/ { n += $2; c++ }
	    END { exit !(n == 1 && c == 2) }' "$metrics"
}
within 5 shard_entries
within 60 is 'pkifs_crl_entries{ca="issuing",list="full"}' 1
within 5 is pkifs_revocations_unpublished 0
within 5 is 'pkifs_events_total{event="certificate-issued"}' \
    "$(ls "$ca"/evidence/*/*/*/*/*-certificate-issued.json | wc -l)"
must is pkifs_tally_behind 0
# A reason that is changed is counted once.
must sh -c "echo keyCompromise >'$ca/revoke/$(serial_of "$ca/requests/w3.crt")'"
within 5 is 'pkifs_certificates_revoked{reason="keyCompromise"}' 1
must is 'pkifs_certificates_revoked{reason="superseded"}' 0
check

# What is shipped to alert by, alerts by what there is.
rules=$top/examples/prometheus
must python3 "$top/tests/run/rules.py" "$rules/pkifs-alerts.yml" \
    "$rules/prometheus.yml" "$top/docs/FORMAT.metrics"
if command -v promtool >/dev/null; then
	must promtool check rules "$rules/pkifs-alerts.yml" >"$dir/promtool"
	must promtool check metrics <"$dir/metrics" >>"$dir/promtool"
fi

# OCSP for what was never issued is told apart.
openssl ocsp -issuer "$ca/ca/issuing.pem" -serial 0x0123456789 \
    -reqout "$dir/never.req" -no_nonce >/dev/null 2>&1
must test -s "$ca/status/ocsp/$(base64 -w0 "$dir/never.req" | sed "s,/*$,,")"
within 5 is pkifs_ocsp_unknown_serial_total 1

# health.txt and the metrics say the same.
same_health() {
	sed 1d "$ca/status/health.txt" | awk '{ s["ok"] = 0; s["warn"] = 1
	    s["fail"] = 2; print "pkifs_health{check=\"" $2 "\"} " s[$1] }' \
	    >"$dir/health"
	grep '^pkifs_health{' "$metrics" | cmp -s - "$dir/health"
}
within 5 same_health
for check in publication crl root-crl issuing-key ocsp-key evidence-key store \
    disk clock deadlines checkpoint; do
	grep -q "^[a-z]*  *$check  " "$ca/status/health.txt" ||
	    fail "no line for $check"
done

# So does the page; each is taken until no second passed between them.
same_page() {
	cp -f "$ca/status/index.html" "$dir/index.html" &&
	    cp -f "$ca/status/health.txt" "$dir/health.txt" &&
	    cp -f "$metrics" "$dir/metrics" &&
	    python3 "$top/tests/run/page.py" "$dir/index.html" \
	    "$dir/health.txt" "$dir/metrics" "R&D SANDBOX CA" \
	    >"$dir/said" 2>&1
}
(within 10 same_page) || fail "$(cat "$dir/said")"
# A suspension, a refusal and a key that is away, too.
signer=$(process signer)
kill -STOP "$signer"
(echo superseded >"$ca/revoke/$(serial_of "$ca/requests/w2.crt")") &
within 20 grep -q '^fail *publication' "$ca/status/health.txt"
(within 10 same_page) || fail "$(cat "$dir/said")"
grep -q 'class="problems fail"' "$dir/index.html" || fail "no failure on top"
is 'pkifs_health{check="publication"}' 2 || fail "not in the metrics"
within 5 is 'pkifs_revocation_deadlines_open{method="CRL"}' 1
left=$(value 'pkifs_revocation_deadline_seconds{method="CRL"}')
[ "${left%.*}" -gt 3600 ] && [ "${left%.*}" -le 86400 ] ||
    fail "$left seconds to the deadline"
kill -CONT "$signer"
within 20 grep -q '^ok *publication' "$ca/status/health.txt"
within 5 is pkifs_revocations_unpublished 0

# Rendered once a second at most, however often it is asked for.
before=$(value pkifs_live_rendered_total)
begun=$(date +%s%N)
for i in $(seq 1 300); do
	cat "$metrics" >/dev/null
done
ended=$(date +%s%N)
after=$(value pkifs_live_rendered_total)
[ $((after - before)) -le $(((ended - begun) / 1000000000 + 2)) ] ||
    fail "$((after - before)) times in $(((ended - begun) / 1000000)) ms"

# What is open is a snapshot, its size is true, and its inode another one.
exec 6<"$metrics"
old=$(stat -L -c '%i %s' /dev/fd/6)
new_csr w4 w4.example.org
must cp "$dir/w4.csr" "$ca/requests/"
within 5 is 'pkifs_certificates_issued_total{profile="tls-server"}' 4
[ "$(stat -c %i "$metrics")" != "${old% *}" ] || fail "the same inode"
cat <&6 >"$dir/old"
[ "$(stat -L -c '%i %s' /dev/fd/6)" = "$old" ] || fail "the open file changed"
[ "$(wc -c <"$dir/old")" = "${old#* }" ] || fail "its size was not true"
says 'pkifs_certificates_issued_total{profile="tls-server"} 3' "$dir/old"
exec 6<&-
# The mode of the file stops everybody but root.
denied="Permission denied"
[ "$(id -u)" != 0 ] || denied="not permitted"
refuses "$denied" sh -c "echo x >>'$metrics'"
refuses "not permitted" rm "$metrics"

# Totals outlive core, killed or not.
kill -9 "$(process core)"
within 20 is 'pkifs_certificates_issued_total{profile="tls-server"}' 4
must "$pkifs" umount "$ca"
mount_ca
must is 'pkifs_certificates_issued_total{profile="tls-server"}' 4
must is 'pkifs_certificates_revoked{reason="keyCompromise"}' 1
check
