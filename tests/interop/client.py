#!/usr/bin/env python3
"""A client of `interop::Log` in Python, from docs/wire.md and the vectors alone.

    client.py HOST:PORT

Shakes hands by Noise XX, calls, is refused with a typed error, takes a stream by small credit, sends
one, asks for a sign of life and closes. Prints a line of JSON for each step; ends with 1 and a message
if the server does anything else. Needs Python 3 and python3-cryptography.
"""

import hashlib, hmac, json, os, socket, struct, sys, time

try:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
except ImportError as error:
    raise SystemExit(f"client.py: install python3-cryptography, of 40 or later: {error}")

PROTOCOL = b"interop::Log"
APPEND, TAIL, UPLOAD = 1, 2, 3
REQUEST, REPLY, ERROR, ITEM, END, CREDIT, PING, PONG, CLOSE = 1, 2, 3, 5, 6, 7, 9, 10, 12
# The least that may be announced, so that a stream of any length needs Credit.
WINDOW = 1024

def check(fact, text):
    if not fact:
        raise SystemExit(f"client.py: {text}")

def tell(**step):
    print(json.dumps(step), flush=True)

# Values (section 8).

def text(value):
    """The block and the tail of a String or Bytes."""
    if len(value) < 255:
        return bytes([len(value)]), value
    groups = bytes((len(value) >> shift) & 0x7F for shift in range(0, 35, 7))
    return b"\xff", groups + value

def root(*fields):
    """A body of fields that are (block, tail)."""
    block = b"".join(block for block, _ in fields)
    return bytes([len(block)]) + block + b"".join(tail for _, tail in fields)

def number(form, value):
    return struct.pack("<" + form, value), b""

class Reader:
    """Reads tolerantly: a block of another length is cut, or extended with zeros."""
    def __init__(self, octets):
        self.octets, self.at = octets, 0
    def take(self, count):
        check(self.at + count <= len(self.octets), "a value is cut off")
        self.at += count
        return self.octets[self.at - count : self.at]
    def unpack(self, form):
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))
    def block(self, size):
        """The block of a root."""
        if self.at == len(self.octets):
            return bytes(size)
        short = self.take(1)[0]
        length = self.unpack("H")[0] if short == 255 else short
        return (self.take(length) + bytes(size))[:size]
    def text(self, short):
        """The tail of a String or Bytes, whose length in the block is `short`."""
        if short == 255:
            groups = self.take(5)
            short = sum(group << 7 * place for place, group in enumerate(groups))
        return self.take(short)

def offer():
    """The list of the one protocol that this client speaks; it reads tolerantly."""
    name, tail = text(PROTOCOL)
    block = name + struct.pack("<II", 1, 1) + bytes(16)
    # A tail, ends of two bytes; where the one tail ends; the block; the tail.
    return b"\x01", struct.pack("<HH", len(block) | 0xC000, len(tail)) + block + tail

def preface(security, suite):
    limits = struct.pack("<6I", 16, 1 << 20, 65_536, WINDOW, WINDOW, 15_000)
    nested = bytes([len(limits)]), limits
    body = root(offer(), number("I", 16_384), nested, number("B", 0))
    return b"NPRO" + bytes([0, security, suite, 0]) + struct.pack("<H", len(body)) + body

def accepted(octets):
    """What both sides keep to: the largest plaintext of a record, and the server's limits."""
    reader = Reader(octets)
    form, count, record_max, limits, _, compression = struct.unpack("<BBIBQB", reader.block(16))
    check((form, count, compression) == (0, 1, 0), "Accept is for another client")
    (header,) = reader.unpack("H")
    ends = reader.unpack(f"{count}{'H' if header & 0x4000 else 'I'}") if header & 0x8000 else (0,)
    reader.take((header & 0x3FFF) * count + ends[-1])
    names = ("calls", "message", "frame", "window")
    return record_max, dict(zip(names, struct.unpack("<6I", reader.take(limits & 0x7F)[:24])))

# Noise (sections 3 and 4).

def public(key):
    return key.public_key().public_bytes_raw()

