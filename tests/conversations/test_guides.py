"""A patron is led step by step: through trouble with a digital resource, and through judging a source."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conversations.script import Begin, Script, play, script

LOGIN = "libby says my card number is invalid"
LOGIN_BEGINS = "The card number or PIN is not accepted. There are 5 steps; we take them one at a time."
LOGIN_1 = (
    "Step 1 of 5. Type the whole card number from the back of the card, without spaces. A 0 at the start counts too."
)
LOGIN_2 = (
    "Step 2 of 5. The PIN has 4 digits. If you are not sure of it, make a new one at "
    "[your account](https://alderfalls.example/account) under Forgot PIN; please do not write it here."
)
LOGIN_3 = "Step 3 of 5. Check that Alder Falls Public Library is chosen in the app, not another library of a like name."
SOLVED = "I am glad that it works now. Is there anything else?"
PERSON = (
    "No librarian is free in this chat right now. You can call 315-555-0140 or write to ask@alderfalls.example, "
    "or leave a message here and we will answer it."
)
SUMMARY = "This tells a librarian what you have tried:"
LEFT = "All right, we leave that. Ask me anything else whenever you like."

TROUBLE = [
    script("the first step", LOGIN, reads=(LOGIN_BEGINS, LOGIN_1, "Did that work?", "[No, next step]")),
    script("no", LOGIN, "no", reads=(LOGIN_2, "Did that work?")),
    script("no, in other words", LOGIN, "no", "nope", reads=LOGIN_3),
    script("yes", LOGIN, "no", "yes", reads=SOLVED),
    script("yes, in other words", "my audiobook keeps stopping", "android phone", "yes that worked", reads=SOLVED),
    script(
        "to the end, where a person is told of all that was tried",
        LOGIN,
        *("no", "nope", "no", "still not working", "no"),
        reads=(
            "Those were all the steps that I know.",
            SUMMARY,
            "- Trouble: The card number or PIN is not accepted",
            "- Service: Libby",
            "- Tried: Type the whole card number from the back of the card, without spaces",
            "- Tried: See whether the card itself still works",
            PERSON,
        ),
    ),
    script(
        "a person, before the end",
        "my audiobook keeps stopping",
        "android",
        "no",
        "I want to talk to a person",
        reads=(
            SUMMARY,
            "- Trouble: An audiobook stops or has no sound",
            "- Device: Android",
            "- Tried: Download the audiobook while on wifi, so that it does not depend on the connection",
            PERSON,
        ),
    ),
    script(
        "the device decides which steps there are",
        "my audiobook keeps stopping",
        reads=("An audiobook stops or has no sound. Which device is it on?", "[Fire tablet]", "[Another device]"),
    ),
    script(
        "the device was named at once",
        "the app keeps crashing on my ipad",
        reads=(
            "The app closes by itself or freezes. There are 4 steps; we take them one at a time.",
            "Step 1 of 4. Close the app completely, restart the device, and open it again.",
        ),
        never=("Which device",),
    ),
    script(
        "the steps of one device only",
        "kanopy movie keeps buffering on my roku",
        "no",
        "no",
        reads=(
            "Step 3 of 3. Update the app, or remove and install it again; restart the TV or stick by unplugging it for "
            "a minute."
        ),
    ),
    script(
        "what happens is not said",
        "libby isnt working",
        reads=(
            "What happens with Libby? Choose what is nearest, or tell me in your own words.",
            "[The card number or PIN is not accepted]",
            "[Talk to a person]",
        ),
    ),
    script(
        "what happens is asked again after another question",
        "libby isnt working",
        "iphone",
        "what time do you close today",
        "ok back to libby",
        reads=(
            "What happens with Libby? Choose what is nearest, or tell me in your own words.",
            "[The card number or PIN is not accepted]",
        ),
        never=("[The book does not come to the Kindle]",),
    ),
    script(
        "another question comes between",
        LOGIN,
        "no",
        "is there parking at riverside?",
        reads=(
            "Parking at Riverside Branch: Twelve spaces beside the mill; more at the River Park lot across the "
            "footbridge. Free. Two accessible spaces beside the ramp.",
            "[Go on with: The card number or PIN is not accepted]",
        ),
    ),
    script("on after another question", LOGIN, "no", "what are the hours of eastside today", "next", reads=LOGIN_3),
    script(
        "on after a page of the library",
        "the database asks me for a password at home",
        "no",
        "do you have tax forms",
        "ok next",
        reads=(
            "Step 3 of 4. See in the list whether it works from home at all: a few, such as Ancestry Library Edition "
            "and JSTOR, open in our branches only."
        ),
    ),
    script("never mind", LOGIN, "never mind", reads=LEFT),
    script("cancel", LOGIN, "no", "cancel", reads=LEFT),
    script(
        "never mind, and a question after it",
        LOGIN,
        "never mind",
        "is main open now?",
        reads="Yes, Main Library is open now, until 5 PM.",
        never=("Go on with",),
    ),
    script(
        "a no after never mind",
        LOGIN,
        "never mind",
        "no",
        reads="All right. Ask me anything about the library whenever you like.",
        never=("Step",),
    ),
    script(
        "a question of the step's own",
        "hoopla says i have no borrows left",
        "no",
        reads=("Step 2 of 3. Flex titles do not count for the month.", "Is there one that suits?"),
    ),
    script(
        "a newspaper's pass has run out",
        "the new york times pass isn't working",
        reads="A newspaper asks for a subscription. There are 3 steps; we take them one at a time.",
    ),
    script(
        "a hold is gone",
        "my hold disappeared from libby",
        reads="A hold is gone or was missed. There are 4 steps; we take them one at a time.",
    ),
    script(
        "the day's limit",
        "hoopla says daily limit reached",
        reads="Can you borrow the title in the morning?",
    ),
]

SPANISH_2 = (
    "Paso 2 de 5. El PIN tiene 4 dígitos. Si no está seguro, cree uno nuevo en "
    "[su cuenta](https://alderfalls.example/account), en Forgot PIN (Olvidé mi PIN); no lo escriba aquí, por favor."
)
KINDLE_2 = (
    "Paso 2 de 5. En la página de Amazon elija Get Library Book. Debe entrar con la misma cuenta de Amazon que el "
    "Kindle, de amazon.com (Estados Unidos)."
)
TROUBLE_IN_SPANISH = [
    script(
        "el primer paso",
        "libby no acepta mi tarjeta",
        reads=("No se acepta el número de tarjeta o el PIN. Son 5 pasos; vamos uno por uno.", "¿Funcionó?"),
    ),
    script("no", "libby no acepta mi tarjeta", "no", reads=SPANISH_2),
    script("sí", "libby no acepta mi tarjeta", "no", "no", "sí", reads="Me alegro de que ya funcione. ¿Hay algo más?"),
    script(
        "hasta el final, con el resumen",
        "no puedo abrir hoopla",
        "no me deja iniciar sesión",
        *("todavía no", "no", "no", "no", "no"),
        reads=(
            "Con esto una persona de la biblioteca sabe qué ha probado:",
            "- Problema: No se acepta el número de tarjeta o el PIN",
            "- Servicio: hoopla",
            "- Probado: El PIN tiene 4 dígitos",
        ),
    ),
    script(
        "otra pregunta entremedio",
        "el libro no llega a mi kindle",
        "no",
        "¿hay notario?",
        reads=("Fuente: [Notario](https://alderfalls.example/notary)", "[Continuar con: El libro no llega al Kindle]"),
    ),
    script(
        "seguir",
        "la aplicación se cierra sola en mi ipad",
        "siguiente",
        reads=("Paso 2 de 4. Actualice la aplicación en la tienda, y el propio dispositivo en sus ajustes."),
    ),
    script(
        "dejarlo",
        "libby no acepta mi tarjeta",
        "olvídelo",
        reads="De acuerdo, lo dejamos. Pregúnteme otra cosa cuando guste.",
    ),
]

JUDGING = [
    script(
        "the first check",
        "how do i know if something on facebook is true",
        reads=(
            "Can this be believed? There are 6 steps; we take them one at a time.",
            "Do you know who says it and why they would know?",
            "[No, or not sure]",
            "[Ask a librarian]",
        ),
    ),
    script(
        "nothing speaks against it",
        "how do i know if something on facebook is true",
        *("yes", "yes", "yes", "yes", "yes", "yes"),
        reads=(
            "That looks sound: none of the checks speaks against it. Keep the link and the date for later.",
            "A librarian can check it with you, and we have workshops on it.",
            "[Workshops on this]",
        ),
    ),
    script(
        "one doubt",
        "is this photo real or made by AI?",
        *("yes", "no", "yes", "yes"),
        reads=("There is doubt about: who made it. I would not share it or rely on it before that is cleared up."),
    ),
    script(
        "many doubts, with another question between",
        "how do i tell if a story is true",
        *("no", "no", "yes", "no", "where do i park", "next", "no"),
        reads=(
            "Much speaks against it: who says it, how they know, when it is from and your own feelings. Better not "
            "believe it or pass it on; look for another source."
        ),
    ),
    script("never mind", "how do i tell if a story is true", "never mind", reads=LEFT),
    script(
        "a picture has checks of its own",
        "is this video a deepfake",
        reads=(
            "Is this picture or video real? There are 4 steps; we take them one at a time.",
            "Does the first place that had it say the same of it?",
        ),
    ),
]

JUDGING_IN_SPANISH = [
    script(
        "la primera pregunta",
        "¿cómo sé si una noticia es falsa?",
        reads=("¿Se puede creer? Son 6 pasos; vamos uno por uno.", "¿Sabe quién lo dice y por qué lo sabría?"),
    ),
    script(
        "una duda",
        "¿cómo sé si una noticia es falsa?",
        *("sí", "no", "sí", "sí", "sí", "sí"),
        reads="Hay dudas sobre: cómo lo saben. Yo no lo compartiría ni me fiaría antes de aclararlo.",
    ),
    script(
        "una foto",
        "¿cómo sé si una foto es real?",
        reads="¿El primer lugar que la publicó dice lo mismo de ella?",
    ),
    script(
        "dejarlo",
        "¿cómo sé si una noticia es falsa?",
        "cancelar",
        reads="De acuerdo, lo dejamos. Pregúnteme otra cosa cuando guste.",
    ),
]

ALL = [*TROUBLE, *JUDGING, *(replace(one, lang="es") for one in (*TROUBLE_IN_SPANISH, *JUDGING_IN_SPANISH))]


@pytest.mark.parametrize("played", ALL, ids=lambda played: played.name)
async def test_patron_is_led_step_by_step(talk: Begin, played: Script) -> None:
    await play(talk, played)


async def test_patron_presses_the_answers(talk: Begin) -> None:
    chat = await talk()
    await chat.say(LOGIN)
    assert LOGIN_2 in (await chat.choose("No, next step")).splitlines()
    assert await chat.choose("Yes, it works") == SOLVED


async def test_patron_presses_what_happens(talk: Begin) -> None:
    chat = await talk()
    await chat.say("libby isnt working")
    await chat.say("iphone")
    lines = (await chat.choose("The app closes by itself or freezes")).splitlines()
    assert "Step 1 of 4. Close the app completely, restart the device, and open it again." in lines


async def test_patron_chooses_the_device_and_then_a_person(talk: Begin) -> None:
    chat = await talk(lang="es")
    await chat.say("mi audiolibro se detiene")
    assert "Paso 1 de 5. Descargue el audiolibro con wifi, para que no dependa de la conexión." in await chat.choose(
        "Android"
    )
    await chat.choose("No, siguiente paso")
    lines = (await chat.choose("Hablar con una persona")).splitlines()
    assert lines[1:4] == [
        "- Problema: Un audiolibro se detiene o no suena",
        "- Dispositivo: Android",
        "- Probado: Descargue el audiolibro con wifi, para que no dependa de la conexión",
    ]


async def test_patron_presses_to_go_on_after_another_question(talk: Begin) -> None:
    chat = await talk(lang="es")
    await chat.say("el libro no llega a mi kindle")
    assert KINDLE_2 in (await chat.say("no")).splitlines()
    await chat.say("¿hay estacionamiento en la principal?")
    assert KINDLE_2 in (await chat.choose("Continuar con: El libro no llega al Kindle")).splitlines()


async def test_a_person_who_is_asked_for_at_once_hears_that_nothing_was_tried(talk: Begin) -> None:
    chat = await talk()
    await chat.say(LOGIN)
    assert (await chat.choose("Talk to a person")).splitlines()[1:4] == [
        "- Trouble: The card number or PIN is not accepted",
        "- Service: Libby",
        "- No step tried yet",
    ]


async def test_the_checks_end_with_the_workshops(talk: Begin) -> None:
    chat = await talk()
    await chat.say("how do i check if a website is reliable")
    for _ in range(5):
        await chat.choose("No, or not sure")
    assert "Much speaks against it: " in await chat.choose("Yes")
    assert "Source: [Alder Falls Public Library](https://alderfalls.example/events)" in await chat.choose(
        "Workshops on this"
    )
