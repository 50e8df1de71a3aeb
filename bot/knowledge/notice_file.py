"""The files of notices and of the emergency as the desk writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import yaml

from bot.knowledge.notices import Emergency, Notice
from bot.knowledge.text import Text

HEAD = """\
# What patrons should know for a while. The chat shows it in its greeting, and with hours and the way to the branches
# that it names (none: all). Staff edit this file at the desk under Notices; it can be edited here as well.
#
# notices:
#   - id: main_elevator
#     text: {en: The elevator is being repaired., es: Se está reparando el ascensor.}
#     from: 2026-11-20 09:00      # left out: at once
#     until: 2026-11-27 18:00
#     branches: [main]
#     owner: Facilities           # who takes it out or writes a later day
"""
HEAD_OF_EMERGENCY = """\
# A closing that nobody planned, above all hours and events: the desk's page Closure writes this file. Open chats are
# told when it changes. `lifted` is when it was over; the file may also be taken away.
"""


def notices_text(notices: Iterable[Notice]) -> str:
    """Return the file notices.yml with these notices."""
    rows = [
        _without_nothing(
            {
                "id": one.id,
                "text": _languages(one.text),
                "from": _moment(one.begins),
                "until": _moment(one.until),
                "branches": list(one.branches),
                "owner": one.owner,
            }
        )
        for one in notices
    ]
    return HEAD + _dumped({"notices": rows})


def emergency_text(emergency: Emergency) -> str:
    """Return the file emergency.yml."""
    row = {
        "id": emergency.id,
        "reason": _languages(emergency.reason),
        "note": _languages(emergency.note) if emergency.note is not None else None,
        "from": _moment(emergency.begins),
        "until": _moment(emergency.until),
        "branches": list(emergency.branches),
        "desk_open": emergency.desk_open or None,
        "lifted": _moment(emergency.lifted),
    }
    return HEAD_OF_EMERGENCY + _dumped(_without_nothing(row))


def _languages(text: Text) -> dict[str, str] | str:
    words = dict(text.in_languages)
    return words[""] if set(words) == {""} else words


def _moment(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%d %H:%M}" if not at.second else f"{at:%Y-%m-%d %H:%M:%S}"


def _without_nothing(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value is not None and value != []}


class _Dumper(yaml.SafeDumper):
    """Indents lists beneath their key, as the library's other files do."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Never leave a list at its key's own indent."""
        super().increase_indent(flow, False)


def _dumped(data: Mapping[str, Any]) -> str:
    return yaml.dump(dict(data), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)