def hkdf(chaining, material):
    secret = hmac.digest(chaining, material, "sha256")
    first = hmac.digest(secret, b"\x01", "sha256")
    return first, hmac.digest(secret, first + b"\x02", "sha256")

class Cipher:
    def __init__(self, key):
        self.key, self.counter = key, 0
    def nonce(self):
        self.counter += 1
        return bytes(4) + struct.pack("<Q", self.counter - 1)
    def seal(self, plain, data=b""):
        return ChaCha20Poly1305(self.key).encrypt(self.nonce(), plain, data)
    def open(self, sealed, data=b""):
        return ChaCha20Poly1305(self.key).decrypt(self.nonce(), sealed, data)
    def rekey(self):
        nonce = bytes(4) + b"\xff" * 8
        self.key = ChaCha20Poly1305(self.key).encrypt(nonce, bytes(32), b"")[:32]

class Handshake:
    """The initiator of Noise_XX_25519_ChaChaPoly_SHA256."""

    def __init__(self, prologue):
        name = b"Noise_XX_25519_ChaChaPoly_SHA256"
        self.hash = name if len(name) <= 32 else hashlib.sha256(name).digest()
        self.chaining, self.cipher = self.hash, None
        self.static, self.ephemeral = (X25519PrivateKey.generate() for _ in range(2))
        self.mix_hash(prologue)

    def mix_hash(self, octets):
        self.hash = hashlib.sha256(self.hash + octets).digest()

    def mix_key(self, own, theirs):
        shared = own.exchange(X25519PublicKey.from_public_bytes(theirs))
        self.chaining, key = hkdf(self.chaining, shared)
        self.cipher = Cipher(key)

    def seal(self, plain):
        sealed = self.cipher.seal(plain, self.hash) if self.cipher else plain
        self.mix_hash(sealed)
        return sealed

    def open(self, sealed):
        plain = self.cipher.open(sealed, self.hash)
        self.mix_hash(sealed)
        return plain

    def first(self):
        self.mix_hash(public(self.ephemeral))
        return public(self.ephemeral) + self.seal(b"")

    def second(self, message):
        """The server's static key, and the payload."""
        theirs = message[:32]
        self.mix_hash(theirs)
        self.mix_key(self.ephemeral, theirs)
        server = self.open(message[32:80])
        self.mix_key(self.ephemeral, server)
        self.theirs = theirs
        return server, self.open(message[80:])

    def third(self, payload):
        """The message, and the ciphers to send and to receive with."""
        message = self.seal(public(self.static))
        self.mix_key(self.static, self.theirs)
        message += self.seal(payload)
        return message, [Cipher(key) for key in hkdf(self.chaining, b"")]

