# What every story starts with.  A story is one sentence that must be true,
# told on a real mount with a real token; it ends with 0 (true), 1 (not) or 77
# (cannot be told here, with the reason).
#
#	new_ca [init options]	a CA in $home, mounted on $ca
#	new_key NAME TYPE	a private key $dir/NAME.key (ec, rsa)
#	new_csr NAME DNS...	a request $dir/NAME.csr with these names
#	must COMMAND...		it succeeds
#	refuses TEXT COMMAND...	it fails and says TEXT
#	within SECONDS COMMAND	it succeeds before that, asked again and again
#	says TEXT FILE		FILE contains TEXT
#	lacks PATTERN FILE...	none of them does, and all could be read
#	events NAME		how many events of this name there are
#	newest NAME		the file of the last of them
#	changed WHAT OLD NEW	an event tells of it, with both digests
#	crl OPTIONS...		what openssl says of the issuing CA's CRL
#	as USER COMMAND...	run by another person
#	new_group NAME		a Unix group for this story
#	new_person NAME GROUP..	a Unix user for this story, in these groups
#	new_responder [options] DIR...	`pkifs respond` at $url
#	new_stops		a stop page, before new_ca: named points and faults
#	stop COMMAND...		tests/tools/stop.c on it
#	new_shim [MS]		after make_ca: a token that counts in $dir/signed
#				and takes so long for a signature
#	need_resend		Linux 6.9: a core goes on where one was killed
#	has_resend		the same, asked
#	appoint NAME ROLES [KEY=VALUE...]	a section of appointments.conf

set -eu
umask 022
top=$(cd "$(dirname "$0")/../.." && pwd)
B=${PKIFS_BUILD:-$top/build}
pkifs=$B/test/pkifs
dir=$(mktemp -d "${TMPDIR:-/tmp}/pkifs-story.XXXXXX")
chmod 755 "$dir"
home=$dir/home
ca=$dir/ca
children=
people=
groups=
export LC_ALL=C
# libfuse keeps the mount point it was given when a session ends without
# unmounting (main's does: its descriptor goes on); 3.14, 2026-11.
echo leak:fuse_session_mount >"$dir/lsan"
export LSAN_OPTIONS="suppressions=$dir/lsan:print_suppressions=0"
unset PKIFS_STOP_FILE PKIFS_TEST_CLOCK PKIFS_TEST_SEED PKIFS_TEST_STEP \
    PKIFS_TEST_SYNCHRONISED 2>/dev/null || true

# What a sanitizer said, wherever a program of this story wrote: the log of a
# mount with -f, that of a daemon in its home, the file a verb spoke into.  And
# a process that was started again after a fault of its own is one.
reports() {
	logs=$(find "$dir" -xdev -path '*/run/log')
	grep -aE 'Sanitizer|runtime error:|signal (6|11) ' "$dir/log" \
	    "$home/run/log" $logs 2>/dev/null
	find "$dir" -xdev -type f -size -2048k ! -name log \
	    -exec grep -aHE 'Sanitizer:|runtime error:' {} + 2>/dev/null
}

end_story() {
	status=${told:-$?}
	set +e
	for child in $children; do
		kill "$child" 2>/dev/null
	done
	main=$(cat "$home/run/lock" 2>/dev/null)
	[ -n "$main" ] && kill "$main" 2>/dev/null
	timeout 10 "$pkifs" umount "$ca" >/dev/null 2>&1
	mountpoint -q "$ca" 2>/dev/null && umount -l "$ca" 2>/dev/null
	# It may have a last word, and publish for a last time.
	for tenth in 1 2 3 4 5 6 7 8 9 10; do
		grep -qs '^State:.[^Z]' "/proc/$main/status" || break
		sleep 0.1
	done
	if [ $status -eq 0 ] &&
	    reports | sort -u | sed 's/^/    log: /' | grep . >&2; then
		status=1
	fi
	if [ $status -ne 0 ] && [ $status -ne 77 ]; then
		[ -f "$dir/log" ] && tail -n 40 "$dir/log" | sed 's/^/    log: /'
	fi
	for made in $people; do
		userdel -f "$made" 2>/dev/null
	done
	for made in $groups; do
		groupdel "$made" 2>/dev/null
	done
	cd /
	rm -rf --one-file-system "$dir"
	exit $status
}
trap end_story EXIT
trap 'exit 1' INT TERM HUP

fail() {
	echo "    $*" >&2
	exit 1
}

skip() {
	echo "    cannot be told here: $*" >&2
	exit 77
}

must() {
	"$@" || fail "this failed ($?): $*"
}

# The words of the error matter: they are what a person reads.
refuses() {
	wanted=$1
	shift
	if said=$("$@" 2>&1); then
		fail "this should have been refused ($wanted): $*"
	fi
	case $said in
	*"$wanted"*) ;;
	*) fail "wanted '$wanted' from: $*: $said" ;;
	esac
}

