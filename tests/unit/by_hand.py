"""The figures of a made-up month, counted talk by talk from the list that it was made from: no database, no SQL.

It shares nothing with bot/statistics, so that a mistake there does not hide here.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from tests.unit.a_month import CLOSED, DESK, GAPS, LOST, NOW, SMALL, UNKNOWN, ZONE, Month, Said, Talk, model_on

FOLLOW_UPS = ("change_detail", "choose_shown", "change_language", "chitchat")
NO_QUESTION = (*SMALL, "talk_to_staff", "affirm", "never_mind", "emergency")


@dataclass
class ByHand:
    """Counts between two days, both of them in it."""

    month: Month
    first: date
    last: date

    def on(self, at: float) -> bool:
        return self.first <= local(at).date() <= self.last

    def talks(self) -> list[Talk]:
        return [talk for talk in self.month.talks if (began := first_words(talk)) is not None and self.on(began)]

    def requests(self) -> Iterator[tuple[Talk, float, str]]:
        """Each request with its talk, its moment and how it went: taken, missed, absent or open."""
        for talk in self.month.talks:
            for one in talk.requests:
                if not self.on(one.at):
                    continue
                if one.claimed is not None:
                    yield talk, one.at, "taken"
                elif one.state == "waiting":
                    yield talk, one.at, "open"
                else:
                    yield talk, one.at, "absent" if one.closed == one.at else "missed"

    def answered(self) -> Iterator[tuple[Talk, Said]]:
        """Each message that the assistant answered, with its talk."""
        for talk in self.month.talks:
            for said in talk.said:
                if said.state == "done" and said.intent and self.on(said.at):
                    yield talk, said

    def figures(self) -> dict[str, tuple[float | None, int | None]]:
        """Every figure as (value, of how many)."""
        talks, requests, answered = self.talks(), list(self.requests()), list(self.answered())
        went = Counter(how for _, _, how in requests)
        stars = Counter(talk.rating[0] for talk in talks if talk.rating)
        rated = sum(stars.values())
        outside = [at for _, at, _ in requests if known(at) and not desk_is_open(at)]
        claims, replies = self.waits()
        asked = len(requests)
        return {
            "talks": (len(talks), None),
            "alone": (sum(alone(talk) for talk in talks), len(talks)),
            "asked": (asked, None),
            "taken": (went["taken"], asked),
            "unmet": (went["missed"] + went["absent"], asked),
            "missed": (went["missed"], asked),
            "absent": (went["absent"], asked),
            "outside": (len(outside), sum(known(at) for _, at, _ in requests)),
            "wait": (rank(claims, 50), None),
            "wait_p90": (rank(claims, 90), None),
            "reply": (rank(replies, 50), None),
            "reply_p90": (rank(replies, 90), None),
            "helped": (stars["yes"], rated),
            "rated": (rated, sum(invited(talk) for talk in talks)),
            "turns": (len(answered), None),
            "lost": (sum(said.intent == LOST for _, said in answered), len(answered)),
        }

    def waits(self) -> tuple[list[float], list[float]]:
        taken = [one for talk in self.month.talks for one in talk.requests if one.claimed and self.on(one.at)]
        replies = [one.replied - one.at for one in taken if one.replied]
        return [one.claimed - one.at for one in taken if one.claimed], replies

    def by_day(self, figure: str) -> Counter[date]:
        """Chats, requests or unmet requests by day."""
        return Counter(local(at).date() for at in self.moments(figure))

    def by_hour(self, figure: str) -> Counter[tuple[int, int]]:
        """The same by weekday and hour."""
        return Counter((local(at).weekday(), local(at).hour) for at in self.moments(figure))

    def moments(self, figure: str) -> list[float]:
        if figure == "talks":
            return [first_words(talk) or 0.0 for talk in self.talks()]
        return [at for _, at, how in self.requests() if figure == "asked" or how in ("missed", "absent")]

    def by(self, part: str) -> dict[str, dict[str, int]]:
        """Chats, answered alone, requests, unmet requests and what was not understood by branch, lang or channel."""
        talks = self.talks()
        return {
            "talks": Counter(getattr(talk, part) or "" for talk in talks),
            "alone": Counter(getattr(talk, part) or "" for talk in talks if alone(talk)),
            "asked": Counter(getattr(talk, part) or "" for talk, _, _ in self.requests()),
            "unmet": Counter(
                getattr(talk, part) or "" for talk, _, how in self.requests() if how in ("missed", "absent")
            ),
            "lost": Counter(getattr(talk, part) or "" for talk, said in self.answered() if said.intent == LOST),
        }

    def topics(self) -> Counter[str]:
        no_topic = (LOST, *NO_QUESTION, *FOLLOW_UPS)
        return Counter(said.intent for _, said in self.answered() if said.intent and said.intent not in no_topic)

    def gaps(self) -> Counter[str]:
        all_said = (said for talk in self.month.talks for said in talk.said)
        return Counter(GAPS[said.gap[0]] for said in all_said if said.gap and self.on(said.gap[1]))

    def ratings(self) -> Counter[str]:
        found = Counter(talk.rating[0] for talk in self.talks() if talk.rating)
        all_said = (said for talk in self.month.talks for said in talk.said)
        return found + Counter(said.thumb[0] for said in all_said if said.thumb and self.on(said.thumb[1]))

    def suggestions(self) -> Counter[tuple[str, str]]:
        made = self.month.suggestions
        own = ((one, one if one.first is None else made[one.first]) for one in made if self.on(one.at))
        return Counter((one.kind, first.state) for one, first in own)

    def models(self) -> dict[str, date]:
        days: dict[str, list[date]] = {}
        for _, said in self.answered():
            days.setdefault(model_on(said.at), []).append(local(said.at).date())
        return {model: min(found) for model, found in days.items()}


def local(at: float) -> datetime:
    return datetime.fromtimestamp(at, ZONE)


def first_words(talk: Talk) -> float | None:
    return next((said.at for said in talk.said if said.sender == "patron"), None)


def invited(talk: Talk) -> bool:
    return talk.mode == "ended" or any(one.state == "closed" for one in talk.requests) or talk.rating is not None


def alone(talk: Talk) -> bool:
    """Say whether the assistant answered a talk by itself."""
    if talk.mode != "ended" and NOW.timestamp() - talk.last <= 3600:
        return False
    if talk.requests or talk.left is not None or (talk.rating and talk.rating[0] == "no"):
        return False
    last = None
    for said in talk.said:
        if said.state is not None and said.intent not in NO_QUESTION:
            last = said
    if last is not None and (last.state != "done" or last.intent == LOST):
        return False
    since = last or next(said for said in reversed(talk.said) if said.sender == "patron")
    return not any(said.thumb and said.thumb[0] == "down" for said in talk.said if said.seq > since.seq)


def known(at: float) -> bool:
    return local(at).date() not in UNKNOWN


def desk_is_open(at: float) -> bool:
    """Say whether the desk is open in the half hour of a moment."""
    here = local(at)
    opens, shuts = DESK[here.weekday()]
    half = here.hour + (0.5 if here.minute >= 30 else 0)
    return here.date() not in CLOSED and opens <= half < shuts


def rank(found: list[float], percent: int) -> float | None:
    """Return the wait that so many in a hundred did not exceed, as a librarian would count it off a sorted list."""
    ordered = sorted(found)
    return ordered[math.ceil(len(ordered) * percent / 100) - 1] if ordered else None
