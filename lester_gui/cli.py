"""The use cases of the window, from the shell: readable by default, one JSON document with ``--json``.

Exit codes: 0 done; 1 user error; 2 usage; 3 a check says no; 4 refused; 70 bug; 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lester_gui import __version__, cli_text
from lester_gui.errors import CheckFailed, UserError
from lester_gui.progress import Cancelled, Context, Progress

Document = dict[str, Any]
EXIT_CHECK, EXIT_BUG, EXIT_INTERRUPTED = CheckFailed.exit_code, 70, 130


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its arguments, what it does, how it reads, and whether its answer is a no."""

    name: str
    text: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Context], Document]
    summary: Callable[[Document], str]
    says_no: Callable[[Document], bool] = lambda document: False


def _open(args: argparse.Namespace) -> Any:
    from lester_gui.session import Session  # late: usage errors and --help need no data libraries

    return Session.open(Path(args.project), user=getattr(args, "by", None))


Use = Callable[[Any, argparse.Namespace, Context], Document]
"""What a command does with an open project."""


def _in_project(use: Use) -> Callable[[argparse.Namespace, Context], Document]:
    def run(args: argparse.Namespace, ctx: Context) -> Document:
        with _open(args) as session:
            return use(session, args, ctx)

    return run


def _project(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("project", metavar="PROJECT", help="the project folder")


def _pipeline(parser: argparse.ArgumentParser) -> None:
    _project(parser)
    parser.add_argument("pipeline", metavar="PIPELINE", help="the pipeline's name, as `lester scan` shows it")


def _case(parser: argparse.ArgumentParser) -> None:
    _project(parser)
    parser.add_argument("case", metavar="CASE", help="the case, for example LR-0001")


def _scan_arguments(parser: argparse.ArgumentParser) -> None:
    _project(parser)
    parser.add_argument("--write", action="store_true", help="accept the proposed lester.toml")


def _rewrite_arguments(parser: argparse.ArgumentParser) -> None:
    _pipeline(parser)
    parser.add_argument(
        "--with",
        dest="with_",
        choices=("auto", "rules", "ollama"),
        default="auto",
        help="who rewrites (default: rules, then the model)",
    )
    parser.add_argument("--model", metavar="M", help="the Ollama model to ask")


def _trace_arguments(parser: argparse.ArgumentParser) -> None:
    _project(parser)
    parser.add_argument("subject", metavar="SUBJECT", help="VALUE, SOURCE.COLUMN=VALUE, or - to read it from standard input")
    parser.add_argument("--influence", action="store_true", help="also compute what leaving this person out changes")
    parser.add_argument("--counterfactual", action="store_true", help="run the original scripts with and without the person")


def _request_arguments(parser: argparse.ArgumentParser) -> None:
    _project(parser)
    parser.add_argument("--right", required=True, choices=("access", "rectification", "erasure", "restriction", "objection"))
    parser.add_argument("--subject", required=True, metavar="SUBJECT", help="VALUE, SOURCE.COLUMN=VALUE, or - for standard input")
    parser.add_argument(
        "--set", action="append", default=[], metavar="SOURCE.COLUMN=VALUE[@ROW_ID]", help="a corrected value (rectification)"
    )
    parser.add_argument("--by", required=True, metavar="USER", help="who files the request")
    parser.add_argument("--received", metavar="DATE", help="when it arrived (default: today)")
    parser.add_argument("--reason", default="", help="why, without personal values")


def _approve_arguments(parser: argparse.ArgumentParser) -> None:
    _case(parser)
    parser.add_argument("--by", required=True, metavar="USER", help="who approves; never the requester")
    parser.add_argument("--reason", default="", help="why")


def _plan_arguments(parser: argparse.ArgumentParser) -> None:
    _case(parser)
    parser.add_argument(
        "--keep-sources", action="store_true", help="erase Lester's copy only: the source files stay, the erasure is incomplete"
    )


def _rows_arguments(parser: argparse.ArgumentParser) -> None:
    _case(parser)
    parser.add_argument("--source", default="", metavar="SOURCE", help="only this source (default: every source it touches)")
    parser.add_argument("--page", type=_page, default=1, metavar="N", help="which page, from 1 (default: the first one)")


def _page(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("pages are counted from 1")
    return int(text)


def _answer_arguments(parser: argparse.ArgumentParser) -> None:
    _case(parser)
    parser.add_argument("decision", choices=("granted", "refused"))
    parser.add_argument("--by", required=True, metavar="USER", help="who decides")
    parser.add_argument("--reason", required=True, help="why, without personal values")


def _extend_arguments(parser: argparse.ArgumentParser) -> None:
    _case(parser)
    parser.add_argument("--by", required=True, metavar="USER", help="who extends")
    parser.add_argument("--reason", required=True, help="why, without personal values; the person is told")


def _apply_arguments(parser: argparse.ArgumentParser) -> None:
    _case(parser)
    parser.add_argument(
        "--no-purge", dest="purge", action="store_false", help="leave old versions and source lines for `lester purge`"
    )


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    _pipeline(parser)
    parser.add_argument("name", metavar="NAME", help="a view, X_train, y_train, the same of test or validation, or model")
    parser.add_argument("--out", required=True, metavar="FILE")


def _score_arguments(parser: argparse.ArgumentParser) -> None:
    _pipeline(parser)
    parser.add_argument(
        "--in", dest="in_", required=True, metavar="FILE", help="new rows: a folder with the sources' files, or one file"
    )
    parser.add_argument("--out", required=True, metavar="FILE")


def _certificate_arguments(parser: argparse.ArgumentParser) -> None:
    _case(parser)
    parser.add_argument("--out", required=True, metavar="FILE")


def _check_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a certificate")
    parser.add_argument("--trust", metavar="KEY", help="the signer's public key, or a file with trusted keys")


def _demo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", metavar="DIR", help="where to leave certificate and pictures (default: a new folder)")


def _subject(value: str) -> str:
    return sys.stdin.readline().rstrip("\r\n") if value == "-" else value


def _show(session: Any, args: argparse.Namespace, ctx: Context) -> Document:
    shown: Document = session.show(args.pipeline)
    return shown["plan"] if args.json else shown


def _trace(session: Any, args: argparse.Namespace, ctx: Context) -> Document:
    subject = _subject(args.subject)
    found: Document = session.trace(subject, influence=args.influence, counterfactual=args.counterfactual, ctx=ctx)
    return found


def _request(session: Any, args: argparse.Namespace, ctx: Context) -> Document:
    given = {"set": args.set, "by": args.by, "received": args.received, "reason": args.reason}
    filed: Document = session.request(args.right, _subject(args.subject), **given)
    return filed


def _rows(session: Any, args: argparse.Namespace, ctx: Context) -> Document:
    first: Document = session.affected_rows(args.case, args.source)
    names = [args.source] if args.source else [s["source"] for s in first["sources"]]
    start = (args.page - 1) * first["page"]
    pages = [session.affected_rows(args.case, name, start) for name in names]
    return {key: first[key] for key in ("case", "right", "subject", "sources")} | {"page": args.page, "pages": pages}


def _to_new_file(use: Use) -> Callable[[argparse.Namespace, Context], Document]:
    """As `_in_project`, for evidence: what was handed out before is not written over."""

    def run(args: argparse.Namespace, ctx: Context) -> Document:
        if Path(args.out).exists():
            raise UserError(f"There is a file {args.out} already", hint="Give another name, or remove it first.")
        return _in_project(use)(args, ctx)

    return run


def _check_certificate(args: argparse.Namespace, ctx: Context) -> Document:
    from lester_gui.session import Session

    return Session.check_certificate(Path(args.file), args.trust)


def _demo(args: argparse.Namespace, ctx: Context) -> Document:
    from lester_gui import demo

    return demo.run(Path(args.out) if args.out else None, ctx)


COMMANDS: tuple[Command, ...] = (
    Command("scan", "find pipelines, sources and subject keys", _scan_arguments,
            _in_project(lambda s, a, ctx: s.scan(write=a.write, ctx=ctx)), cli_text.scan),
    Command("rewrite", "rewrite a pipeline into a plan and verify it", _rewrite_arguments,
            _in_project(lambda s, a, ctx: s.rewrite(a.pipeline, with_=a.with_, model=a.model, ctx=ctx)), cli_text.rewrite,
            lambda d: d["status"] != "verified"),
    Command("show", "print the plan as declarative Python", _pipeline,
            _in_project(_show), lambda d: str(d["text"]).rstrip()),
    Command("run", "run a pipeline's plan and train its model", _pipeline,
            _in_project(lambda s, a, ctx: s.run(a.pipeline, ctx=ctx)), cli_text.run),
    Command("trace", "show where one person's data went", _trace_arguments,
            _in_project(_trace), cli_text.trace),
    Command("request", "file a data-subject request", _request_arguments,
            _in_project(_request), cli_text.request),
    Command("plan", "say what a case will do; writes nothing", _plan_arguments,
            _in_project(lambda s, a, ctx: s.plan(a.case, keep_sources=a.keep_sources, ctx=ctx)), cli_text.plan),
    Command("rows", "show the rows that a case touches, masked; writes nothing", _rows_arguments,
            _in_project(_rows), cli_text.rows),
    Command("access", "write everything held about the person of an access case (.zip)", _certificate_arguments,
            _to_new_file(lambda s, a, ctx: s.access_package(a.case, Path(a.out), ctx=ctx)), cli_text.access),
    Command("answer", "close a case with a decision that changes no data", _answer_arguments,
            _in_project(lambda s, a, ctx: s.answer(a.case, a.decision, a.reason, by=a.by)), cli_text.answer),
    Command("extend", "extend a case's deadline by two months, once", _extend_arguments,
            _in_project(lambda s, a, ctx: s.extend(a.case, a.reason, by=a.by)), cli_text.extend),
    Command("approve", "approve a plan, as somebody other than the requester", _approve_arguments,
            _in_project(lambda s, a, ctx: s.approve(a.case, by=a.by, reason=a.reason)), cli_text.approve),
    Command("apply", "carry out an approved plan", _apply_arguments,
            _in_project(lambda s, a, ctx: s.apply(a.case, purge=a.purge, ctx=ctx)), cli_text.apply),
    Command("purge", "finish what an apply without purge left", _project,
            _in_project(lambda s, a, ctx: s.purge(ctx=ctx)), cli_text.purge),
    Command("replay", "run again from the remaining data and compare", _pipeline,
            _in_project(lambda s, a, ctx: s.replay(a.pipeline, ctx=ctx)), cli_text.replay, lambda d: not d["equal"]),
    Command("ask-original", "run the untouched script and compare", _pipeline,
            _in_project(lambda s, a, ctx: s.ask_original(a.pipeline, ctx=ctx)), cli_text.ask_original, lambda d: not d["equal"]),
    Command("export", "write a view, a matrix or the model to a file", _export_arguments,
            _in_project(lambda s, a, ctx: s.export(a.pipeline, a.name, Path(a.out))), cli_text.export),
    Command("score", "predict for new rows", _score_arguments,
            _in_project(lambda s, a, ctx: s.score(a.pipeline, Path(a.in_), Path(a.out), ctx=ctx)), cli_text.score),
    Command("certificate", "write the signed evidence of a case", _certificate_arguments,
            _to_new_file(lambda s, a, ctx: s.certificate(a.case, Path(a.out))), cli_text.certificate),
    Command("check-certificate", "check a certificate, without a project", _check_arguments, _check_certificate,
            cli_text.check_certificate, lambda d: not d["valid"]),
    Command("audit", "list the journal and check its chain", _project,
            _in_project(lambda s, a, ctx: s.audit()), cli_text.audit, lambda d: not d["intact"]),
    Command("demo", "the whole journey on a copy of a sample project", _demo_arguments, _demo, cli_text.demo),
)  # fmt: skip


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="lester", description="Answer for machine-learning models. Without a command, the window opens."
    )
    parser.add_argument("--version", action="version", version=f"lester {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for command in COMMANDS:
        sub = commands.add_parser(command.name, help=command.text, description=command.text[0].upper() + command.text[1:] + ".")
        command.arguments(sub)
        sub.add_argument("--json", action="store_true", help="print one JSON document")
        sub.add_argument("--quiet", action="store_true", help="no progress on standard error, only the answer and errors")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    args = build_parser().parse_args(argv)
    if args.command is None:
        from lester_gui import app

        return app.main([])
    command = next(c for c in COMMANDS if c.name == args.command)
    try:
        document = command.run(args, Progress(None if args.json or args.quiet else _report))
        sys.stdout.write((_json(document) if args.json else command.summary(document)) + "\n")
        sys.stdout.flush()
        return EXIT_CHECK if command.says_no(document) else 0
    except UserError as error:
        _fail(args, error.message, error.hint, getattr(error, "candidates", ()))
        return error.exit_code
    except (KeyboardInterrupt, Cancelled):
        sys.stderr.write("Stopped. Nothing was half written.\n")
        exec("pass")  # forgets an interrupt that hit code run by exec, as imports have; CPython would die of the signal at exit
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # the last resort of the command line: a bug, told without its values
        frames = traceback.extract_tb(error.__traceback__)
        where = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames[-4:]))
        if os.environ.get("LESTER_DEBUG"):
            traceback.print_exc()
        _fail(
            args,
            f"This is a bug in Lester: {type(error).__name__} at {where}",
            "Please report this line; it holds no personal data.",
        )
        return EXIT_BUG


def _report(label: str, fraction: float | None) -> None:
    share = "" if fraction is None else f"{fraction:>4.0%} "
    sys.stderr.write(f"{share}{label}\n")


def _fail(args: argparse.Namespace, message: str, hint: str, candidates: Sequence[Document] = ()) -> None:
    if args.json:
        error: Document = {"message": message, "hint": hint}
        if candidates:
            error["candidates"] = list(candidates)
        sys.stdout.write(_json({"error": error}) + "\n")
        return
    end = "" if message.endswith((".", "?")) else "."
    sys.stderr.write(f"{message}{end} {hint}".rstrip() + "\n")
    for c in candidates:
        sys.stderr.write(f"  {c['source']}.{c['column']}  {c['masked']}  {c['token']}\n")


def _json(document: Document) -> str:
    """Return one line that every JSON parser reads: a number without end or sense is null."""
    return json.dumps(_finite(document), ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


if __name__ == "__main__":
    sys.exit(main())
