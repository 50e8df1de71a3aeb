"""The words that stand around a title when somebody asks for it, in English and Spanish.

The patterns see text in lower case without accents. Each is tied to the start or to the end of what is left.
"""

from __future__ import annotations

import re

from bot.knowledge.sources.records import Format


def _start(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"^(?:{pattern})(?!\w)[\s,.:;!?¿¡-]*")


def _end(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"[\s,.:;!?¿¡(-]*(?<!\w)(?:{pattern})\W*$")


_THE = r"(?:(?:an?|the|any|some|your|un|una|el|la|los|las|algun|alguna|algunos|algunas)\s+)"
_NOUN = (
    r"(?:(?:good |new |other |more |older |nonfiction |non-fiction |fiction |buenos? |nuevos? |otros? |mas )?"
    r"(?:books?|novels?|titles?|stories|materials?|items?|stuff|things?|anything|something|series|works|volumes?|"
    r"libros?|novelas?|titulos?|obras?|cuentos|materiales|algo|historias))"
)
BY = r"(?:by|written by|directed by|from author|escrit[oa]s? por|por|dirigid[oa]s? por)"

OF_AN_AUTHOR = _start(
    rf"{_THE}?(?:{_NOUN}\s+)?(?:that (?:are|were) )?"
    r"(?:by|written by|directed by|of the author|by the author|escrit[oa]s? por|del autor|de la autora|por)"
)
ABOUT = _start(
    rf"{_THE}?(?:{_NOUN}\s+)?(?:that (?:are|is) |que (?:hablen|traten|tratan|hablan) |to learn )?"
    r"(?:about|on the (?:topic|subject) of|on how to|on|regarding|related to|dealing with|sobre(?: el tema de)?|"
    r"acerca de|relacionad[oa]s con|que tratan? de)"
)

