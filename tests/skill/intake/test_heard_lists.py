"""The quick look at which word lists a text touches changes nothing of what the lists say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deep_learning_expert.evals.intake.gold import cases
from deep_learning_expert.skill.intake import hearing, message_setup
from deep_learning_expert.skill.intake.matching import fold
from deep_learning_expert.skill.intake.message import read_message
from deep_learning_expert.skill.intake.message_setup import _begins_a_model, _is_model, _piece, _run
from deep_learning_expert.skill.intake.plain import plain
from deep_learning_expert.skill.intake.vocabulary_files import Terms, numbered_lists, word_lists
from deep_learning_expert.skill.trigger.normalise import simplified_characters
from deep_learning_expert.tools.catalog import names

_LISTS = [terms for table in numbered_lists().values() for terms in table.values()]
_TERMS = sorted({term for terms in _LISTS for each in terms for part in each.split(" + ") for term in part.split("|")})
_MESSAGES = [turn for name in ("development", "held_out", "fresh") for case in cases(name) for turn in case.turns]
_pieces = st.lists(
    st.one_of(st.sampled_from(_TERMS), st.sampled_from([" ", "no ", "not ", "不", "没有", "s", "x", "，", "."])),
    max_size=8,
)


def _assert_alike(text: str) -> None:
    folded = fold(text)
    for terms in _LISTS:
        plainly = tuple(terms)  # without its number: read expression by expression
        assert hearing.said(folded, terms) == hearing.said(folded, plainly)
        assert hearing.any_holds(folded, terms) == hearing.any_holds(folded, plainly)


@given(_pieces)
def test_heard_lists_say_what_all_expressions_say(pieces: list[str]) -> None:
    _assert_alike("".join(pieces))


@given(st.sampled_from(_MESSAGES), st.sampled_from(_MESSAGES), st.integers(0, 80), st.integers(0, 80))
def test_messages_cut_anywhere_say_what_all_expressions_say(one: str, two: str, at: int, to: int) -> None:
    _assert_alike(one[at : at + 60] + two[to : to + 60])


def test_touched_lists_are_those_heard_in_the_order_of_the_table() -> None:
    text = fold("validation loss rises while training loss falls, we use PyTorch")
    for file, table in numbered_lists():
        found = [key for key, _ in hearing.touched(text, file, table)]
        assert found == [key for key, terms in word_lists(file, table).items() if terms.number in hearing.heard(text)]


def test_no_term_of_a_symptom_runs_across_a_mark() -> None:
    terms = word_lists("facts", "issues")["overfitting"]
    assert isinstance(terms, Terms)
    assert not {char for expression in terms for char in expression} & message_setup._PARTS


@given(
    st.lists(
        st.sampled_from(["a", "is", "m", "resnet", "50", "ViT", "B/16", "t5", "x/y", "yolo", "v8", "of"]), max_size=4
    )
)
def test_the_first_look_misses_no_model_of_several_words(words: list[str]) -> None:
    for joint in (" ", "-", "_"):
        text = joint.join(words)
        for run in _run().finditer(text):
            spans = [found.span() for found in _piece().finditer(text, *run.span())]
            for first, place in enumerate(spans):
                tails = (text[place[0] : end].rstrip(".") for _, end in spans[first:])
                if any(len(name) > 2 and names.find(name) and _is_model(name) for name in tails) and "/" not in text:
                    assert _begins_a_model(text, *place, run.end())


@given(st.text(st.one_of(st.characters(), st.sampled_from("訓練數據１２（，：ＡＢ　")), max_size=80))
def test_plain_characters_are_those_of_a_character_by_character_translation(text: str) -> None:
    table = {ord(char): other for char in map(chr, range(0xFF01, 0xFF5F)) if (other := plain(char)) != char}
    table.update(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))
    assert plain(text) == text.translate({**table, 0x3000: " ", **simplified_characters()})


@given(
    st.lists(st.one_of(st.text(max_size=30), st.sampled_from(["ＡＢＣ", "loss\t0.3", "Σίσυφος", "é\ń"])), max_size=8)
)
def test_a_long_text_folds_like_its_pieces_do(lines: list[str]) -> None:
    text = "\n".join(lines)
    padded = text + "\n" + "x" * 2_000  # long texts are folded line by line
    assert fold(padded) == " ".join(filter(None, (fold(text), "x" * 2_000)))


def test_broken_unicode_makes_a_task_all_the_same() -> None:
    task = read_message("classify 5,000 photos of leaves \ud83d into 12 diseases").task()
    assert task is not None and "\ud83d" not in task.model_dump_json()
