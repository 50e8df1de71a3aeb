"""The tables of words for whom an event is for and what it is about, in English and Spanish.

Each entry is a list parted by commas. Plurals, accents and capitals need no entries of their own: see `stem`.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.knowledge.sources.base import Audience
from bot.knowledge.text import plain

_AUDIENCES: Mapping[Audience, str] = {
    Audience.BABY: "baby, babies, infant, newborn, lapsit, lap sit, bebé, bebés, bebito, recién nacido",
    Audience.TODDLER: "toddler, two year old, one year old, niños pequeños, niñitos, párvulos",
    Audience.PRESCHOOL: "preschool, preschooler, pre-k, prek, pre k, kindergartner, preescolar, preescolares",
    Audience.KIDS: (
        "kid, child, children, school age, elementary, grade school, youth, juvenile, little ones, niño, niña, "
        "niños, niñas, infantil, escolares, hijo, hija, hijos, son, daughter, grandkids"
    ),
    Audience.TWEEN: "tween, middle school, middle schooler, preteen, preadolescente",
    Audience.TEEN: (
        "teen, teenager, teenage, high school, high schooler, young adult, ya, adolescente, adolescentes, "
        "jóvenes, joven, juvenil"
    ),
    Audience.ADULT: "adult, grown-up, grownup, grown up, adulto, adulta, adultos, mayores de 18",
    Audience.SENIOR: (
        "senior, senior citizen, older adult, retiree, elder, elderly, over 60, over 65, adulto mayor, adultos "
        "mayores, personas mayores, tercera edad, jubilado, jubilados"
    ),
    Audience.FAMILY: "family, families, families with children, familia, familias, familiar",
    Audience.ALL_AGES: "all ages, all age, everyone, everybody, todas las edades, toda la familia, todo público",
}

_SUBJECTS: Mapping[str, str] = {
    "storytime": (
        "storytime, story time, story hour, storyhour, rhyme time, read aloud, read-aloud, cuento, cuentos, hora "
        "del cuento, hora de cuentos, cuentacuentos, lectura en voz alta, rimas"
    ),
    "book_club": (
        "book club, bookclub, book group, book discussion, reading group, discussion group, club de lectura, club "
        "del libro, grupo de lectura, tertulia"
    ),
    "crafts": (
        "craft, crafts, crafting, diy, maker, makerspace, make and take, origami, scrapbooking, manualidad, "
        "manualidades, artesanía, artesanías, taller creativo"
    ),
    "needlework": "needlework, quilting, quilt, embroidery, bordado",
    "knitting": "knitting, knit, crochet, yarn, tejer, tejido, ganchillo",
    "sewing": "sewing, sew, sewing machine, costura, coser",
    "art": "art, drawing, painting, sketching, arte, dibujo, pintura",
    "watercolor": "watercolor, watercolour, acuarela",
    "lego": "lego, legos, building bricks, brick builders, bloques",
    "games": "game, games, gaming, game night, juego, juegos",
    "board_games": "board game, tabletop, juegos de mesa, dominó, lotería",
    "video_games": "video game, videogame, console games, esports, minecraft, videojuegos",
    "chess": "chess, ajedrez",
    "role_playing": "dungeons and dragons, dungeons & dragons, d&d, dnd, role playing, roleplaying, juegos de rol",
    "trivia": "trivia, quiz night, bingo",
    "coding": "coding, code, programming, scratch, python, programación, programar, código",
    "science": "science, stem, steam, experiment, ciencia, ciencias, experimentos",
    "robots": "robot, robots, robotics, robótica",
    "astronomy": "astronomy, stargazing, telescope, astronomía, telescopio",
    "three_d_printing": "3d printing, 3d printer, 3d print, impresión 3d, impresora 3d",
    "technology": (
        "technology, tech, tech help, computer, computers, laptop, smartphone, phone help, ipad, tablet, "
        "internet, e-reader, kindle, digital literacy, excel, email basics, device, tecnología, computadora, "
        "computadoras, ordenador, celular, teléfono, dispositivo, informática"
    ),
    "esl": (
        "esl, esol, english conversation, conversation circle, conversation group, learn english, english class, "
        "english classes, practice english, english as a second language, clases de inglés, aprender inglés, "
        "conversación en inglés, círculo de conversación, inglés, practicar inglés"
    ),
    "spanish": "bilingual, spanish, in spanish, bilingüe, bilingües, en español, español, spanish conversation",
    "citizenship": (
        "citizenship, naturalization, immigration, citizen, uscis, civics test, ciudadanía, naturalización, "
        "inmigración, ciudadano"
    ),
    "music": "music, song, singing, sing, sing-along, drum, dance party, música, canción, cantar, baile",
    "concert": "concert, recital, live music, jazz, concierto, música en vivo",
    "ukulele": "ukulele, guitar, guitarra",
    "film": "film, movie, movies, cinema, documentary, película, películas, cine, documental",
    "gardening": (
        "garden, gardening, gardener, seed library, seed swap, seeds, plant, plants, compost, composting, jardín, "
        "jardinería, huerto, semillas, planta, plantas"
    ),
    "genealogy": (
        "genealogy, family history, family tree, ancestry, ancestors, genealogía, árbol genealógico, antepasados"
    ),
    "local_history": "local history, town history, archives, oral history, historia local, archivo",
    "homework": (
        "homework, homework help, tutor, tutoring, study group, study help, tarea, tareas, tutoría, ayuda con la "
        "tarea, ayuda con las tareas"
    ),
    "wellness": "wellness, fitness, exercise, health, healthy, stretch, ejercicio, bienestar, salud, estiramiento",
    "yoga": "yoga",
    "tai_chi": "tai chi, qigong",
    "meditation": "meditation, mindfulness, meditación",
    "walking": "walking club, walking group, nature walk, caminata",
    "writing": (
        "writing, writer, writers, poetry, poem, memoir, nanowrimo, novel writing, zine, escritura, escritor, "
        "escritores, escribir, poesía, poema, memorias"
    ),
    "author": "author, author visit, author talk, book signing, autor, autora, firma de libros",
    "taxes": "tax, taxes, tax help, tax prep, vita, impuesto, impuestos, declaración de impuestos",
    "jobs": (
        "job, jobs, job search, job seeker, resume, résumé, career, interview, employment, linkedin, empleo, "
        "trabajo, currículum, entrevista, búsqueda de empleo"
    ),
    "business": "business, small business, entrepreneur, startup, negocio, negocios, emprendedor",
    "money": "money, budget, budgeting, finance, personal finance, investing, dinero, presupuesto, finanzas",
    "media_literacy": (
        "media literacy, misinformation, disinformation, fake news, fact check, fact-check, fact checking, spot "
        "misinformation, deepfake, noticias falsas, desinformación, verificar noticias, bulos"
    ),
    "scams": "scam, scams, fraud, phishing, identity theft, estafa, estafas, fraude",
    "cooking": "cooking, cook, cookbook, recipe, baking, food, cocina, cocinar, receta, recetas",
    "animals": "dog, dogs, therapy dog, read to a dog, pet, animal, wildlife, perro, perros, mascotas, animales",
    "puppets": "puppet, puppets, puppet show, magic show, magician, theater, títeres, marionetas, teatro, magia",
    "college": "college, fafsa, sat, sat prep, financial aid, scholarship, universidad, becas, beca",
    "sensory": "sensory, sensory-friendly, autism, neurodivergent, sensorial, autismo",
    "community": (
        "volunteer, friends of the library, book sale, used book sale, library board, trustees, board meeting, "
        "voluntario, voluntarios, venta de libros, amigos de la biblioteca"
    ),
}


def _phrases(listed: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in listed.split(","))


AUDIENCE_WORDS: Mapping[Audience, tuple[str, ...]] = {name: _phrases(listed) for name, listed in _AUDIENCES.items()}
SUBJECT_WORDS: Mapping[str, tuple[str, ...]] = {name: _phrases(listed) for name, listed in _SUBJECTS.items()}
ONLINE_WORDS = _phrases("online, virtual, zoom, from home, webinar, livestream, en línea, por zoom, virtuales")

BROADER: Mapping[str, str] = {
    "knitting": "needlework",
    "sewing": "needlework",
    "needlework": "crafts",
    "watercolor": "art",
    "board_games": "games",
    "video_games": "games",
    "chess": "games",
    "role_playing": "games",
    "trivia": "games",
    "robots": "science",
    "astronomy": "science",
    "three_d_printing": "technology",
    "concert": "music",
    "ukulele": "music",
    "yoga": "wellness",
    "tai_chi": "wellness",
    "meditation": "wellness",
    "walking": "wellness",
    "scams": "media_literacy",
}
"""An event about the first is also about the second: who asks for games finds chess, who asks for chess only chess."""


# Words of a question that say nothing about which event is meant. Days and dates are the date resolver's.
EMPTY_WORDS = frozenset(
    plain(
        """
    a about after afternoon again age aged ages all also am an and another any anything april are around as at
    attend august available be been being book branch branches by calendar can coming could date day days december
    do does doing evening event events every february find first for fri friday from fun get give go going good got
    had happen happening happens has have held hello hey hi hold host hosting how i i'd i'm if in interested into is
    it it's january july june kind know later latest let library like list local looking love march may me meet
    meeting mo mon monday month months morning mos much my near need next nice night no november now october of
    offer offered offering offers old on one ones or our out over please pm program programme programmes programs
    run sat saturday schedule scheduled see september show sign so some something soon start starts still sun sunday
    take tell thank thanks that that's the their them there there's these they thing things this those thu thursday
    time times to today tomorrow tonight too tue tuesday up upcoming us visit want was we wed wednesday week weekend
    weekends weekly weeks were what what's whats when where which who will with would year years you your yr yrs
    a actividad actividades ahora al algo algun alguna algunas algunos alguno ano anos antes aqui as biblioteca bueno
    buenos busco cada como con cual cuales cuando cuanto de del dentro desde despues dia dias domingo donde el ella en
    entre es esa ese eso esta estan estar este esto estos evento eventos favor fin fines gracias gustaria ha habra hace
    hacen hacer haciendo hasta hay hola hora horario hoy jueves la las le lo los lunes manana martes mas me mes mi mi
    miercoles mis muestra necesito noche nos o ofrece ofrecen otra otro para pasa pero por programa programas programan
    proxima proximas proximo proximos puedo pueden que quiero quisiera sabado se semana semanas ser si sobre son su
    sucursal tarde tendran tener tengo tiene tienen todo todos tu un una unas uno unos van y ya yo
    edad meses enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    """
    ).split()
)

# Where a patron names a subject that the tables above do not have: before one of these ("harry potter night"), after
# one of these with "de" between ("taller de fotografía"), or after one of these and "on", "about" or "sobre".
EVENT_NOUNS = frozenset(
    plain(
        """
        camp class classes club clubs course courses event events exhibit exhibition fair festival group groups lecture
        lectures meetup night nights party performance performances program programs session sessions show shows talk
        talks workshop workshops
        charla charlas clase clases curso cursos evento eventos exposicion feria festival fiesta funcion grupo grupos
        noche noches programa programas reunion sesion taller talleres
        """
    ).split()
)
ANYTHING = frozenset(plain("anything something nothing algo nada").split())
# Words beside such a noun that say how, not what.
DESCRIBING = frozenset(
    plain(
        """
        best big boring cheap children's class classes club cool cost different drop each every everyone exciting fee
        free full great group help here hour hybrid in-person interesting just last little live many monthly more most
        new not nothing other outdoor past popular public regular same several single small special still such summer
        total two type types usual various virtual whole workshop workshops you've
        bonito buen buena buenas distinto divertida divertidas divertido divertidos gran grande gratis gratuita
        gratuitas gratuito gratuitos grupo grupos interesante interesantes mejor mejores mensual mucho muchos nueva
        nuevas nuevo nuevos otras otros taller talleres tipo tipos ultimo unico varios verano
        """
    ).split()
)
