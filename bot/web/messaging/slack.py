"""Slack: direct messages and mentions. Events and methods: https://docs.slack.dev."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.channel_settings import ChannelSettings
from bot.channels.model import Inbound, Part
from bot.channels.platform import Later, Uncertain, Undeliverable
from bot.channels.splitting import split
from bot.web.messaging.endpoint import Letter, Report, json_of, object_of, words

PATH = "slack"
CALL_SECONDS = 10
EVENT = "foyer_message"
LOOK_BACK = 50  # messages of a chat
FIELDS_MOST = 20
SECTION_MOST = 3000  # characters
GONE = ("channel_not_found", "is_archived", "not_in_channel", "user_not_found", "cannot_dm_bot", "user_disabled")
OURS = ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope")
PASSING = ("internal_error", "fatal_error", "service_unavailable", "request_timeout")
SCOPES = ("app_mentions:read", "chat:write", "im:history", "im:read")


class SlackEndpoint:
    """Takes events and pressed buttons."""

    path = PATH

    def __init__(self, settings: ChannelSettings) -> None:
        self._verifier = SignatureVerifier(settings.slack_signing_secret)

    def is_honest(self, letter: Letter) -> bool:
        """Tell whether the signature is that of the body, made in the last five minutes."""
        moment, given = letter.proof("X-Slack-Request-Timestamp"), letter.proof("X-Slack-Signature")
        try:
            return self._verifier.is_valid(letter.body, moment, given)
        except (ValueError, TypeError):  # a time that is no number, a body or signature that is no text
            return False

    def read(self, letter: Letter) -> list[Inbound | Report]:
        """Return the message of an event, if it is a patron's."""
        body = _body(letter)
        if body.get("type") == "block_actions":
            return _pressed(body)
        event = body.get("event")
        if body.get("type") != "event_callback" or not isinstance(event, dict):
            return []
        found = _said(event, words(body.get("event_id")))
        return [found] if found else []

    def answer(self, letter: Letter) -> web.Response:
        """Say yes; Slack's question whether the address is ours is answered with what it brought."""
        body = _body(letter)
        if body.get("type") == "url_verification":
            return web.Response(text=words(body.get("challenge")))
        return web.Response()


class SlackPlatform:
    """Sends as the library's app."""

    channel = "slack"

    def __init__(self, settings: ChannelSettings) -> None:
        self._client = AsyncWebClient(
            settings.slack_bot_token, base_url=f"{settings.slack_api}/", timeout=CALL_SECONDS, retry_handlers=[]
        )

    async def send(self, address: str, part: Part, key: str) -> str:
        """Send a message; return its time, which is its name."""
        chat, _, thread = address.partition("/")
        text = _escaped(part.text)
        blocks: list[dict[str, Any]] = [
            {"type": "section", "text": {"type": "mrkdwn", "text": one}} for one in _sections(part.text)
        ]
        if part.buttons:
            buttons = [
                {
                    "type": "button",
                    "text": {"type": "plain_text", "text": button.label},
                    "value": button.key,
                    "action_id": f"choice_{place}",
                }
                for place, button in enumerate(part.buttons)
            ]
            blocks.append({"type": "actions", "elements": buttons})
        made = await self._ask(
            self._client.chat_postMessage(
                channel=chat,
                thread_ts=thread or None,
                text=text,
                blocks=blocks if part.buttons else None,
                metadata={"event_type": EVENT, "event_payload": {"key": f"{key}"}},
                unfurl_links=False,
                unfurl_media=False,
            )
        )
        return words(made.get("ts"))

    async def sent(self, address: str, part: Part, key: str, since: float, others: Collection[str]) -> str | None:
        """Look through the chat for a message with this key."""
        chat = address
        if not chat.startswith("D"):
            # Threads of channels can be read with a right only (channels:history) that would show us what everybody
            # says there; we do without.
            return None
        asked: dict[str, Any] = {"channel": chat, "oldest": f"{since - 60:.6f}", "limit": LOOK_BACK}
        call = self._client.conversations_history(include_all_metadata=True, **asked)
        for one in (await self._ask(call)).get("messages") or ():
            payload = (one.get("metadata") or {}).get("event_payload") or {}
            if payload.get("key") == key:
                return words(one.get("ts"))
        return None

    async def check(self) -> list[str]:
        """Ask who the app is, and what it may do."""
        try:
            known = await self._ask(self._client.auth_test())
        except (Later, Uncertain, Undeliverable) as problem:
            return [str(problem)]
        granted = {scope.strip() for scope in str(known.headers.get("x-oauth-scopes", "")).split(",")}
        missing = [scope for scope in SCOPES if scope not in granted]
        return [f"The app lacks the scopes {', '.join(missing)} (OAuth & Permissions)."] if missing else []

    async def close(self) -> None:
        """Hold nothing open: the library makes a connection for each call."""

    async def _ask(self, call: Any) -> Any:
        try:
            return await call
        except SlackApiError as error:
            raise _problem(error) from None
        except (aiohttp.ClientConnectorError, ConnectionRefusedError):
            raise Later("Slack cannot be reached") from None
        except TimeoutError:
            raise Uncertain("Slack gave no answer in time") from None
        except (aiohttp.ClientError, SlackClientError, OSError, ValueError, asyncio.IncompleteReadError):
            raise Uncertain("The connection to Slack broke off") from None


