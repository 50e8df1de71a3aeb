"""Recommends what to read: asks for a taste, and answers with staff picks that match it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from actions.base import TopicAction, Turn, said_in
from actions.catalogue import edition, short_title
from actions.details import Details
from bot.knowledge.recommendations import Recommendation, RecommendationsFound, RecommendationsOutcome, Taste, Why
from bot.knowledge.sources.records import Sought
from bot.knowledge.taste_words import AUDIENCE_OF
from bot.say import capital, listed

ANYTHING = "anything"
"""The value of `subject` that stands for no wish in particular."""
MORE = "more"
"""The value of `step` that asks for other picks of the same taste."""
KINDS_MOST = 6  # genres in one choice
EDITIONS_MOST = 3


class ActionGetRecommendation(TopicAction):
    """Ask for whom and for what kind, or take it from the words; then show three picks and why they match."""

    intent = "get_recommendation"
    takes = frozenset(("audiences", "subjects"))

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_get_recommendation"

    async def perform(self, turn: Turn) -> None:
        """Answer a new question."""
        turn.details = self.understood(turn)
        await super().follow(turn)

    def understood(self, turn: Turn) -> Details:
        """Return the taste; a short answer to the assistant's own question adds to what was said before."""
        said = taste_in(turn)
        if turn.topic == self.intent and not (said.groups and not said.empty):
            return said_over(turn, said)
        return as_details(turn, said, Details())

    async def follow(self, turn: Turn) -> None:
        """Answer again with what a follow-up changes."""
        if turn.topic == self.intent:
            turn.details = said_over(turn, taste_in(turn))
        await super().follow(turn)

    async def answer(self, turn: Turn) -> None:
        """Ask what is still open, or show picks."""
        details = turn.details
        taste = taste_of(turn, details)
        if not taste.groups and taste.empty and ANYTHING not in details.subjects:
            turn.say("utter_recommendations_ask_audience")
            for_whom = [(f"utter_recommendations_group_{group}", one) for group, one in AUDIENCE_OF.items()]
            turn.choices([(turn.words(label), self.intent, {"audience": [one]}) for label, one in for_whom])
            return
        if taste.empty and ANYTHING not in details.subjects:
            turn.say("utter_recommendations_ask_kind")
            turn.choices(kinds(turn, taste))
            return
        more = MORE in turn.entities.get("step", ())
        skip = [one["title"] for one in turn.shown if one["kind"] == "item"] if more else []
        show(turn, taste, turn.knowledge.recommendations.find(taste, turn.now, skip, turn.lang))


async def taste_follow_up(turn: Turn) -> bool:
    """Answer "something funny" or "like The Martian", said after a recommendation; False for anything else."""
    said = taste_in(turn)
    if turn.topic != ActionGetRecommendation.intent or not (said.groups or said.language or not said.empty):
        return False
    await ActionGetRecommendation().follow(turn)
    return True


def taste_in(turn: Turn) -> Taste:
    """Return the taste that the message says."""
    said = said_in(turn.tracker)
    return turn.knowledge.recommendations.taste(turn.text, said.audiences, said.subjects)


def taste_of(turn: Turn, details: Details) -> Taste:
    """Return the taste that the talk's details hold."""
    kept = Sought.from_slot(details.sought)
    taste = turn.knowledge.recommendations.taste("", details.audiences, details.subjects)
    return replace(taste, like=kept.title, language=kept.language)


def as_details(turn: Turn, taste: Taste, earlier: Details) -> Details:
    """Return a taste as details of the talk, over earlier ones."""
    anything = (ANYTHING,) if ANYTHING in said_in(turn.tracker).subjects else ()
    kept = Sought(title=taste.like, language=taste.language).over(Sought.from_slot(earlier.sought))
    said = Details(
        audiences=tuple(AUDIENCE_OF[group] for group in taste.groups),
        subjects=(*taste.genres, *taste.moods, *anything),
    )
    return replace(said.over(earlier), sought=kept.to_slot())


