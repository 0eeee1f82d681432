"""Reads a text into quantities: gives each number the meaning its unit, its neighbours and its field allow."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from deep_learning_expert.tools.quantities import lexicon
from deep_learning_expert.tools.quantities.context import Context
from deep_learning_expert.tools.quantities.latency import LatencyConditions
from deep_learning_expert.tools.quantities.lexicon import Name
from deep_learning_expert.tools.quantities.measures import Amount
from deep_learning_expert.tools.quantities.quantity import Direction, Expect, Fragment, Quantity, QuantityKind, Reading
from deep_learning_expert.tools.quantities.scan import Token, scan

MOST_CHARS = 20_000
"""How much of a text is examined; a task's field is never that long."""


def read_quantities(text: str, expect: Expect | None = None) -> Reading:
    """All quantities in `text`, in order of appearance, and the words with numbers that were not understood.

    expect: what the field the text stands in asks for; see `Expect`. Time is linear in the text; no more than
    MOST_CHARS characters are examined (`Reading.truncated`). Never raises on any string.
    """
    examined = text[:MOST_CHARS]
    folded = lexicon.fold(examined)
    reader = _Reader(Context(examined, folded, scan(folded)), expect)
    quantities, fragments = reader.read()
    if expect == "count" and not any(_counts_samples(item) for item in quantities):
        split_at = next((item.span[1] - 1 for item in quantities if _may_be_thousands(item)), None)
        if split_at is not None:
            return _read_as_thousands(text, split_at)
    return Reading(tuple(quantities), tuple(fragments), truncated=len(text) > MOST_CHARS)


def _counts_samples(item: Quantity) -> bool:
    return item.kind == "count" and item.unit not in ("classes", "labels")


_BEFORE_ONE_OF_MANY = frozenset("的每同某任另这那哪各")


def _is_an_article(item: Quantity, others: Iterable[Quantity], text: str) -> bool:
    """一帧 in 每 6 分钟一帧，共 40 万帧, 最多的一类: one of those that are counted, not their number."""
    if item.kind != "count" or item.value != 1 or not item.words.startswith("一"):
        return False
    if text[max(item.span[0] - 1, 0) : item.span[0]] in _BEFORE_ONE_OF_MANY:
        return True
    return any(other.kind == "count" and other.unit == item.unit and other.value > 1 for other in others)


def _may_be_thousands(item: Quantity) -> bool:
    """ "8k images" where the question is how many, and no other count of samples: thousands, not a picture's size."""
    return item.kind == "resolution" and item.words.lower().endswith("k")


def _read_as_thousands(text: str, split_at: int) -> Reading:
    """Reads with a space before the k at `split_at`, which makes it thousands; spans are those of `text`."""
    reading = read_quantities(f"{text[:split_at]} {text[split_at:]}", "count")

    def back(place: int) -> int:
        return place - (place > split_at)

    moved = tuple(
        replace(
            item, span=(back(item.span[0]), back(item.span[1])), words=text[back(item.span[0]) : back(item.span[1])]
        )
        for item in reading.quantities
    )
    return Reading(moved, reading.not_understood, truncated=reading.truncated)


_DIRECT_KINDS: Mapping[str, QuantityKind] = {
    "rate": "rate",
    "frequency": "frequency",
    "cores": "cores",
    "parameters": "parameters",
    "compute": "compute",
    "device_time": "gpu_hours",
    "power": "power",
    "money": "money",
}


_TELLING = frozenset({"machine", "resolution", "ratio", "vague", "amount"})  # tokens that hold a number


