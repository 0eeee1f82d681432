"""What a task says of its data: counts from the numbers, kinds of labels and distributions from the words."""

from __future__ import annotations

from collections.abc import Iterable

from deep_learning_expert.skill.intake.data_kinds import (
    read_distribution,
    read_labels,
    read_languages,
    read_noisy_labels,
    read_simulator,
)
from deep_learning_expert.skill.intake.environment import read_environment
from deep_learning_expert.skill.intake.fields import Field, Fields, threshold
from deep_learning_expert.skill.intake.hearing import said
from deep_learning_expert.skill.intake.vocabulary_files import vocabulary, word_lists
from deep_learning_expert.tools.figures import Figure, cited, computed, given
from deep_learning_expert.tools.quantities import Quantity, as_figure
from deep_learning_expert.tools.requirements import DataNeeds, Domain, TaskType

_RARE = ("positive", "anomalous", "foreground", "minority", "fraud")
_COMMON = ("negative", "normal", "background", "majority")
_SET_APART = ("test", "validation", "unlabelled", "anomalous")
_RECORDED = ("audio", "multimodal", "CV")
_STEPS = ("time_steps", "frames", "characters", "words", "samples", "tokens")
_ONE_SAMPLE = ("clip", "segment", "window", "sample", "sentence", "document", "video", "page")
_MOST_TEXT_LENGTH = 50_000  # characters or words; beyond this it is a corpus
_MOST_WORDS_TOKENS = 200_000  # token counts in the task's own words up to this are lengths, not corpora


def read_data(fields: Fields, task_type: TaskType, domain: Domain, augmentation: bool | None) -> DataNeeds:
    """Everything stated about the data."""
    samples = _samples(fields)
    if domain == "time-series" and (samples is None or _few_series(samples)):
        samples = _time_points(fields, samples) or samples
    classes, per_class = _classes(fields, task_type, samples)
    groups, group_word = _groups(fields)
    minority = _minority_share(fields, classes)
    if samples is None and per_class is not None and classes is not None:
        method = f"{per_class.source}: {classes.value:,.0f} classes x {per_class.value:,.0f} {per_class.unit}"
        samples = computed("samples", classes.value * per_class.value, per_class.unit, method)
    environment = read_environment(fields) if task_type == "RL" else None
    return DataNeeds(
        samples=samples,
        classes=classes,
        samples_per_class=per_class,
        minority_share=minority,
        resolution_px=_resolution(fields),
        sequence_length=_sequence_length(fields, samples),
        tokens=_tokens(fields, samples),
        hours=_hours(fields, domain),
        groups=groups,
        group_word=group_word,
        labels=read_labels(fields),
        distribution=read_distribution(fields, minority),
        noisy=read_noisy_labels(fields),
        has_simulator=read_simulator(fields, task_type, environment),
        environment=environment,
        augmentation_wanted=augmentation,
        languages=read_languages(fields, domain),
    )


def _figure(quantity: Quantity, name: str, where: str, unit: str | None = None) -> Figure:
    figure = as_figure(quantity, name, where)
    return figure if unit is None or unit == figure.unit else figure.model_copy(update={"unit": unit})


def _counts(field: Field) -> tuple[Quantity, ...]:
    return tuple(item for item in field.reading.of("count") if item.value > 0) if field.text else ()


def _samples(fields: Fields) -> Figure | None:
    """How many samples: the first count of a field that counts samples, the finest where samples sit in containers."""
    for field in (fields.size, fields.specific, fields.quality):
        found = _samples_in(field, strict=field is not fields.size)
        if found:
            return found
    return None


def _samples_in(field: Field, *, strict: bool) -> Figure | None:
    units = vocabulary("facts")["units"]
    countable = [
        item for item in _counts(field) if item.unit not in ("tokens", "hours") and "per" not in item.conditions
    ]
    fine = [item for item in countable if item.unit not in units["other"] and item.unit not in units["containers"]]
    if strict:
        fine = [item for item in fine if item.unit not in ("epochs", "steps", "samples", "questions")]
    kept = [item for item in fine if item.conditions.get("subset") not in _SET_APART] or fine
    kept.sort(key=lambda item: item.unit == "samples")  # a noun tells more than a bare number
    if kept:
        # "1,000 labelled + 50,000 unlabelled images": the noun that comes later is meant for both
        noun = next((item.unit for item in fine if item.unit != "samples"), "samples")
        unit = noun if kept[0].unit == "samples" else kept[0].unit
        return _figure(kept[0], "samples", field.path, units["renamed"].get(unit, unit))
    if strict:
        return None
    multiplied = _times_containers(field)
    if multiplied:
        return multiplied
    containers = [item for item in countable if item.unit in units["containers"]]
    containers.sort(key=lambda item: item.unit == "sensors")
    measured = any(item.unit in ("hours", "tokens") and item.value >= 1 for item in _counts(field))
    if containers and not measured:
        return _figure(containers[0], "samples", field.path)
    edges = [item for item in countable if item.unit == "edges"]
    if edges:
        return _figure(edges[0], "samples", field.path)
    labelled = [item for item in countable if item.unit == "labels"]
    return _figure(labelled[0], "samples", field.path) if labelled and len(countable) == 1 else None


