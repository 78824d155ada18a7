from hypothesis import given
from hypothesis import strategies as st

from treadle.thread.model import Part, Placement, Step, Thread, Turn
from treadle.thread.story import REASON, TITLE, last_sentences, prose, reason, title


def turn(*steps: Step, prompt: str = "") -> Turn:
    return Turn(1, prompt=prompt, steps=steps)


def thread(*turns: Turn) -> Thread:
    return Thread((Part("claude-code", "s", turns=turns),), Placement("", ""))


EDIT = Step(9, "edited")


def test_an_edit_gives_the_sentence_said_before_it() -> None:
    said = Step(1, "said", text="I have read the tests. Let me give the sum a slope:")
    found = reason(turn(said, EDIT), EDIT)
    assert found == "I have read the tests. Let me give the sum a slope."


def test_only_the_last_paragraph_counts_and_code_is_passed_over() -> None:
    said = Step(1, "said", text="First.\n\nThe step comes from the tide.\n\n```py\nx = 1\n```\n")
    assert reason(turn(said, EDIT), EDIT) == "The step comes from the tide."


def test_a_list_is_taken_only_where_there_is_no_paragraph() -> None:
    said = Step(1, "said", text="- one\n- **two** of `three`")
    assert reason(turn(said, EDIT), EDIT) == "two of three"


def test_what_was_said_goes_before_a_nearer_thought() -> None:
    steps = (Step(1, "said", text="Say."), Step(2, "thought", text="Think."), EDIT)
    assert reason(turn(*steps), EDIT) == "Say."


def test_a_thought_after_a_command_goes_before_older_speech() -> None:
    steps = (
        Step(1, "said", text="Say."),
        Step(2, "ran", text="make"),
        Step(3, "thought", text="Think."),
    )
    assert reason(turn(*steps, EDIT), EDIT) == "Think."


def test_a_sub_agent_does_not_take_its_reason_from_another() -> None:
    inner = Step(3, "edited", lane="Explore")
    steps = (
        Step(1, "said", text="Send one out."),
        Step(2, "said", text="Elsewhere.", lane="Plan"),
        inner,
    )
    assert reason(turn(*steps), inner) == "Send one out."


def test_without_prose_the_prompt_is_the_reason() -> None:
    found = reason(turn(EDIT, prompt="<system>\n\n# Fix the *tide*\nand more"), EDIT)
    assert found == "Fix the *tide*"


def test_without_anything_there_is_none() -> None:
    assert reason(turn(EDIT), EDIT) == ""
    assert prose(turn(EDIT), EDIT) is None


def test_what_comes_after_the_step_does_not_tell_why() -> None:
    early = Step(1, "edited")
    assert reason(turn(early, Step(2, "said", text="Done.")), early) == ""


def test_a_long_sentence_is_cut_at_a_word() -> None:
    found = last_sentences("word " * 100)
    assert found.endswith("word…")
    assert len(found) <= REASON


def test_controls_and_bidirectional_marks_are_taken_out() -> None:
    said = Step(1, "said", text="Say \x1b[31mred\u202e and\x00 \udc80on.")
    assert reason(turn(said, EDIT), EDIT) == "Say [31mred and �on."


def test_the_title_is_the_first_prompt_that_is_new() -> None:
    old = Turn(1, prompt="Old", continued=True)
    assert title(thread(old, Turn(2, prompt="New\nmore"))) == "New"
    assert title(thread(old)) == "Old"


def test_a_thread_without_a_prompt_is_titled_by_what_was_said() -> None:
    assert title(thread(turn(Step(1, "said", text="## Hello\nyou")))) == "Hello"
    assert title(thread()) == ""


@given(st.text(), st.text())
def test_both_are_one_short_line_whatever_the_text(said: str, prompt: str) -> None:
    turned = turn(Step(1, "said", text=said), EDIT, prompt=prompt)
    why, what = reason(turned, EDIT), title(thread(turned))
    assert len(why) <= REASON
    assert len(what) <= TITLE
    for line in (why, what):
        assert not any(ord(letter) < 32 for letter in line)
        line.encode()
