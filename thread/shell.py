"""Takes a shell command apart without running it: words, redirections, here-documents.

Only what can be known from the text is said: a word that holds an expansion, a
substitution or a glob is marked as not *literal*, and whoever reads the command leaves it
alone. The grammar is that of POSIX sh (XCU chapter 2) as far as simple commands,
pipelines, lists and subshells go; loops and conditions come out as ordinary words, whose
arguments are not literal anyway. One pass over a bounded text.
"""

from __future__ import annotations

from dataclasses import dataclass, field

LONGEST = 400_000
"""Characters of a command that are looked at."""
_OPERATORS = ("&&", "||", ";;", "|&", ";", "|", "&", "(", ")", "\n")
_REDIRECTIONS = ("&>>", "<<<", "<<-", "&>", ">>", ">|", ">&", "<&", "<>", "<<", ">", "<")


@dataclass(slots=True)
class Word:
    """One word, quotes taken off."""

    text: str = ""
    literal: bool = True
    quoted: bool = False


@dataclass(slots=True)
class Simple:
    """One simple command."""

    words: list[Word] = field(default_factory=list)
    redirects: list[tuple[str, Word]] = field(default_factory=list)
    """Operator (``>``, ``>>``, ``<``, ...) and target, of standard input and output."""
    here: str | None = None
    """Body of its last here-document."""
    here_literal: bool = True
    """No expansion changes the body."""
    after: str = ""
    """The operator behind it: ``&&``, ``||``, ``|``, ``;``, ``(``, ``)`` or ``""``."""


def simple_commands(text: str) -> list[Simple]:
    """The simple commands of a command line, in order; none where it cannot be taken apart."""
    if len(text) > LONGEST:
        return []
    try:
        return _Reader(text).read()
    except IndexError:
        return []


@dataclass(slots=True)
class _Pending:
    """A here-document whose body comes behind the line."""

    command: Simple
    end: str
    tabs: bool
    literal: bool


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.done: list[Simple] = []
        self.now = Simple()
        self.pending: list[_Pending] = []

    def read(self) -> list[Simple]:
        while self.at < len(self.text):
            if self.text[self.at] in " \t":
                self.at += 1
            elif self.text.startswith("\\\n", self.at):
                self.at += 2
            elif self.text[self.at] == "#":
                self._comment()
            elif not (self._redirection() or self._operator()):
                self.now.words.append(self._word())
        self._end("")
        return self.done

    def _comment(self) -> None:
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end

    def _operator(self) -> bool:
        for operator in _OPERATORS:
            if self.text.startswith(operator, self.at):
                self.at += len(operator)
                self._end(";" if operator == "\n" else operator)
                if operator == "\n":
                    self._bodies()
                return True
        return False

    def _end(self, operator: str) -> None:
        self.now.after = operator
        if self.now.words or self.now.redirects or operator in ("(", ")"):
            self.done.append(self.now)
        self.now = Simple()

    def _redirection(self) -> bool:
        at = self.at
        while at < len(self.text) and self.text[at].isdigit():
            at += 1
        operator = next((o for o in _REDIRECTIONS if self.text.startswith(o, at)), "")
        if not operator:
            return False
        number = self.text[self.at : at]
        self.at = at + len(operator)
        self._blanks()
        target = self._word()
        if operator in ("<<", "<<-"):
            literal = target.quoted
            self.pending.append(_Pending(self.now, target.text, operator == "<<-", literal))
        elif number in ("", "0", "1") and operator not in (">&", "<&", "<<<"):
            kind = {">|": ">", "&>": ">", "&>>": ">>"}.get(operator, operator)
            self.now.redirects.append((kind, target))
        return True

    def _blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in " \t":
            self.at += 1

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
            pending.command.here = body
            pending.command.here_literal = pending.literal or not set("$`\\") & set(body)
        self.pending = []

    def _word(self) -> Word:
        word = Word()
        pieces: list[str] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in " \t\n;&|()<>":
                break
            self.at += 1
            if char == "'":
                end = self.text.find("'", self.at)
                end = len(self.text) if end < 0 else end
                pieces.append(self.text[self.at : end])
                self.at, word.quoted = end + 1, True
            elif char == '"':
                word.quoted = True
                self._double(word, pieces)
            elif char == "\\":
                word.quoted = True
                pieces.append(self.text[self.at : self.at + 1].replace("\n", ""))
                self.at += 1
            elif char in "$`":
                word.literal = False
                self._substitution(char, pieces)
            else:
                word.literal = word.literal and char not in "*?[{~"
                pieces.append(char)
        word.text = "".join(pieces)
        return word

    def _double(self, word: Word, pieces: list[str]) -> None:
        """The inside of double quotes."""
        while self.text[self.at] != '"':
            char = self.text[self.at]
            self.at += 1
            if char == "\\" and self.text[self.at] in '$`"\\\n':
                pieces.append(self.text[self.at].replace("\n", ""))
                self.at += 1
            elif char in "$`":
                word.literal = False
                self._substitution(char, pieces)
            else:
                pieces.append(char)
        self.at += 1

    def _substitution(self, char: str, pieces: list[str]) -> None:
        """Past ``$(...)`` or backticks, kept as text; a parameter is kept as its own letters."""
        begin = self.at - 1
        if char == "`":
            end = self.text.find("`", self.at)
            self.at = begin + 1 if end < 0 else end + 1
        elif self.text[self.at : self.at + 1] == "(":
            depth = 0
            while self.at < len(self.text):
                depth += {"(": 1, ")": -1}.get(self.text[self.at], 0)
                self.at += 1
                if depth == 0:
                    break
        pieces.append(self.text[begin : self.at])
