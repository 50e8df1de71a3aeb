"""Every setting, read once from the environment (and .env) and handed on; nothing else reads the environment."""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.channel_settings import ChannelSettings
from bot.clock import RunningClock
from bot.errors import SettingsError
from bot.webhook_signing import read_secret

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """What one installation is configured to do; .env.example says to people what each setting is for."""

    host: str = "127.0.0.1"
    port: int = 8080
    rasa_port: int = 8081
    actions_port: int = 8082
    database_url: str = ""  # SQLAlchemy URL without a driver; empty: an SQLite file in `data_folder`
    redis_url: str = ""  # wakes the other gateways of one installation; empty: this gateway is the only one
    library: Path = ROOT / "library"
    data_folder: Path = ROOT / "var"  # everything that is written at run time: database, caches, secret, logs
    models: Path = ROOT / "models"
    model: Path | None = None  # the file to serve; by default the one of the present data
    responses: Path = ROOT / "data" / "responses"
    from_review: Path = ROOT / "data" / "nlu" / "from_review"  # examples that staff approved at the desk
    held_out: Path = ROOT / "data" / "held_out.jsonl"  # questions that measure a model before it is published
    clock: datetime | None = None  # naive local time at which the clock starts
    clock_started: float | None = None  # epoch second at which it did; shared by the processes of one run
    embed_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[IpNetwork, ...] = ()
    library_networks: tuple[IpNetwork, ...] = ()
    allow_private_feeds: bool = False
    retention_days: int = 30
    turn_seconds: float = 10.0  # how long a patron waits for the assistant before an apology
    apology_seconds: float = 2.0  # the same when the assistant cannot be reached at all
    retry_seconds: float = 120.0  # how long a message is still worth an answer
    messages_a_minute: int = 20  # per conversation
    requests_a_minute: int = 60  # per address outside `library_networks`
    mail_server: str = field(default="", repr=False)  # smtp://user:password@host:587 or smtps://...; empty: no mail
    mail_from: str = ""  # empty: the library's own address
    mail_to: str = ""  # where messages that patrons leave are sent; empty: the library's own address
    koha_url: str = ""  # where purchase suggestions are sent; empty: not to Koha
    koha_client_id: str = ""
    koha_client_secret: str = field(default="", repr=False)
    webhook_url: str = field(default="", repr=False)  # where all suggestions are sent; it may hold a key of its own
    webhook_secret: str = field(default="", repr=False)  # whsec_...
    channels: ChannelSettings = field(default_factory=ChannelSettings)
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)  # library.yml names keys of sources in it
    secret: str = field(default="", repr=False)  # signs patron tokens; empty: made once and kept in `data_folder`

    @property
    def database(self) -> str:
        """The database URL in use, without a driver name."""
        return self.database_url or f"sqlite:///{self.data_folder / 'foyer.db'}"

    @property
    def feeds(self) -> Path:
        """Where the last good copies of feeds are kept."""
        return self.data_folder / "feeds"

    def library_clock(self, zone: ZoneInfo) -> RunningClock:
        """Return the clock of the library's zone, moved when `clock` says so."""
        if self.clock is None:
            return RunningClock(zone)
        return RunningClock.starting_at(self.clock, zone, self.clock_started)

    @property
    def rasa_url(self) -> str:
        """Where the gateway reaches Rasa's turn channel: on loopback, always."""
        return f"http://127.0.0.1:{self.rasa_port}"

    @property
    def actions_url(self) -> str:
        """Where Rasa reaches the action server: on loopback, always."""
        return f"http://127.0.0.1:{self.actions_port}"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings; raise SettingsError naming the one that cannot be used and how to mend it."""
        environ = dict(os.environ) if environ is None else environ
        env = _Environ(environ)
        port = env.whole("PORT", 8080, 1, 65533)
        settings = cls(
            host=env.text("HOST", "127.0.0.1"),
            port=port,
            rasa_port=env.whole("RASA_PORT", port + 1, 1, 65535),
            actions_port=env.whole("ACTIONS_PORT", port + 2, 1, 65535),
            database_url=env.database("DATABASE_URL"),
            redis_url=env.redis("REDIS_URL"),
            library=env.folder("LIBRARY", ROOT / "library"),
            data_folder=Path(env.text("DATA_FOLDER", str(ROOT / "var"))).resolve(),
            models=Path(env.text("MODELS", str(ROOT / "models"))).resolve(),
            from_review=Path(env.text("FROM_REVIEW", str(ROOT / "data" / "nlu" / "from_review"))).resolve(),
            held_out=Path(env.text("HELD_OUT", str(ROOT / "data" / "held_out.jsonl"))).resolve(),
            model=Path(env.text("MODEL", "")) if env.text("MODEL", "") else None,
            clock=env.moment("CLOCK"),
            clock_started=env.number("CLOCK_STARTED"),
            embed_origins=env.origins("EMBED_ORIGINS"),
            trusted_proxies=env.networks("TRUSTED_PROXIES"),
            library_networks=env.networks("LIBRARY_NETWORKS"),
            allow_private_feeds=env.flag("ALLOW_PRIVATE_FEEDS"),
            retention_days=env.whole("RETENTION_DAYS", 30, 0, 90),
            messages_a_minute=env.whole("MESSAGES_A_MINUTE", 20, 1, 10_000),
            requests_a_minute=env.whole("REQUESTS_A_MINUTE", 60, 1, 100_000),
            mail_server=env.mail_server("MAIL_SERVER"),
            mail_from=env.text("MAIL_FROM", ""),
            mail_to=env.text("MAIL_TO", ""),
            koha_url=env.outlet("KOHA_URL"),
            koha_client_id=env.beside("KOHA_CLIENT_ID", "KOHA_URL"),
            koha_client_secret=env.beside("KOHA_CLIENT_SECRET", "KOHA_URL"),
            webhook_url=env.outlet("WEBHOOK_URL"),
            webhook_secret=env.webhook_secret("WEBHOOK_SECRET", "WEBHOOK_URL", "suggestions"),
            channels=ChannelSettings(
                public_url=env.public_url("PUBLIC_URL"),
                twilio_account_sid=env.matching(
                    "TWILIO_ACCOUNT_SID", r"AC[0-9a-f]{32}", "AC and 32 letters and digits"
                ),
                twilio_auth_token=env.beside("TWILIO_AUTH_TOKEN", "TWILIO_ACCOUNT_SID"),
                twilio_sms_from=env.matching(
                    "TWILIO_SMS_FROM", r"\+[1-9]\d{6,14}|MG[0-9a-f]{32}", "a number such as +13155550100, or MG..."
                ),
                twilio_whatsapp_from=env.matching(
                    "TWILIO_WHATSAPP_FROM", r"\+[1-9]\d{6,14}", "a number such as +13155550100"
                ),
                telegram_token=env.matching(
                    "TELEGRAM_TOKEN", r"\d{3,20}:[\w-]{10,80}", "NUMBER:LETTERS, from BotFather"
                ),
                telegram_secret=env.matching(
                    "TELEGRAM_SECRET", r"[\w-]{16,256}", "16 or more letters, digits, _ and -", beside="TELEGRAM_TOKEN"
                ),
                telegram_name=env.matching("TELEGRAM_NAME", r"@?\w{5,32}", "the bot's name, such as library_bot"),
                messenger_page_token=env.text("MESSENGER_PAGE_TOKEN", ""),
                messenger_app_secret=env.beside("MESSENGER_APP_SECRET", "MESSENGER_PAGE_TOKEN"),
                messenger_verify_token=env.beside("MESSENGER_VERIFY_TOKEN", "MESSENGER_PAGE_TOKEN"),
                slack_bot_token=env.matching(
                    "SLACK_BOT_TOKEN", r"xoxb-[\w-]{5,200}", "xoxb-..., from OAuth & Permissions"
                ),
                slack_signing_secret=env.beside("SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN"),
                channel_url=env.outlet("CHANNEL_URL"),
                channel_secret=env.webhook_secret("CHANNEL_SECRET", "CHANNEL_URL", "channels/webhook"),
            ),
            secret=env.text("SECRET", ""),
            environ=environ,
        )
        if settings.channels.twilio_account_sid and not settings.channels.public_url:
            raise SettingsError("PUBLIC_URL is missing. Twilio signs the address under which it reaches us.")
        if settings.secret and len(settings.secret) < 32:
            raise SettingsError(
                "SECRET has fewer than 32 characters. Leave it empty, or put 32 or more random ones in .env."
            )
        return settings

    def signing_secret(self) -> bytes:
        """Return the key that signs tokens, making and keeping one (mode 600) when the settings name none."""
        if self.secret:
            return self.secret.encode()
        path = self.data_folder / "secret"
        if not path.exists():
            self.data_folder.mkdir(parents=True, exist_ok=True)
            draft = self.data_folder / f"secret.{os.getpid()}"
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(48))
            # A link, not a rename: of two processes that start at once, the first one's key stays.
            with suppress(FileExistsError):
                path.hardlink_to(draft)
            draft.unlink()
        return path.read_text().strip().encode()


class _Environ:
    """Reads typed values and names the setting in every complaint."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ

    def text(self, name: str, default: str) -> str:
        return self.environ.get(name, "").strip() or default

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        value = self.text(name, str(default))
        if not re.fullmatch(r"\d{1,9}", value) or not least <= int(value) <= most:
            raise SettingsError(f"{name} is {value!r}. Give a whole number from {least} to {most}.")
        return int(value)

    def number(self, name: str) -> float | None:
        value = self.text(name, "")
        try:
            return float(value) if value else None
        except ValueError:
            raise SettingsError(f"{name} is {value!r}. Give a number of seconds.") from None

    def flag(self, name: str) -> bool:
        value = self.text(name, "no").lower()
        if value not in ("yes", "no", "true", "false", "1", "0"):
            raise SettingsError(f"{name} is {value!r}. Give yes or no.")
        return value in ("yes", "true", "1")

    def folder(self, name: str, default: Path) -> Path:
        path = Path(self.text(name, str(default))).resolve()
        if not path.is_dir():
            raise SettingsError(
                f"{name} is {str(path)!r}, which is not a folder. Name the folder that holds library.yml."
            )
        return path

    def moment(self, name: str) -> datetime | None:
        value = self.text(name, "")
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise SettingsError(f"{name} is {value!r}. Give a local time such as 2026-11-21T14:05.") from None
        if moment.tzinfo is not None:
            raise SettingsError(f"{name} is {value!r}. Leave the zone out: the library's own is used.")
        return moment

    def database(self, name: str) -> str:
        value = self.text(name, "")
        if value and not re.match(r"(sqlite:///.|postgresql://.)", value):
            raise SettingsError(f"{name} must start with sqlite:/// or postgresql:// (no driver name).")
        return value

    def redis(self, name: str) -> str:
        value = self.text(name, "")
        if value and not re.match(r"(rediss?|unix)://.", value):
            raise SettingsError(f"{name} must start with redis://, rediss:// or unix://.")
        return value

    def mail_server(self, name: str) -> str:
        value = self.text(name, "")
        if value and not re.match(r"smtps?://[^/@]*(?::[^/@]*@)?[^/@]+$|smtps?://[^/]+@[^/@]+$", value):
            raise SettingsError(f"{name} must look like smtp://user:password@mail.example.org:587, or smtps://...")
        return value

    def outlet(self, name: str) -> str:
        # Only an installation that sends suggestions somewhere needs what reads addresses.
        from bot.knowledge.sources.addresses import AddressRefused, checked_url

        value = self.text(name, "")
        here = re.match(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/|$)", value) is not None
        try:
            return checked_url(value, here or self.flag("ALLOW_PRIVATE_FEEDS")) if value else ""
        except AddressRefused as refusal:
            raise SettingsError(f"{name}: {refusal}. Give an address such as https://koha.example.org.") from None

    def matching(self, name: str, pattern: str, like: str, beside: str = "") -> str:
        value = self.beside(name, beside) if beside else self.text(name, "")
        if value and not re.fullmatch(pattern, value):
            raise SettingsError(f"{name} must be {like}.")
        return value

    def public_url(self, name: str) -> str:
        value = self.text(name, "").rstrip("/")
        if value and not re.fullmatch(r"https?://[a-z0-9.-]+(:\d+)?(/[\w./~-]*)?", value):
            raise SettingsError(f"{name} is {value!r}. Give an address such as https://chat.library.example, no query.")
        return value

    def beside(self, name: str, other: str) -> str:
        value = self.text(name, "")
        if self.text(other, "") and not value:
            raise SettingsError(f"{name} is missing. {other} needs it; leave both empty to send nothing there.")
        return value

    def webhook_secret(self, name: str, other: str, page: str) -> str:
        value = self.beside(name, other)
        try:
            read_secret(value or f"whsec_{'A' * 32}")
        except ValueError:
            raise SettingsError(
                f"{name} must be whsec_ and 24 to 64 random bytes in base64 (docs/{page}.md)."
            ) from None
        return value

    def origins(self, name: str) -> tuple[str, ...]:
        values = tuple(part for part in re.split(r"[\s,]+", self.text(name, "")) if part)
        for value in values:
            if not re.fullmatch(r"https?://[a-z0-9.-]+(:\d+)?", value):
                raise SettingsError(
                    f"{name} has {value!r}. Give origins such as https://www.example.org, with no path."
                )
        return values

    def networks(self, name: str) -> tuple[IpNetwork, ...]:
        try:
            return tuple(ipaddress.ip_network(part) for part in re.split(r"[\s,]+", self.text(name, "")) if part)
        except ValueError as error:
            raise SettingsError(f"{name}: {error}. Give networks such as 203.0.113.0/24.") from None
