"""The steps of the form that takes a suggestion: what is asked, how the answer is read, and the end of it."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import PatronAction, Turn
from actions.catalogue import card
from actions.suggestion_changes import change, is_change
from actions.suggestion_draft import AUTHOR, CONTACT, FORM, NOTHING, OWNED, RESUMED, SLOTS, SURE, WHAT, Draft
from bot.contact import find_contact, read_contact
from bot.knowledge.catalogue import CatalogueOutcome, Work
from bot.knowledge.sources.records import Sought
from bot.knowledge.suggestions import Wish, find_code, read_author, read_wish, same_title, says_what
from bot.knowledge.text import plain

REQUESTED = "requested_slot"
OTHER_MATTERS = ("emergency", "change_language", "talk_to_staff")
ENOUGH = ("emergency", "talk_to_staff")
"""After the answer to these nothing is asked again."""
OWN_MATTERS = frozenset(
    ("suggest_purchase", "suggest_program", "give_feedback", "affirm", "deny", "never_mind", "nlu_fallback",
     "out_of_scope", "greet", "thank", "goodbye", "chitchat", "change_detail", "choose_shown")
)  # fmt: skip
"""What an answer to the form is easily taken for."""
SOCIAL = ("greet", "chitchat", "out_of_scope")
"""These, too, where they are asked as questions: "who are you?"."""
SURE_OF_A_PERSON = 0.6
SURE_OF_A_QUESTION = 0.5
SURE_WITHOUT_A_MARK = 0.8
FEW = 5  # words in which "no" is the answer to the question, and not the start of something else
_QUESTION = re.compile(
    r"\W*(?:(?:ok|wait|and|but|also|by the way|espera|y|pero|oye)\W+)*(?:what|when|where|who|which|why|how|is|are|"
    r"do|does|"
    r"did|can|could|will|would|que|cuando|donde|quien|cual|como|por que|hay|tienen|puedo|pueden|esta|estan|es)\b"
)
_LATER = re.compile(
    r"\W*(?:not now|later|maybe later|some other time|cancel(?: (?:it|that|this))?|stop|quit|forget (?:it|about it)|"
    r"leave it|never ?mind|ahora no|mas tarde|luego|despues|cancelar?|cancelalo|dejalo|olvidalo|no importa|"
    r"otro dia)\W*"
)
_SKIP = re.compile(
    r"\W*(?:i (?:don'?t|do not) (?:know|remember)|don'?t know|dunno|no idea|not sure|unknown|skip(?: (?:it|this))?|"
    r"none|no|nope|nah|no,? thanks?(?: you)?|without|anonymous(?:ly)?|rather not|i'?d rather not|no need|"
    r"(?:just )?send (?:it|without)|"
    r"no (?:lo )?se|ni idea|no recuerdo|no me acuerdo|saltar|omitir|ningun[oa]|no,? gracias|sin|anonim[oa]|mejor no|"
    r"prefiero no|enviar|envielo)\W*"
)
_ANYWAY = re.compile(
    r"\W*(?:(?:no|yes|si)\W+)?(?:(?:please )?(?:suggest|buy|order) it )?(?:anyway|all the same|still|de todos modos|"
    r"igual|otra|another (?:one|copy|edition))(?: please| por favor)?\W*"
)
_YES = re.compile(
    r"\W*(?:y(?:es|eah|ep|up)?|sure|ok(?:ay)?|send(?: it)?|please do|go ahead|correct|right|perfect|"
    r"that'?s (?:right|it)|"
    r"looks good|all good|fine|si|claro|vale|envi[ae]l[oa]|enviar|mandal[oa]|correcto|"
    r"esta bien|perfecto|adelante)(?:[\s,.!]+(?:please|thanks?(?: you)?|send it|por favor|gracias|"
    r"envialo))*\W*"
)


async def has_already(turn: Turn, wish: Wish) -> bool:
    """Tell whether the catalogue has a wish in a form and language that it asks for."""
    return await _work(turn, wish) is not None


async def _work(turn: Turn, wish: Wish) -> Work | None:
    if not (wish.title or wish.isbn):
        return None
    sought = Sought(wish.title, wish.author, wish.isbn, formats=wish.formats, language=wish.language)
    found = await turn.knowledge.catalogue.find(sought, turn.now)
    if found.outcome not in (CatalogueOutcome.FOUND, CatalogueOutcome.SEVERAL):
        return None
    return next(
        (work for work in found.works if wish.isbn or same_title(wish, work.first.title, work.first.author)), None
    )


class ValidateSuggestionForm(Action):
    """Read the patron's answer to what the form asked; a message about something else is left to other rules."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return f"validate_{FORM}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Return the slots that the answer fills; none where the message is no answer."""
        asked = tracker.get_slot(REQUESTED)
        if asked is None or _was_interrupted(tracker):
            return []
        turn = Turn.of(tracker)
        draft = Draft.of(turn)
        if _about_something_else(turn, asked, draft):
            return []
        draft.unclear = ""
        if _leaves(turn):
            draft.left = True
            return [*draft.events(), SlotSet(REQUESTED, None)]
        if asked != WHAT and not turn.chosen and change(turn, draft):
            draft.sure = False
            draft.has = draft.kind == "purchase" and await has_already(turn, draft.wish)
        else:
            await READ[asked](turn, draft)
        if draft.satisfied:
            return [*draft.events(), SlotSet(REQUESTED, None)]
        return draft.events()


