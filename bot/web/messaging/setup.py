"""The channels that the settings name: their endpoints, their platforms, and whether their credentials work."""

from __future__ import annotations

import asyncio

from bot.channel_settings import ChannelSettings
from bot.channels.model import channel_name
from bot.channels.platform import NotSent, Platform
from bot.settings import Settings
from bot.suggestions.outlets import Caller
from bot.web.messaging.endpoint import Endpoint
from bot.web.outlets import connector

CHECK_SECONDS = 30.0


def endpoints_of(settings: ChannelSettings) -> list[Endpoint]:
    """Return the endpoints of the channels that are set up."""
    found: list[Endpoint] = []
    # Each platform's library is loaded where it is used: together they take half a second and 40 MB.
    if settings.twilio_account_sid:
        from bot.web.messaging.twilio import TwilioEndpoint, TwilioStatus

        found += [TwilioEndpoint(settings), TwilioStatus(settings)]
    if settings.telegram_token:
        from bot.web.messaging.telegram import TelegramEndpoint

        found.append(TelegramEndpoint(settings))
    if settings.messenger_page_token:
        from bot.web.messaging.messenger import MessengerEndpoint

        found.append(MessengerEndpoint(settings))
    if settings.slack_bot_token:
        from bot.web.messaging.slack import SlackEndpoint

        found.append(SlackEndpoint(settings))
    if settings.channel_url:
        from bot.web.messaging.webhook import WebhookEndpoint

        found.append(WebhookEndpoint(settings))
    return found


def platforms_of(settings: Settings) -> dict[str, Platform]:
    """Return the platforms that are set up, by channel. Nothing is contacted."""
    of, found = settings.channels, list[Platform]()
    if of.twilio_account_sid:
        from bot.web.messaging.twilio import TwilioPlatform

        numbers = (("sms", of.twilio_sms_from), ("whatsapp", of.twilio_whatsapp_from))
        found += [TwilioPlatform(channel, of) for channel, number in numbers if number]
    if of.telegram_token:
        from bot.web.messaging.telegram import TelegramPlatform

        found.append(TelegramPlatform(of))
    if of.messenger_page_token:
        from bot.web.messaging.messenger import MessengerPlatform

        found.append(MessengerPlatform(of, Caller(connector(settings, of.graph_api))))
    if of.slack_bot_token:
        from bot.web.messaging.slack import SlackPlatform

        found.append(SlackPlatform(of))
    if of.channel_url:
        from bot.web.messaging.webhook import WebhookPlatform

        found.append(WebhookPlatform(of, Caller(connector(settings, of.channel_url))))
    return {platform.channel: platform for platform in found}


async def check(settings: Settings) -> dict[str, list[str]]:
    """Try the credentials of every channel; return what is wrong with each, a sentence each."""
    platforms = platforms_of(settings)
    try:
        found = await asyncio.gather(*(_check(platform) for platform in platforms.values()))
    finally:
        await asyncio.gather(*(platform.close() for platform in platforms.values()))
    return dict(zip(platforms, found, strict=True))


async def _check(platform: Platform) -> list[str]:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await platform.check()
    except TimeoutError:
        return ["No answer in time."]


async def connect(settings: Settings) -> list[str]:
    """Tell the platforms that are told by a program where to bring messages; return what was done, a line each.

    Only Telegram is: the others are told in their own web pages (docs/channels/).
    """
    if not settings.channels.telegram_token:
        return ["Telegram is not set up; the other platforms are told in their own pages (docs/channels/)."]
    from bot.web.messaging.telegram import TelegramPlatform

    platform = TelegramPlatform(settings.channels)
    try:
        await platform.connect()
    except NotSent as problem:
        return [f"{channel_name(platform.channel)}: {problem}"]
    finally:
        await platform.close()
    return [f"{channel_name(platform.channel)} brings messages to {platform.webhook}"]
