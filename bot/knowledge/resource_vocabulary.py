"""The tables of words for what a digital resource lends and for the devices it works on, in English and Spanish.

Each entry is a list parted by commas. Plurals, accents and capitals need no entries of their own: words are compared
by their stem (bot/knowledge/event_words.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot.knowledge.text import plain


class Format(StrEnum):
    """What a digital resource lends or shows."""

    EBOOK = "ebook"
    AUDIOBOOK = "audiobook"
    FILM = "film"
    MUSIC = "music"
    MAGAZINE = "magazine"
    NEWSPAPER = "newspaper"
    COMICS = "comics"
    COURSES = "courses"


class Device(StrEnum):
    """What a patron reads, listens or watches on: a kind of device (PHONE, TV) or one of that kind."""

    PHONE = "phone"
    IPHONE = "iphone"
    ANDROID = "android"
    TABLET = "tablet"
    IPAD = "ipad"
    FIRE_TABLET = "fire_tablet"
    EREADER = "ereader"
    KINDLE = "kindle"
    KOBO = "kobo"
    NOOK = "nook"
    COMPUTER = "computer"
    CHROMEBOOK = "chromebook"
    WINDOWS = "windows"
    MAC = "mac"
    TV = "tv"
    SMART_TV = "smart_tv"
    ROKU = "roku"
    FIRE_TV = "fire_tv"
    APPLE_TV = "apple_tv"
    ANDROID_TV = "android_tv"
    CHROMECAST = "chromecast"


KINDS_OF: Mapping[Device, frozenset[Device]] = {
    kind: frozenset(members)
    for kind, members in {
        Device.PHONE: (Device.IPHONE, Device.ANDROID),
        Device.TABLET: (Device.IPAD, Device.ANDROID, Device.FIRE_TABLET),
        Device.EREADER: (Device.KINDLE, Device.KOBO, Device.NOOK),
        Device.COMPUTER: (Device.CHROMEBOOK, Device.WINDOWS, Device.MAC),
        Device.TV: (
            Device.SMART_TV,
            Device.ROKU,
            Device.FIRE_TV,
            Device.APPLE_TV,
            Device.ANDROID_TV,
            Device.CHROMECAST,
        ),
    }.items()
}
"""Which devices are of which kind."""

_FORMATS: Mapping[Format, str] = {
    Format.EBOOK: (
        "ebook, e-book, e book, electronic book, digital book, online book, kindle book, downloadable book, libro "
        "electrónico, libros electrónicos, libro digital, libros digitales, libros en línea, libro virtual"
    ),
    Format.AUDIOBOOK: (
        "audiobook, audio book, book on tape, books on cd, talking book, books on tape, listen to books, listen "
        "to a book, audiolibro, audio libro, libro hablado, libro en audio, libros en audio, libros hablados, "
        "escuchar libros"
    ),
    Format.FILM: (
        "movie, film, documentary, tv show, tv series, streaming video, stream movies, watch movies, dvd online, "
        "película, documental, documentales, documentaries, cine en línea, serie de tv, series de tv, series de "
        "televisión, ver películas"
    ),
    Format.MUSIC: (
        "music, stream music, music streaming, music downloads, download music, download songs, songs, album, "
        "mp3, música, canción, canciones, álbum, descargar música, streaming music, free music, digital music"
    ),
    Format.MAGAZINE: "magazine, periodical, emagazine, e-magazine, revista, revistas digitales",
    Format.NEWSPAPER: (
        "newspaper, news paper, daily paper, epaper, periódico, periódicos, diario digital, prensa, prensa digital"
    ),
    Format.COMICS: (
        "comic, comic book, graphic novel, manga, cómic, cómics, historieta, novela gráfica, novelas gráficas, "
        "tira cómica, ecomics"
    ),
    Format.COURSES: (
        "online course, online class, e-learning, elearning, online training, video course, video lesson, curso "
        "en línea, cursos en línea, curso online, clases en línea, curso virtual, capacitación en línea"
    ),
}

_DEVICES: Mapping[Device, str] = {
    Device.PHONE: (
        "smartphone, smart phone, mobile phone, my phone, cell phone, cellphone, mi celular, mi móvil, mi "
        "teléfono, teléfono inteligente"
    ),
    Device.IPHONE: "iphone, apple phone, ios",
    Device.ANDROID: (
        "android, android phone, android tablet, samsung phone, samsung galaxy, galaxy phone, galaxy tab, pixel "
        "phone, google pixel, celular android, teléfono android"
    ),
    Device.TABLET: "tablet, mi tableta, tableta",
    Device.IPAD: "ipad, i pad, apple tablet",
    Device.FIRE_TABLET: "kindle fire, fire tablet, amazon tablet, amazon fire, fire hd, kindle fire hd, tableta fire",
    Device.EREADER: "ereader, e-reader, e reader, ebook reader, lector electrónico, lector de libros electrónicos",
    Device.KINDLE: "kindle, kindle paperwhite, paperwhite, kindle oasis, kindle scribe, kindel, kindl",
    Device.KOBO: "kobo, kobo reader, kobo libra, kobo clara",
    Device.NOOK: "nook, nook reader, nook tablet, barnes and noble nook",
    Device.COMPUTER: (
        "my laptop, my computer, desktop computer, my pc, home computer, mi computadora, mi ordenador, "
        "computadora portátil, ordenador portátil, mi pc, mi laptop, web browser, navegador"
    ),
    Device.CHROMEBOOK: "chromebook, chrome book",
    Device.WINDOWS: "windows, windows pc, windows 10, windows 11, windows laptop",
    Device.MAC: "macbook, mac, imac, mac book, macos",
    Device.TV: (
        "my tv, on the tv, television, my television, mi tele, televisor, mi televisión, en la tele, en la tv, en "
        "el televisor"
    ),
    Device.SMART_TV: "smart tv, smarttv, samsung tv, lg tv, vizio, televisor inteligente, tele inteligente",
    Device.ROKU: "roku, roku tv, roku stick",
    Device.FIRE_TV: "fire tv, firestick, fire stick, amazon fire tv, firetv, fire tv stick",
    Device.APPLE_TV: "apple tv, appletv",
    Device.ANDROID_TV: "android tv, google tv",
    Device.CHROMECAST: "chromecast, chrome cast",
}


def _list(phrases: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in phrases.split(","))


FORMAT_WORDS: Mapping[Format, tuple[str, ...]] = {one: _list(phrases) for one, phrases in _FORMATS.items()}
DEVICE_WORDS: Mapping[Device, tuple[str, ...]] = {one: _list(phrases) for one, phrases in _DEVICES.items()}

LOOSE_FORMAT_WORDS: Mapping[Format, tuple[str, ...]] = {
    Format.FILM: _list(
        "video, videos, tv, series, stream, streaming, streams, cine, cartoon, cartoons, operas, concerts, "
        "dibujos animados"
    ),
    Format.COURSES: _list(
        "courses, tutorials, video tutorials, take a course, take courses, take a class, learn online, cursos, "
        "tomar un curso, tutoriales"
    ),
    Format.AUDIOBOOK: _list("audio, listen, listening, listen book, escuchar, audios"),
    Format.EBOOK: _list(
        "read books, reading books, read a book, library books on, books on my, books for my, books to my, "
        "download books, download a book, books online, borrow books on, leer libros, leer un libro, libros en mi, "
        "libros para mi, descargar libros, descargar un libro, bajar libros, libros de la biblioteca en, etextbook, "
        "etextbooks, e-textbook, textbook online, e-version, digital copy, digital version, electronic version, "
        "electronic copy, version digital, version electronica, copia digital"
    ),
    Format.NEWSPAPER: _list("news, noticias, diarios"),
}
"""Words that mean a format only where the question is about digital resources, and no format is named otherwise."""
LOOSE_DEVICE_WORDS: Mapping[Device, tuple[str, ...]] = {
    Device.PHONE: ("phone", "celular", "móvil", "teléfono", "mobile", "cell"),
    Device.COMPUTER: ("computer", "laptop", "pc", "computadora", "ordenador", "desktop", "browser"),
    Device.TV: ("tv", "tele", "televisión"),
}
"""Words that mean a device only where the question is about digital resources, and none is named otherwise."""

NOT_TOPICS = frozenset(
    plain(
        """
    a about academic access account actual again all also always am an and any anybody anyone anything app apps are
    article articles as ask at available be because been before best book books borrow browse but by called can cannot
    cant card catalog check checkout click connect content could data database databases day days did digital direct
    directly do does doing done dont download downloads each easy either electronic else entire ever every find for
    free from full general get getting give go going good great guess guy had has have hello help hey hi home how i id
    i'd i'll i'm if im in info information inside into is it it's its journal journals just know learn learning let
    library like link list listen log login look looking lot lots many materials maybe me mean month more most much my
    name need new no not now of off offer offered offering offers ok okay on one online only open or other our out over
    paper papers peer people please pls plz possible program public read reading really recommend regarding related
    remote remotely research resource resources review reviewed right same say school scholarly search searching see
    service services should show sign site sites so some somebody someone something sort source sources start stuff
    subject subscribe subscription such support system take tell text than thank thanks that that's the their them then
    there these they thing things think this those through to today too topic topics try trying u up us use used using
    version via view want wanted was watch way we web website websites well what what's whats when where wheres which
    while who whole why will with within without wondering work works would write writing yes you your
    abroad alguien campus conecto consultar electronicos enlace estudiante estudiantes flex fuera guys listado own
    pagina paginas proxy save student students universidad university usa usan usuario vpn waiting college began begin
    a acceder acceso ahi al algo algun alguna algunas algunos articulo articulos aqui asi ayuda base bases biblioteca
    buen buena bueno buscar busco cada casa como con conectar cual cuales cualquier cuando cuenta datos de debo del
    desde despues digital digitales disponible donde el ella ellas ellos en encontrar encuentro entonces entrar entro
    es esa ese eso esta estan estas este esto estos estoy favor fuente fuentes gracias gratis gratuita gratuitas
    gratuito gratuitos gustaria hacer hago hay hola informacion investigacion investigar la las le leer leo libre libro
    libros linea llamada lo los mas me mejor mi mis mucho muy necesito no nos nuestra o ofrece ofrecen ofrezcan otra
    otras otro otros para pero poder podria por porque prestado prestados puede pueden puedo que quiere quiero quisiera
    recurso recursos revisadas revisados sacar saber se ser servicio servicios si sin sitio sitios sobre son su sus
    tambien tarjeta tema temas tener tengo ti tiene tienen tipo todas todo todos tu un una unas uno unos usar uso usted
    ustedes utilizar ver web y ya yo
    """
    ).split()
)
"""Words that do not say what a database is to be about."""
