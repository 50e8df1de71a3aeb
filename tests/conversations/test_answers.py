"""A patron asks what the library has written down: every explained topic, in both languages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest

from actions.answers import INTENTS
from tests.conversations.script import Begin, Script, play, script


@dataclass(frozen=True)
class Asked:
    """`says` are the patron's words, `reads` a sentence of the page that is quoted, `source` the page's title."""

    topic: str
    says: str
    reads: str
    source: str


ENGLISH = [
    Asked(
        "get_library_card",
        "hi, I just moved to town and want a library card. what should I bring?",
        "Bring photo ID and proof of your address to the desk of any branch",
        "Getting a library card",
    ),
    Asked(
        "get_library_card",
        "i live over in the next county, how much would a card cost me",
        "you can have a card for $40 a year.",
        "Cards for people outside Alder County",
    ),
    Asked(
        "get_library_card",
        "what documents does my child need for a card",
        "For a child under 14, a parent or guardian signs at the desk",
        "Cards for children and teens",
    ),
    Asked(
        "get_library_card",
        "can i sign up for the card online",
        "At the end you see a temporary number, which also comes by e-mail. It works at once, for 60 days",
        "Applying for a card online",
    ),
    Asked(
        "ask_account",
        "I forgot my PIN!!",
        'choose "Forgot PIN", and follow the link that comes by e-mail.',
        "Forgotten PIN",
    ),
    Asked(
        "ask_account",
        "someone stole my purse and my library card was in it",
        "The first replacement is free, and each one after that costs $2.",
        "Lost or stolen card",
    ),
    Asked(
        "ask_account",
        "i moved, how do i change my address with you",
        "For a new home address or a new name, bring photo ID and proof to the desk of any branch.",
        "Your details and expired cards",
    ),
    Asked(
        "renew_items",
        "how can I renew the books I have out",
        "Most items renew by themselves three days before they are due, up to two times",
        "Renewing your loans",
    ),
    Asked(
        "renew_items",
        "why wouldn't my book renew?",
        "An item is not renewed when another person waits for it or when it has been renewed two times already.",
        "When an item cannot be renewed",
    ),
    Asked(
        "ask_due_dates_and_fines",
        "how long do I get to keep a DVD?",
        "Books, audiobooks and music are lent for 21 days, and DVDs for 7.",
        "Loan periods and limits",
    ),
    Asked(
        "ask_due_dates_and_fines",
        "do you charge late fees",
        "We have charged no overdue fines since 2021.",
        "Late items",
    ),
    Asked(
        "ask_due_dates_and_fines",
        "where do i pay the money i owe",
        "We do not take payments by phone, and never in this chat.",
        "Paying what you owe",
    ),
    Asked(
        "ask_due_dates_and_fines",
        "can i take back my books after you close",
        "Each branch has a book drop outside that is open day and night, holidays too.",
        "Returning items",
    ),
    Asked(
        "place_hold",
        "how do I reserve a book",
        'choose "Place hold", sign in, and choose the branch where you want to pick it up.',
        "Placing a hold",
    ),
    Asked(
        "place_hold",
        "how long will you keep my hold for me",
        "It waits for you for 7 days on the hold shelf near the desk of the branch you chose.",
        "Picking up a hold",
    ),
    Asked(
        "place_hold",
        "i want to pause my holds while on vacation",
        "A suspended hold keeps moving up the line but is not sent to you before the date you set.",
        "Changing or cancelling holds",
    ),
    Asked(
        "request_interlibrary_loan",
        "can you borrow a book for me from another library",
        "When none of our branches owns what you need, we borrow it from another library for you, free of charge.",
        "Interlibrary loan",
    ),
    Asked(
        "request_interlibrary_loan",
        "how long does an interlibrary loan take to come",
        "A book from another library usually takes two to three weeks.",
        "Waiting for an interlibrary loan",
    ),
    Asked(
        "suggest_purchase",
        "how do i suggest a title for the library to purchase",
        "the title, the author and the format are enough",
        "Suggesting a title to buy",
    ),
    Asked(
        "suggest_purchase",
        "how does the library decide what to buy",
        "A librarian reads your purchase suggestion and answers within two weeks.",
        "After you suggest a title",
    ),
    Asked(
        "give_feedback",
        "i want to complain about how i was treated",
        "You can ask at any desk for the manager on duty",
        "Complaints",
    ),
    Asked(
        "give_feedback",
        "where do i leave a suggestion for you",
        "We are glad to hear what works for you and what does not.",
        "Comments and praise",
    ),
    Asked(
        "suggest_program",
        "how do i suggest a program for seniors",
        "Tell us what you would like to see on the calendar: write to programs@alderfalls.example",
        "Ideas for events",
    ),
    Asked(
        "suggest_program",
        "can I teach a class at the library",
        "If you would like to teach, read or perform here, write to programs@alderfalls.example.",
        "Leading a program yourself",
    ),
    Asked(
        "use_printing",
        "how much is color printing",
        "A letter-size page costs 10 cents in black and white and 50 cents in color.",
        "Printing",
    ),
    Asked(
        "use_printing",
        "can i print from my phone",
        "Within 24 hours come to a print station at any branch",
        "Printing from your own device",
    ),
    Asked(
        "use_printing",
        "where can i send a fax",
        "You can send a fax at Main Library, and only there.",
        "Sending a fax",
    ),
    Asked(
        "use_printing",
        "can i 3d print something",
        "It costs 10 cents a gram, so a key ring is about 50 cents.",
        "3D printing",
    ),
    Asked(
        "use_computers_and_wifi",
        "what's the wifi password",
        "There is no password and no time limit",
        "Wifi",
    ),
    Asked(
        "use_computers_and_wifi",
        "how long can i use the computers",
        "A session is 60 minutes and goes on when nobody is waiting.",
        "Public computers",
    ),
    Asked(
        "use_computers_and_wifi",
        "do you lend hotspots",
        "You can borrow a wifi hotspot or a Chromebook for 14 days, free of charge",
        "Hotspots and Chromebooks for home",
    ),
    Asked(
        "book_space",
        "how do i book a study room",
        "Main Library has four, for 2 to 6 people each, and Eastside has one; Riverside has none.",
        "Study rooms",
    ),
    Asked(
        "book_space",
        "we are a nonprofit and need a room for 60 people",
        "the Maple Room at Main Library with 80 seats",
        "Meeting rooms",
    ),
    Asked(
        "ask_accessibility",
        "is the main library wheelchair accessible",
        "An elevator goes to all floors",
        "Getting into and around the buildings",
    ),
    Asked(
        "ask_accessibility",
        "i need a sign language interpreter for an event",
        "Write to access@alderfalls.example or call 315-555-0140 at least 7 days ahead",
        "Interpreters and help at events",
    ),
    Asked(
        "ask_accessibility",
        "do you have a screen reader on your computers",
        "Each branch has one computer with the screen reader NVDA and the enlarging program ZoomText",
        "Screen readers and magnifiers",
    ),
    Asked(
        "get_research_help",
        "i need help finding articles for my thesis, can i meet a librarian",
        "A librarian can sit down with you and your question for 30 or 60 minutes, free of charge",
        "Help with research",
    ),
    Asked(
        "get_research_help",
        "how do i trace my grandparents",
        "search census records, ship lists and our family history databases",
        "Family history",
    ),
    Asked(
        "get_research_help",
        "does someone help kids with homework",
        "Volunteers sit down with students after school",
        "Homework help",
    ),
    Asked(
        "get_technology_help",
        "can somebody teach me how to use my tablet",
        "It is free, and you need neither an appointment nor a card.",
        "Technology help without an appointment",
    ),
    Asked(
        "get_technology_help",
        "do you have computer classes for beginners",
        "Our computer classes are free",
        "Computer classes",
    ),
    Asked(
        "donate_or_volunteer",
        "can i give you my old books",
        "take donated books at Main Library on Saturdays from 10 to 2, up to two boxes at a time.",
        "Donating books",
    ),
    Asked(
        "donate_or_volunteer",
        "id like to volunteer",
        "Fill in the [volunteer form](https://alderfalls.example/volunteer)",
        "Volunteering",
    ),
    Asked(
        "donate_or_volunteer",
        "can i donate money",
        "You get a receipt within two weeks",
        "Giving money",
    ),
    Asked(
        "ask_jobs",
        "are you hiring",
        "All open positions are on our [jobs page](https://alderfalls.example/jobs).",
        "Working at the library",
    ),
    Asked(
        "ask_jobs",
        "can you help me look for a job",
        "somebody works with you on a resume, an online application or interview practice",
        "Help with finding a job",
    ),
    Asked(
        "stay_connected",
        "how do I get the newsletter",
        "Our newsletter comes once a month by e-mail",
        "The newsletter",
    ),
    Asked(
        "stay_connected",
        "are you on instagram",
        "We are @alderfallslibrary on Instagram, Facebook and YouTube.",
        "Social media and sharing",
    ),
    Asked(
        "stay_connected",
        "can i get the events in my google calendar",
        'choose "Subscribe" and pick Google, Apple or Outlook.',
        "Events in your own calendar",
    ),
    Asked(
        "ask_community",
        "when does the bookmobile come",
        "Its stops and times are on the [bookmobile page](https://alderfalls.example/bookmobile).",
        "The bookmobile",
    ),
    Asked(
        "ask_community",
        "can my class come to visit the library",
        "write to schools@alderfalls.example at least three weeks ahead",
        "Schools and classes",
    ),
    Asked(
        "ask_community",
        "who sits on the library board",
        "A board of seven trustees, who live in Alder County",
        "The library board",
    ),
    Asked(
        "ask_policy",
        "can i eat in the library",
        "Covered drinks and snacks are welcome in all branches, but not at the computers",
        "Food and drink",
    ),
    Asked(
        "ask_policy",
        "can i bring my dog",
        "Pets have to stay outside, in a carrier too.",
        "Pets and service animals",
    ),
    Asked(
        "ask_policy",
        "is there a notary",
        "A notary public at Main Library notarizes documents free of charge, by appointment.",
        "Notary",
    ),
    Asked(
        "ask_policy",
        "do you keep a record of what i read",
        "When you return an item, we delete the link between it and your name",
        "Privacy of your record",
    ),
    Asked(
        "ask_policy",
        "can i leave my kid alone while i shop",
        "Children under 10 must have somebody of 14 or older with them",
        "Children alone in the library",
    ),
    Asked(
        "ask_policy",
        "do you have museum passes",
        "You keep it for 3 days.",
        "Museum passes",
    ),
    Asked(
        "ask_policy",
        "do you do passports",
        "In Alder Falls the post office does both",
        "Passports",
    ),
    Asked(
        "ask_policy",
        "do you proctor exams",
        "for $10 an exam",
        "Exam proctoring",
    ),
]

SPANISH = [
    Asked(
        "get_library_card",
        "acabo de llegar a la ciudad, ¿qué necesito para sacar la tarjeta?",
        "Traiga una identificación con foto y un comprobante de domicilio al mostrador de cualquier sucursal",
        "Obtener una tarjeta de la biblioteca",
    ),
    Asked(
        "get_library_card",
        "¿mi hijo de 9 años puede tener su tarjeta?",
        "Los niños de cualquier edad pueden tener su propia tarjeta, sin costo.",
        "Tarjetas para niños y jóvenes",
    ),
    Asked(
        "get_library_card",
        "vivo fuera del condado, ¿cuánto cuesta la tarjeta?",
        "puede tener una tarjeta por $40 al año.",
        "Tarjetas para personas de fuera del condado",
    ),
    Asked(
        "ask_account",
        "olvidé mi PIN",
        'elija "Forgot PIN" y siga el enlace que le llega por correo.',
        "PIN olvidado",
    ),
    Asked(
        "ask_account",
        "perdí mi tarjeta",
        "La primera reposición es gratis y cada una de las siguientes cuesta $2.",
        "Tarjeta perdida o robada",
    ),
    Asked(
        "renew_items",
        "¿cómo puedo renovar los libros que tengo?",
        "La mayoría de los materiales se renueva sola tres días antes de vencer, hasta dos veces",
        "Renovar sus préstamos",
    ),
    Asked(
        "renew_items",
        "¿por qué no se renovó mi libro?",
        "Un material no se renueva si otra persona lo espera o si ya se renovó dos veces.",
        "Cuando un material no se renueva",
    ),
    Asked(
        "ask_due_dates_and_fines",
        "¿por cuánto tiempo puedo tener una película?",
        "Los libros, los audiolibros y la música se prestan por 21 días, y los DVD por 7.",
        "Plazos y límites de préstamo",
    ),
    Asked(
        "ask_due_dates_and_fines",
        "¿cobran multas por atraso?",
        "Desde 2021 no cobramos multas por retraso.",
        "Materiales atrasados",
    ),
    Asked(
        "ask_due_dates_and_fines",
        "¿dónde dejo mis libros cuando está cerrado?",
        "Cada sucursal tiene afuera un buzón abierto de día y de noche",
        "Devolver materiales",
    ),
    Asked(
        "place_hold",
        "¿cómo reservo un libro?",
        'elija "Place hold", entre a su cuenta y escoja la sucursal donde quiere recogerlo.',
        "Reservar un libro",
    ),
    Asked(
        "place_hold",
        "quiero pausar mis reservas mientras viajo",
        "Una reserva suspendida sigue avanzando en la fila",
        "Cambiar o cancelar reservas",
    ),
    Asked(
        "request_interlibrary_loan",
        "¿me pueden traer un libro de otra biblioteca?",
        "lo pedimos prestado a otra biblioteca, sin costo.",
        "Préstamo interbibliotecario",
    ),
    Asked(
        "request_interlibrary_loan",
        "¿cuánto tarda un préstamo interbibliotecario?",
        "Un libro de otra biblioteca suele tardar de dos a tres semanas.",
        "Esperar un préstamo interbibliotecario",
    ),
    Asked(
        "suggest_purchase",
        "¿cómo pido que la biblioteca compre un libro?",
        "Puede enviar hasta 5 sugerencias al mes y recibe respuesta en un plazo de dos semanas.",
        "Sugerir una compra",
    ),
    Asked(
        "suggest_purchase",
        "¿cómo hago para sugerir una compra?",
        "basta con el título, el autor y el formato",
        "Sugerir una compra",
    ),
    Asked(
        "give_feedback",
        "quiero presentar una queja",
        "Puede pedir en cualquier mostrador hablar con la persona encargada",
        "Quejas",
    ),
    Asked(
        "give_feedback",
        "¿dónde puedo dejar una felicitación?",
        "Nos gusta saber qué le funciona bien y qué no.",
        "Comentarios y felicitaciones",
    ),
    Asked(
        "suggest_program",
        "¿cómo sugiero una actividad?",
        "Díganos qué le gustaría ver en el calendario: escriba a programs@alderfalls.example",
        "Ideas para eventos",
    ),
    Asked(
        "suggest_program",
        "quisiera dar una clase en la biblioteca",
        "Si quiere enseñar, leer o presentarse aquí, escriba a programs@alderfalls.example.",
        "Dar una actividad usted mismo",
    ),
    Asked(
        "use_printing",
        "¿cuánto cuesta imprimir a color?",
        "Una página tamaño carta cuesta 10 centavos en blanco y negro y 50 centavos a color.",
        "Imprimir",
    ),
    Asked(
        "use_printing",
        "¿puedo imprimir desde el celular?",
        "adjúntelo a un correo dirigido a print@alderfalls.example.",
        "Imprimir desde su propio aparato",
    ),
    Asked(
        "use_printing",
        "¿cómo escaneo un documento?",
        "Cada sucursal tiene una máquina que copia y escanea.",
        "Copiar y escanear",
    ),
    Asked(
        "use_computers_and_wifi",
        "¿cuál es la contraseña del wifi?",
        "No tiene contraseña ni límite de tiempo",
        "Wifi",
    ),
    Asked(
        "use_computers_and_wifi",
        "¿cuánto tiempo puedo usar las computadoras?",
        "La sesión dura 60 minutos y sigue si nadie espera.",
        "Computadoras públicas",
    ),
    Asked(
        "book_space",
        "¿cómo reservo una sala de estudio?",
        "Las salas de estudio son gratis con la tarjeta de la biblioteca.",
        "Salas de estudio",
    ),
    Asked(
        "book_space",
        "necesitamos una sala para 60 personas",
        "la Sala Maple en la Biblioteca Principal con 80 asientos",
        "Salas de reuniones",
    ),
    Asked(
        "ask_accessibility",
        "¿tienen libros en letra grande?",
        "Todas las sucursales tienen estantes de letra grande y audiolibros en disco",
        "Letra grande, audio y braille",
    ),
    Asked(
        "ask_accessibility",
        "mi mamá no puede salir de casa, ¿le llevan libros?",
        "Llame al 315-555-0146 o escriba a access@alderfalls.example.",
        "Libros a domicilio",
    ),
    Asked(
        "get_research_help",
        "necesito ayuda de un bibliotecario para mi tesis",
        "Un bibliotecario puede trabajar con usted y su pregunta durante 30 o 60 minutos, sin costo",
        "Ayuda para investigar",
    ),
    Asked(
        "get_research_help",
        "¿ayudan a los niños con la tarea?",
        "Voluntarios se sientan con los estudiantes después de la escuela",
        "Ayuda con las tareas",
    ),
    Asked(
        "get_technology_help",
        "¿alguien me puede enseñar a usar mi tableta?",
        "Es gratis y no necesita cita ni tarjeta.",
        "Ayuda con tecnología sin cita",
    ),
    Asked(
        "get_technology_help",
        "¿hay clases de computación para principiantes?",
        "Nuestras clases de computación son gratis",
        "Clases de computación",
    ),
    Asked(
        "donate_or_volunteer",
        "¿puedo donar libros usados?",
        "reciben libros en la Biblioteca Principal los sábados de 10 a 2, hasta dos cajas por vez.",
        "Donar libros",
    ),
    Asked(
        "donate_or_volunteer",
        "quiero ser voluntario",
        "Si tiene 16 años o más puede ser voluntario",
        "Ser voluntario",
    ),
    Asked(
        "ask_jobs",
        "¿tienen empleos disponibles?",
        "Todos los puestos vacantes están en nuestra [página de empleos](https://alderfalls.example/jobs).",
        "Trabajar en la biblioteca",
    ),
    Asked(
        "ask_jobs",
        "necesito ayuda para buscar trabajo",
        "alguien trabaja con usted en su currículum, una solicitud en línea",
        "Ayuda para encontrar trabajo",
    ),
    Asked(
        "stay_connected",
        "¿cómo recibo el boletín?",
        "Nuestro boletín llega una vez al mes por correo electrónico",
        "El boletín",
    ),
    Asked(
        "stay_connected",
        "¿están en instagram?",
        "Somos @alderfallslibrary en Instagram, Facebook y YouTube.",
        "Redes sociales y compartir",
    ),
    Asked(
        "ask_community",
        "¿cuándo viene el bibliobús?",
        "Sus paradas y horarios están en la [página del bibliobús](https://alderfalls.example/bookmobile).",
        "El bibliobús",
    ),
    Asked(
        "ask_community",
        "¿puede venir mi clase de visita?",
        "escriba a schools@alderfalls.example con al menos tres semanas de anticipación",
        "Escuelas y grupos",
    ),
    Asked(
        "ask_policy",
        "¿se puede comer en la biblioteca?",
        "En todas las sucursales se permiten bebidas con tapa y bocadillos, pero no en las computadoras",
        "Comida y bebida",
    ),
    Asked(
        "ask_policy",
        "¿puedo llevar a mi perro?",
        "Las mascotas se quedan afuera, también si van en jaula.",
        "Mascotas y animales de servicio",
    ),
    Asked(
        "ask_policy",
        "¿hay notario?",
        "Un notario público en la Biblioteca Principal certifica firmas sin costo, con cita.",
        "Notario",
    ),
    Asked(
        "ask_policy",
        "¿hacen pasaportes?",
        "La biblioteca no recibe solicitudes de pasaporte ni toma fotos para pasaporte.",
        "Pasaportes",
    ),
    Asked(
        "ask_policy",
        "¿tienen pases para museos?",
        "Lo puede tener 3 días.",
        "Pases para museos",
    ),
]

BOTH = [("en", one) for one in ENGLISH] + [("es", one) for one in SPANISH]


@pytest.mark.parametrize(("lang", "asked"), BOTH, ids=lambda one: one.says if isinstance(one, Asked) else one)
async def test_patron_reads_the_page_that_tells_it(talk: Begin, lang: str, asked: Asked) -> None:
    chat = await talk(lang=lang)
    answer = await chat.say(asked.says)
    head = {"en": "Source", "es": "Fuente"}[lang]
    assert asked.reads in answer
    assert [line for line in answer.splitlines() if line.startswith(f"{head}: [{asked.source}](https://")] != [], answer


@pytest.mark.parametrize("asked", [ENGLISH, SPANISH], ids=["en", "es"])
def test_every_explained_topic_is_asked_about_twice(asked: list[Asked]) -> None:
    times = Counter(one.topic for one in asked)
    assert [topic for topic in INTENTS if times[topic] < 2] == []


CARD_FOR_CHILDREN = "Source: [Cards for children and teens](https://alderfalls.example/card#children)"
STUDY_ROOMS = (
    "Study rooms are free with a library card. Main Library has four, for 2 to 6 people each, and Eastside has one; "
    "Riverside has none. [Reserve a study room](https://alderfalls.example/rooms) up to 14 days ahead, for two hours "
    "a day."
)
FOLLOW_UPS = [
    script("the card is for a child", "how do I get a card", "my kid is 9", reads=CARD_FOR_CHILDREN),
    script(
        "the patron lives elsewhere",
        "how do i get a card",
        "i live in another county",
        reads="Source: [Cards for people outside Alder County](https://alderfalls.example/card#outside)",
    ),
    script("the rooms of another branch", "study rooms at main", "what about eastside", reads=STUDY_ROOMS),
    script("a branch that has none", "study rooms at main", "what about eastside", "and riverside?", reads=STUDY_ROOMS),
    script(
        "from the phone, after the price",
        "how much is it to print",
        "can i do it from my phone",
        reads="Source: [Printing from your own device](https://alderfalls.example/printing#own-device)",
    ),
    script(
        "la tarjeta es para una niña",
        "cómo saco la tarjeta",
        "es para mi hija de 7 años",
        lang="es",
        reads="Fuente: [Tarjetas para niños y jóvenes](https://alderfalls.example/card#children)",
        never=("911",),
    ),
    script(
        "la tarjeta es para niños",
        "¿cómo saco la tarjeta?",
        "¿y para niños?",
        lang="es",
        reads="Fuente: [Tarjetas para niños y jóvenes](https://alderfalls.example/card#children)",
    ),
    script(
        "y en línea",
        "¿cómo saco la tarjeta?",
        "¿y en línea?",
        lang="es",
        reads="Fuente: [Solicitar la tarjeta en línea](https://alderfalls.example/card#online)",
    ),
    script(
        "where the toilets are",
        "where is the bathroom",
        reads="Source: [Where things are inside](https://alderfalls.example/branches#inside)",
    ),
]


@pytest.mark.parametrize("played", FOLLOW_UPS, ids=lambda played: played.name)
async def test_patron_asks_on(talk: Begin, played: Script) -> None:
    await play(talk, played)


@pytest.mark.parametrize(
    ("lang", "says", "pressed", "reads"),
    [
        (
            "en",
            "how do i get a card",
            "What to bring",
            "- Photo ID: a driver's license, state ID, passport, consular card or school ID.",
        ),
        (
            "es",
            "¿cómo saco la tarjeta?",
            "Qué debe traer",
            "- Si solo trabaja o estudia aquí: un talón de pago, gafete o carta de la escuela que lo muestre.",
        ),
    ],
    ids=["en", "es"],
)
async def test_patron_presses_a_section_of_the_page(
    talk: Begin, lang: str, says: str, pressed: str, reads: str
) -> None:
    chat = await talk(lang=lang)
    await chat.say(says)
    assert reads in (await chat.choose(pressed)).splitlines()
