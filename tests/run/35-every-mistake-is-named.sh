# Who types something wrong reads what, and which, in one line; nothing is half made.
. "$(dirname "$0")/lib.sh"
says_and_ends() {	# STATUS TEXT ARGUMENTS...
	wanted_code=$1
	shift
	code=0
	wanted=$1
	shift
	said=$("$pkifs" "$@" 2>&1) || code=$?
	[ "$code" = "$wanted_code" ] || fail "exit $code from: pkifs $*: $said"
	case $said in
	*"$wanted"*) ;;
	*) fail "wanted '$wanted' from: pkifs $*: $said" ;;
	esac
}
says_and_ends 2 "usage" init
says_and_ends 2 "usage" mount "$home"
says_and_ends 2 "usage" nothing
says_and_ends 0 "MOUNTPOINT" help mount
says_and_ends 0 "MOUNTPOINT" mount --help
says_and_ends 0 "pkifs init HOME" --help
says_and_ends 0 "--names NAME" init --help
says_and_ends 0 "pkifs 0" --version
says_and_ends 1 "No such file" init "$dir/no/such"
mkdir "$dir/used"
touch "$dir/used/file"
says_and_ends 1 "not empty" init "$dir/used"
for wrong in "--key dsa" "--names *.example.org" "--names -x-" \
    "--url ftp://x/y" "--url https://x/y" "--name a,b"; do
	says_and_ends 2 "${wrong%% *}: " init "$home" $wrong
done
says_and_ends 1 "--user: wanted a user" init "$home" --user no-such-person
must test ! -e "$home"
[ "$(ls "$dir/used")" = file ] || fail "init left something"

says_and_ends 1 "$dir/used" mount "$dir/used" "$ca"
says_and_ends 1 "nothing of ours is mounted" umount "$dir/used"
says_and_ends 1 "$dir/used" reload "$dir/used"
says_and_ends 2 "no event" verify "$dir/used"
make_ca
says_and_ends 1 "is not mounted" reload "$home"
says_and_ends 1 "No such file" mount "$home" "$dir/nowhere"
says_and_ends 1 "not a directory" mount "$home" "$dir/used/file"
# A mount over its own home would wait for itself.
for over in "$home" "$home/run" "$dir"; do
	says_and_ends 1 "apart" mount "$home" "$over"
	mountpoint -q "$over" && fail "mounted on $over"
done
if [ "$(id -u)" = 0 ]; then
	code=0
	as games "$pkifs" mount "$home" "$ca" >"$dir/said" 2>&1 || code=$?
	[ $code = 1 ] || fail "another user mounts it: $code"
	says "Permission denied" "$dir/said"
fi
# A mount point that is not empty is taken as mount(8) takes it, and said.
echo stray >"$ca/stray"
must "$pkifs" mount "$home" "$ca" 2>"$dir/said"
says "$ca is not empty: stray and what else lies in it is hidden" "$dir/said"
must test ! -e "$ca/stray"
must "$pkifs" umount "$ca"
says stray "$ca/stray"
rm "$ca/stray"
# What it says, it says of a CA that still works.
mount_ca
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
must verify_certificate "$ca/requests/www.crt"
