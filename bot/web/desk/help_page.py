"""The keyboard sheet, and what is said where there is no page."""

from __future__ import annotations

from aiohttp import web

from bot.web.desk import guard
from bot.web.desk.errors import NotThere
from bot.web.desk.render import page
from bot.web.desk.sessions import Role


def add_routes(app: web.Application) -> None:
    """Add the routes; the second takes every address that is left, so this comes last."""
    guard.add(app, "GET", "/desk/help", show, role=Role.AGENT)
    guard.add(app, "GET", "/desk/{rest:.*}", missing, role=Role.AGENT)


async def show(request: web.Request) -> web.Response:
    """Show the keys and some good habits."""
    return await page(request, "help.html")


async def missing(_: web.Request) -> web.Response:
    """Say that there is no such page."""
    raise NotThere("There is no such page.")
