"""Which machines a task trains and runs on: devices named in its fields, told apart by role."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from deep_learning_expert.skill.intake.fields import Field, Fields
from deep_learning_expert.skill.intake.vocabulary_files import vocabulary
from deep_learning_expert.tools.figures import Figure, given
from deep_learning_expert.tools.quantities import Quantity
from deep_learning_expert.tools.requirements import DeviceKind, DeviceNeed

_KINDS: tuple[str, ...] = get_args(DeviceKind)
_Mention = tuple[Quantity, Field]


def read_machines(fields: Fields) -> tuple[DeviceNeed | None, DeviceNeed | None]:
    """(train_on, deploy_on); None where the task does not say.

    A stated role decides. Without one, the machine listed under compute trains (an accelerator before a CPU), and one
    named with the latency limit, or a phone, microcontroller and their like anywhere, is where the model runs.
    """
    listed = list(_mentions((fields.compute, fields.budget)))
    beside_limit = list(_mentions((fields.latency, fields.model_size)))
    in_words = list(_mentions((fields.specific,)))
    training = [one for one in listed if _role(one) == "train"] or _unassigned(listed)
    training = training or [one for one in beside_limit + in_words if _role(one) == "train"]
    if not training and not listed:
        training = _unassigned(in_words)
    serving = [one for one in listed if _role(one) == "deploy"]
    serving += [one for one in beside_limit if _role(one) != "train"]
    serving += [one for one in in_words if _role(one) == "deploy"]
    counted = bool(training) and training[0][0].conditions.get("count") != "unstated"
    train_on = _need(training if counted else _named_first(training), fields, trains=True)
    if train_on is None and not listed:
        train_on = _without_gpu(fields.compute) or _unnamed_gpu(fields.compute)
    return train_on, _need(_named_first(serving), fields, trains=False)


def _without_gpu(field: Field) -> DeviceNeed | None:
    """A user who says only that there is no GPU works on a CPU."""
    for quantity in field.reading.of("device") if field.text else ():
        if quantity.unit == "gpu" and _is_absent(quantity, field):
            return DeviceNeed(kind="cpu", words=field.text)
    return None


def _unnamed_gpu(field: Field) -> DeviceNeed | None:
    """A stated amount of GPU memory is a GPU, whichever it is: "24G显存", "12 GB of VRAM"."""
    for size in field.reading.of("memory", "size") if field.text else ():
        around = field.text[max(0, size.span[0] - 8) : size.span[1] + 8].lower()
        if size.value > 0 and any(word in around for word in vocabulary("facts")["accelerator_memory"]["words"]):
            memory = _positive("device_memory", size.value / 1000, "GB", field.path)
            return DeviceNeed(kind="gpu", memory_gb=memory, words=field.text)
    return None


def _mentions(fields: Iterable[Field]) -> Iterable[_Mention]:
    for field in fields:
        if field.text:
            for quantity in field.reading.of("device"):
                if quantity.unit in _KINDS and quantity.value >= 1 and not _is_absent(quantity, field):
                    yield quantity, field


def _is_absent(quantity: Quantity, field: Field) -> bool:
    """ "no GPU", "没有显卡": named because the user has none; the reader may have made a CPU of it already."""
    if quantity.unit == "cpu":
        return False
    before = field.text[max(0, quantity.span[0] - 12) : quantity.span[0]].lower().rstrip()
    for word in vocabulary("facts")["absent"]["words"]:
        front = before.removesuffix(word)
        if front != before and not (word.isascii() and front[-1:].isalpha()):
            return True
    return False


def _role(mention: _Mention) -> str:
    return mention[0].conditions.get("role", "")


def _unassigned(mentions: list[_Mention]) -> list[_Mention]:
    """Machines without a role, accelerators first."""
    found = [one for one in mentions if not _role(one)]
    return sorted(found, key=lambda one: one[0].unit == "cpu")


def _named_first(mentions: list[_Mention]) -> list[_Mention]:
    """The first machine, or one of the same kind that is named by its model."""
    if mentions and not mentions[0][0].name:
        kind = mentions[0][0].unit
        named = [one for one in mentions if one[0].unit == kind and one[0].name]
        return named or mentions
    return mentions


def _need(mentions: list[_Mention], fields: Fields, *, trains: bool) -> DeviceNeed | None:
    if not mentions:
        return None
    quantity, field = mentions[0]
    kind: DeviceKind = quantity.unit  # type: ignore[assignment]  # held to DeviceKind in _mentions
    return DeviceNeed(
        kind=kind,
        name=quantity.name or None,
        count=int(min(quantity.value, 1e6)),
        memory_gb=_memory(quantity, field),
        cores=_cores(quantity, field, fields if trains else None),
        words=quantity.words,
    )


def _memory(quantity: Quantity, field: Field) -> Figure | None:
    stated = quantity.conditions.get("memory_gb")
    if stated:
        return _positive("device_memory", float(stated), "GB", field.path)
    for size in field.reading.of("memory", "size"):
        if _listed_before(size, field) is quantity and not _is_host_memory(size, quantity, field):
            return _positive("device_memory", size.value / 1000, "GB", field.path)
    return None


def _listed_before(item: Quantity, field: Field) -> Quantity | None:
    """The machine that a size stands behind; in front of the only one ("a 24GB GPU") it is that one's too."""
    machines = field.reading.of("device")
    before = [one for one in machines if one.span[0] < item.span[0]]
    return before[-1] if before else machines[0] if len(machines) == 1 else None


def _is_host_memory(size: Quantity, machine: Quantity, field: Field) -> bool:
    """ "RTX 3090, 64GB RAM": the computer's memory, not the accelerator's."""
    around = field.text[max(0, size.span[0] - 6) : size.span[1] + 8].lower()
    host = any(word in around for word in vocabulary("facts")["host_memory"]["words"])
    return machine.unit in ("gpu", "tpu") and host


def _cores(quantity: Quantity, field: Field, fields: Fields | None) -> Figure | None:
    """The cores beside this machine, else those of the host listed with it."""
    stated = quantity.conditions.get("cores")
    if stated:
        return _positive("cores", float(stated), "cores", field.path)
    if fields is None or field is not fields.compute:
        return None
    assigned = {
        float(one.conditions["cores"])
        for one in field.reading.of("device")
        if "cores" in one.conditions and one.conditions.get("role") == "deploy"
    }
    loose = [item.value for item in field.reading.of("cores") if item.value not in assigned]
    return _positive("cores", loose[0], "cores", field.path) if loose else None


def _positive(quantity: str, value: float, unit: str, where: str) -> Figure | None:
    return given(quantity, value, unit, where) if value > 0 else None
