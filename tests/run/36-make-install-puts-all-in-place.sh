# `make install` puts program, manual and examples where DESTDIR says, and makes
# users only where it is the machine itself.
. "$(dirname "$0")/lib.sh"
command -v make >/dev/null || skip "make is not here"
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
san=
case $B in
*/san) san=SAN=1 ;;
esac
# A machine that has no users of ours yet, and takes none.
mkdir "$dir/bin"
printf '#!/bin/sh\nexit 2\n' >"$dir/bin/getent"
printf '#!/bin/sh\necho "$*" >>"%s"\n' "$dir/made" >"$dir/bin/useradd"
chmod 755 "$dir/bin/getent" "$dir/bin/useradd"
install_in() {
	PATH="$dir/bin:$PATH" make -s -C "$top" $san install "$@" \
	    >"$dir/said" 2>&1 || fail "make install: $(cat "$dir/said")"
}
there() {	# FOLDER: all that a machine gets
	must "$1/bin/pkifs" version >"$dir/version"
	says "pkifs " "$dir/version"
	must cmp "$B/pkifs" "$1/bin/pkifs"
	for page in "$top"/docs/*.[1-9]; do
		must cmp "$page" "$1/share/man/man${page##*.}/$(basename "$page")"
	done
	for folder in registration nginx apache systemd prometheus; do
		must diff -r "$top/examples/$folder" \
		    "$1/share/doc/pkifs/examples/$folder"
	done
	for file in README.md CHANGES LICENSE docs/FORMAT.conf; do
		must cmp "$top/$file" "$1/share/doc/pkifs/$(basename "$file")"
	done
}

install_in DESTDIR="$dir/package" PREFIX=/usr
there "$dir/package/usr"
must test ! -e "$dir/made"
must test "$(ls "$dir/package")" = usr

install_in PREFIX="$dir/local"
there "$dir/local"
if [ "$(id -u)" = 0 ]; then
	for user in pkifs pkifs-signer pkifs-responder; do
		grep -q " $user$" "$dir/made" || fail "no user $user was made"
	done
fi
