"""Step-by-step guides kept as data in library/guides: mending trouble with a digital resource, judging a source."""

from __future__ import annotations

import logging
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import Field, field_validator

from bot.knowledge.date_words import edits
from bot.knowledge.event_words import stem
from bot.knowledge.problems import LibraryFileError, Problem
from bot.knowledge.resource_vocabulary import DEVICE_WORDS, KINDS_OF, NOT_TOPICS, Device
from bot.knowledge.schema import Identifier, Part
from bot.knowledge.text import Line, Text, plain, words_of
from bot.knowledge.yamlfile import read_model, read_yaml

log = logging.getLogger(__name__)

FOLDER = "guides"
SURE = 0.4
"""A guide that fits this well is begun at once, if no other comes near."""
NEAR = 0.1
LIKELY = 0.24
"""Guides that fit this well are offered to choose from."""
MOST_OFFERED = 6
COMMONEST = 3
"""Troubles as common as this are offered before those of one service."""
OWN_RESOURCE, OWN_DEVICE = 0.12, 0.25
"""What it adds that a guide is about the very service, or the very device, that was named."""
LONG = 7
SHORTEST_GUESSED = 5
_PLAIN_WORDS = 0.25


class GuideKind(StrEnum):
    """What a guide is for."""

    TROUBLE = "trouble"
    JUDGING = "judging"


class GuideStep(Part):
    """One thing to do. `ask` stands in place of "Did that work?"; with `devices` it is for those only."""

    text: Text
    title: Text | None = None
    ask: Text | None = None
    devices: tuple[Device, ...] = ()


