"""Facebook Messenger. Webhooks and the Send API: https://developers.facebook.com/docs/messenger-platform."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Collection
from typing import Any

from aiohttp import web

from bot.channel_settings import ChannelSettings
from bot.channels.model import Inbound, Part
from bot.channels.platform import Later, NotSent, Uncertain, Undeliverable
from bot.suggestions.outlets import Caller, NotTaken, Unknown
from bot.web.messaging.endpoint import Letter, Report, json_of, object_of, same, words

log = logging.getLogger(__name__)

PATH = "messenger"
TOO_MANY = (4, 17, 32, 613)
"""Error codes that ask to come again later."""
PASSING = (1, 2, 1200)
"""A fault of the platform's own."""
OUTSIDE_WINDOW = 2018278
"""The subcode that tells an answer that is too late from a right that is missing."""
NEVER = {
    551: "The patron cannot be reached on Messenger any more.",
    10: "Messenger lets us write only for 24 hours after the patron's last message, and they are over.",
    100: "Messenger does not know this patron.",
}


class MessengerEndpoint:
    """Takes every message of every entry of a batch."""

    path = PATH

    def __init__(self, settings: ChannelSettings) -> None:
        self._secret = settings.messenger_app_secret.encode()
        self._verify = settings.messenger_verify_token

    def is_honest(self, letter: Letter) -> bool:
        """Tell whether X-Hub-Signature-256 is that of the body."""
        right = "sha256=" + hmac.new(self._secret, letter.body, hashlib.sha256).hexdigest()
        return bool(self._secret) and same(letter.proof("X-Hub-Signature-256"), right)

    def challenge(self, mode: str, token: str, challenge: str) -> str | None:
        """Return what proves to Meta that the address is ours; None where the one who asks does not know our token."""
        return challenge if mode == "subscribe" and same(token, self._verify) else None

    def read(self, letter: Letter) -> list[Inbound | Report]:
        """Return the messages, in order; one that is not as documented does not cost the others."""
        found: list[Inbound | Report] = []
        for entry in _list(object_of(json_of(letter.body)), "entry"):
            for event in _list(entry, "messaging"):
                try:
                    read = _read(object_of(event))
                except ValueError:
                    log.warning("an event of Messenger is not as documented; it is left out")
                    continue
                if read is not None:
                    found.append(read)
        return found

    def answer(self, letter: Letter) -> web.Response:
        """Say that it was taken."""
        return web.Response(text="EVENT_RECEIVED")


class MessengerPlatform:
    """Sends as the library's page."""

    channel = "messenger"

    def __init__(self, settings: ChannelSettings, caller: Caller) -> None:
        self._settings = settings
        self._caller = caller

    async def send(self, address: str, part: Part, key: str) -> str:
        """Send a message; return its id."""
        message: dict[str, Any] = {"text": part.text, "metadata": key}
        if part.buttons:
            message["quick_replies"] = [
                {"content_type": "text", "title": button.label, "payload": button.key} for button in part.buttons
            ]
        body = {"recipient": {"id": address}, "messaging_type": "RESPONSE", "message": message}
        return words((await self._call("POST", "me/messages", body)).get("message_id"))

    async def sent(self, address: str, part: Part, key: str, since: float, others: Collection[str]) -> str | None:
        """Return None: the platform does not tell by our key what it has sent."""
        return None

    async def check(self) -> list[str]:
        """Ask whose page the token is for, and whether its messages come here."""
        try:
            await self._call("GET", "me?fields=id,name")
            apps = _list(await self._call("GET", "me/subscribed_apps"), "data")
        except NotSent as problem:
            return [str(problem)]
        fields = {field for app in apps for field in object_of(app).get("subscribed_fields") or ()}
        missing = {"messages", "messaging_postbacks"} - fields
        if missing:
            return [f"The page is not subscribed to {', '.join(sorted(missing))} (Messenger, API settings, Webhooks)."]
        return []

    async def close(self) -> None:
        """End the connections."""
        await self._caller.close()

    async def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        token = self._settings.messenger_page_token
        proof = hmac.new(self._settings.messenger_app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        joint = "&" if "?" in path else "?"
        url = f"{self._settings.graph_api}/{path}{joint}appsecret_proof={proof}"
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            data = json.dumps(body, ensure_ascii=False).encode() if body is not None else None
            answer = await self._caller.call(method, url, headers=headers, data=data)
        except NotTaken:
            raise Later("Messenger cannot be reached") from None
        except Unknown as problem:
            raise Uncertain(f"Messenger: {problem}") from None
        try:
            said = object_of(json_of(answer.body))
        except ValueError:
            said = {}
        if answer.status == 200:
            return said
        error = said.get("error")
        raise _problem(answer.status, error if isinstance(error, dict) else {}, answer.after)


def _problem(status: int, error: dict[str, Any], after: float) -> NotSent:
    code, more = (error[name] if isinstance(error.get(name), int) else 0 for name in ("code", "error_subcode"))
    if status == 429 or code in TOO_MANY:
        return Later("Messenger asks to wait", after or 60.0, all_=True)
    if code == 190:
        return Later("Messenger refuses the page's token (MESSENGER_PAGE_TOKEN)", 300.0)
    if code == 100 and "appsecret_proof" in words(error.get("message")):
        return Later("Messenger refuses the app's secret (MESSENGER_APP_SECRET)", 300.0)
    if status >= 500 or code in PASSING or error.get("is_transient") is True:
        return Uncertain(f"Messenger answered {status}")
    if code == 10 and more != OUTSIDE_WINDOW:
        return Later("The app lacks a right to write to patrons (pages_messaging)", 300.0)
    return Undeliverable(NEVER.get(code, f"Messenger refused it ({code or status})."))


def _read(event: dict[str, Any]) -> Inbound | None:
    """Return a message, a pressed button, or a changed message; None for what needs no answer."""
    sender = words(object_of(event.get("sender") or {}).get("id"))
    message, edit, postback = (object_of(event.get(name) or {}) for name in ("message", "message_edit", "postback"))
    if not sender or message.get("is_echo"):
        return None
    if postback:
        id_ = words(postback.get("mid")) or words(f"postback {sender} {event.get('timestamp')}")
        return Inbound("messenger", sender, id_, choice=words(postback.get("payload")))
    if edit:
        if not words(edit.get("mid")):
            return None
        id_ = words(f"{edit['mid']} edit {edit.get('num_edit')}")
        return Inbound("messenger", sender, id_, text=words(edit.get("text")))
    mid = words(message.get("mid"))
    if not mid:
        return None
    choice = words(object_of(message.get("quick_reply") or {}).get("payload")) or None
    text = "" if choice else words(message.get("text"))
    # Whatever it is that holds neither words nor a button: the patron waits for an answer.
    other = bool(message.get("attachments")) or not (text.strip() or choice)
    return Inbound("messenger", sender, mid, text, choice, other=other)


def _list(of: Any, name: str) -> list[Any]:
    value = object_of(of).get(name) or []
    if not isinstance(value, list):
        raise ValueError(f"{name} is no list")
    return value
