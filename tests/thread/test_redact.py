"""Redaction, on secrets made up here.

No secret stands in this file: each is put together from its prefix and a random tail, so that
no scanner (ours is one, see the last test) takes the tests for a leak.
"""

from __future__ import annotations

import base64
import copy
import json
import pickle
import random
import string
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.thread.threads import threads
from treadle.thread.model import Change, Entry, Hunk, Part, Placement, Row, Step, Thread, Turn
from treadle.thread.redact import Redacted, mark, redact
from treadle.thread.redaction import homes, secrets
from treadle.thread.redaction.rules import Rules

ALNUM = string.ascii_letters + string.digits
WORD = ALNUM + "-_"
HEX = "0123456789abcdef"
BASE32 = string.ascii_uppercase + "234567"
BASE64 = ALNUM + "+/"

Rng = random.Random


def tail(rng: Rng, alphabet: str, length: int) -> str:
    """Random characters; the first and the last are no punctuation."""
    ends = [c for c in alphabet if c.isalnum()]
    return rng.choice(ends) + "".join(rng.choices(alphabet, k=length - 2)) + rng.choice(ends)


def json_part(rng: Rng, size: int) -> str:
    """Base64 of a JSON object that holds ``size`` random characters, as in a web token."""
    text = json.dumps({"sub": tail(rng, ALNUM, size)})
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def slack_bot(rng: Rng) -> str:
    return f"xo{'xb'}-{tail(rng, '123456789', 12)}-{tail(rng, ALNUM, 24)}"


def slack_app(rng: Rng) -> str:
    return f"xa{'pp'}-1-A{tail(rng, BASE32, 10)}-1234-{tail(rng, HEX, 64)}"


def sendgrid(rng: Rng) -> str:
    return f"S{'G'}.{tail(rng, WORD, 22)}.{tail(rng, WORD, 43)}"


def jwt(rng: Rng) -> str:
    return f"{json_part(rng, 5)}.{json_part(rng, 40)}.{tail(rng, WORD, 43)}"


def discord(rng: Rng) -> str:
    number = str(rng.randrange(10**17, 10**19))
    head = base64.b64encode(number.encode()).decode().rstrip("=")
    return f"{head}.{tail(rng, WORD, 6)}.{tail(rng, WORD, 38)}"


def simple(prefix: str, alphabet: str, length: int) -> Callable[[Rng], str]:
    return lambda rng: prefix + tail(rng, alphabet, length)


