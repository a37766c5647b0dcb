# pkifs: a certification authority you mount.
#
#   sudo make demo    sudo make check    see README.md
#
# One binary from four folders; every .c in them is part of it.  Test builds
# (build/test) have the named stop points of ca/stop.h.

PREFIX ?= /usr/local
DESTDIR ?=
CC ?= gcc
B := build
VERSION := 0.1

PACKAGES := fuse3 libcrypto libp11 sqlite3 jansson libseccomp libidn2 p11-kit-1 \
	libmicrohttpd liblz4
FOLDERS := ca hsm status fs

WARN := -Wall -Wextra -Werror -Wshadow -Wformat=2 -Wmissing-prototypes -Wvla \
	-Wno-unused-parameter -Wno-missing-field-initializers
HARDEN := -fstack-protector-strong -fPIE -D_FORTIFY_SOURCE=2
BASE_CFLAGS := -std=c11 -D_GNU_SOURCE -DPKIFS_VERSION='"$(VERSION)"' -O2 -g \
	$(WARN) $(HARDEN) -pthread -MMD -MP
LDFLAGS_ALL := -pie -Wl,-z,relro,-z,now -pthread
ifdef SAN
B := build/san
BASE_CFLAGS := $(filter-out -D_FORTIFY_SOURCE=2,$(BASE_CFLAGS)) \
	-fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
LDFLAGS_ALL += -fsanitize=address,undefined
endif
PC_CFLAGS = $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
# libunistring has no .pc file.
PC_LIBS = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lunistring -ldl

# `make V=1` shows whole commands.
ifdef V
SAY :=
else
SAY = @echo "  $@";
endif