within() {
	until_=$(($(date +%s) + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -le "$until_" ] || fail "never happened: $*"
		sleep 0.05
	done
}

says() {
	grep -qF -- "$1" "$2" || fail "$2 does not say '$1': $(cat "$2")"
}

# What cannot be read shows nothing.
lacks() {	# PATTERN FILE...
	text=$1
	shift
	[ $# -gt 0 ] || fail "no file that may lack '$text'"
	found=0
	grep -aE -e "$text" -- "$@" >"$dir/found" || found=$?
	[ $found != 0 ] || fail "this says '$text': $*: $(head -n 5 "$dir/found")"
	[ $found = 1 ] || fail "cannot be read: $*"
}

events() {
	ls "$ca"/evidence/*/*/*/*/*-"$1".json 2>/dev/null | wc -l
}

newest() {
	ls "$ca"/evidence/*/*/*/*/*-"$1".json | tail -n 1
}

crl() {
	openssl crl -in "$ca/status/issuing.crl" -inform DER -noout "$@"
}

changed() {
	grep -hF "\"what\": \"$1\"" "$ca"/evidence/*/*/*/*/*-changed.json |
	    grep -F "\"old\": \"$2\"" | grep -qF "\"new\": \"$3\""
}

as() {
	person=$1
	shift
	runuser -u "$person" -- "$@"
}

# Left over from a story that was killed they are made anew.
new_group() {
	groupdel "$1" 2>/dev/null || true
	must groupadd "$1"
	groups="$groups $1"
}

new_person() {
	who=$1
	shift
	in=$(echo "$*" | tr ' ' ,)
	userdel "$who" 2>/dev/null || true
	must useradd --no-create-home --no-user-group --gid nogroup \
	    --shell /bin/sh ${in:+--groups "$in"} "$who"
	people="$people $who"
}

appoint() {
	{
		echo "[$1]"
		echo "user = $1"
		echo "roles = $2"
		echo "since = $(date -u -d '-2 days' +%F)"
		echo "accepted = $(date -u -d '-2 days' +%F)"
		echo "training_until = $(date -u -d '+200 days' +%F)"
		echo "appointed_by = story"
	} >>"$home/appointments.conf"
	shift 2
	for line; do
		key=${line%%=*}
		if grep -q "^$key =" "$home/appointments.conf" &&
		    [ "$key" != certificate ] && [ "$key" != person ]; then
			# the last section's
			sed -i "$(grep -n "^$key =" "$home/appointments.conf" |
			    tail -n 1 | cut -d: -f1)s/=.*/= ${line#*=}/" \
			    "$home/appointments.conf"
		else
			echo "$key = ${line#*=}" >>"$home/appointments.conf"
		fi
	done
}

need_root() {
	[ "$(id -u)" = 0 ] || skip "needs root for several users"
}

has_resend() {
	case $(uname -r) in
	[0-5].*|6.[0-8].*|6.[0-8]-*) return 1 ;;
	esac
}

need_resend() {
	has_resend || skip "the kernel is older than 6.9"
}

new_stops() {
	export PKIFS_STOP_FILE="$dir/stop"
	must stop init
}

stop() {
	"$B/test/stop" "$PKIFS_STOP_FILE" "$@"
}

# Where the signer may read it: a checkout can lie in a closed folder.
new_shim() {
	PKIFS_SHIM_MODULE=$(sed -n 's/^module *= *//p' "$home/pkifs.conf")
	export PKIFS_SHIM_MODULE PKIFS_SHIM_FILE="$dir/signed"
	export PKIFS_SHIM_DELAY="${1:-0}"
	: >"$PKIFS_SHIM_FILE"
	chmod 666 "$PKIFS_SHIM_FILE"
	must cp "$B/test/p11shim.so" "$dir/p11shim.so"
	sed -i "s|^module *=.*|module = $dir/p11shim.so|" "$home/pkifs.conf"
}

make_ca() {
	must "$pkifs" init "$home" "$@" >"$dir/init.out"
	mkdir -p "$ca"
}

mount_ca() {
	"$pkifs" mount "$home" "$ca" -f >>"$dir/log" 2>&1 &
	main=$!
	children="$children $main"
	within 30 mounted
}

# Over a dead mount the kernel still answers from its cache, so it is main's
# own pid in the lock that tells.
mounted() {
	[ "$(cat "$home/run/lock")" = "$main" ] && [ -e "$ca/README.txt" ]
}

new_ca() {
	make_ca "$@"
	mount_ca
}

new_key() {
	case ${2:-ec} in
	ec) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
		-out "$dir/$1.key" 2>/dev/null ;;
	ec:*) openssl genpkey -algorithm EC \
		-pkeyopt "ec_paramgen_curve:${2#ec:}" -out "$dir/$1.key" \
		2>/dev/null ;;
	rsa:*) openssl genpkey -algorithm RSA \
		-pkeyopt "rsa_keygen_bits:${2#rsa:}" -out "$dir/$1.key" \
		2>/dev/null ;;
	esac
}

new_csr() {
	csr=$1
	shift
	[ -f "$dir/$csr.key" ] || new_key "$csr"
	names=
	for dns_name; do
		names="$names${names:+,}DNS:$dns_name"
	done
	openssl req -new -key "$dir/$csr.key" -subj "/CN=$1" \
	    -addext "subjectAltName=$names" -out "$dir/$csr.csr"
}

# The serial as it stands in the tree: upper-case hexadecimal digits.
serial_of() {
	openssl x509 -in "$1" -noout -serial | sed 's/serial=//'
}

verify_certificate() {
	openssl verify -CAfile "$ca/ca/root.pem" -untrusted "$ca/ca/issuing.pem" \
	    "$1" >/dev/null
}

# A responder of its own on a free port of loopback; it goes on by itself.
#	new_responder [options] DIR...	sets $responder (pid) and $url
new_responder() {
	: >"$dir/responder.out"
	"$pkifs" respond --listen 127.0.0.1:0 "$@" >"$dir/responder.out" \
	    2>>"$dir/log" &
	responder=$!
	children="$children $responder"
	within 20 grep -q '^listening on ' "$dir/responder.out"
	url=http://$(sed -n 's/^listening on //p' "$dir/responder.out")
}

# Pids of the processes of this mount, by their verb.
process() {
	pgrep -P "$main" -f "pkifs $1" | head -n 1
}
