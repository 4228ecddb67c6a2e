# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# Builds everything into O (default: build/). `make help` lists the targets.
#
#   O/win-x64, O/win-arm64   warren.sys, warren.dll, warren.exe, import library, INF, PDBs; echo.exe (x64)
#   O/host                   warren-host, the tests, programs for the host; ELF
#   O/asan, O/tsan           the same with sanitizers, and driver and library built natively as .so

O ?= build
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:

# A vendor's own: make BRAND_MK=theirs.mk
BRAND_MK ?= brand.mk
include $(BRAND_MK)
include toolchain.mk

V ?= 0
Q := $(if $(filter 1,$(V)),,@)
say = @echo "$(1) $(2)"
dir = $(Q)mkdir -p $(@D)

MACHINES := x64 arm64
# Not the generated ones.
C_FILES = $(shell find core nt driver lib cli host include examples test bench -name '*.[ch]' ! -name '*_asserts.h' 2>/dev/null)
FLAVOURS := host asan tsan
SYS := $(BRAND_FILE).sys
DLL := $(BRAND_FILE).dll
EXE := $(BRAND_FILE).exe

.PHONY: all win host asan tsan help clean FORCE
all: win host
help:
	@sed -n '3,9s/^# \{0,1\}//p' Makefile
	@echo "targets: all win host wine windows-host asan tsan compile_commands format tidy clean; V=1 shows the commands"
clean:
	rm -rf $(O)

# --- names ---------------------------------------------------------------------------------------------------------
export VERSION_MAJOR VERSION_MINOR VERSION_PATCH BRAND BRAND_FILE BRAND_COMPANY BRAND_DESCRIPTION BRAND_SERVICE \
	BRAND_ENUMERATOR BRAND_HARDWARE_ID BRAND_DEVICE_PREFIX BRAND_MUTEX BRAND_POOL_TAG BRAND_NAMESPACE_GUID \
	BRAND_PROPERTY_GUID BRAND_DRIVER_DATE
# For scripts: the same as lines of shell.
.PHONY: print-brand
print-brand:
	@export -p | grep -E '^export (VERSION_|BRAND)'
# Written only when it says something else, so that it may be looked at every time.
$(O)/gen/brand.h: FORCE
	$(dir)
	$(Q)tools/brand.sh >$@.new && if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# --- Windows -------------------------------------------------------------------------------------------------------
