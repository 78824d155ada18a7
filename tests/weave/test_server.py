"""The server gives out the site, to this machine's browser, and nothing else to nobody else."""

from __future__ import annotations

import http.client
import os
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.weave.slackwater import slackwater
from treadle.weave.server import Server
from treadle.weave.site import weave_book


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    out = tmp_path_factory.mktemp("served") / "a site #1"
    weave_book(slackwater(), out, jobs=1)
    (out.parent / "secret.html").write_text("secret")
    os.symlink(out.parent / "secret.html", out / "file" / "link.html")
    os.symlink(out.parent, out / "up")
    os.mkfifo(out / "pipe.html")
    (out / "notes.txt").write_text("not a page")
    with Server(out, 0) as found:
        thread = threading.Thread(target=found.serve_forever, daemon=True)
        thread.start()
        yield found
        found.shutdown()


def ask(
    server: Server, path: str, method: str = "GET", **headers: str
) -> tuple[int, bytes, http.client.HTTPMessage]:
    talk = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    talk.putrequest(method, path, skip_host="Host" in given)
    for name, value in given.items():
        talk.putheader(name, value)
    talk.endheaders()
    answer = talk.getresponse()
    found = answer.status, answer.read(), answer.headers
    talk.close()
    return found


@pytest.mark.parametrize(
    "path", ["/", "/index.html", "/file/tide~table.py.html?x#L4", "/style.css", "/site.js"]
)
def test_what_is_of_the_site_is_given(server: Server, path: str) -> None:
    code, content, headers = ask(server, path)
    assert code == 200
    assert content
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_is_the_woven_one_with_one_script_more(server: Server) -> None:
    page = (server.out / "index.html").read_bytes()
    _, content, _ = ask(server, "/")
    assert content.replace(b'<script src="/-/live.js" async></script>', b"") == page


def test_a_head_has_no_body(server: Server) -> None:
    _, content, headers = ask(server, "/index.html")
    code, nothing, same = ask(server, "/index.html", "HEAD")
    assert (code, nothing) == (200, b"")
    assert same["Content-Length"] == headers["Content-Length"] == str(len(content))


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.html",
        "/file/../../secret.html",
        "/%2e%2e/secret.html",
        "/..%2fsecret.html",
        "/file/..%5c..%5csecret.html",
        "//secret.html",
        "/up/secret.html",
        "/file/link.html",
        "/.treadle-site.json",
        "/.gitignore",
        "/notes.txt",
        "/pipe.html",
        "/file",
        "/file/",
        "/index.html%00.css",
        "/index.html/",
        "/nowhere.html",
        "/-/other.js",
        "/C:/x.html",
        "/" + "a/" * 2000 + "x.html",
    ],
)
def test_what_is_not_of_the_site_is_not_given(server: Server, path: str) -> None:
    code, content, _ = ask(server, path)
    assert code == 404
    assert b"secret" not in content


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "X"])
def test_only_asking_is_allowed(server: Server, method: str) -> None:
    code, _, headers = ask(server, "/index.html", method)
    assert code == 501
    assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "", "localhost.evil"])
def test_another_name_that_leads_here_is_refused(server: Server, host: str) -> None:
    assert ask(server, "/", Host=host)[0] == 403


def test_our_own_names_are_welcome(server: Server) -> None:
    for name in ("127.0.0.1", "localhost", "LOCALHOST"):
        assert ask(server, "/", Host=f"{name}:{server.server_port}")[0] == 200


def test_two_names_at_once_are_refused(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as talk:
        ours = f"127.0.0.1:{server.server_port}"
        asked = f"GET / HTTP/1.1\r\nHost: {ours}\r\nHost: {ours}\r\nConnection: close\r\n\r\n"
        talk.sendall(asked.encode())
        assert talk.recv(100).startswith(b"HTTP/1.1 403 ")


def test_the_script_of_another_site_learns_nothing(server: Server) -> None:
    away = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"}
    assert ask(server, "/site.js", **away)[0] == 403
    assert ask(server, "/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")[0] == 200
    assert ask(server, "/site.js")[2]["Cross-Origin-Resource-Policy"] == "same-origin"


def test_it_listens_on_this_machine_alone(server: Server) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_a_new_weave_gives_the_site_another_name(server: Server) -> None:
    before = ask(server, "/-/now.js")[1]
    assert ask(server, "/-/now.js")[1] == before
    weave_book(slackwater(), server.out, jobs=1)
    assert ask(server, "/-/now.js")[1] == before
    (server.out / "index.html").write_text("")
    marker = server.out / ".treadle-site.json"
    marker.write_text(marker.read_text())
    assert ask(server, "/-/now.js")[1] != before


def test_a_page_that_was_not_woven_keeps_its_name(server: Server) -> None:
    def told(page: str) -> tuple[str, str]:
        site, name = ask(server, f"/-/now.js?{page}&1")[1].decode().split(", ")
        return site, name

    before = {page: told(page) for page in ("%2F", "%2Ffiles.html")}
    (server.out / "index.html").write_text("")
    assert told("%2F")[1] != before["%2F"][1]
    assert told("%2Ffiles.html") == before["%2Ffiles.html"]
    (server.out / "files.html").unlink()
    assert told("%2Ffiles.html")[1] != before["%2Ffiles.html"][1]
    assert told("%2F..%2Fsecret.html")[1] == told("%2Fnowhere.html")[1]


def test_a_page_that_is_gone_leads_on(server: Server) -> None:
    code, content, headers = ask(server, "/thread/gone.html")
    assert (code, headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert b'<a href="/">' in content
