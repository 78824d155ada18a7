"""Definitions are told from uses in the languages that agents write most."""

from __future__ import annotations

import pytest

from treadle.weave.code.defining import Definition
from treadle.weave.code.names import names
from treadle.weave.highlight import lexed, tokens

PYTHON = '''\
"""turn = 1"""
LIMIT = 3
PAIR: dict[str, int] = {
    "a": 1,
}


class Turn:
    """def hidden()"""

    kind = 1

    def height(self) -> float:
        # def comment(): ...
        return LIMIT


async def find(x=lambda: 1):
    def inner():
        return x

    if x == LIMIT: pass
'''
GO = """\
package tide

import "fmt"

// func comment() {}
type Turn struct {
	Height func() float64
}

type (
	Hour  int
	Metre = float64
)

const (
	First, Second = 1, other
	Third
)

var limit, most = 3, 4

func (t *Turn) String() string {
	type local int
	const inside = 1
	return fmt.Sprint(`func raw() {`, func() int { return limit })
}

func find[T any](x T) error {
	return nil
}
"""
SCRIPT = """\
import { a } from "./a";
export interface Harbour { name: string; load(): void }
export type Key = string | number;
enum Kind { High, Low }
export const LIMIT = 3, other = () => { const inner = 1; };
export default class Table<T> extends Base {
  private rows: T[] = [];
  constructor(readonly key: Key) { super(); }
  static async load(key: Key): Promise<Table<Key>> {
    if (key) { return new Table(key); }
  }
  get size() { return this.rows.length; }
}
function find(x: number) { return `function raw() {`; }
"""
RUST = """\
//! fn comment() {}
use std::fmt;
pub const LIMIT: usize = 3;
static mut COUNT: u32 = 0;
pub struct Turn<'a> { name: &'a str }
pub enum Kind { High, Low }
pub trait Show { fn show(&self) -> String; }
impl<'a> Show for Turn<'a> {
    fn show(&self) -> String { let p = 0 as *const u8; format!("fn raw() {{") }
}
pub const fn find() -> u32 { 1 }
macro_rules! tide { () => {} }
mod inner { pub type Key = u32; }
"""
C = """\
#include <stdio.h>
#define LIMIT 3
#define BOTH(a, b) \\
    ((a) + (b))
/* int comment(void) {} */
typedef struct turn { int height; } turn_t;
extern "C" {
enum kind { HIGH, LOW };
static int find(const char *name, int count);
static int find(const char *name, int count)
{
    struct turn t;
    if (count) { return printf("int raw() {"); }
    return LIMIT;
}
}
"""


def told(path: str, text: str) -> list[tuple[str, str]]:
    return [(one.name, one.kind) for one in names(path, text).defined]


def test_python() -> None:
    assert told("a.py", PYTHON) == [
        ("LIMIT", "constant"),
        ("PAIR", "constant"),
        ("Turn", "class"),
        ("height", "def"),
        ("find", "def"),
        ("inner", "def"),
    ]


def test_go() -> None:
    assert told("a.go", GO) == [
        ("Turn", "type"),
        ("Hour", "type"),
        ("Metre", "type"),
        ("First", "const"),
        ("Second", "const"),
        ("Third", "const"),
        ("limit", "var"),
        ("most", "var"),
        ("String", "func"),
        ("find", "func"),
    ]


def test_typescript() -> None:
    assert told("a.ts", SCRIPT) == [
        ("Harbour", "interface"),
        ("Key", "type"),
        ("Kind", "enum"),
        ("LIMIT", "const"),
        ("Table", "class"),
        ("constructor", "method"),
        ("load", "method"),
        ("size", "method"),
        ("find", "function"),
    ]


def test_rust() -> None:
    assert told("a.rs", RUST) == [
        ("LIMIT", "const"),
        ("COUNT", "static"),
        ("Turn", "struct"),
        ("Kind", "enum"),
        ("Show", "trait"),
        ("show", "fn"),
        ("show", "fn"),
        ("find", "fn"),
        ("tide", "macro"),
        ("Key", "type"),
        ("inner", "mod"),
    ]


def test_c() -> None:
    assert told("a.c", C) == [
        ("LIMIT", "macro"),
        ("BOTH", "macro"),
        ("turn", "struct"),
        ("turn_t", "typedef"),
        ("kind", "enum"),
        ("find", "function"),
    ]


def test_other_languages_go_by_their_keywords() -> None:
    assert ("Turn", "class") in told("a.kt", "class Turn(val x: Int)\nfun find() = 1\n")
    assert ("find", "fun") in told("a.kt", "class Turn(val x: Int)\nfun find() = 1\n")


@pytest.mark.parametrize(
    ("path", "text", "name", "lines"),
    [
        ("a.py", PYTHON, "PAIR", (2, 5)),
        ("a.py", PYTHON, "Turn", (7, 14)),
        ("a.py", PYTHON, "height", (12, 15)),
        ("a.go", GO, "String", (21, 26)),
        ("a.go", GO, "Turn", (5, 8)),
        ("a.ts", SCRIPT, "Table", (5, 12)),
        ("a.ts", SCRIPT, "load", (8, 11)),
        ("a.rs", RUST, "LIMIT", (2, 3)),
        ("a.c", C, "find", (9, 15)),
        ("a.c", C, "BOTH", (2, 4)),
    ],
)
def test_a_definition_reaches_to_its_end(
    path: str, text: str, name: str, lines: tuple[int, int]
) -> None:
    found = [one for one in names(path, text).defined if one.name == name]
    begin, end = lines
    (one,) = found
    assert one.line == begin
    assert end - 1 <= one.end <= end + 1


def test_mentions_are_names_in_code_alone() -> None:
    mentioned = dict(names("a.py", PYTHON).mentioned)
    assert mentioned["LIMIT"] == (1, 14, 21)
    assert "hidden" not in mentioned
    assert "comment" not in mentioned


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.md", "def f(): pass\n"),
        ("a.json", '{"def": 1}'),
        ("noname", "def f(): pass\n"),
        ("a.py", "x" * 5000),
        ("a.py", ""),
        ("a.go", "func"),
        ("a.go", "const ("),
        ("a.c", "struct"),
        ("a.ts", "class {"),
        ("a.rs", "macro_rules! "),
        ("a.py", "}}}])))" * 200),
        ("a.go", "func (" * 500),
    ],
)
def test_what_says_nothing_of_names_has_none(path: str, text: str) -> None:
    assert names(path, text).defined == ()


def test_brackets_that_do_not_match_are_survived() -> None:
    found = names("a.go", "func f() }}} {\nfunc g() {{{\n").defined
    assert Definition("f", "func", 0, 1) in found


def test_a_file_is_tokenised_once_for_its_colours_and_its_names() -> None:
    text = "def height(x):\n    return 1\n"
    lexed.cache_clear()
    assert names("tide/a.py", text).defined
    assert tokens(text, "tide/a.py")[0][0] == ("k", "def ")
    assert lexed.cache_info().misses == 1
