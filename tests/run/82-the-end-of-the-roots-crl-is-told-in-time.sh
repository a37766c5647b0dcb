# 90, 30 and 7 days before the root's CRL ends, and when it has, health says so
# and an event tells it, once each; a new one ends the alarm. (CSS-6.3.9-12)
. "$(dirname "$0")/lib.sh"
make_ca
end=$(date -d "$(openssl crl -in "$home/ca/root.crl" -inform DER -noout \
    -nextupdate | cut -d= -f2)" +%s)
told() {
	[ "$(ls "$ca"/evidence/*/*/*/*/*-root-crl-due.json 2>/dev/null |
	    wc -l)" = "$1" ]
}
health() { grep -q "^$1 .* root-crl " "$ca/status/health.txt"; }
mount_at() {	# seconds before its end
	PKIFS_TEST_CLOCK=$((end - $1))
	export PKIFS_TEST_CLOCK
	mount_ca
}

day=86400
events=0
for row in 91:ok:0 90:warn:1 89:warn:0 30:warn:1 6:fail:1 5:fail:0 -1:fail:1; do
	days=${row%%:*}
	more=${row##*:}
	state=${row#*:}
	state=${state%:*}
	events=$((events + more))
	mount_at $((days * day))
	within 20 health "$state"
	within 20 told $events
	must "$pkifs" umount "$ca"
done
last=$(mount_at $((5 * day)) && ls "$ca"/evidence/*/*/*/*/*-root-crl-due.json |
    sort | tail -n 1)
says '"outcome": "over"' "$last"
says CSS-6.3.9-12 "$last"

# The next one, made in time, is published and has alarms of its own.
must "$pkifs" root-crl "$home"
must "$pkifs" reload "$home"
within 20 health ok
told $events || fail "told of the new one"
openssl crl -in "$ca/status/root.crl" -inform DER -noout -text |
    grep -A1 "CRL Number" | grep -qx " *2" || fail "the new one is not published"
