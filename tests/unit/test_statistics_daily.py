"""What is forgotten stays counted, once: by any purge, at any moment, killed or twice at a time."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import FrozenClock
from bot.conversations.hub import Hub
from bot.conversations.identity import Tokens
from bot.conversations.log import ConversationLog
from bot.conversations.model import Sender, text_block
from bot.conversations.retention import purge
from bot.settings import ROOT
from bot.statistics.daily import DailyCounts
from bot.statistics.periods import Period
from bot.statistics.report import Report, Unit, report
from bot.storage.engine import Database
from bot.storage.migrate import migrate
from bot.storage.models import conversation, daily_count, handoff
from tests.unit.a_month import BEFORE, MONTH, NOW, ZONE, a_month, desk_hours, store

WHOLE = a_month()
LATER = NOW + timedelta(days=200)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    await store(database, WHOLE)
    async with database.write() as db:
        # A patron who waits for ever is a case for the desk's clock, not for this one.
        await db.execute(handoff.update().where(handoff.c.state == "waiting").values(state="missed", closed_at=1e10))
    yield database
    await database.close()


async def told(database: Database, period: Period = MONTH, now: datetime = LATER) -> dict[str, Any]:
    """Everything that counts can tell of a period: not how long somebody waited."""
    made = await report(database, period, ZONE, now, desk_hours(period, period.before))
    figures = {name: figure for name, figure in made.figures.items() if figure.unit is not Unit.SECONDS}
    return {"figures": figures, "tables": made.tables, "models": made.models, "unknown": made.hours_unknown}


async def talks_kept(database: Database) -> int:
    async with database.read() as db:
        return int((await db.execute(sa.select(sa.func.count()).select_from(conversation))).scalar_one())


@pytest.mark.parametrize("days", [200, 20, 10])
async def test_figures_and_tables_are_the_same_before_and_after_a_purge(database: Database, days: int) -> None:
    before, talks = await told(database), await talks_kept(database)
    assert before["figures"]["talks"].before.value == 400
    clock = FrozenClock(NOW + timedelta(days=days))
    purged = await purge(database, clock, 30, DailyCounts(database, clock, ZONE).keep)
    assert purged.conversations == talks if days == 200 else 400 < purged.conversations < talks
    assert await told(database) == before
    assert (await purge(database, clock, 30, DailyCounts(database, clock, ZONE).keep)).conversations == 0
    assert await told(database) == before


async def test_figures_of_a_library_that_keeps_nothing_are_the_same(database: Database) -> None:
    before = await told(database, now=NOW + timedelta(days=1))
    clock = FrozenClock(NOW + timedelta(days=1))
    await purge(database, clock, 0, DailyCounts(database, clock, ZONE).keep)
    assert await talks_kept(database) == 0
    assert await told(database, now=clock.moment) == before


async def test_waits_of_forgotten_days_are_said_to_be_unknown(database: Database) -> None:
    async def waits() -> Report:
        return await report(database, MONTH, ZONE, LATER, desk_hours(MONTH, BEFORE))

    whole = await waits()
    assert whole.waits_known == whole.waits_all > 100
    clock = FrozenClock(NOW + timedelta(days=20))
    await purge(database, clock, 30, DailyCounts(database, clock, ZONE).keep)
    part = await waits()
    assert 5 < part.waits_known < part.waits_all == whole.waits_all
    assert part.figures["wait"].now.value is not None and part.figures["wait"].before is None


async def test_two_gateways_that_purge_at_once_count_once(database: Database) -> None:
    before, clock = await told(database), FrozenClock(LATER)
    others = [Database(database.url) for _ in range(3)]
    await asyncio.gather(*(purge(one, clock, 30, DailyCounts(one, clock, ZONE).keep) for one in others))
    for other in others:
        await other.close()
    assert await talks_kept(database) == 0
    assert await told(database) == before


async def test_purge_that_fails_half_way_has_counted_what_it_forgot_and_no_more(database: Database) -> None:
    before, clock = await told(database), FrozenClock(LATER)
    counts = DailyCounts(database, clock, ZONE)
    batches: list[int] = []

    async def keep(db: AsyncConnection, talks: Sequence[str]) -> None:
        await counts.keep(db, talks)
        batches.append(len(talks))
        if len(batches) in (2, 5):
            raise RuntimeError("the power is gone")

    for _ in range(2):
        with pytest.raises(RuntimeError):
            await purge(database, clock, 30, keep)
        assert 0 < await talks_kept(database) < len(WHOLE.talks)
        assert await told(database) == before
    await purge(database, clock, 30, keep)
    assert await talks_kept(database) == 0
    assert await told(database) == before


async def test_purge_that_is_killed_again_and_again_counts_every_talk_once(tmp_path: Path) -> None:
    migrate(url := f"sqlite:///{tmp_path / 'foyer.db'}")
    database = Database(url)
    await store(database, WHOLE)
    environ = {"DATABASE_URL": url, "CLOCK": "2027-06-01T12:00", "PATH": "/usr/bin:/bin", "PYTHONUNBUFFERED": "1"}
    now = datetime(2027, 6, 1, 12, tzinfo=ZONE)
    async with database.write() as db:
        await db.execute(handoff.update().where(handoff.c.state == "waiting").values(state="missed", closed_at=1e10))
    before, luck, left = await told(database, now=now), random.Random(1), [await talks_kept(database)]
    while left[-1] and len(left) < 30:
        command = [sys.executable, "-c", "import bot.__main__ as m; print('on', flush=True); m.main(['purge'])"]
        child = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None and child.stdout.readline() == "on\n"
        await asyncio.sleep(luck.uniform(0.5, 1.6) + 0.2 * len(left))
        child.kill()
        child.wait()
        child.stdout.close()
        left.append(await talks_kept(database))
        assert await told(database, now=now) == before, left
    assert left[-1] == 0
    await database.close()


async def test_counts_are_dropped_after_25_months(database: Database) -> None:
    clock = FrozenClock(datetime(2026, 11, 21, 12, tzinfo=ZONE))
    days = [date(2024, 9, 30), date(2024, 10, 1), date(2026, 11, 20)]
    async with database.write() as db:
        rows = [{"day": day.isoformat(), "figure": "talks", "by": "all", "key": "", "count": 7} for day in days]
        await db.execute(daily_count.insert(), rows)
    assert await DailyCounts(database, clock, ZONE).drop_old() == 1
    async with database.read() as db:
        kept = (await db.execute(sa.select(daily_count.c.day).order_by(daily_count.c.day))).scalars().all()
    assert kept == ["2024-10-01", "2026-11-20"]


async def test_chat_that_its_patron_deletes_stays_counted_and_nothing_else_of_it(database_url: str) -> None:
    database, clock = Database(database_url), FrozenClock(NOW)
    counts = DailyCounts(database, clock, ZONE)
    log = ConversationLog(database, clock, Tokens(b"x" * 32), Hub(), 120, counts.keep)
    begun = (await log.begin("web", "es", [text_block("Hola")], "eastside")).conversation
    async with database.write() as db:
        await log.append(db, await log.locked(db, begun.id), Sender.PATRON, [text_block("canary words")])
    before = await told(database, now=NOW + timedelta(hours=2))
    await log.forget(begun.id)
    await log.forget(begun.id)
    assert await told(database, now=NOW + timedelta(hours=2)) == before
    async with database.read() as db:
        rows = (await db.execute(sa.select(daily_count))).all()
    assert {(row.day, row.figure, row.by, row.key, row.count) for row in rows if row.figure == "talks"} == {
        ("2026-11-21", "talks", "all", "", 1),
        ("2026-11-21", "talks", "hour", "17:30", 1),
        ("2026-11-21", "talks", "branch", "eastside", 1),
        ("2026-11-21", "talks", "lang", "es", 1),
        ("2026-11-21", "talks", "channel", "web", 1),
    }
    await database.close()


async def test_chats_are_forgotten_in_time_even_when_they_cannot_be_counted(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with database.write() as db:
        await db.execute(sa.text("DROP TABLE daily_count"))
    clock = FrozenClock(LATER)
    purged = await purge(database, clock, 30, DailyCounts(database, clock, ZONE).keep)
    assert purged.conversations == len(WHOLE.talks) and await talks_kept(database) == 0
    assert "forgotten without being counted" in caplog.text


async def test_year_of_forgotten_days_is_read_quickly(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    clock = FrozenClock(LATER)
    await purge(database, clock, 30, DailyCounts(database, clock, ZONE).keep)
    async with database.write() as db:
        rows = [dict(row._mapping) for row in await db.execute(sa.select(daily_count))]
        for months in range(1, 7):
            moved = [
                row | {"day": (date.fromisoformat(row["day"]) - timedelta(days=60 * months)).isoformat()}
                for row in rows
            ]
            await db.execute(daily_count.insert(), moved)
    year, took = Period(date(2025, 11, 22), date(2026, 11, 21)), []
    for _ in range(5):
        began = time.perf_counter()
        found = await told(database, year)
        took.append(time.perf_counter() - began)
    assert found["figures"]["talks"].now.value > 10_000
    with capsys.disabled():
        print(f" [{database.engine.dialect.name}, a year: {sorted(took)[2] * 1000:.0f} ms]", end="")
