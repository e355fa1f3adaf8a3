"""A mail server on loopback that takes everything and keeps nothing, on raw sockets. Run by smtp.py, in a process
of its own: it prints its port, then serves until it is ended."""

from __future__ import annotations

import socket
import sys
import threading

_ANSWERS = {
    b"EHLO": b"250-sink\r\n250-8BITMIME\r\n250 SIZE\r\n",
    b"MAIL": b"250 2.1.0 ok\r\n",
    b"RCPT": b"250 2.1.5 ok\r\n",
    b"DATA": b"354 go on\r\n",
    b"RSET": b"250 2.0.0 ok\r\n",
    b"QUIT": b"221 2.0.0 bye\r\n",
}


def serve() -> None:
    """Answer every connection in a thread."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            connection, _ = server.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_converse, args=(connection,), daemon=True).start()


def _converse(connection: socket.socket) -> None:
    with connection, connection.makefile("rb") as lines:
        connection.sendall(b"220 sink\r\n")
        for line in lines:
            verb = line[:4].upper()
            connection.sendall(_ANSWERS.get(verb, b"500 5.5.1 what?\r\n"))
            if verb == b"QUIT":
                return
            if verb == b"DATA":
                while lines.readline() != b".\r\n":
                    pass
                connection.sendall(b"250 2.0.0 taken\r\n")


if __name__ == "__main__":
    try:
        serve()
    except KeyboardInterrupt:
        sys.exit(130)
