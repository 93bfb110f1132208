"""Threads that talk over a socket and a pipe while a child runs."""

import os
import signal
import socket
import sys
import threading
import time

left, right = socket.socketpair()
server = socket.create_server(("127.0.0.1", 0))
read_end, write_end = os.pipe()


def answer():
    for _ in range(20):
        right.sendall(right.recv(100).upper())


def serve():
    connection, _ = server.accept()
    connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n) = 0 <0.000001>\n" = "')
    connection.close()


def wait():
    os.read(read_end, 1)


threads = [threading.Thread(target=target) for target in (answer, serve, wait)]
for thread in threads:
    thread.start()
for i in range(20):
    left.sendall(b"a = %d <unfinished ...>" % i)
    left.recv(100)
with socket.create_connection(server.getsockname()) as client:
    while client.recv(1000):
        pass
signal.signal(signal.SIGUSR1, lambda *_: None)
child = os.fork()
if child == 0:
    time.sleep(0.01)
    os.kill(os.getppid(), signal.SIGUSR1)
    os._exit(7)
os.waitpid(child, 0)
os.write(write_end, b"x")
for thread in threads:
    thread.join()
sys.exit(2)
