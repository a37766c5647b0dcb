#!/bin/sh
# docs/TOUR.md, checked: each file it names exists, each function is there.
set -eu
cd "$(dirname "$0")/../.."
bad=0
words=$(grep -oE '[A-Za-z0-9_./*-]+[A-Za-z0-9_](\(\))?' docs/TOUR.md | sort -u)
for word in $words; do
	case $word in
	*'()')
		grep -qE "^(static inline |void[[:space:]]+)?${word%()}\(" \
		    ca/*.[ch] hsm/*.c status/*.c fs/*.c || {
			echo "docs/TOUR.md: there is no function $word"
			bad=1
		} ;;
	ca/*.[ch]|hsm/*.[ch]|status/*.[ch]|fs/*.[ch]|tests/*/*|docs/*)
		# A pattern stands for at least one.
		# shellcheck disable=SC2086
		ls -d $word >/dev/null 2>&1 || {
			case $word in *NAME*) continue ;; esac
			echo "docs/TOUR.md: there is no $word"
			bad=1
		} ;;
	esac
done
[ $bad = 0 ] && echo "tour: ok"
