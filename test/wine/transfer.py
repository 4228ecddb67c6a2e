#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
"""transfer.py serve ADDRESS: sends back over TCP what comes, to one client, then ends.
transfer.py ADDRESS SIZE: sends so many random bytes there and compares what comes back."""
import hashlib
import os
import socket
import sys
import threading

PORT = 7777
LIMIT = 60  # seconds without any progress


def serve(address):
    with socket.create_server((address, PORT), family=socket.AF_INET6 if ":" in address else socket.AF_INET) as server:
        server.settimeout(LIMIT)
        print("listening", flush=True)
        connection, _ = server.accept()
        connection.settimeout(LIMIT)
        # All of it first: otherwise either side may wait for the other to read.
        data = b"".join(iter(lambda: connection.recv(1 << 16), b""))
        connection.sendall(data)
        connection.close()


def transfer(address, size):
    data = os.urandom(size)
    digest = hashlib.sha256()
    with socket.create_connection((address, PORT), LIMIT) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        while part := connection.recv(1 << 16):
            digest.update(part)
    if digest.digest() != hashlib.sha256(data).digest():
        sys.exit("what came back is something else")
    print(f"{size} bytes there and back")


if sys.argv[1] == "serve":
    serve(sys.argv[2])
else:
    transfer(sys.argv[1], int(sys.argv[2]))