TOKENS: dict[str, tuple[str, Callable[[Rng], str]]] = {
    "aws id": ("aws-key-id", simple("AKIA", BASE32, 16)),
    "aws temporary id": ("aws-key-id", simple("ASIA", BASE32, 16)),
    "aws session": ("aws-session", simple("IQoJ" + "b3JpZ2lu", BASE64, 300)),
    "google key": ("google-key", simple("AI" + "za", WORD, 35)),
    "google access": ("google-oauth", simple("ya" + "29.", WORD, 120)),
    "google refresh": ("google-oauth", simple("1/" + "/0", WORD, 60)),
    "google client": ("google-oauth", simple("GOC" + "SPX-", WORD, 28)),
    "digitalocean": ("digitalocean", simple("dop" + "_v1_", HEX, 64)),
    "databricks": ("databricks", simple("da" + "pi", HEX, 32)),
    "vault": ("vault", simple("hv" + "s.", WORD, 95)),
    "github person": ("github", simple("gh" + "p_", ALNUM, 36)),
    "github oauth": ("github", simple("gh" + "o_", ALNUM, 36)),
    "github user": ("github", simple("gh" + "u_", ALNUM, 36)),
    "github server": ("github", simple("gh" + "s_", ALNUM, 36)),
    "github refresh": ("github", simple("gh" + "r_", ALNUM, 76)),
    "github fine": ("github", simple("github" + "_pat_", ALNUM + "_", 82)),
    "gitlab person": ("gitlab", simple("gl" + "pat-", WORD, 20)),
    "gitlab runner": ("gitlab", simple("gl" + "rt-", WORD, 20)),
    "gitlab deploy": ("gitlab", simple("gl" + "dt-", WORD, 20)),
    "gitlab job": ("gitlab", simple("gl" + "cbt-", WORD, 24)),
    "bitbucket": ("bitbucket", simple("AT" + "BB", ALNUM, 32)),
    "atlassian": ("atlassian", simple("ATA" + "TT3xFfGF0", WORD, 180)),
    "npm": ("npm", simple("npm" + "_", ALNUM, 36)),
    "pypi": ("pypi", simple("pypi-" + "AgEIcHlwaS5vcmc", WORD, 150)),
    "rubygems": ("rubygems", simple("ruby" + "gems_", HEX, 48)),
    "crates": ("crates", simple("c" + "io", ALNUM, 32)),
    "docker": ("docker", simple("dckr" + "_pat_", WORD, 27)),
    "anthropic": ("anthropic", simple("sk-" + "ant-api03-", WORD, 95)),
    "openai project": ("openai", simple("sk-" + "proj-", WORD, 156)),
    "openai": ("openai", simple("sk" + "-", ALNUM, 48)),
    "deepseek": ("deepseek", simple("sk" + "-", HEX, 32)),
    "openrouter": ("openrouter", simple("sk-" + "or-v1-", HEX, 64)),
    "xai": ("xai", simple("xa" + "i-", ALNUM, 80)),
    "groq": ("groq", simple("gs" + "k_", ALNUM, 52)),
    "replicate": ("replicate", simple("r" + "8_", ALNUM, 37)),
    "perplexity": ("perplexity", simple("pp" + "lx-", ALNUM, 48)),
    "nvidia": ("nvidia", simple("nv" + "api-", WORD, 64)),
    "huggingface": ("huggingface", simple("h" + "f_", string.ascii_letters, 34)),
    "slack bot": ("slack", slack_bot),
    "slack app": ("slack", slack_app),
    "discord": ("discord", discord),
    "stripe": ("stripe", simple("sk_" + "live_", ALNUM, 24)),
    "stripe restricted": ("stripe", simple("rk_" + "live_", ALNUM, 99)),
    "stripe hook": ("stripe", simple("wh" + "sec_", ALNUM, 32)),
    "sendgrid": ("sendgrid", sendgrid),
    "twilio key": ("twilio", simple("S" + "K", HEX, 32)),
    "twilio account": ("twilio", simple("A" + "C", HEX, 32)),
    "shopify": ("shopify", simple("sh" + "pat_", HEX, 32)),
    "age": ("age", simple("AGE-SECRET" + "-KEY-1", BASE32, 58)),
    "jwt": ("jwt", jwt),
}
"""Situation -> the rule that must find it, and a maker of such secrets."""

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

FRAMES: dict[str, tuple[str, str, Callable[[Rng], str]]] = {
    "aws": ("aws-secret", "aws_secret_access_key = {}", simple("", ALNUM, 40)),
    "aws json": ("aws-secret", '"SecretAccessKey": "{}",', simple("", ALNUM, 40)),
    "aws env": ("aws-secret", "export AWS_SECRET_ACCESS_KEY='{}'", simple("", ALNUM, 40)),
    "aws xml": ("aws-secret", "<SecretAccessKey>{}</SecretAccessKey>", simple("", ALNUM, 40)),
    "azure": ("azure-key", "AccountName=a;AccountKey={};", lambda r: tail(r, BASE64, 86) + "=="),
    "azure bus": ("azure-key", "SharedAccessKey={}", lambda r: tail(r, BASE64, 43) + "="),
    "azure sas": ("azure-sas", "?sv=2024&sig={}&se=1", lambda r: tail(r, ALNUM, 43) + "%3D"),
    "slack": (
        "slack-hook",
        "https://hooks.slack.com/services/{}",
        lambda r: f"T{tail(r, BASE32, 10)}/B{tail(r, BASE32, 10)}/{tail(r, ALNUM, 24)}",
    ),
    "telegram": ("telegram", "123456789:AA{}", simple("", WORD, 33)),
    "url": ("url-password", "postgres://ann:{}@db.example.org:5432/x", simple("", ALNUM, 9)),
    "url, odd": ("url-password", "redis://:{}@10.0.0.1", lambda r: "a:b@" + tail(r, ALNUM, 6)),
    "url, escaped": ("url-password", '\\"mq://ann:{}@h\\"', lambda r: "p%40" + tail(r, ALNUM, 6)),
    "bearer": ("authorization", "Authorization: Bearer {}", simple("", ALNUM, 40)),
    "bearer, code": ("authorization", '{{"Authorization": "Bearer {}"}}', simple("", ALNUM, 40)),
    "token": ("authorization", "curl -H 'authorization: token {}'", simple("", HEX, 40)),
    "basic": (
        "authorization",
        "Authorization: Basic {}",
        lambda r: base64.b64encode(b"ann:" + tail(r, ALNUM, 9).encode()).decode(),
    ),
}
"""Situation -> the rule, the text around the secret, and a maker of secrets."""

