"""Secrets made up for tests, and threads that hold them."""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Callable

from treadle.thread.model import Part, Placement, Thread, Turn
from treadle.thread.redact import mark, redact
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
    "pulumi": ("pulumi", simple("pu" + "l-", HEX, 40)),
    "doppler": ("doppler", simple("d" + "p.pt.", ALNUM, 43)),
    "doppler service": ("doppler", simple("d" + "p.st.dev_one.", ALNUM, 40)),
    "square": ("square", simple("sq0" + "atp-", WORD, 22)),
    "square secret": ("square", simple("sq0" + "csp-", WORD, 43)),
    "newrelic": ("newrelic", simple("NR" + "AK-", BASE32, 27)),
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
    "terraform": ("terraform", "token = a1B2c3D4e5F6g7" + ".atlasv1.{}", simple("", ALNUM, 67)),
    "curl": ("password", "curl -sSu ann:{} https://example.org", simple("", ALNUM, 16)),
    "curl, long": ("password", 'curl -X PUT --user "ann:{}" h', simple("", ALNUM, 16)),
    "sshpass": ("password", "sshpass -p {} ssh ann@h", simple("", ALNUM, 16)),
    "argument": ("password", "tool --password {} --force", simple("", ALNUM, 16)),
    "netrc": ("password", "machine h login ann password {}", simple("", ALNUM, 16)),
    "xml": ("password", "<password>{}</password>", simple("", ALNUM, 16)),
    "docker login": (
        "authorization",
        '"auths": {{"h": {{"auth": "{}"}}}}',
        lambda r: base64.b64encode(b"ann:" + tail(r, ALNUM, 9).encode()).decode(),
    ),
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
    "docker run -u 1000:1000 --password-stdin",
    "curl -u ann:$PASSWORD h; curl -u ann:<password> h; curl --user ann:your-password h",
    "tool --password is-read-from-the-terminal --pass through",
    "login is easy; the password is the-one-you-chose",
    "<password>password</password>",
    "sort -u names:of-things",
    "decisions, precious, sk-learn, hf_hub, the authorization header",
)


def key(rng: Rng, kind: str = "RSA", lines: int = 12) -> str:
    """A private key in PEM, without a last line end."""
    body = "\n".join(tail(rng, BASE64, 64) for _ in range(lines))
    last = tail(rng, BASE64, 30) + "=="
    return f"-----BEGIN {kind} PRIVATE KEY-----\n{body}\n{last}\n-----END {kind} PRIVATE KEY-----"


def key_lines(rng: Rng) -> list[str]:
    return key(rng, lines=4).split("\n")


def prose(text: str, home: str = "") -> str:
    """What becomes of a prompt."""
    given_thread = Thread((Part("a", "s", turns=(Turn(1, text),)),), Placement("", ""))
    return redact(given_thread, Rules(home)).thread.parts[0].turns[0].prompt


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