_VERBS = (
    r"have|own|carry|stock|hold|keep|offer|lend|loan|got|get|find|borrow|check out|checkout|rent|read|watch|listen to|"
    r"see|take out|pick up|look up|look for|locate|download|play|search for|search|try|request"
)
AT_THE_START = _start(
    "|".join(
        (
            r"(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|hola|buen[oa]s? (?:dias?|tardes|noches)|buenas|"
            r"excuse me|sorry|pardon|disculpe|perdon|oiga|ok|okay|so|well|um+|and|also|y|pero|but|thanks|thank you|"
            r"gracias|please|pls|plz|por favor|porfa|quick question|question|ahi)(?: (?:there|all|everyone|folks|"
            r"a todos))?",
            r"(?:i|we|my \w+|she|he|they)(?:'?m| am|'?re| are| is|'s| was|'?ve been| have been| were)?(?: (?:also|just|"
            r"really|currently|still|actually|desperately))?(?: (?:looking|searching|hunting|trying|hoping|wondering|"
            r"interested|wanting|after))(?: (?:for|to|if|in|whether))?",
            r"(?:i|we|my \w+|she|he|they)(?:'?d| would| could)?(?: (?:really|also|just))? (?:want|wants|need|needs|"
            r"like|love|wish|wanted|needed|have|has)s?(?: to)?",
            r"(?:can|could|may|might|would|will|do|does|did|have|has)(?:n't)? (?:you|u|i|we|y'all|ya|the library|"
            r"your library|this library|the branch|anyone|someone)(?: (?:guys|all|please|folks|still|currently|"
            r"happen to|"
            r"even|possibly|maybe|ever|also|by chance))*(?: (?:tell me|help me|let me know|show me|check|see|know))?"
            r"(?: (?:if|whether|where))?(?: (?:you|i|we))?(?: (?:have|can))?(?: to)?",
            rf"(?:{_VERBS})(?: (?:me|us|for|out|a hold of|my hands on))?",
            r"(?:is|are|was|were)(?: there)?(?: (?:any|a) (?:way|chance) to)?|is it possible to|any chance of|any",
            r"(?:where|how|when|which|what)(?:'s| is| are| can| do| could| would| might)?(?: (?:i|we|you|the library))?"
            r"(?: (?:find|get|borrow|have|locate|read|watch|look for|about))?",
            r"(?:looking|searching|hunting|trying|hoping)(?: (?:for|to))?|in search of|got|need|needs|want|to|if|"
            r"whether|that|for me|"
            r"for|out|there|of|with|wondering(?: if)?|not sure if|checking (?:if|whether|to see if)|check if|see if",
            r"(?:the )?(?:library|catalog|catalogue) (?:has|have|own|owns|carry|carries)",
            r"a (?:copy|copies|hard copy|physical copy|print copy) of|(?:a |any |the |some |more )?(?:copy|copies) of|"
            r"(?:the )?(?:availability|location|call number) of",
            # Spanish
            r"(?:me|nos|te|le|les|se)(?= \w)",
            r"(?:quisiera|quiero|queria|queremos|quisieramos|necesito|necesitamos|busco|buscamos|estoy buscando|"
            r"estamos buscando|ando buscando|me gustaria|nos gustaria|deseo|podria|podrian|puedo|puede|pueden|"
            r"tienen|tiene|tendran|tendra|tenes|tienes|tenian|hay|habra|cuentan con|disponen de|existe|esta|estan|"
            r"encontrar|conseguir|buscar|sacar|leer|ver|escuchar|pedir|pedir prestad[oa]|tomar prestad[oa]|"
            r"saber|decirme|ayudarme(?: a)?|si|donde|como|cual|que|encuentro|consigo|puedo encontrar|la biblioteca|"
            r"ustedes|alguna? copia de|una? copia de|copias? de|un ejemplar de|ejemplares de|disponibles?|a mi|tener)"
            r"(?= \W*\w|\s+¿)",
            r"(?:el|la|un|una) (?=libro |novela )",
            r"in (?:the |your )?(?:catalog|catalogue|system|collection|library)|en (?:el catalogo|la biblioteca)",
        )
    )
)
# What may be part of a title: it comes off only when nothing else does.
LAST_AT_THE_START = _start(
    "|".join(
        (
            rf"{_THE}?(?:book|novel|title|story|item|one|author|autor|autora|libro|novela|titulo|cuento|obra|ejemplar)"
            r"(?: (?:that is|that's|which is|que se))? ?(?:called|titled|named|entitled|is|of|llamad[oa]|titulad[oa]|"
            r"llama|"
            r"titula|de titulo|con el titulo)",
            r"(?:the |a |an |el |la |un |una )?(?:book|novel|libro|novela|picture book|libro de)(?=\s+\w)",
            r"(?:(?:the |some |any |all the |el |la |los |las )(?:very )?(?:new|recent|last|first|second|third|next|"
            r"other|ultimo|"
            r"ultima|nuevo|nueva|primer|primera|segundo|tercer)|(?:the |el |la )?(?:latest|newest|"
            r"most recent))(?: (?:book|novel|one|"
            r"libro|novela|volume|title))?(?: (?:from|in|by|of|de|del|en))?(?= \w)",
            r"(?:some|any|all|a few|lots of|more|algunos|algunas|unos|unas|mas|otros|cualquier)(?= \w)",
            rf"{_NOUN}(?: (?:from|of|de|del|que|in|en|called|titled|series|like))?(?= \w)",
        )
    )
)
AT_THE_END = _end(
    "|".join(
        (
            r"please|pls|plz|por favor|porfa|thanks(?: (?:so much|a lot))?|thank you(?: (?:so|very) much)?|"
            r"(?:muchas )?gracias|thx|ty|cheers|tks",
            r"(?:is|are)? ?(?:it |they )?(?:currently |still |ever |also )?(?:available|checked in|checked out|"
            r"in stock|"
            r"on (?:the )?shel(?:f|ves)|in the (?:library|catalog|catalogue|system|collection)|in your "
            r"(?:library|catalog|catalogue|collection|system)|in circulation|in)(?: (?:right )?now| today)?",
            r"right now|today|at the moment|currently|anywhere|somewhere|by (?:any )?chance|ahora(?: mismo)?|hoy|"
            r"at (?:the|your|my|any) (?:library|branch(?:es)?)|(?:at|in) (?:any|all) (?:of )?(?:the|"
            r"your) branch(?:es)?|"
            r"en (?:la|su) biblioteca|en (?:el|su) catalogo|en alguna sucursal|at the|at|in the|in|en la|en el|en|"
            r"from the|"
            r"from|de la|del",
            r"disponibles?|para (?:llevar|leer|sacar)|en existencia|prestad[oa]s?|para prestamo",
            r"to (?:borrow|check ?out|read|watch|rent|listen to|take out|take home|download|loan|play)|"
            r"(?:for )?(?:checkout|check-out|loan|pick ?up)|i (?:can|could) (?:borrow|check out|get|read)",
            r"(?:that )?(?:i|we|you) (?:can|could|have|own|might|may)(?: (?:borrow|read|have|get|check out|use))?",
            r"(?:the |a |an |in )?(?:(?:board |picture |chapter )?book|novel|hardcover|paperback|print|"
            r"printed)(?: (?:version|copy|edition|form|format))?"
            r"s?|el libro|(?:la )?novela|libros?|en papel|impreso|books?|the author|author",
            r"(?:do|does|can|could|would|have|has|is|are) (?:you|i|we|the library|it|they|there)(?: (?:guys|all|"
            r"still))?"
            r"(?: (?:have|get|find|borrow|own|carry|got))?(?: (?:it|that|one|this|a copy|copies|any))?",
            r"(?:lo|la|los|las) (?:tienen|tiene|hay)|(?:ustedes )?(?:tienen|tiene)|you (?:have|got|guys have)|"
            r"a copy|copies|for me|or not|yet|or something(?: like that)?|if possible|si es posible|edition|edicion",
        )
    )
)

