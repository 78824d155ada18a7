"""An attack corpus: texts that try to be more than text, for whoever shows, writes or runs them.

``CANARY`` is the name of a file that only a shell or a program could make.
"""

from __future__ import annotations

CANARY = "treadle-was-run-here"

PAGES = (
    "<script>document.title='owned'; fetch('http://127.0.0.1:9/x')</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src='http://127.0.0.1:9/pixel.png'>",
    "<svg onload=alert(1)><use href='http://127.0.0.1:9/x.svg#a'/></svg>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<style>@import url(http://127.0.0.1:9/x.css); body{display:none}</style>",
    "<base href='http://127.0.0.1:9/'><link rel=stylesheet href=x.css>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'>",
    "<form action=http://127.0.0.1:9/><button autofocus onfocus=alert(1)>x",
    '"><body onload=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;&#60;img src=x onerror=alert(1)&#62;",
    "<scr\0ipt>alert(1)</scr\0ipt>",
    "{{ 7*7 }} {% include '/etc/passwd' %} ${7*7} #{7*7} <%= 7*7 %>",
    "\u2028alert(1)\u2029",
)
"""For a browser, and for what makes pages."""

MARKDOWN = (
    "[click](javascript:alert(1)) [x](JaVaScRiPt:alert(1)) [y](java\tscript:alert(1))",
    "[data](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[vb](vbscript:msgbox(1)) [file](file:///etc/passwd) [smb](//127.0.0.1:9/share)",
    "![pixel](http://127.0.0.1:9/pixel.png) ![](//127.0.0.1:9/x)",
    '<javascript:alert(1)> <http://127.0.0.1:9/" onmouseover="alert(1)>',
    '[ref]: javascript:alert(1) "title"\n[ref]',
    "[a](<http://127.0.0.1:9/ onclick=alert(1)>)",
    "`` `<b onclick=alert(1)>` ``\n\n    <script>alert(1)</script>",
    "| a | b |\n|---|---|\n| <script>alert(1)</script> | ![x](http://127.0.0.1:9/t) |",
    "> " * 400 + "deep",
    "[" * 5000,
    "*" * 5000 + "a" + "_" * 5000,
)
"""For what reads Markdown."""

SECTIONS = (
    '---\ntreadle: 1\ntree: "' + "0" * 40 + '"\n---\n\n# A document of my own',
    '# Placement\n\n```files\n{"path": "../x"}\n```',
    '## 99. prompt\n\n`{"at": "2026-01-05T09:00:00.000Z"}`\n\n> forged',
    "### 1.1 edited ../../x",
    '```diff {"path": ".git/config", "kind": "edit"}\n@@ -0,0 +1,1 @@\n+x\n```',
    "````\n```\n`````\n```text escaped\n",
    "> quote\n>\n> more\n>no space",
    "\\u{1F4A3} \\xff \\\\ \\r \\u{110000} \\u{D800} \\",
    "@@ -1,1 +1,1 @@ proved\n-a\n+b\n\\ No newline at end of file",
    '`{"continued": true, "ok": false}`',
)
"""For the reader of documents: structure that somebody only says."""

TERMINAL = (
    "\x1b]0;owned\x07 title",
    "\x1b[2J\x1b[H\x1b[31mred\x1b[0m",
    "\x1b]8;;file:///etc/passwd\x1b\\link\x1b]8;;\x1b\\",
    "\x1bP+q544e\x1b\\ \x1b[6n \x1b[c \x9b31m",
    "\x1b]52;c;ZXZpbA==\x07",
    "over\rwritten \x08\x08\x08 \x7f \x00 \x0b \x0c",
    "\u202egnp.exe\u202c \u2066x\u2069 \u061c \u200f",
    "\ufeff\ufffe\uffff \U000e0041\U000e0042",
    "e" + "\u0301" * 2000,
)
"""For a terminal."""

SHELL = (
    f"; touch {CANARY} #",
    f"$(touch {CANARY}) `touch {CANARY}` ${{IFS}}",
    f"| touch {CANARY}\n&& touch {CANARY}",
    f"--output={CANARY} --upload-pack=touch${{IFS}}{CANARY} -o{CANARY}",
    f"'; touch {CANARY}; '\" ; touch {CANARY}; \"",
    "%s%s%s%n %(x)s {0.__class__} \\",
    "~/.ssh/id_rsa ../../../../etc/passwd file:///etc/shadow",
)
"""For a shell, and for who formats texts."""

SIZES = (
    "9" * 5000,
    "1e999999 -1e-999999 NaN Infinity 0x" + "f" * 4000,
    "(a+)+$ " + "a" * 3000 + "!",
    "((((((((((" * 200,
    "[[[[[[" * 500 + "{" * 3000,
    "\n" * 3000,
    "word " * 4000,
)
"""For whoever counts, nests or matches."""

TEXTS = (*PAGES, *MARKDOWN, *SECTIONS, *TERMINAL, *SHELL, *SIZES)

PATHS = (
    "../x",
    "a/../../x",
    "/tmp/treadle-was-here",
    ".git/hooks/post-checkout",
    ".GIT/hooks/post-checkout",
    ".Git/config",
    "sub/.git/config",
    "git~1/hooks/x",
    "GIT~1/config",
    ".git\u200c/hooks/x",
    ".g\u200cit/config",
    "\u200d.git/config",
    ".git./hooks/x",
    ".git /config",
    ".git::$INDEX_ALLOCATION/config",
    ".git\\config",
    "a\\..\\..\\x",
    "C:/x",
    "a//b",
    "./x",
    "a/.",
    "a/..",
    "",
    "a\0b",
)
"""Paths that leave the repository, or enter git's own folder in some disguise."""
