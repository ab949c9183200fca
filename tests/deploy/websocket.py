"""A socket of a group's room, as a client of the API has one (RFC 6455, over asyncio)."""

import asyncio
import base64
import json
import os
import struct

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Closed(Exception):
    """The socket has ended, with that code."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


class Socket:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, port, path, token, tls=None):
        """`tls`: the context for HTTPS."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
        key = base64.b64encode(os.urandom(16)).decode()
        writer.write((f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nUpgrade: websocket\r\n"
                      f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode())
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            head = b""
        if not head.startswith(b"HTTP/1.1 101 "):
            writer.close()
            raise Closed(int(head.split()[1]) if head else 1006)
        return cls(reader, writer)

    def send(self, message, kind=TEXT):
        payload = json.dumps(message).encode() if kind == TEXT else message
        mask = os.urandom(4)
        size = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack(">H", len(payload))
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.writer.write(bytes([0x80 | kind]) + size + mask + masked)

    async def next(self):
        """The next message. Throws Closed."""
        try:
            while True:
                first, size = await self.reader.readexactly(2)
                if size == 126:
                    size = struct.unpack(">H", await self.reader.readexactly(2))[0]
                elif size == 127:
                    size = struct.unpack(">Q", await self.reader.readexactly(8))[0]
                payload = await self.reader.readexactly(size)
                kind = first & 0x0F
                if kind == PING:
                    self.send(payload, PONG)
                elif kind == CLOSE:
                    raise Closed(struct.unpack(">H", payload[:2])[0] if payload else 1005)
                elif kind == TEXT:
                    return json.loads(payload)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise Closed(1006) from None

    def close(self):
        self.writer.close()
