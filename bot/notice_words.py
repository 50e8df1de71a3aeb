"""What patrons are told of an emergency, the same in the chat, the greeting and the answers."""

from __future__ import annotations

from datetime import datetime

from bot.knowledge.library import Library
from bot.knowledge.notices import Emergency
from bot.say import clock_in_sentence, day_beside, day_name, listed, sentence
from bot.wording import Wording


def closing_words(emergency: Emergency, library: Library, wording: Wording, lang: str, wall: datetime) -> str:
    """Return the sentences on a closing that is in force or to come; `wall` is the time of the library's town."""
    begun, until = emergency.begins <= wall, emergency.until
    facts = {
        "places": _places(emergency, library, wording, lang),
        "reason": emergency.reason.to(lang).rstrip("."),
        "begins": "" if begun else _beginning(emergency.begins, wording, lang, wall),
        "until": "" if until is None else _end(until, wording, lang, wall),
    }
    kind = f"{'now' if begun else 'soon'}{'_open_ended' if until is None else ''}"
    words = [wording.say(f"utter_closure_{kind}", lang, **facts)]
    if emergency.note is not None:
        words.append(sentence(emergency.note.to(lang)))
    if emergency.desk_open or emergency.branches:
        words.append(wording.say("utter_closure_desk_open", lang, phone=library.phone))
    return " ".join(words)


def reopening_words(emergency: Emergency, library: Library, wording: Wording, lang: str) -> str:
    """Return the sentence with which a closing is over."""
    return wording.say("utter_closure_over", lang, places=_places(emergency, library, wording, lang))


def _places(emergency: Emergency, library: Library, wording: Wording, lang: str) -> str:
    named = [branch.name.to(lang) for branch in library.branches if branch.id in emergency.branches]
    return listed(named, lang) if named else wording.say("utter_closure_everywhere", lang)


def _beginning(begins: datetime, wording: Wording, lang: str, wall: datetime) -> str:
    day = day_beside(begins.date(), wall.date(), lang, wording, brief=True)
    return wording.say("utter_closure_moment", lang, day=day, time=clock_in_sentence(begins, lang, wording))


def _end(until: datetime, wording: Wording, lang: str, wall: datetime) -> str:
    time = clock_in_sentence(until, lang, wording)
    if until.date() == wall.date():
        return wording.say("utter_closure_until_today", lang, time=time)
    return wording.say("utter_closure_until_day", lang, day=day_name(until.date(), lang, wall.date()), time=time)
