"""A web server for one built site on the reader's own machine.

It gives files of one folder and nothing else: no listing, no file outside, no link followed out.
Requests must name a host that leads here by itself, since a page elsewhere could point a name of
its own at this machine and read the report; and no other site may load data files as scripts.
Knows nothing of how and when the site is built.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import sys
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import BinaryIO
from urllib.parse import parse_qs, quote, urlsplit

from reporter.errors import PublishError
from reporter.publish import http_rules
from reporter.publish.bulletin import Bulletin

__all__ = ["WebServer"]

FIRST_PORT = 8000
N_PORTS = 50
_BLOCK_BYTES = 1 << 18
# Proxies and sleeping laptops drop connections on which nothing is said.
_HEARTBEAT_S = 15.0
_IDLE_S = 60


class WebServer(ThreadingTCPServer):
    """Serves a folder until it is told to stop.

    Parameters
    ----------
    folder : str
    bulletin : Bulletin
    host : str
        Address to listen at.
    port : int or None
        None takes the first free one from 8000 on.

    Raises
    ------
    PublishError
        The port is taken, or the host is none of this machine's.
    """

    daemon_threads = True
    block_on_close = False
    # On Windows the flag means that two programs may listen at one port.
    allow_reuse_address = os.name != "nt"

    def __init__(
        self, folder: str, bulletin: Bulletin, host: str = "127.0.0.1", port: int | None = None
    ) -> None:
        self.folder = os.path.realpath(folder)
        self.bulletin = bulletin
        self.host = host
        self.known_hosts = {"localhost", host.lower(), socket.gethostname().lower()}
        if ":" in host:
            self.address_family = socket.AF_INET6
        self._listen(port)

    def _listen(self, port: int | None) -> None:
        ports = range(FIRST_PORT, FIRST_PORT + N_PORTS) if port is None else [port]
        for candidate in ports:
            try:
                super().__init__((self.host, candidate), _Handler)
            except (OSError, OverflowError) as error:
                if not _is_taken(error) or port is not None:
                    raise _explain(self.host, candidate, error) from error
            else:
                return
        raise PublishError(
            f"Ports {ports[0]} to {ports[-1]} of '{self.host}' are taken.",
            "Name a free one with --port.",
        )

    @property
    def port(self) -> int:
        """The port that is listened at."""
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        """Address of the site."""
        host = self.host
        with contextlib.suppress(ValueError):
            address = ipaddress.ip_address(host)
            if address.is_unspecified:
                host = "127.0.0.1" if address.version == 4 else "::1"
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{self.port}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a browser that went away; let everything else be seen."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _is_taken(error: Exception) -> bool:
    import errno

    return isinstance(error, OSError) and error.errno in {errno.EADDRINUSE, errno.EACCES}


def _explain(host: str, port: int, error: Exception) -> PublishError:
    if _is_taken(error):
        return PublishError(
            f"Port {port} of '{host}' is taken, or not for you.",
            "Name another with --port, or leave it out for the first that is free.",
        )
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return PublishError(
        f"Cannot serve at '{host}', port {port}: {reason}.",
        "Leave --host out to serve on this machine alone.",
    )


class _Handler(BaseHTTPRequestHandler):
    """Answers one connection's requests."""

    server: WebServer
    protocol_version = "HTTP/1.1"
    server_version = "runpages"
    sys_version = ""
    timeout = _IDLE_S

    def do_GET(self) -> None:
        """Answer with a file, or with news."""
        parts = urlsplit(self.path)
        if not http_rules.is_host_allowed(self.headers.get("Host", ""), self.server.known_hosts):
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST, "This host is not served here.")
        elif parts.path == http_rules.EVENTS:
            self._tell_news(parse_qs(parts.query).get("page", [""])[0])
        elif parts.path == http_rules.SCRIPT:
            self._answer(http_rules.live_script(), "live.js")
        else:
            self._give_file(parts.path)

    def do_HEAD(self) -> None:
        """Answer as to GET, without the content."""
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing: what matters is said by whoever builds."""

    def end_headers(self) -> None:
        """Add what holds for every answer."""
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        # Data files are scripts, and any page may name scripts of another host.
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        super().end_headers()

    # Files

    def _give_file(self, target: str) -> None:
        path = http_rules.site_path(target)
        place = self._place_of(path) if path is not None else None
        if path is None or place is None:
            self._refuse(HTTPStatus.NOT_FOUND, "The site has no such file.")
        elif os.path.isdir(place):
            self._redirect(quote(f"/{path}/"))
        else:
            digest = self.server.bulletin.digest(path)
            try:
                with open(place, "rb") as file:
                    self._send_file(file, path, digest)
            except FileNotFoundError:
                self._refuse(HTTPStatus.NOT_FOUND, "The site has no such file.")

    def _place_of(self, path: str) -> str | None:
        """Return where a file of the site lies; None when there is none or a link leads out."""
        place = os.path.realpath(os.path.join(self.server.folder, *path.split("/")))
        is_inside = place.startswith(os.path.join(self.server.folder, ""))
        return place if is_inside and os.path.exists(place) else None

    def _send_file(self, file: BinaryIO, path: str, digest: str) -> None:
        if path.endswith(".html"):
            self._answer(http_rules.with_live_script(file.read(), path, digest), path)
            return
        status = os.fstat(file.fileno())
        tag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
        if tag in self.headers.get("If-None-Match", ""):
            self._begin(HTTPStatus.NOT_MODIFIED, path, tag)
            self.end_headers()
            return
        wanted = self._wanted_range(status.st_size, tag)
        if wanted is None:
            return
        start, end = wanted
        is_part = (start, end) != (0, status.st_size)
        self._begin(HTTPStatus.PARTIAL_CONTENT if is_part else HTTPStatus.OK, path, tag)
        if is_part:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{status.st_size}")
        self.send_header("Last-Modified", formatdate(status.st_mtime, usegmt=True))
        self.send_header("Content-Length", str(end - start))
        self.end_headers()
        if self.command == "GET":
            self._copy(file, start, end)

    def _wanted_range(self, size_bytes: int, tag: str) -> tuple[int, int] | None:
        """Return the bytes to send; None when it was answered that there are no such bytes."""
        whole = (0, size_bytes)
        if self.headers.get("If-Range", tag) != tag:
            return whole  # the browser has a part of an older file
        try:
            return http_rules.find_range(self.headers.get("Range", ""), size_bytes) or whole
        except ValueError:
            self.send_response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            self.send_header("Content-Range", f"bytes */{size_bytes}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None

    def _copy(self, file: BinaryIO, start: int, end: int) -> None:
        file.seek(start)
        left = end - start
        while left and (block := file.read(min(_BLOCK_BYTES, left))):
            self.wfile.write(block)
            left -= len(block)
        # A file that became shorter meanwhile: the browser must not wait for the rest.
        self.close_connection = self.close_connection or left > 0

    # Answers

    def _begin(self, status: HTTPStatus, path: str, tag: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", http_rules.content_type(path))
        self.send_header("Cache-Control", http_rules.cache_rule(path))
        self.send_header("Accept-Ranges", "bytes")
        if tag:
            self.send_header("ETag", tag)

    def _answer(self, data: bytes, path: str) -> None:
        self._begin(HTTPStatus.OK, path)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def _refuse(self, status: HTTPStatus, sentence: str) -> None:
        data = f"{sentence}\n".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def _redirect(self, location: str) -> None:
        self.send_response(HTTPStatus.MOVED_PERMANENTLY)
        self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _tell_news(self, page: str) -> None:
        """Say what a page shows now, and again each time that it changes."""
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        bulletin = self.server.bulletin
        told = ""
        while self.command == "GET" and not bulletin.is_closed:
            digest = bulletin.wait(page, told, _HEARTBEAT_S)
            self.wfile.write(b":\n\n" if digest == told else f"data: {digest}\n\n".encode())
            self.wfile.flush()
            told = digest
