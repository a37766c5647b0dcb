#!/bin/sh
# `make check-crash`: stop at every step of issuance and revocation, kill one
# of core, signer, herald and main there, and show that DESIGN section 4 holds: every
# C_Sign and C_DeriveKey the token saw has its beginning in the journal, every completed one
# is in the evidence, every other is closed there as abandoned; each cp ends
# with its certificate or an error and nothing; nothing is issued twice.
#	run.sh [VICTIM [POINT]]
set -eu
. "$(dirname "$0")/../run/lib.sh"
. "$(dirname "$0")/lib.sh"

issuance="core.received core.permitted core.tbs-built core.linted
	core.judged core.commit-written core.intent-committed
	signer.begin-synced signer.signed signer.end-written core.signed
	core.reread core.result-committed core.published core.replied"
handover="core.received signer.begin-synced signer.unwrapped
	signer.end-written core.judged core.intent-committed
	core.result-committed core.replied"
revocation="core.commit-written core.revocation-committed
	core.crl-intent-committed
	signer.begin-synced signer.signed signer.end-written core.crl-signed
	core.crl-committed core.crl-published"

# A notice that is out when core or main is killed is told at least once.
notice="core.revocation-committed core.notice-sent main.notice-begun
	main.notice-ended core.notice-recorded"

new_stops
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
new_shim 20	# a token is slow; so more is lost in it
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

number=0
try_issuance() {	# point victim
	number=$((number + 1))
	slot=i$number
	new_csr $slot $slot.example.org
	killed "$2" "$1" cp "$dir/$slot.csr" "$ca/requests/"
	# Either nothing of it exists, or it is completed by itself.
	[ $rc != 0 ] && [ ! -e "$ca/requests/$slot.csr" ] ||
	    within 20 test -s "$ca/requests/$slot.crt"
	must cp "$dir/$slot.csr" "$ca/requests/"
	issued_once $slot "$1" "$2"
	invariants "$1" "$2"
	echo "ok issuance   $1 ($2)"
}

try_handover() {	# point victim
	number=$((number + 1))
	slot=h$number
	new_csr $slot $slot.example.org
	pack $slot
	killed "$2" "$1" cp "$dir/$slot.p7m" "$ca/requests/"
	must cp "$dir/$slot.p7m" "$ca/requests/"
	within 20 test -s "$ca/requests/$slot.receipt.p7s"
	issued_once $slot "$1" "$2"
	[ "$(recorded handover-received "crash-$slot")" = 1 ] ||
	    fail "$1, killing $2: not received once"
	invariants "$1" "$2"
	echo "ok handover   $1 ($2)"
}

try_revocation() {	# point victim
	number=$((number + 1))
	issue_one v$number
	killed "$2" "$1" revoke_it
	must revoke_it
	listed() { openssl crl -in "$ca/status/issuing.crl" -inform DER \
	    -noout -text | grep -q "$serial"; }
	within 20 listed
	invariants "$1" "$2"
	echo "ok revocation $1 ($2)"
}

try_notice() {	# point victim
	number=$((number + 1))
	issue_one n$number
	killed "$2" "$1" revoke_it
	must revoke_it
	within 20 test -s "$dir/told/$serial"
	within 20 grep -q '^notified:' "$ca/revoke/$serial"
	must cmp "$dir/told/$serial" "$ca/requests/$slot.notice"
	[ "$(recorded notice-delivered "\"serial\": \"$serial\"")" = 1 ] ||
	    fail "$1, killing $2: not recorded once"
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
		[ -z "$(process "$1")" ] && [ "$1" != main ] || kill_one "$1"
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
campaign() {	# TRY POINTS
	for point in $(of "$2"); do
		for victim in $victims; do
			"$1" "$point" "$victim"
		done
	done
}

campaign try_issuance "$issuance"
campaign try_handover "$handover"
campaign try_decision "$decisions"
campaign try_revocation "$revocation"
campaign try_batch "$batches"
campaign try_notice "$notice"
for victim in $victims; do
	[ -n "$wanted" ] || try_storm "$victim"
done
cat "$dir/counts"
echo "$number passed, 0 failed"
