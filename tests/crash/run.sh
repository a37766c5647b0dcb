#!/bin/sh
# `make check-crash`: stop at every step of issuance and revocation, kill one
# of core, signer, herald and main there, and show that DESIGN section 4 holds: every
# C_Sign and C_DeriveKey the token saw has its beginning in the journal, every completed one
# is in the evidence, every other is closed there as abandoned; each cp ends
# with its certificate or an error and nothing; nothing is issued twice.
#	run.sh [VICTIM [POINT]]
set -eu
. "$(dirname "$0")/../run/lib.sh"
export PKIFS_STOP_FILE="$dir/stop"
export PKIFS_SHIM_FILE="$dir/signed"
export PKIFS_SHIM_DELAY=20	# a token is slow; so more is lost in it
stop() { "$B/test/stop" "$PKIFS_STOP_FILE" "$@"; }

issuance="core.received core.judged core.intent-committed signer.begin-synced
	signer.signed signer.end-written core.signed core.reread
	core.result-committed core.published core.replied"
handover="core.received signer.begin-synced signer.unwrapped
	signer.end-written core.judged core.intent-committed
	core.result-committed core.replied"
revocation="core.revocation-committed core.crl-intent-committed
	signer.begin-synced signer.signed signer.end-written core.crl-signed
	core.crl-committed core.crl-published"

# A notice that is out when core or main is killed is told at least once.
notice="core.revocation-committed core.notice-sent main.notice-begun
	main.notice-ended core.notice-recorded"

stop init
make_ca
mkdir "$dir/told"
chmod 777 "$dir/told"
cat >"$dir/command" <<EOF
#!/bin/sh
cat >"$dir/told/\$PKIFS_SERIAL"
EOF
chmod 755 "$dir/command"
printf '\n[notices]\ncommand = %s\nretry = 1 s\n' "$dir/command" \
    >>"$home/pkifs.conf"
sed -i 's/^\[revocation\]/&\nbatch_max_alone = 2500/' "$home/pkifs.conf"
: >"$PKIFS_SHIM_FILE"
chmod 666 "$PKIFS_SHIM_FILE"
# Where the signer may read it: a checkout can lie in a closed folder.
cp "$B/test/p11shim.so" "$dir/p11shim.so"
sed -i "s|^module *=.*|module = $dir/p11shim.so|" "$home/pkifs.conf"
mount_ca
new_csr warm warm.example.org
must cp "$dir/warm.csr" "$ca/requests/"
must test -s "$ca/requests/warm.crt"
# The CA's own certificates, so that no stop is reached by them.
within 20 test -e "$ca/ca/handover.pem"
within 20 test -e "$ca/ca/evidence.pem"

# An external RA, and what it hands over.
new_key ra
openssl req -x509 -new -key "$dir/ra.key" -subj "/CN=RA" -days 30 \
    -addext keyUsage=critical,digitalSignature \
    -addext basicConstraints=critical,CA:FALSE -out "$dir/ra.crt"
box=$(find "$ca/requests" -mindepth 1 -maxdepth 1 -type d | head -n 1)
subscriber=$(basename "$box")
must mkdir "$ca/ra/authorities/north"
cat >"$dir/authority.conf" - "$dir/ra.crt" <<EOF
[authority]
name = North
contract = 1
until = $(date -u -d '+20 days' +%F)
subscribers = $subscriber
names = example.org
profiles = tls-server
validates = yes
EOF
must cp "$dir/authority.conf" "$ca/ra/authorities/north/"
must mv "$ca/ra/pending/"* "$ca/ra/approved/"
pack() {	# SLOT: its request, as $dir/SLOT.p7m
	{
		printf '[package]\nid = crash-%s\nauthority = north\n' "$1"
		printf 'time = %s\n' "$(date -u +%FT%TZ)"
		printf 'subscriber = %s\n' "$subscriber"
		cat "$dir/$1.csr"
	} | openssl cms -sign -nodetach -outform DER -signer "$dir/ra.crt" \
	    -inkey "$dir/ra.key" | openssl cms -encrypt -binary -outform DER \
	    -aes-256-gcm -recip "$ca/ca/handover.pem" \
	    -keyopt ecdh_kdf_md:sha256 >"$dir/$1.p7m"
}

