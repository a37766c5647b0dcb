# With nothing but this file manager an officer drops a document into a
# dossier and approves it, and what is refused is refused in words.
#
#	desk.sh thunar|nautilus|pcmanfm [SCREENSHOT]
. "$(dirname "$0")/../run/lib.sh"
need_root
manager=$1
picture=${2:-}
for tool in Xvfb openbox xdotool import dbus-run-session "$manager"; do
	command -v "$tool" >/dev/null || skip "$tool is not installed"
done

# --- a screen of its own, and a person before it ------------------------------

officer=pkifs-desk-$$
nobody_works() {
	pkill -KILL -u "$officer"
	! pgrep -u "$officer"
}
remove_officer() {
	within 10 nobody_works
	for child in $children; do
		kill "$child" 2>/dev/null
	done
	userdel -r "$officer" 2>/dev/null
	true
}
trap 'told=$?; set +e; remove_officer; end_story' EXIT
useradd -m -d "$dir/officer" -s /bin/sh "$officer"
install -d -o "$officer" -m 700 "$dir/officer/run"
install -d -o "$officer" "$dir/scans"
printf 'a scan of an identity document\n' >"$dir/scans/passport.txt"
chown "$officer" "$dir/scans/passport.txt"

# Xvfb takes the first number that is free and tells it.
Xvfb -displayfd 3 -screen 0 1920x900x24 -ac -nolisten tcp 3>"$dir/display" \
    >"$dir/xvfb.log" 2>&1 &
children="$children $!"
within 20 test -s "$dir/display"
DISPLAY=:$(cat "$dir/display")
export DISPLAY
openbox >/dev/null 2>&1 &
children="$children $!"

at_screen() {
	runuser -u "$officer" -- env HOME="$dir/officer" \
	    XDG_RUNTIME_DIR="$dir/officer/run" DISPLAY="$DISPLAY" \
	    DBUS_SESSION_BUS_ADDRESS="unix:path=$dir/officer/run/bus" \
	    GDK_BACKEND=x11 GSK_RENDERER=cairo NO_AT_BRIDGE=1 GTK_A11Y=none \
	    GIO_USE_VOLUME_MONITOR=unix LC_ALL=C.UTF-8 "$@"
}
at_screen dbus-daemon --session --nofork --nopidfile \
    --address="unix:path=$dir/officer/run/bus" >/dev/null 2>&1 &
children="$children $!"
within 20 test -S "$dir/officer/run/bus"

# Where each manager shows the first thing in a folder, and nothing.
case $manager in
thunar) first="225 115" nothing="600 600" flag= ;;
nautilus) first="337 125" nothing="700 700" flag=--new-window ;;
pcmanfm) first="207 105" nothing="600 600" flag=-n ;;
*) fail "no such file manager is known: $manager" ;;
esac