DUMMIES = (
    "AKIA" + "IOSFODNN7EXAMPLE",
    "AKIA" + "QQQQQQQQQQQQQQQQ",
    "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY",
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY",
    "AWS_SECRET_ACCESS_KEY=$SECRET",
    "sk-ant-...",
    "sk-ant-api03-" + "x" * 95,
    "sk-" + "1234567890" * 5,
    "sk-" + "your-api-key",
    "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789",
    "ghp_" + "abc123def456ghi789jkl012mno345pqr678",
    "ghp_" + "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8",
    "ghp_" + "X" * 36,
    "ghp_" + "AbC9" * 9,
    "ghs_" + "deadbeef" * 5,
    "github_pat_ghp_gho_",
    "glpat-" + "your-personal-access-token",
    "xoxb-" + "your-slack-bot-token-here",
    "Authorization: Bearer $TOKEN",
    "Authorization: Bearer ${{ secrets.TOKEN }}",
    "Authorization: Bearer <token>",
    "Authorization: Bearer {token}",
    "Authorization: Bearer sessionAccessTokenOfUser",
    "Authorization: Basic " + "QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
    "Authorization: Basic authentication is required",
    "Authorization: Basic " + base64.b64encode(b"user:password").decode(),
    "https://user:password@example.com",
    "https://user:pass123@example.com",
    "https://user:$PASSWORD@example.com",
    "https://user:${PASSWORD}@example.com",
    "https://user:<password>@example.com",
    "https://user:xxxxxx@example.com",
    "https://user:***@example.com",
    "postgres://postgres:postgres@localhost/test",
    "http://localhost:8080/@scope/name",
    "http://localhost:8080,ann@example.com",
    "git clone ssh://git@example.com:2222/a/b.git",
    "https://hooks.slack.com/services/T00000000/B00000000/" + "X" * 24,
    "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----",
    'if strings.Contains(s, "-----BEGIN PRIVATE KEY-----") {\n\treturn true\n}\n',
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN...\n-----END PRIVATE KEY-----",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0."
    "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    "f446dcf7a1f1c5b0e2d3a49586776655443322ff",
    "sha256-n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
    "task-" + "8f14e45fceea167a5a36dedd4bea2543",
    "decisions, precious, sk-learn, hf_hub, the authorization header",
)


def key(rng: Rng, kind: str = "RSA", lines: int = 12) -> str:
    """A private key in PEM, without a last line end."""
    body = "\n".join(tail(rng, BASE64, 64) for _ in range(lines))
    last = tail(rng, BASE64, 30) + "=="
    return f"-----BEGIN {kind} PRIVATE KEY-----\n{body}\n{last}\n-----END {kind} PRIVATE KEY-----"


def key_lines(rng: Rng) -> list[str]:
    return key(rng, lines=4).split("\n")


