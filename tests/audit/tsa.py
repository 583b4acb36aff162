"""A real time-stamp authority (RFC 3161): openssl behind a small web server, with certificates of its own."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

_CONFIG = """
[tsa]
default_tsa = stamper
[stamper]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
[extensions]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
"""


class Authority:
    """An authority that stamps whatever it is asked, while ``serving``."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.ca, self.asked = folder, folder / "ca.pem", 0
        self.answer: bytes | None = None
        (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        new = ["req", "-newkey", "rsa:2048", "-nodes", "-sha256"]
        self._openssl(
            *new, "-x509", "-days", "2", "-subj", "/CN=Test CA", "-keyout", "ca.key", "-out", "ca.pem"
        )
        self._openssl(*new, "-subj", "/CN=Test TSA", "-keyout", "tsa.key", "-out", "tsa.csr")
        ca = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"]
        by = ["-days", "2", "-sha256", "-extfile", "tsa.cnf", "-extensions", "extensions"]
        self._openssl("x509", "-req", "-in", "tsa.csr", *ca, *by, "-out", "tsa.pem")

    def reply(self, query: bytes) -> bytes:
        """Return the stamp for a query, or what ``answer`` was set to."""
        self.asked += 1
        if self.answer is not None:
            return self.answer
        (self.folder / "query").write_bytes(query)
        self._openssl(
            "ts",
            "-reply",
            "-config",
            "tsa.cnf",
            "-section",
            "stamper",
            "-queryfile",
            "query",
            "-out",
            "reply",
        )
        return (self.folder / "reply").read_bytes()

    def verifies(self, answer: bytes, message: bytes) -> bool:
        """Let ``openssl ts -verify`` say whether a stamp is of a message."""
        (self.folder / "token").write_bytes(answer)
        (self.folder / "message").write_bytes(message)
        command = ["openssl", "ts", "-verify", "-in", "token", "-data", "message", "-CAfile", "ca.pem"]
        return subprocess.run(command, cwd=self.folder, capture_output=True).returncode == 0

    @contextmanager
    def serving(self, status: int = 200) -> Iterator[str]:
        """Answer over HTTP for as long as the block runs, and give the address."""
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = authority.reply(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Keep the test's output clean."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/tsr"
        finally:
            server.shutdown()
            server.server_close()

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)
