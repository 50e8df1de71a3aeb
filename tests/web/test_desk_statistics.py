"""The page of statistics and its files: who may read them, what stands in them, and what never does."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.conversations.retention import purge
from bot.statistics.definitions import FIGURES, TABLES
from bot.statistics.hiding import LEAST
from bot.statistics.periods import Period
from bot.storage.migrate import migrate
from bot.storage.models import conversation, gap, message
from bot.web import keys
from bot.web.desk_hours import desk_hours
from tests.conftest import new_settings
from tests.unit.a_month import MONTH, NOW, a_month, store
from tests.unit.by_hand import ByHand
from tests.web.a_desk import Browser, Desk, running_desk

WHOLE = a_month()
HAND = ByHand(WHOLE, MONTH.first, MONTH.last)
PAGE = "/desk/statistics"


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A desk on the evening after the month."""
    settings = new_settings(tmp_path_factory.mktemp("statistics"))
    migrate(settings.database)
    async with running_desk(settings) as desk:
        desk.clock.moment = NOW
        await store(desk.app[keys.DATABASE], WHOLE)
        yield desk


@pytest.fixture
async def browser(desk: Desk) -> AsyncIterator[Browser]:
    async with desk.browser("reviewer") as browser:
        yield browser


async def file(browser: Browser, table: str, query: str = "days=30") -> list[list[str]]:
    answer = await browser.get(f"{PAGE}.csv?table={table}&{query}")
    assert answer.status == 200 and answer.content_type == "text/csv"
    assert re.fullmatch(
        r'attachment; filename="[a-z]+-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv"', answer.headers["Content-Disposition"]
    )
    text = (await answer.read()).decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


async def test_page_says_each_figure_with_its_definition_and_what_it_was_before(browser: Browser) -> None:
    page = words(await browser.page(f"{PAGE}?days=30"))
    assert "Oct 23 – Nov 21 , compared with Sep 23 – Oct 22" in page
    assert "Chats 2,000 +400% from 400" in page
    alone, of = HAND.figures()["alone"]
    assert alone and of
    assert f"Answered by the assistant alone {alone / of:.0%} {alone:,} of {of:,}" in page
    for definition in (*FIGURES.values(), *(one for name, one in TABLES.items() if name not in ("figures", "models"))):
        assert definition.sentence.replace("'", "&#39;") in page, definition
    assert "Nov 2: model foyer-bbbb answered for the first time" in page


async def test_every_chart_is_told_and_has_its_numbers_beneath(browser: Browser) -> None:
    page = await browser.page(PAGE)
    charts = re.findall(r'<svg class="chart[^>]* role="img" aria-labelledby="([\w-]+) ([\w-]+)"', page)
    assert len(charts) == 10
    for title, told in charts:
        assert re.search(rf'<title id="{title}">[^<]{{4,}}</title>', page)
        assert re.search(rf'<desc id="{told}">Largest: [^<]{{10,}}</desc>', page), told
    assert page.count('<details class="numbers">') == 11
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    topics = HAND.topics()
    assert f"Opening hours: {topics['ask_hours']}; Finding a book or another item: {topics['find_item']}" in page


@pytest.mark.parametrize("table", sorted(TABLES))
async def test_each_table_is_a_file_and_each_file_is_in_the_audit_log(desk: Desk, browser: Browser, table: str) -> None:
    rows = await file(browser, table)
    assert len(rows) > 1 and all(len(row) == len(rows[0]) for row in rows)
    last = (await desk.rows("audit"))[-1]
    assert last.action == "export_statistics" and last.name == "reviewer"
    assert last.details == {"table": table, "from": "2026-10-23", "to": "2026-11-21"}


