"""The sources on the network, configured in library.yml and asked through the library's own answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.knowledge.events import EventQuery, EventsOutcome, EventStatus
from bot.knowledge.knowledge import Knowledge
from bot.knowledge.sources.base import HoursState
from bot.settings import ROOT
from tests.unit.a_library import calendar, vevent, write_library

FEED = ROOT.parent / "shared" / "feeds" / "libcal_hours_today_uq.json"
NOW = datetime(2026, 11, 17, 12, tzinfo=ZoneInfo("America/New_York"))  # a Tuesday, as in the feed
THREE_DAYS = timedelta(days=3)


class Site:
    """A library's web server with a LibCal, a page with hours and a calendar; any path can be put out of order."""

    def __init__(self) -> None:
        self.broken = False
        self.tokens = 0
        self.valid = ""
        app = web.Application(middlewares=[self.trouble])
        app.router.add_get("/hours/today", self.today)
        app.router.add_post("/1.1/oauth/token", self.token)
        app.router.add_get("/1.1/hours/{lids}", self.hours)
        app.router.add_get("/1.1/events", self.events)
        app.router.add_get("/visit", self.page)
        app.router.add_get("/calendar.ics", self.calendar)
        self.server = TestServer(app)

    @web.middleware
    async def trouble(self, request: web.Request, handler: object) -> web.StreamResponse:
        if self.broken:
            return web.Response(status=503)
        return await handler(request)  # type: ignore[operator, no-any-return]

    async def today(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=FEED.read_bytes(), content_type="application/json")

    async def token(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        if (form["client_id"], form["client_secret"], form["grant_type"]) != ("7", "hush", "client_credentials"):
            return web.Response(status=401)
        self.tokens += 1
        self.valid = f"token{self.tokens}"
        return web.json_response({"access_token": self.valid, "expires_in": 3600, "token_type": "Bearer"})

    async def hours(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {self.valid}":
            return web.Response(status=401)
        first, last = (date.fromisoformat(request.query[name]) for name in ("from", "to"))
        days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
        dates = {str(day): {"status": "open", "hours": [{"from": "8am", "to": "10pm"}]} for day in days}
        return web.json_response([{"lid": int(lid), "dates": dates} for lid in request.match_info["lids"].split(",")])

    async def events(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {self.valid}":
            return web.Response(status=401)
        event = {"id": 1, "title": "Lego", "start": "2026-11-20T10:00:00-05:00", "end": "2026-11-20T11:00:00-05:00"}
        return web.json_response({"events": [{**event, "campus": {"name": "Northern Hall"}}]})

    async def page(self, request: web.Request) -> web.StreamResponse:
        hours = {"dayOfWeek": ["Tuesday"], "opens": "07:00", "closes": "15:00"}
        node = {"@type": "Library", "openingHoursSpecification": [hours]}
        text = f'<script type="application/ld+json">{json.dumps(node)}</script>'
        return web.Response(text=text, content_type="text/html")

    async def calendar(self, request: web.Request) -> web.StreamResponse:
        closed = vevent("c", "20261118", "20261119", title="CLOSED day", LOCATION="north")
        story = vevent("s", "20261124T100000", "20261124T110000", RRULE="FREQ=WEEKLY", LOCATION="north", title="Story")
        return web.Response(text=calendar(closed + story), content_type="text/calendar")

    def url(self, path: str) -> str:
        return str(self.server.make_url(path))


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    one = Site()
    await one.server.start_server()
    yield one
    await one.server.close()


class Setting:
    """A library whose sources are on the site, opened again and again over one cache."""

    def __init__(self, folder: Path, sources: dict[str, object], secrets: dict[str, str] | None = None) -> None:
        self.folder = write_library(folder / "library", {"desk": {"note": "Ask us."}}, sources=sources)
        self.cache = folder / "cache"
        self.secrets = secrets or {}

    async def __aenter__(self) -> Knowledge:
        self.knowledge = Knowledge.open(self.folder, self.cache, allow_private=True, secrets=self.secrets)
        return self.knowledge

    async def __aexit__(self, *_: object) -> None:
        await self.knowledge.close()


def told(answer: object) -> tuple[str, list[str], bool]:
    ranges = [f"{one.start:%H:%M}-{one.end:%H:%M}" for one in answer.ranges]  # type: ignore[attr-defined]
    return str(answer.state), ranges, answer.source.stale  # type: ignore[attr-defined]


FEED_POINTS = {"north/building": "10451", "north/desk": "10779", "south/building": "3823"}


async def test_hours_of_the_feed_answer_for_the_points_that_are_mapped(tmp_path: Path, site: Site) -> None:
    feed = {"kind": "libcal_feed", "name": "LibCal", "url": site.url("/hours/today"), "points": FEED_POINTS}
    async with Setting(tmp_path, {"hours": [feed]}) as knowledge:
        hours = knowledge.hours
        assert told(await hours.day("north", NOW.date(), NOW)) == ("open", ["07:30-19:30"], False)
        desk = await hours.day("north", NOW.date(), NOW, "desk")
        assert (desk.state, desk.text) == (HoursState.TEXT, "8am–7:30pm Virtual Service")
        assert (await hours.day("south", NOW.date(), NOW)).state == HoursState.UNKNOWN
        assert (await hours.day("north", NOW.date() + timedelta(days=1), NOW)).state == HoursState.UNKNOWN
        now = await hours.at("north", NOW, NOW)
        assert now.until is not None and now.until.hour == 19
        assert (await hours.at("north", NOW, NOW, "desk")).state == HoursState.TEXT
        assert (await hours.next_opening("north", NOW.replace(hour=20), NOW)) is None


async def test_the_files_answer_for_what_the_first_source_does_not_know(tmp_path: Path, site: Site) -> None:
    feed = {
        "kind": "libcal_feed",
        "name": "LibCal",
        "url": site.url("/hours/today"),
        "points": {"north/building": "10451"},
    }
    async with Setting(tmp_path, {"hours": [feed, {"kind": "files"}]}) as knowledge:
        south = await knowledge.hours.day("south", NOW.date(), NOW)
        assert (told(south)[0], str(south.source and south.source.name)) == ("open", "Test Library")
        north = await knowledge.hours.day("north", NOW.date(), NOW)
        assert str(north.source and north.source.name) == "LibCal"


async def test_a_closure_of_the_files_beats_the_feed(tmp_path: Path, site: Site) -> None:
    feed = {"kind": "libcal_feed", "name": "LibCal", "url": site.url("/hours/today"), "points": FEED_POINTS}
    setting = Setting(tmp_path, {"hours": [feed]})
    (setting.folder / "closures.ics").write_text(calendar(vevent("x", "20261117", "20261118", title="a burst pipe")))
    async with setting as knowledge:
        day = await knowledge.hours.day("north", NOW.date(), NOW)
        assert (day.state, str(day.reason)) == (HoursState.CLOSED, "a burst pipe")


API_POINTS = {"north/building": "11", "south/building": "12"}


def api(site: Site, **more: object) -> dict[str, object]:
    keys = {"client_id": "7", "secret_from": "LIBCAL_SECRET"}
    return {"kind": "libcal_api", "name": "LibCal", "url": site.url("/"), **keys, **more}


async def test_the_api_is_asked_with_one_token(tmp_path: Path, site: Site) -> None:
    setting = Setting(tmp_path, {"hours": [api(site, points=API_POINTS)]}, {"LIBCAL_SECRET": "hush"})
    async with setting as knowledge:
        for branch in ("north", "south"):
            assert told(await knowledge.hours.day(branch, NOW.date(), NOW)) == ("open", ["08:00-22:00"], False)
        assert site.tokens == 1
        tomorrow = NOW + timedelta(days=1)
        assert told(await knowledge.hours.day("north", tomorrow.date(), tomorrow))[2] is False
        assert site.tokens == 2


async def test_a_token_that_is_refused_is_asked_for_again(tmp_path: Path, site: Site) -> None:
    setting = Setting(tmp_path, {"hours": [api(site, points=API_POINTS, fresh_minutes=1)]}, {"LIBCAL_SECRET": "hush"})
    async with setting as knowledge:
        await knowledge.hours.day("north", NOW.date(), NOW)
        site.valid = "another"
        later = NOW + timedelta(minutes=10)
        assert told(await knowledge.hours.day("north", NOW.date(), later))[2] is True
        later += timedelta(minutes=10)
        assert told(await knowledge.hours.day("north", NOW.date(), later))[2] is False


@pytest.mark.parametrize("secrets", [{}, {"LIBCAL_SECRET": "wrong"}])
async def test_without_the_right_key_the_hours_are_unknown(tmp_path: Path, site: Site, secrets: dict[str, str]) -> None:
    async with Setting(tmp_path, {"hours": [api(site, points=API_POINTS)]}, secrets) as knowledge:
        day = await knowledge.hours.day("north", NOW.date(), NOW)
        assert day.state == HoursState.UNKNOWN
        assert day.source is not None and day.source.checked_at is None


async def test_events_of_the_api_are_found(tmp_path: Path, site: Site) -> None:
    events = api(site, calendars=[77], branches={"Northern Hall": "north"})
    async with Setting(tmp_path, {"events": [events]}, {"LIBCAL_SECRET": "hush"}) as knowledge:
        found = await knowledge.events.find(EventQuery(words="lego", branch_ids=("north",)), NOW)
        assert [one.title for one in found.events] == ["Lego"]


async def test_hours_of_a_web_page_are_read(tmp_path: Path, site: Site) -> None:
    page = {"kind": "jsonld", "name": "our site", "pages": {"north/building": site.url("/visit")}}
    async with Setting(tmp_path, {"hours": [page]}) as knowledge:
        week = await knowledge.hours.week("north", NOW.date(), NOW)
        assert [str(day.state) for day in week] == ["open", *["closed"] * 6]
        assert week[0].source is not None and week[0].source.url == site.url("/visit")


async def test_events_and_closures_of_a_calendar_are_read(tmp_path: Path, site: Site) -> None:
    feed = {"kind": "icalendar", "name": "our calendar", "url": site.url("/calendar.ics")}
    async with Setting(tmp_path, {"events": [feed], "closures": [feed]}) as knowledge:
        found = await knowledge.events.find(EventQuery(words="story", end=NOW + timedelta(days=8)), NOW)
        assert [f"{one.start:%d}" for one in found.events] == ["24"]
        assert found.next is not None and found.next.start.day == 1
        day = await knowledge.hours.day("north", date(2026, 11, 18), NOW)
        assert (day.state, str(day.reason)) == (HoursState.CLOSED, "CLOSED day")


SOURCES = [
    ("hours", {"kind": "libcal_feed", "path": "/hours/today", "points": FEED_POINTS}),
    ("hours", {"kind": "libcal_api", "path": "/", "points": API_POINTS}),
    ("hours", {"kind": "jsonld", "path": "/visit"}),
    ("events", {"kind": "icalendar", "path": "/calendar.ics"}),
    ("events", {"kind": "libcal_api", "path": "/", "calendars": [77]}),
]


def configured(site: Site, kind: dict[str, object]) -> dict[str, object]:
    entry = {"name": "a source", **kind}
    url = site.url(str(entry.pop("path")))
    if kind["kind"] == "jsonld":
        return {**entry, "pages": {"north/building": url}}
    keys = {"client_id": "7", "secret_from": "LIBCAL_SECRET"} if kind["kind"] == "libcal_api" else {}
    return {**entry, **keys, "url": url}


@pytest.mark.parametrize(("capability", "kind"), SOURCES)
@pytest.mark.parametrize("restarted", [False, True])
async def test_a_source_that_dies_is_answered_from_its_old_copy_and_says_from_when(
    tmp_path: Path, site: Site, capability: str, kind: dict[str, object], restarted: bool
) -> None:
    setting = Setting(tmp_path, {capability: [configured(site, kind)]}, {"LIBCAL_SECRET": "hush"})

    async def source(knowledge: Knowledge, now: datetime) -> object:
        await knowledge.events.find(EventQuery(), now)
        if capability == "hours":
            return (await knowledge.hours.day("north", now.date(), now)).source
        return (await knowledge.events.find(EventQuery(), now)).sources[0]

    async with setting as knowledge:
        fresh = await source(knowledge, NOW)
        assert (fresh.checked_at, fresh.stale) == (NOW, False)  # type: ignore[attr-defined]
        site.broken = True
        if not restarted:
            old = await source(knowledge, NOW + THREE_DAYS)
    if restarted:
        async with setting as knowledge:
            old = await source(knowledge, NOW + THREE_DAYS)
    assert (old.checked_at, old.stale) == (NOW, True)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("capability", "kind"), SOURCES)
async def test_a_source_that_never_answered_is_unknown(
    tmp_path: Path, site: Site, capability: str, kind: dict[str, object]
) -> None:
    site.broken = True
    setting = Setting(tmp_path, {capability: [configured(site, kind)]}, {"LIBCAL_SECRET": "hush"})
    async with setting as knowledge:
        hours = await knowledge.hours.at("north", NOW, NOW)
        events = await knowledge.events.find(EventQuery(), NOW)
    unknown = (hours.state == HoursState.UNKNOWN, events.outcome == EventsOutcome.UNKNOWN)
    assert unknown == (capability == "hours", capability == "events")


async def test_two_calendars_are_put_together_and_one_event_is_told_once(tmp_path: Path, site: Site) -> None:
    feed = {"kind": "icalendar", "name": "our calendar", "url": site.url("/calendar.ics")}
    setting = Setting(tmp_path, {"events": [{"kind": "files"}, feed]})
    own = vevent("s", "20261124T100000", "20261124T110000", LOCATION="north", STATUS="CANCELLED", title="Story")
    other = vevent("o", "20261125T100000", "20261125T110000", LOCATION="north", title="Other story")
    (setting.folder / "events.ics").write_text(calendar(own + other))
    async with setting as knowledge:
        found = await knowledge.events.find(EventQuery(words="story", end=NOW + timedelta(days=9)), NOW)
        assert [(one.title, one.status) for one in found.events] == [
            ("Story", EventStatus.CANCELLED),
            ("Other story", EventStatus.SCHEDULED),
        ]
        assert len(found.sources) == 2
        site.broken = True
        later = NOW + THREE_DAYS
        found = await knowledge.events.find(EventQuery(words="story"), later)
        assert [one.stale for one in found.sources] == [False, True]
