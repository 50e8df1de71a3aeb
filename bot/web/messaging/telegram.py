"""Telegram. Webhooks and methods: https://core.telegram.org/bots/api."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Any

from aiohttp import web
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message, Update
from telegram.constants import ChatType
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.error import TimedOut as NoAnswer
from telegram.request import HTTPXRequest

from bot.channel_settings import ChannelSettings
from bot.channels.model import Inbound, Part
from bot.channels.platform import Later, Uncertain, Undeliverable
from bot.web.messaging.endpoint import Letter, Report, json_of, object_of, same, words

PATH = "telegram"
CALL_SECONDS = 10.0
UPDATES = ("message", "edited_message", "callback_query")


class TelegramEndpoint:
    """Takes messages of private chats, changed ones too, and pressed buttons."""

    path = PATH

    def __init__(self, settings: ChannelSettings) -> None:
        self._secret = settings.telegram_secret

    def is_honest(self, letter: Letter) -> bool:
        """Tell whether the secret is the one that was told to setWebhook."""
        return same(letter.proof("X-Telegram-Bot-Api-Secret-Token"), self._secret)

    def read(self, letter: Letter) -> list[Inbound | Report]:
        """Return the message of an update, if it has one."""
        update = _update(letter)
        if (pressed := update.callback_query) is not None:
            if pressed.message is not None and pressed.message.chat.type != ChatType.PRIVATE:
                return []
            chat = pressed.message.chat.id if pressed.message else pressed.from_user.id
            lang, id_ = _lang(pressed.from_user.language_code), f"press {words(pressed.id)}"
            return [Inbound("telegram", str(_number(chat)), id_, choice=words(pressed.data), lang=lang)]
        message = update.message or update.edited_message
        if message is None or message.chat.type != ChatType.PRIVATE:
            return []
        text, other = words(message.text or message.caption), message.effective_attachment is not None
        # A place that moves is told as a change again and again; and what is neither words nor sent by the patron
        # (a message was pinned, a timer was set) needs no answer.
        if not text and (not other or update.edited_message is not None):
            return []
        return [
            Inbound(
                "telegram",
                str(_number(message.chat.id)),
                f"update {_number(update.update_id)}",
                text=text,
                other=other,
                lang=_lang(message.from_user.language_code if message.from_user else None),
            )
        ]

    def answer(self, letter: Letter) -> web.Response:
        """Say yes; a pressed button is told so in the same breath, or it would go on turning."""
        pressed = _update(letter).callback_query
        if pressed is None:
            return web.json_response({})
        return web.json_response({"method": "answerCallbackQuery", "callback_query_id": pressed.id})


class TelegramPlatform:
    """Sends as the library's bot."""

    channel = "telegram"

    def __init__(self, settings: ChannelSettings) -> None:
        self._settings = settings
        self._bot: Bot | None = None

    async def send(self, address: str, part: Part, key: str) -> str:
        """Send a message; return its number."""
        rows = [[InlineKeyboardButton(button.label, callback_data=button.key)] for button in part.buttons]
        sent: Message = await self._ask(
            self._opened().send_message(
                int(address),
                part.text,
                reply_markup=InlineKeyboardMarkup(rows) if rows else None,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        )
        return str(sent.message_id)

    async def sent(self, address: str, part: Part, key: str, since: float, others: Collection[str]) -> str | None:
        """Return None: a bot cannot look at what it has sent."""
        return None

    async def check(self) -> list[str]:
        """Ask who the bot is, and where Telegram brings messages."""
        try:
            await self._ask(self._opened().get_me())
            hook = await self._ask(self._opened().get_webhook_info())
        except (Later, Uncertain, Undeliverable) as problem:
            return [str(problem)]
        wanted = self.webhook
        if hook.url != wanted:
            return [
                f"Telegram brings messages to {hook.url or 'nobody'} instead of {wanted}. "
                "Run: python -m bot channels connect"
            ]
        if hook.last_error_message:
            return [f"Telegram could not bring a message: {hook.last_error_message}"]
        return []

    async def connect(self) -> None:
        """Tell Telegram where to bring messages, and by which secret it proves itself; raises NotSent."""
        await self._ask(
            self._opened().set_webhook(
                self.webhook, secret_token=self._settings.telegram_secret, allowed_updates=UPDATES
            )
        )

    @property
    def webhook(self) -> str:
        """The address to which Telegram is to bring messages."""
        return f"{self._settings.public_url}/messaging/{PATH}"

    async def close(self) -> None:
        """End the connections."""
        if self._bot is not None:
            await self._bot.request.shutdown()
            self._bot = None

    def _opened(self) -> Bot:
        if self._bot is None:
            # It writes each address that it calls into the log, and the bot's token is part of it.
            logging.getLogger("httpx").setLevel(logging.WARNING)
            request = HTTPXRequest(
                connection_pool_size=32,
                read_timeout=CALL_SECONDS,
                write_timeout=CALL_SECONDS,
                connect_timeout=5.0,
                httpx_kwargs={"trust_env": False},
            )
            base = f"{self._settings.telegram_api}/bot"
            self._bot = Bot(self._settings.telegram_token, base_url=base, request=request)
        return self._bot

    async def _ask(self, call: Any) -> Any:
        try:
            return await call
        except RetryAfter as error:
            seconds = error.retry_after
            after = float(seconds) if isinstance(seconds, int | float) else seconds.total_seconds()
            raise Later("Telegram asks to wait", after, all_=True) from None
        except InvalidToken:
            raise Later("Telegram does not know the bot's token (TELEGRAM_TOKEN)", 300.0) from None
        except Forbidden:
            raise Undeliverable("The patron has blocked the bot, or left Telegram.") from None
        except (BadRequest, ChatMigrated) as error:
            raise Undeliverable(f"Telegram refused it: {error.message[:100]}.") from None
        except NoAnswer:
            raise Uncertain("Telegram gave no answer in time") from None
        except NetworkError as error:
            if "ConnectError" in error.message:
                raise Later("Telegram cannot be reached") from None
            raise Uncertain("The connection to Telegram broke off") from None
        except TelegramError as error:
            raise Uncertain(f"Telegram answered: {error.message[:100]}") from None


def _update(letter: Letter) -> Update:
    """Return the update; raise ValueError."""
    body = object_of(json_of(letter.body))
    try:
        return Update.de_json(body, None)
    except Exception as error:  # the library takes what it gets for what is documented
        raise ValueError(f"no update: {type(error).__name__}") from None


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("no number")
    return value


def _lang(code: object) -> str | None:
    return words(code).split("-")[0].lower() or None
