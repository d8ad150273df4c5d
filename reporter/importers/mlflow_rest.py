"""Ask an MLflow server over its REST interface: credentials, retries, pages. Reads only.

Credentials come from the environment, as MLflow's own client takes them, and go into request
headers alone: never into a message, a problem or a store.
"""

from __future__ import annotations

import base64
import http.client
import io
import json
import os
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast
from urllib.parse import urlencode, urlsplit

from reporter.errors import InvalidInputError, NotAStoreError, StoreError

__all__ = ["API", "Json", "RefusedError", "Server", "objects", "server_address"]

API = "/api/2.0/mlflow"
_TIMEOUT_S = 60.0
# What passes by itself: too many requests, a proxy whose server is just being restarted.
_PASSING = frozenset({429, 502, 503, 504})
_WAITS_S = (0.5, 1.0, 2.0, 4.0)
_MAX_WAIT_S = 10.0
_CREDENTIALS_HINT = (
    "Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD."
)

Json = dict[str, Any]
"""An object of JSON."""


class RefusedError(StoreError):
    """The server answered one request with an error that asking again does not change.

    Parameters
    ----------
    message : str
    status : int
        Of HTTP.
    """

    def __init__(self, message: str, *, status: int, hint: str = "") -> None:
        self.status = status
        super().__init__(message, hint=hint)


def server_address(url: str) -> tuple[str, str]:
    """Split what a user copied from the browser.

    Parameters
    ----------
    url : str
        ``http://host:5000``, with a path when the server lies below one, and with what MLflow's
        pages put behind ``#``.

    Returns
    -------
    base : str
        Where the interface begins.
    page : str
        What stood behind ``#``.

    Raises
    ------
    InvalidInputError
        There is a password in it.

    Examples
    --------
    >>> server_address("http://localhost:5000/#/experiments/3")
    ('http://localhost:5000', '/experiments/3')
    """
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise InvalidInputError(
            f"The address of {parts.hostname} holds a user or password, and addresses get around.",
            _CREDENTIALS_HINT,
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", parts.fragment


class Server:
    """An MLflow server.

    Parameters
    ----------
    base : str
        See :func:`server_address`.
    sleep : callable
        Waits between tries; for tests.
    """

    def __init__(self, base: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self.base = base
        self._sleep = sleep
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=_tls()), _SameServerRedirects()
        )

    def get(self, path: str, /, **query: object) -> Json:
        """Ask for an object."""
        given = {key: value for key, value in query.items() if value not in (None, "")}
        return self._json(f"{path}?{urlencode(given)}" if given else path)

    def post(self, path: str, /, **body: object) -> Json:
        """Ask for an object with a question in JSON."""
        return self._json(path, json.dumps(body).encode())

    def pages(self, ask: Callable[[str], Json], key: str) -> Iterator[Json]:
        """Yield what stands under `key` of every page.

        Parameters
        ----------
        ask : callable
            Takes the token of a page (empty for the first) and returns the page.
        key : str
        """
        token = ""
        while True:
            page = ask(token)
            yield from objects(page.get(key))
            following = page.get("next_page_token")
            if not isinstance(following, str) or not following or following == token:
                return
            token = following

    def open(self, path: str) -> BinaryIO:
        """Open a file of the server's; reading raises OSError when it ends too early."""
        return cast(BinaryIO, io.BufferedReader(_Body(self._ask(path, None))))

    def _json(self, path: str, body: bytes | None = None) -> Json:
        with self._ask(path, body) as answer:
            data = answer.read()
        try:
            found = json.loads(data or b"{}")
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise NotAStoreError(
                f"'{self.base}' is no MLflow server: it does not answer in JSON.",
                path=self.base,
                hint="Give the address under which MLflow's pages open.",
            )
        return found

    def _ask(self, path: str, body: bytes | None) -> http.client.HTTPResponse:
        """Ask, again and again while what is wrong may pass."""
        for wait_s in (*_WAITS_S, None):
            request = urllib.request.Request(self.base + path, data=body)  # noqa: S310  # http(s)
            request.add_header("Content-Type", "application/json")
            for name, value in _credentials().items():
                request.add_unredirected_header(name, value)
            try:
                return cast(
                    http.client.HTTPResponse, self._opener.open(request, timeout=_TIMEOUT_S)
                )
            except urllib.error.HTTPError as error:
                if error.code not in _PASSING or wait_s is None:
                    raise self._refused(error, path) from error
                self._sleep(_wished(error, wait_s))
            except (OSError, http.client.HTTPException) as error:
                if wait_s is None or _is_final(error):
                    raise self._silent(error) from error
                self._sleep(wait_s)
        raise AssertionError  # the last try returns or raises

    def _refused(self, error: urllib.error.HTTPError, path: str) -> StoreError:
        with error:
            detail = _detail(error.read(10_000))
        status = error.code
        if status in (401, 403):
            has_some = "Authorization" in _credentials()
            what = "does not accept these credentials" if has_some else "wants credentials"
            message = f"'{self.base}' {what} ({status})."
            return RefusedError(message, status=status, hint=_CREDENTIALS_HINT)
        shown = path.partition("?")[0]
        message = f"'{self.base}' answered {shown} with {status}: {detail or error.reason}."
        return RefusedError(message, status=status)

    def _silent(self, error: Exception) -> StoreError:
        reason = getattr(error, "reason", None) or error
        return StoreError(
            f"No answer from '{self.base}': {getattr(reason, 'strerror', None) or reason}.",
            path=self.base,
            hint="Check the address and that the server runs. What was imported stays; the import "
            "goes on where it stopped when it is run again.",
        )


