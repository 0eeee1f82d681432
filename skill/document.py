"""Reads the skill document (`skill/deep-learning-expert/SKILL.md`) into typed objects.

The document is bilingual by convention: an item is a list line that opens with its bold name and holds the English
sentence; the indented line below it holds the Chinese one. Only what the document says is here; nothing is invented.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from deep_learning_expert.prompts.phrases import Language

SKILL_FOLDER = Path(__file__).resolve().parent / "deep-learning-expert"

_HEADING = re.compile(r"^(#{1,3}) (.+)$")
_ITEM = re.compile(r"^- \*\*(\w+)\*\* (.+)$")
_STEP_TITLE = re.compile(r"^(\d) (.+) · (.+)$")


class SkillDocumentError(ValueError):
    """The skill document breaks its own conventions: always a mistake in our repository."""


@dataclass(frozen=True)
class Bilingual:
    """One statement in both languages."""

    en: str
    zh: str

    def text(self, lang: Language) -> str:
        """The statement in `lang`."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Rule:
    """A use rule (U1–U8) or a don't-use rule (N1–N5)."""

    id: str
    text: Bilingual


@dataclass(frozen=True)
class Step:
    """One of the seven steps: what it does and the feedback loop that can send it back."""

    number: int
    title: Bilingual
    does: Bilingual
    loop: Bilingual


@dataclass(frozen=True)
class FailureCase:
    """A known way to fail (F1–F5) and its handling."""

    id: str
    text: Bilingual


@dataclass(frozen=True)
class SkillDocument:
    """The whole skill document, typed.

    keywords: per language, from the frontmatter's metadata; words that hint at the skill, not a classifier.
    digest: first 12 hexadecimal digits of the SHA-256 of the file, to say which text a report followed.
    """

    name: str
    description: str
    version: str
    keywords: Mapping[Language, tuple[str, ...]]
    use_rules: tuple[Rule, ...]
    dont_use_rules: tuple[Rule, ...]
    steps: tuple[Step, ...]
    failure_cases: tuple[FailureCase, ...]
    digest: str
    body: str

    def rule(self, rule_id: str) -> Rule | None:
        """The rule with this id, or None ("none" and unknown ids)."""
        return next((rule for rule in (*self.use_rules, *self.dont_use_rules) if rule.id == rule_id), None)


@cache
def skill_document() -> SkillDocument:
    """The document shipped with this package; errors: SkillDocumentError."""
    return parse_document((SKILL_FOLDER / "SKILL.md").read_text(encoding="utf-8"))


def reference(name: str) -> str:
    """Text of references/<name>.md, read on demand; errors: SkillDocumentError when there is none."""
    path = SKILL_FOLDER / "references" / f"{name}.md"
    if not re.fullmatch(r"[a-z]+", name) or not path.is_file():
        raise SkillDocumentError(f"no reference {name!r}")
    return path.read_text(encoding="utf-8")


def parse_document(text: str) -> SkillDocument:
    """A skill document from its text; errors: SkillDocumentError naming what is missing."""
    header, body = _split_frontmatter(text)
    sections = _sections(body)
    return SkillDocument(
        name=header["name"],
        description=header["description"],
        version=header.get("metadata.version", ""),
        keywords={"en": _words(header, "metadata.keywords-en"), "zh": _words(header, "metadata.keywords-zh")},
        use_rules=tuple(Rule(key, text) for key, text in _items(sections, "When to use")),
        dont_use_rules=tuple(Rule(key, text) for key, text in _items(sections, "When not to use")),
        steps=tuple(_steps(sections)),
        failure_cases=tuple(FailureCase(key, text) for key, text in _items(sections, "Failure handling")),
        digest=hashlib.sha256(text.encode()).hexdigest()[:12],
        body=body,
    )


def _split_frontmatter(text: str) -> tuple[dict[str, str], str]:
    """The frontmatter as flat "key" or "parent.key" -> value, and the rest.

    The document uses only plain and double-quoted scalars and one level of nesting, so no YAML library is needed.
    """
    parts = text.split("---\n", 2)
    if len(parts) != 3 or parts[0]:
        raise SkillDocumentError("the document must start with frontmatter between two '---' lines")
    header: dict[str, str] = {}
    parent = ""
    for line in parts[1].splitlines():
        key, _, value = line.strip().partition(":")
        value = value.strip().strip('"')
        if not line.startswith(" "):
            parent = key
            header[key] = value
        else:
            header[f"{parent}.{key}"] = value
    for key in ("name", "description"):
        if not header.get(key):
            raise SkillDocumentError(f"the frontmatter has no {key!r}")
    return header, parts[2]


def _words(header: Mapping[str, str], key: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in header.get(key, "").split(",") if word.strip())


def _sections(body: str) -> dict[str, list[str]]:
    """Lines under each heading; second-level headings are keyed by their English half."""
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in body.splitlines():
        heading = _HEADING.match(line)
        if heading is None:
            lines.append(line)
            continue
        title = heading[2] if heading[1] == "###" else heading[2].partition(" · ")[0]
        lines = sections.setdefault(title, [])
    return sections


def _items(sections: Mapping[str, list[str]], title: str) -> list[tuple[str, Bilingual]]:
    if title not in sections:
        raise SkillDocumentError(f"no section {title!r}")
    return list(_bilingual_items(sections[title]))


def _bilingual_items(lines: list[str]) -> Iterator[tuple[str, Bilingual]]:
    for index, line in enumerate(lines):
        item = _ITEM.match(line)
        if item is None:
            continue
        chinese = lines[index + 1] if index + 1 < len(lines) else ""
        if not chinese.startswith("  "):
            raise SkillDocumentError(f"item {item[1]} has no Chinese line below it")
        yield item[1], Bilingual(item[2], chinese.strip())


def _steps(sections: Mapping[str, list[str]]) -> Iterator[Step]:
    for title, lines in sections.items():
        heading = _STEP_TITLE.match(title)
        if heading is None:
            continue
        items = dict(_bilingual_items(lines))
        if items.keys() != {"Do", "Loop"}:
            raise SkillDocumentError(f"step {title!r} needs exactly the items Do and Loop")
        yield Step(int(heading[1]), Bilingual(heading[2], heading[3]), items["Do"], items["Loop"])
