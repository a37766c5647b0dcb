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

PACKAGES := fuse3 libcrypto libp11 sqlite3 jansson libseccomp libidn2 p11-kit-1
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
	-fsanitize=address,undefined -fno-omit-frame-pointer
LDFLAGS_ALL += -fsanitize=address,undefined
endif
PC_CFLAGS = $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PC_LIBS = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -ldl

SRC := $(foreach d,$(FOLDERS),$(wildcard $(d)/*.c))
OBJ := $(SRC:%.c=$B/obj/%.o)
TEST_OBJ := $(SRC:%.c=$B/test/obj/%.o)
LIB_TEST_OBJ := $(filter-out $B/test/obj/fs/pkifs.o,$(TEST_OBJ))
UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT := $(UNIT_SRC:tests/unit/%.c=$B/test/unit/%)
TOOL_SRC := $(wildcard tests/tools/*.c)
TOOLS := $(TOOL_SRC:tests/tools/%.c=$B/test/%)

all: $B/pkifs

$B/pkifs: $(OBJ)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PC_LIBS)

$B/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) $(PC_CFLAGS) $(CFLAGS) -c -o $@ $<

$B/test/pkifs: $(TEST_OBJ)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PC_LIBS)

$B/test/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) -DPKIFS_STOPS $(PC_CFLAGS) $(CFLAGS) -c -o $@ $<

# Unit tests link everything but the program's own main.
$B/test/libpkifs.a: $(LIB_TEST_OBJ)
	@rm -f $@
	ar rcs $@ $^

$B/test/unit/%: tests/unit/%.c $B/test/libpkifs.a
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) -DPKIFS_STOPS $(PC_CFLAGS) -I. $(CFLAGS) \
		$(LDFLAGS_ALL) -o $@ $< $B/test/libpkifs.a $(PC_LIBS) -lcmocka

unit: $(UNIT)
	@for t in $(UNIT); do $$t || exit 1; done

clean:
	rm -rf build

-include $(shell find $B -name '*.d' 2>/dev/null)

.PHONY: all unit clean
