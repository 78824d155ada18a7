"""A woven site over HTTP, for the browser of whoever sits at this machine.

It listens on 127.0.0.1 alone and answers GET and HEAD. A page of another site could still
ask it through the user's browser: under a name that leads here (so any ``Host`` but ours is
refused), or as the source of a script (so requests that a browser marks as another site's are
refused too). Only regular files of the site are given out.

Each page gets one more script, ``/-/live.js``. It asks every second for ``/-/now.js``, which tells
when the site and the page were last woven, and loads the page again when it changed: who reads
another is not torn out of it, and what they unfolded stays so. A page in which somebody searched
follows the site, because a new weave takes old pieces of the index away; but not while they type.
Both are classic scripts, because the pages' policy forbids everything else.
"""

from __future__ import annotations

import os
import secrets
import stat
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from treadle.weave.making.folder import MARKER

HERE = "127.0.0.1"

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The pages' own, and what only a header can say."""

ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}

LIVE, NOW = "/-/live.js", "/-/now.js"

ICON = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">\
<path fill="#98291d" d="M1 3h14v2H1zM1 11h14v2H1zM4 1h2v14H4zM10 1h2v14h-2z"/></svg>"""
"""Browsers ask for one whether or not a page names it."""

_GONE = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>No such page</title>\
<link rel="stylesheet" href="/style.css"><main><div class="wrap"><h1>There is no such page</h1>\
<p>What it told of may be gone since. <a href="/">The first page</a> leads on.</p></div></main>"""

_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""Neither a link is followed nor a pipe waited for."""

_HEAD_ENDS = b"</head>"

_LIVE = b"""/* Loads the page again when the site was woven anew. */
"use strict";
(function () {
  var first, mine;
  window.treadleNow = function (site, page) {
    if (first === undefined) { first = site; mine = page; }
    else if (typing()) return;
    else if (page !== mine || (site !== first && window.treadleSearch)) location.reload();
  };
  function typing() { var e = document.activeElement; return e && e.id === "q" && e.value; }
  function ask() {
    if (document.hidden) return;
    var s = document.createElement("script");
    s.src = "/-/now.js?" + encodeURIComponent(location.pathname) + "&" + Date.now();
    s.onload = s.onerror = function () { s.remove(); };
    document.head.append(s);
  }
  document.addEventListener("visibilitychange", ask);
  setInterval(ask, 1000); ask();
})();
"""


class Server(ThreadingHTTPServer):
    """Serves the site in ``out``; ``port`` 0 takes any that is free."""

    daemon_threads = True
    allow_reuse_address = os.name == "posix"

    def __init__(self, out: Path, port: int) -> None:
        super().__init__((HERE, port), _Answer)
        self.out = out
        self.started = secrets.token_hex(8)

    @property
    def address(self) -> str:
        """Where a browser finds the site."""
        return f"http://{HERE}:{self.server_port}/"

    def hosts(self) -> tuple[str, ...]:
        """The names by which this server may be asked."""
        return f"{HERE}:{self.server_port}", f"localhost:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over a browser that hung up; anything else is a fault of ours and is shown."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    def now(self, page: str = "") -> str:
        """Names the site as it stands, another after each weave; or one page of it."""
        at = self._place(page)[0] if page else self.out / MARKER
        try:
            found = os.stat(at) if at else None
        except OSError:
            found = None
        return f"{self.started}-{found.st_mtime_ns}-{found.st_ino}" if found else self.started

    def file(self, path: str) -> tuple[bytes, str] | None:
        """The content and the kind of what stands at a path, None where nothing may be given."""
        at, kind = self._place(path)
        if at is None:
            return None
        try:
            with open(os.open(at, _READ), "rb") as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    return None
                return file.read(), kind
        except OSError:
            return None

    def _place(self, path: str) -> tuple[Path | None, str]:
        """Where a path leads and what kind it is; None if it is none that may be given."""
        names = [name for name in path.split("/") if name]
        if path.endswith("/"):
            names.append("index.html")
        kind = TYPES.get(os.path.splitext(names[-1])[1].lower(), "") if names else ""
        if not kind or any(_hidden(name) for name in names):
            return None, ""
        at = self.out.joinpath(*names)
        inside = os.path.realpath(at) == os.path.join(os.path.realpath(self.out), *names)
        return (at if inside else None), kind


def _hidden(name: str) -> bool:
    """Whether a part of a path is not a plain name of the site's."""
    return name.startswith(".") or "\\" in name or ":" in name or "\0" in name


class _Answer(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "treadle"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, with_body: bool) -> None:
        if not self._welcome():
            self._send(403, b"this is another machine's site\n", "text/plain", with_body)
            return
        path = unquote(urlsplit(self.path).path, errors="replace")
        if path == LIVE:
            self._send(200, _LIVE, TYPES[".js"], with_body)
        elif path == NOW:
            page = unquote(urlsplit(self.path).query.partition("&")[0], errors="replace")
            said = f'treadleNow("{self.server.now()}", "{self.server.now(page)}");\n'.encode()
            self._send(200, said, TYPES[".js"], with_body)
        elif path == "/favicon.ico":
            self._send(200, ICON, TYPES[".svg"], with_body)
        elif found := self.server.file(path):
            content, kind = found
            if kind == TYPES[".html"]:
                script = f'<script src="{LIVE}" async></script>'.encode()
                content = content.replace(_HEAD_ENDS, script + _HEAD_ENDS, 1)
            self._send(200, content, kind, with_body)
        else:
            self._send(404, _GONE, TYPES[".html"], with_body)

    def _welcome(self) -> bool:
        """Whether the request was meant for us, by a page of ours or by the person."""
        hosts = self.headers.get_all("Host") or []
        if len(hosts) != 1 or hosts[0].lower() not in self.server.hosts():
            return False
        site = self.headers.get("Sec-Fetch-Site", "none")
        return site in ("none", "same-origin") or self.headers.get("Sec-Fetch-Mode") == "navigate"

    def _send(self, code: int, content: bytes, kind: str, with_body: bool) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if with_body:
            self.wfile.write(content)

    def end_headers(self) -> None:
        """End the headers with those of every answer, refusals included."""
        for name, value in ALWAYS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the terminal is for what changed."""
