"""``treadle weave`` and ``treadle serve`` as they are typed."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.lamp import PROGRAM, REASON, Lamp, Telling, refused, run
from tests.weave.markup import check_markup, read_site


def pages(site: Path) -> set[str]:
    return set(read_site(site))


# -- a part -------------------------------------------------------------------------


def test_a_part_holds_its_files_and_the_threads_that_wrote_them(lamp: Lamp) -> None:
    assert run("weave", "--paths", "src", at=lamp.top).code == 0
    found = pages(lamp.top / "treadle-site")
    assert "file/src~lamp.py.html" in found
    assert len([name for name in found if name.startswith("thread/")]) == 1
    run("weave", "--paths", "notes", "-o", "notes-site", at=lamp.top)
    found = pages(lamp.top / "notes-site")
    assert [name for name in found if name.startswith("thread/")] == []


def test_a_path_is_seen_from_where_one_stands(lamp: Lamp) -> None:
    done = run("weave", "--paths", "lamp.py", "-o", "../site", at=lamp.top / "src")
    assert done.code == 0
    assert "file/src~lamp.py.html" in pages(lamp.top / "site")


def test_a_path_that_is_not_there_is_named(lamp: Lamp) -> None:
    said = refused("weave", "--paths", "src/nothing.py", at=lamp.top, code=2)
    assert "there is no src/nothing.py" in said


def test_threads_before_a_commit_are_left_out_but_their_lines_still_say_why(lamp: Lamp) -> None:
    assert run("weave", "--since", "HEAD~1", at=lamp.top).code == 0
    site = lamp.top / "treadle-site"
    found = read_site(site)
    assert [name for name in found if name.startswith("thread/")] == []
    assert REASON in found["file/src~lamp.py.html"].text
    assert "file/notes~" not in " ".join(found)


def test_threads_before_a_date_are_left_out(lamp: Lamp) -> None:
    assert run("weave", "--since", "2001-01-01", at=lamp.top).code == 0
    site = lamp.top / "treadle-site"
    assert len([name for name in pages(site) if name.startswith("thread/")]) == 1


@pytest.mark.parametrize("since", ["2038-01-01", "banana"])
def test_a_date_after_which_nothing_was_committed_is_told(lamp: Lamp, since: str) -> None:
    said = refused("weave", "--since", since, at=lamp.top, code=1)
    assert f"nothing was committed since {since}" in said
    assert not (lamp.top / "treadle-site").exists()
    assert run("weave", "--since", since, "--even-empty", at=lamp.top).code == 0
    assert [name for name in pages(lamp.top / "treadle-site") if "/" in name] == []


# -- a single page ------------------------------------------------------------------


def test_a_single_page_needs_nothing_beside_it(lamp: Lamp, tmp_path: Path) -> None:
    done = run("weave", "--single", "HEAD~1", "-o", tmp_path / "one.html", at=lamp.top)
    assert done.code == 0, done
    html = (tmp_path / "one.html").read_text(encoding="utf-8")
    style = re.search("<style>(.*?)</style>", html, re.DOTALL)
    assert style
    page = check_markup(html.replace(style[0], ""))
    assert page.sources == []
    assert "<script" not in html
    assert [link for link in page.links if not link.startswith("#")] == []
    assert {link[1:] for link in page.links} <= {*page.ids, "main"}
    assert REASON in page.text
    assert "lines 1–2" in page.text


def test_a_single_page_for_which_there_is_no_room_names_the_file(
    lamp: Lamp, tmp_path: Path
) -> None:
    page = tmp_path / "one.html"
    run("weave", "--single", "HEAD~1", "-o", page, at=lamp.top)
    before, beside = page.read_bytes(), sorted(tmp_path.iterdir())
    program = shlex.join([*PROGRAM, "-C", str(lamp.top), "weave", "--single", "HEAD~1", "-o"])
    done = subprocess.run(
        ["sh", "-c", f"ulimit -f 16; exec {program} {shlex.quote(str(page))}"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert f"{page} cannot be written: File too large" in done.stderr
    assert page.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == beside


def test_a_single_page_goes_to_the_output(lamp: Lamp) -> None:
    done = run("weave", "--single", "HEAD~1", "-o", "-", at=lamp.top)
    assert done.out.startswith("<!doctype html>")
    assert list(lamp.top.glob("*.html")) == []


def test_a_single_page_replaces_another_but_no_other_file(lamp: Lamp) -> None:
    for _ in range(2):
        assert run("weave", "--single", "HEAD~1", at=lamp.top).code == 0
    (page,) = lamp.top.glob("treadle-*.html")
    page.write_text("<html>my own")
    assert "not a page of treadle's" in refused("weave", "--single", "HEAD~1", at=lamp.top)
    assert page.read_text() == "<html>my own"


def test_a_commit_without_a_thread_has_no_single_page(lamp: Lamp) -> None:
    assert "has no document" in refused("weave", "--single", "HEAD", at=lamp.top)
    said = refused("weave", "--single", "HEAD~1", "--since", "HEAD~2", at=lamp.top, code=2)
    assert "takes no" in said


# -- the folder, the browser --------------------------------------------------------


def test_without_any_thread_it_says_how_to_get_one(bare_lamp: Lamp) -> None:
    assert "treadle import entire" in refused("weave", at=bare_lamp.top)
    assert not (bare_lamp.top / "treadle-site").exists()


def test_a_folder_of_somebody_elses_is_refused(lamp: Lamp) -> None:
    assert "not a treadle site" in refused("weave", "-o", "src", at=lamp.top)


def test_the_first_page_is_opened(lamp: Lamp, tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    browser.chmod(0o755)
    env = {"BROWSER": f"{browser} %s"}
    assert run("weave", "--open", at=lamp.top, env=env).code == 0
    opened = (tmp_path / "opened").read_text().strip()
    assert opened == (lamp.top / "treadle-site/index.html").as_uri()


# -- serve --------------------------------------------------------------------------


@contextmanager
def served(lamp: Lamp, *args: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The server and its address; afterwards it is gone."""
    process = subprocess.Popen(
        [*PROGRAM, "-C", str(lamp.top), "serve", *args],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout
    try:
        line = process.stdout.readline()
        while line and not line.startswith("http"):
            line = process.stdout.readline()
        yield process, line.split()[0] if line else ""
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        text: str = answer.read().decode()
    return text


def wait_for(address: str, text: str, seconds: float = 60) -> str:
    end = time.monotonic() + seconds
    while text not in (found := get(address)):
        assert time.monotonic() < end, found[-2000:]
        time.sleep(0.1)
    return found


def test_a_served_site_follows_commits_and_documents(lamp: Lamp) -> None:
    with served(lamp, "--port", "0") as (_, address):
        page = f"{address}file/src~lamp.py.html"
        assert REASON in get(page)
        now = get(f"{address}-/now.js")
        lamp.write("src/lamp.py", "# all anew\n")
        lamp.commit("Begin again")
        found = wait_for(page, "all anew")
        assert REASON not in found
        assert get(f"{address}-/now.js") != now
        assert lamp.git("status", "--porcelain") == ""


def test_the_first_document_is_served_once_it_is_there(bare_lamp: Lamp) -> None:
    with served(bare_lamp, "--port", "0") as (_, address):
        assert "No thread has been recorded here yet" in get(address)
        run("record", "HEAD~1", "--from", bare_lamp.transcript, at=bare_lamp.top)
        wait_for(address, "Let the lamp say its name")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("after", ["the address", "a page"])
def test_a_signal_ends_it_cleanly(lamp: Lamp, number: signal.Signals, after: str) -> None:
    with served(lamp, "--port", "0") as (process, address):
        if after == "a page":
            get(address)
        os.killpg(process.pid, number)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 0, err
        assert "Traceback" not in out + err


def test_a_port_that_is_taken_is_named(lamp: Lamp) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"port {port} cannot be had" in run("serve", "--port", port, at=lamp.top).err


def test_a_session_told_meanwhile_is_no_reason_to_stop(lamp: Lamp) -> None:
    """A damaged document is named and the rest is served on."""
    with served(lamp, "--port", "0") as (process, address):
        telling = Telling(lamp)
        telling.prompt("unused")
        lamp.git("notes", "--ref", "treadle", "add", "-f", "-m", "---\ntreadle: 1\n", "HEAD~1")
        wait_for(address, "No thread has been recorded here yet")
        assert process.poll() is None