def thread(*steps: Step, rows: tuple[Row, ...] = (), residue: tuple[Change, ...] = ()) -> Thread:
    turn = Turn(1, prompt="Please.", steps=steps)
    part = Part("claude-code", "s", turns=(turn,))
    return Thread((part,), Placement("b", "t", "", rows, residue))


def prose(text: str, home: str = "") -> str:
    """What becomes of a prompt."""
    given_thread = Thread((Part("a", "s", turns=(Turn(1, text),)),), Placement("", ""))
    return redact(given_thread, Rules(home)).thread.parts[0].turns[0].prompt


def edit(path: str, *lines: str, kind: str = "edit") -> Change:
    return Change(path, kind, hunks=(Hunk(0, 0, lines),))


def row(path: str, **more: str) -> Row:
    entry = Entry("100644", "0" * 40)
    return Row(path, entry, entry, **more)


def hunk_of(result: Redacted) -> Hunk:
    return result.thread.parts[0].turns[0].steps[0].changes[0].hunks[0]


# -- what is found ------------------------------------------------------------------


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


# -- private keys -------------------------------------------------------------------

KEY = mark("private-key")

DRESSES: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "with a passphrase": lambda text: text.replace(
        "KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n\n", 1
    ),
    "in JSON": lambda text: text.replace("\n", "\\n"),
    "in JSON in JSON": lambda text: text.replace("\n", "\\\\n"),
    "with CRLF": lambda text: text.replace("\n", "\r\n"),
    "indented": lambda text: text.replace("\n", "\n    "),
    "added in a diff": lambda text: text.replace("\n", "\n+"),
    "removed in a diff": lambda text: text.replace("\n", "\n-"),
    "quoted": lambda text: text.replace("\n", "\n> "),
    "numbered": lambda text: text.replace("\n", "\n   12→"),
    "as strings of a program": lambda text: text.replace("\n", '\\n" +\n\t"'),
    "on one line": lambda text: text.replace("\n", " "),
    "without its foot": lambda text: text[: text.rindex("\n")],
    "without its head": lambda text: text[text.index("\n") + 1 :],
}


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


# -- homes --------------------------------------------------------------------------


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


# -- the whole thread ---------------------------------------------------------------


def test_every_prose_of_a_thread_is_redacted_and_counted() -> None:
    rng = Rng(9)
    secret = TOKENS["npm"][1](rng)
    change = Change("a/home/x", "unplaced", reason=f"failed: {secret}")
    step = Step(1, "ran", text=secret, output=secret, lane=secret, tool=secret, changes=(change,))
    turn = Turn(1, secret, steps=(step,))
    part = Part("codex", secret, first=secret, problems=(f"f:+1: {secret}",), turns=(turn,))
    result = redact(Thread((part,), Placement("b", "t", residue=(change,))))
    assert result.found == (("npm", 8),)
    assert repr(result.thread).count(secret) == 2
    assert (result.thread.parts[0].session, result.thread.parts[0].first) == (secret, secret)


def test_a_thread_without_secrets_is_the_same_object() -> None:
    clean = thread(Step(1, "edited", text="x", changes=(edit("a", "+b\n"),)), rows=(row("a"),))
    assert redact(clean).thread is clean
    assert redact(clean).found == ()


def test_parts_without_secrets_are_the_same_objects_beside_one_that_has_some() -> None:
    clean = Part("a", "s", turns=(Turn(1, "x"),))
    other = Part("a", "t", turns=(Turn(1, TOKENS["npm"][1](Rng(1))),))
    result = redact(Thread((clean, other), Placement("b", "t"))).thread
    assert result.parts[0] is clean
    assert result.parts[1].turns[0].prompt == "[redacted:npm]"


def test_redacted_cannot_be_made_by_hand() -> None:
    clean = thread()
    with pytest.raises(TypeError):
        Redacted(clean, ())
    result = redact(clean)
    with pytest.raises(TypeError):
        replace(result, thread=clean)
    for name in ("thread", "found"):
        with pytest.raises(AttributeError):
            setattr(result, name, clean)
    assert copy.deepcopy(result) == result == pickle.loads(pickle.dumps(result))


