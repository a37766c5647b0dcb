#!/bin/sh
# Build each fuzz target with clang's libFuzzer and sanitizers, and run it for
# some seconds on its corpus; new finds stay in build/fuzz.
#	run.sh SECONDS tests/fuzz/fuzz_NAME.c ...
set -eu
seconds=$1
shift
out=build/fuzz
packages="fuse3 libcrypto libp11 sqlite3 jansson libseccomp libidn2 p11-kit-1"
command -v clang >/dev/null || { echo "clang is needed (apt-get install clang)"; exit 1; }
mkdir -p "$out"
make -s CC=clang B=$out CFLAGS="-fsanitize=address,undefined,fuzzer-no-link -Wno-unused-command-line-argument" \
    $out/test/libpkifs.a >"$out.log" 2>&1 || { tail -n 30 "$out.log"; exit 1; }
for source; do
	name=$(basename "$source" .c)
	mkdir -p "$out/corpus/$name"
	seeds=tests/fuzz/corpus/${name#fuzz_}
	# shellcheck disable=SC2046 # words
	clang -g -O1 -D_GNU_SOURCE -DPKIFS_STOPS -I. -fsanitize=address,undefined,fuzzer \
	    $(pkg-config --cflags $packages) -o "$out/$name" "$source" \
	    $out/test/libpkifs.a $(pkg-config --libs $packages) -ldl -pthread
	echo "== $name"
	"$out/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
	    -print_final_stats=1 -verbosity=0 -artifact_prefix="$out/$name-" \
	    "$out/corpus/$name" $([ -d "$seeds" ] && echo "$seeds")
done
