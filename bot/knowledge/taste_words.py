"""The words for what somebody likes to read, in English and Spanish: kinds, moods, ages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from bot.knowledge.event_words import stems_of

Group = Literal["children", "tweens", "teens", "adults"]

AGE_GROUPS: Mapping[str, tuple[Group, ...]] = {
    "baby": ("children",),
    "toddler": ("children",),
    "preschool": ("children",),
    "kids": ("children", "tweens"),
    "family": ("children", "tweens"),
    "tween": ("tweens",),
    "teen": ("teens",),
    "adult": ("adults",),
    "senior": ("adults",),
}
"""The groups of picks for each value of the entity `audience`."""

AUDIENCE_OF: Mapping[Group, str] = {"children": "preschool", "tweens": "tween", "teens": "teen", "adults": "adult"}
"""The value of the entity `audience` that stands for a group."""

_GENRES = {
    "mystery": (
        "mystery, mysteries, whodunit, detective, crime, cozy mystery, misterio, policiaca, policial, detectives, "
        "novela negra, crimen"
    ),
    "thriller": "thriller, suspense, page turner, suspenso, intriga",
    "horror": "horror, ghost, ghost story, ghost stories, terror, fantasmas",
    "fantasy": "fantasy, magic, dragon, wizard, fairy, fantasia, magia, dragones, magos",
    "science_fiction": (
        "science fiction, sci-fi, scifi, sci fi, space, robots, dystopia, dystopian, ciencia ficcion, espacio, distopia"
    ),
    "romance": "romance, romantic, love story, love stories, rom com, romcom, romantica, historia de amor, amor",
    "historical": "historical fiction, historical, historical novel, world war, novela historica, historica",
    "literary": "literary fiction, literary, literature, prize winning, literatura, ficcion literaria",
    "classics": "classic, classics, clasico, clasicos",
    "humor": "humor, humorous, comedy, comedia, humoristico, chistoso, chistes",
    "adventure": "adventure, adventures, survival, quest, action, aventura, aventuras, accion",
    "memoir": (
        "memoir, memoirs, biography, biographies, autobiography, true story, true stories, memorias, biografia, "
        "biografias"
    ),
    "nonfiction": "nonfiction, non-fiction, non fiction, facts, no ficcion, ensayo",
    "nature": (
        "nature, animals, animal, birds, plants, dog, cats, horses, naturaleza, animales, plantas, perros, gatos, "
        "caballos, pajaros"
    ),
    "history": "history, historia",
    "science": "science, ciencia",
    "graphic_novels": (
        "graphic novel, graphic novels, comic, comics, manga, novela grafica, novelas graficas, historieta, historietas"
    ),
    "poetry": "poetry, poems, poem, verse, poesia, poemas",
    "picture_books": (
        "picture book, picture books, bedtime story, read aloud, libro ilustrado, libros ilustrados, album "
        "ilustrado, para dormir"
    ),
    "short_stories": "short stories, short story, cuentos, relatos",
    "magical_realism": "magical realism, realismo magico",
    "self_help": "self help, self-help, self improvement, autoayuda, superacion",
    "cooking": "cooking, cookbook, cookbooks, recipes, food, cocina, recetas",
}
_MOODS = {
    "funny": (
        "funny, hilarious, laugh, make me laugh, silly, divertido, divertida, divertidos, gracioso, graciosa, reir"
    ),
    "hopeful": (
        "hopeful, uplifting, feel good, feel-good, cheer me up, happy, heartwarming, comforting, inspiring, cozy, "
        "wholesome, esperanza, esperanzador, optimista, alegre, reconfortante, inspirador, que anime"
    ),
    "gripping": (
        "gripping, exciting, fast paced, fast-paced, page turner, can't put down, cant put down, twist, twists, "
        "emocionante, trepidante, que enganche, que atrape, adictivo"
    ),
    "thoughtful": (
        "thoughtful, thought provoking, deep, serious, makes me think, beautiful writing, reflexivo, profundo, "
        "que haga pensar"
    ),
    "sad": "sad, tearjerker, make me cry, emotional, moving, triste, que haga llorar, conmovedor, emotivo",
    "quick": (
        "quick read, quick, short, easy read, light, beach read, vacation, rapido, corto, ligero, breve, facil de "
        "leer, playa"
    ),
    "scary": "scary, creepy, spooky, miedo, escalofriante",
}

# What follows such words may be a title or an author that somebody liked, up to what is said after it.
LIKE = re.compile(
    r"\b(?:(?<!would )(?<!'d )(?<!id )like|liked|likes|loves?|loved|enjoys?|enjoyed|similar to|fans? of|into|"
    r"finished(?: reading)?|reading|read|"
    r"parecid[oa]s? a|como|gust[oaó]n?|gustaron|encant[oaó]n?|leyo|lei|termine(?: de leer)?|fans? de|"
    r"(?:books?|something|anything|novels?|more|authors?|libros?|algo|mas) (?:by|de))\s+"
    r"(?P<what>(?:[^.?!;\n]|(?<=\b[A-Z])\.){2,80})",
    re.IGNORECASE,
)

AFTER_IT = re.compile(
    r"\s+(?:for|and (?:i|we|my|loved|liked|really|enjoyed|it|y)|but|because|that|so|please|para|pero|"
    r"porque|y me)\b|,",
    re.IGNORECASE,
)


def _table(raw: Mapping[str, str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    return {name: tuple(tuple(stems_of(phrase)) for phrase in words.split(",")) for name, words in raw.items()}


GENRE_WORDS: Mapping[str, tuple[tuple[str, ...], ...]] = _table(_GENRES)
MOOD_WORDS: Mapping[str, tuple[tuple[str, ...], ...]] = _table(_MOODS)


def phrases_in(text: str, table: Mapping[str, tuple[tuple[str, ...], ...]]) -> list[str]:
    """Return the names whose words stand in a text; words inside a longer phrase do not count ("science fiction")."""
    stems = stems_of(text)
    found: list[tuple[int, int, str]] = []
    for name, phrases in table.items():
        for phrase in phrases:
            for place in range(len(stems) - len(phrase) + 1):
                if tuple(stems[place : place + len(phrase)]) == phrase:
                    found.append((place, place + len(phrase), name))
    kept = [
        (first, last, name)
        for first, last, name in found
        if not any(a <= first and last <= b and (b - a) > (last - first) for a, b, _ in found)
    ]
    return list(dict.fromkeys(name for _, _, name in sorted(kept)))
