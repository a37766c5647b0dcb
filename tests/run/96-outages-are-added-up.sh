# What probes saw is a failure of health, an event past the maximum, and a report.
. "$(dirname "$0")/lib.sh"
make_ca
sed -i 's/^outage_max = .*/outage_max = 1 h/' "$home/pkifs.conf"
line() {	# seconds ago, service, true or false
	printf '{"time":"%s","service":"%s","ok":%s,"url":"http://h/x",' \
	    "$(date -u -d "@$(($(date +%s) - $1))" +%FT%TZ)" "$2" "$3"
	printf '"milliseconds":1,"why":"nobody answers"}\n'
}
# Last month it was out for two hours, and all was well since.
last=$(date -u -d "$(date -u +%Y-%m-15) -1 month" +%Y-%m)
{
	for at in "10T00:00:00Z true" "10T00:30:00Z false" "10T02:30:00Z true"; do
		printf '{"time":"%s-%s","service":"crl","ok":%s,' "$last" $at
		printf '"url":"http://h","milliseconds":1,"why":"x"}\n'
	done
} >"$home/probes/far.log"
mount_ca
health() { grep "^$1 .* *probes " "$ca/status/health.txt" >"$dir/line"; }
event() { ls "$ca"/evidence/*/*/*/*/*-"$1".json >"$dir/events" 2>/dev/null; }

within 30 event availability-reported
report=$(python3 -c "import json, sys
print(json.load(open(sys.argv[1]))['input'][0]['sha256'])" \
    "$(head -n 1 "$dir/events")")
says "Availability in $last" "$ca/evidence/documents/$report"
grep '^crl .*7200.*broken$' "$ca/evidence/documents/$report" >/dev/null ||
    fail "$(cat "$ca/evidence/documents/$report")"

# Now it is out: seen at once, and counted; half a line is waited for.
line 60 crl false >>"$home/probes/near.log"
within 30 health fail
says "crl is out since" "$dir/line"
grep -q '^pkifs_probe_up{service="crl"} 0' "$ca/status/metrics.prom" ||
    fail "metrics do not say so"
says "As seen from outside" "$ca/status/index.html"
line 0 crl true >"$dir/good"
head -c 40 "$dir/good" >>"$home/probes/near.log"
tail -c +41 "$dir/good" >>"$home/probes/near.log"
echo "not a line" >>"$home/probes/near.log"
within 30 health ok
event outage-limit-passed && fail "a minute is less than an hour"

# Past the maximum it is an event, once a month, also after a restart.
line 7200 ocsp false >"$home/probes/third.log"
month_began=$(date -u -d "$(date -u +%Y-%m-01)" +%s)
if [ $(($(date +%s) - month_began)) -gt 7300 ]; then
	within 30 event outage-limit-passed
	says '"ocsp"' "$(head -n 1 "$dir/events")"
	"$pkifs" reload "$home"
	within 30 health fail
	event outage-limit-passed
	[ "$(wc -l <"$dir/events")" -eq 1 ] || fail "told twice"
	event availability-reported
	[ "$(wc -l <"$dir/events")" -eq 1 ] || fail "reported twice"
fi