class _Reader:
    """One pass over the tokens; earlier quantities give later ones their context ("160 per class": of what)."""

    def __init__(self, context: Context, expect: Expect | None) -> None:
        self.context = context
        self.expect = expect
        self.quantities: list[Quantity] = []
        self.fragments: list[Fragment] = []

    def read(self) -> tuple[list[Quantity], list[Fragment]]:
        for index, token in enumerate(self.context.tokens):
            if token.kind not in _TELLING:
                continue
            for found in self._token(index, token):
                if math.isfinite(found.value):
                    self.quantities.append(found)
                else:
                    self._not_understood(token)
        counted = LatencyConditions(self.context, self.quantities).applied()
        return [item for item in counted if not _is_an_article(item, counted, self.context.text)], self.fragments

    def _token(self, index: int, token: Token) -> Iterable[Quantity]:
        if token.kind == "machine":
            if self._absent(index) and self.context.names_cpu():
                return
            yield self._machine(index, token)
        elif token.kind == "resolution":
            width, height = token.numbers
            conditions = {"width": f"{width:g}", "height": f"{height:g}"}
            yield self._made("resolution", max(width, height), "px", index, conditions=conditions)
        elif token.kind == "ratio":
            one, two = token.numbers
            yield self._made("ratio", max(one, two) / min(one, two), ":1", index)
        elif token.kind == "vague":
            self._not_understood(token)
        elif token.kind == "amount":
            found = self._amount(index, token)
            if found and found.unit == "machines" and self.expect == "device" and self.context.before_machine(index):
                return  # "2 台 8 卡 A800": told by the device itself
            if found is None:
                self._not_understood(token)
            else:
                yield found

    def _not_understood(self, token: Token) -> None:
        words = self.context.text[token.start : token.end].strip()
        self.fragments.append(Fragment(words, (token.start, token.end)))

    def _made(
        self,
        kind: QuantityKind,
        value: float,
        unit: str,
        index: int,
        *,
        conditions: Mapping[str, str] | None = None,
        name: str = "",
        factor: float = 1.0,
    ) -> Quantity:
        """A quantity with direction, hedging and range taken from around token `index`."""
        token = self.context.tokens[index]
        sign = self.context.sign(index)
        number = token.amount.number if token.amount else None
        low = number.low * factor if number and number.low is not None else None
        high = number.high * factor if number and number.high is not None else None
        at_least = bool(token.amount and (token.amount.at_least or (number and number.at_least)))
        hedged = bool((token.amount and token.amount.hedged) or (number and number.approximate))
        direction = sign.direction or (">=" if at_least else "")
        negative = sign.negative and kind != "device"
        return Quantity(
            kind=kind,
            value=-value if negative else value,
            unit=unit,
            direction=direction,
            conditions=dict(conditions or {}),
            approximate=sign.approximate or hedged,
            span=(token.start, token.end),
            words=self.context.text[token.start : token.end].strip(),
            name=name,
            low=None if negative else low,
            high=None if negative else high,
        )

    def _absent(self, index: int) -> bool:
        """Whether the words say that there is no such accelerator."""
        machine = self.context.tokens[index].machine
        return machine is not None and machine.kind in ("gpu", "tpu", "npu") and self.context.negated(index)

    def _machine(self, index: int, token: Token) -> Quantity:
        machine = token.machine
        assert machine is not None  # scan gives every machine token its machine
        if self._absent(index):
            made = self._made("device", 1.0, "cpu", index, conditions={"count": "unstated", "without": machine.kind})
            return replace(made, direction="")
        conditions = {"count": "several" if machine.several else "stated" if machine.count else "unstated"}
        if machine.id:
            conditions["device"] = machine.id
        if machine.memory_gb is not None:
            conditions["memory_gb"] = f"{machine.memory_gb:g}"
        cores = self.context.cores_beside(index)
        if cores is not None and machine.kind in ("cpu", "npu"):
            conditions["cores"] = f"{cores:g}"
        hosts = self.context.hosts(index)
        if hosts:
            conditions["machines"] = f"{hosts:g}"
        role = self.context.role(index, machine.kind, named=bool(machine.id))
        if role:
            conditions["role"] = role
        made = self._made("device", machine.count or 1.0, machine.kind, index, conditions=conditions, name=machine.id)
        return replace(made, direction="", approximate=machine.several)

    def _amount(self, index: int, token: Token) -> Quantity | None:
        amount = token.amount
        assert amount is not None  # scan gives every amount token its amount
        name = self.context.name_of(index)
        unit = amount.unit
        if unit is None:
            return self._counted(index, amount, name) if amount.noun else self._bare(index, amount, name)
        value = amount.number.value * unit.factor
        if unit.kind == "time":
            return self._time(index, amount, value)
        if unit.kind == "size":
            kind: QuantityKind = "memory" if self.context.is_memory(index) else "size"
            return self._made(kind, value, "MB", index, conditions={"written_unit": unit.id}, factor=unit.factor)
        if unit.kind == "percent":
            return self._percent(index, amount, name)
        if unit.kind in ("level", "multiple"):
            return self._named(index, amount, name, "dB" if unit.kind == "level" else "")
        conditions = {"per": amount.per} if amount.per else {}
        return self._made(
            _DIRECT_KINDS[unit.kind], value, unit.canonical, index, conditions=conditions, factor=unit.factor
        )

    def _time(self, index: int, amount: Amount, seconds: float) -> Quantity:
        unit = amount.unit
        assert unit is not None  # only called for amounts of time
        owner = self.context.owner(index)
        if owner:
            return self._made("duration", seconds, "s", index, conditions={"per": owner}, factor=unit.factor)
        long = unit.id in ("s", "min", "h")
        if long and (self.expect == "count" or (self.expect is None and self.context.is_recording(index))):
            hours = unit.factor / 3600
            return self._made("count", amount.number.value * hours, "hours", index, factor=hours)
        short = unit.id in ("ms", "us", "ns")
        spoken = self.context.says_latency(index) or amount.per in _PER_LATENCY
        if unit.id in ("s", "min", "h", "ms", "us", "ns") and (short or self.expect == "latency" or (long and spoken)):
            per = {"per": amount.per} if amount.per else {}
            return self._made("latency", seconds * 1e3, "ms", index, conditions=per, factor=unit.factor * 1e3)
        per = {"per": amount.per} if amount.per else {}
        return self._made("duration", seconds, "s", index, conditions=per, factor=unit.factor)

    def _percent(self, index: int, amount: Amount, name: Name | None) -> Quantity:
        of = self.context.subset(index)
        beside = self.context.subset(index, beside=True)
        if self.context.is_change(index):
            return self._made("share", amount.number.value, "%", index, conditions={"of": "change"})
        if name and name.kind == "target" and not beside:
            return self._target(index, amount, name, "%")
        if name and name.kind == "setting":
            return self._made("setting", amount.number.value, "%", index, name=name.id)
        if self.expect == "target" and not of:
            return self._target(index, amount, None, "%")
        return self._made("share", amount.number.value, "%", index, conditions={"of": of} if of else {})

    def _target(self, index: int, amount: Amount, name: Name | None, unit: str) -> Quantity:
        made = self._made("target", amount.number.value, unit, index, name=name.id if name else "")
        if name and name.scale in ("share", "percent-points") and unit == "" and amount.number.value > 1:
            made = replace(made, unit="%")  # "mIoU > 45" is in per cent, there is no other way to read it
        if not made.direction and name:
            implied: Direction = ">=" if name.better == "higher" else "<="
            made = replace(made, direction=implied, conditions={**made.conditions, "direction": "implied"})
        return made

    def _named(self, index: int, amount: Amount, name: Name | None, unit: str) -> Quantity | None:
        """A number without unit or noun that a name in front of it explains."""
        value = amount.number.value
        if name is None:
            return None
        if name.kind == "target":
            return self._target(index, amount, name, unit)
        if name.kind == "setting":
            return self._made("setting", value, unit, index, name=name.id)
        if name.kind == "length":
            return self._made("sequence_length", value, "tokens", index)
        if name.kind == "resolution":
            return self._made(
                "resolution", value, "px", index, conditions={"width": f"{value:g}", "height": f"{value:g}"}
            )
        if name.kind == "parameters":
            return self._made("parameters", value, "params", index)
        return None

    def _counted(self, index: int, amount: Amount, name: Name | None) -> Quantity:
        value, noun = amount.number.value, amount.noun
        if name and name.kind == "length" and noun in _LENGTH_UNITS:
            return self._made("sequence_length", value, noun, index)
        if name and name.kind == "setting" and name.id == "batch_size":
            return self._made("setting", value, noun, index, name=name.id)
        owner = self.context.owner(index)
        if owner and noun in ("samples", "tokens", "time_steps", "frames", "words", "characters"):
            return self._made("sequence_length", value, noun, index, conditions={"per": owner})
        conditions = {}
        per = amount.per or self.context.per_before(index)
        if noun in _TEXT_UNITS and (per in _PER_ITEM or self.expect == "latency"):
            return self._made("sequence_length", value, noun, index, conditions={"per": per} if per else {})
        if per == "second":
            return self._made("rate", value, f"{noun}/s", index)
        if per:
            conditions["per"] = per
        subset = self.context.subset(index)
        if subset:
            conditions["subset"] = subset
        return self._made("count", value, noun, index, conditions=conditions)

    def _bare(self, index: int, amount: Amount, name: Name | None) -> Quantity | None:
        number = amount.number
        currency = self.context.currency(index)
        if currency:
            conditions = {"per": amount.per} if amount.per else {}
            return self._made("money", number.value, currency, index, conditions=conditions)
        if number.letter == "m" and self.expect == "size":
            return self._made("size", number.value / 1e6, "MB", index, conditions={"written_unit": "M"}, factor=1e-6)
        named = self._named(index, amount, name, "")
        if named:
            return named
        per = amount.per or self.context.per_before(index)
        subset = self.context.subset(index, beside=True)
        if per in _PER_GROUP or subset in ("head", "tail"):
            conditions = {"per": per} if per else {"subset": subset}
            return self._made("count", number.value, self._last_noun(), index, conditions=conditions)
        if self.expect == "target" and self.context.opens(index):
            return self._made("target", number.value, "", index)
        if self.expect == "count" and self.context.opens(index):
            return self._made("count", number.value, "samples", index)
        return None

    def _last_noun(self) -> str:
        counts = [item.unit for item in self.quantities if item.kind == "count" and item.unit not in _PER_GROUP_NOUNS]
        return counts[-1] if counts else "samples"


_PER_LATENCY = frozenset(
    ["image", "page", "frame", "sentence", "sample", "request", "token", "document", "clip", "window", "step"]
)
_TEXT_UNITS = frozenset(["tokens", "words", "characters"])
_PER_ITEM = frozenset(["sample", "sentence", "document", "request", "page", "image", "clip"])
_PER_GROUP = frozenset(["class", "subject", "patient", "speaker", "user", "machine", "day", "video", "series"])
_PER_GROUP_NOUNS = frozenset(["classes", "labels", "subjects", "patients", "speakers", "users", "machines"])
_LENGTH_UNITS = frozenset(["tokens", "words", "characters", "frames", "time_steps", "samples", "steps"])
