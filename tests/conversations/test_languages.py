"""A patron writes in one language or another, or asks to be answered in one."""

from __future__ import annotations

import pytest

from tests.conversations.script import Begin, Script, play, script

MAIN_TODAY = "Main Library | 10 AM – 5 PM | Open until 5 PM"
CARD = "Source: [Getting a library card](https://alderfalls.example/card)"
PARKING = "Each branch has parking:"
PHONE = "Source: [Printing from your own device](https://alderfalls.example/printing#own-device)"

OTHER_LANGUAGES = [
    ("À quelle heure fermez-vous aujourd'hui ?", "Je comprends le français, mais je réponds en anglais.", MAIN_TODAY),
    ("Puis-je imprimer depuis mon téléphone ?", "Je comprends le français, mais je réponds en anglais.", PHONE),
    ("Wie bekomme ich einen Bibliotheksausweis?", "Ich verstehe Deutsch, antworte aber auf Englisch.", CARD),
    ("Haben Sie Parkplätze bei der Hauptbibliothek?", "Ich verstehe Deutsch, antworte aber auf Englisch.", None),
    ("Posso stampare dal telefono?", "Capisco l'italiano, ma rispondo in inglese.", PHONE),
    ("Vocês têm estacionamento?", "Entendo português, mas respondo em inglês.", PARKING),
    ("Где можно припарковаться?", "Я понимаю по-русски, но отвечаю по-английски.", PARKING),
    ("图书馆今天几点关门?", "我能看懂中文,但会用英语回答。", MAIN_TODAY),
    ("今日は何時に閉まりますか?", "日本語は理解できますが、お返事は英語になります。", MAIN_TODAY),
    ("오늘 몇 시에 문을 닫나요?", "한국어를 이해하지만, 답변은 영어로 드립니다.", MAIN_TODAY),
    ("متى تغلق المكتبة اليوم؟", "أفهم العربية، لكنني أجيب بالإنجليزية.", MAIN_TODAY),
    ("วันนี้ปิดกี่โมง", "ฉันเข้าใจภาษาไทย แต่จะตอบเป็นภาษาอังกฤษ", MAIN_TODAY),
    ("Wat zijn de openingstijden van vandaag?", "Ik begrijp Nederlands, maar ik antwoord in het Engels.", MAIN_TODAY),
    ("O której dziś zamykacie?", "Rozumiem po polsku, ale odpowiadam po angielsku.", MAIN_TODAY),
]


@pytest.mark.parametrize(("says", "note", "reads"), OTHER_LANGUAGES, ids=[note for _, note, _ in OTHER_LANGUAGES])
async def test_other_languages_are_understood_and_answered_in_english(
    talk: Begin, says: str, note: str, reads: str | None
) -> None:
    chat = await talk()
    lines = (await chat.say(says)).splitlines()
    assert lines[0] == note
    assert reads is None or reads in lines


MAIN_NOW = "Yes, Main Library is open now, until 5 PM."
CHANGES = [
    script(
        "to Spanish, the answer is given again",
        "how do i get a card",
        "en español por favor",
        reads=(
            "Por supuesto. En español:",
            "Fuente: [Obtener una tarjeta de la biblioteca](https://alderfalls.example/card)",
        ),
    ),
    script(
        "by the language's name alone",
        "how do i get a card",
        "español",
        reads="Fuente: [Obtener una tarjeta de la biblioteca](https://alderfalls.example/card)",
    ),
    script(
        "and the talk goes on in Spanish",
        "are you open today",
        "en español por favor",
        "¿y mañana?",
        reads="Abierto mañana, domingo 22 de noviembre: la Biblioteca Principal.",
    ),
    script(
        "asked for in English",
        "is main open now",
        "speak spanish please",
        reads="Por supuesto. En español: Sí, la Biblioteca Principal está abierta ahora, hasta las 5 p.m.",
    ),
    script(
        "to English",
        "como imprimo desde mi celular",
        "in english please",
        reads=("Of course. In English:", PHONE),
    ),
    script("to English, of a Spanish page", "¿cómo saco la tarjeta?", "english", reads=CARD, lang="es"),
    script(
        "with nothing to say again",
        "habla español?",
        reads="Por supuesto, sigo en español. ¿Qué le gustaría saber?",
    ),
    script(
        "the patron's own words change it too",
        "is main open now",
        "¿hay notario?",
        reads="Fuente: [Notario](https://alderfalls.example/notary)",
    ),
    script(
        "and back",
        "¿hay notario?",
        "is main open now?",
        reads=MAIN_NOW,
        lang="es",
    ),
    script(
        "English after French, without the note",
        "À quelle heure fermez-vous aujourd'hui ?",
        "is main open now?",
        reads=MAIN_NOW,
        never=("français",),
    ),
    script(
        "Spanish after French",
        "À quelle heure fermez-vous aujourd'hui ?",
        "en español por favor",
        reads="Biblioteca Principal | 10 a.m. – 5 p.m. | Abierto hasta las 5 p.m.",
        never=("français",),
    ),
    script(
        "a guide under way goes on in Spanish",
        "libby says my card number is invalid",
        "en español por favor",
        "no",
        reads=("[Sí, funciona]", "¿Funcionó?"),
    ),
]


@pytest.mark.parametrize("played", CHANGES, ids=lambda played: played.name)
async def test_patron_changes_the_language(talk: Begin, played: Script) -> None:
    await play(talk, played)
