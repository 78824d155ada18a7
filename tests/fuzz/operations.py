"""All operations, and how often each is done."""

from __future__ import annotations

from collections.abc import Sequence

from tests.fuzz import edits, merges, rewrites, tools
from tests.fuzz.git import Operation

OPERATIONS: Sequence[tuple[int, Operation]] = (
    (6, edits.agent_edits),
    (2, edits.agent_creates),
    (1, edits.agent_deletes),
    (3, edits.person_edits),
    (2, edits.nobody_edits),
    (3, edits.commit),
    (6, edits.work_and_commit),
    (2, edits.agent_commits),
    (2, edits.commit_one_file),
    (3, edits.switch),
    (1, edits.branch_again),
    (1, edits.rename_file),
    (1, edits.rename_folder),
    (2, edits.stash_elsewhere),
    (1, edits.stash_earlier),
    (1, edits.stash_over_work),
    (2, rewrites.amend_message),
    (3, rewrites.amend_no_edit),
    (2, rewrites.amend_one_file),
    (1, rewrites.amend_out),
    (3, rewrites.rebase),
    (2, rewrites.rebase_onto),
    (4, rewrites.rebase_interactive),
    (3, rewrites.rebase_edit),
    (2, rewrites.autosquash),
    (2, rewrites.cherry_pick),
    (2, rewrites.cherry_pick_range),
    (1, rewrites.revert),
    (2, rewrites.revert_and_back),
    (2, rewrites.recommit),
    (1, rewrites.restore_and_recommit),
    (2, rewrites.split),
    (1, rewrites.reset_hard_and_back),
    (1, rewrites.reset_hard),
    (2, merges.merge),
    (2, merges.merge_and_edit),
    (1, merges.amend_merge),
    (1, merges.rebase_merges),
    (1, merges.revert_merge),
    (2, merges.merge_squash),
    (2, merges.forge_squash),
    (1, merges.forge_rebase),
    (1, tools.commit_tree),
    (1, tools.collect_garbage),
    (1, tools.pull_rebase),
    (1, tools.filter_repo),
    (1, tools.filter_a_file_out),
    (1, tools.filter_messages),
)
"""How often each is done, among all."""
