"""Which paths may stand in a repository.

Documents and transcripts are hostile: a path out of them must name a file below the
repository's root and none of git's own. The tricks refused here are those git itself
refuses (``verify_path`` and ``is_ntfs_dotgit``, ``is_hfs_dotgit`` in its source).
"""

from __future__ import annotations

import re

_IGNORED = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
"""Code points that HFS+ leaves out when it compares names."""
_NTFS = re.compile(r"(?i)(\.git|git~1)[ .]*(:.*)?$")
_LONGEST = 4096


def refusal(path: str) -> str:
    """Why ``path`` may not be written, in a few words; ``""`` where it may."""
    if not path or len(path) > _LONGEST or "\0" in path:
        return "it is empty, too long or holds a NUL"
    if path.startswith("/") or re.match(r"[A-Za-z]:[\\/]", path):
        return "it is absolute"
    for name in path.split("/"):
        if name in ("", ".", ".."):
            return "it leaves the repository"
        if any(_is_git(piece) for piece in name.split("\\")):
            return "it enters .git"
        if ".." in name.split("\\"):
            return "it leaves the repository"
    return ""


def _is_git(name: str) -> bool:
    return bool(_NTFS.fullmatch(name)) or _IGNORED.sub("", name).lower() == ".git"
