"""What a secret looks like: a sign that is always there, and a tail that looks random.

A rule begins with a *sign*, a literal that every secret of its kind holds (``ghp_``,
``AccountKey=``, ``://``). ``sign in text`` runs at more than a gigabyte a second, so that a
text without signs, which is nearly every text, costs little more than a copy; only where a
sign stands is the rule's own pattern tried, at that place alone. Rules that would have to
guess from randomness alone are left out on purpose: they hit commit ids and checksums.

What a sign proposes, ``varied`` and ``mixed`` dispose: examples of a manual, placeholders
and dummies of tests (``AKIA...EXAMPLE``, ``xxxx``, ``abcdef123456``) are no secrets, and to
hide them in code would cost a file its text for nothing.

The prefixes and lengths are those that the issuers' own documentation gives. All patterns
have bounded, unnested quantifiers; runs are possessive, so that none tries a text twice.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from treadle.thread.redaction import entropy, keyblock, keywords
from treadle.thread.redaction.dummies import Hit as Hit
from treadle.thread.redaction.dummies import mixed, plain_password, varied


def _mixed(match: re.Match[str]) -> bool:
    return mixed(match["value"])


def _varied(match: re.Match[str]) -> bool:
    return varied(match["value"])


def _certain(match: re.Match[str]) -> bool:
    """The pattern alone says enough."""
    return bool(match)


def _credential(match: re.Match[str]) -> bool:
    """A header's opaque value; letters alone are a name in some program."""
    value = match["value"]
    return any(c.isdigit() for c in value) and mixed(value)


def _last_name(match: re.Match[str]) -> bool:
    """Of a web hook's path only the last name is secret."""
    return mixed(match["value"].rsplit("/", 1)[-1])


def _password(user: str, password: str) -> bool:
    """People choose passwords: anything but a placeholder, a port and the user's own name."""
    if password == user or password.isdigit() or len(set(password)) < 3:
        return False
    return not plain_password(password)


def _url_password(match: re.Match[str]) -> bool:
    return _password(match["user"], match["value"])


def _chosen(match: re.Match[str]) -> bool:
    """A password where a command or a file has one, and no placeholder."""
    value = match["value"]
    return varied(value) and not plain_password(value) and keywords.is_password(value)


def _basic(match: re.Match[str]) -> bool:
    """``user:password`` in base64; the examples of RFC 7617 and RFC 6749 are no secrets."""
    try:
        plain = binascii.a2b_base64(match["value"] + "==").decode()
    except ValueError:  # no base64, or no text
        return False
    user, colon, password = plain.partition(":")
    if not colon or password in ("open sesame", "gX1fBat3bV"):
        return False
    return _password(user, password)


def _jwt(match: re.Match[str]) -> bool:
    """Not the token that every tutorial shows, whose subject is 1234567890."""
    return "eyJzdWIiOiIxMjM0NTY3ODkw" not in match[0] and varied(match["value"])


# -- the rules ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of secret."""

    name: str
    """What the mark says: ``[redacted:NAME]``."""
    signs: str
    """Its literals, separated by spaces; a match begins with one. ``""``: there is none, and the
    pattern is tried everywhere."""
    rest: str
    """The pattern after the sign. Group ``value`` is what ``real`` looks at."""
    real: Callable[[re.Match[str]], bool] = _mixed
    frame: bool = False
    """Only ``value`` is hidden, and the sign may follow a letter; else all of the match, and it
    begins a word."""


_QUOTE = r"\\{0,4}[\"'`]?"
_ASSIGN = rf"{_QUOTE}[ \t]{{0,8}}(?::=|=>|[:=>,])[ \t]{{0,8}}{_QUOTE}"
_END = r"(?![A-Za-z0-9])"
_ALNUM = "[A-Za-z0-9]"
_WORD = "[A-Za-z0-9_-]"
_HEX = "[a-f0-9]"
_BASE64 = "[A-Za-z0-9+/]"
_DIGITS = "[MNO][DTjz][AEIMQUYcgk][w-z0-5]"
"""Three decimal digits in base64."""
_BEARER = r"[A-Za-z0-9._~+/=-]"


def _run(kind: str, least: int, most: int = 0) -> str:
    """A run of ``kind`` as ``value``, ended by a character that cannot belong to a token."""
    return f"(?P<value>{kind}{{{least},{most or least}}}+){_END}"


