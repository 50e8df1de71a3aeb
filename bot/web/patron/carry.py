"""The patron API's way to another place: a one-time code for a telephone, and a talk brought into the window by one."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.channel_settings import ChannelSettings
from bot.channels.carrying import CODE_SECONDS
from bot.channels.model import FORMS
from bot.channels.words import code_in
from bot.conversations.log import PAGE
from bot.conversations.model import WEB, Conversation, Message, Sender
from bot.errors import LibraryError
from bot.web.keys import CARRYING, HANDOFFS, LOG, SETTINGS, WORDING


class NoPlaces(LibraryError):
    """There is no messaging channel on which a talk could go on."""

    code = "no_places"
    status = 404
    response = "utter_channels_no_places"


class BadCode(LibraryError):
    """The code stands for no talk, or no longer."""

    code = "bad_code"
    status = 422
    response = "utter_channels_no_code"


def places(of: ChannelSettings, code: str = "") -> list[dict[str, str]]:
    """Return where a talk can go on: `channel`, `name`, `address` (may be empty), and a `link` that brings the code."""
    found: list[dict[str, str]] = []

    def add(channel: str, address: str = "", link: str = "") -> None:
        place = {"channel": channel, "name": FORMS[channel].name, "address": address}
        found.append(place | ({"link": link} if link else {}))

    if of.twilio_account_sid and of.twilio_sms_from.startswith("+"):  # of a messaging service nobody knows the number
        # RFC 5724; the empty first field is for telephones that want an ampersand.
        add("sms", of.twilio_sms_from, f"sms:{of.twilio_sms_from}?&body={quote(code)}")
    if of.twilio_account_sid and of.twilio_whatsapp_from:
        number = of.twilio_whatsapp_from
        add("whatsapp", number, f"https://wa.me/{number.removeprefix('+')}?text={quote(code)}")
    if of.telegram_token:
        name = of.telegram_name.removeprefix("@")
        add("telegram", f"@{name}" if name else "", f"https://t.me/{name}?start={quote(code)}" if name else "")
    if of.messenger_page_token:
        add("messenger")
    if of.slack_bot_token:
        add("slack")
    return found


async def give_code(request: web.Request, talk: Conversation) -> dict[str, Any]:
    """Return a new code for a talk, how long it is good, and where it can be sent; raise NoPlaces."""
    settings = request.app[SETTINGS].channels
    if not places(settings):
        raise NoPlaces
    async with request.app[LOG].database.write() as db:
        await request.app[LOG].locked(db, talk.id)
        code = await request.app[CARRYING].code(db, talk.id)
    return {"code": code, "minutes": round(CODE_SECONDS / 60), "places": places(settings, code)}


async def take_over(request: web.Request, typed: str) -> tuple[Conversation, str, list[Message]]:
    """Let a talk go on in the window of the website: return it, its new token and all its messages; raise BadCode."""
    log, code = request.app[LOG], code_in(typed)
    async with log.database.write() as db:
        talk = await request.app[CARRYING].take(db, code, WEB) if code else None
        if talk is None:
            raise BadCode
        token = await log.new_token(db, talk.id)
        words = request.app[WORDING].say("utter_channels_carried", talk.lang)
        _, talk = await log.append(db, talk, Sender.SYSTEM, [{"type": "notice", "kind": "info", "text": words}])
    request.app[HANDOFFS].changed(talk.id)
    said: list[Message] = []
    while len(said) % PAGE == 0:
        found, _ = await log.after(talk.id, said[-1].seq if said else 0)
        said += found
        if not found:
            break
    return talk, token, said
