"""A month of 2,000 talks with something of everything, and a quiet month before it; always the same."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from bot.statistics.hours import DeskHours
from bot.statistics.periods import Period
from bot.storage import models
from bot.storage.engine import Database

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 21, 17, 40, tzinfo=ZONE)  # a Saturday; clocks were put back on November 1
MONTH = Period(date(2026, 10, 23), date(2026, 11, 21))
BEFORE = Period(date(2026, 9, 23), date(2026, 10, 22))
TALKS, TALKS_BEFORE = 2000, 400
DESK = {0: (10, 20), 1: (10, 20), 2: (10, 20), 3: (10, 20), 4: (10, 17), 5: (10, 16), 6: (13, 16.5)}
CLOSED = (date(2026, 11, 11),)
UNKNOWN = (date(2026, 11, 3),)
TOPICS = ("ask_hours", "find_item", "use_printing", "find_event", "renew_items", "get_library_card", "place_hold")
TOPICS += ("use_computers_and_wifi", "book_space", "get_recommendation", "ask_jobs", "ask_parking", "change_detail")
SMALL = ("greet", "thank", "goodbye", "deny")
LOST = "nlu_fallback"
BRANCHES = {"main": 50, "eastside": 30, None: 16.7, "riverside": 3, "bookmobile": 0.3}
LANGUAGES = {"en": 84, "es": 15, "zh": 0.1, "fr": 0.9}
CHANNELS = {"web": 96, "sms": 4}
MODELS = ((date(2026, 11, 14), "foyer-cccc"), (date(2026, 11, 2), "foyer-bbbb"), (date(2000, 1, 1), "foyer-aaaa"))
GAPS = ("Can I borrow a sewing machine?", "Do you have a seed library?", "¿Hay clases de manejo?", "Is there a notary?")
GAP_WEIGHTS = (40, 30, 25, 0.9)
KINDS = {"purchase": 60, "event": 25, "comment": 10, "praise": 3}
STATES = {"new": 40, "considering": 30, "ordered": 20, "done": 8, "declined": 2}
ANSWER = "The library opens at nine. " * 12


@dataclass
class Said:
    """A message: who from, when, and for the patron's what the assistant made of it."""

    seq: int
    at: float
    sender: str
    intent: str | None = None
    state: str | None = None  # of its turn; none: it had no turn
    thumb: tuple[str, float] | None = None
    gap: tuple[int, float] | None = None


@dataclass
class Request:
    """A request for a person."""

    at: float
    state: str
    claimed: float | None = None
    replied: float | None = None
    closed: float | None = None


@dataclass
class Talk:
    """A talk as it went."""

    id: str
    created: float
    branch: str | None
    lang: str
    channel: str
    mode: str = "bot"
    said: list[Said] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    rating: tuple[str, float] | None = None
    left: float | None = None

    def say(self, at: float, sender: str, **more: Any) -> Said:
        self.said.append(Said(len(self.said) + 1, at, sender, **more))
        return self.said[-1]

    @property
    def last(self) -> float:
        return self.said[-1].at


@dataclass(frozen=True)
class Suggested:
    """A suggestion; `first` is the number of the one that it was joined to."""

    at: float
    kind: str
    state: str
    first: int | None


@dataclass(frozen=True)
class Month:
    """The talks of two months, and what patrons suggested."""

    talks: list[Talk]
    suggestions: list[Suggested]


def desk_hours(*periods: Period) -> DeskHours:
    """Return the hours of the sample's desk: closed on Veterans Day, unknown on one other."""
    days = [day for period in periods for day in period.days if day not in UNKNOWN]
    opened = [(day, DESK[day.weekday()]) for day in days if day not in CLOSED]
    slots = {
        (day.isoformat(), slot) for day, (opens, shuts) in opened for slot in range(int(opens * 2), int(shuts * 2))
    }
    return DeskHours(frozenset(slots), frozenset(day.isoformat() for day in days))


def open_at(at: float) -> bool:
    """Say whether the desk is open at a moment (on a day of unknown hours as usual)."""
    local = datetime.fromtimestamp(at, ZONE)
    opens, shuts = DESK[local.weekday()]
    return local.date() not in CLOSED and opens <= local.hour + local.minute / 60 < shuts


def a_month(before: int = TALKS_BEFORE, seed: int = 5) -> Month:
    """Make it, with `before` talks in the month before it."""
    luck = random.Random(seed + 1)
    talks = [_talk(luck, f"before-{number:05}", _moment(luck, BEFORE)) for number in range(before)]
    luck = random.Random(seed)
    talks += [_talk(luck, f"month-{number:05}", _moment(luck, MONTH)) for number in range(TALKS - 12)]
    # The hour that comes twice, a midnight, and what is going on now.
    talks += [_talk(luck, f"twice-{number}", _night(date(2026, 11, 1), 1800 + 3600 * number)) for number in range(4)]
    talks += [_talk(luck, f"midnight-{number}", _night(date(2026, 11, 10), -20 * number - 5)) for number in range(4)]
    talks += [_talk(luck, f"now-{number}", NOW.timestamp() - 240 - 60 * number) for number in range(4)]
    for number in range(60):  # opened and never used
        opened = Talk(f"unused-{number:04}", _moment(luck, MONTH), "main", "en", "web")
        opened.say(opened.created, "bot")
        talks.append(opened)
    _going_on(talks)
    return Month(talks, [_suggestion(luck, number) for number in range(150)])


