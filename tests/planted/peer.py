"""A slow server outside the trace: says its address on a line of its own, then serves until killed.

    peer.py reply                replies to each byte after 35 ms
    peer.py http                 replies to each HTTP request after 35 ms
    peer.py late                 refuses connections until 55 ms after a datagram to the same port
    peer.py full                 lets a queue of connections stay full until 55 ms after a datagram
    peer.py dns                  replies to each query after 40 ms, with 127.0.0.1
    peer.py dns RESOLV_CONF      the same at port 53, for this mount namespace's resolver
    peer.py far                  as reply, behind a way of 15 ms there and 15 ms back

The last two change the network or the mounts they run in: they need namespaces of their own
(unshare --net --mount). Standard library only, so that it starts at once.
"""

from __future__ import annotations

import fcntl
import os
import queue
import socket
import struct
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

REPLY_MS, OPEN_MS, DNS_MS, WAY_MS = 35, 55, 40, 15
LOOPBACK = "127.0.0.1"
NEAR, FAR = "198.18.0.1", "198.18.0.2"  # of the block for benchmarks, RFC 2544

# linux/sockios.h, linux/if.h, linux/if_tun.h
SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFNETMASK = 0x8913, 0x8914, 0x8916, 0x891C
IFF_UP, TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x1, 0x400454CA, 0x0001, 0x1000


def pause(ms: int) -> None:
    time.sleep(ms / 1000)


def say(address: str, port: int) -> None:
    sys.stdout.write(f"{address}:{port}\n")
    sys.stdout.flush()


def in_thread(work: Callable[..., None], *args: object) -> None:
    threading.Thread(target=work, args=args, daemon=True).start()


def echo(conn: socket.socket) -> None:
    with conn:
        while conn.recv(1):
            pause(REPLY_MS)
            conn.sendall(b"x")


def answer_http(conn: socket.socket) -> None:
    with conn:
        received = b""
        while piece := conn.recv(65536):
            received += piece
            while b"\r\n\r\n" in received:
                _, _, received = received.partition(b"\r\n\r\n")
                pause(REPLY_MS)
                conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")


def serve(listener: socket.socket, talk: Callable[[socket.socket], None]) -> None:
    listener.listen()
    while True:
        conn, _ = listener.accept()
        in_thread(talk, conn)


def bound(kind: int, port: int = 0, address: str = LOOPBACK) -> socket.socket:
    new = socket.socket(socket.AF_INET, kind)
    new.bind((address, port))
    return new


def open_late() -> None:
    door = bound(socket.SOCK_STREAM)
    bell = bound(socket.SOCK_DGRAM, door.getsockname()[1])
    say(*door.getsockname())
    bell.recv(1)
    pause(OPEN_MS)
    serve(door, echo)


def accept_late() -> None:
    """Serve a UNIX socket named after the port, whose queue is full from the start."""
    bell = bound(socket.SOCK_DGRAM)
    port = bell.getsockname()[1]
    door = socket.socket(socket.AF_UNIX)
    door.bind(f"\0planted-peer-{port}")
    door.listen(0)
    queued = socket.socket(socket.AF_UNIX)
    queued.connect(door.getsockname())
    say(LOOPBACK, port)
    bell.recv(1)
    pause(OPEN_MS)
    while True:
        conn, _ = door.accept()
        in_thread(echo, conn)


def answer_name(server: socket.socket, query: bytes, client: tuple[str, int]) -> None:
    """Reply as RFC 1035 has it: the question again, and for type A one address."""
    pause(DNS_MS)
    end = query.index(b"\0", 12) + 5
    question = query[12:end]
    wants_address = question[-4:] == b"\0\1\0\1"
    record = struct.pack("!HHHIH4B", 0xC00C, 1, 1, 60, 4, 127, 0, 0, 1) if wants_address else b""
    counts = struct.pack("!HHHH", 1, int(wants_address), 0, 0)
    server.sendto(query[:2] + b"\x81\x80" + counts + question + record, client)


def serve_names(resolv_conf: str | None) -> None:
    if resolv_conf is not None:
        raise_interface("lo")
        mount = ["mount", "--bind", resolv_conf, "/etc/resolv.conf"]
        subprocess.run(mount, check=True)
    server = bound(socket.SOCK_DGRAM, 53 if resolv_conf is not None else 0)
    say(*server.getsockname())
    while True:
        query, client = server.recvfrom(4096)
        in_thread(answer_name, server, query, client)


def raise_interface(name: str, address: str | None = None) -> None:
    """Bring a network interface up, with an address of a network of four."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        label = name.encode()
        if address is not None:
            for request, value in ((SIOCSIFADDR, address), (SIOCSIFNETMASK, "255.255.255.252")):
                packed = struct.pack("!16sHH4s8x", label, 0, 0, socket.inet_aton(value))
                packed = packed[:16] + struct.pack("=H", socket.AF_INET) + packed[18:]
                fcntl.ioctl(control, request, packed)
        given = fcntl.ioctl(control, SIOCGIFFLAGS, struct.pack("=16sh14x", label, 0))
        flags = struct.unpack("=16sh14x", given)[1] | IFF_UP
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("=16sh14x", label, flags))


def reflect(tunnel: int) -> None:
    """Send each packet back a while later as if from its receiver.

    Who talks to FAR so reaches a server at NEAR. Source and destination change places, which
    leaves all checksums right.
    """
    way: queue.Queue[tuple[float, bytes]] = queue.Queue()

    def deliver() -> None:
        while True:
            due, packet = way.get()
            time.sleep(max(due - time.monotonic(), 0))
            os.write(tunnel, packet[:12] + packet[16:20] + packet[12:16] + packet[20:])

    in_thread(deliver)
    while True:
        packet = os.read(tunnel, 65536)
        if packet[0] >> 4 == 4:
            way.put((time.monotonic() + WAY_MS / 1000, packet))


def serve_far() -> None:
    raise_interface("lo")
    tunnel = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tunnel, TUNSETIFF, struct.pack("=16sh14x", b"far", IFF_TUN | IFF_NO_PI))
    raise_interface("far", NEAR)
    in_thread(reflect, tunnel)
    listener = bound(socket.SOCK_STREAM, address=NEAR)
    say(FAR, listener.getsockname()[1])
    serve(listener, echo)


def serve_tcp(talk: Callable[[socket.socket], None]) -> None:
    listener = bound(socket.SOCK_STREAM)
    listener.listen()
    say(*listener.getsockname())
    serve(listener, talk)


def main(kind: str, resolv_conf: str | None = None) -> None:
    {
        "reply": lambda: serve_tcp(echo),
        "http": lambda: serve_tcp(answer_http),
        "late": open_late,
        "full": accept_late,
        "dns": lambda: serve_names(resolv_conf),
        "far": serve_far,
    }[kind]()


if __name__ == "__main__":
    main(*sys.argv[1:])