def _problem(error: SlackApiError) -> Later | Uncertain | Undeliverable:
    response = error.response
    # An answer that is not JSON comes as it is, not as the library's own.
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    headers, data = getattr(response, "headers", {}) or {}, getattr(response, "data", None)
    said = words(data.get("error")) if isinstance(data, dict) else ""
    if status == 429 or said in ("ratelimited", "rate_limited", "message_limit_exceeded"):
        after = str(headers.get("Retry-After", headers.get("retry-after", "5")))
        return Later("Slack asks to wait", float(after) if after.isdigit() else 5.0, all_=True)
    if status >= 500 or (status == 200 and not said) or said in PASSING:
        return Uncertain(f"Slack answered {status}")
    if said in OURS:
        return Later(f"Slack refuses the app's token or rights ({said})", 300.0)
    if said in GONE:
        return Undeliverable("This chat is not there any more on Slack, or the app has left it.")
    return Undeliverable(f"Slack refused it ({said or status}).")


def _body(letter: Letter) -> dict[str, Any]:
    """Return the event, or what a pressed button sends as a form; raise ValueError."""
    if letter.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        form = parse_qs(letter.body.decode(), max_num_fields=FIELDS_MOST)
        return object_of(json_of(form.get("payload", [""])[0].encode()))
    return object_of(json_of(letter.body))


def _said(event: dict[str, Any], event_id: str) -> Inbound | None:
    """Return a direct message, a changed one, or a mention; None for the app's own words and for others."""
    changed = event.get("subtype") == "message_changed"
    message = event.get("message") if changed else event
    if not isinstance(message, dict) or message.get("bot_id") or not message.get("user"):
        return None
    if event.get("subtype") not in (None, "message_changed", "file_share", "me_message"):
        return None
    if changed:
        # A thread that grows is told as a change too; so is the preview of a link that Slack has drawn.
        before = event.get("previous_message")
        if isinstance(before, dict) and before.get("text") == message.get("text"):
            return None
    chat, time = words(event.get("channel")), words(message.get("ts"))
    direct = event.get("type") == "message" and event.get("channel_type") == "im"
    if not chat or not (direct or event.get("type") == "app_mention"):
        return None
    # A mention is answered in its thread, and each thread is a talk of its own.
    address = chat if direct else f"{chat}/{words(message.get('thread_ts')) or time}"
    text = _plain(words(message.get("text")))
    return Inbound("slack", address, event_id, text, other=bool(message.get("files")) or not text)


def _pressed(body: dict[str, Any]) -> list[Inbound | Report]:
    actions, container = body.get("actions"), body.get("container")
    if not isinstance(actions, list) or not isinstance(container, dict):
        raise ValueError("no actions")
    shown = body.get("message")
    message: dict[str, Any] = shown if isinstance(shown, dict) else {}
    chat = words(container.get("channel_id"))
    thread = words(container.get("thread_ts")) or words(message.get("thread_ts"))
    address = chat if chat.startswith("D") or not thread else f"{chat}/{thread}"
    return [
        Inbound("slack", address, f"press {at} {chat}", choice=words(one.get("value")))
        for one in actions
        if isinstance(one, dict) and chat and (at := words(one.get("action_ts")))
    ]


def _plain(text: str) -> str:
    """Return Slack's text as it was typed: no mentions, links as their address, its three entities undone."""
    bare = re.sub(r"<[@!][\w^-]+(?:\|[^>]*)?>", " ", text)
    bare = re.sub(r"<#\w+\|([^>]*)>", r"#\1", bare)
    bare = re.sub(r"<(?:[a-z]+:[^|>]+)\|([^>]+)>", r"\1", bare)
    bare = re.sub(r"<([a-z]+:[^|>]+)>", r"\1", bare)
    return bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _sections(text: str) -> list[str]:
    """Return a text, escaped, in as many sections as it then takes."""
    most = SECTION_MOST
    while any(len(_escaped(one)) > SECTION_MOST for one in split(text, most)):
        most //= 2
    return [_escaped(one) for one in split(text, most)]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