def _moment(luck: random.Random, period: Period) -> float:
    weights = [{5: 0.7, 6: 0.4}.get(day.weekday(), 1.0) for day in period.days]
    (day,) = luck.choices(period.days, weights)
    hour = min(23.99, max(0.0, luck.gauss(14, 3.4))) if luck.random() < 0.97 else luck.uniform(0, 23.9)
    at = _night(day, hour * 3600)
    return min(at, NOW.timestamp() - 5 * 3600)


def _night(day: date, seconds: float) -> float:
    return datetime.combine(day, time(), ZONE).timestamp() + seconds


def _pick(luck: random.Random, weights: dict[Any, float]) -> Any:
    return luck.choices(list(weights), list(weights.values()))[0]


def _talk(luck: random.Random, name: str, began: float) -> Talk:
    waited = luck.choice((4, 20, 90, 40_000))  # a chat may be open long before anything is written
    talk = Talk(name, began - waited, _pick(luck, BRANCHES), _pick(luck, LANGUAGES), _pick(luck, CHANNELS))
    talk.say(talk.created, "bot")
    at = began
    for _ in range(luck.choices((1, 2, 3, 4), (75, 17, 6, 2))[0]):
        at = _question(luck, talk, at) + luck.uniform(10, 200)
    if luck.random() < 0.1:
        talk.say(at, "patron", intent=luck.choice(SMALL), state="done")
        talk.say(at + 1, "bot")
        at += 15
    if luck.random() < 0.13:
        at = _asks(luck, talk, at)
        if luck.random() < 0.06 and talk.mode == "bot":
            at = _asks(luck, talk, at + luck.choice((60, 30_000)))
    elif luck.random() < 0.01:
        talk.say(at, "patron")  # the button for leaving a message: no turn
        talk.left = at + 60
        talk.say(at + 60, "bot")
    elif luck.random() < 0.12:
        talk.mode = "ended"
        talk.say(at, "system")
    invited = talk.mode == "ended" or any(request.state == "closed" for request in talk.requests)
    if invited and luck.random() < 0.5:
        value = luck.choices(("yes", "partly", "no"), (80, 18, 3))[0]
        talk.rating = (value, talk.last + luck.uniform(2, 40_000))
    return talk


def _question(luck: random.Random, talk: Talk, at: float) -> float:
    fate = luck.random()
    weights = [1 / (place + 1) for place in range(len(TOPICS))]
    intent = LOST if fate < 0.08 else luck.choices(TOPICS, weights)[0]
    if fate > 0.995:
        talk.say(at, "patron", intent=None, state="failed")
        talk.say(at + 3, "bot")
        return at + 3
    asked = talk.say(at, "patron", intent=intent, state="done")
    if intent == LOST or fate > 0.985:
        asked.gap = (luck.choices(range(len(GAPS)), GAP_WEIGHTS)[0], at + luck.choice((5, 3 * 3600)))
    answer = talk.say(at + luck.uniform(0.4, 3), "bot")
    if luck.random() < 0.07:
        answer.thumb = (luck.choices(("up", "down"), (65, 35))[0], answer.at + 20)
        if answer.thumb[0] == "down":
            talk.say(answer.at + 20, "bot")  # a person is offered
    return talk.last


def _asks(luck: random.Random, talk: Talk, at: float) -> float:
    by_words = luck.random() < 0.5
    talk.say(at, "patron", intent="talk_to_staff" if by_words else None, state="done" if by_words else None)
    asked = at + 0.8
    talk.say(asked, "bot")
    if not open_at(asked) or luck.random() < 0.05:
        talk.requests.append(Request(asked, "missed", closed=asked))
        if luck.random() < 0.4:
            talk.left = asked + 90
            talk.say(asked + 90, "bot")
        return talk.last + 5
    if luck.random() < 0.15:
        given_up = asked + luck.uniform(60, 800)
        talk.requests.append(Request(asked, "missed", closed=given_up))
        talk.say(given_up, "bot")
        return given_up + 5
    claimed = asked + luck.expovariate(1 / 45)
    replied = claimed + luck.uniform(8, 90) if luck.random() < 0.95 else None
    talk.say(claimed, "system")
    # What is said to a person is understood too, for the desk; it is no question to the assistant.
    talk.say(claimed + 5, "patron", intent=luck.choice((LOST, *TOPICS)), state="suggested")
    talk.say(replied or claimed + 95, "staff")
    talk.mode = "bot" if luck.random() < 0.1 else "ended"
    talk.say(talk.last + 120, "system")
    talk.requests.append(Request(asked, "closed", claimed, replied, talk.last))
    return talk.last + 30


