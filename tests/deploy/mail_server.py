"""An SMTP server that keeps what it receives: just enough of RFC 5321 and 4954 for a client that logs in with AUTH PLAIN."""

import base64
import socketserver
import threading


class MailServer:
    """Accepts mail from one user; texts of mails in `mails`, without soft line breaks."""

    def __init__(self, user, password):
        self.mails = []
        expected = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        mails = self.mails

        class Session(socketserver.StreamRequestHandler):
            def say(self, text):
                self.wfile.write(text.encode() + b"\r\n")

            def handle(self):
                self.say("220 test")
                while line := self.rfile.readline().decode().strip():
                    verb = line.split()[0].upper()
                    if verb == "EHLO":
                        self.say("250-test\r\n250 AUTH PLAIN")
                    elif verb == "AUTH":
                        words = line.split()
                        if len(words) < 3:
                            self.say("334 ")
                            words.append(self.rfile.readline().decode().strip())
                        self.say("235 welcome" if words[2] == expected else "535 no")
                    elif verb == "DATA":
                        self.say("354 go on")
                        lines = []
                        while (line := self.rfile.readline()).strip(b"\r\n") != b".":
                            lines.append(line.decode())
                        mails.append("".join(lines).replace("=\r\n", "").replace("=3D", "="))
                        self.say("250 accepted")
                    elif verb == "QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 fine")

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Session)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
