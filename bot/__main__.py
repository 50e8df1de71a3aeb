"""The command line: python -m bot COMMAND."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from pathlib import Path

from dotenv import load_dotenv

from bot.errors import LibraryError
from bot.settings import ROOT, Settings


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code; a mistake in settings or files is said in one line."""
    parser = argparse.ArgumentParser(prog="python -m bot", description="Foyer, the library's assistant.")
    commands = parser.add_subparsers(dest="command", required=True)
    runs = commands.add_parser("run", help="start everything and open the sample library's page")
    runs.add_argument(
        "--demo", action="store_true", help="with data of its own: a desk full of talks, for a first look"
    )
    commands.add_parser("train", help="train the model if what it is made from has changed")
    ask = commands.add_parser("ask", help="one answer in the terminal")
    ask.add_argument("text")
    understand = commands.add_parser("understand", help="what the assistant understands, a JSON line for each text")
    understand.add_argument("input", type=Path, metavar="IN.jsonl")
    understand.add_argument("output", type=Path, metavar="OUT.jsonl")
    staff = commands.add_parser("staff", help="make an account for the desk; the password is read from standard input")
    staff.add_argument("action", choices=("add",))
    staff.add_argument("name", help="for signing in")
    staff.add_argument("--role", choices=("agent", "reviewer", "admin"), default="agent")
    staff.add_argument("--shown-as", default="", help="what patrons read; the name by default")
    staff.add_argument("--password-stdin", action="store_true", required=True)
    commands.add_parser("check", help="check library/, data/ and the settings, naming file, line and cure")
    tries = commands.add_parser("try", help="try a batch of lessons aside (the desk's Check does it)")
    tries.add_argument("folder", type=Path, metavar="FOLDER")
    channels = commands.add_parser("channels", help="the messaging channels: whether their credentials work")
    channels.add_argument("action", choices=("check", "connect"))
    commands.add_parser("migrate", help="bring the database up to date")
    commands.add_parser("purge", help="forget what has been kept long enough")
    serve = commands.add_parser("serve", help="one process in the foreground (run starts all three)")
    serve.add_argument("process", choices=("gateway", "rasa", "actions"))
    options = parser.parse_args(arguments)
    load_dotenv(ROOT / ".env")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        return _run(options, Settings.from_environ())
    except LibraryError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(options: argparse.Namespace, settings: Settings) -> int:
    # Each command imports what it needs: Rasa takes seconds to load, and a gateway has none.
    match options.command:
        case "run":
            from bot.run import run

            return run(settings, demo=options.demo)
        case "train":
            from bot.train import train

            print(f"Model: {train(settings)}")
        case "ask":
            from bot.ask import ask

            asyncio.run(ask(settings, options.text))
        case "understand":
            from bot.understanding.batch import understand_file

            understand_file(settings, options.input, options.output)
        case "staff":
            from bot.staff import add_staff

            password = sys.stdin.readline().rstrip("\r\n")
            asyncio.run(add_staff(settings, options.name, options.role, password, options.shown_as))
            print(f"{options.name} can sign in at /desk.")
        case "check":
            from bot.check import check

            return check(settings)
        case "try":
            from bot.processes import end_with_parent
            from bot.trial import try_batch

            if not sys.stdin.isatty():
                end_with_parent()
            try_batch(settings, options.folder)
        case "channels":
            from bot.channel_command import run as run_channels

            return run_channels(settings, options.action)
        case "migrate":
            from bot.storage.migrate import migrate

            migrate(settings.database)
        case "purge":
            from bot.purge import purge_now

            print(asyncio.run(purge_now(settings)))
        case "serve":
            return _serve(options.process, settings)
    return 0


def _serve(process: str, settings: Settings) -> int:
    if not sys.stdin.isatty():
        from bot.processes import end_with_parent

        end_with_parent()
    if process == "gateway":
        from bot.web.app import serve

        serve(settings)
    elif process == "actions":
        from actions.server import serve as serve_actions

        serve_actions(settings)
    else:
        from bot.train import served_model
        from bot.understanding.server import serve as serve_rasa

        serve_rasa(settings, served_model(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