def _few_series(samples: Figure) -> bool:
    """Whether what was counted are recordings so few that their length says how much there is."""
    return samples.unit in vocabulary("facts")["units"]["long"] and samples.value < threshold("few_series")


def _time_points(fields: Fields, series: Figure | None) -> Figure | None:
    """ "3 years hourly": the length of time over the interval, times the series; with its method."""
    field = fields.size
    spans = [item.value for item in field.reading.of("duration") if item.value > 0] if field.text else []
    seconds = _interval(field) if spans else None
    if seconds is None or max(spans) < 2 * seconds:
        return None
    count = series.value if series else 1.0
    method = f"{field.path}: {max(spans):,.0f} s / {seconds:,.0f} s x {count:,.0f}"
    return computed("samples", float(round(max(spans) / seconds * count)), "time_steps", method)


def _interval(field: Field) -> float | None:
    """Seconds between two points, from a count of minutes beside the whole span, or from a word such as hourly."""
    for item in _counts(field):
        if item.unit == "hours" and item.value < 24:
            return item.value * 3600
    for seconds, words in word_lists("facts", "intervals").items():
        if said(field.folded, words):
            return float(seconds)
    return None


def _times_containers(field: Field) -> Figure | None:
    """ "28 machines with 28,000 time steps each": the product, with its method."""
    each = [item for item in _counts(field) if item.conditions.get("per") not in (None, "class")]
    for item in each:
        per = item.conditions["per"]
        holders = [one for one in _counts(field) if one.unit.startswith(per) and "per" not in one.conditions]
        if holders and item.unit not in ("tokens", "hours"):
            method = f"{field.path}: {item.value:,.0f} {item.unit} x {holders[0].value:,.0f} {holders[0].unit}"
            return computed("samples", item.value * holders[0].value, item.unit, method)
    return None


def _classes(fields: Fields, task_type: TaskType, samples: Figure | None) -> tuple[Figure | None, Figure | None]:
    """(classes, samples per class)."""
    units = vocabulary("facts")["units"]["classes"]
    sources = (fields.size, fields.distribution, fields.specific, fields.quality, fields.labels)
    per_class: Figure | None = None
    classes: Figure | None = None
    for field in sources:
        for item in _counts(field):
            per = item.conditions.get("per")
            if per == "class" and item.unit not in units:
                per_class = per_class or _figure(item, "samples_per_class", field.path)
            elif per is None and _counts_classes(item, samples):
                classes = classes or _figure(item, "classes", field.path)
    if task_type in ("generation", "RL"):
        return None, None
    if classes is None and task_type == "classification":
        binary = next((field for field in sources[1:3] if field.says("flags", "binary")), None)
        classes = given("classes", 2, "classes", binary.path) if binary else None
    if classes is None:
        classes = _member_classes(fields, task_type) or _known_classes(fields.specific)
    if classes is None and per_class is not None and samples is not None and samples.value >= 2 * per_class.value:
        method = f"{samples.source}: {samples.value:,.0f} {samples.unit} / {per_class.value:,.0f} per class"
        classes = computed("classes", float(round(samples.value / per_class.value)), "classes", method)
    return classes, per_class


def _counts_classes(item: Quantity, samples: Figure | None) -> bool:
    """Whether it counts classes; few "labels" beside many samples are classes, many are annotations."""
    if item.unit == "labels":
        return samples is not None and 1 < item.value <= samples.value / 2
    return item.unit in vocabulary("facts")["units"]["classes"] and item.value >= 1


def _member_classes(fields: Fields, task_type: TaskType) -> Figure | None:
    """Speakers in speaker identification, persons in face recognition: groups that are the classes themselves."""
    if task_type not in ("classification", "sequence-modeling"):
        return None
    for unit, terms in word_lists("facts", "members_are_classes").items():
        if said(fields.specific.folded, terms):
            counts = [item for item in _counts(fields.size) if item.unit == unit and "per" not in item.conditions]
            if counts:
                return _figure(counts[0], "classes", fields.size.path)
    return None


def _known_classes(specific: Field) -> Figure | None:
    """The classes of a public data set that the task names as its own."""
    table = vocabulary("facts")
    if not specific.text or said(specific.folded, table["like"]["words"]):
        return None
    for name, (classes, source) in table["known_datasets"].items():
        if said(specific.folded, (name,)):
            return cited("classes", classes, "classes", source)
    return None


