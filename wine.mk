# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# What docs/wine.md is about: the host in a Windows process, and the programs that run with it. Part of Makefile.

# The same objects as the tests', and the bridge by which a Windows program gets them.
.PHONY: wine
WINE_PROGRAMS := $(patsubst test/wine/%.c,$(O)/wine/%.exe,$(wildcard test/wine/*.c))
wine: windows-host $(O)/wine/warren-host.so $(O)/wine/wintun.dll \
	$(WINE_PROGRAMS) $(patsubst %,$(O)/wine/%.exe,conform-gcc conform-packed conform-clang conform-go echo-go wireguard-go \
	nebula/nebula yggdrasil tun2socks echo) $(O)/wine/$(EXE) $(O)/wine/$(DLL)
# As programs bring it along.
$(O)/wine/wintun.dll: $(O)/win-x64/$(DLL)
	$(dir)
	$(Q)cp $< $@
$(O)/wine/$(EXE) $(O)/wine/$(DLL) $(O)/wine/echo.exe: $(O)/wine/%: $(O)/win-x64/%
	$(dir)
	$(Q)cp $< $@
$(O)/wine/wireguard-go.exe: GO_PACKAGE := golang.zx2c4.com/wireguard
$(O)/wine/conform-go.exe: GO_PACKAGE := test/wine/go/conform
$(O)/wine/conform-go.exe: test/wine/go/conform/main.go
$(O)/wine/echo-go.exe: GO_PACKAGE := test/wine/go/echo
$(O)/wine/echo-go.exe: test/wine/go/echo/main.go
$(O)/wine/wireguard-go.exe $(O)/wine/conform-go.exe $(O)/wine/echo-go.exe: tools/clients/go-windows test/wine/go/wintun/wintun.go
	$(call say,GO,$@)
	$(Q)tools/clients/go-windows $@ $(GO_PACKAGE)
# Where Debian has other versions, or none, the test says so.
$(O)/wine/nebula/nebula.exe: GO_PACKAGE := github.com/slackhq/nebula/cmd/nebula
$(O)/wine/nebula/nebula.exe: $(O)/wine/nebula/dist/windows/wintun/bin/amd64/wintun.dll
$(O)/wine/nebula/dist/windows/wintun/bin/amd64/wintun.dll: $(O)/win-x64/$(DLL)
	$(dir)
	$(Q)cp $< $@
$(O)/wine/yggdrasil.exe: GO_PACKAGE := github.com/yggdrasil-network/yggdrasil-go/cmd/yggdrasil
$(O)/wine/nebula/nebula.exe $(O)/wine/yggdrasil.exe: tools/clients/go-windows $(wildcard test/wine/go/*/*.go)
	$(call say,GO,$@)
	$(Q)tools/clients/go-windows $@ $(GO_PACKAGE) || echo "$@ is left out" >&2
# The same source, three times: with another compiler and its headers, with that one packing, and for Microsoft's ABI with
# our headers.
CONFORM := test/wine/conform/conform.c test/wine/conform/convention.S
$(O)/wine/conform-packed.exe: CONFORM_FLAGS := -fpack-struct=4
$(O)/wine/conform-gcc.exe $(O)/wine/conform-packed.exe: $(CONFORM) include/wintun.h include/warren.h
	$(call say,CC-mingw,$@)
	$(dir)
	$(Q)$(MINGW_CC) -std=gnu11 -O2 -Wall -Wextra -Werror $(CONFORM_FLAGS) -Iinclude -s -Wl,--no-insert-timestamp $(CONFORM) -o $@
$(O)/wine/conform-clang.exe: $(patsubst %,$(O)/win-x64/obj/%.o,$(basename $(CONFORM)) lib/text) $(O)/win-x64/obj/nt/cfg.o $(O)/win-x64/obj/kernel32.import.lib
	$(call say,LINK,$@)
	$(dir)
	$(Q)$(LLD_LINK) $(WIN_LDFLAGS) $(EXE_LDFLAGS) /machine:x64 /out:$@ $^
$(O)/win-x64/obj/%.o: %.S
	$(call say,AS-x64,$<)
	$(dir)
	$(Q)$(CC) $(WIN_TARGET_x64) $(REPRODUCIBLE) -c $< -o $@
# Not without lwIP's sources, which are not among Debian's packages (tools/clients/lwip).
TUN2SOCKS := $(wildcard examples/tun2socks/*.[ch] examples/tun2socks/arch/*.h)
TUN2SOCKS_CC = $(MINGW_CC) -std=gnu11 -O2 -Iinclude -Iexamples/tun2socks -isystem $(O)/lwip/src/include
$(O)/wine/tun2socks.exe: $(TUN2SOCKS) include/wintun.h tools/clients/lwip
	$(call say,CC-mingw,$@)
	$(dir)
	$(Q)if tools/clients/lwip $(O)/lwip; then \
		$(TUN2SOCKS_CC) -w -r -o $(O)/lwip.obj $(O)/lwip/src/core/*.c $(O)/lwip/src/core/ipv[46]/*.c && \
		$(TUN2SOCKS_CC) -Wall -Wextra -Werror -s -Wl,--no-insert-timestamp $(filter %.c,$^) $(O)/lwip.obj -o $@ -liphlpapi -lws2_32; \
	else echo "$@ is left out" >&2; fi
$(WINE_PROGRAMS): $(O)/wine/%.exe: test/wine/%.c include/wintun.h
	$(call say,CC-mingw,$<)
	$(dir)
	$(Q)$(MINGW_CC) -std=gnu11 -O2 -Wall -Wextra -Werror -Wno-unused-parameter -Iinclude -s -Wl,--no-insert-timestamp $< -o $@ -liphlpapi -lws2_32
$(O)/wine/warren-host.so: $(patsubst %,$(O)/host/obj/%.o,$(basename $(HOST_SRC)))
	$(call say,LINK,$@)
	$(dir)
	$(Q)$(CC) $(ELF_LDFLAGS) -shared -Wl,-Bsymbolic -Wl,-z,defs $^ -o $@ $(ELF_LDLIBS)
$(O)/wine/warren-host.exe: host/wine/launcher.c
$(O)/wine/warren-host.dll: host/wine/bridge.c host/wine/bridge.h
$(O)/wine/warren-host.dll: BRIDGE_FLAGS := -shared -Wl,--disable-auto-image-base
$(O)/wine/warren-host.exe $(O)/wine/warren-host.dll:
	$(call say,CC-mingw,$<)
	$(dir)
	$(Q)$(MINGW_CC) -std=gnu11 -O2 -Wall -Wextra -Werror -Wno-unused-parameter -I. $(BRIDGE_FLAGS) -s -Wl,--no-insert-timestamp $< -o $@

# The same sources as a Windows DLL. Its functions have the names of Windows's own: the linker gets them under others.
HOST_LINUX_SRC := host/exercise.c host/guest_nodes.c host/guest_wine.c host/image_native.c host/ke_shared.c host/mm_map.c \
	host/os_linux.c host/ps_gs.c host/seh_fault.c host/seh_frames.c host/stack_tun_device.c host/stack_tun_netlink.c \
	host/stack_tun_ping.c host/win32_drive.c
PE_PLAIN_SRC := host/windows/bridge_udp.c host/windows/os_windows.c host/windows/posix.c host/windows/stack_udp.c
PE_HOST_SRC := $(filter-out $(HOST_LINUX_SRC) $(PE_PLAIN_SRC),$(HOST_SRC) $(wildcard host/windows/*.c))
PE_OBJECTS := $(patsubst %,$(O)/windows/obj/%.o,$(basename $(PE_HOST_SRC) $(PE_PLAIN_SRC)))
.PHONY: windows-host
windows-host: $(O)/wine/warren-host.exe $(O)/wine/warren-host.dll $(O)/wine/warren-host-windows.dll $(O)/windows/seh-test.exe
$(O)/windows/names: host/windows/names.h $(wildcard host/exports*.def)
	$(call say,NAMES,$@)
	$(dir)
	$(Q)$(CC) -E -P -I. -x c $< | sed -n 's/^RENAME //p' | LC_ALL=C sort -u >$@
$(PE_PLAIN_SRC:%.c=$(O)/windows/obj/%.o): $(O)/windows/obj/%.o: %.c toolchain.mk
	$(call say,CC-windows,$<)
	$(dir)
	$(Q)$(CC) $(PE_CFLAGS) -MMD -MP -c $< -o $@
$(O)/windows/obj/%.o: %.c $(O)/gen/brand.h $(O)/windows/names toolchain.mk
	$(call say,CC-windows,$<)
	$(dir)
	$(Q)$(CC) $(PE_CFLAGS) $(PE_HOST_CFLAGS) -MMD -MP -c $< -o $@ && $(MINGW_OBJCOPY) --redefine-syms=$(O)/windows/names $@
$(O)/windows/obj/%.o: %.S $(O)/windows/names toolchain.mk
	$(call say,AS-windows,$<)
	$(dir)
	$(Q)$(CC) $(PE_TARGET) -I. $(REPRODUCIBLE) -MMD -MP -c $< -o $@ && $(MINGW_OBJCOPY) --redefine-syms=$(O)/windows/names $@
$(O)/wine/warren-host-windows.dll: $(PE_OBJECTS)
	$(call say,LINK,$@)
	$(dir)
	$(Q)$(CC) $(PE_LDFLAGS) -shared $^ -o $@ $(PE_LDLIBS)
$(O)/windows/seh-test.exe: $(PE_OBJECTS) $(O)/windows/obj/test/windows/seh.o
	$(call say,LINK,$@)
	$(Q)$(CC) $(PE_LDFLAGS) $^ -o $@ $(PE_LDLIBS)
