"""The stop switch, which everybody may use, and the notice that patrons read meanwhile."""

from __future__ import annotations

from aiohttp import web

from bot.conversations.handoff import DESK
from bot.web import keys
from bot.web.desk import audit, forms, guard
from bot.web.desk.errors import BadForm
from bot.web.desk.render import page, see_other
from bot.web.desk.sessions import Role
from bot.wording import LANGUAGES

NOTICE_MOST = 500  # characters


def add_routes(app: web.Application) -> None:
    """Add the routes."""
    guard.add(app, "GET", "/desk/settings", show, role=Role.ADMIN)
    guard.add(app, "POST", "/desk/settings", save, role=Role.ADMIN)
    guard.add(app, "POST", "/desk/stop", stop, role=Role.AGENT)


async def show(request: web.Request) -> web.Response:
    """Show the notice, the standard one where no other was written."""
    async with request.app[keys.DATABASE].read() as db:
        setting = await request.app[keys.PAUSE].read(db)
    library, say = request.app[keys.KNOWLEDGE].library, request.app[keys.WORDING].say
    contact = {"phone": library.phone, "email": library.email}
    return await page(
        request,
        "settings.html",
        notice=setting.get("notice") or {},
        standard={lang: say("utter_service_paused", lang, **contact) for lang in LANGUAGES},
        most=NOTICE_MOST,
        days=request.app[keys.SETTINGS].retention_days,
        mail=request.app[keys.OUTBOX].settings.on,
    )


async def save(request: web.Request) -> web.Response:
    """Keep the notice; an empty one means the standard words."""
    notice = {lang: await forms.text(request, f"notice_{lang}", NOTICE_MOST) for lang in LANGUAGES}
    now = request.app[keys.CLOCK].now().timestamp()
    async with request.app[keys.DATABASE].write() as db:
        await request.app[keys.PAUSE].change(db, now, notice=notice)
        await audit.record(db, request[guard.STAFF], "notice", at=now, **notice)
    _told(request)
    return see_other("/desk/settings", "saved")


async def stop(request: web.Request) -> web.Response:
    """Stop the assistant, or let it answer again."""
    on = {"stop": True, "resume": False}.get(await forms.value(request, "to"))
    if on is None:
        raise BadForm
    now = request.app[keys.CLOCK].now().timestamp()
    async with request.app[keys.DATABASE].write() as db:
        await request.app[keys.PAUSE].change(db, now, on=on)
        await audit.record(db, request[guard.STAFF], "stop" if on else "resume", at=now)
    _told(request)
    return see_other(guard.safe_next(await forms.value(request, "back")), "stopped" if on else "resumed")


def _told(request: web.Request) -> None:
    request.app[keys.PAUSE].forget()
    request.app[keys.LOG].hub.wake(DESK)
