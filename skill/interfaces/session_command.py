"""`dl-expert session`: conversations that outlive the process. Heavy modules are imported inside the commands."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from deep_learning_expert.skill.interfaces.advised import ModelOption, OfflineOption, advice_of, waiting
from deep_learning_expert.tools.errors import FileError, SettingError, os_problem

if TYPE_CHECKING:
    from deep_learning_expert.prompts.phrases import Language
    from deep_learning_expert.skill.contract.report import Report
    from deep_learning_expert.skill.sessions.store import EventStore, Record, SessionInfo

session_app = typer.Typer(
    help="Conversations kept in a store: look at them, go on with them, move them, delete them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

StoreOption = Annotated[
    str | None,
    typer.Option("--store", help="A file path or a PostgreSQL URL; else DL_EXPERT_STORE, else your state folder."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print machine-readable JSON.")]
LangOption = Annotated[str, typer.Option("--lang", help="Language of the listing: zh or en.")]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The session's name.")]

_EXIT = {"planned": 0, "stopped": 0, "needs_input": 3, "out_of_scope": 4, "renegotiate": 5}


def open_store(place: str | None) -> EventStore:
    """The store at a place; errors: SettingError, FileError, MissingExtraError, SessionError."""
    from deep_learning_expert.skill.sessions.store import EventStore

    return EventStore(place)


@session_app.command("list")
def list_sessions(store: StoreOption = None, as_json: JsonOption = False, lang: LangOption = "en") -> None:
    """All sessions, the last changed first."""
    language = _language(lang)
    with open_store(store) as opened:
        infos = opened.sessions()
    if as_json:
        _print_json([_info_json(info) for info in infos])
        return
    for info in infos:
        typer.echo(_line(info, language))
    if not infos:
        typer.echo(_say(language, "none"))


@session_app.command()
def show(name: NameArgument, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """What has happened in a session, without going on with it."""
    with open_store(store) as opened:
        info, records = opened.read(name)
    if as_json:
        events = [{"seq": item.seq, "at": item.at, "event": item.event.model_dump(mode="json")} for item in records]
        _print_json({**_info_json(info), "events": events})
        return
    language = _language_of(records)
    typer.echo(_say(language, "head", name=info.name, state=_say(language, f"state.{info.state}")))
    typer.echo(_say(language, "times", begun=_minute(info.created_at), changed=_minute(info.updated_at)))
    for item in records:
        typer.echo("  " + _event_line(item, language))


@session_app.command()
def resume(
    name: NameArgument,
    store: StoreOption = None,
    as_json: JsonOption = False,
    offline: OfflineOption = False,
    model: ModelOption = None,
) -> None:
    """Finish what was interrupted, if anything was, and print the present report."""
    from deep_learning_expert.skill.sessions.recorded import resume as taken_up

    advice = advice_of(model, offline)
    with open_store(store) as opened, waiting(advice):
        report = taken_up(opened, name, advice).report()
    _finish(report, as_json)


@session_app.command()
def answer(
    name: NameArgument,
    field: Annotated[str | None, typer.Argument(help='A field of the task, such as "data.size".')] = None,
    text: Annotated[str | None, typer.Argument(help="Its value.")] = None,
    assume: Annotated[bool, typer.Option("--assume", help="Let the expert assume what is still missing.")] = False,
    keep_target: Annotated[
        bool, typer.Option("--keep-target", help="In renegotiation: change nothing, and end the session.")
    ] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
    offline: OfflineOption = False,
    model: ModelOption = None,
) -> None:
    """Answer a question or change a fact; the plan is revised and the changes are shown."""
    from deep_learning_expert.skill.sessions.recorded import resume as taken_up

    if (field is None) != (text is None) or [field is not None, assume, keep_target].count(True) != 1:
        raise SettingError("session.answer_or_assume")
    advice = advice_of(model, offline)
    with open_store(store) as opened, waiting(advice):
        conversation = taken_up(opened, name, advice)
        conversation.report()
        if field is not None and text is not None:
            report = conversation.answer(field, text)
        else:
            report = conversation.assume() if assume else conversation.keep_target()
    _finish(report, as_json)


@session_app.command()
def observe(
    name: NameArgument,
    paths: Annotated[list[Path] | None, typer.Argument(help="Training logs of one round.")] = None,
    compression: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="BEFORE AFTER", help="The metric before and after compression, same split."),
    ] = None,
    test: Annotated[str | None, typer.Option(metavar="RESULT", help="The metric on the test set.")] = None,
    nothing_left: Annotated[
        bool, typer.Option("--nothing-left", help="With --test: nothing promising is left to try.")
    ] = False,
    production: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="TEST PRODUCTION", help="The metric on the test set and in production."),
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    offline: OfflineOption = False,
    model: ModelOption = None,
) -> None:
    """Bring back what really happened - logs, or a metric such as 91.2% or 0.912; the plan is revised by it."""
    from deep_learning_expert.skill.sessions.recorded import resume as taken_up

    if [bool(paths), compression is not None, test is not None, production is not None].count(True) != 1:
        raise SettingError("session.one_evidence")
    advice = advice_of(model, offline)
    with open_store(store) as opened, waiting(advice):
        conversation = taken_up(opened, name, advice)
        conversation.report()
        if compression is not None:
            report = conversation.observe_compression(*compression)
        elif production is not None:
            report = conversation.observe_production(*production)
        elif test is not None:
            report = conversation.observe_test(test, room_left=not nothing_left)
        else:
            report = conversation.observe(*paths or ())
    _finish(report, as_json)


@session_app.command()
def card(
    name: NameArgument,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The Markdown file to write.")],
    contact: Annotated[str, typer.Option(help="Who answers for the model.")] = "",
    version: Annotated[
        list[str] | None,
        typer.Option(metavar="WHAT=VERSION", help='Such as "data set=2026-10 export"; repeat for several.'),
    ] = None,
    store: StoreOption = None,
) -> None:
    """Write the model card: use, training, measured results, limits, ethics, and the source of every number."""
    from deep_learning_expert.skill.sessions.recorded import resume as taken_up

    pairs = [(what.strip(), value.strip()) for what, _, value in (item.partition("=") for item in version or ())]
    if not all(what and value for what, value in pairs):
        raise SettingError("session.bad_version")
    with open_store(store) as opened:
        text = taken_up(opened, name).model_card(contact=contact, versions=dict(pairs))
    _write(out, text)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise FileError("session.no_write", path=path, problem=os_problem(problem)) from problem


@session_app.command("export")
def export_session(
    name: NameArgument,
    out: Annotated[Path | None, typer.Option("--out", help="The file to write; else standard output.")] = None,
    store: StoreOption = None,
) -> None:
    """Write a session as JSON lines."""
    from deep_learning_expert.skill.sessions.transfer import export_lines

    with open_store(store) as opened:
        text = "".join(f"{line}\n" for line in export_lines(opened, name))
    if out is None:
        typer.echo(text, nl=False)
        return
    _write(out, text)


@session_app.command("import")
def import_session(
    path: Annotated[str, typer.Argument(metavar="FILE", help="An exported session, or - for standard input.")],
    name: Annotated[str | None, typer.Option("--name", help="Keep it under another name.")] = None,
    store: StoreOption = None,
) -> None:
    """Take an exported session in."""
    from deep_learning_expert.skill.sessions.transfer import import_lines

    lines = _lines(path)
    with open_store(store) as opened:
        info = import_lines(opened, lines, name)
    typer.echo(_say("en", "imported", name=info.name, events=info.length))


@session_app.command()
def delete(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="The session's name.")] = None,
    older_than: Annotated[
        float | None, typer.Option("--older-than", help="Delete every session unchanged for so many days.")
    ] = None,
    store: StoreOption = None,
) -> None:
    """Delete a session, or all old ones, for good."""
    if (name is None) == (older_than is None):
        raise SettingError("session.name_or_age")
    if older_than is not None and not 0 <= older_than < _MOST_DAYS:
        raise SettingError("session.bad_age", value=older_than)
    with open_store(store) as opened:
        if name is not None:
            opened.delete(name)
        gone = [name] if name is not None else opened.delete_older_than(older_than or 0.0)
    for item in gone:
        typer.echo(_say("en", "deleted", name=item))
    if not gone:
        typer.echo(_say("en", "none_that_old"))


_MOST_DAYS = 100_000.0


def _finish(report: Report, as_json: bool) -> NoReturn:
    if as_json:
        typer.echo(report.model_dump_json(indent=2, exclude_none=False))
    else:
        from deep_learning_expert.skill.interfaces.report_view import print_report

        print_report(report)
    raise typer.Exit(_EXIT[report.status])


def _lines(path: str) -> list[str]:
    try:
        raw = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return raw.decode("utf-8-sig").split("\n")
    except OSError as problem:
        raise FileError("session.no_read", path=path, problem=os_problem(problem)) from problem
    except UnicodeDecodeError as problem:
        raise FileError("session.no_read", path=path, problem="UTF-8") from problem


def _say(language: Language, key: str, **fields: object) -> str:
    from deep_learning_expert.prompts.phrases import template

    return template(language, f"sessions.{key}").format(**fields)


def _language(lang: str) -> Language:
    if lang not in ("en", "zh"):
        raise SettingError("setting.unknown_language", value=lang)
    return "zh" if lang == "zh" else "en"


def _language_of(records: list[Record]) -> Language:
    """The language the session is held in."""
    from deep_learning_expert.skill.workflow.events import Heard, Started

    held = [item.event.language for item in records if isinstance(item.event, Started | Heard)]
    return held[-1] if held else "en"


def _line(info: SessionInfo, language: Language) -> str:
    state = _say(language, f"state.{info.state}")
    changed = _minute(info.updated_at)
    return _say(language, "line", name=info.name, state=state, events=info.length, changed=changed)


def _event_line(item: Record, language: Language) -> str:
    event = item.event
    details = (getattr(event, name, None) for name in ("step", "target", "field", "source"))
    detail = str(next((found for found in details if found), ""))
    text = _say(language, f"kind.{event.kind}", detail=detail)
    return _say(language, "event", seq=item.seq, at=_minute(item.at), event=text)


def _minute(stamp: str) -> str:
    return stamp[:16].replace("T", " ") + " UTC"


def _info_json(info: SessionInfo) -> dict[str, object]:
    return {
        "name": info.name,
        "state": info.state,
        "events": info.length,
        "createdAt": info.created_at,
        "updatedAt": info.updated_at,
    }


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
