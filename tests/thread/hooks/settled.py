"""A repository that joins and leaves, and is as it was."""

from __future__ import annotations

from tests.support.hooked import Hooked, settled
from treadle.thread.hooks.enrolment import withdraw


def there_and_back(hooked: Hooked, share: bool = False) -> list[str]:
    """Join, check that joining again changes nothing, leave: everything is as it was."""
    before = settled(hooked)
    told = hooked.enrol(share)
    after = settled(hooked)
    assert hooked.enrol(share) == []
    assert settled(hooked) == after
    withdraw(hooked.repo)
    assert settled(hooked) == before
    assert withdraw(hooked.repo) == []
    return told