CLOUD = (
    Rule("aws-key-id", "AKIA ASIA", _run("[A-Z2-7]", 16), _varied),
    Rule("aws-session", "IQoJb3JpZ2lu FwoGZXIvYXdz", _run("[A-Za-z0-9+/%]", 80, 2000)),
    Rule(
        "aws-secret",
        "ecret_access_key ECRET_ACCESS_KEY ecretAccessKey",
        _ASSIGN + _run(_BASE64, 40) + "(?![+/=])",
        frame=True,
    ),
    Rule("google-key", "AIza", _run(_WORD, 35)),
    Rule("google-oauth", "ya29.", _run("[A-Za-z0-9._-]", 20, 1000)),
    Rule("google-oauth", "1//0", _run(_WORD, 40, 200)),
    Rule("google-oauth", "GOCSPX-", _run(_WORD, 28)),
    Rule("azure-key", "AccountKey=", rf"(?P<value>{_BASE64}{{86}}==)", frame=True),
    Rule("azure-key", "SharedAccessKey=", rf"(?P<value>{_BASE64}{{43}}=)", frame=True),
    Rule(
        "azure-sas",
        "sig=",
        r"(?P<value>(?:[A-Za-z0-9+/_-]|%2[BbFf]){43}(?:=|%3[Dd]))",
        frame=True,
    ),
    Rule("digitalocean", "do", "[opr]_v1_" + _run(_HEX, 64)),
    Rule("databricks", "dapi", _run(_HEX, 32)),
    Rule(
        "terraform",
        ".atlasv1.",
        rf"(?<=[A-Za-z0-9]{{14}}\.atlasv1\.){_run(_WORD, 60, 70)}",
        frame=True,
    ),
    Rule("pulumi", "pul-", _run(_HEX, 40)),
    Rule(
        "doppler", "dp.", r"(?:pt|ct|sa|scim|audit|st\.[a-z0-9_-]{2,35})\." + _run(_ALNUM, 40, 44)
    ),
    Rule("vault", "hv", r"[sb]\." + _run(_WORD, 90, 300)),
)

FORGES = (
    Rule("github", "gh", "[pour]_" + _run(_ALNUM, 36, 255)),
    Rule("github", "gh", "s_" + _run("[A-Za-z0-9._-]", 36, 2000)),
    Rule("github", "github_pat_", _run("[A-Za-z0-9_]", 60, 255)),
    Rule(
        "gitlab",
        "gl",
        "(?:pat|dt|rtr?|cbt|ptt|ft|imt|agent|oas|soat|ffct|wt)-" + _run("[A-Za-z0-9._-]", 20, 300),
    ),
    Rule("gitlab", "GR1348941", _run(_WORD, 20)),
    Rule("bitbucket", "ATBB", _run(_ALNUM, 32)),
    Rule("atlassian", "AT", "[AC]TT3" + _run("[A-Za-z0-9_=-]", 60, 400)),
    Rule("npm", "npm_", _run(_ALNUM, 36)),
    Rule("pypi", "pypi-AgE", _run(_WORD, 50, 1000)),
    Rule("rubygems", "rubygems_", _run(_HEX, 48)),
    Rule("crates", "cio", _run(_ALNUM, 32)),
    Rule("docker", "dckr_", "[op]at_" + _run(_WORD, 20, 60)),
)

MODELS = (
    Rule("anthropic", "sk-", rf"ant-[a-z0-9]{{3,12}}-{_run(_WORD, 80, 200)}"),
    Rule("openai", "sk-", "(?:proj|svcacct|admin)-" + _run(_WORD, 40, 250)),
    Rule("openai", "sk-", _run(_ALNUM, 48)),
    Rule("deepseek", "sk-", _run(_HEX, 32)),
    Rule("openrouter", "sk-", "or-v1-" + _run(_HEX, 64)),
    Rule("xai", "xai-", _run(_ALNUM, 70, 120)),
    Rule("groq", "gsk_", _run(_ALNUM, 52)),
    Rule("replicate", "r8_", _run(_ALNUM, 37)),
    Rule("perplexity", "pplx-", _run(_ALNUM, 40, 64)),
    Rule("nvidia", "nvapi-", _run(_WORD, 60, 80)),
    Rule("huggingface", "hf_", _run(_ALNUM, 34)),
)

