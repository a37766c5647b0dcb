#!/bin/sh
# Build each fuzz target with clang's libFuzzer and sanitizers, and run it for
# some seconds from its seeds in tests/fuzz/corpus/; what it finds beyond them
# stays in build/fuzz for the next time.  An input that breaks something lies
# in build/fuzz/NAME-crash-..., and the run ends there.
#	run.sh SECONDS tests/fuzz/fuzz_NAME.c ...
set -eu
seconds=$1
shift
out=${PKIFS_FUZZ_BUILD:-build/fuzz}
packages="fuse3 libcrypto libp11 sqlite3 jansson libseccomp libidn2 p11-kit-1
    libmicrohttpd liblz4"
command -v clang >/dev/null ||
    { echo "clang is needed (apt-get install clang)"; exit 1; }
mkdir -p "$out"
make -s CC=clang B="$out" CFLAGS="-fsanitize=address,undefined,fuzzer-no-link \
    -fno-sanitize-recover=undefined -Wno-unused-command-line-argument" \
    "$out/test/libpkifs.a" >"$out/log" 2>&1 ||
    { tail -n 30 "$out/log"; exit 1; }
for source; do
	name=$(basename "$source" .c)
	seeds=tests/fuzz/corpus/${name#fuzz_}
	[ -d "$seeds" ] || { echo "$name has no seeds in $seeds"; exit 1; }
	mkdir -p "$out/corpus/$name"
	# shellcheck disable=SC2046,SC2086 # words
	clang -g -O1 -std=c11 -D_GNU_SOURCE -DPKIFS_STOPS -I. \
	    -fsanitize=address,undefined,fuzzer \
	    -fno-sanitize-recover=undefined \
	    $(pkg-config --cflags $packages) -o "$out/$name" "$source" \
	    "$out/test/libpkifs.a" $(pkg-config --libs $packages) \
	    -lunistring -ldl -pthread
	"$out/$name" -max_total_time="$seconds" -timeout=10 \
	    -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 \
	    -artifact_prefix="$out/$name-" "$out/corpus/$name" "$seeds" \
	    >"$out/log" 2>&1 ||
	    { tail -n 60 "$out/log"; echo "FAILED $name"; exit 1; }
	printf 'ok %10s runs  %s\n' \
	    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$out/log")" \
	    "$name"
done
