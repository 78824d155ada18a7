"""Secrets of every kind are found, and what only looks like one is not."""

from __future__ import annotations

import base64
import hashlib
import random
import uuid

import pytest

from bench.redaction import KINDS, cases, ours
from treadle.thread.redaction import secrets

RNG = random.Random(5)
ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@pytest.mark.parametrize("kind", KINDS)
def test_secrets_of_a_kind_are_found_in_any_dress(kind: str) -> None:
    texts = list(cases(kind, random.Random(f"apart {kind}")))
    assert sum(bool(ours(text)) for text in texts) >= 0.98 * len(texts)


def sri(text: str) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(text.encode()).digest()).decode()


def gosum(text: str) -> str:
    return "h1:" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


PEM_LINES = "\n".join(
    base64.b64encode(hashlib.sha512(str(n).encode()).digest()[:48]).decode() for n in range(9)
)

PLAIN = [
    f"commit {hashlib.sha1(b'lamp').hexdigest()}",
    f"sha256: {hashlib.sha256(b'lamp').hexdigest()}",
    f'"integrity": "{sri("lamp")}"',
    f"lamp.example/oil v1.2.3 {gosum('lamp')}",
    f"session {uuid.UUID(int=RNG.getrandbits(128))}",
    f"~/.agent/projects/lamp-and-Oil/{uuid.UUID(int=RNG.getrandbits(128))}.jsonl",
    "toolu_01" + "".join(RNG.choices(ALNUM, k=32)),
    "chatcmpl-" + "".join(RNG.choices(ALNUM, k=40)),
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5" + "".join(RNG.choices(ALNUM, k=48)) + " ines@lamp",
    "SHA256:" + "".join(RNG.choices(ALNUM, k=43)),
    base64.b64encode(b"The lamp is lit, and the oil is low. Fill it in.").decode(),
    "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(60))).decode(),
    f"-----BEGIN CERTIFICATE-----\n{PEM_LINES}\n-----END CERTIFICATE-----",
    "theLampThatStandsInTheWindowOfTheUpperFloor2",
    "/var/folders/5g/w6qvhr890pxfz9sg1l0d5c0r0000gn/T/LampTest1106501049/build",
    "src/components/LampPost/LampPostHeader2/useLampPostState",
    "password = input('your password: ')",
    "password: str",
    "PASSWORD=$DB_PASSWORD",
    'password: "password123"',
    'password = os.environ["LAMP_PASSWORD"]',
    "const token = await getAccessToken(request)",
    'token: "your-token-goes-here-please"',
    "max_tokens: 4096, tokens_used = 12345678",
    "api_key=<your api key>",
    'client_secret = "{{ lamp_client_secret }}"',
    '"authors": "ines and tess", "authoredDate":"2026-01-05T09:30:00Z"',
    'cache_key = "lamp-post-v2-2026-01-05"',
    f"token={hashlib.sha1(b'lamp').hexdigest()}",
    "secret_name: lamp-oil-secret-name-2",
    "the secret: do not hurry, and the token, `CalculateTokenUsage`, is spent",
    'secretKeyRef: "lamp/oil/key-ring"',
]


@pytest.mark.parametrize("text", PLAIN)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    assert secrets.find(text) == []


def test_where_a_rule_is_sure_no_guess_is_made() -> None:
    text = "API_KEY=ghp_" + "".join(random.Random(3).choices(ALNUM, k=36))
    assert [hit.rule for hit in secrets.find(text)] == ["github"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("DB_PASSWORD=Tide-7431-rope", "password"),
        ("mysql --password=Tide7431!rope x", "password"),
        ('Setenv("API_KEY", "k2J9fQ0vB7xLz4Wm8RtY")', "secret"),
        ("api_key: k2J9fQ0vB7xLz4Wm8RtY", "secret"),
        ('{"clientSecret": "k2J9fQ0vB7xLz4Wm8RtY"}', "secret"),
        ("found k2J9fQ0vB7xLz4Wm8RtYc5HdN1sGpE6u there", "random"),
        ("é ü password='Tide7431!rope' ß", "password"),
    ],
)
def test_a_value_is_hidden_and_its_name_stays(text: str, rule: str) -> None:
    (hit,) = secrets.find(text)
    assert hit.rule == rule
    assert "Tide" not in text[: hit.start] + text[hit.end :]
    assert "k2J9" not in text[: hit.start] + text[hit.end :]


def test_a_text_built_to_be_looked_at_for_long_is_soon_done() -> None:
    for text in (
        "password=" * 50_000,
        "token: '" * 50_000,
        "aB3" * 200_000,
        "secret" + "-" * 400_000,
    ):
        assert len(secrets.find(text)) < len(text)
