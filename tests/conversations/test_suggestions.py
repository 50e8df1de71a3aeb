"""Suggestions are taken in the talk: at once or one thing at a time, corrected, left, joined, and told of later."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from bot.storage.models import suggestion
from bot.web import keys
from tests.conversations.script import Begin
from tests.talk import Talk

CODE = re.compile(r"K-\w{5}-\w")


async def row_of(library_app: tuple, code: str) -> sa.Row:
    """The suggestion with a code, as the desk has it."""
    async with library_app[1][keys.DATABASE].read() as db:
        return (await db.execute(sa.select(suggestion).where(suggestion.c.code == code))).one()


async def said(chat: Talk, *messages: str) -> str:
    """The last answer to several messages."""
    return [await chat.say(text) for text in messages][-1]


def code_in(answer: str) -> str:
    found = CODE.search(answer)
    assert found, answer
    return found[0]


# kind, language, what the patron says, and what the desk then reads: the same where it is left out.
AT_ONCE = [
    ("purchase", "en", "you should buy the audiobook of Harbour Lights at Dawn by Nell Quist",
     "Harbour Lights at Dawn by Nell Quist, audiobook"),
    ("purchase", "es", "deberían comprar Faro del Alba en letra grande de María Quiroga",
     "Faro del Alba, de María Quiroga, letra grande"),
    ("event", "en", "you should do a class about bees", ""),
    ("event", "es", "deberían hacer un taller de cerámica para niños", ""),
    ("service", "en", "you should lend out sewing machines", ""),
    ("service", "es", "me gustaría que prestaran máquinas de coser", ""),
    ("comment", "en", "i have feedback about your website", ""),
    ("complaint", "en", "the men's room smells", ""),
    ("complaint", "es", "los baños estaban muy sucios", ""),
    ("praise", "en", "the lady at the desk was wonderful and i want to tell her boss", ""),
    ("praise", "es", "los felicito por la nueva sala de niños", ""),
]  # fmt: skip
WORDS = {
    "en": ("no", "send it", "Shall we write to you about it?", "Is that right?"),
    "es": ("no", "sí", "¿Quiere que le escribamos sobre esto?", "¿Está bien así?"),
}


@pytest.mark.parametrize(("kind", "lang", "text", "read"), AT_ONCE)
async def test_what_is_said_at_once_is_asked_no_more(
    talk: Begin, library_app: tuple, kind: str, lang: str, text: str, read: str
) -> None:
    no, yes, contact, sure = WORDS[lang]
    chat = await talk(lang=lang)
    assert contact in await chat.say(text)
    assert sure in await chat.say(no)
    row = await row_of(library_app, code_in(await chat.say(yes)))
    assert (row.kind, row.text, row.lang, row.contact, row.status) == (kind, read or text, lang, None, "new")


# kind, language, the messages, one thing each, and what the desk then reads.
ONE_BY_ONE = [
    ("purchase", "en", ("i'd like to suggest a book", "Seven Quiet Harbours", "Nell Quist", "pat@example.org", "yes"),
     "Seven Quiet Harbours by Nell Quist"),
    ("purchase", "es", ("quiero sugerir un libro", "Siete Faros Quietos", "María Quiroga", "pat@example.org", "sí"),
     "Siete Faros Quietos, de María Quiroga"),
    ("event", "en", ("i have an idea for a workshop", "a repair cafe for broken toasters", "pat@example.org", "ok"),
     "a repair cafe for broken toasters"),
    ("event", "es", ("tengo una idea para un taller", "un club de ajedrez para adultos", "pat@example.org", "sí"),
     "un club de ajedrez para adultos"),
    ("comment", "en", ("feedback", "the reading room has new plants", "pat@example.org", "yes"),
     "the reading room has new plants"),
    ("comment", "es", ("comentario", "la sala de lectura tiene plantas nuevas", "pat@example.org", "sí"),
     "la sala de lectura tiene plantas nuevas"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "lang", "messages", "read"), ONE_BY_ONE)
async def test_what_is_not_said_is_asked_one_thing_at_a_time(
    talk: Begin, library_app: tuple, kind: str, lang: str, messages: tuple[str, ...], read: str
) -> None:
    chat = await talk(lang=lang)
    for number, text in enumerate(messages[:-1]):
        answer = await chat.say(text)
        assert answer.count("?") == 1, answer
        assert number < 1 or "K-" not in answer
    row = await row_of(library_app, code_in(await chat.say(messages[-1])))
    assert (row.kind, row.text, row.contact, row.contact_kind) == (kind, read, "pat@example.org", "email")


CORRECTED = [
    ("en", ("can you buy Harbour Lights at Noon by Nell Quist", "no"), "no, the author is Nora Quill",
     "Harbour Lights at Noon by Nora Quill"),
    ("en", ("can you buy Harbour Lights at Noon by Nell Quist",), "the title is Harbour Lights at Night",
     "Harbour Lights at Night by Nell Quist"),
    ("en", ("can you buy Harbour Lights at Noon by Nell Quist", "no"), "actually the large print",
     "Harbour Lights at Noon by Nell Quist, large print"),
    ("en", ("you should lend out sewing machines", "no"), "and knitting machines too",
     "you should lend out sewing machines. and knitting machines too"),
    ("es", ("deberían comprar Faro de Noche de María Quiroga", "no"), "no, el autor es Juan Gómez",
     "Faro de Noche, de Juan Gómez"),
    ("es", ("los baños estaban muy sucios", "no"), "fue en la sucursal este el martes",
     "los baños estaban muy sucios. fue en la sucursal este el martes"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "before", "correction", "read"), CORRECTED)
async def test_correction_is_taken_before_anything_is_sent(
    talk: Begin, library_app: tuple, lang: str, before: tuple[str, ...], correction: str, read: str
) -> None:
    chat = await talk(lang=lang)
    await said(chat, *before)
    answer = await chat.say(correction)
    if "K-" not in answer and WORDS[lang][3] not in answer:
        answer = await chat.say("no")
    assert read in answer
    row = await row_of(library_app, code_in(await chat.say(WORDS[lang][1])))
    assert row.text == read


@pytest.mark.parametrize(
    ("lang", "wish", "question", "answered", "back"),
    [
        (
            "en",
            "could you buy Zebra Moonlight",
            "what time do you close today?",
            "10 AM – 5 PM",
            "Back to your suggestion. Who is Zebra Moonlight by?",
        ),
        (
            "en",
            "the men's room smells",
            "where is the riverside branch?",
            "9 Mill Lane",
            "Back to your suggestion. Shall we write to you",
        ),
        (
            "es",
            "los baños estaban muy sucios",
            "¿a qué hora cierran hoy?",
            "10 a.m. – 5 p.m.",
            "Volvamos a su sugerencia. ¿Quiere que le escribamos",
        ),
        (
            "es",
            "deberían hacer un taller de cerámica para niños",
            "¿dónde queda la sucursal ribera?",
            "9 Mill Lane",
            "Volvamos a su sugerencia. ¿Quiere que le escribamos",
        ),
    ],
)
async def test_question_in_between_is_answered_and_the_suggestion_goes_on(
    talk: Begin, lang: str, wish: str, question: str, answered: str, back: str
) -> None:
    chat = await talk(lang=lang)
    await chat.say(wish)
    answer = await chat.say(question)
    assert answered in answer and back in answer
    assert answer.index(answered) < answer.index(back)
    assert CODE.search(await said(chat, *(["no"] if "by?" not in back else ["no idea", "no"]), WORDS[lang][1]))


@pytest.mark.parametrize(
    ("lang", "wish", "other", "answered"),
    [
        ("en", "can you buy Seven Quiet Harbours by Nell Quist", "wifi password", "free wifi"),
        ("en", "can you buy Seven Quiet Harbours by Nell Quist", "recommend a mystery", "Our staff recommend"),
        ("en", "can you buy Seven Quiet Harbours by Nell Quist", "libby does not work on my ipad", "Libby"),
        ("en", "the chairs upstairs are awful", "opening hours", "10 AM"),
        ("es", "deberían comprar Siete Faros Quietos de María Quiroga", "horario de hoy", "10 a.m."),
    ],
)
async def test_nobody_is_held_by_the_form_who_asks_for_something_else(
    talk: Begin, lang: str, wish: str, other: str, answered: str
) -> None:
    chat = await talk(lang=lang)
    await chat.say(wish)
    assert answered in await chat.say(other)


@pytest.mark.parametrize(
    ("lang", "wish", "leave", "kept", "again"),
    [
        (
            "en",
            "can you buy Zebra Moonlight by Jane Smith",
            "not now",
            "I keep what you said so far",
            "suggest a purchase",
        ),
        ("en", "you should do a class about bees", "never mind", "I keep what you said so far", "event suggestion"),
        (
            "es",
            "deberían comprar Zorro Azul de María Pérez",
            "ahora no",
            "Guardo para este chat lo que dijo",
            "sugerir una compra",
        ),
        ("es", "los baños estaban muy sucios", "olvídalo", "Guardo para este chat lo que dijo", "quiero quejarme"),
    ],
)
async def test_suggestion_is_left_and_gone_on_with_later(
    talk: Begin, library_app: tuple, lang: str, wish: str, leave: str, kept: str, again: str
) -> None:
    chat = await talk(lang=lang)
    await chat.say(wish)
    assert kept in await chat.say(leave)
    async with library_app[1][keys.DATABASE].read() as db:
        count = sa.select(sa.func.count()).where(suggestion.c.conversation_id == chat.id)
        assert (await db.execute(count)).scalar_one() == 0
    await chat.say("what are your hours?" if lang == "en" else "¿cuál es el horario?")
    answer = await chat.say(again)
    if "sugerencia." not in answer and "Back to" not in answer:  # a page was quoted first
        answer = await chat.choose("Tell us here" if lang == "en" else "Contarlo aquí")
    assert ("Back to your suggestion." if lang == "en" else "Volvamos a su sugerencia.") in answer
    row = await row_of(library_app, code_in(await said(chat, "no", WORDS[lang][1])))
    assert row.conversation_id == chat.id


async def test_second_wish_for_the_same_is_joined_to_the_first_and_counted(talk: Begin, library_app: tuple) -> None:
    wishes = (
        "please buy Winter Ferry by Ada Lind",
        "you should get Winter Ferry",
        "can you order the winter ferry by A. Lind?",
    )
    answers = []
    for wish in wishes:
        chat = await talk()
        answer = await said(chat, wish, *(["no idea"] if "Lind" not in wish else []), "no", "send it")
        answers.append(answer)
    first, *others = [await row_of(library_app, code_in(answer)) for answer in answers]
    assert [row.joined_to for row in (first, *others)] == [None, first.id, first.id]
    assert "Somebody else has asked for the same, and we count you in." in answers[1]
    assert "2 others have asked for the same, and we count you in." in answers[2]
    another = await said(await talk(), "please buy Winter Ferry by Bo Berg", "no", "send it")
    assert (await row_of(library_app, code_in(another))).joined_to is None
    assert "3 people asked for it." in await (await talk()).say(f"what happened with {others[0].code}")


@pytest.mark.parametrize(
    ("lang", "wish", "have", "enough", "anyway"),
    [
        ("en", "would you consider buying a copy of beloved", "We have it:", "yes", "Suggest it anyway"),
        (
            "en",
            "you should buy the large print of The Women by Kristin Hannah",
            "We have it:",
            "yes",
            "Suggest it anyway",
        ),
        ("es", "¿pueden comprar Cien años de soledad?", "Lo tenemos:", "sí", "Sugerirlo de todos modos"),
    ],
)
async def test_what_the_catalogue_has_is_shown_before_a_purchase_is_taken(
    talk: Begin, library_app: tuple, lang: str, wish: str, have: str, enough: str, anyway: str
) -> None:
    chat = await talk(lang=lang)
    assert have in await chat.say(wish)
    assert await chat.say(enough) == {"en": "Good. Enjoy it!", "es": "Muy bien. ¡Que lo disfrute!"}[lang]
    chat = await talk(lang=lang)
    await chat.say(wish)
    answer = await chat.choose(anyway)
    if WORDS[lang][2] not in answer:
        answer = await chat.say({"en": "no idea", "es": "no sé"}[lang])  # who wrote it
    assert CODE.search(await said(chat, "no", WORDS[lang][1]))


@pytest.mark.parametrize("form", ["{}", "what happened with {}", "any news on {}?", "¿qué pasó con {}?"])
async def test_code_tells_what_became_of_a_suggestion_in_any_talk(talk: Begin, library_app: tuple, form: str) -> None:
    lang = "es" if "¿" in form else "en"
    complaint = f"the water fountain on floor {len(form)} tastes like metal"
    code = code_in(await said(await talk(), complaint, "no", "yes"))
    asked = await talk(lang=lang)
    told = await asked.say(form.format(code.lower().replace("-", " ")))
    assert {"en": "We got it on Saturday, November 21.", "es": "La recibimos el sábado 21 de noviembre."}[lang] in told
    async with library_app[1][keys.DATABASE].write() as db:
        values = {"status": "done", "reply": "The filter is new."}
        await db.execute(suggestion.update().where(suggestion.c.code == code).values(values))
    told = await (await talk(lang=lang)).say(form.format(code))
    assert "The filter is new." in told
    assert {"en": "It was done on", "es": "Se hizo el"}[lang] in told


async def test_wrong_code_is_said_to_be_wrong(talk: Begin) -> None:
    code = code_in(await said(await talk(), "the door squeaks every single time", "no", "yes"))
    other = "3" if code[2] != "3" else "4"
    assert "I find no suggestion with that code." in await (await talk()).say(f"what about K-{other}{code[3:]}")


@pytest.mark.parametrize(
    ("question", "read", "choice", "asked"),
    [
        ("how do I ask the library to buy something", "Source: ", "Suggest a title now", "What should we buy?"),
        ("how do i propose a program", "Source: ", "Tell us your idea now", "What is your idea?"),
        ("where can i leave feedback", "Source: ", "Tell us here", "What would you like to tell us?"),
    ],
)
async def test_question_about_suggestions_is_answered_by_a_page_with_the_way_to_make_one(
    talk: Begin, question: str, read: str, choice: str, asked: str
) -> None:
    chat = await talk()
    answer = await chat.say(question)
    assert read in answer and f"[{choice}]" in answer
    assert asked in await chat.choose(choice)


async def test_missing_title_is_suggested_from_the_catalogue_with_one_press(talk: Begin, library_app: tuple) -> None:
    chat = await talk()
    await chat.say("do you have Zebra Midnight by Jane Smith?")
    await chat.choose("Suggest that the library buys it")
    answer = await said(chat, *(["no idea"] if "by?" in chat.last["blocks"][0]["text"] else []), "no", "send it")
    assert "Zebra Midnight" in (await row_of(library_app, code_in(answer))).text


async def test_words_of_danger_come_before_the_form(talk: Begin) -> None:
    chat = await talk()
    await chat.say("the men's room smells")
    answer = await chat.say("i want to kill myself")
    assert "988" in answer and "e-mail address" not in answer


async def test_unreadable_address_is_asked_for_again_and_may_be_left_out(talk: Begin) -> None:
    chat = await talk()
    await chat.say("the chairs upstairs are awful")
    assert "That does not look like an e-mail address or a phone number." in await chat.say("pat at example")
    assert "Is that right?" in await chat.choose("No, thank you")
