# ims: build, installation, and the doors to demo, tests and benchmarks.
#
#   make help          what there is
#   make PG_CONFIG=..  build for another server
#
# Works without pg_config too: help, setup, demo and test install what is
# missing first and then call make again.

.DEFAULT_GOAL := all

EXTENSION = ims
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" ims.control)

MODULE_big = ims
SOURCES := $(sort $(wildcard src/*.c src/*/*.c))
OBJS = $(SOURCES:.c=.o)
SCRIPT = build/sql/ims--$(EXTVERSION).sql
SQL_MODULES := $(wildcard sql/code/*.sql sql/code/*.sql.in sql/ledger/*.sql)
DATA = $(wildcard sql/update/ims--*.sql)
DATA_built = $(SCRIPT)

# Symbols are hidden unless marked; 15 has the mark but gives it no meaning.
PG_CPPFLAGS = -DPGDLLEXPORT='__attribute__((visibility("default")))' \
	-Isrc -MMD -MP -DIMS_VERSION='"$(EXTVERSION)"'
PG_CFLAGS = -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare \
	-Wno-missing-field-initializers -fvisibility=hidden $(EXTRA_CFLAGS)

EXTRA_CLEAN = $(SOURCES:.c=.d) build/config

# Bitcode for inlining needs clang and doubles the build: on request only.
ifndef WITH_LLVM
override with_llvm = no
endif

PG_CONFIG ?= $(shell tools/find-pg-config 2>/dev/null)
ifneq ($(PG_CONFIG),)
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
endif

ifneq ($(wildcard $(PGXS)),)
# PGXS would run the files against the server's own database; ours run against
# a private cluster, by tools/regress.
NO_INSTALLCHECK = 1
include $(PGXS)

# Objects are in the source tree: another server version or other flags make
# them anew.
CONFIG := $(shell $(PG_CONFIG) --version) ims $(EXTVERSION) $(CC) $(PG_CFLAGS) $(with_llvm)
ifneq ($(CONFIG),$(shell cat build/config 2>/dev/null))
$(shell mkdir -p build; printf '%s\n' '$(CONFIG)' > build/config)
endif
$(OBJS): build/config Makefile
-include $(SOURCES:.c=.d)
else
all install uninstall clean:
	@echo "make $@: pg_config of a PostgreSQL server (15 or later) was not found;" >&2
	@echo "run 'make setup', or name it: make PG_CONFIG=/path/to/pg_config" >&2
	@false
endif

$(SCRIPT): $(SQL_MODULES) tools/build-sql ims.control $(wildcard sql/code sql/ledger)
	@mkdir -p $(@D)
	tools/build-sql > $@.tmp
	mv $@.tmp $@

.PHONY: help setup server pgtap isolation

help:
	@echo "make              build the library and the install script"
	@echo "make install      install into the server of PG_CONFIG"
	@echo "make setup        install what is missing (Debian packages; root)"
	@echo "make server       private copy of the server with ims, below build/"
	@echo "make pgtap        pgTAP tests on a private cluster (TESTS='a b', POSTING_PATH=auto|spi)"
	@echo "make isolation    isolation tests on a private cluster (same variables)"
	@echo "make clean        remove what was built (build/ itself: make distclean)"
	@echo "tools/cluster --help   private clusters"

setup:
	@tools/setup

server: setup
	@tools/server

pgtap isolation: setup
	@tools/regress --posting-path $(or $(POSTING_PATH),auto) $@ $(TESTS)
