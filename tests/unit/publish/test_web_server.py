"""The server over real sockets."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from reporter.errors import PublishError
from reporter.publish.bulletin import Bulletin
from reporter.publish.web_server import WebServer

FILES = {
    "index.html": b'<html data-report="a"><head></head><p>home',
    "experiment/7/index.html": b"<p>seven",
    "artifacts/a/movie.mp4": bytes(range(200)),
    "data/catalog.js": b"1",
}


@pytest.fixture
def site(make_site) -> Path:
    return make_site(FILES)


@pytest.fixture
def server(site) -> Iterator[WebServer]:
    bulletin = Bulletin(str(site))
    bulletin.post()
    with WebServer(str(site), bulletin, port=0) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield running
        bulletin.close()
        running.shutdown()
        thread.join()


def ask(server: WebServer, path: str, method: str = "GET", **headers: str):
    """Ask once; return status, headers and content. ``_`` in header names stands for ``-``."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.putrequest(method, path, skip_host="Host" in named, skip_accept_encoding=True)
    for name, value in named.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), data


def test_files_come_with_their_types(server):
    status, headers, data = ask(server, "/artifacts/a/movie.mp4")
    assert (status, data) == (200, FILES["artifacts/a/movie.mp4"])
    assert headers["Content-Type"] == "video/mp4"
    assert headers["Accept-Ranges"] == "bytes"


def test_no_other_site_may_take_data_files_for_scripts(server):
    _, headers, _ = ask(server, "/data/catalog.js")
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_pages_get_the_script_and_other_files_do_not(server):
    assert b"/_served/live.js" in ask(server, "/")[2]
    assert b"EventSource" in ask(server, "/_served/live.js")[2]
    assert ask(server, "/data/catalog.js")[2] == b"1"


def test_folders_lead_to_their_page(server):
    status, headers, _ = ask(server, "/experiment/7")
    assert (status, headers["Location"]) == (301, "/experiment/7/")
    assert ask(server, "/experiment/7/")[2] == b"<p>seven"
    assert ask(server, "/artifacts/")[0] == 404


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [("bytes=10-19", 10, 19), ("bytes=190-", 190, 199), ("bytes=-5", 195, 199)],
)
def test_parts_of_a_film(server, wanted, first, last):
    status, headers, data = ask(server, "/artifacts/a/movie.mp4", Range=wanted)
    assert status == 206
    assert headers["Content-Range"] == f"bytes {first}-{last}/200"
    assert data == bytes(range(first, last + 1))


def test_parts_that_are_not_there(server):
    status, headers, _ = ask(server, "/artifacts/a/movie.mp4", Range="bytes=200-")
    assert (status, headers["Content-Range"]) == (416, "bytes */200")


def test_a_part_of_another_version_is_not_given(server):
    tag = ask(server, "/artifacts/a/movie.mp4")[1]["ETag"]
    range_ = {"Range": "bytes=0-1"}
    assert ask(server, "/artifacts/a/movie.mp4", If_Range=tag, **range_)[0] == 206
    assert ask(server, "/artifacts/a/movie.mp4", If_Range='"old"', **range_)[0] == 200


def test_what_a_browser_has_is_not_sent_again(server):
    tag = ask(server, "/data/catalog.js")[1]["ETag"]
    status, _, data = ask(server, "/data/catalog.js", If_None_Match=tag)
    assert (status, data) == (304, b"")


def test_head_tells_all_but_the_content(server):
    status, headers, data = ask(server, "/artifacts/a/movie.mp4", "HEAD")
    assert (status, headers["Content-Length"], data) == (200, "200", b"")


def test_nothing_can_be_put(server):
    assert ask(server, "/index.html", "POST")[0] == 501


@pytest.mark.parametrize("host", ["example.org", f"example.org:{8000}", ""])
def test_a_name_of_a_stranger_is_refused(server, host):
    status, _, data = ask(server, "/data/catalog.js", Host=host)
    assert status == 421
    assert b"not served here" in data


@pytest.mark.parametrize("path", ["/../secret.txt", "/%2e%2e/secret.txt", "/out/secret.txt"])
def test_nothing_outside_is_given(server, site, path):
    (site.parent / "secret.txt").write_text("x", encoding="utf-8")
    try:
        (site / "out").symlink_to(site.parent, target_is_directory=True)
    except OSError:
        pytest.skip("no links on this system")
    assert ask(server, path)[0] == 404


def test_news_come_when_a_page_has_changed(server, site, make_site):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/_served/events?page=index.html")
    answer = connection.getresponse()
    assert answer.headers["Content-Type"] == "text/event-stream"
    first = answer.readline()
    assert first.startswith(b"data: ")
    make_site(FILES | {"experiment/7/index.html": b"<p>other"})
    server.bulletin.post()  # another page: nothing is said of it
    make_site(FILES | {"index.html": b"<p>new"})
    server.bulletin.post()
    assert answer.readline() == b"\n"
    second = answer.readline()
    assert second.startswith(b"data: ")
    assert second != first
    answer.close()
    connection.close()


def test_a_taken_port_is_told_and_the_next_one_found(site, server):
    with pytest.raises(PublishError, match=f"Port {server.port} .* is taken"):
        WebServer(str(site), server.bulletin, port=server.port)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 8000))
        except OSError:
            pass  # somebody has it already: as well
        else:
            taken.listen()
        with WebServer(str(site), server.bulletin) as other:
            assert 8000 < other.port < 8050


def test_a_host_that_is_none_of_ours(site, server):
    with pytest.raises(PublishError, match=r"Cannot serve at '192\.0\.2\.1'"):
        WebServer(str(site), server.bulletin, host="192.0.2.1", port=0)


def test_addresses(site, server):
    assert server.url == f"http://127.0.0.1:{server.port}/"
    with WebServer(str(site), server.bulletin, host="0.0.0.0", port=0) as everywhere:
        assert everywhere.url == f"http://127.0.0.1:{everywhere.port}/"
