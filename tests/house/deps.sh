#!/bin/sh
# Install what building and testing need (Debian 12 and 13), and make the
# users the daemon runs as.  Says so and fails when it is not root and
# something is missing; does nothing when all is there.
set -eu

# The second list is what only the tests use, then what `make check-desktop`,
# `make check-page`, `make check-clients` and `make bench` do.
build="gcc make pkg-config libfuse3-dev fuse3 libssl-dev libp11-dev
	libp11-kit-dev softhsm2 libsqlite3-dev libjansson-dev libseccomp-dev
	libidn2-dev libcurl4-openssl-dev libunistring-dev libmicrohttpd-dev
	liblz4-dev openssl"
tests="libcmocka-dev inotify-tools gnutls-bin libnss3-tools rsync vim-tiny
	python3 python3-cryptography python3-yaml mandoc util-linux mount
	e2fsprogs procps curl nginx-light apache2-bin systemd"
desktop="thunar nautilus pcmanfm xvfb openbox xdotool imagemagick x11-utils
	dbus-x11 gvfs adwaita-icon-theme fonts-dejavu-core"
page="chromium fonts-dejavu-core"
clients="default-jdk-headless"
bench="curl nginx-light wrk"
case "${1:-all}" in
build) want="$build" ;;
desktop) want="$build $tests $desktop" ;;
page) want="$build $tests $page" ;;
clients) want="$build $tests $clients" ;;
bench) want="$build $bench" ;;
users) want= ;;
*) want="$build $tests" ;;
esac

# Installing nginx would start it on port 80, now and at each boot.  Whoever had
# it before keeps it as it was.
policy=/usr/sbin/policy-rc.d
aside=
start_nothing() {
	trap start_again EXIT
	if [ -e "$policy" ] || [ -L "$policy" ]; then
		aside=$policy.pkifs-$$
		mv "$policy" "$aside"
	fi
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
}
start_again() {
	rm -f "$policy"
	[ -z "$aside" ] || mv "$aside" "$policy"
	trap - EXIT
}
never_at_boot() {
	if [ -d /run/systemd/system ]; then
		systemctl --quiet disable "$1"
	elif [ -x /usr/sbin/update-rc.d ]; then
		update-rc.d "$1" disable
	fi
}

missing=
for package in $want; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null ||
	    true)
	[ "$state" = installed ] || missing="$missing $package"
done

if [ -n "$missing" ]; then
	if [ "$(id -u)" != 0 ]; then
		echo "missing packages:$missing" >&2
		echo "run: sudo make deps" >&2
		exit 1
	fi
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	nginx_was=$(command -v nginx || true)
	start_nothing
	trap 'exit 1' INT TERM HUP
	# shellcheck disable=SC2086 # a list of words
	apt-get install -y -qq --no-install-recommends $missing
	start_again
	[ -n "$nginx_was" ] || ! command -v nginx >/dev/null ||
	    never_at_boot nginx
fi

if [ "$(id -u)" = 0 ]; then
	# fusermount3 looks there; a Debian 13 that never booted has none.
	[ -e /etc/mtab ] || ln -s ../proc/self/mounts /etc/mtab
	for user in pkifs pkifs-signer pkifs-responder; do
		getent passwd "$user" >/dev/null ||
		    useradd --system --user-group --no-create-home \
			--home-dir /nonexistent --shell /usr/sbin/nologin "$user"
	done
fi
