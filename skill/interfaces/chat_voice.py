"""How the chat speaks: its own phrases, what it understood, questions, whole reports and what changed in them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from io import StringIO

from deep_learning_expert.prompts.phrases import LANGUAGES, Language, template
from deep_learning_expert.skill.contract.report import Question, Report
from deep_learning_expert.skill.intake.draft import TaskDraft
from deep_learning_expert.skill.interfaces.chat_changes import difference
from deep_learning_expert.skill.interfaces.report_view import view
from deep_learning_expert.tools.wording import Remark

Write = Callable[[str], None]
_WIDTH = 100
_LISTS = ("challenges", "existingSetup.trainingIssues")  # of these only what is new is repeated


def _told(draft: TaskDraft, path: str) -> str:
    """The words of a field; of a list, those of the last message that spoke of it."""
    facts = [fact for fact in draft.facts if fact.path == path]
    if path not in _LISTS or not facts:
        return draft.text(path) or ""
    last = max(fact.turn for fact in facts)
    return "; ".join(dict.fromkeys(fact.text for fact in facts if fact.turn == last))


class Voice:
    """Writes whole lines in one language; a muted voice writes nothing."""

    def __init__(self, write: Write, language: Language | None) -> None:
        self._write = write
        self.language: Language = language or "en"
        self.fixed = language is not None
        self.muted = False

    def write(self, text: str) -> None:
        """Lines as they are."""
        if not self.muted:
            self._write(text)

    def greet(self) -> None:
        """The first lines: both languages unless one is chosen."""
        for lang in (self.language,) if self.fixed else LANGUAGES:
            self.write(template(lang, "chat.hello"))

    def say(self, key: str, **fields: object) -> None:
        """A phrase of the room "chat"."""
        self.write(template(self.language, f"chat.{key}").format(**fields))

    def remark(self, remark: Remark) -> None:
        """A remark, without its figures' sources."""
        self.write(remark.render(self.language).text)

    def understood(self, draft: TaskDraft, paths: Iterable[str]) -> None:
        """What was understood of the message, in its own words."""
        lines = [self._item(path, _told(draft, path)) for path in paths if path not in ("task.type", "task.domain")]
        if lines:
            self.say("understood")
            self.write("\n".join(lines))

    def _item(self, path: str, words: str) -> str:
        return "  " + template(self.language, "chat.item").format(field=self.field(path), words=words)

    def field(self, path: str) -> str:
        """What a field of the task is called."""
        return template(self.language, f"chat.field.{path.replace('.', '-')}")

    def question(self, question: Question) -> None:
        """A question with why it matters, an example and what may be chosen."""
        self.say("question", text=question.text)
        self.write(f"  {question.why}")
        self.write(f"  {template(self.language, 'view.example')} {question.example}")
        offered = (
            template(self.language, "chat.choice").format(number=number, text=text)
            for number, text in enumerate(question.choices, start=1)
        )
        self.write("  " + template(self.language, "chat.choices").format(choices="  ".join(offered)))

    def changes(self, report: Report, earlier: Report, verdicts: Container[str] = ()) -> None:
        """What differs from the plan shown before, what to mind and what is assumed."""
        if report.status != "planned":
            self.write(template(self.language, f"view.status.{report.status}"))
            if report.scope.reply:
                self.write(report.scope.reply)
        lines = difference(report, earlier, verdicts)
        if lines:
            self.write("\n".join(lines))
        if not report.changes:
            self.say("unchanged")

    def whole(self, report: Report) -> None:
        """A report in full."""
        from rich.console import Console

        page = StringIO()
        console = Console(file=page, width=_WIDTH, highlight=False, no_color=True)
        for part in view(report):
            console.print(part)
        self.write("\n".join(line.rstrip() for line in page.getvalue().splitlines()))
