"""Takes what patrons suggest: hears it, asks one thing at a time by Rasa's form, and hands it to the gateway."""

from __future__ import annotations

from rasa_sdk.events import FollowupAction, SlotSet

from actions.answers import ActionAnswerQuestion, nearest
from actions.base import PatronAction, Turn
from actions.suggestion_draft import FORM, RESUMED, SLOTS, Draft
from actions.suggestion_steps import has_already
from bot.knowledge.suggestions import (
    Wish,
    asks_about,
    asks_what_became,
    find_code,
    read_wish,
    remark_kind,
    says_what,
    wants_bought,
)

NOT_TRACKED = ("talk_to_staff", "emergency")


class ActionHearSuggestion(PatronAction):
    """Begin a suggestion, or answer a question about suggestions from the library's pages."""

    def __init__(self, intent: str = "") -> None:
        """Hear a suggestion of the topic `intent`; by default of the message's."""
        self.intent = intent

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_hear_suggestion"

    async def perform(self, turn: Turn) -> None:
        """Begin with all that was said at once; a suggestion that was left is gone on with."""
        intent = self.intent or turn.intent
        named = turn.entity("item") if turn.chosen else None
        left = Draft.of(turn)
        if not turn.chosen and asks_what_became(turn.text):
            await ActionAnswerQuestion(intent).perform(turn)
            turn.say_apart("utter_suggestions_say_code")
        elif not turn.chosen and (asks_about(turn.text) or _is_of_a_page(turn, intent)):
            await ActionAnswerQuestion(intent).perform(turn)
            turn.choices([(turn.words(f"utter_suggestions_begin_{intent}"), intent, {})])
        elif left.left and left.intent == intent and not named and (turn.chosen or not says_what(turn.text)):
            left.left, left.unclear = False, RESUMED
            turn.events += [*left.events(), FollowupAction(FORM)]
        else:
            await begin(turn, intent, named)


async def begin(turn: Turn, intent: str, named: str | None) -> None:
    """Begin a suggestion with what the message says, or with the title that a quick reply named."""
    turn.events += [SlotSet(slot, None) for slot in SLOTS]
    text = "" if turn.chosen or not says_what(turn.text) else turn.text
    if intent == "suggest_purchase" or (intent == "suggest_program" and wants_bought(text)):
        known = turn.knowledge.catalogue.known_title
        wish = Wish(title=str(named)) if named else read_wish(text, known) if text else Wish()
        draft = Draft.purchase(wish)
        asked_already = bool(named)  # the catalogue was asked before the quick reply was offered
        if not wish.empty and not asked_already:
            draft.has = await has_already(turn, wish)
    else:
        draft = Draft(kind="event" if intent == "suggest_program" else remark_kind(turn.text))
        if text:
            draft.tell(text)
    turn.events += [*draft.events(), FollowupAction(FORM)]


def tracked(turn: Turn) -> bool:
    """Let the gateway tell what became of the suggestion whose code a message names; False if it names none."""
    code = None if turn.chosen or turn.intent in NOT_TRACKED else find_code(turn.text)
    if code is None:
        return False
    turn.show({"type": "track", "code": code})
    return True


def _is_of_a_page(turn: Turn, intent: str) -> bool:
    """Tell whether a page on a matter of its own ("can I teach a class?") is clearly meant, not the general one."""
    found = nearest(turn)
    if found is None or found.topic != intent or found.main:
        return False
    return intent != "suggest_purchase" or not read_wish(turn.text, turn.knowledge.catalogue.known_title).title
