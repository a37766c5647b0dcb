#!/bin/sh
# Install what building and testing need (Debian 12 and 13), and make the
# users the daemon runs as.  Says so and fails when it is not root and
# something is missing; does nothing when all is there.
set -eu

# The second list is what only the tests use, the third what `make
# check-desktop` does, the fourth what `make check-page` does.
build="gcc make pkg-config libfuse3-dev fuse3 libssl-dev libp11-dev
	libp11-kit-dev softhsm2 libsqlite3-dev libjansson-dev libseccomp-dev
	libidn2-dev libunistring-dev libmicrohttpd-dev openssl"
tests="libcmocka-dev inotify-tools gnutls-bin libnss3-tools rsync vim-tiny
	python3 python3-cryptography python3-yaml mandoc util-linux mount
	e2fsprogs procps"
desktop="thunar nautilus pcmanfm xvfb openbox xdotool imagemagick x11-utils
	dbus-x11 gvfs adwaita-icon-theme fonts-dejavu-core"
page="chromium fonts-dejavu-core"
case "${1:-all}" in
build) want="$build" ;;
desktop) want="$build $tests $desktop" ;;
page) want="$build $tests $page" ;;
users) want= ;;
*) want="$build $tests" ;;
esac

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
	# shellcheck disable=SC2086 # a list of words
	apt-get install -y -qq --no-install-recommends $missing
fi

if [ "$(id -u)" = 0 ]; then
	for user in pkifs pkifs-signer pkifs-responder; do
		getent passwd "$user" >/dev/null ||
		    useradd --system --user-group --no-create-home \
			--home-dir /nonexistent --shell /usr/sbin/nologin "$user"
	done
fi
