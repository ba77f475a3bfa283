# ims: build, installation, and the doors to demo, tests and benchmarks.
#
#   make help          what there is
#   make PG_CONFIG=..  build for another server
#
# Works without pg_config too: help, setup, demo and test install what is
# missing first and then call make again.

.DEFAULT_GOAL := all

# make demo DATA=<csv>; PGXS has another use for the name.
DEMO_DATA := $(DATA)
override undefine DATA

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
# The pure cores have assert() of the C library, which would end the server:
# on where our other assertions are.
PG_CPPFLAGS = -DPGDLLEXPORT='__attribute__((visibility("default")))' \
	-Isrc -MMD -MP -DIMS_VERSION='"$(EXTVERSION)"' \
	$(if $(findstring USE_ASSERT_CHECKING,$(EXTRA_CFLAGS)),,-DNDEBUG)
PG_CFLAGS = -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare \
	-Wno-missing-field-initializers $(EXTRA_CFLAGS)

# Distributions; src/sqlfn/rmath.c says which package it is when it is missing.
SHLIB_LINK += -lRmath

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

.PHONY: help setup server demo test bench bench-forecast soak pgtap isolation installcheck \
	format lint reference distclean

help:
	@echo "make demo         install what is missing, build, and show a short tour"
	@echo "make test         the same set-up, then every suite (SUITES='a b' selects)"
	@echo "make bench        benchmarks; results in bench/RESULTS.md"
	@echo "make bench-forecast  accuracy and speed of forecasting, beside R's figures"
	@echo "make soak         the full matrix and the long runs; continues where it stopped"
	@echo
	@echo "make              build the library and the install script"
	@echo "make install      install into the server of PG_CONFIG"
	@echo "make installcheck test the installed ims on the running server of PGHOST, PGPORT"
	@echo "make clean        remove what was compiled; make distclean: all of build/"
	@echo
	@echo "make setup        only install what is missing (Debian packages; root)"
	@echo "make server       private copy of the server with ims, below build/"
	@echo "make pgtap        pgTAP tests on a private cluster (TESTS='a b', POSTING_PATH=spi)"
	@echo "make isolation    isolation tests on a private cluster (same variables)"
	@echo "make format       clang-format all C files"
	@echo "make reference    doc/reference.md anew, from the comments in the database"
	@echo "make lint         the rules of the house"
	@echo
	@echo "PG_CONFIG=...     another server than the one found; each major version has"
	@echo "                  its own private tree and clusters"
	@echo "tools/cluster --help   private clusters to work with"

setup:
	@tools/setup

server: setup
	@tools/server

demo: setup
	@DATA='$(DEMO_DATA)' demo/run

test: setup
	@tools/test

bench: setup
	@bench/run

bench-forecast:
	@bench/forecast/run

soak: setup
	@tools/soak

pgtap isolation: setup
	@tools/regress --posting-path $(or $(POSTING_PATH),auto) $@ $(TESTS)

installcheck:
	@tools/regress --running --posting-path $(or $(POSTING_PATH),auto) pgtap $(TESTS)
	@tools/regress --running --posting-path $(or $(POSTING_PATH),auto) isolation

format:
	find src test bench -name '*.[ch]' -print0 | xargs -0 -r clang-format -i

lint:
	@tools/lint

reference: setup
	@tools/reference

# Clusters are stopped first: their server would go on without its files.
distclean:
	@for data in build/clusters/*/data; do \
		[ ! -f "$$data/postmaster.pid" ] || \
			{ echo "a cluster still runs: $$data" >&2; exit 1; }; \
	done
	rm -rf build ims.so $(OBJS) $(SOURCES:.c=.d)
