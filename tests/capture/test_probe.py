from __future__ import annotations

import http.server
import socket
import ssl
import subprocess
import threading
import time

import pytest

from coldstart_lab.capture.probe import Door, PortProbe, UrlProbe
from coldstart_lab.errors import UsageError
from coldstart_lab.recording.probes import parse_detail


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.heads.append((self.requestline, dict(self.headers), self.client_address))
        self.send_response(self.server.answers.pop(0))
        self.end_headers()

    def log_message(self, *rest):
        pass


@pytest.fixture
def serve():
    servers = []

    def start(*answers, tls=None):
        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        server.answers, server.heads = list(answers), []
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        servers.append((server, thread))
        return server

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


def look_until(probe, seconds=5.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        sighting = probe.look(1.0)
        if sighting is not None:
            return sighting
        time.sleep(probe.pause_s)
    raise AssertionError("never ready")


def test_url_is_ready_at_the_first_answer_of_200_to_299(serve):
    server = serve(503, 302, 404, 204)
    probe = UrlProbe(f"http://127.0.0.1:{server.server_port}/healthz?deep=1")
    began_ns = time.time_ns()
    sighting = look_until(probe)
    probe.close()
    assert len(server.heads) == 4
    line, head, peer = server.heads[-1]
    assert line == "GET /healthz?deep=1 HTTP/1.1"
    assert head["Host"] == f"127.0.0.1:{server.server_port}"
    assert "-> 204 from" in sighting.detail
    assert parse_detail(sighting.detail).local == f"127.0.0.1:{peer[1]}"
    assert 0 < sighting.uncertainty_ns < sighting.time_ns - began_ns


def test_credentials_are_sent_but_not_shown(serve):
    server = serve(200)
    with_secret = f"http://user:hunter2@127.0.0.1:{server.server_port}/"
    probe = UrlProbe(with_secret)
    sighting = look_until(probe)
    probe.close()
    assert server.heads[0][1]["Authorization"] == "Basic dXNlcjpodW50ZXIy"
    assert "hunter2" not in sighting.detail


@pytest.mark.needs("openssl")
def test_self_signed_certificates_are_as_good_as_any(serve, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-subj", "/CN=nobody", "-keyout", key,
         "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = serve(200, tls=context)
    probe = UrlProbe(f"https://127.0.0.1:{server.server_port}/")
    sighting = look_until(probe)
    probe.close()
    assert sighting.detail.startswith(f"GET https://127.0.0.1:{server.server_port}/ -> 200 from")


def test_what_is_no_web_server_is_not_ready(free_port):
    with socket.create_server(("127.0.0.1", free_port)) as listener:

        def greet():
            for _ in range(2):
                accepted, _ = listener.accept()
                with accepted:
                    accepted.sendall(b"220 mail.invalid ESMTP\r\n\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        probe = UrlProbe(f"http://127.0.0.1:{free_port}/")
        assert probe.look(1.0) is None
        assert probe.look(1.0) is None
        thread.join()
        probe.close()


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/", "127.0.0.1:80", "http:///x", "http://h:x/", "http://[x/"]
)
def test_what_is_no_url_is_refused(url):
    with pytest.raises(UsageError, match="cannot probe"):
        UrlProbe(url)


def test_port_is_ready_when_it_accepts(free_port):
    probe = PortProbe(free_port)
    assert probe.answered_already() is None
    before_ns = time.time_ns()
    assert probe.look(1.0) is None
    with socket.create_server(("127.0.0.1", free_port)) as listener:
        sighting = probe.look(1.0)
        accepted, peer = listener.accept()
        accepted.close()
    probe.close()
    seen = parse_detail(sighting.detail)
    assert (seen.port, seen.local) == (free_port, f"127.0.0.1:{peer[1]}")
    assert sighting.time_ns - sighting.uncertainty_ns >= before_ns


@pytest.mark.parametrize("port", [0, 65536])
def test_what_is_no_port_is_refused(port):
    with pytest.raises(UsageError, match="no TCP port"):
        PortProbe(port)


def test_knocking_never_connects_to_itself():
    # a fresh socket for each attempt would soon be given the very port it knocks at
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    door = Door(socket.AF_INET, ("127.0.0.1", port))
    locals_seen = set()
    for _ in range(2000):
        assert door.knock(1.0) is None
        locals_seen.add(door._socket.getsockname()[1])
    door.close()
    assert len(locals_seen) == 1
    assert port not in locals_seen