def objects(value: object) -> list[Json]:
    """Return the objects in a list; none when it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


class _SameServerRedirects(urllib.request.HTTPRedirectHandler):
    """Follow redirects on the server itself; to another one no question goes."""

    def redirect_request(
        self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: str
    ) -> urllib.request.Request | None:  # Any: as in the base class
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if new.netloc != old.netloc or (old.scheme == "https" and new.scheme != "https"):
            reason = f"it leads to another server ({new.scheme}://{new.netloc})"
            raise urllib.error.HTTPError(req.full_url, code, reason, headers, fp)
        found = super().redirect_request(req, fp, code, msg, headers, newurl)
        if found is not None:
            for name, value in _credentials().items():
                found.add_unredirected_header(name, value)
        return found


class _Body(io.RawIOBase):
    """What a server sends, with an end that is noticed when it comes too early."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        super().__init__()
        self._answer = answer
        length = answer.headers.get("Content-Length")
        encoded = answer.headers.get("Content-Encoding")
        self._left = int(length) if length and length.isdigit() and not encoded else None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # Any: a buffer
        try:
            data = self._answer.read(len(buffer))
        except http.client.HTTPException as error:
            raise OSError(f"the server stopped sending: {error!r}") from error
        if self._left is not None:
            self._left -= len(data)
            if not data and self._left > 0 and len(buffer):
                raise OSError(f"the server stopped {self._left:,} bytes too early")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._answer.close()
        super().close()


def _credentials() -> dict[str, str]:
    if token := os.environ.get("MLFLOW_TRACKING_TOKEN"):
        return {"Authorization": f"Bearer {token}"}
    user = os.environ.get("MLFLOW_TRACKING_USERNAME")
    password = os.environ.get("MLFLOW_TRACKING_PASSWORD")
    if user and password:
        both = base64.b64encode(f"{user}:{password}".encode()).decode()
        return {"Authorization": f"Basic {both}"}
    return {}


def _tls() -> ssl.SSLContext:
    """Trust whom MLflow's client would trust."""
    context = ssl.create_default_context(
        cafile=os.environ.get("MLFLOW_TRACKING_SERVER_CERT_PATH") or None
    )
    if os.environ.get("MLFLOW_TRACKING_INSECURE_TLS", "").lower() in ("true", "1"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _wished(error: urllib.error.HTTPError, wait_s: float) -> float:
    """Return how long the server asks to wait, within reason."""
    wished = error.headers.get("Retry-After", "") if error.headers else ""
    return min(float(wished), _MAX_WAIT_S) if wished.isdigit() else wait_s


def _is_final(error: Exception) -> bool:
    """Tell errors that will not pass: no such host, a certificate that is not trusted."""
    reason = getattr(error, "reason", error)
    return isinstance(reason, (ssl.SSLCertVerificationError, ConnectionRefusedError)) or (
        type(reason).__name__ == "gaierror"
    )


def _detail(data: bytes) -> str:
    """Return MLflow's message out of an error's body."""
    try:
        found = json.loads(data)
        return str(found["message"])[:300]
    except (ValueError, KeyError, TypeError):
        return ""
