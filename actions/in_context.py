"""What a message means in the talk so far, before it is taken for a question of its own."""

from __future__ import annotations

import re

from actions.base import GUIDE, Turn
from actions.catalogue import ActionFindItem, item_follow_up
from actions.guides import guide_answer, resume_choice
from actions.registration import ActionRegisterForEvent, tell_event
from bot.knowledge.text import plain

ANSWER_WORDS = 6
"""How long the answer to what a guide asked may be; a longer message is a question of its own first."""
SURE = 0.6
LONG_TITLE = 3
"""Words from which a title is taken for one, however sure another topic is."""
SURELY = 0.8
LOOSE = frozenset(
    ("affirm", "deny", "greet", "thank", "goodbye", "chitchat", "change_detail", "choose_shown", "nlu_fallback",
     "out_of_scope", "fix_digital_resource", "check_information", "use_digital_resource", "get_technology_help")
)  # fmt: skip
"""Intents that a few words are easily taken for, such as "next" or "the app"."""
OTHER_MATTERS = frozenset(
    ("ask_hours", "find_event", "ask_location", "ask_parking", "ask_contact", "ask_policy", "find_item")
)
"""What somebody asks who does not answer "What happens?"."""
_WHERE = re.compile(
    r"\W*(?:and |y )?(?:where|when|what time|donde|cuando|a que hora)(?:'s| is| es| sera| queda)?"
    r"(?: (?:that|it|this|eso|ese|esa))?"
    r"(?: (?:at|one|held|happening))?\W*"
)
_SIGN_UP = re.compile(
    r"\b(?:sign(?:ing)? (?:me )?up|register|registration|enrol+|inscrib\w*|inscripcion|apunt\w*|registr\w*)\b"
)


async def answered_in_context(turn: Turn) -> bool:
    """Answer what a guide under way asked, or how to sign up for what was shown; False for a question of its own."""
    if turn.tracker.get_slot(GUIDE) is not None and _may_answer(turn) and await guide_answer(turn):
        return True
    short = len(turn.text.split()) <= ANSWER_WORDS
    if turn.topic == "find_item" and short and turn.intent != "find_item" and await item_follow_up(turn):
        return True
    events = [one for one in turn.shown if one["kind"] == "event"]
    if len(events) == 1 and _WHERE.fullmatch(plain(turn.text)):
        await tell_event(turn, events[0])
        return True
    names_another = turn.intent == "register_for_event" or turn.details.subjects or turn.details.audiences
    if events and short and not names_another and _SIGN_UP.search(plain(turn.text)):
        await ActionRegisterForEvent().perform(turn)
        return True
    return False


async def titled(turn: Turn) -> bool:
    """Answer a message that is a title of the catalogue and nothing else ("a man called ove")."""
    count = len(turn.text.split())
    long_or_unsure = count >= LONG_TITLE or turn.confidence < SURELY
    if turn.intent in ("find_item", "emergency") or turn.chosen or not long_or_unsure:
        return False
    if not turn.knowledge.catalogue.known_title(turn.text):
        return False
    await ActionFindItem().answer_title(turn, turn.text)
    return True


def offer_to_resume(turn: Turn) -> None:
    """Offer to go on with the guide that was left for another question."""
    choice = resume_choice(turn)
    if choice is not None and not any(event.get("name") == GUIDE for event in turn.events):
        turn.choices([choice])


def _may_answer(turn: Turn) -> bool:
    """Tell whether a message may be the answer to a guide: a wish for a person, a device alone, or few loose words."""
    if turn.intent == "talk_to_staff" or turn.only_of("device", "resource"):
        return True
    state = turn.tracker.get_slot(GUIDE) or {}
    if state.get("asked") == "symptom" and turn.intent not in OTHER_MATTERS:
        return True
    return len(turn.text.split()) <= ANSWER_WORDS and (turn.intent in LOOSE or turn.confidence < SURE)
