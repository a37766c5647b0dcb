# The demo makes a CA and shows it, again when it is mounted and when it is not.
. "$(dirname "$0")/lib.sh"

demo() {
	"$top/examples/demo.sh" "$build" "$@" >"$dir/told" 2>&1 ||
	    fail "the demo ended with $?: $(cat "$dir/told")"
}
count() { ls "$ca/issued/by-serial" | wc -l; }
shown() {	# what a reader is to see, in this order
	from=1
	for part; do
		at=$(tail -n "+$from" "$dir/told" | grep -nF -m 1 -- "$part" |
		    cut -d: -f1)
		[ -n "$at" ] || fail "no '$part' after line $from: $(cat "$dir/told")"
		from=$((from + at))
	done
}

# By whoever runs it; and under sudo, for the person behind it.
people_behind=${SUDO_USER:-none}
[ "$(id -u)" != 0 ] || people_behind="none games"
for behind in $people_behind; do
	build=$dir/build-$behind
	home=$build/demo/home
	ca=$build/demo/ca
	unset SUDO_USER
	[ "$behind" = none ] || export SUDO_USER="$behind"
	mkdir "$build"
	must cp "$pkifs" "$build/pkifs"
	before=0
	for time in first mounted stopped; do
		[ $time != stopped ] || demo stop
		[ $time != stopped ] || ! mountpoint -q "$ca" || fail "not unmounted"
		demo
		# The CA is made once, and mounted when it is not.
		[ $time = first ] || lacks "A CA is made" "$dir/told"
		[ $time != mounted ] || lacks "pkifs mount" "$dir/told"
		[ $time != first ] || shown "A CA is made" "pkifs mount"
		shown "cp $build/demo/www-" "state: issued" "openssl verify" ": OK" \
		    "openssl ocsp" ": good" "echo keyCompromise" "openssl crl" \
		    "Key Compromise" "openssl ocsp" ": revoked" "$ca/evidence/" \
		    "pkifs verify" ": intact" "cp a request into $ca/requests/" \
		    "make demo-stop"
		must test -s "$ca/README.txt"
		[ "$(count)" -gt $before ] || fail "no certificate came of it"
		before=$(count)
	done
	[ "$behind" = none ] ||
	    [ "$(stat -c %U "$ca"/requests/www-*.crt | sort -u)" = "$behind" ] ||
	    fail "the demo is not of the person behind sudo"
	demo stop
	! mountpoint -q "$ca" || fail "not unmounted"
done