async def test_files_hold_the_counts_made_by_hand(browser: Browser) -> None:
    figures = {row[0]: row for row in await file(browser, "figures")}
    for name, (value, of) in HAND.figures().items():
        if name == "outside":
            continue  # by the sample's real hours, not by those of the hand count
        row = figures[FIGURES[name].title]
        assert float(row[1]) == pytest.approx(float(value or 0), abs=1e-4) and row[2] == ("" if of is None else str(of))
        assert row[-1] == FIGURES[name].sentence
    days = await file(browser, "days")
    assert days[0] == ["From", "To", "Chats", "Asked for a person", "Unmet"]
    assert {row[0]: int(row[2]) for row in days[1:]} == {
        day.isoformat(): count for day, count in HAND.by_day("talks").items()
    }
    hours = await file(browser, "hours")
    assert hours[0] == ["Weekday", "From hour", "To hour", "Chats", "Desk"]
    assert ["Monday", "12", "13", str(HAND.by_hour("talks")[0, 12]), "open"] in hours
    assert next(row for row in hours if row[:2] == ["Sunday", "12"])[-1] == "closed"
    assert await file(browser, "models") == [
        ["Model", "First day"], ["foyer-bbbb", "2026-11-02"], ["foyer-cccc", "2026-11-14"],
    ]  # fmt: skip


async def test_small_groups_are_in_no_page_and_no_file(browser: Browser) -> None:
    for query in ("days=7", "days=30", "from=2026-11-20&to=2026-11-21"):
        page = await browser.page(f"{PAGE}?{query}")
        assert "notary" not in page
        charts = re.sub(r'<text class="(mark|axis)[^<]*</text>', "", page.split('id="how"')[0])
        cells = re.findall(r"<(?:td|text|strong)\b[^>]*>([^<]*)</", charts)
        assert len(cells) > 100 and not [cell for cell in cells if re.fullmatch("[1-4]", cell.strip())], query
        for table in sorted(set(TABLES) - {"figures", "models"}):
            lines = await file(browser, table, query)
            first = {"days": 2, "hours": 3, "requests": 3}.get(table, 1)
            assert not [cell for row in lines[1:] for cell in row[first:] if re.fullmatch("[1-4]", cell)], table
    assert "under 5" in page and HAND.by("lang")["talks"]["zh"] < LEAST


async def test_no_word_of_a_patron_is_on_the_page_but_questions_that_many_asked(desk: Desk, browser: Browser) -> None:
    async with desk.app[keys.DATABASE].write() as db:
        canary = [{"type": "text", "text": "My card is 2123 4567, I am Bo Canary"}]
        await db.execute(message.update().where(message.c.sender == "patron").values(blocks=canary, words="canary"))
        await db.execute(gap.update().where(gap.c.id == 4).values(question="Where does Bo Canary live?"))
        await db.execute(conversation.update().values(context="/bo-canary"))
    said = await browser.page(PAGE)
    for table in TABLES:
        answer = await browser.get(f"{PAGE}.csv?table={table}")
        said += await answer.text()
    assert "Can I borrow a sewing machine?" in said
    assert not re.search("canary|2123|month-0|315-555-0100", said, re.IGNORECASE)


async def test_cells_that_a_spreadsheet_would_run_are_led_by_an_apostrophe(desk: Desk, browser: Browser) -> None:
    async with desk.app[keys.DATABASE].write() as db:
        await db.execute(gap.update().where(gap.c.id == 1).values(question='=HYPERLINK("https://x.example","a")'))
        await db.execute(conversation.update().where(conversation.c.branch == "eastside").values(branch="+1+1"))
    assert "'=HYPERLINK" in (await file(browser, "unanswered"))[1][0]
    assert "'+1+1" in [row[0] for row in await file(browser, "branches")]
    async with desk.app[keys.DATABASE].write() as db:
        await db.execute(conversation.update().where(conversation.c.branch == "+1+1").values(branch="eastside"))


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ("", "2026-10-23", "2026-11-21"),
        ("days=7", "2026-11-15", "2026-11-21"),
        ("days=90&from=2026-11-01", "2026-08-24", "2026-11-21"),
        ("days=31", "2026-10-23", "2026-11-21"),
        ("from=2026-11-01&to=2026-11-10", "2026-11-01", "2026-11-10"),
        ("from=2026-11-10&to=2026-11-01", "2026-11-01", "2026-11-10"),
        ("from=2026-11-01&to=2030-01-01", "2026-11-01", "2026-11-21"),
        ("to=2026-11-10", "2026-10-12", "2026-11-10"),
        ("from=1999-01-01", "2024-10-01", "2026-11-21"),
        ("from=2026-02-30&to=%3Cb%3E", "2026-10-23", "2026-11-21"),
        ("from=0001-01-01&to=0001-01-02", "2024-10-01", "2024-10-01"),
    ],
)
async def test_period_is_what_was_asked_for_where_that_makes_sense(
    browser: Browser, query: str, first: str, last: str
) -> None:
    page = await browser.page(f"{PAGE}?{query}")
    fields = dict(re.findall(r'name="(from|to)" type="date" value="([\d-]+)"', page))
    assert fields == {"from": first, "to": last}


