"""A gateway as a process of its own, which can be killed: `python -m tests.channels.a_gateway SETTINGS`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

from aiohttp import web

from bot.channel_settings import ChannelSettings
from bot.channels.sending import Timing
from bot.clock import FrozenClock
from bot.settings import Settings
from bot.web import keys
from bot.web.app import create_app
from tests.channels.conftest import ScriptedBrain
from tests.conftest import NOON, new_settings

HURRY = Timing(pauses=(0.02, 0.05, 0.1), lease=2.0, sweep=0.05)


def prepared(settings: Settings, timing: Timing = HURRY) -> web.Application:
    """Return a gateway that answers by the script, and is in a hurry."""
    clock = FrozenClock(NOON)
    app = create_app(settings, clock)
    clock.moment = NOON.replace(tzinfo=app[keys.KNOWLEDGE].library.zone)
    app[keys.WORKER]._brain = ScriptedBrain()
    hurry(app, timing)
    return app


def hurry(app: web.Application, timing: Timing = HURRY) -> None:
    sending = app[keys.SENDING]
    sending._timing = timing
    for pace in sending._pace.values():
        pace._form = replace(pace._form, pause=0.0, a_second=10_000.0)


def told(settings: Settings) -> str:
    """Return settings as the process takes them."""
    return json.dumps(
        {
            "folder": str(settings.data_folder),
            "database_url": settings.database_url,
            "port": settings.port,
            "channels": asdict(settings.channels),
        }
    )


def main() -> None:
    given = json.loads(sys.argv[1])
    settings = replace(
        new_settings(Path(given["folder"]), database_url=given["database_url"]),
        port=given["port"],
        channels=ChannelSettings(**given["channels"]),
    )
    web.run_app(prepared(settings), host="127.0.0.1", port=settings.port, access_log=None, print=None)


if __name__ == "__main__":
    main()
