"""Object stores for tests: a real S3 server on loopback, and fsspec's memory.

Nothing is mocked inside our process: requests go over HTTP to moto's server, in another one, so
that children find it too and a test may stop it.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIAHIDDENKEYFORTESTS",
    "AWS_SECRET_ACCESS_KEY": "hidden/secret/key/for/tests",
    "AWS_DEFAULT_REGION": "us-east-1",
}
_SERVER = """
import logging, sys
from moto.server import ThreadedMotoServer
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=int(sys.argv[1]), verbose=False)
server.start()
sys.stdin.read()
"""


@dataclass
class Bucket:
    """A bucket on the server, seen past our own code."""

    uri: str
    environment: dict[str, str]
    files: Any

    def names(self) -> list[str]:
        """Every object's key below the URI."""
        root = self.uri.removeprefix("s3://")
        self.files.invalidate_cache()
        return sorted(name.removeprefix(root).lstrip("/") for name in self.files.find(root))

    def contents(self) -> dict[str, bytes]:
        """Every object's bytes, by key."""
        root = self.uri.removeprefix("s3://")
        return {name: self.files.cat_file(f"{root}/{name}") for name in self.names()}


class Server:
    """moto's S3 server in a process of its own."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER, str(self.port)],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while True:
            try:
                with urlopen(f"{self.url}/moto-api/", timeout=5):
                    return
            except (URLError, ConnectionError, TimeoutError):
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.kill()
            self._process.wait()
            self._process = None


def folders(root: Path) -> dict[str, str]:
    """Where spools and mirrors go in a test, and how often is uploaded."""
    return {
        "REPORTER_SPOOL": str(root / "spool"),
        "REPORTER_UPLOAD_SECONDS": "0.2",
        "XDG_CACHE_HOME": str(root / "cache"),
    }


@contextmanager
def running_server() -> Iterator[Server]:
    server = Server()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def make_bucket(server: Server, name: str, prefix: str = "some/runs") -> Bucket:
    """Make a bucket; the environment that its users need comes with it."""
    import s3fs

    files = s3fs.S3FileSystem(
        endpoint_url=server.url,
        key=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        secret=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        use_listings_cache=False,
        skip_instance_cache=True,
    )
    files.mkdir(name)
    s3fs.S3FileSystem.clear_instance_cache()  # whoever comes reads the environment anew
    environment = {**CREDENTIALS, "AWS_ENDPOINT_URL": server.url}
    return Bucket(f"s3://{name}/{prefix}", environment, files)