# -- code ---------------------------------------------------------------------------


def test_an_added_line_with_a_secret_is_hidden_and_its_path_stands_by_reference() -> None:
    secret = TOKENS["github person"][1](Rng(10))
    change = edit("a.env", " A=1\n", f"+B={secret}\r\n", f"+C={secret}")
    result = redact(thread(Step(1, "edited", changes=(change,)), rows=(row("a.env"), row("b"))))
    assert hunk_of(result) == Hunk(
        0, 0, (" A=1\n", "+[redacted:github]\n", "+[redacted:github]"), hidden=(1, 2)
    )
    assert result.thread.placement.rows == (
        replace(row("a.env"), reference="redacted", lines=2),
        row("b"),
    )
    assert result.found == (("github", 2),)


def test_a_secret_of_the_base_is_hidden_and_its_path_keeps_its_text() -> None:
    secret = TOKENS["github person"][1](Rng(11))
    change = edit("a", f" A={secret}\n", f"-B={secret}\n", "+B=$TOKEN\n")
    result = redact(thread(Step(1, "edited", changes=(change,)), rows=(row("a"),)))
    assert hunk_of(result).lines == (" [redacted:github]\n", "-[redacted:github]\n", "+B=$TOKEN\n")
    assert hunk_of(result).hidden == (0, 1)
    assert result.thread.placement.rows == (row("a"),)


def test_a_context_of_secrets_alone_is_hidden() -> None:
    secret = TOKENS["npm"][1](Rng(12))
    result = redact(thread(Step(1, "edited", changes=(edit("a", f" {secret}\n"),))))
    assert hunk_of(result).hidden == (0,)


def test_each_line_of_a_key_is_hidden_on_both_sides_of_a_change() -> None:
    old, new = key_lines(Rng(13)), key_lines(Rng(14))
    lines = [" key = '''\n", f" {old[0]}\n"]
    for removed, added in zip(old[1:-1], new[1:-1], strict=True):
        lines += [f"-{removed}\n", f"+{added}\n"]
    lines += [f" {old[-1]}\n", " '''\n"]
    result = redact(thread(Step(1, "edited", changes=(edit("a", *lines),)), rows=(row("a"),)))
    hidden = tuple(range(1, len(lines) - 1))
    assert hunk_of(result).hidden == hidden
    assert {hunk_of(result).lines[i][1:] for i in hidden} == {KEY + "\n"}
    assert hunk_of(result).lines[0] == lines[0]
    assert hunk_of(result).lines[-1] == lines[-1]
    assert result.thread.placement.rows[0].lines == len(new) - 2


def test_homes_stay_in_code() -> None:
    change = edit("a", "+/home/ann/x\n")
    result = redact(
        thread(Step(1, "edited", text="/home/ann/x", changes=(change,))), Rules("/home/ann")
    )
    assert hunk_of(result) is change.hunks[0]
    assert result.found == (("home", 1),)


def test_an_edit_without_a_place_takes_no_text_from_the_commit() -> None:
    change = edit("a", f"+{TOKENS['npm'][1](Rng(15))}\n", kind="unplaced")
    result = redact(thread(Step(1, "edited", changes=(change,)), rows=(row("a"),)))
    assert hunk_of(result).hidden == (0,)
    assert result.thread.placement.rows == (row("a"),)


def test_the_residue_counts_and_a_path_already_by_reference_stays_so() -> None:
    line = f"+{TOKENS['npm'][1](Rng(16))}\n"
    rows = (row("a"), row("b", reference="large"), row("c", source="old"))
    residue = (edit("a", line, kind="residue"), edit("b", line, kind="residue"))
    step = Step(1, "edited", changes=(edit("old", line, line),))
    kept = redact(thread(step, rows=rows, residue=residue)).thread.placement
    assert [(one.reference, one.lines) for one in kept.rows] == [
        ("redacted", 1),
        ("large", 0),
        ("redacted", 2),
    ]
    assert kept.residue[0].hunks[0].hidden == (0,)


