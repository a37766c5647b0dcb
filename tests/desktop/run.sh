#!/bin/sh
# `make check-desktop`: the registration desk with the file managers people
# use, on a screen of its own.  Keeps a picture of each under docs/.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
failed=0
for manager in thunar nautilus pcmanfm; do
	if sh "$top/tests/desktop/desk.sh" "$manager" \
	    "$top/docs/desk-$manager.png"; then
		echo "ok       the desk in $manager"
	else
		echo "FAILED   the desk in $manager"
		failed=1
	fi
done
exit $failed
