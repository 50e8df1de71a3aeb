"""Answers from the library's own pages: the section that is nearest in meaning to the question is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from rasa_sdk.events import SlotSet

from actions.base import OFFERED, TopicAction, Turn
from actions.places import branch_in_sentence
from actions.shown import leans, points_back
from actions.sources import tell_source
from bot.knowledge.answers import Answer
from bot.knowledge.event_words import stems_of
from bot.knowledge.events import CHILDREN, Audience
from bot.knowledge.library import Branch
from bot.knowledge.sources.base import Provenance
from bot.knowledge.text import Text, plain
from bot.say import listed, with_link

PLACES = "ask_location"
ANY_TOPIC = "ask_policy"
"""The topic of a question about anything that the library has written down."""
SUGGESTED = ("suggest_purchase", "give_feedback", "suggest_program")
"""Topics on which the pages tell how suggestions are dealt with; a suggestion itself is taken in the talk."""
INTENTS = (
    "get_library_card",
    "ask_account",
    "renew_items",
    "ask_due_dates_and_fines",
    "place_hold",
    "request_interlibrary_loan",
    *SUGGESTED,
    "use_printing",
    "use_computers_and_wifi",
    "book_space",
    "ask_accessibility",
    "get_research_help",
    "get_technology_help",
    "donate_or_volunteer",
    "ask_jobs",
    "stay_connected",
    "ask_community",
    ANY_TOPIC,
)
# Scores, measured in docs/answers.md; 1 is a text of the answer word for word.
KNOWN = 0.46  # from here on an answer is taken for the right one, whatever the topic
MAYBE = 0.36  # from here on a page is worth offering
NEAR = 0.2  # from here on the nearest answer on a known topic is better than the most general one
CLEARLY = 0.1  # how much nearer an answer on another topic must be; how near a rival is
STAYS = 0.08  # how much a follow-up leans towards the answer that was given
HERE = 0.08  # how much a question leans towards an answer for the branch that it names, and away from one for others
CHOICES_MOST = 3
LONGEST = 700  # characters of an opening and a section that are quoted together
CHOSEN = 9.0  # the score of a part that the patron picked


FEW = 7  # words
_WHERE = re.compile(r"\b(?:where|(?:which|what) floor|donde|(?:que|cual) piso)\b")


@dataclass(frozen=True)
class Match:
    """An answer that came close, the part of it to quote (0: the opening), and how close it is."""

    answer: Answer
    part: int
    score: float


class ActionAnswerQuestion(TopicAction):
    """Answer a question on one of many topics from the library's pages."""

    takes = frozenset(("branches", "audiences", "service", "device", "formats"))

    def __init__(self, intent: str = "") -> None:
        """Answer about `intent`; by default about the topic of the message, or else of the talk."""
        self.intent = intent

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_answer_question"

    async def perform(self, turn: Turn) -> None:
        """Answer a new question, or with the part that was chosen; "can i do it by phone" is of the talk."""
        if _is_of_the_talk(turn):
            turn.details = turn.details.over(turn.earlier)
            await ActionAnswerQuestion(str(turn.topic)).follow(turn)
            return
        turn.details = self.understood(turn)
        await self.answer(turn)

    async def follow(self, turn: Turn) -> None:
        """Answer about the same again with what the patron changed; as a new question if it is about something else."""
        given = _given(turn)
        if given is None or turn.topic != self._topic(turn) or _chosen(turn) is not None:
            await self.answer(turn)
        else:
            _tell(turn, *_followed(turn, given), turn.topic)

    async def answer(self, turn: Turn) -> None:
        """Quote what comes nearest, or say that the library's pages do not tell."""
        topic = self._topic(turn)
        chosen = _chosen(turn)
        if chosen is not None:
            _tell(turn, chosen, [], topic)
        elif not answer_from(turn, topic):
            if not offer_pages(turn):
                turn.say("utter_answers_unknown", **turn.contact())
            turn.events += [SlotSet("topic", topic), SlotSet("details", turn.details.as_slot())]

    def _topic(self, turn: Turn) -> str:
        return next((topic for topic in (self.intent, turn.intent, turn.topic) if topic in INTENTS), ANY_TOPIC)


def answer_from(turn: Turn, topic: str | None, least: float = KNOWN) -> bool:
    """Answer from the library's pages and remember it; False if none is near enough.

    With a topic some answer on it will do; without one (or with ask_policy) an answer must be known to be right.
    """
    found = list(_matches(turn))
    best = max(found, key=lambda match: match.score, default=None)
    if topic is None or topic == ANY_TOPIC:
        match = best if best is not None and best.score >= least else None
    else:
        match = _on_topic(turn, topic, found)
        if best is not None and best.score >= KNOWN and (match is None or best.score >= match.score + CLEARLY):
            match = best
    if match is None:
        return False
    _tell(turn, match, found, match.answer.topic if topic is None else topic)
    return True


def nearest(turn: Turn) -> Answer | None:
    """Return the answer that is known to come nearest to the message, or None."""
    best = max(_matches(turn), key=lambda match: match.score, default=None)
    return best.answer if best is not None and best.score >= KNOWN else None


