"""``python -m bench.redaction [REPOSITORY]...``: what redaction finds, hits in vain, and how fast.

Recall is measured on invented secrets, made here from what their issuers document, apart from the
rules. False hits are counted on the documents of repositories: those are real transcripts, from
which secrets were taken before, so that nearly every hit is one in vain. If detect-secrets is
installed in the same environment, it is asked the same.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import string
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from treadle.thread.redaction import secrets
from treadle.thread.repo import Repo
from treadle.thread.store import Store

Find = Callable[[str], list[tuple[int, int]]]

_ALNUM = string.ascii_letters + string.digits
_URL = _ALNUM + "-_"
_EACH = 300
"""Secrets of each kind."""


def _of(rng: random.Random, letters: str, count: int) -> str:
    return "".join(rng.choices(letters, k=count))


def _jwt(rng: random.Random) -> str:
    def told(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    subject = {"sub": _of(rng, string.digits, 12), "iat": rng.randrange(10**9)}
    return f"{told({'alg': 'HS256', 'typ': 'JWT'})}.{told(subject)}.{_of(rng, _URL, 43)}"


def _pem(rng: random.Random) -> str:
    lines = [_of(rng, _ALNUM + "+/", 64) for _ in range(rng.randrange(12, 27))]
    return "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *lines, "-----END RSA PRIVATE KEY-----"])


def _chosen(rng: random.Random) -> str:
    """A password as people make them."""
    words = ["Tide", "rope", "Lantern", "harbour", "slack", "Ebb", "keel", "Mast"]
    first, second = rng.sample(words, 2)
    number = rng.randrange(10, 9999)
    return rng.choice(
        [f"{first}{number}!{second}", f"{first}-{number}-{second}", f"{first}#{number}{second}"]
    )


KINDS: dict[str, Callable[[random.Random], str]] = {
    "aws key id": lambda r: "AKIA" + _of(r, string.ascii_uppercase + "234567", 16),
    "aws secret": lambda r: f"aws_secret_access_key = {_of(r, _ALNUM + '+/', 40)}",
    "github": lambda r: r.choice(["ghp_", "gho_", "ghs_"]) + _of(r, _ALNUM, 36),
    "github fine-grained": lambda r: f"github_pat_{_of(r, _ALNUM, 22)}_{_of(r, _ALNUM, 59)}",
    "gitlab": lambda r: f"glpat-{_of(r, _URL, 20)}",
    "anthropic": lambda r: f"sk-ant-api03-{_of(r, _URL, 93)}AA",
    "openai": lambda r: f"sk-proj-{_of(r, _URL, 74)}T3BlbkFJ{_of(r, _URL, 74)}",
    "google": lambda r: f"AIza{_of(r, _URL, 35)}",
    "slack bot": lambda r: (
        f"xoxb-{_of(r, string.digits, 12)}-{_of(r, string.digits, 13)}-{_of(r, _ALNUM, 24)}"
    ),
    "stripe": lambda r: f"sk_live_{_of(r, _ALNUM, 24)}",
    "npm": lambda r: f"npm_{_of(r, _ALNUM, 36)}",
    "pypi": lambda r: f"pypi-AgEIcHlwaS5vcmc{_of(r, _URL, 150)}",
    "sendgrid": lambda r: f"SG.{_of(r, _URL, 22)}.{_of(r, _URL, 43)}",
    "twilio": lambda r: f"SK{_of(r, '0123456789abcdef', 32)}",
    "jwt": _jwt,
    "private key": _pem,
    "url password": lambda r: f"postgres://app:{_of(r, _ALNUM, 16)}@db.internal:5432/app",
    "bearer": lambda r: f"Authorization: Bearer {_of(r, _URL, 40)}",
    "azure storage": lambda r: f"AccountKey={_of(r, _ALNUM + '+/', 86)}==",
    "named key": lambda r: (
        r.choice(["API_KEY=", "api_key: ", "client_secret = "]).replace(" = ", "=")
        + _of(r, _ALNUM, 32)
    ),
    "named hex": lambda r: f'"secret_key": "{_of(r, "0123456789abcdef", 64)}"',
    "named uuid": lambda r: f'api_key = "{uuid.UUID(int=r.getrandbits(128))}"',
    "password, random": lambda r: f'"password": "{_of(r, _ALNUM + "!#%&*+-", 16)}"',
    "password, chosen": lambda r: f"DB_PASSWORD={_chosen(r)}",
    "no name, 40": lambda r: _of(r, _ALNUM, 40),
    "no name, 64": lambda r: _of(r, _ALNUM + "+/", 64),
}
"""Kind -> a maker of secrets, with the words around them that belong to the kind."""

DRESSES = (
    "{}",
    "export X\n{}\nexport Y",
    "I set it like this: `{}` and it works.",
    '  "value": "{}",',
    "+{}\n",
    "$ curl -H '{}' https://lamp.example/x",
)
"""Where a secret is met. A dress with quotes is not for what has its own."""


def cases(kind: str, rng: random.Random) -> Iterator[str]:
    """Texts with a secret of a kind in it."""
    for number in range(_EACH):
        made = KINDS[kind](rng)
        dress = DRESSES[number % len(DRESSES)]
        yield made if '"' in made and '"' in dress else dress.replace("{}", made)


def recall(find: Find) -> dict[str, float]:
    """Percent of the secrets of each kind in which something is found."""
    rng = random.Random(20260105)
    return {
        kind: round(100 * sum(bool(find(text)) for text in cases(kind, rng)) / _EACH, 1)
        for kind in KINDS
    }


def ours(text: str) -> list[tuple[int, int]]:
    """What our rules find."""
    return [(hit.start, hit.end) for hit in secrets.find(text)]


def theirs() -> Find | None:
    """What detect-secrets finds with its default plugins and filters; None where it is missing."""
    try:
        from detect_secrets import SecretsCollection
        from detect_secrets.settings import default_settings
    except ImportError:
        return None

    def find(text: str) -> list[tuple[int, int]]:
        with tempfile.NamedTemporaryFile("w", suffix=".txt", errors="replace") as file:
            file.write(text)
            file.flush()
            found = SecretsCollection()
            with default_settings():
                found.scan_file(file.name)
        return [(0, 1) for _ in found]

    return find


def documents(tops: Sequence[str]) -> Iterator[str]:
    """All documents of some repositories."""
    for top in tops:
        with Repo.open(top) as repo:
            store = Store(repo)
            for _, text in store.get_all(store.notes()):
                yield text.decode("utf-8", "surrogateescape")


def hits(find: Find, texts: Sequence[str]) -> dict[str, float]:
    """Hits in each 100 kB, and megabytes a second of CPU."""
    size = sum(map(len, texts))
    begun = time.process_time()
    found = sum(len(find(text)) for text in texts)
    seconds = time.process_time() - begun
    return {
        "mb": round(size / 1e6, 1),
        "hits": found,
        "per_100_kb": round(found / (size / 1e5), 3),
        "mb_per_second": round(size / 1e6 / max(seconds, 1e-9), 2),
    }


def main() -> int:
    """Measure and print, as JSON; 1 if a kind is found less than it must be."""
    options = argparse.ArgumentParser(prog="bench.redaction", description=__doc__)
    options.add_argument("repositories", nargs="*", help="repositories with documents")
    options.add_argument("--sample", type=float, default=1.0, help="megabytes for detect-secrets")
    given = options.parse_args()
    texts = list(documents(given.repositories))
    other = theirs()
    told: dict[str, object] = {"recall": recall(ours)}
    if texts:
        told["real"] = hits(ours, texts)
        rules = Counter(hit.rule for text in texts for hit in secrets.find(text))
        told["rules"] = dict(rules)
    if other is not None:
        told["detect_secrets_recall"] = recall(other)
        told["detect_secrets_real"] = hits(other, _some(texts, given.sample)) if texts else None
    print(json.dumps(told, indent=1))
    return 0 if min(recall(ours).values()) >= 98 else 1


def _some(texts: Sequence[str], megabytes: float) -> list[str]:
    """Some of the texts, spread over all of them."""
    share = min(1.0, megabytes * 1e6 / max(1, sum(map(len, texts))))
    return [t for n, t in enumerate(texts) if int(n * share) < int((n + 1) * share)]


if __name__ == "__main__":
    sys.exit(main())
