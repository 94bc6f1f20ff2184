"""Clients that ask by HTTP, one after the other, and read no more than the
first byte of an answer, into the smallest buffer the kernel gives them.

    stalled_clients.py PORT TARGET COUNT

Says `stalled` when all have begun, and stays until its input ends.
"""

import socket
import sys

port, target, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
clients = []
for _ in range(count):
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    client.connect(("127.0.0.1", port))
    client.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    client.recv(1)
    clients.append(client)
print("stalled", flush=True)
sys.stdin.read()
