# What every step of the campaign has: somebody calls, somebody is killed at a
# point on the way, and what must hold afterwards is looked at.
#	killed VICTIM POINT COMMAND...	sets $rc; fails where the call was to
#					succeed: unless main was killed

# What holds after every kill.
invariants() {	# POINT VICTIM
	must "$pkifs" verify "$ca/evidence" >"$dir/verified"
	python3 "$top/tests/crash/invariants.py" "$PKIFS_SHIM_FILE" \
	    "$home/signer" "$ca/evidence" "$ca/status/issuing.crl" \
	    >"$dir/counts" || fail "at $1, killing $2"
}

there_is() {
	[ -n "$(process "$1")" ]
}

kill_one() {	# VICTIM
	case $1 in
	main) kill -9 "$main" ;;
	herald)
		within 15 there_is herald
		kill -9 "$(process herald)" || true ;;
	*) kill -9 "$(process "$1")" || true ;;
	esac
}

is_gone() {
	! mountpoint -q "$ca" && ! pgrep -f "pkifs .*$home" >/dev/null
}

back() {	# after main was killed everything is gone: mount again
	[ "$1" != herald ] || within 15 there_is herald
	[ "$1" = main ] || return 0
	within 15 is_gone
	mount_ca
}

killed() {
	victim=$1 point=$2
	shift 2
	stop arm "$point"
	"$@" 2>"$dir/killed.err" &
	call=$!
	stop wait 60 >/dev/null || fail "$point was never reached"
	[ "$victim" = main ] || within 15 there_is "$victim"
	kill_one "$victim"
	stop release
	rc=0
	wait $call || rc=$?
	back "$victim"
	[ $rc = 0 ] || [ "$victim" = main ] ||
	    fail "$point, killing $victim: $(cat "$dir/killed.err")"
}

issued_once() {	# SLOT POINT VICTIM
	within 20 test -s "$ca/requests/$1.crt"
	must verify_certificate "$ca/requests/$1.crt"
	[ "$(ls "$ca/issued/by-name/$1.example.${4:-org}" | wc -l)" = 1 ] ||
	    fail "$2, killing $3: issued twice"
}

# A certificate, and who writes that it is revoked; sets $slot and $serial.
issue_one() {	# SLOT
	slot=$1
	new_csr $slot $slot.example.org
	must cp "$dir/$slot.csr" "$ca/requests/"
	serial=$(serial_of "$ca/requests/$slot.crt")
}

revoke_it() {
	[ -e "$ca/revoke/$serial" ] || echo superseded >"$ca/revoke/$serial"
}

# recorded EVENT TEXT: by so many events
recorded() {
	grep -l "$2" "$ca"/evidence/*/*/*/*/*-"$1".json 2>/dev/null | wc -l
}
