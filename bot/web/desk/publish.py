"""Publishing: approved lessons are checked, put into the files and the model, and taken out again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from aiohttp import web

from bot.edits.files import Change, Places, diff
from bot.learning import check, figures, lessons
from bot.learning.errors import NotReady
from bot.learning.files import planned
from bot.learning.publishing import PUBLISHED, UNDER_WAY, is_kept
from bot.storage.models import lesson, publication
from bot.web import keys
from bot.web.desk import audit, forms, guard
from bot.web.desk.errors import NotThere
from bot.web.desk.lessons import told
from bot.web.desk.names import examples_of, topic_name
from bot.web.desk.render import page, see_other
from bot.web.desk.sessions import Role

PLACE = "/desk/publish"
ONE = r"/desk/publish/{number:\d{1,9}}"
SHOWN = 20  # batches in the list
STATES = {
    "waiting": "Waiting to be checked",
    "checking": "Being checked",
    "ready": "Ready to publish",
    "refused": "Refused",
    "failed": "Failed",
    "publishing": "Being published",
    "published": "Published",
    "undoing": "Being undone",
    "undone": "Undone",
}
STEPS = {
    "publishing": "Writing the files, then the assistant loads the new model beside the old one",
    "undoing": "Putting the files back, then the assistant loads the former model",
}


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", PLACE, show, role=Role.REVIEWER)
    guard.add(app, "GET", ONE, show_one, role=Role.REVIEWER)
    guard.add(app, "GET", r"/desk/api/publish/{number:\d{1,9}}", state, role=Role.REVIEWER)
    guard.add(app, "POST", f"{PLACE}/check", ask_check, role=Role.ADMIN)
    guard.add(app, "POST", f"{ONE}/publish", publish, role=Role.ADMIN)
    guard.add(app, "POST", f"{ONE}/undo", undo, role=Role.ADMIN)


async def show(request: web.Request) -> web.Response:
    """Show what is approved as a diff of the files, and the batches of before."""
    places = Places(request.app[keys.SETTINGS])
    await examples_of(request.app)
    async with request.app[keys.DATABASE].read() as db:
        approved = await lessons.approved(db)
        query = sa.select(publication).order_by(publication.c.id.desc()).limit(SHOWN)
        batches = (await db.execute(query)).all()
    changes = await asyncio.to_thread(planned, places, approved)
    return await page(
        request,
        "publish.html",
        approved=[told(request.app, row) for row in approved],
        files=diff(places, changes),
        batches=[dict(row._mapping) | {"words": STATES[row.state]} for row in batches],
        under_way=next((row.id for row in batches if row.state in UNDER_WAY), None),
        rule=figures.RULE,
    )


async def show_one(request: web.Request) -> web.Response:
    """Show one batch: its figures, the questions that moved, its diff, and what can be done with it."""
    settings, number = request.app[keys.SETTINGS], forms.number_in(request, "number")
    async with request.app[keys.DATABASE].read() as db:
        row = await _row(request, db, number)
        batch = (await db.execute(sa.select(lesson).where(lesson.c.publication_id == number))).all()
        newest = sa.select(sa.func.max(publication.c.published_at)).where(publication.c.state == PUBLISHED)
        is_newest = row.state == PUBLISHED and row.published_at == (await db.execute(newest)).scalar_one()
    lost, won = ([], []) if row.model is None else figures.moved(settings, row.model_before, row.model)
    return await page(
        request,
        "publication.html",
        one=dict(row._mapping) | {"words": STATES[row.state]},
        under_way=row.state in UNDER_WAY,
        step=_step(request, row),
        lessons=[told(request.app, one) for one in batch],
        files=diff(Places(settings), Change.all_of(row.files)),
        rows=_rows(request, row.figures or {}),
        total=figures.total(row.figures) if row.figures else None,
        lost=[_moved(request, one) for one in lost],
        won=[_moved(request, one) for one in won],
        same_model=row.model == row.model_before,
        can_undo=is_newest and is_kept(settings, row.model_before),
        is_newest=is_newest,
        rule=figures.RULE,
    )


async def state(request: web.Request) -> web.Response:
    """Return how far a batch is."""
    async with request.app[keys.DATABASE].read() as db:
        row = await _row(request, db, forms.number_in(request, "number"))
    return web.json_response({"state": row.state, "under_way": row.state in UNDER_WAY, "step": _step(request, row)})


async def ask_check(request: web.Request) -> web.Response:
    """Have what is approved checked."""
    publishing, who = request.app[keys.PUBLISHING], request[guard.STAFF]
    async with request.app[keys.DATABASE].write() as db:
        number = await publishing.ask_check(db, who.shown_as)
        await audit.record(db, who, "batch_checked", at=_now(request), batch=number)
    publishing.wake()
    return see_other(f"{PLACE}/{number}")


async def publish(request: web.Request) -> web.Response:
    """Publish a batch that was checked."""
    publishing, who, number = request.app[keys.PUBLISHING], request[guard.STAFF], forms.number_in(request, "number")
    await publishing.still_as_checked(number)
    async with request.app[keys.DATABASE].write() as db:
        await publishing.ask_publish(db, number, who.shown_as)
        await audit.record(db, who, "batch_published", at=_now(request), batch=number)
    publishing.wake()
    return see_other(f"{PLACE}/{number}")


async def undo(request: web.Request) -> web.Response:
    """Undo the newest publication."""
    publishing, who, number = request.app[keys.PUBLISHING], request[guard.STAFF], forms.number_in(request, "number")
    async with request.app[keys.DATABASE].write() as db:
        await publishing.ask_undo(db, number)
        await audit.record(db, who, "batch_undone", at=_now(request), batch=number)
    publishing.wake()
    return see_other(f"{PLACE}/{number}")


async def _row(request: web.Request, db: Any, number: int) -> Any:
    try:
        return await request.app[keys.PUBLISHING].get(db, number)
    except NotReady:
        raise NotThere("There is no such batch.") from None


def _step(request: web.Request, row: Any) -> str:
    if row.state not in UNDER_WAY:
        return STATES[row.state]
    return STEPS.get(row.state) or check.step(request.app[keys.SETTINGS], row.id)


def _rows(request: web.Request, by_topic: figures.Figures) -> list[dict[str, Any]]:
    """Return a line for each topic: what fell first, then what got worse, better, and stayed."""
    rows = []
    for topic, (before, after, of) in by_topic.items():
        fallen = figures.falls(before, after, of)
        kind = "fallen" if fallen else "worse" if after < before else "better" if after > before else "same"
        name = topic_name(request.app[keys.WORDING], topic)
        rows.append({"name": name, "before": before, "after": after, "of": of, "kind": kind, "by": after - before})
    order: Sequence[str] = ("fallen", "worse", "better", "same")
    return sorted(rows, key=lambda row: (order.index(row["kind"]), row["by"], row["name"]))


def _moved(request: web.Request, one: figures.Moved) -> dict[str, str]:
    wording = request.app[keys.WORDING]
    names = {name: topic_name(wording, getattr(one, name)) for name in ("topic", "before", "after")}
    return {"text": one.text, **names}


def _now(request: web.Request) -> float:
    return request.app[keys.CLOCK].now().timestamp()
