"""Expanding a calendar from outside in a child process that may use only so much time and memory.

A calendar of a few lines can ask for a billion instances. Run as `python -m bot.knowledge.sources.calendar_child`,
this reads a calendar from standard input and writes its instances as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import resource
import sys
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.knowledge.sources.instances import MOST_INSTANCES, CalendarError, Instance, expand

SECONDS = 1
"""Processor time for a small calendar, beside start-up; a large one may take longer, see `seconds_for`."""
MEMORY = 256 * 1024 * 1024
MOST_BYTES = 5_000_000
MOST_COMPONENTS = 10_000
MOST_DATES = 5_000
_DATES = re.compile(rb"^RDATE[;:][^\r\n]*", re.MULTILINE | re.IGNORECASE)
_ROOT = Path(__file__).resolve().parents[3]
_TOO_OFTEN = re.compile(rb"^RRULE[;:][^\r\n]*FREQ=(SECONDLY|MINUTELY|HOURLY)", re.MULTILINE | re.IGNORECASE)


def check_size(data: bytes) -> None:
    """Raise CalendarError for a calendar that is not worth a try: too large, too many parts, or by the second."""
    if len(data) > MOST_BYTES:
        raise CalendarError(f"the calendar is larger than {MOST_BYTES} bytes")
    if data.upper().count(b"BEGIN:") > MOST_COMPONENTS:
        raise CalendarError(f"the calendar has more than {MOST_COMPONENTS} parts")
    unfolded = re.sub(rb"\r?\n[ \t]", b"", data)
    if _TOO_OFTEN.search(unfolded):
        raise CalendarError("an event repeats more often than once a day")
    if sum(dates.count(b",") for dates in _DATES.findall(unfolded)) > MOST_DATES:
        raise CalendarError(f"the calendar lists more than {MOST_DATES} dates")


def seconds_for(size: int) -> int:
    """Return the processor time that a calendar of so many bytes may take: an honest one takes 1.5 s a megabyte."""
    return SECONDS + 2 * size // 1_000_000


async def expand_in_child(data: bytes, first: date, last: date, zone: ZoneInfo) -> list[Instance]:
    """Expand a calendar that nobody vouches for; raise CalendarError if it is bad or asks too much."""
    check_size(data)
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, first.isoformat(), last.isoformat(), zone.key),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=_ROOT,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    try:
        async with asyncio.timeout(seconds_for(len(data)) + 3):
            said, _ = await child.communicate(data)
    except TimeoutError:
        raise CalendarError("the calendar took too long") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        raise CalendarError("the calendar asked for too much time or memory")
    answer = json.loads(said)
    if "error" in answer:
        raise CalendarError(answer["error"])
    return [_from_json(one, zone) for one in answer["instances"]]


def _from_json(one: dict[str, Any], zone: ZoneInfo) -> Instance:
    for name in ("start", "end", "moved_from", "updated"):
        if one[name] is not None:
            one[name] = datetime.fromisoformat(one[name]).astimezone(zone)
    one["title"] = tuple((language, words) for language, words in one["title"])
    one["categories"] = tuple(one["categories"])
    return Instance(**one)


def main(arguments: list[str]) -> None:
    """Expand the calendar of standard input between two days."""
    first, last, zone = date.fromisoformat(arguments[0]), date.fromisoformat(arguments[1]), ZoneInfo(arguments[2])
    used = resource.getrusage(resource.RUSAGE_SELF)
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    limit = int(used.ru_utime + used.ru_stime) + 1 + seconds_for(len(data))
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        instances = expand(data, first, last, zone, MOST_INSTANCES)
        answer: dict[str, Any] = {"instances": [asdict(one) for one in instances]}
    except CalendarError as error:
        answer = {"error": str(error)}
    except (RecursionError, MemoryError, OverflowError) as error:
        answer = {"error": f"the calendar cannot be read: {type(error).__name__}"}
    sys.stdout.write(json.dumps(answer, default=lambda moment: moment.isoformat()))


if __name__ == "__main__":
    main(sys.argv[1:])
