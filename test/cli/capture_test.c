/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Capture files, as tshark reads them.
 */
#include "test/cli/run.h"
#include "test/common/testing.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/stack_fake.h"
#include "host/win32.h"

#include "include/wintun.h"

static WINTUN_CREATE_ADAPTER_FUNC *create_adapter;
static WINTUN_CLOSE_ADAPTER_FUNC *close_adapter;
static WINTUN_START_SESSION_FUNC *start_session;
static WINTUN_END_SESSION_FUNC *end_session;
static WINTUN_ALLOCATE_SEND_PACKET_FUNC *allocate;
static WINTUN_SEND_PACKET_FUNC *send_packet;
static WINTUN_RECEIVE_PACKET_FUNC *receive;
static WINTUN_RELEASE_RECEIVE_PACKET_FUNC *release;
static WINTUN_GET_READ_WAIT_EVENT_FUNC *wait_event;

static HMODULE library;
static WINTUN_ADAPTER_HANDLE adapter;
static WINTUN_SESSION_HANDLE session;
static char file[64];

static void begin(void) {
    world_start(true);
    library = LoadLibraryW(L"wintun.dll");
    ck_assert_ptr_nonnull(library);
#define LOAD(name, function) ck_assert_ptr_nonnull(name = (void *)GetProcAddress(library, function))
    LOAD(create_adapter, "WintunCreateAdapter");
    LOAD(close_adapter, "WintunCloseAdapter");
    LOAD(start_session, "WintunStartSession");
    LOAD(end_session, "WintunEndSession");
    LOAD(allocate, "WintunAllocateSendPacket");
    LOAD(send_packet, "WintunSendPacket");
    LOAD(receive, "WintunReceivePacket");
    LOAD(release, "WintunReleaseReceivePacket");
    LOAD(wait_event, "WintunGetReadWaitEvent");
    adapter = create_adapter(L"Watched", L"Test", NULL);
    session = start_session(adapter, WINTUN_MIN_RING_CAPACITY);
    ck_assert_ptr_nonnull(session);
    strcpy(file, "/tmp/warren-capture-XXXXXX");
    int fd = mkstemp(file);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void end(void) {
    unlink(file);
    if (session) end_session(session);
    session = NULL;
    close_adapter(adapter);
    FreeLibrary(library);
    world_stop();
}

/* UDP from 10.0.0.`from` to 10.0.0.`to`, whose payload is as long as given. */
static uint32_t make(uint8_t *packet, uint8_t from, uint8_t to, uint32_t payload) {
    uint32_t length = 28 + payload, sum = 0;
    memset(packet, 0, length);
    packet[0] = 0x45;
    packet[2] = (uint8_t)(length >> 8);
    packet[3] = (uint8_t)length;
    packet[8] = 64;
    packet[9] = 17;
    memcpy(packet + 12, (uint8_t[]){10, 0, 0, from, 10, 0, 0, to}, 8);
    for (unsigned at = 0; at < 20; at += 2) sum += (uint32_t)packet[at] << 8 | packet[at + 1];
    sum = (sum & 0xffff) + (sum >> 16);
    sum = ~((sum & 0xffff) + (sum >> 16)) & 0xffff;
    packet[10] = (uint8_t)(sum >> 8);
    packet[11] = (uint8_t)sum;
    packet[21] = 7;
    packet[23] = 9;
    packet[24] = (uint8_t)((8 + payload) >> 8);
    packet[25] = (uint8_t)(8 + payload);
    return length;
}

static void inbound(uint32_t payload) {
    uint8_t packet[2048];
    uint32_t length = make(packet, 2, 1, payload);
    BYTE *room;
    while ((room = allocate(session, length)) == NULL) SwitchToThread();
    memcpy(room, packet, length);
    send_packet(session, room);
}

static void outbound(uint32_t payload) {
    uint8_t packet[2048];
    struct fake_packet sent = {.data = packet, .size = make(packet, 1, 2, payload)};
    DWORD size;
    BYTE *got;
    ck_assert_uint_eq(fake_send_packets(fake_of(ndis_adapter_find(NULL)), &sent, 1, PASSIVE_LEVEL), 1);
    while ((got = receive(session, &size)) == NULL) WaitForSingleObject(wait_event(session), INFINITE);
    release(session, got);
}

/* What a program says of the file; it must have nothing to complain about. */
static void ask(const char *program, const char *arguments, char *out, size_t room) {
    char command[512];
    snprintf(command, sizeof command, "%s %s %s 2>&1", program, file, arguments);
    FILE *pipe = popen(command, "r"); /* NOLINT(cert-env33-c): with a name of our own */
    ck_assert_ptr_nonnull(pipe);
    size_t size = fread(out, 1, room - 1, pipe);
    out[size] = 0;
    ck_assert_msg(pclose(pipe) == 0, "%s: %s", command, out);
    /* Said to root, always. */
    char *warning = strstr(out, "Running as user \"root\"");
    if (warning) {
        char *line = strchr(warning, '\n');
        memmove(warning, line ? line + 1 : warning, line ? strlen(line + 1) + 1 : 1);
    }
}

static void tshark(const char *arguments, char *out, size_t room) { ask("tshark -r", arguments, out, room); }

START_TEST(tshark_reads_what_was_captured_with_its_directions) {
    char line[128], out[8192], expected[4096] = "";
    size_t at = 0;
    begin();
    snprintf(line, sizeof line, "capture Watched -w %s --count 40", file);
    struct running *capture = run_begin(line, NULL);
    run_wait_for(capture, "Capturing");
    for (uint32_t round = 0; round < 20; round++) {
        inbound(round);
        outbound(100 + round);
        at +=
            (size_t)snprintf(expected + at, sizeof expected - at, "10.0.0.2,10.0.0.1,7,9,%u,0x00000001\n", 28 + round);
        at +=
            (size_t)snprintf(expected + at, sizeof expected - at, "10.0.0.1,10.0.0.2,7,9,%u,0x00000002\n", 128 + round);
    }
    struct outcome outcome = run_end(capture);
    ck_assert_msg(outcome.code == 0, "%s%s", outcome.out, outcome.err);
    ck_assert_ptr_nonnull(strstr(outcome.out, "40 packets"));
    tshark("-T fields -E separator=, -e ip.src -e ip.dst -e udp.srcport -e udp.dstport -e frame.len -e "
           "frame.packet_flags",
           out, sizeof out);
    ck_assert_str_eq(out, expected);
    /* Raw IP, and nothing malformed. */
    tshark("-c 1 -T fields -e frame.encap_type -e frame.interface_name", out, sizeof out);
    ck_assert_str_eq(out, "7\tWatched\n");
    tshark("-Y _ws.malformed", out, sizeof out);
    ck_assert_str_eq(out, "");
    end();
}
END_TEST

START_TEST(the_file_says_whole_what_it_is_of) {
    char line[256], name[128], wanted[256], out[4096];
    WCHAR wide[128] = {0};
    begin();
    end_session(session);
    close_adapter(adapter);
    for (unsigned at = 0; at < 127; at++) wide[at] = (WCHAR)(name[at] = (char)('a' + at % 26));
    name[127] = 0;
    adapter = create_adapter(wide, L"Test", NULL);
    session = start_session(adapter, WINTUN_MIN_RING_CAPACITY);
    ck_assert_ptr_nonnull(session);
    snprintf(line, sizeof line, "capture %s -w %s --count 3 --snaplen 64", name, file);
    struct running *capture = run_begin(line, NULL);
    run_wait_for(capture, "Capturing");
    for (unsigned at = 0; at < 3; at++) inbound(at);
    struct outcome outcome = run_end(capture);
    ck_assert_msg(outcome.code == 0, "%s%s", outcome.out, outcome.err);
    ask("capinfos -M", "", out, sizeof out);
    snprintf(wanted, sizeof wanted, "Name = %s\n", name);
    const char *said[] = {wanted,
                          "Encapsulation = Raw IP",
                          "Capture length = 64\n",
                          "Time ticks per second = 10000000\n",
                          "Number of stat entries = 1\n",
                          "Number of packets = 3\n"};
    for (unsigned at = 0; at < sizeof said / sizeof *said; at++)
        ck_assert_msg(strstr(out, said[at]) != NULL, "no %s in %s", said[at], out);
    end();
}
END_TEST

START_TEST(a_capture_ends_with_the_session_and_says_so_in_json) {
    char line[128];
    begin();
    snprintf(line, sizeof line, "capture Watched --write=%s --snaplen 32 --json", file);
    struct running *capture = run_begin(line, NULL);
    while (access(file, R_OK) || !run_has_written(file)) SwitchToThread();
    inbound(500);
    end_session(session);
    session = NULL;
    struct outcome outcome = run_end(capture);
    ck_assert_msg(outcome.code == 0, "%s%s", outcome.out, outcome.err);
    json_object *object = json_of(&outcome);
    ck_assert_int_eq(json_object_get_int(json_member(object, "packets")), 1);
    ck_assert_int_eq(json_object_get_int(json_member(object, "dropped")), 0);
    ck_assert_str_eq(json_object_get_string(json_member(object, "file")), file);
    json_object_put(object);
    char out[256];
    tshark("-T fields -e frame.len -e frame.cap_len", out, sizeof out);
    ck_assert_str_eq(out, "528\t32\n");
    end();
}
END_TEST

START_TEST(captures_that_cannot_be_say_why) {
    char line[128];
    begin();
    struct outcome outcome = run("capture Nobody -w /tmp/never");
    ck_assert_uint_eq(outcome.code, 4);
    outcome = run("capture Watched -w /nowhere/at/all");
    ck_assert_uint_eq(outcome.code, 7);
    ck_assert_ptr_nonnull(strstr(outcome.err, "cannot be created"));
    outcome = run("capture Watched -w /dev/full --seconds 1");
    ck_assert_uint_eq(outcome.code, 7);
    ck_assert_ptr_nonnull(strstr(outcome.err, "the disk is full"));
    snprintf(line, sizeof line, "capture Watched -w %s", file);
    struct running *capture = run_begin(line, NULL);
    run_wait_for(capture, "Capturing");
    outcome = run("capture Watched -w /tmp/never");
    ck_assert_uint_eq(outcome.code, 5);
    ck_assert_ptr_nonnull(strstr(outcome.err, "captures on Watched already"));
    win32_console_event_to(run_process(capture), CTRL_C_EVENT);
    ck_assert_uint_eq(run_end(capture).code, 0);
    ck_assert_int_ne(access("/tmp/never", F_OK), 0);
    outcome = run_as_user(line);
    ck_assert_uint_eq(outcome.code, 3);
    end();
}
END_TEST

TEST_CASES(captures, tshark_reads_what_was_captured_with_its_directions, the_file_says_whole_what_it_is_of,
           a_capture_ends_with_the_session_and_says_so_in_json, captures_that_cannot_be_say_why)