def _minority_share(fields: Fields, classes: Figure | None) -> Figure | None:
    """The rare class's share in %, stated outright, or as the other class's share or a ratio of two classes."""
    two = classes is None or classes.value == 2
    for field in (fields.distribution, fields.size, fields.quality, fields.specific):
        if not field.text:
            continue
        for item in field.reading.of("share", "ratio"):
            found = _as_minority(item, field, two=two, bare=field is fields.distribution)
            if found is not None:
                return found
    return None


def _as_minority(item: Quantity, field: Field, *, two: bool, bare: bool) -> Figure | None:
    of = item.conditions.get("of", "")
    if item.kind == "ratio":
        if not bare or item.value < 1:
            return None
        method = f"{field.path}: 100 / (1 + {item.value:g})"
        return computed("minority_share", 100 / (1 + item.value), "%", method)
    if not 0 < item.value < 100:
        return None
    if (of in _RARE and item.value <= 50) or (not of and bare and item.value < 50):
        return as_figure(item, "minority_share", field.path)
    if two and of in (*_RARE, *_COMMON) and item.value > 50:
        return computed("minority_share", 100 - item.value, "%", f"{field.path}: 100 % - {item.value:g} %")
    return None


def _first(fields: Iterable[Field], kind: str) -> tuple[Quantity, Field] | None:
    for field in fields:
        if field.text:
            for item in field.reading.quantities:
                if item.kind == kind and item.value > 0:
                    return item, field
    return None


def _resolution(fields: Fields) -> Figure | None:
    found = _first((fields.size, fields.quality, fields.specific, fields.latency), "resolution")
    return as_figure(found[0], "resolution", found[1].path) if found else None


def _sequence_length(fields: Fields, samples: Figure | None) -> Figure | None:
    found = _first((fields.size, fields.quality, fields.specific, fields.latency), "sequence_length")
    if found:
        return as_figure(found[0], "sequence_length", found[1].path)
    for item in _counts(fields.size):
        if item.unit in _STEPS and item.conditions.get("per") in _ONE_SAMPLE:
            return _figure(item, "sequence_length", fields.size.path)
    if samples is not None and samples.unit not in ("characters", "words"):
        for item in _counts(fields.size):
            if item.unit in ("characters", "words") and item.value <= _MOST_TEXT_LENGTH:
                return _figure(item, "sequence_length", fields.size.path)
    for field in (fields.size, fields.specific, fields.quality):
        for item in _token_counts(field):
            if item.conditions.get("per") or not _is_corpus(item, field, fields, samples):
                return _figure(item, "sequence_length", field.path)
    return None


def _token_counts(field: Field) -> list[Quantity]:
    return [item for item in _counts(field) if item.unit == "tokens"]


def _is_corpus(item: Quantity, field: Field, fields: Fields, samples: Figure | None) -> bool:
    """Whether a count of tokens is a whole corpus rather than one text's length."""
    if field is fields.size:
        return samples is None or item.value >= samples.value
    return item.value > _MOST_WORDS_TOKENS


def _tokens(fields: Fields, samples: Figure | None) -> Figure | None:
    for field in (fields.size, fields.specific, fields.quality):
        for item in _token_counts(field):
            if "per" not in item.conditions and _is_corpus(item, field, fields, samples):
                return _figure(item, "tokens", field.path)
    return None


def _hours(fields: Fields, domain: Domain) -> Figure | None:
    for field in (fields.size, fields.quality, fields.specific):
        for item in _counts(field):
            if item.unit == "hours" and "per" not in item.conditions and not _is_one_length(item, field, domain):
                return _figure(item, "hours", field.path)
    return None


def _is_one_length(item: Quantity, field: Field, domain: Domain) -> bool:
    """ "10k clips, 10 s each": seconds beside a count of samples are the length of one."""
    short = item.value < 1 and not item.words.rstrip().lower().endswith(("h", "hour", "hours", "小时"))
    return short and (domain not in _RECORDED or len(_counts(field)) > 1)


def _groups(fields: Fields) -> tuple[Figure | None, str]:
    """(how many, word) of whom or what must not straddle a split."""
    units = vocabulary("facts")["groups"]["units"]
    for field in (fields.size, fields.distribution):
        for item in _counts(field):
            if item.unit in units and "per" not in item.conditions and item.value > 1:
                return _figure(item, "groups", field.path), item.unit.removesuffix("s")
    for word, terms in vocabulary("facts")["groups"]["words"].items():
        if any(
            said(field.folded, terms) for field in (fields.distribution, fields.size, fields.quality, fields.specific)
        ):
            return None, word
    return None, ""
