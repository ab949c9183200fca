#!/usr/bin/python3
"""An SMTP server for tests: `smtp_server.py DIRECTORY CERTIFICATE KEY`.

Accepts mail only after STARTTLS and a login as "mind" with the password "space", and stores each as DIRECTORY/<n>.eml with
its recipient in <n>.to. While DIRECTORY/refuse exists it rejects mail temporarily (451). Writes its port to
DIRECTORY/port, and a line to DIRECTORY/attempts for each mail offered.
"""

import asyncio
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

directory = pathlib.Path(sys.argv[1])


class Handler:
    def __init__(self):
        self.count = 0

    async def handle_DATA(self, server, session, envelope):
        with open(directory / "attempts", "a", encoding="utf-8") as attempts:
            attempts.write(f"{envelope.rcpt_tos[0]}\n")
        if (directory / "refuse").exists():
            return "451 not now"
        self.count += 1
        draft = directory / f"{self.count}.draft"
        draft.write_bytes(envelope.original_content)
        (directory / f"{self.count}.to").write_text("\n".join(envelope.rcpt_tos), encoding="utf-8")
        draft.rename(directory / f"{self.count}.eml")
        return "250 accepted"


def authenticate(server, session, envelope, mechanism, login):
    good = isinstance(login, LoginPassword) and (login.login, login.password) == (b"mind", b"space")
    return AuthResult(success=good)


async def serve():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    handler = Handler()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, hostname="127.0.0.1", tls_context=context, require_starttls=True, auth_required=True,
                     authenticator=authenticate, enable_SMTPUTF8=True), "127.0.0.1", 0)
    draft = directory / "port.draft"
    draft.write_text(str(server.sockets[0].getsockname()[1]), encoding="utf-8")
    draft.rename(directory / "port")
    await server.serve_forever()


asyncio.run(serve())