class Guide(Part):
    """One trouble or one way of judging, from how patrons speak of it to its last step."""

    id: Identifier
    kind: GuideKind
    title: Text
    common: int = Field(default=9, ge=1, le=9)
    resources: tuple[Identifier, ...] = ()
    devices: tuple[Device, ...] = ()
    words: tuple[Line, ...] = ()
    samples: tuple[Line, ...] = Field(min_length=1)
    steps: tuple[GuideStep, ...] = Field(min_length=1)
    end: Text | None = None

    @field_validator("words", mode="before")
    @classmethod
    def _parted(cls, value: object) -> object:
        return [part for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @property
    def needs_device(self) -> bool:
        """Whether the steps depend on the device."""
        return any(step.devices for step in self.steps)

    def steps_on(self, device: str | None) -> tuple[GuideStep, ...]:
        """Return the steps for a device; where it is not known, those for every device."""
        return tuple(step for step in self.steps if not step.devices or fits(device, step.devices))

    def concerns(self, resource: str | None, device: str | None) -> bool:
        """Tell whether the guide may be about a resource and a device; None stands for not said."""
        of_resource = not self.resources or resource is None or resource in self.resources
        return of_resource and (not self.devices or device is None or fits(device, self.devices))


@dataclass(frozen=True)
class Fitting:
    """A guide and how well it fits what was said, from 0 to 1 or a little more."""

    guide: Guide
    score: float


def fits(device: str | None, devices: Sequence[Device]) -> bool:
    """Tell whether a device is one of `devices`, of one of those kinds, or a kind that has one of them."""
    if device is None or device not in set(Device):
        return False
    named = Device(device)
    kinds = {kind for kind, members in KINDS_OF.items() if named in members}
    return bool({named, *kinds, *KINDS_OF.get(named, ())} & set(devices))


_HELPED = (
    r"worked|works|did it|did the trick|helped|fixed|solved|is fixed|is working|working now|funciono|funciona|sirvio|"
    r"se arreglo|se resolvio|resuelto|arreglado|listo|pude|lo logre"
)
_YES = re.compile(
    r"^(?:(?:yes|yep|yeah|si|ok|great|perfect|genial|perfecto)[ ,.!]*)?(?:(?:it|that|this|esto?|eso|ya) )?(?:now )?"
    rf"(?:all |finally |ya )?(?:{_HELPED})\b(?!\?)|"
    r"\b(?:it works now|that worked|it worked|problem solved|works now|i got it|got it working|all good now|"
    r"ya funciona|ya pude|ya quedo|ya sirve|me sirvio)\b"
)
_NO = re.compile(
    r"\b(?:did ?n[o']?t (?:work|help|fix)|did nothing|does ?n[o']?t (?:work|help)|not working|no luck|no change|"
    r"nothing changed|same (?:thing|problem|message|error)|tried that|already (?:did|tried)|next step|"
    r"what else|what now|"
    r"still (?:not|no|nothing|the same|stuck|\w+n.?t|does|says|asks|happening|broken)|"
    r"no (?:me )?(?:funciono|funciona|sirvio|sirve|ayudo|cambio)|no cambio nada|"
    r"sigue (?:igual|sin|el|lo|diciendo|pidiendo)|tampoco|todavia no|aun no|lo mismo|ya (?:lo )?(?:hice|intente|probe)|"
    r"siguiente paso|que mas|no es eso)\b|"
    r"^(?:still|next|nope|siguiente|igual|nada)\b|^did ?n.?t\b"
)


_ON = re.compile(
    r"\W*(?:(?:ok(?:ay)?|alright|got it|yes|and|then|so|the|please|bueno|vale|listo|y|la|el|si)\W+)*"
    r"(?:next(?: (?:one|step|check|please))?|go on|continue|keep going|"
    r"siguiente(?: paso)?|sigamos|continuar|sigue|proximo)"
    r"(?:\W+(?:please|por favor))?\W*"
)
_BACK = re.compile(
    r"\b(?:back to|go on with|continue with|where were we|resume|"
    r"volvamos|volver a|sigamos con|seguir con|en que ibamos)\b|"
    r"^\W*(?:(?:ok|please|can you|could you|go|say)\W+)*(?:back|repeat(?: (?:that|it|the step))?|again|atras|repita|"
    r"otra vez|de nuevo)(?:\W+(?:please|por favor))?\W*$"
)


def goes_on(text: str) -> bool:
    """Tell whether a message asks for the next step and says nothing else ("ok next")."""
    return bool(_ON.fullmatch(plain(text)))


def goes_back(text: str) -> bool:
    """Tell whether a message asks to take a guide up again ("back to libby")."""
    return bool(_BACK.search(plain(text)))


def worked(text: str) -> bool | None:
    """Return whether a message says that a step helped, or None if it says neither yes nor no."""
    words = plain(text)
    if _NO.search(words):
        return False
    return True if _YES.search(words) else None


class Guides:
    """The guides of a library's folder; read again when a file changes, a mistake keeps what was read before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._stamp: tuple[object, ...] = ()
        self._guides: tuple[Guide, ...] = ()
        self._index = _Index(())
        self.refresh()

    def refresh(self) -> None:
        """Look whether a file changed."""
        stamp = tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in guide_files(self._folder))
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._guides = load_guides(self._folder)
            self._index = _Index(self._guides)
        except LibraryFileError as error:
            log.error("the guides as they were are kept: %s", error)

    @property
    def all(self) -> tuple[Guide, ...]:
        """Every guide, those of the commonest troubles first."""
        return self._guides

    def get(self, guide_id: object) -> Guide | None:
        """Return the guide of that id, or None."""
        return next((guide for guide in self._guides if guide.id == guide_id), None)

    def find(
        self, text: str, kind: GuideKind, resource: str | None = None, device: str | None = None
    ) -> tuple[Fitting, ...]:
        """Return the guides that fit what a patron says, the best first; none that fits too little."""
        scores = self._index.scores(text)
        found = []
        for guide in self._guides:
            if guide.kind is not kind or not guide.concerns(resource, device) or scores[guide.id] <= 0:
                continue
            score = scores[guide.id] + OWN_RESOURCE * (resource is not None and resource in guide.resources)
            if len(guide.devices) == 1:
                # "Libby does not work" is not about a Kindle unless that is said.
                score = score + OWN_DEVICE if device is not None else score / 2
            found.append(Fitting(guide, score))
        return tuple(one for one in sorted(found, key=lambda one: -one.score) if one.score >= LIKELY)

    def usual(self, kind: GuideKind, resource: str | None = None, device: str | None = None) -> tuple[Guide, ...]:
        """Return what to choose from where nothing was said: those of the resource first, then the commonest."""
        may = [guide for guide in self._guides if guide.kind is kind and guide.concerns(resource, device)]
        may.sort(
            key=lambda guide: (guide.common > COMMONEST, not (resource and resource in guide.resources), guide.common)
        )
        return tuple(may[:MOST_OFFERED])


def chosen(found: Sequence[Fitting]) -> Guide | None:
    """Return the guide to begin at once, or None where the patron has to choose."""
    if not found or found[0].score < SURE:
        return None
    return found[0].guide if len(found) == 1 or found[0].score - found[1].score >= NEAR else None


def guide_files(folder: Path) -> list[Path]:
    """Return the files of guides in a folder, none where there is no such folder."""
    return sorted(folder.glob("*.yml")) if folder.is_dir() else []


def load_guides(folder: Path) -> tuple[Guide, ...]:
    """Read all guides of a folder; raise LibraryFileError that names each file, line and cure."""
    guides: list[Guide] = []
    problems: list[Problem] = []
    for path in guide_files(folder):
        try:
            file = read_yaml(path)
            guide = read_model(file, Guide)
        except LibraryFileError as error:
            problems += error.problems
            continue
        if guide.id != path.stem:
            cure = f"Write id: {path.stem}, or rename the file."
            problems.append(file.problem(("id",), f"The id '{guide.id}' is not the file's name.", cure))
        guides.append(guide)
    if problems:
        raise LibraryFileError(sorted(problems))
    return tuple(sorted(guides, key=lambda guide: (guide.common, guide.id)))


class _Index:
    """Which words of a message speak for which guide: rare words count more, slips of the keyboard are mended."""

    def __init__(self, guides: Iterable[Guide]) -> None:
        # What names a device says where, not what: it would make every question about a Kindle a question of delivery.
        guides = tuple(guides)
        self._aside = {part for phrases in DEVICE_WORDS.values() for phrase in phrases for part in _stems(phrase)}
        self._aside |= {part for guide in guides for name in guide.resources for part in _stems(name)}
        telling = {part for guide in guides for words in guide.words for part in _stems(words)}
        self._aside |= {part for word in NOT_TOPICS for part in _stems(word)} - telling
        self._samples = {guide.id: [Counter(_stems(sample)) for sample in guide.samples] for guide in guides}
        self._phrases = {guide.id: {tuple(_stems(words)) for words in guide.words} for guide in guides}
        documents = [set().union(*samples) for samples in self._samples.values()]
        for name, place in zip(self._samples, range(len(documents)), strict=True):
            documents[place] |= {part for phrase in self._phrases[name] for part in phrase}
        seen = Counter(part for document in documents for part in document)
        count = max(len(documents), 1)
        self._weights = {part: math.log((count + 1) / times) for part, times in seen.items()}
        self._unknown = math.log(count + 1) * _PLAIN_WORDS
        self._known = sorted(part for part in seen if len(part) >= SHORTEST_GUESSED - 1)

    def scores(self, text: str) -> dict[str, float]:
        """Return how well each guide fits, from 0 to 1."""
        stems = [self._mend(one) for one in _stems(text)]
        weights = [self._weight(one) for one in stems]
        whole = sum(weights)
        said = Counter(stems)
        found = {}
        for name, samples in self._samples.items():
            alike = max((self._cosine(said, sample) for sample in samples), default=0.0)
            covered: set[int] = set()
            for phrase in self._phrases[name]:
                for place in range(len(stems) - len(phrase) + 1):
                    if phrase and tuple(stems[place : place + len(phrase)]) == phrase:
                        covered.update(range(place, place + len(phrase)))
            share = sum(weights[place] for place in covered) / whole if whole else 0.0
            found[name] = 0.7 * max(alike, share) + 0.3 * min(alike, share)
        return found

    def _weight(self, part: str) -> float:
        weight = self._weights.get(part, self._unknown)
        return weight * _PLAIN_WORDS if part in self._aside else weight

    def _cosine(self, one: Counter[str], other: Counter[str]) -> float:
        both = sum(self._weight(part) ** 2 for part in one.keys() & other.keys())
        norms = [math.sqrt(sum(self._weight(part) ** 2 for part in side)) for side in (one, other)]
        return both / (norms[0] * norms[1]) if all(norms) else 0.0

    def _mend(self, part: str) -> str:
        if part in self._weights or len(part) < SHORTEST_GUESSED - 1:
            return part
        limit = 2 if len(part) > LONG else 1
        near = [right for right in self._known if right[0] == part[0] and edits(part, right, limit) <= limit]
        return min(near, key=lambda right: edits(part, right, limit), default=part)


def _stems(text: str) -> list[str]:
    """Return the stems of a text; an apostrophe more or less makes no other word."""
    return [stem(word) for word in words_of(text.replace("'", "").replace("’", ""))]
