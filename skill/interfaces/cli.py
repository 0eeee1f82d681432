"""`dl-expert`: the command line.

Exit codes: 0 done, 1 internal, 2 bad input, 3 needs input, 4 out of scope, 5 renegotiate.

Heavy modules are imported inside the commands, so that `--help` stays quick.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from deep_learning_expert.skill.interfaces.advised import ModelOption, OfflineOption, advice_of, waiting
from deep_learning_expert.skill.interfaces.session_command import StoreOption, open_store, session_app
from deep_learning_expert.skill.interfaces.usage import usage_sentence
from deep_learning_expert.tools.errors import (
    ContractError,
    ExpertError,
    FileError,
    InputError,
    InternalError,
    SettingError,
    Words,
    os_problem,
)

if TYPE_CHECKING:
    from deep_learning_expert.prompts.phrases import Language
    from deep_learning_expert.skill.contract.report import Report

app = typer.Typer(
    help="An expert for training neural networks: from a task to a checked plan in which every number has a source.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(session_app, name="session")

_EXIT = {"planned": 0, "stopped": 0, "needs_input": 3, "out_of_scope": 4, "renegotiate": 5}
_LANGUAGES = ("auto", "en", "zh")

LangOption = Annotated[str, typer.Option("--lang", help="Language of the answer: auto, zh or en.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print machine-readable JSON.")]


@app.command()
def plan(
    task: Annotated[str | None, typer.Argument(help="A task as JSON file, or - for standard input.")] = None,
    as_json: JsonOption = False,
    lang: LangOption = "auto",
    assume: Annotated[bool, typer.Option("--assume", help="Go on with stated assumptions for missing facts.")] = False,
    offline: OfflineOption = False,
    model: ModelOption = None,
    log: Annotated[
        list[Path] | None,
        typer.Option("--log", help="A training log of an earlier round; repeat for several, oldest first."),
    ] = None,
    batch: Annotated[Path | None, typer.Option("--batch", help="JSON lines, one task each; needs --out.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the reports of --batch.")] = None,
    session: Annotated[
        str | None, typer.Option("--session", help="Keep the session under this name, to go on with it later.")
    ] = None,
    store: StoreOption = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Also write the report as one HTML page for a browser.")
    ] = None,
) -> None:
    """Make a plan for a task; with --log, revise it by what real training logs show."""
    from deep_learning_expert.skill.contract.reading import load_task, parse_task
    from deep_learning_expert.skill.expert import Expert

    if lang not in _LANGUAGES:
        raise SettingError("setting.unknown_language", value=lang)
    advice = advice_of(model, offline)
    expert = Expert.advised(advice)
    if batch is not None and html is not None:
        raise SettingError("setting.html_one_task")
    if batch is not None and out is not None and task is None:
        from deep_learning_expert.skill.interfaces.batch_command import as_line, plan_batch

        for answer in plan_batch(batch, out, language=lang, assume=assume, expert=expert):  # type: ignore[arg-type]  # checked above
            typer.echo(as_line(answer))
        return
    if task is None or batch is not None or out is not None:
        raise SettingError("setting.task_or_batch")
    if html is not None and html.is_dir():
        raise FileError("file.is_directory", path=html)
    typed = parse_task(sys.stdin.buffer.read(), source=Words("source.stdin")) if task == "-" else load_task(Path(task))
    conversation = expert.start(typed, language=lang, assume=assume)  # type: ignore[arg-type]  # checked above
    with ExitStack() as stack:
        if session is not None:
            from deep_learning_expert.skill.sessions.recorded import record

            conversation = record(stack.enter_context(open_store(store)), session, conversation)
        with waiting(advice):
            report = conversation.report()
            for path in log or ():
                report = conversation.observe(path)
    if html is not None:
        from deep_learning_expert.skill.interfaces.report_page import write_page

        write_page(report, html)
    _show(report, as_json)
    raise typer.Exit(_EXIT[report.status])


def _show(report: Report, as_json: bool) -> None:
    if as_json:
        typer.echo(report.model_dump_json(indent=2, exclude_none=False))
        return
    from deep_learning_expert.skill.interfaces.report_view import print_report

    print_report(report)


@app.command()
def trigger(
    text: Annotated[str | None, typer.Argument(help="The message to judge.")] = None,
    batch: Annotated[Path | None, typer.Option("--batch", help="JSON lines of {id, text}.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Should the expert answer this message, by which rule, and which words say so?"""
    from deep_learning_expert.skill.interfaces.trigger_command import judge_batch, judge_message

    if (text is None) == (batch is None):
        raise SettingError("setting.text_or_batch")
    if batch is not None:
        for line in judge_batch(batch):
            typer.echo(json.dumps(line, ensure_ascii=False))
        return
    typer.echo(judge_message(text or "", as_json))


@app.command()
def chat(
    lang: LangOption = "auto",
    offline: OfflineOption = False,
    model: ModelOption = None,
    session: Annotated[
        str | None, typer.Option("--session", help="Keep the talk under this name; the same name goes on with it.")
    ] = None,
    store: StoreOption = None,
) -> None:
    """Talk: free text in, questions, a plan, and follow-ups that show what they change. Works piped, offline."""
    from deep_learning_expert.skill.interfaces.chat import run_chat
    from deep_learning_expert.skill.interfaces.chat_input import pasting, read_line

    if lang not in _LANGUAGES:
        raise SettingError("setting.unknown_language", value=lang)
    language: Language | None = "zh" if lang == "zh" else "en" if lang == "en" else None
    advice = advice_of(model, offline)
    with ExitStack() as stack:
        kept = None
        if session is not None:
            from deep_learning_expert.skill.interfaces.chat_session import ChatSession

            kept = ChatSession(stack.enter_context(open_store(store)), session)
        run_chat(read_line, typer.echo, language=language, advice=advice, kept=kept, more_at_once=pasting)