_FORMS = (
    (Format.LARGE_PRINT, r"large[ -]?(?:print|type)|big[ -]?print|letra (?:grande|gigante)|macrotipo|letras grandes"),
    (Format.EBOOK, r"e[ -]?books?|kindle|e-?pub|digital(?: (?:copy|copies|version|edition|book)s?)?|"
                   r"electronic (?:book|copy)|"
                   r"libros? (?:electronicos?|digital(?:es)?)|version digital|electronico"),
    (Format.AUDIOBOOK, r"(?:e-?)?audio[ -]?books?(?: (?:cds?|on cd))?|books? on (?:cd|tape|audio)|"
                       r"audio(?: (?:version|cd)s?)?|"
                       r"audio-?libros?|playaways?|libros? en (?:cd|audio)"),
    (Format.DVD, r"dvds?|blu-?rays?|movies?|films?|tv (?:series|show)s?|peliculas?|film|video|videos|documentar(?:y|"
                 r"ies)|"
                 r"documentales?"),
    (Format.MUSIC, r"music(?: cds?)?|albums?|vinyl|records?|soundtracks?|musica|discos?|vinilo|banda sonora"),
    (Format.GAME, r"video ?games?|board ?games?|card games?|(?:switch|ps[45]|xbox|playstation|nintendo)(?: (?:switch|"
                  r"games?|"
                  r"one|series x|5|4))*|videojuegos?|juegos? de mesa|games?|juegos?"),
    (Format.MAGAZINE, r"magazines?|periodicals?|revistas?"),
)  # fmt: skip
_BEFORE = r"(?:(?:an?|the|any|some|el|la|los|las|un|una|en|su|your|new|old)\s+)?"
_AFTER = (
    r"(?:\s+(?:version|edition|copy|format|adaptation|copies|editions|versions|edicion|formato))?"
    r"(?:\s+(?:of the book|of|for|called|titled|named|llamad[oa]|titulad[oa]|del libro|de|del))?"
)


def _form_patterns() -> list[tuple[re.Pattern[str], tuple[Format, ...]]]:
    both: list[tuple[re.Pattern[str], tuple[Format, ...]]] = [
        (
            _end(
                r"(?:on|en|as|como) (?:an? |un |una )?cds?|"
                r"cds?"
            ),
            (Format.AUDIOBOOK, Format.MUSIC),
        )
    ]
    for form, names in _FORMS:
        found = (
            _end(
                rf"(?:(?:in|on|as|for|en|como|para|through|via|with) ?)?{_BEFORE}(?:{names})"
                r"(?: (?:version|edition|format|form|copy|copies|edicion|formato))?"
            ),
            _start(rf"{_BEFORE}(?:{names}){_AFTER}"),
            _end(rf"(?:in|on|as|for|en|como|para) {_BEFORE}(?:{names}) (?:at all|too|also|tambien)"),
        )
        both += [(pattern, (form,)) for pattern in found]
    return both


FORMS = _form_patterns()

