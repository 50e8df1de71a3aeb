"""Answers what the library has of a title, an author or a subject, and where it is in."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from babel import Locale
from rasa_sdk.events import SlotSet

from actions.base import TopicAction, Turn
from actions.details import ALL_BRANCHES, Details
from actions.places import branch_in_sentence
from actions.sources import tell_source
from bot.knowledge.catalogue import CatalogueFound, CatalogueOutcome, Work
from bot.knowledge.sources.records import ONLINE, Copies, Format, Record, Sought, main_title
from bot.knowledge.titles import forms_of, points_back, read_change, read_sought
from bot.say import LOCALES, listed

SHOWN_MOST = 8  # cards in one reply; the chat window shows five and offers the rest
LINES_MOST = 6  # editions on one card
LONG_TITLE = 70  # letters; a longer title is shown without its subtitle


class ActionFindItem(TopicAction):
    """Answer with the items that match, their forms, and the branches that have them in."""

    intent = "find_item"
    takes = frozenset(("branches", "formats"))

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_find_item"

    async def perform(self, turn: Turn) -> None:
        """Answer a new question."""
        turn.details = self.understood(turn)
        await super().follow(turn)

    def understood(self, turn: Turn) -> Details:
        """Return what is looked for: what a quick reply names, else what the words do, else what the talk is about."""
        named = turn.entities.get("item")
        if named:
            sought = Sought(words=str(named[0]), formats=forms_of(turn.details.formats))
        else:
            text = without_branches(turn)
            sought = read_sought(text, turn.knowledge.catalogue.known_title)
            earlier = Sought.from_slot(turn.earlier.sought) if turn.topic == self.intent else Sought()
            if sought.empty and not earlier.empty and (sought != Sought() or points_back(text) or turn.only_details):
                sought = sought.over(earlier)
        return replace(turn.details.over(Details()), sought=sought.to_slot())

    async def follow(self, turn: Turn) -> None:
        """Answer the last question with another form, language or branch, or another title in the same form."""
        change = read_sought(without_branches(turn), turn.knowledge.catalogue.known_title)
        earlier = Sought.from_slot(turn.details.sought)
        if change.title or change.author or change.isbn:
            sought = change.over(replace(earlier, title="", author="", isbn="", words="", about=False))
        else:
            sought = await self._changed(turn, replace(change, words="", about=False), earlier)
        turn.details = replace(turn.details, sought=sought.to_slot())
        await super().follow(turn)

    async def _changed(self, turn: Turn, change: Sought, earlier: Sought) -> Sought:
        """Return the last search with a change: "on dvd?" after "in spanish?" means both only where there is both."""
        both = change.over(earlier)
        alone = change.over(earlier.anyhow)
        if both == alone or change == Sought():
            return both
        found = await turn.knowledge.catalogue.find(both, turn.now)
        return both if found.outcome in (CatalogueOutcome.FOUND, CatalogueOutcome.SEVERAL) else alone

    async def answer(self, turn: Turn) -> None:
        """Search, say what was found, and show a card for each work."""
        sought = Sought.from_slot(turn.details.sought)
        if sought.empty:
            turn.say("utter_catalogue_ask")
            return
        found = await turn.knowledge.catalogue.find(sought, turn.now)
        show_found(turn, sought, found)
        if found.outcome is CatalogueOutcome.OTHER_FORM:
            # What is shown is in any form, and a follow-up is about what is shown.
            turn.details = replace(turn.details, sought=sought.anyhow.to_slot())

    async def answer_title(self, turn: Turn, title: str) -> None:
        """Answer about a title that was asked for in the words of another topic."""
        turn.details = replace(Details(branches=turn.details.branches), sought=Sought(title=title).to_slot())
        await self.follow(turn)


async def found_title(turn: Turn) -> bool:
    """Answer about a title of the catalogue that the message names and little else; False if it names none."""
    known = turn.knowledge.catalogue.known_title
    title = turn.text if known(turn.text) else read_sought(without_branches(turn), known).title
    if not title or not known(title):
        return False
    await ActionFindItem().answer_title(turn, title)
    return True


async def item_follow_up(turn: Turn) -> bool:
    """Answer "in spanish?", "and on dvd?" or another title, said after a search; False for anything else."""
    if turn.topic != ActionFindItem.intent:
        return False
    text = without_branches(turn)
    named = read_sought(text, turn.knowledge.catalogue.known_title)
    asked_back = not turn.earlier.sought and not named.empty
    if not (asked_back or read_change(text) or (named.title and turn.knowledge.catalogue.known_title(named.title))):
        return False
    if asked_back:  # the answer to "Which title?"
        await ActionFindItem().perform(turn)
    else:
        turn.details = turn.details.over(turn.earlier)
        await ActionFindItem().follow(turn)
    return True


async def show_item(turn: Turn, item_id: str) -> None:
    """Show one of the items that were listed, with all its forms; follow-ups are about it from now on."""
    title = next((str(one["title"]) for one in turn.shown if str(one["id"]) == item_id), item_id)
    sought = Sought(title=title)
    found = await turn.knowledge.catalogue.find(sought, turn.now)
    its = tuple(work for work in found.works if any(record.id == item_id for record in work.records))
    if its:
        found = replace(found, outcome=CatalogueOutcome.FOUND, works=its[:1], total=1)
    turn.details = replace(Details(branches=turn.details.branches), sought=sought.to_slot())
    show_found(turn, sought, found)
    turn.events += [SlotSet("topic", ActionFindItem.intent), SlotSet("details", turn.details.as_slot())]


def without_branches(turn: Turn) -> str:
    """Return the patron's words without the branches in them, unless the words as they are make a title."""
    if turn.knowledge.catalogue.known_title(turn.text):
        return turn.text
    text = turn.text
    for entity in turn.tracker.latest_message.get("entities") or ():
        if entity["entity"] == "branch":
            start, end = entity["start"], entity["end"]
            # Of "the main library" the branch may be "main" alone.
            rest = re.match(r"\s*(?:library|branch|biblioteca)\b", text[end:], re.IGNORECASE)
            end += rest.end() if rest else 0
            text = text[:start] + " " * (end - start) + text[end:]
    return text


