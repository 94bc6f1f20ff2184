# A client of TLS that needs nothing but Python's standard library.
#
#   tls_client.py PORT AUTHORITY [plain|early [CERTIFICATE KEY [SECRET]]]
#
# It publishes a message to the topic `python` of a broker on this machine, and
# says `fine` if all went as it should. `early` sends its ClientHello in the
# packet of the IDENTIFY. With a secret it sends AUTH first.

import json
import socket
import ssl
import struct
import sys

port, authority = int(sys.argv[1]), sys.argv[2]
mode = sys.argv[3] if len(sys.argv) > 3 else "plain"

context = ssl.create_default_context(cafile=authority)
context.check_hostname = False
if len(sys.argv) > 5:
    context.load_cert_chain(sys.argv[4], sys.argv[5])
incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
tls = context.wrap_bio(incoming, outgoing)
wire = socket.create_connection(("127.0.0.1", port), 10)


def receive():
    data = wire.recv(65536)
    if not data:
        raise SystemExit("connection ended")
    incoming.write(data)


def drive(action):
    """Repeats an action of TLS until it has what it needs."""
    while True:
        try:
            result = action()
            wire.sendall(outgoing.read())
            return result
        except ssl.SSLWantReadError:
            wire.sendall(outgoing.read())
            receive()


def exactly(count, read):
    data = b""
    while len(data) < count:
        data += read(count - len(data))
    return data


def frame(read):
    size, kind = struct.unpack(">ii", exactly(8, read))
    return kind, exactly(size - 4, read)


def secure_read(count):
    return drive(lambda: tls.read(count))


body = json.dumps({"feature_negotiation": True, "tls_v1": True}).encode()
hello = b""
if mode == "early":
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        hello = outgoing.read()
    assert hello
wire.sendall(b"  V2IDENTIFY\n" + struct.pack(">i", len(body)) + body + hello)
kind, reply = frame(wire.recv)
assert kind == 0 and json.loads(reply)["tls_v1"] is True, reply

drive(tls.do_handshake)
assert frame(secure_read) == (0, b"OK")
if len(sys.argv) > 6:
    secret = sys.argv[6].encode()
    drive(lambda: tls.write(b"AUTH\n" + struct.pack(">i", len(secret)) + secret))
    kind, reply = frame(secure_read)
    assert kind == 0, reply
    print(reply.decode())
drive(lambda: tls.write(b"PUB python\n" + struct.pack(">i", 5) + b"hello"))
assert frame(secure_read) == (0, b"OK")
drive(lambda: tls.write(b"alive?\n"))
assert frame(secure_read) == (1, b"E_INVALID invalid command alive?")
try:
    rest = secure_read(1)
except ssl.SSLZeroReturnError:
    rest = b""  # the end in order, which is what we wait for
assert rest == b"", rest
print("fine")
