"""The words that are orders by themselves, and all that only looks like them."""

from __future__ import annotations

import pytest

from bot.channels.model import FORMS
from bot.channels.words import Word, code_in, language_of, word_in

OTHERS = [channel for channel in FORMS if channel != "sms"]
# 47 CFR 64.1200(a)(10)(i)(B): words that may not be taken for anything but the end of consent, in a reply by text.
BY_LAW = ("stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe")
# What Twilio acts on by itself where nothing else is set up: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
BY_TWILIO = ("STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL")


def order(text: str, channel: str = "sms", *, stopped: bool = False, with_person: bool = False) -> Word | None:
    return word_in(text, channel, stopped=stopped, with_person=with_person)


@pytest.mark.parametrize("text", [*BY_LAW, *BY_TWILIO])
def test_text_message_stops_by_every_word_of_the_law_and_of_the_carriers(text: str) -> None:
    assert order(text) is Word.STOP
    assert order(f"  {text.capitalize()}. \n") is Word.STOP
    assert order(f"“{text.upper()}”!!") is Word.STOP


@pytest.mark.parametrize("channel", FORMS)
@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("STOP", Word.STOP),
        ("stop.", Word.STOP),
        ("/stop", Word.STOP),
        ("Unsubscribe", Word.STOP),
        ("Stop texting me!", Word.STOP),
        ("please stop", Word.STOP),
        ("no more messages", Word.STOP),
        ("BAJA", Word.STOP),
        ("Alto", Word.STOP),
        ("darse de baja", Word.STOP),
        ("No más mensajes", Word.STOP),
        ("START", Word.START),
        ("/start", Word.START),
        ("unstop", Word.START),
        ("Alta", Word.START),
        ("HELP", Word.HELP),
        ("help!", Word.HELP),
        ("/help", Word.HELP),
        ("¡Ayuda!", Word.HELP),
        ("DELETE", Word.DELETE),
        ("delete this chat", Word.DELETE),
        ("Forget this chat.", Word.DELETE),
        ("Borrar", Word.DELETE),
        ("olvidar este chat", Word.DELETE),
        ("MOVE", Word.MOVE),
        ("Continue on my phone", Word.MOVE),
        ("MOVER", Word.MOVE),
        ("seguir en mi teléfono", Word.MOVE),
    ],
)
def test_orders_count_in_every_channel_and_both_languages(channel: str, text: str, word: Word) -> None:
    assert order(text, channel) is word


@pytest.mark.parametrize("channel", FORMS)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "stop by",
        "Can I stop by tomorrow?",
        "how do i stop the holds",
        "non-stop",
        "Which bus stop is near?",
        "help me with printing",
        "homework help",
        "I need help",
        "ayuda con la tarea",
        "continue",
        "continue please",
        "I want to cancel my hold",
        "cancel my hold",
        "cancelar mi reserva",
        "delete my account",
        "how do I delete a book from my list",
        "when does storytime start",
        "moved",
        "move my hold to Eastside",
        "the end of the world",
        "weekend",
        "no more renewals",
        "bot",
        "back",
        "yes",
        "sí",
        "alta voz",
        "de baja visión",
        "1",
    ],
)
def test_sentences_are_no_orders(channel: str, text: str) -> None:
    assert order(text, channel) is None


@pytest.mark.parametrize("channel", OTHERS)
@pytest.mark.parametrize(
    "text", ["cancel", "Cancel.", "end", "quit", "revoke", "opt out", "info", "stop all", "cancelar"]
)
def test_words_that_mean_something_else_to_a_chat_stop_text_messages_alone(channel: str, text: str) -> None:
    assert order(text, channel) is None
    assert order(text, "sms") in (Word.STOP, Word.HELP)


@pytest.mark.parametrize("text", ["START", "unstop", "YES", "yes!", "Sí", "si", "alta", "/start"])
def test_who_has_stopped_starts_again_by_a_word(text: str) -> None:
    assert order(text, stopped=True) is Word.START


@pytest.mark.parametrize("text", ["BACK", "back.", "/back", "bot", "Volver", "asistente"])
def test_back_counts_while_a_person_has_the_chat_alone(text: str) -> None:
    assert order(text, "telegram", with_person=True) is Word.BACK
    assert order(text, "telegram") is None


@pytest.mark.parametrize("text", ["is the bus back?", "go back to the assistant", "volver a la biblioteca", "yes"])
def test_words_to_a_person_are_no_orders(text: str) -> None:
    assert order(text, with_person=True) is None


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("BAJA", "es"),
        ("Ayuda", "es"),
        ("¡borrar!", "es"),
        ("sí", "es"),
        ("STOP", None),
        ("HELP", None),
        ("delete", None),
    ],
)
def test_order_is_answered_in_its_language(text: str, lang: str | None) -> None:
    assert language_of(text) == lang


@pytest.mark.parametrize(
    "text",
    [
        "7KQM-2XPD",
        "7kqm-2xpd",
        " 7KQM2XPD\n",
        "“7KQM-2XPD”.",
        "7KQM–2XPD",
        "/start 7KQM-2XPD",
        "start 7kqm2xpd",
        "7kqm—2xpd",
    ],
)
def test_code_is_read_however_it_was_copied(text: str) -> None:
    assert code_in(text) == "7KQM-2XPD"


def test_signs_that_look_like_others_are_read_as_those() -> None:
    assert code_in("o1Il-ABC2") == "0111-ABC2"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "printing",
        "well-read",
        "Eastside",
        "555-0140",
        "315-555-0140",
        "1990-1995",
        "1865-2026",
        "7KQM-2XP",
        "7KQM-2XPDA",
        "is it 7KQM-2XPD",
        "7KQM 2XPD and more",
        "2CUL-8ER1",
        "978-1-57131-356-0",
    ],
)
def test_what_is_no_code_is_left_to_the_assistant(text: str) -> None:
    assert code_in(text) is None


def test_codes_that_are_made_are_read() -> None:
    from bot.channels.carrying import _code

    made = [_code() for _ in range(2000)]
    assert len(set(made)) == len(made) and [code_in(code) for code in made] == made