def show_found(turn: Turn, sought: Sought, found: CatalogueFound) -> None:
    """Say what was found, show a card for each work, and offer what can be done."""
    shown = found.works[:SHOWN_MOST]
    say_found(turn, sought, found, len(shown))
    if shown:
        turn.show({"type": "cards", "cards": [card(turn, work) for work in shown]})
        turn.list_shown("item", ((work.first.id, work.title) for work in shown))
    if found.source is not None and (found.source.stale or found.source.name != turn.knowledge.library.name):
        tell_source(turn, [found.source])
    offer_ways(turn, sought, found)


def say_found(turn: Turn, sought: Sought, found: CatalogueFound, shown: int) -> None:
    """Say what the search came to."""
    library = turn.knowledge.library
    facts: dict[str, object] = {
        "words": sought.text,
        "url": found.url or library.website,
        "count": found.total,
        "shown": shown,
        "phone": library.phone,
        "wanted": wanted_words(turn, sought),
        "title": short_title(found.works[0].first) if found.works else "",
    }
    if found.outcome is CatalogueOutcome.SEVERAL and found.total > shown:
        turn.say("utter_catalogue_several_first", **facts)
    else:
        turn.say(f"utter_catalogue_{found.outcome}", **facts)
    wanted = [one for one in turn.branches() if one.id in turn.details.branches]
    if found.outcome is CatalogueOutcome.FOUND and wanted and ALL_BRANCHES not in turn.details.branches:
        for branch in wanted:
            here = [
                one for record in found.works[0].records for one in record.copies or () if one.branch_id == branch.id
            ]
            state = "in" if any(one.available for one in here) else "out" if here else "without"
            turn.say(f"utter_catalogue_branch_{state}", branch=branch_in_sentence(branch, turn.lang))