@app.command()
def diagnose(
    paths: Annotated[list[Path], typer.Argument(help="Training logs; later ones are later rounds.", readable=False)],
    as_json: JsonOption = False,
    lang: LangOption = "en",
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Write the curves with the findings marked (SVG).")
    ] = None,
) -> None:
    """Judge training logs: what went wrong and when, or that nothing did, or that the log cannot tell."""
    from deep_learning_expert.skill.interfaces.diagnose_command import verdict_as_json, verdict_as_text, write_plot
    from deep_learning_expert.tools.diagnosis.diagnose import diagnose_paths

    verdict = diagnose_paths(paths)
    if plot is not None:
        write_plot(verdict, plot, "zh" if lang == "zh" else "en")
    language: Language = "zh" if lang == "zh" else "en"
    typer.echo(
        json.dumps(verdict_as_json(verdict), ensure_ascii=False, indent=2)
        if as_json
        else verdict_as_text(verdict, language)
    )


@app.command()
def project(
    report: Annotated[
        Path, typer.Argument(help="A report as `dl-expert plan --json` prints it.", readable=False)
    ],  # _content says what cannot be read, and why
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.", readable=False)],
    backend: Annotated[
        str | None, typer.Option(help="Library to write for, instead of the one that suits best.")
    ] = None,
) -> None:
    """Write the training project of a plan: train, evaluate, export, with a smoke run that proves it learns."""
    from deep_learning_expert.skill.contract.reading import decode_json
    from deep_learning_expert.tools.recipe.project.write import write_project

    content = _content(report)
    if not content.strip():
        raise InputError("project.empty_report", path=report)
    data = decode_json(content, source=str(report))
    try:
        written = write_project(data if isinstance(data, dict) else {}, folder, backend)
    except ExpertError as error:
        # A reader of Chinese who plans in Chinese reads what is wrong with the plan in Chinese too.
        planned_in = data.get("language") if isinstance(data, dict) else None
        language: Language = "zh" if planned_in == "zh" else _error_language()
        typer.echo(error.sentence(language), err=True)
        raise typer.Exit(2) from error
    for path in written:
        typer.echo(str(path))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileError("file.unreadable", path=path, problem=os_problem(error)) from error


@app.command()
def tool(
    name: Annotated[str | None, typer.Argument(help="A tool's name.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="List all tools with their arguments.")] = False,
    args: Annotated[str, typer.Option("--args", help="Arguments as JSON, or @FILE.")] = "{}",
    batch: Annotated[Path | None, typer.Option("--batch", help="JSON lines of {id, ...arguments}.")] = None,
) -> None:
    """Call one deterministic tool."""
    from deep_learning_expert.tools import toolbox

    if listed or name is None:
        typer.echo(json.dumps(toolbox.describe(), ensure_ascii=False, indent=2))
        return
    if batch is not None:
        for line in toolbox.call_batch(name, batch):
            typer.echo(json.dumps(line, ensure_ascii=False))
        return
    typer.echo(json.dumps(toolbox.call_text(name, args), ensure_ascii=False, indent=2))


@app.command("eval")
def evaluate(
    suite: Annotated[str | None, typer.Argument(help="A shipped suite, a folder or a YAML file; else all.")] = None,
    only: Annotated[str | None, typer.Option("--only", help="One conversation's id, or a pattern of ids.")] = None,
    jsonl: Annotated[Path | None, typer.Option("--jsonl", help="Write one JSON line per conversation.")] = None,
    junit: Annotated[Path | None, typer.Option("--junit", help="Write JUnit XML.")] = None,
    lang: LangOption = "auto",
) -> None:
    """Play the scripted conversations against this installation, offline, and print how they went."""
    from deep_learning_expert.skill.interfaces.eval_command import run_evals

    if lang not in _LANGUAGES:
        raise SettingError("setting.unknown_language", value=lang)
    if not run_evals(suite, only=only, lines=jsonl, junit_xml=junit, language=_error_language()):
        raise typer.Exit(1)


def main() -> NoReturn:
    """Runs the command line; a person sees one sentence instead of a traceback."""
    sys.exit(_guarded(app))


def _guarded(run: Callable[..., object]) -> int:
    """The exit code; every failure becomes one sentence on standard error."""
    try:
        code = run(standalone_mode=False)
        return code if isinstance(code, int) else 0
    except ContractError as error:
        typer.echo(error.sentence(_error_language()), err=True)
        return 1
    except ExpertError as error:
        typer.echo(error.sentence(_error_language()), err=True)
        return 2
    except BrokenPipeError:
        return 0
    except Exception as error:
        return _told(error)


def _error_language() -> Language:
    """The language asked for with --lang, else that of the terminal's locale."""
    words = sys.argv[1:]
    asked = [after for word, after in pairwise(words) if word == "--lang"]
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    if asked and asked[-1] in ("en", "zh"):
        return "zh" if asked[-1] == "zh" else "en"
    return "zh" if locale.startswith("zh") else "en"


def _told(error: Exception) -> int:
    """Usage errors of the command-line library say their sentence; anything else is a defect of ours."""
    if os.environ.get("DL_EXPERT_DEBUG"):
        raise error
    if isinstance(error, typer.Exit):
        return error.exit_code
    if isinstance(error, typer.Abort):
        return 130
    usage = usage_sentence(error, _error_language())
    if usage is not None:
        typer.echo(usage, err=True)
        return 2
    defect = InternalError("internal.unexpected", problem=f"{type(error).__name__}: {error}")
    typer.echo(defect.sentence(_error_language()), err=True)
    return 1