def _going_on(talks: list[Talk]) -> None:
    """Let one of the newest talks wait for a person just now, and one for its answer."""
    waiting, due = [talk for talk in talks if talk.id.startswith("now-")][:2]
    at = NOW.timestamp() - 30
    waiting.say(at, "patron", intent="talk_to_staff", state="done")
    waiting.mode = "waiting"
    waiting.requests.append(Request(at, "waiting"))
    due.say(at, "patron", state="due")


def _suggestion(luck: random.Random, number: int) -> Suggested:
    first = luck.randrange(number) if number > 20 and luck.random() < 0.15 else None
    period = BEFORE if luck.random() < 0.2 else MONTH
    return Suggested(_moment(luck, period), _pick(luck, KINDS), _pick(luck, STATES), first)


def model_on(at: float) -> str:
    """Return the model that answered at a moment."""
    day = datetime.fromtimestamp(at, ZONE).date()
    return next(name for since, name in MODELS if day >= since)


async def store(database: Database, month: Month) -> None:
    """Store a month as the gateway would have."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ("conversation", "message", "turn", "handoff")}
    rows |= {name: [] for name in ("rating", "left_message", "gap", "gap_question", "suggestion")}
    for number, question in enumerate(GAPS):
        row = {"id": number + 1, "question": question, "lang": "en", "state": "open", "at": month.talks[0].created}
        rows["gap"].append(row)
    for talk in month.talks:
        _rows_of(talk, rows)
    for number, one in enumerate(month.suggestions):
        joined = None if one.first is None else one.first + 1
        row = {
            "id": number + 1,
            "code": f"K7-{number}",
            "kind": one.kind,
            "text": "A book",
            "details": {},
            "lang": "en",
        }
        row |= {"channel": "web", "status": one.state, "created_at": one.at, "changed_at": one.at, "joined_to": joined}
        rows["suggestion"].append(row)
    async with database.write() as db:
        for name, made in rows.items():
            await db.execute(models.metadata.tables[name].insert(), made)


def _rows_of(talk: Talk, rows: dict[str, list[dict[str, Any]]]) -> None:
    of = {"conversation_id": talk.id}
    rows["conversation"].append(
        {"id": talk.id, "token_hash": "x" * 64, "channel": talk.channel, "mode": talk.mode, "epoch": 0}
        | {"seq": len(talk.said), "lang": talk.lang, "branch": talk.branch, "created_at": talk.created}
        | {"last_at": talk.last}
    )
    for said in talk.said:
        text = ANSWER if said.sender == "bot" else "Is the library open?"
        blocks = [{"type": "text", "text": text}]
        row = {
            "seq": said.seq,
            "at": said.at,
            "sender": said.sender,
            "lang": talk.lang,
            "blocks": blocks,
            "words": text,
        }
        rows["message"].append(of | row)
        if said.state is not None:
            known = {"intent": said.intent, "confidence": 0.9, "ranking": [], "entities": [], "language": talk.lang}
            row = {"seq": said.seq, "epoch": 0, "state": said.state, "received_at": said.at, "answer_by": 0.0}
            row |= {"attempts": 1, "leased_until": 0.0, "understood": known if said.intent else None}
            rows["turn"].append(of | row | {"model": model_on(said.at) if said.intent else None})
        if said.thumb is not None:
            rows["rating"].append(of | {"seq": said.seq, "value": said.thumb[0], "at": said.thumb[1]})
        if said.gap is not None:
            row = {"seq": said.seq, "gap_id": said.gap[0] + 1, "at": said.gap[1], "labelled": said.intent != LOST}
            rows["gap_question"].append(of | row)
    if talk.rating is not None:
        rows["rating"].append(of | {"seq": 0, "value": talk.rating[0], "at": talk.rating[1]})
    if talk.left is not None:
        row = {
            "reference": f"M-{len(rows['left_message'])}",
            "client_id": "a",
            "contact": "315-555-0100",
            "at": talk.left,
        }
        row |= {"contact_kind": "phone", "question": "Is it open?", "lang": talk.lang, "state": "open"}
        rows["left_message"].append(of | row)
    for one in talk.requests:
        row = {
            "state": one.state,
            "reason": "asked",
            "urgent": False,
            "question": "Is it open?",
            "requested_at": one.at,
        }
        row |= {"claimed_at": one.claimed, "replied_at": one.replied, "closed_at": one.closed, "patron_seen_at": one.at}
        rows["handoff"].append(of | row)