SYS_SRC := $(wildcard driver/*.c)
DLL_SRC := $(wildcard lib/*.c)
SYS_IMPORTS := ntoskrnl hal ndis
DLL_IMPORTS := kernel32 advapi32 cfgmgr32 setupapi newdev iphlpapi bcrypt
EXE_SRC := $(wildcard cli/*.c) lib/text.c
EXE_IMPORTS := kernel32 advapi32 shell32 iphlpapi
PACKAGE_FILES := $(BRAND_FILE).inf $(SYS) $(BRAND_FILE).cat

define WIN
win: $(O)/win-$(1)/$(SYS) $(O)/win-$(1)/$(DLL) $(O)/win-$(1)/$(EXE) $(O)/win-$(1)/obj/nt/layouts.o

$(O)/win-$(1)/obj/%.o: %.c $(O)/gen/brand.h toolchain.mk
	$$(call say,CC-$(1),$$<)
	$$(dir)
	$$(Q)$(CC) $(WIN_TARGET_$(1)) $(WIN_CFLAGS) $$(if $$(filter lib/% cli/% test/wine/%,$$<),$(WIN_LIB_CFLAGS)) -MMD -MP \
		-Xclang -object-file-name=$$(@:$(O)/%=%) -c $$< -o $$@

$(O)/win-$(1)/obj/nt/cfg.o: nt/cfg.S toolchain.mk
	$$(call say,AS-$(1),$$<)
	$$(dir)
	$$(Q)$(CC) $(WIN_TARGET_$(1)) $(REPRODUCIBLE) -c $$< -o $$@

$(O)/win-$(1)/obj/%.res: %.rc nt/version.rc $(O)/gen/brand.h
	$$(call say,RC-$(1),$$<)
	$$(dir)
	$$(Q)$(CC) -E -xc -DRC_INVOKED -P -I. -I$(O) $$(RC_DEFINES) $$< -o $$(@:.res=.i.rc)
	$$(Q)$(RC) /nologo /i $$(or $$(RC_FOLDER),$(O)/win-$(1)) /fo $$@ $$(@:.res=.i.rc)

$(O)/win-$(1)/$(BRAND_FILE).inf: driver/warren.inf.in tools/inf.sh $(BRAND_MK)
	$$(dir)
	$$(Q)tools/inf.sh $(1) <$$< >$$@

# The library carries the driver package: the one just built, or, once that is signed, what is in the folder PACKAGE_$(1),
# with its catalog.
PACKAGE_$(1) ?=
$(O)/win-$(1)/obj/lib/warren.res: $(if $(PACKAGE_$(1)),$(PACKAGE_FILES:%=$(PACKAGE_$(1))/%),$(O)/win-$(1)/$(BRAND_FILE).inf $(O)/win-$(1)/$(SYS))
$(O)/win-$(1)/obj/lib/warren.res: RC_FOLDER := $(PACKAGE_$(1))
$(O)/win-$(1)/obj/lib/warren.res: RC_DEFINES := -DPACKAGE_INF='"$(BRAND_FILE).inf"' -DPACKAGE_SYS='"$(SYS)"' \
	$(if $(PACKAGE_$(1)),-DPACKAGE_CAT='"$(BRAND_FILE).cat"')

$(O)/win-$(1)/obj/%.import.lib: nt/%.def
	$$(dir)
	$$(Q)$(DLLTOOL) -m $(DLLTOOL_$(1)) -d $$< -l $$@

$(O)/win-$(1)/$(SYS): $(SYS_SRC:%.c=$(O)/win-$(1)/obj/%.o) $(O)/win-$(1)/obj/nt/cfg.o $(O)/win-$(1)/obj/driver/warren.res \
		$(SYS_IMPORTS:%=$(O)/win-$(1)/obj/%.import.lib)
	$$(call say,LINK,$$@)
	$$(Q)cd $$(@D) && $(LLD_LINK) $(WIN_LDFLAGS) $(SYS_LDFLAGS) /machine:$(MACHINE_$(1)) /out:$$(@F) \
		/map:$$(@F).map /pdb:$$(@F).pdb /pdbaltpath:$$(@F).pdb $$(^:$$(@D)/%=%)

$(O)/win-$(1)/$(DLL): $(DLL_SRC:%.c=$(O)/win-$(1)/obj/%.o) $(O)/win-$(1)/obj/nt/cfg.o $(O)/win-$(1)/obj/lib/warren.res \
		$(DLL_IMPORTS:%=$(O)/win-$(1)/obj/%.import.lib) $(O)/win-$(1)/obj/exports.def
	$$(call say,LINK,$$@)
	$$(Q)cd $$(@D) && $(LLD_LINK) $(WIN_LDFLAGS) $(DLL_LDFLAGS) /machine:$(MACHINE_$(1)) /out:$$(@F) /def:obj/exports.def \
		/implib:$$(@F:.dll=.lib) /map:$$(@F).map /pdb:$$(@F).pdb /pdbaltpath:$$(@F).pdb $$(filter-out %.def,$$(^:$$(@D)/%=%))

$(O)/win-$(1)/$(EXE): $(EXE_SRC:%.c=$(O)/win-$(1)/obj/%.o) $(O)/win-$(1)/obj/nt/cfg.o $(O)/win-$(1)/obj/cli/warren.res \
		$(EXE_IMPORTS:%=$(O)/win-$(1)/obj/%.import.lib)
	$$(call say,LINK,$$@)
	$$(Q)cd $$(@D) && $(LLD_LINK) $(WIN_LDFLAGS) $(EXE_LDFLAGS) /machine:$(MACHINE_$(1)) /out:$$(@F) \
		/map:$$(@F).map /pdb:$$(@F).pdb /pdbaltpath:$$(@F).pdb $$(^:$$(@D)/%=%)

# The linker notes its command line in the PDB, so it runs in the output folder and sees nothing outside.
$(O)/win-$(1)/obj/exports.def: lib/exports.def
	$$(dir)
	$$(Q)cp $$< $$@
endef
$(foreach m,$(MACHINES),$(eval $(call WIN,$(m))))

# A second brand, which the tests run beside the first.
ifeq ($(BRAND_MK),brand.mk)
SECOND := $(O)/second/win-x64/second.dll $(O)/second/win-arm64/second.dll $(O)/second/win-arm64/second.inf
host: $(SECOND)
$(SECOND) &: $(O)/win-x64/$(DLL) driver/warren.inf.in tools/inf.sh test/brand/second.mk
	$(call say,BRAND,$@)
	$(Q)$(MAKE) --no-print-directory -s O=$(O)/second BRAND_MK=test/brand/second.mk $(SECOND) >/dev/null
	$(Q)touch $(SECOND)
endif

# As a user would build it: another compiler, the real headers, nothing but the public one of ours.
win: $(O)/win-x64/echo.exe
$(O)/win-x64/echo.exe: examples/echo.c include/wintun.h
	$(call say,CC-mingw,$<)
	$(dir)
	$(Q)$(MINGW_CC) -std=c11 -O2 -Wall -Wextra -Werror -Iinclude -s -Wl,--no-insert-timestamp $< -o $@ -liphlpapi -lws2_32

# Small drivers that the tests load.
DRIVERS := $(basename $(notdir $(wildcard test/driver/drivers/*.c)))
host asan tsan: $(DRIVERS:%=$(O)/win-x64/test/%.sys)
define TEST_DRIVER
$(O)/win-$(1)/test/%.sys: test/driver/drivers/%.c $(O)/win-$(1)/obj/nt/cfg.o $(SYS_IMPORTS:%=$(O)/win-$(1)/obj/%.import.lib) \
		$(O)/gen/brand.h toolchain.mk
	$$(call say,CC-$(1),$$<)
	$$(dir)
	$$(Q)$(CC) $(WIN_TARGET_$(1)) $(WIN_CFLAGS) -fasync-exceptions -MMD -MP -c $$< -o $$(@:.sys=.o)
	$$(Q)$(LLD_LINK) $(WIN_LDFLAGS) $(SYS_LDFLAGS) /machine:$(MACHINE_$(1)) /out:$$@ /map:$$@.map /pdb:$$(@:.sys=.pdb) \
		/pdbaltpath:$$(notdir $$(@:.sys=.pdb)) $$(@:.sys=.o) $$(filter %.o %.lib,$$^)
endef
$(foreach m,$(MACHINES),$(eval $(call TEST_DRIVER,$(m))))

# The same, each with one rule broken that the verifier must name.
PLANTED := $(patsubst test/planted/%.c,$(O)/win-x64/planted/%.sys,$(wildcard test/planted/*.c))
host: $(PLANTED)
$(O)/win-x64/planted/%.sys: test/planted/%.c $(O)/win-x64/obj/nt/cfg.o $(SYS_IMPORTS:%=$(O)/win-x64/obj/%.import.lib) \
		$(O)/gen/brand.h toolchain.mk
	$(call say,CC-x64,$<)
	$(dir)
	$(Q)$(CC) $(WIN_TARGET_x64) $(WIN_CFLAGS) -fno-optimize-sibling-calls -MMD -MP -MT $@ -c $< -o $(@:.sys=.o)
	$(Q)$(LLD_LINK) $(WIN_LDFLAGS) $(SYS_LDFLAGS) /machine:x64 /out:$@ /map:$@.map \
		/pdb:$(@:.sys=.pdb) /pdbaltpath:$(notdir $(@:.sys=.pdb)) $(@:.sys=.o) $(filter %.o %.lib,$^)

# The benchmark's.
$(O)/win-x64/bench/%.sys: bench/driver/%.c $(O)/win-x64/obj/nt/cfg.o $(SYS_IMPORTS:%=$(O)/win-x64/obj/%.import.lib) \
		$(O)/gen/brand.h toolchain.mk
	$(call say,CC-x64,$<)
	$(dir)
	$(Q)$(CC) $(WIN_TARGET_x64) $(WIN_CFLAGS) -MMD -MP -MT $@ -c $< -o $(@:.sys=.o)
	$(Q)$(LLD_LINK) $(WIN_LDFLAGS) $(SYS_LDFLAGS) /machine:x64 /out:$@ /pdb:$(@:.sys=.pdb) \
		/pdbaltpath:$(notdir $(@:.sys=.pdb)) $(@:.sys=.o) $(filter %.o %.lib,$^)

# --- Linux ---------------------------------------------------------------------------------------------------------
HOST_SRC := $(filter-out host/main.c,$(wildcard host/*.c)) $(wildcard host/*.S)
TEST_KINDS := unit driver api cli
PROGRAMS := $(wildcard examples/*.c) $(wildcard test/client/*_program.c)

# compile: flavour, extra flags
define ELF
$(1): $(O)/$(1)/obj/nt/layouts.o $(O)/$(1)/warren-host $(TEST_KINDS:%=$(O)/$(1)/%_test) $$(PROGRAMS:%.c=$(O)/$(1)/%.so) \
	$$(patsubst test/client/%.c,$(O)/$(1)/%,$$(filter-out %_program.c,$$(wildcard test/client/*.c)))

$(O)/$(1)/obj/%.o: %.c $(O)/gen/brand.h toolchain.mk
	$$(call say,CC-$(1),$$<)
	$$(dir)
	$$(Q)$(CC) $(ELF_CFLAGS) $(SANITIZE_$(1)) $$(if $$(filter lib/% cli/% examples/% test/client/% test/api/% test/cli/% bench/%,$$<),-Int/win32 -Iinclude) \
		$$(if $$(filter lib/% cli/%,$$<),-fno-builtin) -MMD -MP -c $$< -o $$@

$(O)/$(1)/obj/%.o: %.S
	$$(call say,AS-$(1),$$<)
	$$(dir)
	$$(Q)$(CC) -I. $(REPRODUCIBLE) -MMD -MP -c $$< -o $$@

$(O)/$(1)/warren-host: $$(patsubst %,$(O)/$(1)/obj/%.o,$$(basename $$(HOST_SRC) host/main.c))
	$$(call say,LINK,$$@)
	$$(Q)$(CC) $(ELF_LDFLAGS) $(SANITIZE_$(1)) $$^ -o $$@ $(ELF_LDLIBS)

$(O)/$(1)/bench: $(O)/win-x64/bench/null.sys
$(O)/$(1)/bench: $$(patsubst %,$(O)/$(1)/obj/%.o,$$(basename $$(wildcard bench/*.c) $$(HOST_SRC)))
	$$(call say,LINK,$$@)
	$$(Q)$(CC) $(ELF_LDFLAGS) $(SANITIZE_$(1)) $$(filter %.o,$$^) -o $$@ $(ELF_LDLIBS)

$(O)/$(1)/forward_tun: $(O)/$(1)/obj/bench/tool/forward_tun.o
	$$(call say,LINK,$$@)
	$$(Q)$(CC) $(ELF_LDFLAGS) $(SANITIZE_$(1)) $$^ -o $$@

# A program for the host's process.
$(O)/$(1)/%.so: $(O)/$(1)/obj/%.o
	$$(call say,LINK,$$@)
	$$(dir)
	$$(Q)$(CC) $(ELF_LDFLAGS) $(SANITIZE_$(1)) -shared $$^ -o $$@

# An ordinary Linux program.
$(O)/$(1)/%: test/client/%.c
	$$(call say,CC-$(1),$$<)
	$$(dir)
	$$(Q)$(CC) -std=gnu11 -O2 -g -D_GNU_SOURCE $(WARN) $(REPRODUCIBLE) $(SANITIZE_$(1)) -pthread $$< -o $$@
endef
$(foreach f,$(FLAVOURS),$(eval $(call ELF,$(f))))

define TEST
$(O)/$(1)/$(2)_test: $$(patsubst %,$(O)/$(1)/obj/%.o,$$(basename $$(wildcard test/$(2)/*.c test/common/*.c) \
		$$(if $$(filter unit,$(2)),cli/pcapng.c) $$(HOST_SRC)))
	$$(call say,LINK,$$@)
	$$(Q)$(CC) $(ELF_LDFLAGS) $(SANITIZE_$(1)) $$^ -o $$@ $$(CHECK_LIBS) $$(if $$(filter cli,$(2)),-ljson-c) $(ELF_LDLIBS)
endef
$(foreach f,$(FLAVOURS),$(foreach k,$(TEST_KINDS),$(eval $(call TEST,$(f),$(k)))))

# Driver and library as native code, so that sanitizers see inside.
define NATIVE
$(1): $(O)/$(1)/$(SYS).so $(O)/$(1)/$(DLL).so $(O)/$(1)/$(EXE).so
$(O)/$(1)/$(EXE).so: $(EXE_SRC:%.c=$(O)/$(1)/obj/%.o)
$(O)/$(1)/$(SYS).so: $(SYS_SRC:%.c=$(O)/$(1)/obj/%.o)
$(O)/$(1)/$(DLL).so: $(DLL_SRC:%.c=$(O)/$(1)/obj/%.o) $(O)/$(1)/obj/lib/package_native.o
$(O)/$(1)/obj/lib/package_native.o: lib/package_native.S $(O)/win-x64/$(BRAND_FILE).inf $(O)/$(1)/$(SYS).so
	$$(call say,AS-$(1),$$<)
	$$(Q)$(CC) -I$(O)/win-x64 -I$(O)/$(1) -DPACKAGE_INF='"$(BRAND_FILE).inf"' -DPACKAGE_SYS='"$(SYS).so"' -c $$< -o $$@
$(O)/$(1)/$(SYS).so $(O)/$(1)/$(DLL).so $(O)/$(1)/$(EXE).so:
	$$(call say,LINK,$$@)
	$$(Q)$(CC) $(ELF_LDFLAGS) $(SANITIZE_$(1)) -shared -Wl,-Bsymbolic $$^ -o $$@
endef
$(foreach f,asan tsan,$(eval $(call NATIVE,$(f))))

include wine.mk

# --- ARM64 ---------------------------------------------------------------------------------------------------------
# The host for ARM64, which qemu-user runs: the driver's tests, with the driver that ships. Debian's cross libraries, and
# Check from ARM64's own packages, unpacked into O (tools/arm64-check).
ARM64_SRC := $(filter-out host/seh_x64.S,$(HOST_SRC)) $(wildcard host/arm64/*) $(wildcard test/common/*.c)
.PHONY: arm64
arm64: $(O)/arm64/driver_test $(O)/arm64/api_test $(O)/win-arm64/$(SYS) $(O)/win-arm64/$(DLL) $(DRIVERS:%=$(O)/win-arm64/test/%.sys)
$(O)/arm64/check/libcheck.a:
	$(call say,GET,$@)
	$(Q)tools/arm64-check $(@D)
$(O)/arm64/obj/%.o: %.c $(O)/gen/brand.h toolchain.mk $(O)/arm64/check/libcheck.a
	$(call say,CC-arm64,$<)
	$(dir)
	$(Q)$(CC) $(ARM64_TARGET) $(ELF_CFLAGS) -I$(O)/arm64/check $(if $(filter test/api/%,$<),-Int/win32 -Iinclude) $(if $(filter test/%,$<),-Wno-error=unused-function) -MMD -MP -c $< -o $@
$(O)/arm64/obj/%.o: %.S
	$(call say,AS-arm64,$<)
	$(dir)
	$(Q)$(CC) $(ARM64_TARGET) -I. $(REPRODUCIBLE) -MMD -MP -c $< -o $@
$(O)/arm64/driver_test: $(patsubst %,$(O)/arm64/obj/%.o,$(basename $(wildcard test/driver/*.c)))
$(O)/arm64/api_test: $(patsubst %,$(O)/arm64/obj/%.o,$(basename $(wildcard test/api/*.c)))
$(O)/arm64/driver_test $(O)/arm64/api_test: $(patsubst %,$(O)/arm64/obj/%.o,$(basename $(ARM64_SRC)))
	$(call say,LINK,$@)
	$(Q)$(CC) $(ARM64_TARGET) $(ARM64_LDFLAGS) $(ELF_LDFLAGS) $^ -o $@ -L$(O)/arm64/check -lcheck -lsubunit -lrt $(ELF_LDLIBS)

# --- for tools -----------------------------------------------------------------------------------------------------
# What clang-tidy and editors read: driver and library as Windows sees them, the rest as Linux does.
TIDY_WIN := $(sort $(SYS_SRC) $(DLL_SRC) $(EXE_SRC))
# Not the drivers that are wrong on purpose, nor what mingw compiles.
TIDY_ELF := $(filter %.c,$(HOST_SRC)) host/main.c $(filter-out test/planted/% test/package/% test/wine/% test/windows/%,$(wildcard examples/*.c test/*/*.c bench/*.c))
TIDY_PE := $(filter-out $(PE_PLAIN_SRC),$(wildcard host/windows/*.c test/windows/*.c))
.PHONY: compile_commands format check-format tidy
compile_commands: $(O)/gen/brand.h
	$(Q)tools/compile-commands "$(CC) $(WIN_TARGET_x64) $(WIN_CFLAGS) $(WIN_LIB_CFLAGS)" $(TIDY_WIN) \
		-- "$(CC) $(ELF_CFLAGS) $(WIN_LIB_CFLAGS)" $(TIDY_ELF) -- "$(CC) $(PE_CFLAGS)" $(PE_PLAIN_SRC) \
		-- "$(CC) $(PE_CFLAGS) $(PE_HOST_CFLAGS)" $(TIDY_PE) >$(O)/compile_commands.json
format:
	$(Q)clang-format$(LLVM) -i $(C_FILES)
check-format:
	$(Q)clang-format$(LLVM) --dry-run -Werror $(C_FILES)
tidy: $(foreach f,$(TIDY_WIN) $(TIDY_ELF) $(TIDY_PE) $(PE_PLAIN_SRC),$(O)/tidy/$(f).done)
$(O)/tidy/%.done: % .clang-tidy $(filter %.h,$(C_FILES)) | compile_commands
	$(call say,TIDY,$<)
	$(dir)
	$(Q)clang-tidy$(LLVM) --quiet -p $(O) $< >$@.log 2>&1 || { cat $@.log; exit 1; }
	$(Q)touch $@

-include $(shell find $(O) -name '*.d' 2>/dev/null)
