"""Answers how to sign up for an event, and tells more of one thing that was listed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.answers import answer_from
from actions.base import PatronAction, Turn
from actions.catalogue import show_item
from actions.event_cards import card
from actions.events import ActionFindEvents
from actions.resources import show_resource
from actions.shown import chosen, ordinal, points_back
from bot.knowledge.events import EventStatus, LibraryEvent, Registration


class ActionRegisterForEvent(PatronAction):
    """Answer with the way into the event in talk, or into those that the patron names."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_register_for_event"

    async def perform(self, turn: Turn) -> None:
        """Take the event named or shown last; without one, find those named, or tell how it goes in general."""
        event = await _in_talk(turn)
        if event is not None:
            tell_way_in(turn, event)
        elif turn.details.audiences or turn.details.subjects or turn.details.when:
            await ActionFindEvents().perform(turn)
        elif not answer_from(turn, "register_for_event"):
            turn.say("utter_registration_general", calendar=_calendar(turn), **turn.contact())


class ActionChooseShown(PatronAction):
    """Tell more of the one thing that the patron picks from what was listed."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_choose_shown"

    async def perform(self, turn: Turn) -> None:
        """Show it by its kind; where nothing was listed, or it is not one of them, say so."""
        shown = turn.shown
        one = chosen(turn.text, shown)
        if one is None and len(shown) == 1:
            one = shown[0]
        if one is None:
            if turn.details.when or turn.details.branches or turn.details.audiences:
                await ActionFindEvents().follow(turn)
            elif shown:
                turn.say("utter_shown_which", count=len(shown))
            elif not answer_from(turn, turn.topic):
                turn.say("utter_not_understood_follow_up")
        elif one["kind"] == "event":
            await tell_event(turn, one)
        elif one["kind"] == "item":
            await show_item(turn, str(one["id"]))
        else:
            await show_resource(turn, str(one["id"]))
        if one is not None:
            turn.list_shown(one["kind"], [(one["id"], one["title"])])


async def _in_talk(turn: Turn) -> LibraryEvent | None:
    """Return the event that the patron means among those shown last."""
    shown = [one for one in turn.shown if one["kind"] == "event"]
    one = chosen(turn.text, shown) if shown else None
    if one is None and len(shown) == 1 and (points_back(turn.text) or not turn.details.subjects):
        one = shown[0]
    if one is None and shown and ordinal(turn.text) is None and points_back(turn.text) and turn.topic == "find_event":
        one = shown[0]
    return None if one is None else await turn.knowledge.events.by_id(str(one["id"]), turn.now)


async def tell_event(turn: Turn, one: Mapping[str, Any]) -> None:
    """Show one event of those that were listed, with what it is about."""
    event = await turn.knowledge.events.by_id(str(one["id"]), turn.now)
    if event is None:
        turn.say("utter_registration_gone", title=one["title"], calendar=_calendar(turn))
        return
    if event.summary:
        turn.say("utter_events_about", title=event.title, about=event.summary)
    turn.show({"type": "cards", "cards": [card(turn, event)]})


def tell_way_in(turn: Turn, event: LibraryEvent) -> None:
    """Say how to get into one event."""
    facts = turn.contact() | {"title": event.title}
    if event.status is EventStatus.CANCELLED:
        turn.say("utter_registration_cancelled", title=event.title)
    elif event.status is EventStatus.FULL:
        turn.say("utter_registration_full", **facts)
    elif event.registration is Registration.DROP_IN:
        turn.say("utter_registration_drop_in", title=event.title)
    elif event.registration_url:
        turn.say("utter_registration_link", title=event.title, url=event.registration_url)
        if event.seats_left:
            turn.say("utter_registration_seats", seats=event.seats_left)
    else:
        turn.say("utter_registration_ask", **facts)
    turn.show({"type": "cards", "cards": [card(turn, event)]})
    turn.list_shown("event", [(event.id, event.title)])


def _calendar(turn: Turn) -> str:
    return turn.knowledge.library.calendar_url or turn.knowledge.library.website