_LANGUAGES = {
    "es": r"spanish|espanol(?:es|a|as)?|castellano|ingles y espanol",
    "en": r"english|ingles",
    "fr": r"french|frances",
    "zh": r"chinese|mandarin|chino",
    "ar": r"arabic|arabe",
    "ru": r"russian|ruso",
    "vi": r"vietnamese|vietnamita",
    "de": r"german|aleman",
    "it": r"italian|italiano",
    "pt": r"portuguese|portugues",
    "ja": r"japanese|japones",
    "ko": r"korean|coreano",
    "uk": r"ukrainian|ucraniano",
    "ht": r"haitian creole|creole|criollo haitiano",
    "pl": r"polish|polaco",
    "so": r"somali",
}
LANGUAGES = [
    pair
    for code, names in _LANGUAGES.items()
    for pair in (
        (_end(rf"(?:written |available |escrit[oa]s? )?(?:in|en)(?: the)? (?:{names})(?: (?:language|version|edition|"
              rf"translation))?"), code),
        (_end(rf"(?:{names})(?:[ -]language)? (?:version|edition|translation|books?|copy|copies)"), code),
        (_start(rf"{_BEFORE}(?:{names})(?:[ -]language)? (?:version|edition|translation|copy|copies) of"), code),
        (_start(rf"{_BEFORE}(?:{names})[ -]language"), code),
        (_start(rf"{_BEFORE}(?:{names}) (?=(?:books?|novels?|audiobooks?|movies?|dvds?|magazines?|ebooks?)\b)"), code),
    )
]  # fmt: skip

_CHILDRENS = r"libros? (?:infantil(?:es)?|para ninos)(?: de)?"
_AUDIENCES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("preschool",), r"toddlers?|bab(?:y|ies)|preschool(?:er)?s?|bebes?|ninos pequenos"),
    (("preschool", "kids", "tween"), r"kids?|child(?:ren)?|ninos?|ninas?|(?:my|mi) (?:son|daughter|kid|hij[oa])s?"),
    (("tween", "kids"), r"tweens?|middle schoolers?|preadolescentes"),
    (("teen",), r"teen(?:ager)?s?|young adults?|ya|adolescentes|jovenes"),
    (("adult",), r"adults?|grown-?ups?|adultos"),
)
AUDIENCES = [
    pair
    for values, names in _AUDIENCES
    for pair in (
        (_end(rf"(?:for|para) (?:(?:the|los|las) )?(?:{names})"), values),
        (_start(rf"{_THE}?(?:{names})(?:'s|s'|')? (?=(?:books?|novels?|fiction|audiobooks?|movies?|dvds?|"
                rf"graphic)\b)"), values),
        (_start(_CHILDRENS if "kids" in values else r"libros? juvenil(?:es)?(?: de)?"),
         values if "kids" in values or "teen" in values else ()),
    )
    if pair[1]
]  # fmt: skip

POINTING = re.compile(
    r"(?<!\w)(?:it|that|this|them|those|these|one|that one|this one|the same|same one|that book|this book|the book|"
    r"that title|this title|that movie|lo|la|los|las|ese|esa|eso|este|esta|esos|esas|ese libro|este libro|esa pelicula|"
    r"el mismo|la misma)(?!\w)"
)
NOTHING = re.compile(
    r"(?:(?:an?|the|any|some|that|this|those|these|your|my|one|ones|it|them|there|certain|specific|particular|good|new|"
    r"other|another|same|i|you|we|me|to|in|on|of|for|at|and|or|do|does|have|has|is|are|if|with|what|which|where|how|"
    r"can|"
    r"copy|copies|books?|novels?|titles?|items?|stuff|something|anything|things?|read|reading|watch|find|borrow|look|"
    r"looking|search|searching|check|get|want|need|like|would|could|please|help|library|catalog|catalogue|here|"
    r"un|una|unos|unas|el|la|los|las|lo|ese|esa|eso|este|esta|algo|alg[uú]n|alguno|alguna|libros?|novelas?|titulos?|"
    r"leer|ver|buscar|busco|busca|encontrar|sacar|tienen|tiene|hay|que|de|del|en|para|por|si|no|y|o|a|mi|su|otro|otra|"
    r"catalogo|biblioteca|quiero|quisiera|puedo|favor|ejemplar|copia|yes|ok|hi|hello|hola|gracias|thanks|version|"
    r"available|disponibles?|edition|format|tambien|also|too|about|and)\W*)+"
)
