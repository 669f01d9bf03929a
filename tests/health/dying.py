"""A device that dies of being asked: it answers so many questions over HTTP, and then takes its own interface down, so that nothing answers, not even ARP.

    python dying.py INTERFACE QUESTIONS PORT…

`dead` on standard output says when. Once its interface is up again it answers for good: whoever raised it has repaired it.
"""

import socket
import subprocess
import sys
import threading

PAGE = b"<html><title>Pump</title></html>"
ANSWER = b"HTTP/1.1 200 OK\r\nServer: pump\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(PAGE), PAGE)


class Pump:
    def __init__(self, interface: str, questions: int) -> None:
        self._interface = interface
        self._left = questions
        self._one_at_a_time = threading.Lock()

    def serve(self, server: socket.socket) -> None:
        while True:
            link, _ = server.accept()
            link.settimeout(5)
            try:
                if link.recv(4096):
                    with self._one_at_a_time:
                        self._answer(link)
            except OSError:
                pass
            link.close()

    def _answer(self, link: socket.socket) -> None:
        self._left -= 1
        link.sendall(ANSWER)
        if self._left == 0:
            link.shutdown(socket.SHUT_WR)
            link.recv(
                4096
            )  # until the other side has closed too: what dies here is the device, not this one conversation
            subprocess.run(["ip", "link", "set", self._interface, "down"], check=True)
            print("dead", flush=True)  # noqa: T201 - how it speaks to the test


def main() -> None:
    interface, questions, *ports = sys.argv[1:]
    pump = Pump(interface, int(questions))
    for port in ports:
        server = socket.create_server(("", int(port)), backlog=16)
        threading.Thread(target=pump.serve, args=(server,), daemon=True).start()
    print("ready", flush=True)  # noqa: T201 - likewise
    sys.stdin.read()


main()