class Connection:
    def __init__(self, address):
        host, _, port = address.rpartition(":")
        check(host and port.isdigit(), f"{address} is no address: client.py HOST:PORT")
        self.stream = socket.create_connection((host, int(port)), timeout=20)
        start = preface(3, 1)
        noise = Handshake(b"np-secure/1\0" + start)
        self.stream.sendall(start + self.unit(noise.first()))
        server, payload = noise.second(self.read_unit())
        self.record_max, self.limits = accepted(payload)
        hello = root(number("Q", int(time.time() * 1000)), (os.urandom(16), b""))
        message, (self.sealer, self.opener) = noise.third(hello)
        self.stream.sendall(self.unit(message))
        self.plain, self.call = b"", 1
        tell(step="open", server_key=server.hex(), **self.limits)

    def read(self, count):
        octets = b""
        while len(octets) < count:
            more = self.stream.recv(count - len(octets))
            check(more, "the server closed the stream")
            octets += more
        return octets

    @staticmethod
    def unit(octets):
        return struct.pack(">H", len(octets)) + octets

    def read_unit(self):
        (length,) = struct.unpack(">H", self.read(2))
        if length == 0:
            check(False, "rejected for reason %d" % struct.unpack("<H30x", self.read(32)))
        return self.read(length)

    def send(self, kind, call, payload=b"", method=0):
        octets = struct.pack("<IBBHI", len(payload), kind, 0, method, call) + payload
        for at in range(0, len(octets), self.record_max):
            self.stream.sendall(self.unit(self.sealer.seal(octets[at : at + self.record_max])))
            if self.sealer.counter % 65_536 == 0:
                self.sealer.rekey()

    def text(self, count):
        """So many octets of frames."""
        while len(self.plain) < count:
            self.plain += self.opener.open(self.read_unit())
            if self.opener.counter % 65_536 == 0:
                self.opener.rekey()
        octets, self.plain = self.plain[:count], self.plain[count:]
        return octets

    def frame(self):
        """The next frame that is not about the connection: its kind, call and payload."""
        while True:
            length, kind, flags, _, call = struct.unpack("<IBBHI", self.text(12))
            payload = self.text(length)
            check(flags == 0, f"a frame with flags {flags}")
            if kind == PING:
                self.send(PONG, 0, payload)
            elif kind == CLOSE:
                check(False, "closed for reason %d" % struct.unpack("<H", Reader(payload).block(2)))
            elif kind != CREDIT:
                return kind, call, payload

    def request(self, number_, body):
        call, self.call = self.call, self.call + 2
        self.send(REQUEST, call, body, number_)
        return call

    def answer(self, call):
        kind, of, payload = self.frame()
        check(of == call, f"a frame of call {of}, not of {call}")
        return kind, payload

def main(address):
    server = Connection(address)
    call = server.request(APPEND, root(text(b"one line")))
    kind, payload = server.answer(call)
    check(kind == REPLY, f"kind {kind} for a reply")
    tell(step="call", reply=struct.unpack("<Q", Reader(payload).block(8))[0])

    call = server.request(APPEND, root(text(b"x" * 300)))
    kind, payload = server.answer(call)
    check(kind == ERROR, f"kind {kind} for an error")
    reader = Reader(payload)
    code, _, words, detail = struct.unpack("<HIBB", reader.block(8))
    reader.text(words)
    error = Reader(reader.text(detail))
    (tag,), (length,) = error.block(1), error.unpack("I")
    (most,) = struct.unpack("<I", Reader(error.take(length)).block(4))
    tell(step="error", code=code, tag=tag, max=most)

    call = server.request(TAIL, root(number("Q", 7)))
    check(server.answer(call) == (REPLY, b""), "the stream does not open")
    lines, spent = [], 0
    while True:
        kind, payload = server.answer(call)
        if kind == END:
            break
        check(kind == ITEM, f"kind {kind} for an item")
        reader = Reader(payload)
        lines.append(reader.text(reader.block(1)[0]).decode())
        spent += max(len(payload), 64)
        check(spent <= WINDOW, "more than there was credit for")
        if spent >= WINDOW // 2:
            server.send(CREDIT, call, root(number("I", spent)))
            spent = 0
    tell(step="stream", items=len(lines), first=lines[0], last=lines[-1])

    call = server.request(UPLOAD, root(text(b"three pieces")))
    for piece in (b"a", b"b" * 300, b"c" * 5000):
        server.send(ITEM, call, root(text(piece)))
    server.send(END, call)
    kind, payload = server.answer(call)
    check(kind == REPLY, f"kind {kind} for a reply")
    tell(step="upload", octets=struct.unpack("<I", Reader(payload).block(4))[0])

    server.send(PING, 0, root(number("Q", 42)))
    kind, _, payload = server.frame()
    tell(step="ping", answered=(kind, payload) == (PONG, root(number("Q", 42))))

    server.send(CLOSE, 0, root(number("H", 0), text(b"done")))
    tell(step="closed", rest=len(server.stream.recv(1)))

if __name__ == "__main__":
    check(len(sys.argv) == 2, "give the address of a server, and only that: client.py HOST:PORT")
    try:
        print(__doc__.strip()) if sys.argv[1] in ("-h", "--help") else main(sys.argv[1])
    except (OSError, ValueError) as error:
        check(False, f"{sys.argv[1]}: {error}")