def said_over(turn: Turn, said: Taste) -> Details:
    """Return the taste of the message over that of the talk; another kind takes the place of a book that was liked."""
    earlier = turn.earlier
    if said.like:
        earlier = replace(earlier, subjects=(), sought="")
    elif said.genres or said.moods:
        earlier = replace(earlier, sought="")
    return as_details(turn, said, earlier)


def kinds(turn: Turn, taste: Taste) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the kinds to choose from for an age, and anything at all."""
    audience = [AUDIENCE_OF[group] for group in taste.groups]
    offered: list[tuple[str, str, dict[str, Any]]] = []
    for genre in turn.knowledge.recommendations.genres_for(taste.groups)[:KINDS_MOST]:
        label = turn.words(f"utter_recommendations_genre_{genre}")
        offered.append((label, "get_recommendation", {"audience": audience, "subject": [genre]}))
    anything = turn.words("utter_recommendations_choice_anything")
    return [*offered, (anything, "get_recommendation", {"audience": audience, "subject": [ANYTHING]})]


def show(turn: Turn, taste: Taste, found: RecommendationsFound) -> None:
    """Say how well the picks match, and show them."""
    librarian = (turn.words("utter_recommendations_choice_librarian"), "talk_to_staff", dict[str, Any]())
    if found.outcome is RecommendationsOutcome.NONE:
        turn.say("utter_recommendations_none", **turn.contact())
        turn.choices([librarian])
        return
    if found.outcome is RecommendationsOutcome.MATCHED and found.liked:
        turn.say("utter_recommendations_matched_liked", liked=found.liked)
    else:
        matched = found.outcome is RecommendationsOutcome.MATCHED
        turn.say("utter_recommendations_matched" if matched else "utter_recommendations_nearest")
    turn.show({"type": "cards", "cards": [card(turn, one) for one in found.picks]})
    turn.list_shown(
        "item", ((one.records[0].id if one.records else one.pick.title, one.pick.title) for one in found.picks)
    )
    entities: dict[str, Any] = {"step": [MORE]}
    if taste.groups:
        entities["audience"] = [AUDIENCE_OF[group] for group in taste.groups]
    if turn.details.subjects:
        entities["subject"] = list(turn.details.subjects)
    turn.choices([(turn.words("utter_recommendations_choice_more"), "get_recommendation", entities), librarian])


def card(turn: Turn, one: Recommendation) -> dict[str, Any]:
    """Return a pick's card: who recommends it and why, why it matches, and where it is."""
    pick, records = one.pick, one.records
    year = f", {records[0].year}" if records and records[0].year else ""
    lines = [f"{pick.author}{year}" if pick.author else ""]
    lines.append(turn.words("utter_recommendations_why", name=pick.by, why=pick.why.to(turn.lang)))
    if one.reasons:
        named = [reason(turn, why, word) for why, word in one.reasons]
        lines.append(turn.words("utter_recommendations_matches", reasons=listed(named, turn.lang)))
    lines += [edition(turn, record) for record in records[:EDITIONS_MOST]]
    url = turn.knowledge.catalogue.record_url(records[0]) if records else None
    links = [{"label": turn.words("utter_catalogue_link"), "url": url}] if url else []
    title = short_title(records[0]) if records else pick.title
    return {"title": capital(title), "lines": [line for line in lines if line], "links": links}


def reason(turn: Turn, why: Why, word: str) -> str:
    """Return why a pick matches, in words: 'you enjoyed Dune', 'mystery', 'for teens'."""
    match why:
        case Why.LIKE:
            return turn.words("utter_recommendations_like", liked=word)
        case Why.GENRE:
            words = turn.words(f"utter_recommendations_genre_{word}")
        case Why.MOOD:
            words = turn.words(f"utter_recommendations_mood_{word}")
        case Why.AGE:
            words = turn.words(f"utter_recommendations_group_{word}")
    return words[:1].lower() + words[1:]