async def test_days_without_chats_say_so(browser: Browser) -> None:
    page = await browser.page(f"{PAGE}?from=2025-03-01&to=2025-03-07")
    assert "No chats in these days." in page and "<svg" not in page
    assert len(await file(browser, "topics", "from=2025-03-01&to=2025-03-07")) == 1


async def test_desk_is_open_by_the_hours_of_its_chat_and_closed_on_holidays(desk: Desk) -> None:
    found = await desk_hours(desk.app, Period(date(2026, 11, 20), date(2026, 11, 27)))

    def open_from(day: str) -> list[str]:
        return [f"{slot // 2}:{slot % 2 * 3}0" for one, slot in sorted(found.open) if one == day]

    assert len(found.known) == 8
    saturday, sunday = open_from("2026-11-21"), open_from("2026-11-22")
    assert (saturday[0], saturday[-1], len(saturday)) == ("10:00", "15:30", 12)
    assert (sunday[0], sunday[-1], len(sunday)) == ("13:00", "16:00", 7)
    assert open_from("2026-11-26") == [] and found.is_open("2026-11-26", 24) is False
    assert found.is_open("2026-11-29", 24) is None


async def test_unknown_table_is_not_there(browser: Browser) -> None:
    for table in ("", "staff", "../message"):
        answer = await browser.get(f"{PAGE}.csv?table={table}")
        assert answer.status == 404


@pytest.mark.parametrize(("name", "status"), [("agent", 403), ("reviewer", 200), ("admin", 200)])
async def test_statistics_are_for_reviewers_and_admins(desk: Desk, name: str, status: int) -> None:
    async with desk.browser(name) as browser:
        for path in (PAGE, f"{PAGE}.csv?table=days"):
            assert (await browser.get(path)).status == status
        help_page = await browser.page("/desk/help")
        assert ('href="/desk/statistics"' in help_page) == (status == 200)


async def test_page_of_a_month_is_quick(browser: Browser, capsys: pytest.CaptureFixture[str]) -> None:
    took = []
    for _ in range(9):
        began = time.perf_counter()
        await browser.page(f"{PAGE}?days=30")
        took.append(time.perf_counter() - began)
    with capsys.disabled():
        print(f" [the page: {sorted(took)[4] * 1000:.0f} ms]", end="")


async def test_deleted_and_forgotten_chats_stay_counted(desk: Desk, browser: Browser) -> None:
    async def counted() -> Any:
        rows = await file(browser, "figures")
        return [row for row in rows if not row[0].startswith(("Wait", "First words", "Unmet", "Waited"))]

    desk.later(minutes=70)  # until then some were under way
    before = await counted()
    async with desk.browser("admin") as admin:
        await admin.done("/desk/chats/month-00007/delete")
    assert await counted() == before
    database, clock = desk.app[keys.DATABASE], desk.clock
    later = type(clock)(NOW + timedelta(days=40))
    await purge(database, later, 30, desk.app[keys.LOG].keep)
    async with database.read() as db:
        assert (await db.execute(sa.select(sa.func.count()).select_from(conversation))).scalar_one() == 0
    assert await counted() == before
    page = words(await browser.page(PAGE))
    assert "Waits are those of 0 of" in page and "Wait for a person –" in page
