"""What a question is about: branch, service, audience, subject and time, from the message and from the talk so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.knowledge.dates import Grain

ALL_BRANCHES = "all"
"""The value of a branch entity that stands for every branch."""


@dataclass(frozen=True)
class When:
    """A span of time as the message's date resolver found it. `end` is exclusive; both are aware."""

    start: datetime
    end: datetime
    grain: str
    name: str | None = None  # of a holiday

    @property
    def days(self) -> list[date]:
        """The days that the span touches."""
        last = max(self.start, self.end - timedelta(microseconds=1)).date()
        return [self.start.date() + timedelta(days=n) for n in range((last - self.start.date()).days + 1)]

    @property
    def is_moment(self) -> bool:
        """Whether a time of day is meant, not whole days."""
        return self.grain == Grain.MOMENT

    @property
    def is_part_of_day(self) -> bool:
        """Whether some hours of one day are meant ("in the evening")."""
        return self.grain == Grain.PART_OF_DAY

    @property
    def is_week(self) -> bool:
        """Whether a calendar week is meant; of the present one it holds what is left."""
        return self.grain == Grain.WEEK

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> When:
        """Read what the entity `when` holds (bot/understanding/entities.py)."""
        start, end = datetime.fromisoformat(value["start"]), datetime.fromisoformat(value["end"])
        return cls(start, end, value["grain"], value.get("name"))


@dataclass(frozen=True)
class Details:
    """Each field holds values in the order in which they were said; empty means nothing was said of it."""

    branches: tuple[str, ...] = ()
    service: str | None = None
    audiences: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    when: Mapping[str, Any] | None = None
    resources: tuple[str, ...] = ()
    device: str | None = None
    formats: tuple[str, ...] = ()
    words: str = ""  # what an event is to be about, where no subject is known for it
    said: str = ""  # the question about events in the patron's words, without branches and days
    sought: str = ""  # what is looked for in the catalogue, as bot/knowledge/sources/records.py writes it
    asked: str = ""  # how hours were asked for (actions/asked.py)

    @property
    def span(self) -> When | None:
        """The time asked about, or None."""
        return None if self.when is None else When.from_json(self.when)

    def over(self, earlier: Details) -> Details:
        """Return these details with what they leave open taken from `earlier`."""
        said = {field.name: getattr(self, field.name) for field in fields(self) if getattr(self, field.name)}
        return replace(earlier, **said)

    def as_slot(self) -> dict[str, Any]:
        """Return the value for the slot `details`."""
        return asdict(self)

    @classmethod
    def from_slot(cls, value: Mapping[str, Any] | None) -> Details:
        """Read the slot `details`; nothing is known where it was never set."""
        names = {field.name for field in fields(cls)}
        known: dict[str, Any] = {
            name: tuple(kept) if isinstance(kept, list) else kept
            for name, kept in (value or {}).items()
            if name in names
        }
        return cls(**known)

    @classmethod
    def from_entities(cls, entities: Iterable[Mapping[str, Any]], text: str = "", asks: str = "") -> Details:
        """Gather what a message's entities say; of several times the first counts.

        `asks` is the clause of `text` that asks: what it names counts, not what a story around it names.
        """
        found: dict[str, list[Any]] = {}
        entities = list(entities)
        start, end = 0, len(text)
        if asks and asks in text:
            start, end = text.rindex(asks), text.rindex(asks) + len(asks)
        asked = {one["entity"] for one in entities if start <= one.get("start", 0) < end}
        for entity in entities:
            if entity["entity"] in asked and not start <= entity.get("start", 0) < end:
                continue
            values = found.setdefault(entity["entity"], [])
            said = entity["value"] if isinstance(entity["value"], list) else [entity["value"]]
            values += [value for value in said if value not in values]
        return cls(
            branches=tuple(found.get("branch", ())),
            service=next(iter(found.get("service", ())), None),
            audiences=tuple(found.get("audience", ())),
            subjects=tuple(found.get("subject", ())),
            when=next(iter(found.get("when", ())), None),
            resources=tuple(found.get("resource", ())),
            device=next(iter(found.get("device", ())), None),
            formats=tuple(found.get("format", ())),
        )
