"""The quick look-ups of words in a text find what a plain search finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deep_learning_expert.tools.catalog import devices, names
from deep_learning_expert.tools.quantities import lexicon, machines, scan

_LISTS = (
    lexicon.names(),
    lexicon.units(),
    lexicon.nouns(),
    lexicon.grouped("signs", "before"),
    lexicon.grouped("counts", "subsets"),
    lexicon.listed("latency"),
    lexicon.listed("changes"),
    lexicon.listed("negations"),
)
_WORDS = sorted({word for words in _LISTS for word in words.words()})
_text = st.lists(
    st.one_of(st.sampled_from(_WORDS), st.sampled_from([" ", "", "a", "9", "x", "-", "。", "图", "１", "."])),
    max_size=12,
).map("".join)


def _plainly(words: lexicon.Lexicon[object], text: str, start: int, *, glued: bool) -> int | None:
    """The end of the longest word at a place, looked for word by word."""
    inside = start > 0 and lexicon.is_latin(text[start]) and lexicon.is_latin(text[start - 1])
    if inside and not glued:
        return None
    ends = [
        start + len(word)
        for word in words.words()
        if text.startswith(word, start)
        and not (lexicon.is_latin(word[-1]) and lexicon.is_latin(text[start + len(word) :][:1] or " "))
    ]
    return max(ends, default=None)


@given(_text, st.booleans())
def test_a_match_is_the_longest_word_that_stands_there(text: str, glued: bool) -> None:
    folded = lexicon.fold(text)
    for words in _LISTS:
        for at in range(len(folded)):
            found = words.match(folded, at, glued=glued)
            assert (found[0] if found else None) == _plainly(words, folded, at, glued=glued)


@given(_text)
def test_a_list_stands_in_a_text_if_one_of_its_words_matches_somewhere(text: str) -> None:
    folded = lexicon.fold(text)
    for words in _LISTS:
        everywhere = [found for at in range(len(folded)) if (found := words.match(folded, at))]
        assert words.stands_in(folded) == bool(everywhere)
        assert list(words.matches(folded, range(len(folded)))) == everywhere


@given(st.text(max_size=60))
def test_folding_keeps_every_character_in_its_place(text: str) -> None:
    folded = lexicon.fold(text)
    assert len(folded) == len(text)
    assert folded == "".join(lexicon.fold(char) for char in text) or any(
        len(char.lower()) > 1 or char in "Σ" for char in text
    )


_NUMBERED = sorted(name for name in devices.spellings() if name[0].isdigit())


@given(st.sampled_from(_NUMBERED), st.sampled_from(["", " ", "-", "/"]), st.integers(1, 6))
def test_the_first_look_misses_no_device_that_begins_with_digits(name: str, mark: str, parted: int) -> None:
    text = name[:parted] + mark + name[parted:]
    if machines.named_device(text, 0):
        assert machines._may_be_named(text, 0)


@given(st.sampled_from(sorted(names._bulk_names()) + sorted(names._curated_names())))
def test_the_first_look_misses_no_model(name: str) -> None:
    assert not names._begins_like_none(name, names.normal(name))


@given(_text)
def test_tokens_cover_a_text_in_order(text: str) -> None:
    at = 0
    for token in scan.scan(lexicon.fold(text)):
        assert token.start >= at and token.end > token.start
        at = token.end
