# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# Every compiler flag, once. clang, lld and LLVM's tools of one version build everything that ships.

LLVM ?= -19
CC := clang$(LLVM)
LLD_LINK := lld-link$(LLVM)
DLLTOOL := llvm-dlltool$(LLVM)
RC := llvm-rc$(LLVM)
MINGW_CC := x86_64-w64-mingw32-gcc
MINGW_OBJCOPY := x86_64-w64-mingw32-objcopy

# No path of this machine in any output, and the same output in any folder.
REPRODUCIBLE := -ffile-prefix-map=$(CURDIR)/= -ffile-prefix-map=$(abspath $(O))/=build/ -ffile-prefix-map=$(O)/=build/ \
	-fdebug-compilation-dir=. -fno-ident
WARN := -Wall -Wextra -Werror -Wthread-safety -Wno-unused-parameter -Wno-gnu-alignof-expression
INCLUDE := -I. -I$(O)

# --- Windows: driver and library, freestanding, MSVC's ABI ---------------------------------------------------------
WIN_TARGET_x64 := --target=x86_64-pc-windows-msvc
WIN_TARGET_arm64 := --target=aarch64-pc-windows-msvc
# Without stack probes a frame must stay below a page. -ffreestanding turns unwind tables off, which Windows cannot do
# without.
WIN_CFLAGS := -std=gnu11 -O2 -g -gcodeview -gno-codeview-command-line -ffreestanding -fno-builtin -fms-extensions \
	-fasynchronous-unwind-tables -mno-stack-arg-probe -Wframe-larger-than=3072 -Xclang -cfguard $(WARN) $(REPRODUCIBLE) $(INCLUDE)
WIN_LIB_CFLAGS := -Int/win32 -Iinclude

MACHINE_x64 := x64
MACHINE_arm64 := arm64
DLLTOOL_x64 := i386:x86-64
DLLTOOL_arm64 := arm64
# /release writes the checksum that the kernel requires, /Brepro a hash instead of the time.
WIN_LDFLAGS := /nologo /nodefaultlib /guard:cf /dynamicbase /highentropyva /nxcompat /debug /pdbsourcepath:. \
	/release /Brepro /opt:ref /opt:icf /merge:.00cfg=.rdata
# INIT is thrown away when the driver has started.
SYS_LDFLAGS := /driver /subsystem:native,10.00 /entry:DriverEntry /section:INIT,ERD
EXE_LDFLAGS := /subsystem:console,10.00 /entry:Start
DLL_LDFLAGS := /dll /subsystem:windows,10.00 /entry:DllMain

# --- Linux: the host, tests, examples for the host, native builds of driver and library ----------------------------
# Each function has its frame from its first to its last instruction, so that a fault in it finds its caller.
ELF_CFLAGS := -std=gnu11 -O2 -g -D_GNU_SOURCE -fshort-wchar -fms-extensions -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer \
	-mllvm -enable-shrink-wrap=false \
	-fasynchronous-unwind-tables -fPIC -ftls-model=initial-exec -pthread $(WARN) $(REPRODUCIBLE) $(INCLUDE)
ELF_LDFLAGS := -fuse-ld=lld -pthread -rdynamic -Wl,--build-id=none
ELF_LDLIBS := -ldl -lm

# --- Windows: the host, with mingw-w64's C library and POSIX threads -------------------------------------------------
# Of memory that stands for a machine's Windows wants to be sure beforehand: 1 GiB, not 16.
PE_TARGET := --target=x86_64-w64-mingw32
PE_CFLAGS := $(PE_TARGET) -std=gnu11 -O2 -D_GNU_SOURCE -D_WIN32_WINNT=0x0A00 -D__USE_MINGW_ANSI_STDIO=1 -fno-auto-import \
	-fasynchronous-unwind-tables -isystem host/windows/posix $(WARN) $(REPRODUCIBLE) $(INCLUDE)
PE_HOST_CFLAGS := -DNT_HOST -DMM_PHYSICAL=0x40000000ull -fms-extensions
PE_LDFLAGS := $(PE_TARGET) -fuse-ld=lld -static -s -Wl,--no-insert-timestamp -Wl,--nxcompat -Wl,--dynamicbase -Wl,--high-entropy-va
PE_LDLIBS := -lpthread -lws2_32 -lbcrypt -lkernel32 -lsynchronization

# Debian's cross libraries for ARM64.
ARM64_TARGET := --target=aarch64-linux-gnu -isystem /usr/aarch64-linux-gnu/include
ARM64_LDFLAGS := -B/usr/aarch64-linux-gnu/lib -L/usr/aarch64-linux-gnu/lib
SANITIZE_host :=
SANITIZE_asan := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-sanitize=function
SANITIZE_tsan := -fsanitize=thread
CHECK_LIBS = $(shell pkg-config --libs check)