def offer_ways(turn: Turn, sought: Sought, found: CatalogueFound) -> None:
    """Offer what to do when the library has it not, or has it not in."""
    item = {"item": [short_title(found.works[0].first) if found.works else sought.text]}
    hold = (turn.words("utter_catalogue_choice_hold"), "place_hold", item)
    suggest = (turn.words("utter_catalogue_choice_suggest"), "suggest_purchase", item)
    borrow = (turn.words("utter_catalogue_choice_borrow"), "request_interlibrary_loan", item)
    match found.outcome:
        case CatalogueOutcome.NONE | CatalogueOutcome.OTHER_FORM:
            turn.choices([suggest, borrow])
        case CatalogueOutcome.FOUND if all_out(found.works[0]):
            turn.choices([hold])


def all_out(work: Work) -> bool:
    """Say whether the copies of a work are known, and none of them is in."""
    known = [one for record in work.records for one in record.copies or ()]
    return bool(known) and not any(one.available for one in known)


def card(turn: Turn, work: Work) -> dict[str, Any]:
    """Return a work's card: author and year, a line for each form and language, and the way to the catalogue."""
    first = work.first
    by = ", ".join(part for part in (first.author, str(first.year) if first.year else "") if part)
    records = work.records[:LINES_MOST]
    made: dict[str, Any] = {
        "title": short_title(first),
        "lines": [line for line in (by, *(edition(turn, record) for record in records)) if line],
        "links": [],
    }
    url = turn.knowledge.catalogue.record_url(first)
    if url:
        made["links"].append({"label": turn.words("utter_catalogue_link"), "url": url})
    if all_out(work):
        made["badge"], made["badge_kind"] = turn.words("utter_catalogue_badge_out"), "warn"
    return made


def short_title(record: Record) -> str:
    """Return a title, a very long one without its subtitle."""
    return record.title if len(record.title) <= LONG_TITLE else main_title(record.title)


def edition(turn: Turn, record: Record) -> str:
    """Return a form with its language and where it is: 'Book, English: in now at Main Library'."""
    form = turn.words(f"utter_catalogue_form_{record.format}") if record.format else ""
    parts = [part for part in (form, language_name(turn, record.language)) if part]
    what = ", ".join(parts) or turn.words("utter_catalogue_form_other")
    if record.copies is None:
        return turn.words("utter_catalogue_unknown", form=what)
    inside = [one for one in record.copies if one.available]
    if any(one.branch_id == ONLINE for one in record.copies):
        return turn.words("utter_catalogue_online_in" if inside else "utter_catalogue_online_out", form=what)
    if not inside:
        return turn.words("utter_catalogue_out", form=what)
    return turn.words("utter_catalogue_in", form=what, branches=listed(branch_names(turn, inside), turn.lang))


def branch_names(turn: Turn, copies: list[Copies]) -> list[str]:
    """Return the branches of copies by name, those that the patron asked about first."""
    order = [*turn.details.branches, *turn.knowledge.library.branch_ids]
    names = []
    for one in sorted(copies, key=lambda one: order.index(one.branch_id) if one.branch_id in order else len(order)):
        branch = turn.knowledge.library.branch(one.branch_id)
        names.append(branch_in_sentence(branch, turn.lang) if branch else one.branch_id)
    return names


def language_name(turn: Turn, code: str) -> str:
    """Return a language's name in the patron's language."""
    names = Locale.parse(LOCALES[turn.lang]).languages
    return str(names.get(code, code))


def wanted_words(turn: Turn, sought: Sought) -> str:
    """Return the form and the language asked for, in words: 'on DVD', 'as an e-book in Spanish'."""
    first = sought.formats[0] if sought.formats else None
    parts = [turn.words(f"utter_catalogue_wanted_{first}")] if isinstance(first, Format) else []
    if sought.language:
        parts.append(turn.words("utter_catalogue_wanted_language", language=language_name(turn, sought.language)))
    return " ".join(parts)