# What holds after every kill.
invariants() {
	must "$pkifs" verify "$ca/evidence" >"$dir/verified"
	python3 "$top/tests/crash/invariants.py" "$PKIFS_SHIM_FILE" \
	    "$home/signer" "$ca/evidence" "$ca/status/issuing.crl" \
	    >"$dir/counts" || fail "at $1, killing $2"
}

there_is() {
	[ -n "$(process "$1")" ]
}

kill_at() {	# victim
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

number=0
try_issuance() {	# point victim
	number=$((number + 1))
	slot=i$number
	new_csr $slot $slot.example.org
	stop arm "$1"
	cp "$dir/$slot.csr" "$ca/requests/" 2>"$dir/cp.err" &
	copy=$!
	stop wait 10 >/dev/null || fail "$1 was never reached"
	kill_at "$2"
	stop release
	rc=0
	wait $copy || rc=$?
	back "$2"
	if [ $rc = 0 ]; then
		within 20 test -s "$ca/requests/$slot.crt"
	elif [ "$2" != main ]; then
		fail "$1, killing $2: cp saw $(cat "$dir/cp.err")"
	else
		# Either nothing of it exists, or it is completed by itself.
		[ ! -e "$ca/requests/$slot.csr" ] ||
		    within 20 test -s "$ca/requests/$slot.crt"
	fi
	must cp "$dir/$slot.csr" "$ca/requests/"
	within 20 test -s "$ca/requests/$slot.crt"
	must verify_certificate "$ca/requests/$slot.crt"
	[ "$(ls "$ca/issued/by-name/$slot.example.org" | wc -l)" = 1 ] ||
	    fail "$1, killing $2: issued twice"
	invariants "$1" "$2"
	echo "ok issuance   $1 ($2)"
}

try_handover() {	# point victim
	number=$((number + 1))
	slot=h$number
	new_csr $slot $slot.example.org
	pack $slot
	stop arm "$1"
	cp "$dir/$slot.p7m" "$ca/requests/" 2>"$dir/cp.err" &
	copy=$!
	stop wait 10 >/dev/null || fail "$1 was never reached"
	kill_at "$2"
	stop release
	rc=0
	wait $copy || rc=$?
	back "$2"
	[ $rc = 0 ] || [ "$2" = main ] ||
	    fail "$1, killing $2: cp saw $(cat "$dir/cp.err")"
	must cp "$dir/$slot.p7m" "$ca/requests/"
	within 20 test -s "$ca/requests/$slot.crt"
	within 20 test -s "$ca/requests/$slot.receipt.p7s"
	must verify_certificate "$ca/requests/$slot.crt"
	[ "$(ls "$ca/issued/by-name/$slot.example.org" | wc -l)" = 1 ] ||
	    fail "$1, killing $2: issued twice"
	received=$(grep -l "crash-$slot" \
	    "$ca"/evidence/*/*/*/*/*handover-received.json | wc -l)
	[ "$received" = 1 ] || fail "$1, killing $2: received $received times"
	invariants "$1" "$2"
	echo "ok handover   $1 ($2)"
}

try_revocation() {	# point victim
	number=$((number + 1))
	slot=v$number
	new_csr $slot $slot.example.org
	must cp "$dir/$slot.csr" "$ca/requests/"
	serial=$(serial_of "$ca/requests/$slot.crt")
	stop arm "$1"
	(echo superseded >"$ca/revoke/$serial") 2>"$dir/echo.err" &
	writer=$!
	stop wait 10 >/dev/null || fail "$1 was never reached"
	kill_at "$2"
	stop release
	rc=0
	wait $writer || rc=$?
	back "$2"
	[ $rc = 0 ] || [ "$2" = main ] ||
	    fail "$1, killing $2: echo saw $(cat "$dir/echo.err")"
	if [ ! -e "$ca/revoke/$serial" ]; then
		must sh -c "echo superseded >'$ca/revoke/$serial'"
	fi
	listed() { openssl crl -in "$ca/status/issuing.crl" -inform DER \
	    -noout -text | grep -q "$serial"; }
	within 20 listed
	invariants "$1" "$2"
	echo "ok revocation $1 ($2)"
}

try_notice() {	# point victim
	number=$((number + 1))
	slot=n$number
	new_csr $slot $slot.example.org
	must cp "$dir/$slot.csr" "$ca/requests/"
	serial=$(serial_of "$ca/requests/$slot.crt")
	stop arm "$1"
	(echo superseded >"$ca/revoke/$serial") 2>"$dir/echo.err" &
	writer=$!
	stop wait 10 >/dev/null || fail "$1 was never reached"
	kill_at "$2"
	stop release
	rc=0
	wait $writer || rc=$?
	back "$2"
	[ $rc = 0 ] || [ "$2" = main ] ||
	    fail "$1, killing $2: echo saw $(cat "$dir/echo.err")"
	if [ ! -e "$ca/revoke/$serial" ]; then
		must sh -c "echo superseded >'$ca/revoke/$serial'"
	fi
	within 20 test -s "$dir/told/$serial"
	within 20 grep -q '^notified:' "$ca/revoke/$serial"
	must cmp "$dir/told/$serial" "$ca/requests/$slot.notice"
	delivered=$(grep -l "\"serial\": \"$serial\"" \
	    "$ca"/evidence/*/*/*/*/*-notice-delivered.json | wc -l)
	[ "$delivered" = 1 ] || fail "$1, killing $2: recorded $delivered times"
	invariants "$1" "$2"
	echo "ok notice     $1 ($2)"
}

# No step in particular: drops and revocations without pause, and kill after
# kill.  While main is killed a call may fail, and is made again.
drop_one() {	# REQUEST, is it to be revoked?
	# A copy: OpenSSL 3.0 reads on for ever when a read fails.
	cp "$dir/$1.csr" "$ca/requests/" &&
	    cp "$ca/requests/$1.crt" "$dir/$1.crt" &&
	    serial=$(serial_of "$dir/$1.crt") || return 1
	[ "$2" = 0 ] || [ -e "$ca/revoke/$serial" ] ||
	    echo superseded >"$ca/revoke/$serial"
}

write_on() {	# VICTIM, its writer's first and last request
	for i in $(seq "$2" "$3"); do
		[ "$1" = main ] ||
		    cp "$dir/$storm-$i.csr" "$ca/requests/" || return 1
		within 60 drop_one $storm-$i $((i % 3 == 0))
	done
}

try_storm() {	# victim
	storm=$1-$number
	new_key $storm
	for i in $(seq 40); do
		cp "$dir/$storm.key" "$dir/$storm-$i.key"
		new_csr $storm-$i $storm-$i.example.org
	done
	writers=
	for writer in 0 1 2 3; do
		write_on "$1" $((10 * writer + 1)) $((10 * writer + 10)) &
		writers="$writers $!"
	done
	for pause in 0.1 0.07 0.31 0.02 0.17 0.11 0.23; do
		sleep $pause
		[ -z "$(process "$1")" ] && [ "$1" != main ] || kill_at "$1"
		back "$1"
	done
	for writer in $writers; do
		wait $writer || fail "killing $1 in a storm: a writer failed"
	done
	number=$((number + 1))
	invariants storm "$1"
	echo "ok storm      ($1)"
}

of() {	# POINTS: those asked for
	for point in $1; do
		case ${wanted:-$point} in "$point") echo "$point" ;; esac
	done
}

. "$(dirname "$0")/decisions.sh"
. "$(dirname "$0")/batches.sh"

victims=${1:-core signer herald main} wanted=${2:-}
for point in $(of "$issuance"); do
	for victim in $victims; do
		try_issuance "$point" "$victim"
	done
done
for point in $(of "$handover"); do
	for victim in $victims; do
		try_handover "$point" "$victim"
	done
done
for point in $(of "$decisions"); do
	for victim in $victims; do
		try_decision "$point" "$victim"
	done
done
for point in $(of "$revocation"); do
	for victim in $victims; do
		try_revocation "$point" "$victim"
	done
done
for point in $(of "$batches"); do
	for victim in $victims; do
		try_batch "$point" "$victim"
	done
done
for point in $(of "$notice"); do
	for victim in $victims; do
		try_notice "$point" "$victim"
	done
done
for victim in $victims; do
	[ -n "$wanted" ] || try_storm "$victim"
done
cat "$dir/counts"
echo "$number passed, 0 failed"
