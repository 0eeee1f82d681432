"""Should the expert answer this message, by which rule, and what in the text says so?

Deterministic: concepts (lexicon.toml) meet in frames (frames.toml); use frames add to a negative intercept, the others
take away, and the sum becomes a probability between two thresholds, "certainly not" and "certainly".
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from deep_learning_expert.prompts.phrases import Language, exists
from deep_learning_expert.skill.trigger import language
from deep_learning_expert.skill.trigger.frames import Match, Side, matches, scale
from deep_learning_expert.skill.trigger.lexicon import Mention, mentions
from deep_learning_expert.skill.trigger.normalise import fold
from deep_learning_expert.skill.trigger.rules import rule_by_intent
from deep_learning_expert.skill.trigger.split import Split, split
from deep_learning_expert.tools.wording import Remark, say

Verdict = Literal["use", "dont_use", "ask"]
Ground = Literal["evidence", "explicit_call", "session", "background_prompt", "empty"]
_EXPLICIT = re.compile(r"(?:^|[\s(（\"'“/@$])(?:/|@|\$)?deep[-_ ]learning[-_ ]expert\b|深度学习专家", re.IGNORECASE)
_EXPLICIT_CHARS = 400  # a call stands at the front of a message or at its very end
_MOST_WORD_CHARS = 80
_NO_RULE = "none"
_ANY_RULE = "any"  # frames that show deep learning is meant, whichever rule it falls under
_GENERAL_RULE = "U5"  # the rule of messages for which only such frames speak
_CHOICE, _OR, _OR_REACH = "choice", " or ", 6  # words between two methods that are compared
_METHODS = ("architecture", "tuning", "mechanism", "hyper", "soft_hyper", "llm", "shrink")
_LEAVES_SESSION = 0.03  # probability below which a message has left the session's subject
_FOLLOW_UP_BYTES = 45  # fifteen Chinese characters or eight English words


@dataclass(frozen=True)
class Decision:
    """What to do with a message.

    rule: U1–U8, N1–N5 or "none" (no rule of the document fits, or none was needed).
    span: characters [start, end) of the message that decided; (0, 0) when nothing did.
    words: the deciding words, each a substring of the message, in reading order.
    probability: that the expert should answer, 0 to 1.
    language: the one to answer in; foreign: the message is in neither, so English is a stand-in.
    ground: what the decision rests on; frame: the frame that spoke loudest, "" when none did; opposed: some frame
    speaks against it.
    """

    decision: Verdict
    rule: str
    span: tuple[int, int]
    words: tuple[str, ...]
    probability: float
    language: Language
    foreign: bool = False
    ground: Ground = "evidence"
    frame: str = ""
    opposed: bool = False


@dataclass(frozen=True)
class Evidence:
    """The frames that speak in a message, with mentions in characters of the message itself; concepts: all that are
    mentioned or pasted, by which the rule is named."""

    matches: tuple[Match, ...]
    concepts: frozenset[str] = frozenset()

    def side(self, side: Side) -> tuple[Match, ...]:
        """The matches of one side."""
        return tuple(match for match in self.matches if match.frame.side == side)


def decide(message: str, *, session_live: bool = False) -> Decision:
    """The decision for `message`. session_live: a conversation with the expert is under way, so a follow-up such as
    "and on a CPU?" needs no evidence of its own; only clear evidence against turns it away."""
    parts = split(message)
    lang, foreign = language.of(message, parts.question)
    if parts.background:
        return Decision("dont_use", _NO_RULE, (0, 0), (), 0.0, lang, foreign, "background_prompt")
    if not any(char.isalnum() for char in message[:20_000]):
        verdict: Verdict = "ask" if session_live else "dont_use"
        return Decision(verdict, _NO_RULE, (0, 0), (), 0.0, lang, foreign, "empty")
    evidence = gather(message, parts)
    call = _explicit_call(message)
    chance = probability(evidence)
    if call is not None:
        rule = _loudest(evidence.side("use"))
        return Decision(
            "use",
            _named_rule(evidence, rule) if rule else _NO_RULE,
            call,
            (message[slice(*call)],),
            1.0,
            lang,
            foreign,
            "explicit_call",
        )
    verdict = _verdict(chance, evidence)
    if session_live and verdict != "use" and not _clearly_elsewhere(message, evidence, chance):
        return _with_evidence("use", evidence, evidence.side("use"), message, chance, lang, foreign, "session")
    speaking = evidence.side("use" if verdict == "use" else "against" if verdict == "dont_use" else "ask")
    if verdict == "ask" and not speaking:
        speaking = evidence.side("use")
    return _with_evidence(verdict, evidence, speaking, message, chance, lang, foreign, "evidence")


def gather(message: str, parts: Split | None = None) -> Evidence:
    """The frames that speak in `message`."""
    parts = split(message) if parts is None else parts
    found: list[Mention] = []
    offset, chosen_between = 0, False
    for start, end in parts.question:
        folded = fold(message[start:end])
        spoken = mentions(folded)
        chosen_between = chosen_between or _names_two(folded.text, spoken)
        for item in spoken:
            begin, last = folded.original(item.start), folded.original(item.end - 1)
            found.append(
                Mention(item.concept, item.first + offset, item.last + offset, start + begin, start + last + 1)
            )
        offset = found[-1].last + 1 if found else offset
    for block in parts.blocks:
        place = offset + 10_000  # far from every word: blocks join only frames without a window
        found.extend(Mention(kind, place, place, block.start, block.end) for kind in block.kinds)
        offset += 1
    choice = {_CHOICE} if chosen_between else set()
    return Evidence(matches(found), frozenset(item.concept for item in found) | choice)


def _names_two(text: str, spoken: Sequence[Mention]) -> bool:
    """Whether an "or" joins two methods: "LSTM or transformer for forecasting?"."""
    methods = [item for item in spoken if item.concept in _METHODS]
    return any(_OR in text[one.end : two.start] for one, two in pairwise(methods) if two.first - one.last <= _OR_REACH)


def probability(evidence: Evidence) -> float:
    """Probability that the expert should answer."""
    fitted = scale()
    total = fitted.intercept
    for match in evidence.matches:
        if match.frame.side != "ask":
            weight = fitted.weights.get(match.frame.id, match.frame.weight)
            total += weight if match.frame.side == "use" else -weight
    return 1 / (1 + math.exp(-max(min(total, 40.0), -40.0)))


def _verdict(chance: float, evidence: Evidence) -> Verdict:
    fitted = scale()
    if evidence.side("ask"):
        return "ask"
    if chance >= fitted.surely:
        return "use"
    return "dont_use" if chance < fitted.surely_not else "ask"


def _clearly_elsewhere(message: str, evidence: Evidence, chance: float) -> bool:
    """Inside a session only a full request for something else counts: a short one is taken as a follow-up, unless it
    asks for something of another kind altogether (rule "none")."""
    loudest = _loudest(evidence.side("against"))
    if loudest is None or chance > _LEAVES_SESSION:
        return False
    return loudest.frame.rule == _NO_RULE or len(message.encode("utf-8", "replace")) > _FOLLOW_UP_BYTES


def _explicit_call(message: str) -> tuple[int, int] | None:
    for start, end in ((0, _EXPLICIT_CHARS), (max(len(message) - _EXPLICIT_CHARS, 0), len(message))):
        match = _EXPLICIT.search(message[start:end])
        if match is not None:
            return start + match.start(), start + match.end()
    return None


def _loudest(speaking: Sequence[Match]) -> Match | None:
    """The match whose rule has the most weight behind it; the heaviest one of that rule."""
    weights = scale().weights
    heard: dict[str, float] = {}
    for match in speaking:
        heard[match.frame.rule] = heard.get(match.frame.rule, 0.0) + weights.get(match.frame.id, match.frame.weight)
    if not heard:
        return None
    named = [name for name in heard if name != _ANY_RULE] or [_ANY_RULE]
    rule = max(named, key=lambda name: heard[name])
    return max(
        (match for match in speaking if match.frame.rule == rule),
        key=lambda match: weights.get(match.frame.id, match.frame.weight),
    )


def _named_rule(evidence: Evidence, loudest: Match) -> str:
    """The rule of a message that is to be answered: by what it asks for, else that of its loudest frame."""
    own = _GENERAL_RULE if loudest.frame.rule == _ANY_RULE else loudest.frame.rule
    return rule_by_intent(evidence.concepts) or own


def _with_evidence(
    verdict: Verdict,
    evidence: Evidence,
    speaking: Sequence[Match],
    message: str,
    chance: float,
    lang: Language,
    foreign: bool,
    ground: Ground,
) -> Decision:
    wanted = rule_by_intent(evidence.concepts) if verdict == "use" else None
    best = _loudest([match for match in speaking if match.frame.rule == wanted]) or _loudest(speaking)
    opposed = bool(evidence.side("against"))
    if best is None:
        return Decision(verdict, _NO_RULE, (0, 0), (), chance, lang, foreign, ground, opposed=opposed)
    places = sorted((item.start, item.end) for item in best.mentions)
    words = tuple(dict.fromkeys(_first_line(message[start:end]) for start, end in places))
    span = (places[0][0], max(end for _, end in places))
    own = _GENERAL_RULE if best.frame.rule == _ANY_RULE else best.frame.rule
    rule = _named_rule(evidence, best) if verdict == "use" else own
    return Decision(verdict, rule, span, words, chance, lang, foreign, ground, best.frame.id, opposed)


def _first_line(text: str) -> str:
    """The opening of a pasted block stands for the whole of it; words stay as they are."""
    return text.strip().split("\n", 1)[0][:_MOST_WORD_CHARS]


def out_of_scope_reply(decision: Decision, lang: Language) -> Remark:
    """Why the expert does not answer, and the kind of place that would; one remark for a "dont_use" decision."""
    for key in (f"trigger.elsewhere.{decision.frame}", f"trigger.elsewhere.{decision.rule}"):
        if exists(key):
            return say(key)
    return say("trigger.elsewhere.none")


def clarifying_question(decision: Decision, lang: Language) -> Remark:
    """The one short question that settles an "ask" decision."""
    key = f"trigger.ask.{decision.frame}"
    return say(key if exists(key) else "trigger.ask.general")


def foreign_note() -> Remark:
    """Said before an answer in English to a message in a third language."""
    return say("trigger.foreign")
