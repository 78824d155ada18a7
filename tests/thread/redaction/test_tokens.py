"""Tokens, keys and homes: what is found of them in any text, and what only resembles them."""

from __future__ import annotations

import base64

import pytest

from tests.thread.redaction.made import (
    ALNUM,
    BASE64,
    DRESSES,
    DUMMIES,
    FRAMES,
    HEX,
    KEY,
    TOKENS,
    Rng,
    key,
    key_lines,
    prose,
    tail,
)
from treadle.thread.redact import mark
from treadle.thread.redaction import secrets

AROUND = (
    "{}",
    "use {} here",
    "key={}",
    'export KEY="{}"',
    '{{"key": "{}"}}',
    '{{\\"key\\":\\"{}\\"}}',
    "one\\n{}\\ntwo",
    "\x1b[32m{}\x1b[0m",
    "https://example.com/?k%3D{}&b=1",
    "→ {}。",
    "KEY: {}\r\n",
)


# -- what is found ----------------------------------------------------------------


@pytest.mark.parametrize("situation", TOKENS)
def test_a_token_is_hidden_wherever_it_stands(situation: str) -> None:
    rule, make = TOKENS[situation]
    rng = Rng(situation)
    for _ in range(20):
        secret = make(rng)
        for around in AROUND:
            assert prose(around.format(secret)) == around.format(mark(rule))


@pytest.mark.parametrize("situation", TOKENS)
def test_a_token_inside_a_longer_word_is_something_else(situation: str) -> None:
    rule, make = TOKENS[situation]
    assert mark(rule) not in prose(f"{'Zk9' * 4}{make(Rng(situation))}")


@pytest.mark.parametrize("situation", FRAMES)
def test_a_frame_keeps_its_words_and_loses_its_value(situation: str) -> None:
    rule, frame, make = FRAMES[situation]
    rng = Rng(situation)
    for _ in range(20):
        text = "Look:\n" + frame.format(make(rng)) + "\nDone."
        assert prose(text) == "Look:\n" + frame.format(mark(rule)) + "\nDone."


@pytest.mark.parametrize("dummy", DUMMIES)
def test_examples_placeholders_and_dummies_stay(dummy: str) -> None:
    assert prose(dummy) == dummy
    assert prose(f'key = "{dummy}"\n') == f'key = "{dummy}"\n'


@pytest.mark.parametrize(("alphabet", "length"), [(ALNUM, 20), (ALNUM, 48), (HEX, 32), (HEX, 64)])
def test_random_values_are_hardly_ever_taken_for_dummies(alphabet: str, length: int) -> None:
    rng = Rng(length)
    values = ["".join(rng.choices(alphabet, k=length)) for _ in range(3000)]
    assert sum(not secrets.mixed(value) for value in values) <= 1


# -- private keys -----------------------------------------------------------------


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize("kind", ["RSA", "OPENSSH", "EC", "ENCRYPTED"])
def test_a_private_key_is_hidden_whole(dress: str, kind: str) -> None:
    text = DRESSES[dress](key(Rng(dress), kind))
    assert prose(f"Here:\n{text}\nAnd on it goes.") == f"Here:\n{KEY}\nAnd on it goes."


def test_keys_of_pgp_and_putty_are_private_keys_too() -> None:
    rng = Rng(5)
    body = "\n".join(tail(rng, BASE64, 64) for _ in range(9))
    begin, end = ("-----" + word + " PGP PRIVATE KEY BLOCK-----" for word in ("BEGIN", "END"))
    assert prose(f"a\n{begin}\nVersion: 1\n\n{body}\n=aB3d\n{end}\nb") == f"a\n{KEY}\nb"
    putty = f"PuTTY-User-Key-File-3: x\nPrivate-Lines: 9\n{body}\n"
    assert prose(putty) == f"PuTTY-User-Key-File-3: x\n{KEY}\n"


def test_a_key_in_base64_of_a_kubeconfig_is_hidden() -> None:
    wrapped = base64.b64encode(key(Rng(6)).encode()).decode()
    assert prose(f"client-key-data: {wrapped}\n") == f"client-key-data: {KEY}\n"


def test_a_key_cut_in_the_middle_loses_both_halves() -> None:
    lines = key_lines(Rng(7))
    text = "\n".join([*lines[:3], "... 40 lines ...", *lines[3:]])
    assert prose(text) == f"{KEY}\n... 40 lines ...\n{KEY}"


def test_certificates_and_public_keys_stay() -> None:
    text = key(Rng(8)).replace("RSA PRIVATE KEY", "CERTIFICATE")
    assert prose(text) == text


# -- homes ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "home", "told"),
    [
        ("/home/ann/src/a.py", "", "~/src/a.py"),
        ("cd /Users/ann/src && ls", "", "cd ~/src && ls"),
        ("file:///home/ann/a", "", "file://~/a"),
        ('{"cwd":"/Users/ann.b/x"}', "", '{"cwd":"~/x"}'),
        ("C:\\Users\\ann\\src", "", "~\\src"),
        ('"C:\\\\Users\\\\Ann B\\\\src"', "", '"~\\\\src"'),
        ("c:/Users/ann/src", "", "~/src"),
        ("/mnt/c/Users/ann/src and /c/Users/ann/src", "", "~/src and ~/src"),
        ("cc -I/home/ann/include", "", "cc -I~/include"),
        ("one\\n/home/ann/two", "", "one\\n~/two"),
        ("~/.agent/projects/-Users-ann-src/1.jsonl", "", "~/.agent/projects/~-src/1.jsonl"),
        ("/home/ann", "/home/ann", "~"),
        ("in /home/ann.", "/home/ann/", "in ~."),
        ("/data/homes/ann/x", "/data/homes/ann", "~/x"),
        ("/backup/data/homes/ann/x", "/data/homes/ann", "/backup~/x"),
        ("/data/homes/anna/x", "/data/homes/ann", "/data/homes/anna/x"),
        ("/root/x /rootfs/x docs/root/x", "/root", "~/x /rootfs/x docs/root/x"),
        ("work/-home-ann-src", "/home/ann", "work/~-src"),
        ("D:\\people\\ann\\x", "D:\\people\\ann", "~\\x"),
        ("/usr/bin", "/", "/usr/bin"),
    ],
)
def test_a_home_directory_is_told_as_a_tilde(text: str, home: str, told: str) -> None:
    assert prose(text, home) == told


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/home/news/today",
        "src/home/index/a.py",
        "./Users/model/a.rb",
        "${root}/home/ann/x",
        "/home/$USER/x",
        "/Users/Shared/x",
        "/home/",
        "GET /home/settings",
        "~/home/ann/x",
    ],
)
def test_what_only_resembles_a_home_stays(text: str) -> None:
    assert prose(text) == text


def test_what_is_made_of_the_hits_of_a_text_does_not_change_what_it_holds() -> None:
    text = "password in https://ines:t1de-T4ble@example.com/x"
    first = secrets.find(text)
    assert first
    expected = list(first)
    first.clear()
    assert secrets.find(text) == expected