def answer_place(turn: Turn) -> bool:
    """Answer where something is inside the library, if its pages tell; False for the way to a branch."""
    if turn.only_details or turn.details.service is not None:
        return False
    best = max(_matches(turn), key=lambda match: match.score, default=None)
    if best is None or best.score < KNOWN or not (best.answer.topic == PLACES or _WHERE.search(plain(turn.text))):
        return False
    _tell(turn, best, (), best.answer.topic)
    return True


def offer_pages(turn: Turn) -> bool:
    """Offer the answers that may be meant, as quick replies; False if none comes close."""
    close = sorted((match for match in _matches(turn) if match.score >= MAYBE), key=lambda match: -match.score)
    if not close:
        return False
    turn.say("utter_answers_maybe")
    offered = [_choice(turn, match.answer, match.part, by_title=True) for match in close[:CHOICES_MOST]]
    turn.choices(offered)
    _, intent, entities = offered[0]
    turn.events.append(SlotSet(OFFERED, {"intent": intent, "entities": entities}))
    return True


def _on_topic(turn: Turn, topic: str, found: Iterable[Match]) -> Match | None:
    """Return the nearest answer on a topic, or the most general one if none is near."""
    near = [match for match in found if match.answer.topic == topic and match.score >= NEAR]
    if near:
        return max(near, key=lambda match: match.score)
    general = sorted(turn.knowledge.answers.of_topic(topic), key=lambda one: _is_for_others(turn, one))
    return next((Match(one, 0, 0) for one in general), None)


def _followed(turn: Turn, given: Answer) -> tuple[Match, list[Match]]:
    """Return what a follow-up asks for: the answer given before, unless another one on its topic is known to fit."""
    found = [
        replace(match, score=match.score + STAYS) if match.answer.id == given.id else match
        for match in _matches(turn)
        if match.answer.topic == given.topic
    ]
    same = next((match for match in found if match.answer.id == given.id), Match(given, 0, 0))
    if turn.intent == "change_language":
        return replace(same, part=_remembered(turn).get("part", 0)), []
    best = max([same, *found], key=lambda match: match.score)
    named = _named(turn)
    # A branch alone changes the place and not the matter.
    match = same if best.score < MAYBE or (named and set(turn.entities) == {"branch"}) else best
    if match.score < KNOWN and not named:
        match = _for_audience(turn, given) or _saying(turn, given) or match
    if len(named) == 1 and not match.answer.branches:
        part = _part_about(turn, named[0], match, always=True)
        if part is None:
            turn.say("utter_answers_same_everywhere", branch=branch_in_sentence(named[0], turn.lang))
        else:
            match = replace(match, part=part)
    return match, found


def _for_audience(turn: Turn, given: Answer) -> Match | None:
    """Return what the talk's topic has for the age that a follow-up names ("and for teens?", "my kid is 9")."""
    ages = {Audience(value) for value in turn.entities.get("audience", ())}
    if ages & CHILDREN:
        ages |= CHILDREN
    read = turn.knowledge.events.words.read
    for answer in (given, *turn.knowledge.answers.of_topic(given.topic)):
        written = answer.to(turn.lang)
        if ages & read(written.title).audiences:
            return Match(answer, 0, KNOWN)
        part = next((n for n, one in enumerate(written.parts) if ages & read(one.heading).audiences), None)
        if part is not None:
            return Match(answer, part, KNOWN)
    return None


def _saying(turn: Turn, given: Answer) -> Match | None:
    """Return the part of the answer given that holds the words of a follow-up ("and dvds?"), if just one does best."""
    said = set(stems_of(turn.text))
    held = [len(said & set(stems_of(f"{one.heading} {one.text}"))) for one in given.to(turn.lang).parts]
    most = max(held)
    return Match(given, held.index(most), KNOWN) if most and held.count(most) == 1 else None


def _matches(turn: Turn) -> Iterator[Match]:
    """Yield the answers that came close and suit the branch that was named."""
    answers = turn.knowledge.answers  # asked once: each time it looks whether a file changed
    for found in turn.tracker.latest_message.get("answers") or ():
        answer = answers.get(found["id"])
        if answer is None:
            continue
        part = found["section"] if found["section"] < len(answer.to(turn.lang).parts) else 0
        match = Match(answer, part, found["score"] + _lean(turn, answer))
        named = _named(turn)
        if len(named) == 1:
            about = _part_about(turn, named[0], match)
            match = replace(match, part=match.part if about is None else about)
        yield match


def _lean(turn: Turn, answer: Answer) -> float:
    """Return how much an answer's branches speak for it."""
    if _is_for_others(turn, answer):
        return -HERE
    spoken_of = {branch.id for branch in _named(turn)} | {*turn.details.branches, turn.page_branch}
    return HERE if spoken_of & set(answer.branches) else 0


def _is_for_others(turn: Turn, answer: Answer) -> bool:
    """Tell whether an answer is for other branches than the message names."""
    named = {branch.id for branch in _named(turn)}
    return bool(named and answer.branches) and not named & set(answer.branches)