SRC := $(foreach d,$(FOLDERS),$(wildcard $(d)/*.c))
# examples/home, examples/tree and the page's style are inside the program
# (ca/embedded.h).
EMBED := $(shell find examples/home examples/tree -type f | LC_ALL=C sort) \
	status/page.css
EMBED_OBJ := $B/gen/embedded.o
OBJ := $(SRC:%.c=$B/obj/%.o) $(EMBED_OBJ)
TEST_OBJ := $(SRC:%.c=$B/test/obj/%.o) $(EMBED_OBJ)
LIB_OBJ := $(filter-out $B/obj/fs/pkifs.o,$(OBJ))
LIB_TEST_OBJ := $(filter-out $B/test/obj/fs/pkifs.o,$(TEST_OBJ))
UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT := $(UNIT_SRC:tests/unit/%.c=$B/test/unit/%)
TOOL_SRC := $(filter-out %/p11shim.c,$(wildcard tests/tools/*.c))
TOOLS := $(TOOL_SRC:tests/tools/%.c=$B/test/%) $B/test/p11shim.so $B/bench_store $B/bench_load

all: $B/pkifs

$B/pkifs: $(OBJ)
	$(SAY)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PC_LIBS)

$B/obj/%.o: %.c
	@mkdir -p $(@D)
	$(SAY)$(CC) $(BASE_CFLAGS) $(PC_CFLAGS) $(CFLAGS) -c -o $@ $<

$B/test/pkifs: $(TEST_OBJ)
	$(SAY)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PC_LIBS)

$B/test/obj/%.o: %.c
	@mkdir -p $(@D)
	$(SAY)$(CC) $(BASE_CFLAGS) -DPKIFS_STOPS $(PC_CFLAGS) $(CFLAGS) -c -o $@ $<

$B/gen/embedded.c: ca/embed.sh $(EMBED)
	@mkdir -p $(@D)
	$(SAY)ca/embed.sh $(EMBED) > $@

$B/gen/embedded.o: $B/gen/embedded.c ca/embedded.h
	$(SAY)$(CC) $(BASE_CFLAGS) -I. $(CFLAGS) -c -o $@ $<

# Unit tests link everything but the program's own main.
$B/test/libpkifs.a: $(LIB_TEST_OBJ)
	@rm -f $@
	$(SAY)ar rcs $@ $^

$B/test/unit/%: tests/unit/%.c $B/test/libpkifs.a
	@mkdir -p $(@D)
	$(SAY)$(CC) $(BASE_CFLAGS) -DPKIFS_STOPS $(PC_CFLAGS) -I. $(CFLAGS) \
		$(LDFLAGS_ALL) -o $@ $< $B/test/libpkifs.a $(PC_LIBS) -lcmocka

# Small programs of the tests; each is one file and links alone.
$B/test/%: tests/tools/%.c
	@mkdir -p $(@D)
	$(SAY)$(CC) $(BASE_CFLAGS) -DPKIFS_STOPS $(PC_CFLAGS) -I. $(CFLAGS) \
		$(LDFLAGS_ALL) -o $@ $<

# A PKCS#11 module that counts C_Sign; never with sanitizers in it.
$B/test/p11shim.so: tests/tools/p11shim.c
	@mkdir -p $(@D)
	$(SAY)$(CC) $(filter-out -fsanitize=% -fno-sanitize% -fPIE,$(BASE_CFLAGS)) -fPIC \
		$(PC_CFLAGS) -shared -pthread -o $@ $< -ldl

unit: $(UNIT) $B/test/p11shim.so
	@for t in $(UNIT); do echo "$$t"; $$t || exit 1; done

layers:
	@tests/house/layers.sh
	@tests/house/requirements.sh
	@tests/house/tour.sh
	@python3 tests/house/clauses.py --check
	@python3 tests/house/events.py

# docs/CLAUSES, from the code, the tests and docs/organisational.tsv.
clauses:
	@python3 tests/house/clauses.py

stories: $B/test/pkifs $(TOOLS)
	@PKIFS_BUILD=$(abspath $B) tests/run/runner.sh $(STORY)

manual:
	@for page in docs/*.[1-9]; do \
		mandoc -T lint -W warning $$page || exit 1; \
	done

# What everybody runs.  Packages are installed first when they are missing.
check: deps
	@$(MAKE) --no-print-directory -j$$(nproc) built
	@$(MAKE) --no-print-directory check-built

built: all $(UNIT) $B/test/pkifs $(TOOLS)

check-built: all layers manual unit stories

deps:
	@tests/house/deps.sh

# The user behind sudo owns the demo and gets build/ back.
demo:
	@tests/house/deps.sh build
	@if [ -n "$$SUDO_UID" ] && [ "$$(id -u)" = 0 ]; then \
		$(MAKE) --no-print-directory all && \
		find build -path build/demo -prune -o \
		    -exec chown -h "$$SUDO_UID:$$SUDO_GID" {} +; \
	else $(MAKE) --no-print-directory all; fi
	@examples/demo.sh $B

demo-stop:
	@examples/demo.sh $B stop

# libFuzzer targets, each for FUZZ_SECONDS on its corpus.
FUZZ_SECONDS ?= 30
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
fuzz:
	@tests/fuzz/run.sh "$(FUZZ_SECONDS)" $(FUZZ_SRC)

bench: $B/pkifs $B/bench $B/bench_ocsp
	@PKIFS_BUILD=$(abspath $B) tests/bench/run.sh
	@PKIFS_BUILD=$(abspath $B) tests/bench/ocsp.sh

# From receipt to CRL and OCSP: single revocations, and a batch of 100,000.
bench-revoke: $B/pkifs $B/bench
	@PKIFS_BUILD=$(abspath $B) tests/bench/revoke.sh

# C_Sign alone against the signer from end to end.
bench-sign: $B/bench_sign
	@$B/bench_sign

# CRLs of a million entries: time, and the memory of core and signer.
bench-crl: $B/bench_crl
	@$B/bench_crl

# nginx from the mount beside nginx from a disk.
bench-web: $B/pkifs $B/bench $B/bench_load
	@tests/house/deps.sh bench
	@PKIFS_BUILD=$(abspath $B) tests/bench/web.sh

# A store of a million certificates, all revoked, in 128 shards (BENCH_MILLION).
bench-million: $B/pkifs $B/bench $B/bench_store
	@PKIFS_BUILD=$(abspath $B) tests/bench/million.sh

$B/bench $B/bench_ocsp $B/bench_sign $B/bench_crl $B/bench_load $B/bench_store: \
    $B/%: tests/bench/%.c $(LIB_OBJ)
	$(SAY)$(CC) $(BASE_CFLAGS) $(PC_CFLAGS) -I. $(CFLAGS) $(LDFLAGS_ALL) \
		-o $@ $< $(LIB_OBJ) $(PC_LIBS)

# Kill core, signer, herald and main at every step of issuance and revocation.
check-crash: $B/test/pkifs $(TOOLS)
	@PKIFS_BUILD=$(abspath $B) tests/crash/run.sh

# The registration desk with the file managers people use; keeps pictures.
check-desktop:
	@tests/house/deps.sh desktop
	@$(MAKE) --no-print-directory -j$$(nproc) built
	@PKIFS_BUILD=$(abspath $B) tests/desktop/run.sh

# status/index.html in a real browser; keeps pictures.
check-page:
	@tests/house/deps.sh page
	@$(MAKE) --no-print-directory -j$$(nproc) $B/test/pkifs
	@PKIFS_BUILD=$(abspath $B) tests/page/run.sh docs

# What relying parties run: openssl, ocsptool, NSS, curl and Java.
check-clients:
	@tests/house/deps.sh clients
	@$(MAKE) --no-print-directory -j$$(nproc) $B/test/pkifs
	@PKIFS_BUILD=$(abspath $B) tests/clients/run.sh

# What the documents point to; examples/home and examples/tree are in the program.
EXAMPLES := apache nginx prometheus registration systemd
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/man/man5 \
		$(EXAMPLES:%=$(DESTDIR)$(PREFIX)/share/doc/pkifs/examples/%)
	install -m 755 $B/pkifs $(DESTDIR)$(PREFIX)/bin/pkifs
	install -m 644 docs/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 docs/*.5 $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 644 README.md CHANGES LICENSE docs/FORMAT.* docs/PROTOCOL.* \
		$(DESTDIR)$(PREFIX)/share/doc/pkifs
	for e in $(EXAMPLES); do install -m 644 examples/$$e/* \
		$(DESTDIR)$(PREFIX)/share/doc/pkifs/examples/$$e || exit 1; done
	@[ -n "$(DESTDIR)" ] || tests/house/deps.sh users

clean:
	rm -rf build

-include $(shell find $B -name '*.d' 2>/dev/null)

.PHONY: all built unit layers clauses stories manual check check-built deps demo demo-stop \
	fuzz bench bench-sign bench-revoke bench-crl bench-web bench-million check-crash \
	check-desktop check-page check-clients install clean
