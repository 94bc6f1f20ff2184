# notify_socket.py PATH: stands for systemd. Prints `bound`, then each datagram
# that comes to the unix socket PATH as one line of JSON, until it is killed.
# Node has no datagram unix sockets.

import json
import socket
import sys

with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
    receiver.bind(sys.argv[1])
    print("bound", flush=True)
    while True:
        print(json.dumps(receiver.recv(65536).decode()), flush=True)
