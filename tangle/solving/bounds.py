"""How much of a commit a document may hold that no step explains.

A lock file or a vendored library would make a document of megabytes that tells nothing. Beyond
these limits a path stands by reference.
"""

from __future__ import annotations

from collections.abc import Mapping

FILE_LIMIT = 64 * 1024
"""Characters of residue beyond which a path stands by reference."""
DOCUMENT_LIMIT = 512 * 1024
"""Characters of residue of all paths beyond which the largest stand by reference."""


def too_large(sizes: Mapping[str, int]) -> set[str]:
    """Paths whose residue, given in characters, passes the limits, the largest first."""
    large = {path for path, size in sizes.items() if size > FILE_LIMIT}
    total = sum(size for path, size in sizes.items() if path not in large)
    for path in sorted(sizes.keys() - large, key=lambda path: (-sizes[path], path)):
        if total <= DOCUMENT_LIMIT:
            break
        large.add(path)
        total -= sizes[path]
    return large
