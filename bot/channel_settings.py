"""The settings of the messaging channels; .env.example and docs/channels/ say what each is for."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

TWILIO, TELEGRAM = "https://api.twilio.com", "https://api.telegram.org"
GRAPH, SLACK = "https://graph.facebook.com/v25.0", "https://slack.com/api"


@dataclass(frozen=True)
class ChannelSettings:
    """How each platform is reached; a channel whose first setting is empty is not there."""

    public_url: str = ""  # under which the public reaches the gateway, without a slash at its end
    twilio_account_sid: str = ""
    twilio_auth_token: str = field(default="", repr=False)
    twilio_sms_from: str = ""  # a number, or a messaging service
    twilio_whatsapp_from: str = ""
    telegram_token: str = field(default="", repr=False)
    telegram_secret: str = field(default="", repr=False)
    telegram_name: str = ""  # of the bot, for links to it
    messenger_page_token: str = field(default="", repr=False)
    messenger_app_secret: str = field(default="", repr=False)
    messenger_verify_token: str = field(default="", repr=False)
    slack_bot_token: str = field(default="", repr=False)
    slack_signing_secret: str = field(default="", repr=False)
    channel_url: str = field(default="", repr=False)
    channel_secret: str = field(default="", repr=False)
    # Where the platforms are: other places for tests alone.
    twilio_api: str = TWILIO
    telegram_api: str = TELEGRAM
    graph_api: str = GRAPH
    slack_api: str = SLACK

    def as_environ(self) -> dict[str, str]:
        """Return the settings as the environment names them."""
        return {one.name.upper(): getattr(self, one.name) for one in fields(self) if not one.name.endswith("_api")}