# -- laws ---------------------------------------------------------------------------

_secrets = st.builds(
    lambda situation, seed: TOKENS[situation][1](Rng(seed)),
    st.sampled_from(sorted(TOKENS)),
    st.integers(0, 9),
)
_frames = st.builds(
    lambda situation, seed: FRAMES[situation][1].format(FRAMES[situation][2](Rng(seed))),
    st.sampled_from(sorted(FRAMES)),
    st.integers(0, 9),
)
_keys = st.builds(
    lambda dress, seed: DRESSES[dress](key(Rng(seed), lines=2)),
    st.sampled_from(sorted(DRESSES)),
    st.integers(0, 9),
)
_pieces = st.one_of(
    _secrets,
    _frames,
    _keys,
    _keys.map(lambda text: text[: len(text) // 2]),
    _secrets.map(lambda text: text[: len(text) // 2]),
    st.sampled_from(sorted({sign for rule in secrets.RULES for sign in rule.signs.split(" ")})),
    st.sampled_from(DUMMIES),
    st.sampled_from(("/home/ann", "/Users/b.c/", "C:\\Users\\d\\", "projects/-home-e-", "file://")),
    st.sampled_from((" ", "\n", "\\n", "/", ":", "@", "=", "-", "_", ".", '"', "[", "]", "~", "a")),
    st.sampled_from((mark("npm"), mark("url-password"), "-----BEGIN PRIVATE KEY-----")),
    st.text(max_size=4),
)
hostile = st.lists(_pieces, max_size=8).map("".join)


@given(hostile, st.sampled_from(("", "/home/ann", "/root", "C:\\Users\\d")))
def test_redacting_twice_is_redacting_once(text: str, home: str) -> None:
    once = prose(text, home)
    assert prose(once, home) == once


@given(hostile)
def test_redacted_text_is_bounded(text: str) -> None:
    assert len(prose(text)) <= 4 * len(text)


@given(hostile, hostile)
def test_what_is_left_holds_nothing_to_find(before: str, after: str) -> None:
    left = prose(before + TOKENS["npm"][1](Rng(1)) + " " + after)
    assert secrets.find(left) == []
    assert list(homes.find(left)) == []


@given(st.lists(st.tuples(st.sampled_from(" -+"), hostile), max_size=6), st.booleans())
def test_hunks_keep_their_shape(texts: list[tuple[str, str]], ended: bool) -> None:
    lines = [sign + line + "\n" for sign, text in texts for line in text.split("\n")]
    if lines and not ended:
        lines[-1] = lines[-1][:-1]
    given_thread = thread(Step(1, "edited", changes=(edit("a", *lines),)), rows=(row("a"),))
    once = redact(given_thread)
    again = redact(once.thread)
    hunk = hunk_of(once)
    assert again.thread is once.thread
    assert again.found == ()
    assert len(hunk.lines) == len(lines)
    for i, (was, now) in enumerate(zip(lines, hunk.lines, strict=True)):
        assert (was[:1], was.endswith("\n")) == (now[:1], now.endswith("\n"))
        assert (was == now) == (i not in hunk.hidden)
    added = sum(hunk.lines[i][0] == "+" for i in hunk.hidden)
    assert once.thread.placement.rows[0].lines == added


@given(threads, st.sampled_from(("", "/home/ann")))
def test_any_thread_is_redacted_once(any_thread: Thread, home: str) -> None:
    once = redact(any_thread, Rules(home))
    again = redact(once.thread, Rules(home))
    assert again.thread is once.thread
    assert again.found == ()


def test_our_own_sources_hold_no_secret() -> None:
    sources = [*Path(__file__).parents[2].glob("thread/**/*.py"), Path(__file__)]
    assert len(sources) > 5
    for source in sources:
        assert secrets.find(source.read_text(encoding="utf-8")) == [], source.name
