#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
"""TCP as programs use it, for tun2socks.t: servers with habits of their own, and clients for each of them.

streams.py serve           all servers; "listening" when they do, "late DIGEST" when LATE has got something
streams.py CHECK HOST      one check with the servers on that host; exit code 0 when it is as it should be
"""
import errno
import hashlib
import http.server
import random
import select
import socket
import socketserver
import struct
import sys
import threading

HTTP, ECHO, LATE, RESET, STALL, ENDLESS, REFUSED, DATAGRAMS = 8080, 8081, 8082, 8083, 8084, 8085, 8099, 8053
PATIENCE = 30


def some(seed, size):
    return random.Random(seed).randbytes(size)


def digest(data):
    return hashlib.sha256(data).hexdigest()


def everything(connection):
    """What comes until the other side has no more."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


# --- servers ---------------------------------------------------------------------------------------------------------


class Files(http.server.BaseHTTPRequestHandler):
    """GET /SEED/SIZE gives those bytes, PUT answers with the digest of what it got."""

    def do_GET(self):
        _, seed, size = self.path.split("/")
        self.answer(some(int(seed), int(size)))

    def do_PUT(self):
        self.answer(digest(self.rfile.read(int(self.headers["Content-Length"]))).encode())

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Web(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6


def echo(connection):
    """Gives all back, once the client has ended its side."""
    connection.sendall(everything(connection))


def late(connection):
    """Ends its own side first, and takes what comes then."""
    connection.sendall(some(1, 100000))
    connection.shutdown(socket.SHUT_WR)
    print("late", digest(everything(connection)), flush=True)


def reset(connection):
    """In the middle of what it sends."""
    connection.recv(1)
    connection.sendall(some(2, 100000))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


may_read = threading.Event()


def stall(connection):
    """The first one is not read until there is a second."""
    if may_read.is_set() or stall.waiting:
        may_read.set()
        return
    stall.waiting = True
    may_read.wait(PATIENCE)
    connection.sendall(digest(everything(connection)).encode())


stall.waiting = False


def endless(connection):
    piece = some(3, 65536)
    while True:
        connection.sendall(piece)


def listen(port, serve):
    def one(connection):
        with connection:
            try:
                serve(connection)
            except OSError:
                pass  # the client has gone; it is the one who looks

    def accept():
        while True:
            threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()

    listener = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=256)
    threading.Thread(target=accept, daemon=True).start()


class Datagrams(socketserver.BaseRequestHandler):
    def handle(self):
        data, answer = self.request
        answer.sendto(data[::-1], self.client_address)


class DatagramServer(socketserver.ThreadingUDPServer):
    address_family = socket.AF_INET6


def serve():
    for port, what in (ECHO, echo), (LATE, late), (RESET, reset), (STALL, stall), (ENDLESS, endless):
        listen(port, what)
    threading.Thread(target=Web(("::", HTTP), Files).serve_forever, daemon=True).start()
    datagrams = DatagramServer(("::", DATAGRAMS), Datagrams)
    print("listening", flush=True)
    datagrams.serve_forever()


# --- clients ---------------------------------------------------------------------------------------------------------


def connect(host, port):
    return socket.create_connection((host, port), timeout=PATIENCE)


def same(what, expected, found):
    if expected != found:
        raise SystemExit(f"{what}: expected {expected!r:.100}, is {found!r:.100}")


def check_half(host):
    """The client ends its side, and gets everything back."""
    data = some(10, 3000000)
    with connect(host, ECHO) as connection:
        connection.settimeout(PATIENCE)
        sender = threading.Thread(target=lambda: (connection.sendall(data), connection.shutdown(socket.SHUT_WR)))
        sender.start()
        same("digest", digest(data), digest(everything(connection)))
        sender.join()


def check_late(host):
    """The server has ended its side, and takes everything still."""
    data = some(11, 3000000)
    with connect(host, LATE) as connection:
        same("what the server said first", digest(some(1, 100000)), digest(everything(connection)))
        connection.sendall(data)
    print(digest(data))


def check_many(host):
    """All connections are there before the first byte is sent; then all send, then all end, then all read."""
    connections = [connect(host, ECHO) for _ in range(64)]
    data = [some(100 + number, 100000 + number) for number in range(64)]
    threads = [threading.Thread(target=c.sendall, args=(d,)) for c, d in zip(connections, data)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for connection in connections:
        connection.shutdown(socket.SHUT_WR)
    for connection, sent in zip(connections, data):
        same("digest", digest(sent), digest(everything(connection)))
        connection.close()


def check_files(host):
    """As many, each over a GET of its own: for proxies that do not know half-closed connections."""
    found = [None] * 64

    def get(number):
        with connect(host, HTTP) as connection:
            connection.sendall(f"GET /{number}/100000 HTTP/1.0\r\n\r\n".encode())
            found[number] = digest(everything(connection).partition(b"\r\n\r\n")[2])

    threads = [threading.Thread(target=get, args=(number,)) for number in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    same("digests", [digest(some(number, 100000)) for number in range(64)], found)


def check_refused(host):
    """Refused is what connect says, not a connection that ends at once."""
    for _ in range(5):
        try:
            connect(host, REFUSED).close()
        except ConnectionRefusedError:
            continue
        raise SystemExit("there is a connection where nobody listens")


def check_reset(host):
    with connect(host, RESET) as connection:
        connection.sendall(b"?")
        try:
            got = everything(connection)
        except ConnectionResetError:
            return
    raise SystemExit(f"the end came after {len(got)} bytes, but as no reset")


def check_stall(host):
    """A server that does not read stops the client; later everything arrives."""
    data = some(12, 48000000)
    sent = 0
    with connect(host, STALL) as connection:
        connection.setblocking(False)
        while sent < len(data) and select.select([], [connection], [], 1)[1]:
            sent += connection.send(memoryview(data)[sent : sent + 65536])
        print(f"the server read nothing, and {sent} bytes were taken")
        if not 0 < sent < len(data):
            raise SystemExit("nothing has stopped the client")
        connect(host, STALL).close()
        connection.settimeout(PATIENCE)
        connection.sendall(data[sent : sent + 2000000])
        connection.shutdown(socket.SHUT_WR)
        same("digest", digest(data[: sent + 2000000]), everything(connection).decode())


def check_endless(host):
    """Says "flowing" when something does, and ends with a reset when the tunnel does."""
    got = 0
    with connect(host, ENDLESS) as connection:
        try:
            while part := connection.recv(65536):
                if got < 2000000 <= got + len(part):
                    print("flowing", flush=True)
                got += len(part)
        except ConnectionResetError:
            return
        except OSError as error:
            if error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ETIMEDOUT):
                return  # the tunnel had gone before its reset could be taken
            raise
    raise SystemExit("the end came, but as no reset")


def check_datagrams(host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in range(20):
        with socket.socket(family, socket.SOCK_DGRAM) as one:
            one.settimeout(PATIENCE)
            one.connect((host, DATAGRAMS))
            data = some(number, 10 + 60 * number)
            one.send(data)
            same("datagram", data[::-1], one.recv(65536))


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    elif len(sys.argv) == 3 and f"check_{sys.argv[1]}" in globals():
        globals()[f"check_{sys.argv[1]}"](sys.argv[2])
    else:
        sys.exit(__doc__)