def _named(turn: Turn) -> list[Branch]:
    """Return the branches that this message itself names; those of the talk before may have nothing to do with it."""
    named = turn.entities.get("branch", [])
    return [branch for branch in turn.knowledge.library.branches if branch.id in named]


def _part_about(turn: Turn, branch: Branch, match: Match, *, always: bool = False) -> int | None:
    """Return the part that speaks of a branch: by its heading, or by its text where nothing else was clearly meant."""
    parts = match.answer.to(turn.lang).parts
    here = _names(branch)
    others = [_names(other) for other in turn.knowledge.library.branches if other.id != branch.id]
    of_another = any(names.search(parts[match.part].heading) for names in others)
    in_order = [match.part, *(number for number in range(len(parts)) if number != match.part)]
    found = [number for number in in_order if here.search(parts[number].heading)]
    if always or of_another or match.part == 0:
        found += [number for number in in_order if here.search(parts[number].text)]
    return next(iter(found), 0 if of_another else None)


def _names(branch: Branch) -> re.Pattern[str]:
    names = {*branch.name.all, *(branch.in_sentence.all if branch.in_sentence else ()), branch.id.title()}
    return re.compile("|".join(rf"\b{re.escape(name)}\b" for name in sorted(names)))


def _is_of_the_talk(turn: Turn) -> bool:
    """Tell whether a few words speak of what the talk is about, and the library's pages on it come near them."""
    if turn.topic not in INTENTS or turn.intent == turn.topic or turn.chosen or turn.of_several:
        return False
    if len(turn.text.split()) > FEW or not (points_back(turn.text) or leans(turn.text)):
        return False
    return any(match.score >= MAYBE and match.answer.topic == turn.topic for match in _matches(turn))


def _chosen(turn: Turn) -> Match | None:
    """Return the part that a quick reply stands for."""
    answer, step = turn.knowledge.answers.get(turn.entity("item")), turn.entity("step")
    if answer is None or not isinstance(step, int) or not 0 <= step < len(answer.to(turn.lang).parts):
        return None
    return Match(answer, step, CHOSEN)


def _given(turn: Turn) -> Answer | None:
    """Return the answer that the talk is about."""
    return turn.knowledge.answers.get(_remembered(turn).get("answer"))


def _remembered(turn: Turn) -> dict[str, Any]:
    return turn.tracker.get_slot("details") or {}


def _tell(turn: Turn, match: Match, others: Iterable[Match], topic: str) -> None:
    """Quote a part with its source, offer what else there is, and remember what was answered."""
    answer = match.answer
    written = answer.to(turn.lang)
    section = written.parts[match.part]
    if _is_for_others(turn, answer):
        places = [branch_in_sentence(one, turn.lang) for one in turn.knowledge.library.branches
                  if one.id in answer.branches]  # fmt: skip
        turn.say("utter_answers_only_at", branches=listed(places, turn.lang))
    if answer.language(turn.lang) != turn.lang:
        turn.say("utter_answers_other_language")
    text = section.text
    if section.heading:
        head = turn.words("utter_answers_section", title=written.title, section=section.heading)
        text = f"{head}\n\n{text}"
        if match.score < CHOSEN and len(written.parts[0].text) + len(section.text) <= LONGEST:
            # Which section is meant is a guess; the opening answers the plain question.
            text = f"{written.parts[0].text}\n\n{text}"
    block = {"type": "text", "text": text}
    if match.part == 0:  # the short form is of the opening
        block["short"] = with_link(answer.short.to(turn.lang), answer.source)
    turn.show(block)
    title = Text.of(written.title)
    tell_source(turn, [Provenance(name=title, url=answer.source, checked_at=None)])
    offered = list(_related(turn, match, others))
    if offered:
        turn.choices(offered)
    remembered: dict[str, Any] = turn.details.as_slot() | {"answer": answer.id, "part": match.part}
    turn.events += [SlotSet("topic", topic if topic in INTENTS else ANY_TOPIC), SlotSet("details", remembered)]


def _related(turn: Turn, match: Match, others: Iterable[Match]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the other sections of an answer, those after it first; the last place is for an answer nearly as near."""
    rivals = [
        other
        for other in others
        if other.answer.id != match.answer.id and other.score >= max(KNOWN, match.score - CLEARLY)
    ]
    count = len(match.answer.to(turn.lang).parts)
    parts = [number for number in (*range(match.part + 1, count), *range(1, match.part)) if number]
    for number in parts[: CHOICES_MOST - bool(rivals)]:
        yield _choice(turn, match.answer, number)
    for other in sorted(rivals, key=lambda rival: -rival.score)[:1]:
        yield _choice(turn, other.answer, 0)


def _choice(turn: Turn, answer: Answer, part: int, *, by_title: bool = False) -> tuple[str, str, dict[str, Any]]:
    written = answer.to(turn.lang)
    label = written.title if by_title else written.parts[part].heading or written.title
    intent = answer.topic if answer.topic in INTENTS else ANY_TOPIC
    return label, intent, {"item": answer.id, "step": part}