# open_folder FOLDER COLUMN: its window in $window, in a half of the screen.
open_folder() {
	known=$(xdotool search --onlyvisible --class "$manager" || true)
	# shellcheck disable=SC2086 # no flag, or one
	at_screen "$manager" $flag "$1" >>"$dir/officer.log" 2>&1 &
	children="$children $!"
	window=
	within 30 new_window
	window=$found
	must xdotool windowsize "$window" 950 850
	must xdotool windowmove "$window" $(($2 * 960)) 20
	within 10 still "$window"
}
new_window() {
	found=
	for candidate in $(xdotool search --onlyvisible --class "$manager"); do
		case " $known " in
		*"$candidate"*) ;;
		*) found=$candidate ;;
		esac
	done
	[ -n "$found" ]
}
# Two pictures in a row are one: it has drawn what it will draw.
still() {
	import -window "$1" "$dir/one.ppm" && sleep 0.2 &&
	    import -window "$1" "$dir/two.ppm" &&
	    cmp -s "$dir/one.ppm" "$dir/two.ppm"
}
# A manager that is about to leave would take the next folder with it.
close_windows() {
	pkill -u "$officer" -f "$manager" || true
	within 10 none_left
}
none_left() {
	! pgrep -u "$officer" -f "$manager"
}
# drag FROM TO: the first thing of one window into the other, at a hand's pace.
drag() {
	xdotool windowactivate --sync "$2" windowactivate --sync "$1"
	within 10 still "$1"
	# shellcheck disable=SC2086 # two numbers
	xdotool mousemove --sync --window "$1" $first sleep 0.2 mousedown 1 \
	    sleep 0.2 mousemove_relative --sync 10 6 sleep 0.1 \
	    mousemove_relative --sync 20 12 sleep 0.1 \
	    mousemove_relative --sync 40 24 sleep 0.1 \
	    mousemove --sync --window "$2" $nothing sleep 0.2 \
	    mousemove_relative --sync 4 4 sleep 0.2 \
	    mousemove_relative --sync 4 4 sleep 0.3 mouseup 1
}
# drag_until FROM TO COMMAND: a hand that slips tries again.
drag_until() {
	drag_from=$1 drag_to=$2
	shift 2
	for try in 1 2 3; do
		drag "$drag_from" "$drag_to"
		for wait in 1 2 3 4 5 6 7 8 9 10; do
			! "$@" >/dev/null 2>&1 || return 0
			sleep 0.3
		done
	done
	import -window root "${DESK_DEBUG:-$dir/never.png}"
	fail "$manager: dragging never led to: $*"
}
shoot() {
	[ -z "$picture" ] || import -window root "$picture"
}

# --- the CA, and a request that waits ------------------------------------------

make_ca --user games
sed -i "s/^ra = .*/ra = user:$officer/" "$home/pkifs.conf"
mount_ca
new_csr new www.example.net
must as games cp "$dir/new.csr" "$ca/requests/"
ra=$ca/ra
within 10 test -e "$ra/pending/1/summary.html"
state_is() { head -n 1 "$ca/requests/new.status" | grep -qx "state: $1"; }
state_is pending || fail "it did not wait: $(cat "$ca/requests/new.status")"

# Without a document it is refused: a window says why, nothing was moved or
# copied.
open_folder "$ra/pending" 0
from=$window
open_folder "$ra/approved" 1
was_refused() {
	ls "$ca"/evidence/*/*/*/*/*-decision-refused.json
}
said_so() {
	[ "$(xdotool search --onlyvisible --class "$manager" | wc -l)" -gt 2 ]
}
drag_until "$from" "$window" was_refused
within 20 said_so
[ -d "$ra/pending/1" ] || fail "the dossier is gone"
[ -z "$(ls "$ra/approved")" ] || fail "half of it was copied"
state_is pending || fail "$(cat "$ca/requests/new.status")"
! grep -qi "not supported" "$dir/officer.log" ||
    fail "$(cat "$dir/officer.log")"
close_windows

# Trash is no way out of the tree.
open_folder "$ra/pending" 0
# shellcheck disable=SC2086
xdotool windowactivate --sync "$window" mousemove --sync --window "$window" \
    $first click 1 key Delete
within 20 still "$window"
xdotool key Escape
[ -d "$ra/pending/1" ] || fail "it went to the trash"
must test ! -e "$ca/.Trash" -a ! -e "$ca/.Trash-$(id -u "$officer")"
close_windows

# A document is dragged in, and read back it is the same.
open_folder "$dir/scans" 0
from=$window
open_folder "$ra/pending/1/documents" 1
drag_until "$from" "$window" cmp -s "$dir/scans/passport.txt" \
    "$ra/pending/1/documents/passport.txt"
within 10 still "$window"
shoot
[ "$(ls -A "$ra/pending/1/documents")" = passport.txt ] ||
    fail "more than the document: $(ls -A "$ra/pending/1/documents")"
close_windows

# The folder is dragged to approved/, and the certificate is there.
open_folder "$ra/pending" 0
from=$window
open_folder "$ra/approved" 1
drag_until "$from" "$window" test -d "$ra/approved/1"
within 20 state_is issued
must verify_certificate "$ca/requests/new.crt"
must test ! -e "$ra/pending/1"
close_windows