SERVICES = (
    Rule("slack", "xox", rf"[a-eo-s]-{_run('[A-Za-z0-9%-]', 20, 400)}", _credential),
    Rule("slack", "xapp-", rf"[0-9]-{_run('[A-Za-z0-9-]', 40, 200)}", _credential),
    Rule(
        "slack-hook",
        "hooks.slack.com/",
        "(?:services|workflows|triggers)/(?P<value>[A-Za-z0-9/_-]{20,200}+)",
        _last_name,
        frame=True,
    ),
    Rule("discord-hook", "/api/webhooks/", rf"[0-9]{{15,22}}/{_run(_WORD, 60, 80)}", frame=True),
    Rule(
        # A bot's token begins with its number in base64: groups of three digits, no other text.
        "discord",
        "",
        rf"{_DIGITS}(?:{_DIGITS}){{4,5}}[A-Za-z0-9]{{0,3}}\.{_WORD}{{6}}\." + _run(_WORD, 27, 38),
    ),
    Rule("telegram", ":AA", rf"(?<=[0-9]{{8}}:AA){_run(_WORD, 33)}", frame=True),
    Rule("stripe", "sk_live_ rk_live_", _run(_ALNUM, 16, 247)),
    Rule("stripe", "whsec_", _run(_BASE64, 32, 64) + "={0,2}"),
    Rule("sendgrid", "SG.", rf"{_WORD}{{22}}\.{_run(_WORD, 43)}"),
    Rule("twilio", "SK AC", _run(_HEX, 32)),
    Rule("shopify", "shp", "(?:at|ca|pa|ss)_" + _run("[a-fA-F0-9]", 32)),
    Rule("square", "sq0", "(?:atp-|csp-)" + _run(_WORD, 22, 50)),
    Rule("newrelic", "NRAK-", _run("[A-Z0-9]", 27)),
    Rule("age", "AGE-SECRET-KEY-1", _run("[A-Z0-9]", 58), _varied),
)

FRAMES = (
    Rule(
        # -----BEGIN ... PRIVATE KEY, once more in base64, as kubeconfig and CI variables hold it.
        "private-key",
        "LS0tLS1CRUdJTiB",
        r"(?:SU0EgUFJJVkFURS|QUklWQVRF|FQyBQUklWQVRF|PUEVOU1NIIFBSSVZBVE|FTkNSWVBURUQg)"
        rf"(?P<value>{_BASE64}{{80,20000}}+)={{0,2}}",
        _certain,
    ),
    Rule(
        # The first look-behinds keep starts apart, so that runs are read once (RFC 7519).
        "jwt",
        "eyJ",
        r"(?:(?<![\w-]eyJ)|(?<=\\[nrt]eyJ)|(?<=%[0-9A-F]{2}eyJ)|(?<=[0-9;\[]meyJ))"
        r"[A-Za-z0-9_-]{8,2000}+\.eyJ[A-Za-z0-9_-]{8,8000}+\." + _run(_WORD, 16, 2000),
        _jwt,
    ),
    Rule(
        # RFC 3986, section 3.2.1. A mark may stand in neither part, so that none begins a frame.
        "url-password",
        "://",
        r"(?P<user>[^\s:/?#@\[\]\"'<>\\]{0,100}+):"
        r"(?P<value>(?![$*%])[^\s/?#\"'<>`\\(){}|,;\[\]]{4,200})@(?=[\w\[])",
        _url_password,
        frame=True,
    ),
    Rule(
        "authorization",
        "earer",
        rf"[ \t]{{1,4}}(?P<value>{_BEARER}{{16,4000}}+)",
        _credential,
        frame=True,
    ),
    Rule(
        "authorization",
        "uthorization",
        _ASSIGN
        + rf"(?:[Tt]oken|[Bb]ot|[Aa]pi-?[Kk]ey)[ \t]{{1,4}}(?P<value>{_BEARER}{{16,4000}}+)",
        _credential,
        frame=True,
    ),
    Rule(
        "authorization",
        "uthorization",
        _ASSIGN + rf"[Bb]asic[ \t]{{1,4}}(?P<value>{_BASE64}{{8,1000}}+={{0,2}})",
        _basic,
        frame=True,
    ),
)

_ARGUMENT = rf"{_QUOTE}(?P<value>(?![$<{{(%*-])[^\s\"'`<>\\]{{8,200}})"

