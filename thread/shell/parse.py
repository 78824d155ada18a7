"""Takes a shell command apart without running it: words, redirections, here-documents.

Only what can be known from the text is said: a word that holds an expansion, a
substitution or a glob is marked as not *literal*, and whoever reads the command leaves it
alone. The grammar is that of POSIX sh (XCU chapter 2) as far as simple commands,
pipelines, lists and subshells go, with bash's ``[[ ... ]]``, ``(( ... ))`` and ``<(...)``;
loops and conditions come out as ordinary words. Text that a shell would refuse gives
nothing at all. One pass over a bounded text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LONGEST = 400_000
"""Characters of a command that are looked at."""
RESERVED = ("{", "!", "if", "then", "elif", "else", "while", "until", "do")
"""Words behind which a command begins."""
_DEEPEST = 40
"""Substitutions inside one another that are followed."""
_OPERATORS = ("&&", "||", ";;", "|&", ";", "|", "&", "(", ")", "\n")
_REDIRECTIONS = ("&>>", "<<<", "<<-", "&>", ">>", ">|", ">&", "<&", "<>", "<<", ">", "<")
_MEANS = {"\n": ";", ";;": ";", "|&": "|"}
_PLAIN = re.compile(r"[^ \t\n;&|()<>'\"\\$`*?\[{~]+")
_IN_QUOTES = re.compile(r'[^"\\$`]+')
_EXPANDS = re.compile(r"[A-Za-z0-9_@*#?$!{(-]")
"""What a ``$`` must stand before to be more than itself."""


@dataclass(slots=True)
class Word:
    """One word, quotes taken off."""

    text: str = ""
    literal: bool = True
    quoted: bool = False
    """Some of it was quoted."""


@dataclass(slots=True)
class Simple:
    """One simple command."""

    words: list[Word] = field(default_factory=list)
    redirects: list[tuple[str, Word]] = field(default_factory=list)
    """Operator (``>``, ``>>``, ``<``, ``>&``, ...) and target, of standard input and output."""
    here: str | None = None
    """Body of the here-document that is its standard input."""
    here_literal: bool = True
    """No expansion changes the body."""
    after: str = ""
    """The operator behind it: ``&&``, ``||``, ``|``, ``;``, ``&``, ``(``, ``)`` or ``""``. What
    follows ``)`` up to the next operator is a command of its own, if only an empty one."""


class _UnreadableError(Exception):
    """A shell would not accept the text, or it is too deep to follow."""


def simple_commands(text: str) -> list[Simple]:
    """The simple commands of a command line, in order; none where it cannot be taken apart."""
    if len(text) > LONGEST or "\0" in text:
        return []
    try:
        return _Reader(text).read()
    except _UnreadableError:
        return []


@dataclass(slots=True)
class _Pending:
    """A here-document whose body comes behind the line."""

    command: Simple | None
    """None: nobody reads it."""
    end: str
    tabs: bool
    literal: bool


class _Reader:
    """Reads from ``at`` to the end of the text, or to the ``)`` of a substitution."""

    def __init__(self, text: str, at: int = 0, depth: int = 0) -> None:
        self.text = text
        self.at = at
        self.depth = depth
        self.open = 0
        """Subshells that are open."""
        self.done: list[Simple] = []
        self.now = Simple()
        self.name = ""
        """The command that ``now`` is: its first word behind reserved ones."""
        self.pending: list[_Pending] = []
        self.input: _Pending | None = None
        """The here-document among them that ``now`` reads."""
        if depth > _DEEPEST:
            raise _UnreadableError

    def read(self) -> list[Simple]:
        while self.at < len(self.text):
            if self.text[self.at] in " \t":
                self.at += 1
            elif self.text.startswith("\\\n", self.at):
                self.at += 2
            elif self.text[self.at] == "#":
                self._comment()
            elif self.depth and not self.open and self.text[self.at] == ")":
                self.at += 1
                return self.done
            elif not (self._arithmetic() or self._redirection() or self._operator()):
                self._add(self._word())
                if self.name == self.now.words[-1].text == "[[":
                    self._test()
        if self.depth:
            raise _UnreadableError
        self._end("")
        return self.done

    def _add(self, word: Word) -> None:
        self.now.words.append(word)
        if not self.name and word.text not in RESERVED:
            self.name = word.text
        if self.depth and self.name == "case":  # whose ``)`` are none of a substitution
            raise _UnreadableError

    def _comment(self) -> None:
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end

    def _operator(self) -> bool:
        if self.text[self.at] not in "&|;()\n":
            return False
        operator = next(o for o in _OPERATORS if self.text.startswith(o, self.at))
        self.at += len(operator)
        self.open += {"(": 1, ")": -1}.get(operator, 0)
        self._end(_MEANS.get(operator, operator))
        if operator == "\n":
            self._bodies()
        return True

    def _end(self, operator: str) -> None:
        self.now.after = operator
        behind_group = bool(self.done) and self.done[-1].after == ")"
        if self.now.words or self.now.redirects or operator in ("(", ")") or behind_group:
            self.done.append(self.now)
        self.now, self.name, self.input = Simple(), "", None

    # -- redirections -----------------------------------------------------------------

    def _redirection(self) -> bool:
        at = self.at
        if self.text[at] not in "0123456789&<>":
            return False
        while at < len(self.text) and self.text[at] in "0123456789":
            at += 1
        operator = next((o for o in _REDIRECTIONS if self.text.startswith(o, at)), "")
        if not operator or self.text.startswith(("<(", ">("), at):
            return False
        number = self.text[self.at : at]
        self.at = at + len(operator)
        self._blanks()
        target = self._word()
        if not target.text and not target.quoted:
            raise _UnreadableError
        if operator[0] == "<" and number in ("", "0") and self.input is not None:
            self.input.command = None
            self.input = None
        if operator in ("<<", "<<-"):
            self._announced(target, tabs=operator == "<<-", read=number in ("", "0"))
        elif number in ("", "0", "1") and operator not in ("<&", "<<<"):
            kind = {">|": ">", "&>": ">", "&>>": ">>"}.get(operator, operator)
            self.now.redirects.append((kind, target))
        return True

    def _announced(self, end: Word, *, tabs: bool, read: bool) -> None:
        """A here-document's body will follow; ``read``: it is the standard input."""
        pending = _Pending(self.now if read else None, end.text, tabs, end.quoted)
        self.pending.append(pending)
        self.input = pending if read else self.input

    def _blanks(self) -> None:
        while self.text[self.at : self.at + 1] in (" ", "\t") or self._continued():
            self.at += 1

    def _continued(self) -> bool:
        """Step on to the line's end where a backslash joins it to the next."""
        found = self.text.startswith("\\\n", self.at)
        self.at += found
        return found

    def _bodies(self) -> None:
        """Read the bodies of the here-documents that this line announced."""
        for pending in self.pending:
            lines = []
            while self.at < len(self.text):
                end = self.text.find("\n", self.at)
                end = len(self.text) if end < 0 else end
                line = self.text[self.at : end]
                self.at = min(end + 1, len(self.text))
                line = line.lstrip("\t") if pending.tabs else line
                if line == pending.end:
                    break
                lines.append(line + "\n")
            body = "".join(lines)
            if pending.command is not None:
                pending.command.here = body
                pending.command.here_literal = pending.literal or not set("$`\\") & set(body)
        self.pending = []

    # -- words ------------------------------------------------------------------------

    def _word(self) -> Word:
        word = Word()
        pieces: list[str] = []
        while self.at < len(self.text):
            plain = _PLAIN.match(self.text, self.at)
            if plain:
                pieces.append(plain[0])
                self.at = plain.end()
                continue
            char = self.text[self.at]
            if char in " \t\n;&|()<>" and not self.text.startswith(("<(", ">("), self.at):
                break
            self._special(char, word, pieces)
        word.text = "".join(pieces)
        return word

    def _special(self, char: str, word: Word, pieces: list[str]) -> None:
        """One quotation, escape, expansion or glob of an unquoted word."""
        if char == "'":
            end = self._past("'", self.at + 1)
            pieces.append(self.text[self.at + 1 : end - 1])
            self.at, word.quoted = end, True
        elif char == '"':
            word.quoted = True
            self._double(word, pieces)
        elif self.text.startswith("\\\n", self.at):
            self.at += 2
        elif char == "\\":
            word.quoted = True
            pieces.append(self.text[self.at + 1 : self.at + 2])
            self.at += 2
        elif char in "$`<>":
            self._expansion(word, pieces, quoted=False)
        else:
            word.literal = False
            pieces.append(char)
            self.at += 1

    def _past(self, mark: str, at: int) -> int:
        """Behind the next ``mark``, from ``at`` on."""
        end = self.text.find(mark, at)
        if end < 0:
            raise _UnreadableError
        return end + 1

    def _double(self, word: Word, pieces: list[str]) -> None:
        """From one double quote to the other."""
        self.at += 1
        while not self.text.startswith('"', self.at):
            plain = _IN_QUOTES.match(self.text, self.at)
            following = self.text[self.at + 1 : self.at + 2]
            if plain:
                pieces.append(plain[0])
                self.at = plain.end()
            elif not following:
                raise _UnreadableError
            elif self.text[self.at] == "\\":
                pieces.append("" if following == "\n" else following)
                if following not in '$`"\\\n':
                    pieces[-1] = "\\" + following
                self.at += 2
            else:
                self._expansion(word, pieces, quoted=True)
        self.at += 1

    # -- what a shell would put something else for ------------------------------------

    def _expansion(self, word: Word, pieces: list[str], *, quoted: bool) -> None:
        """Past an expansion, kept as its own text; or past a ``$`` that is none."""
        begin = self.at
        self.at += 1
        following = self.text[self.at : self.at + 1]
        if self.text[begin] == "`":
            self._escaped("`")
        elif following == "'" and not quoted:
            self.at += 1
            self._escaped("'")
        elif self.text.startswith("((", self.at):
            self._parentheses()
        elif following == "(":
            inner = _Reader(self.text, self.at + 1, self.depth + 1)
            inner.read()
            self.at = inner.at
        elif following == "{":
            self._braces(quoted=quoted)
        expands = bool(_EXPANDS.match(following)) or self.at > begin + 1
        word.literal = word.literal and not (expands or (following == '"' and not quoted))
        pieces.append(self.text[begin : self.at])

    def _escaped(self, mark: str) -> None:
        """Past the next ``mark`` that no backslash escapes."""
        while not self.text.startswith(mark, self.at):
            if self.at >= len(self.text):
                raise _UnreadableError
            self.at += 2 if self.text[self.at] == "\\" else 1
        self.at += 1

    def _parentheses(self) -> None:
        """Past the ``)`` that closes the ``(`` here."""
        depth = 0
        while depth or self.text[self.at : self.at + 1] == "(":
            if self.at >= len(self.text):
                raise _UnreadableError
            depth += {"(": 1, ")": -1}.get(self.text[self.at], 0)
            self.at += 1
            if not depth:
                return

    def _braces(self, *, quoted: bool) -> None:
        """Past the ``}`` of a parameter."""
        inner = _Reader(self.text, self.at + 1, self.depth + 1)
        while not self.text.startswith("}", inner.at):
            char = self.text[inner.at : inner.at + 1]
            if not char:
                raise _UnreadableError
            if char in '"\\$`' or (char == "'" and not quoted):
                inner._special(char, Word(), [])
            else:
                inner.at += 1
        self.at = inner.at + 1

    # -- bash's own -------------------------------------------------------------------

    def _arithmetic(self) -> bool:
        """``(( ... ))`` as one word that nobody can know."""
        words = self.now.words
        begins = not self.name or (self.name == "for" and words[-1].text == "for")
        if not begins or not self.text.startswith("((", self.at):
            return False
        begin = self.at
        self._parentheses()
        if self.text[self.at - 2] != ")":
            raise _UnreadableError
        self._add(Word(self.text[begin : self.at], False))
        return True

    def _test(self) -> None:
        """Behind ``[[``: all up to ``]]`` are words, operators too."""
        while self.now.words[-1].text != "]]":
            while self.text[self.at : self.at + 1] in (" ", "\t", "\n") or self._continued():
                self.at += 1
            char = self.text[self.at : self.at + 1]
            if not char or char == ";":
                raise _UnreadableError
            if char in "&|()<>":
                self.now.words.append(Word(char, False))
                self.at += 1
            else:
                self.now.words.append(self._word())
