#!/bin/bash
# Run the stories, a few at once, and say how many were true.
#	runner.sh [STORY...]
# With PKIFS_NO_SKIP set a story that cannot be told here counts as failed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || set -- "$here"/[0-9]*.sh
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

one() {
	name=$(basename "$1" .sh)
	start=$(date +%s)
	timeout -k 15 "${PKIFS_STORY_TIME:-240}" sh "$1" >"$out/$name" 2>&1
	rc=$?
	# What a verb said to nobody in particular.
	[ $rc != 0 ] || ! grep -qaE 'Sanitizer:|runtime error:' "$out/$name" ||
	    rc=1
	echo "$rc $(($(date +%s) - start))" >"$out/$name.rc"
}

jobs=${PKIFS_JOBS:-3}
running=0
for story; do
	one "$story" &
	running=$((running + 1))
	if [ "$running" -ge "$jobs" ]; then
		wait -n 2>/dev/null || wait
		running=$((running - 1))
	fi
done
wait

passed=0 failed=0 skipped=0
for story; do
	name=$(basename "$story" .sh)
	read -r rc seconds <"$out/$name.rc"
	case $rc in
	0) passed=$((passed + 1)); word=ok ;;
	77) skipped=$((skipped + 1)); word=skipped ;;
	124|137) failed=$((failed + 1)); word="FAILED (time)" ;;
	*) failed=$((failed + 1)); word=FAILED ;;
	esac
	printf '%-14s %3ss  %s\n' "$word" "$seconds" "$name"
	[ "$word" = ok ] || cat "$out/$name"
done
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ] || exit 1
[ "$skipped" = 0 ] || [ -z "${PKIFS_NO_SKIP:-}" ] || exit 1