COMMANDS = (
    Rule(
        # "curl -u ann:PASSWORD", and with the user's long option.
        "password",
        "curl",
        r"[ \t](?:[^\n|;&]{0,400}?[ \t])?(?:-[a-zA-Z]{0,4}u|--user)[ \t=]{0,4}"
        r"[\"']?(?P<user>[^\s:/\"'$]{1,64}):(?P<value>(?![$<{(%*])[^\s\"'`<>\\]{8,200})",
        _chosen,
        frame=True,
    ),
    Rule("password", "sshpass", r"[ \t]{1,4}-p[ \t]{0,4}" + _ARGUMENT, _chosen, frame=True),
    Rule("password", "--password --passwd --pass", r"[ \t]{1,4}" + _ARGUMENT, _chosen, frame=True),
    Rule(
        # A line of ".netrc".
        "password",
        "login",
        rf"[ \t][^\s]{{1,64}}\s{{1,8}}password\s{{1,8}}{_ARGUMENT}",
        _chosen,
        frame=True,
    ),
    Rule("password", "assword>", rf"{_ARGUMENT}</", _chosen, frame=True),
    Rule(
        # What "docker login" writes, and registries' configuration with it.
        "authorization",
        '"auth',
        rf"\\{{0,4}}\"[ \t]{{0,8}}:[ \t]{{0,8}}{_QUOTE}(?P<value>{_BASE64}{{8,1000}}+={{0,2}})",
        _basic,
        frame=True,
    ),
)

RULES = CLOUD + FORGES + MODELS + SERVICES + FRAMES + COMMANDS


# -- finding ------------------------------------------------------------------------


@cache
def _rules_by_sign() -> dict[str, list[Rule]]:
    """Sign -> its rules: many share one, and each is looked for once."""
    by_sign: dict[str, list[Rule]] = {}
    for rule in RULES:
        for sign in rule.signs.split(" "):
            by_sign.setdefault(sign, []).append(rule)
    return by_sign


@cache
def _pattern(sign: str, rest: str) -> re.Pattern[str]:
    return re.compile(re.escape(sign) + rest)


@cache
def _escape() -> re.Pattern[str]:
    return re.compile(r"(?:\\[nrtbf]|%[0-9A-Fa-f]{2}|[0-9;\[]m)\Z")


def _begins_word(text: str, at: int) -> bool:
    """Whether a token may begin at ``text[at]``: not after a letter or digit, but for the
    escapes that end in one (``\\n`` in JSON, ``%3D`` in a URL, a colour's ``[0m``)."""
    before = text[max(0, at - 3) : at]
    if not (before[-1:].isascii() and before[-1:].isalnum()):
        return True
    return _escape().search(before) is not None


def _hits_of(rule: Rule, sign: str, text: str) -> Iterator[Hit]:
    """Where one sign of one rule finds a secret. After a refusal the search goes on at the next
    character, so that a dummy never covers the secret that follows it."""
    pattern = _pattern(sign, rule.rest)
    at = 0
    while match := pattern.search(text, at):
        if (rule.frame or _begins_word(text, match.start())) and rule.real(match):
            start, end = match.span("value" if rule.frame else 0)
            yield Hit(start, end, rule.name)
            at = match.end()
        else:
            at = match.start() + 1


def _apart(guesses: list[Hit], sure: list[Hit]) -> list[Hit]:
    """Those guesses where nothing better is known."""
    if not guesses or not sure:
        return guesses
    return [g for g in guesses if not any(g.start < h.end and h.start < g.end for h in sure)]


_SHORTEST = len("://:1234@h")
"""The shortest text that any rule finds something in."""
_SHORT = 4_000
"""Characters. Three in five of such texts were looked through just before: what tools print, and
a thread that is solved again with one more session."""


def find(text: str) -> list[Hit]:
    """All secrets of a text, in no order; they may overlap."""
    if len(text) < _SHORTEST:
        return []
    return list(_lately(text) if len(text) <= _SHORT else _hits(text))


@lru_cache(maxsize=1024)
def _lately(text: str) -> tuple[Hit, ...]:
    return tuple(_hits(text))


def _hits(text: str) -> list[Hit]:
    hits = [Hit(start, end, "private-key") for start, end in keyblock.find(text)]
    for sign, rules in _rules_by_sign().items():
        if sign in text:
            for rule in rules:
                hits.extend(_hits_of(rule, sign, text))
    for guesses in (keywords.find(text), entropy.find(text)):
        hits.extend(_apart(list(guesses), hits))
    return hits
