#!/bin/sh
# status/index.html of a CA that has lived a month, in a real browser: right at
# 360 and 1400 pixels, light, dark and printed, when all is well and when not.
#	run.sh [FOLDER]		pictures of the first go to FOLDER, and all,
#				and as it is printed, to build/page
. "$(dirname "$0")/../run/lib.sh"
page=$B/page
rm -rf "$page"
mkdir -p "$page/well" "$page/trouble"

# DAYS ago: the clock of all that is started from here on.
at_day() { export PKIFS_TEST_STEP="0:-$(($1 * 86400))"; }
drop() {
	number=$((number + 1))
	new_csr "w$number" "w$number.example.org"
	must cp "$dir/w$number.csr" "$ca/requests/"
}
revoke() {
	revoked=$((revoked + 1))
	serial=$(serial_of "$ca/requests/w$revoked.crt")
	must sh -c "echo $1 >'$ca/revoke/$serial'"
}

export PKIFS_TEST_SYNCHRONISED=yes
at_day 29
make_ca --name "Example Organisation SANDBOX"
sed -i 's/^decision_max = .*/&\ndeadlines = keyCompromise 4 h/' \
    "$home/pkifs.conf"
number=0
revoked=0
day=29
while [ $day -ge 0 ]; do
	at_day $day
	mount_ca
	for i in $(seq 1 $(((day * 7 + day / 3 + 2) % 6 + (day % 7 > 1)))); do
		drop
	done
	case $day in
	21) revoke superseded; revoke superseded ;;
	12) revoke keyCompromise ;;
	6|3) revoke cessationOfOperation; revoke superseded ;;
	esac
	[ $day = 0 ] || must "$pkifs" umount "$ca"
	day=$((day - 1))
done
new_csr net www.example.net
must cp "$dir/net.csr" "$ca/requests/"
well() { ! grep -q '^fail' "$ca/status/health.txt"; }
within 20 well

shows() { cp "$ca/status/index.html" "$dir/index.html" && grep -qF "$1" "$dir/index.html"; }
within 10 shows "$number"
must python3 "$top/tests/page/look.py" "$dir/index.html" "$page/well"

# A signer that does not answer: what waits, and what is not there.
signer=$(process signer)
kill -STOP "$signer"
revoked=$((revoked + 1))
(echo keyCompromise >"$ca/revoke/$(serial_of "$ca/requests/w$revoked.crt")") &
within 20 grep -q '^fail .* publication' "$ca/status/health.txt"
within 5 shows 'class="problems fail"'
must python3 "$top/tests/page/look.py" "$dir/index.html" "$page/trouble"
kill -CONT "$signer"
[ $# = 0 ] || cp "$page/well/page-360.png" "$page/well/page-1400.png" "$1"