def _about_something_else(turn: Turn, asked: str, draft: Draft) -> bool:
    if turn.intent in OTHER_MATTERS and (turn.intent != "talk_to_staff" or turn.confidence >= SURE_OF_A_PERSON):
        return True
    if turn.chosen:
        return turn.intent not in ("affirm", "deny", "never_mind")
    if find_code(turn.text):
        return True
    if turn.intent in SOCIAL and "?" in turn.text:
        return turn.confidence >= SURE_OF_A_QUESTION
    if turn.intent in OWN_MATTERS or (asked == CONTACT and find_contact(turn.text)) or is_change(turn.text):
        return False
    if asked == WHAT and turn.knowledge.catalogue.known_title(turn.text):
        return False
    if "?" in turn.text:
        return turn.confidence >= SURE_OF_A_QUESTION
    if asked in (OWNED, CONTACT) and (draft.kind == "purchase" or len(turn.text.split()) < FEW):
        # No answer to what was asked: whoever is asked again and again never gets out ("wifi password").
        return turn.confidence >= SURE_WITHOUT_A_MARK and not (_agrees(turn) or _declines(turn) or _leaves(turn))
    return bool(_QUESTION.match(plain(turn.text))) and turn.confidence >= SURE_WITHOUT_A_MARK


def _says(pattern: re.Pattern[str], turn: Turn) -> bool:
    return not turn.chosen and bool(pattern.fullmatch(plain(turn.text)))


def _agrees(turn: Turn) -> bool:
    return _says(_YES, turn) or (turn.intent == "affirm" and (turn.chosen or len(turn.text.split()) <= FEW))


def _declines(turn: Turn) -> bool:
    return _says(_SKIP, turn) or (turn.intent == "deny" and (turn.chosen or len(turn.text.split()) <= FEW))


def _leaves(turn: Turn) -> bool:
    if turn.chosen or _says(_LATER, turn):
        return turn.intent == "never_mind" or not turn.chosen
    return turn.intent == "never_mind" and len(turn.text.split()) <= FEW and not (_agrees(turn) or _declines(turn))


def _was_interrupted(tracker: Tracker) -> bool:
    """Tell whether this turn's message was about something else, and has been answered already."""
    return any(
        event.get("event") == "action_execution_rejected" and event.get("name") == FORM for event in tracker.events
    )


async def _read_what(turn: Turn, draft: Draft) -> None:
    if turn.chosen or _declines(turn):
        draft.unclear = WHAT
    elif draft.kind == "purchase":
        wish = read_wish(turn.text, turn.knowledge.catalogue.known_title, asked=True)
        draft.wish_for(wish)
        draft.unclear = WHAT if wish.empty else ""
        draft.has = not wish.empty and await has_already(turn, draft.wish)
    elif says_what(turn.text):
        draft.tell(turn.text)
    else:
        draft.unclear = WHAT


async def _read_author(turn: Turn, draft: Draft) -> None:
    author = read_author(turn.text)
    if _declines(turn):
        draft.author = NOTHING
    elif turn.chosen or not author or _agrees(turn):
        draft.unclear = AUTHOR
    else:
        draft.author = author


async def _read_owned(turn: Turn, draft: Draft) -> None:
    if _declines(turn) or _says(_ANYWAY, turn):
        draft.has = False
    elif _agrees(turn):
        draft.satisfied = True
    else:
        draft.unclear = OWNED


async def _read_contact(turn: Turn, draft: Draft) -> None:
    given = read_contact(turn.text) or find_contact(turn.text)
    if given is not None:
        draft.contact, draft.contact_kind = given
    elif _declines(turn) or turn.intent == "thank":
        draft.contact = NOTHING
    elif draft.kind != "purchase" and not turn.chosen and len(turn.text.split()) >= FEW and says_what(turn.text):
        draft.tell(f"{draft.text.rstrip(' .')}. {turn.text}")  # the story goes on
    else:
        draft.unclear = CONTACT


async def _read_sure(turn: Turn, draft: Draft) -> None:
    if _agrees(turn):
        draft.sure = True
    elif draft.kind != "purchase" and not _declines(turn) and says_what(turn.text):
        draft.tell(f"{draft.text.rstrip(' .')}. {turn.text}")  # something more was remembered
    else:
        draft.unclear = SURE


