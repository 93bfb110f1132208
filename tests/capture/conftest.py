"""Small real programs to record, and a way to see that nothing of them is left running."""

from __future__ import annotations

import secrets
import socket
import sys
from pathlib import Path

import pytest

SERVER = """
import http.server, sys, time

class Handler(http.server.BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self):
        Handler.asked += 1
        self.send_response(200 if Handler.asked > int(sys.argv[2]) else 503)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *rest):
        pass

time.sleep(float(sys.argv[3]))
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


@pytest.fixture
def free_port():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return bound.getsockname()[1]


@pytest.fixture
def server(tmp_path, free_port):
    """Return the command of a web server that says 503 so many times, then 200."""
    path = tmp_path / "server.py"
    path.write_text(SERVER)

    def command(*, not_yet=0, delay_s=0.0):
        return [sys.executable, "-S", str(path), str(free_port), str(not_yet), str(delay_s)]

    return command


@pytest.fixture
def leftovers():
    """Return a mark to put into a program's environment, and who still carries it when asked."""
    mark = secrets.token_hex(8)

    def running():
        found = []
        for entry in Path("/proc").iterdir():
            try:
                carried = entry.name.isdigit() and mark.encode() in (entry / "environ").read_bytes()
            except OSError:
                continue
            if carried:
                found.append(int(entry.name))
        return found

    running.environment = {"COLDSTART_TEST_MARK": mark}
    return running
