"""The language of a message, most of all of a short one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import Settings
from bot.understanding.language import LANGUAGES, detect

HELD_OUT = Settings().held_out


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hours", "en"),
        ("parking?", "en"),
        ("whats the address", "en"),
        ("is eastside open on sunday?", "en"),
        ("hola is eastside open?", "en"),
        ("story time for toddlers", "en"),
        ("pls help", "en"),
        ("what's on 12/3", "en"),
        ("do you have el quijote", "en"),
        ("horario", "es"),
        ("a que hora abren mañana", "es"),
        ("a que hora abren manana", "es"),
        ("gracias", "es"),
        ("hola", "es"),
        ("holaaaa", "es"),
        ("y el domingo?", "es"),
        ("¿Eastside?", "es"),
        ("estacionamiento", "es"),
        ("cuentacuentos", "es"),
        ("quiero hablar con una persona", "es"),
        ("esta abierto riverside el sabado", "es"),
        ("horaires d'ouverture", "fr"),
        ("vous êtes ouverts ce samedi ?", "fr"),
        ("quand fermez-vous ce soir", "fr"),
        ("bis wann habt ihr heute offen", "de"),
        ("ist die bücherei am samstag geschlossen", "de"),
        ("wie komme ich zur bibliothek", "de"),
        ("fino a che ora siete aperti oggi", "it"),
        ("c'è un parcheggio vicino alla biblioteca", "it"),
        ("quali eventi ci sono per i bambini", "it"),
        ("tot hoe laat zijn jullie vandaag open", "nl"),
        ("is de bibliotheek morgen gesloten", "nl"),
        ("waar is de bieb", "nl"),
        ("do której jest dziś otwarte", "pl"),
        ("czy biblioteka jest jutro zamknięta", "pl"),
        ("gdzie jest biblioteka", "pl"),
        ("até que horas vocês ficam abertos hoje", "pt"),
        ("a biblioteca está fechada amanhã?", "pt"),
        ("onde fica a biblioteca", "pt"),
        ("bugün saat kaça kadar açık", "tr"),
        ("kütüphane nerede", "tr"),
        ("yarın kapalı mı", "tr"),
        ("هل المكتبة مفتوحة يوم الأحد", "ar"),
        ("图书馆星期天开门吗", "zh"),
        ("圖書館在哪裡", "zh"),
        ("日曜日は開いていますか", "ja"),
        ("駐車場はありますか", "ja"),
        ("일요일에 문 열어요?", "ko"),
        ("библиотека открыта в воскресенье?", "ru"),
        ("วันอาทิตย์เปิดไหม", "th"),
    ],
)
def test_short_messages_are_told_apart(text: str, language: str) -> None:
    assert detect(text)[0] == language


@pytest.mark.parametrize("previous", ["en", "es", "fr"])
@pytest.mark.parametrize(
    "text", ["ok", "main", "12/3", "Eastside", "riverside", "", "👍", "???", "315-555-0140", "wifi"]
)
def test_language_of_the_talk_stays_when_a_message_could_be_of_any(text: str, previous: str) -> None:
    assert detect(text, previous)[0] == previous


@pytest.mark.parametrize(
    ("text", "previous", "language"),
    [
        ("no", "es", "es"),
        ("no", "en", "en"),
        ("do you have storytime on friday", "es", "en"),
        ("y para adolescentes?", "en", "es"),
        ("hola, is eastside open?", "en", "en"),
        ("parking", "es", "es"),
        ("photo", "en", "en"),
    ],
)
def test_language_changes_only_for_a_reason(text: str, previous: str, language: str) -> None:
    assert detect(text, previous)[0] == language


def test_certainty_is_low_for_a_message_of_any_language() -> None:
    assert detect("ok")[1] < 0.5 < detect("what time do you close tonight")[1]


def test_held_out_questions_are_told_apart() -> None:
    rows = [json.loads(line) for line in HELD_OUT.read_text(encoding="utf-8").splitlines()]
    wrong = [row["text"] for row in rows if detect(row["text"])[0] != row["lang"]]
    assert len(wrong) <= len(rows) * 0.03, wrong


@given(st.text(max_size=300), st.sampled_from([None, *LANGUAGES]))
def test_any_text_has_a_language(text: str, previous: str | None) -> None:
    language, certainty = detect(text, previous)
    assert language in LANGUAGES
    assert 0 <= certainty <= 1