READ = {
    WHAT: _read_what, AUTHOR: _read_author, OWNED: _read_owned, CONTACT: _read_contact, SURE: _read_sure,
}  # fmt: skip


class _Step(PatronAction):
    """Says its own sentence whatever the talk was about: the form decides when."""

    guides = True

    async def _answer(self, turn: Turn) -> None:
        await self.perform(turn)


class _Ask(_Step):
    """Asks for one thing."""

    slot = ""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return f"action_ask_{FORM}_{self.slot}"

    async def perform(self, turn: Turn) -> None:
        """Ask, after a word on what has just been said; the patron may always leave it for later."""
        draft = Draft.of(turn)
        if _was_interrupted(turn.tracker) and turn.intent in ENOUGH:
            return
        if _was_interrupted(turn.tracker) or draft.unclear == RESUMED:
            turn.say("utter_suggestions_back")
        elif any(event.get("name") == "action_hear_suggestion" for event in turn.tracker.events) and draft.what:
            turn.say(f"utter_suggestions_heard_{draft.kind}")
        elif draft.unclear == self.slot:
            turn.say(f"utter_suggestions_unclear_{self.slot.removeprefix('suggestion_')}")
        await self.ask(turn, draft)

    async def ask(self, turn: Turn, draft: Draft) -> None:
        """Add the question and its quick replies."""
        raise NotImplementedError

    def offer(self, turn: Turn, *choices: tuple[str, str]) -> None:
        """Add quick replies: (name of the label, intent) each."""
        offered: list[tuple[str, str, dict[str, Any]]] = [
            (turn.words(f"utter_suggestions_choice_{label}"), intent, {}) for label, intent in choices
        ]
        turn.choices([*offered, (turn.words("utter_suggestions_choice_later"), "never_mind", {})])


class AskWhat(_Ask):
    """Asks what is suggested."""

    slot = WHAT

    async def ask(self, turn: Turn, draft: Draft) -> None:
        """Ask for the title, the idea or the remark."""
        turn.say(f"utter_suggestions_ask_{draft.kind}")
        self.offer(turn)


class AskAuthor(_Ask):
    """Asks who wrote it."""

    slot = AUTHOR

    async def ask(self, turn: Turn, draft: Draft) -> None:
        """Ask for the author."""
        turn.say("utter_suggestions_ask_author", title=draft.title)
        self.offer(turn, ("unknown", "deny"))


class AskOwned(_Ask):
    """Tells that the library has it."""

    slot = OWNED

    async def ask(self, turn: Turn, draft: Draft) -> None:
        """Show what the library has, and ask whether that will do."""
        work = await _work(turn, draft.wish)
        turn.say("utter_suggestions_have")
        if work is not None:
            turn.show({"type": "cards", "cards": [card(turn, work)]})
            turn.list_shown("item", [(work.first.id, work.title)])
        turn.say("utter_suggestions_ask_owned")
        self.offer(turn, ("will_do", "affirm"), ("anyway", "deny"))


class AskContact(_Ask):
    """Asks where an answer may go."""

    slot = CONTACT

    async def ask(self, turn: Turn, draft: Draft) -> None:
        """Say what the address is for, and that it may be left out."""
        turn.say("utter_suggestions_ask_contact")
        self.offer(turn, ("without", "deny"))


class AskSure(_Ask):
    """Reads everything out before it is sent."""

    slot = SURE

    async def ask(self, turn: Turn, draft: Draft) -> None:
        """Say what would be sent, and ask whether it is right."""
        turn.say_apart(f"utter_suggestions_summary_{draft.kind}", what=draft.in_words(turn))
        if draft.contact:
            turn.say_apart("utter_suggestions_summary_contact", contact=draft.contact)
        turn.say_apart("utter_suggestions_ask_sure")
        self.offer(turn, ("send", "affirm"), ("change", "deny"))


class ActionSubmitSuggestion(_Step):
    """Hand a complete suggestion to the gateway, or keep one that was left."""

    def name(self) -> str:
        """Return the action's name in domain.yml."""
        return "action_submit_suggestion"

    async def perform(self, turn: Turn) -> None:
        """End the form."""
        draft = Draft.of(turn)
        if draft.left and draft.what:
            turn.say("utter_suggestions_left", what=draft.in_words(turn))
            turn.choices([(turn.words("utter_suggestions_choice_resume"), draft.intent, {})])
            return
        if draft.satisfied:
            turn.say("utter_suggestions_satisfied")
        elif draft.sure:
            turn.show(draft.block(turn))
        else:
            turn.say("utter_suggestions_dropped")
        turn.events += [SlotSet(slot, None) for slot in SLOTS]
