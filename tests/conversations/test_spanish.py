"""A patron asks in Spanish."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.conversations.script import Begin, Script, play, script

SPANISH = [
    script(
        "una sucursal que cierra ese día",
        "¿está abierta la sucursal este el domingo?",
        reads=(
            "No, la Sucursal Este está cerrada mañana, domingo 22 de noviembre. "
            "Vuelve a abrir el martes 24 de noviembre a las 10 a.m."
        ),
    ),
    script(
        "hasta qué hora",
        "¿hasta qué hora está abierta la principal?",
        reads="La Biblioteca Principal está abierta ahora, hasta las 5 p.m.",
        never=("Sí",),
    ),
    script(
        "a la una",
        "¿está abierta la principal ahora?",
        at="2026-11-22 08:00",
        reads="No, la Biblioteca Principal está cerrada ahora. Abre hoy a la 1 p.m.",
    ),
    script(
        "un día festivo por su nombre",
        "¿abre la sucursal ribera el día de acción de gracias?",
        reads=(
            "No, la Sucursal Ribera está cerrada el jueves 26 de noviembre (Día de Acción de Gracias). "
            "Vuelve a abrir el viernes 27 de noviembre a las 10 a.m."
        ),
    ),
    script(
        "un servicio, con su género",
        "¿el mostrador de la principal está abierto ahora?",
        reads="Sí, el mostrador de consulta de la Biblioteca Principal está abierto ahora, hasta las 4 p.m.",
    ),
    script(
        "todas las sucursales",
        "¿Está abierta la biblioteca hoy?",
        reads=("Sí, todas nuestras sucursales abren hoy.", "Sucursal | Horario", "Sucursal Ribera | 10 a.m. – 2 p.m."),
    ),
    script(
        "la semana",
        "horario de la principal",
        reads=(
            "Este es el horario de la Biblioteca Principal, desde hoy hasta el viernes 27 de noviembre.",
            "Sáb 21 nov | 10 a.m. – 5 p.m.",
            "Jue 26 nov | Cerrado (Día de Acción de Gracias)",
        ),
    ),
    script(
        "cuentos bilingües",
        "¿Hay cuentos bilingües esta semana?",
        reads=(
            "No encontré nada desde hoy hasta el domingo 22 de noviembre. El próximo es el sábado 28 de noviembre:",
            "Cuentos bilingües / Bilingual Storytime",
            "Sábado 28 de noviembre, 11 a.m. – 11:45 a.m.",
            "Rincón Infantil, Sucursal Este",
            "Para familias",
            "Sin inscripción: solo venga",
        ),
    ),
    script(
        "clases de inglés",
        "¿hay clases de inglés?",
        reads=(
            "Encontré 4 eventos en las próximas dos semanas:",
            "English for Beginners (Cancelado)",
            "Motivo: Día de Acción de Gracias",
        ),
    ),
    script(
        "un tema que ningún evento tiene",
        "¿hay un taller de fotografía?",
        reads=(
            "No encontré ningún evento que mencione «fotografía» en los próximos meses. El calendario completo está en "
            "https://alderfalls.example/events.",
            "[Ver todos los eventos]",
        ),
    ),
    script(
        "dónde está",
        "¿dónde está la sucursal ribera?",
        reads=(
            "La Sucursal Ribera está en 9 Mill Lane, Alder Falls, NY 13099. En el antiguo molino junto al "
            "puente peatonal, "
            "al final de Mill Lane. La línea 7 de autobús para en Mill Lane, a tres minutos a pie por la "
            "orilla del río.",
        ),
    ),
    script(
        "estacionamiento",
        "¿dónde puedo estacionar en la ribera?",
        reads=(
            "Para estacionar en la Sucursal Ribera: Doce espacios junto al molino; hay más en River Park, "
            "al otro lado del "
            "puente peatonal. Gratis. Dos espacios accesibles junto a la rampa."
        ),
    ),
    script(
        "teléfono",
        "¿cuál es el teléfono de la sucursal este?",
        reads=(
            "Sucursal Este: llame al 315-555-0152 o escriba a eastside@alderfalls.example. El mostrador de "
            "consulta está "
            "abierto ahora, hasta las 4:30 p.m."
        ),
    ),
    script(
        "una persona",
        "quiero hablar con una persona",
        reads=(
            "En este momento nadie de la biblioteca está libre en este chat. Puede llamar al 315-555-0140 o escribir a "
            "ask@alderfalls.example, o dejar un mensaje aquí y lo contestaremos."
        ),
    ),
    script(
        "el saludo",
        "hola",
        reads=(
            "¡Hola! ¿Qué le gustaría saber? Puedo ayudar con horarios, eventos, libros y libros electrónicos, su "
            "tarjeta, impresión, salas y más."
        ),
    ),
    script("la despedida", "adiós", reads="¡Adiós, y hasta pronto en la biblioteca!"),
    script(
        "la sucursal de antes",
        "¿está abierta la sucursal este el domingo?",
        "¿y la principal?",
        reads="Sí, la Biblioteca Principal abre mañana, domingo 22 de noviembre: 1 p.m. – 5 p.m.",
    ),
]


@pytest.mark.parametrize("played", [replace(one, lang="es") for one in SPANISH], ids=lambda played: played.name)
async def test_patron_asks_in_spanish(talk: Begin, played: Script) -> None:
    await play(talk, played)


@pytest.mark.parametrize("at", ["2026-11-21 14:05", "2026-11-22 08:00", "2026-11-26 10:00", "2026-12-24 12:00"])
async def test_spanish_has_no_doubled_stop_and_no_bare_hour(talk: Begin, at: str) -> None:
    chat = await talk(at=at, lang="es")
    for text in ("¿está abierta la principal ahora?", "¿está abierta la biblioteca?", "¿qué eventos hay hoy?"):
        answer = await chat.say(text)
        assert (
            re.findall(r"\.\.|\ba las 1 |\bhasta \d|\ba \d+(?::\d+)? [ap]\.m| ,|\{|el (?:hoy|mañana)|de el ", answer)
            == []
        )
