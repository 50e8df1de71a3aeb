"""The words that stand around a suggestion, and those that tell of what kind it is, in English and Spanish.

The patterns see text in lower case without accents, letter for letter.
"""

from __future__ import annotations

import re

_YOU = r"(?:you(?: guys| all)?|u|ya|y'all|we|the library|your library|this library|la biblioteca|ustedes)"
_BUY = (
    r"(?:buy|get|order|purchase|acquire|carry|stock|bring in|pick up|subscribe to|add|have|invest in|find|own|offer|"
    r"lend(?: out)?|start|do|host|hold|run|try|think of|think about|consider)"
)
_BUYING = (
    r"(?:buying|getting|ordering|purchasing|acquiring|carrying|stocking|subscribing to|adding|having|starting|"
    r"doing)"
)
_COMPRAR = (
    r"(?:comprar|adquirir|conseguir|traer|encargar|pedir|agregar|tener|suscribirse a|ofrecer|hacer|dar|prestar|"
    r"organizar|abrir|poner|empezar)"
)
_COMPREN = (
    r"(?:compren|compraran|adquieran|adquirieran|consigan|consiguieran|traigan|trajeran|encarguen|encargaran|pidan|"
    r"tengan|tuvieran|agreguen|ofrezcan|ofrecieran|hagan|hicieran|den|dieran|organicen|organizaran)"
)
_GAP = r"(?:\s+(?:really|also|please|definitely|maybe|possibly|perhaps|consider|be able to|tambien|por favor))*"
_THING = (
    r"(?:an? |the |some |un |una |la |el |algun |alguna )?(?:new |nuevo |nueva )?(?:purchase|book|title|novel|dvd|"
    r"movie|"
    r"film|item|audiobook|e-?book|game|magazine|subscription|acquisition|program(?:me)?|event|workshop|class|club|"
    r"activity|service|idea|libro|titulo|novela|pelicula|compra|revista|juego|programa|evento|taller|clase|actividad|"
    r"servicio)"
)
FRAMES = tuple(
    re.compile(rf"^(?:{pattern})(?!\w)[\s,.:;!?¿¡-]*")
    for pattern in (
        r"(?:hi|hello|hey|good (?:morning|afternoon|evening)|hola|buen[oa]s?(?: dias?| tardes| noches)?|please|pls|plz|"
        r"por favor|porfa|so|ok|okay|well|bueno|pues|y|and|also|maybe|thanks|gracias)(?: there| all)?",
        rf"{_YOU}{_GAP} (?:should|could|ought to|need to|must|might|have to|really should){_GAP} {_BUY}",
        rf"{_YOU} (?:need|lack|want|guys need)(?: to (?:get|buy))?",
        rf"(?:is|would) it (?:be )?possible (?:to|for {_YOU} to|that {_YOU}) {_BUY}|(?:is there )?any chance (?:of "
        rf"{_BUYING}|(?:that )?{_YOU} (?:could|can|will|would) {_BUY})",
        rf"it(?:'d| would|'s| is)(?: be)?(?: \w+)? (?:great|nice|cool|good|lovely|awesome|wonderful|fun) (?:if|to have)"
        rf"(?: {_YOU}(?: could)? (?:had|have|got|get|bought|buy|carried|did|do|started|start|offered|offer))?",
        rf"(?:can|could|would|will|might) {_YOU}{_GAP} (?:{_BUY}|{_BUYING})",
        rf"(?:are|is) {_YOU} (?:going to|planning to|ever going to) {_BUY}",
        rf"(?:(?:i|we)(?:'d| would)? (?:like|love|want|wish)|can i|could i|may i|might i|i want|we want|"
        rf"let me)(?: to)? "
        rf"(?:suggest|recommend|request|propose|nominate|ask for|pitch)"
        rf"(?: (?:that )?{_YOU} {_BUY}| (?:the )?(?:purchase|acquisition) of| {_BUYING})?"
        rf"(?: {_THING}(?: (?:called|named|titled|for purchase|for {_YOU} to buy|for the library))?(?!\w))?",
        rf"(?:i|we)(?:'d| would)? (?:like|love|want|wish)(?: it if)? (?:that )?{_YOU} (?:to )?"
        rf"(?:{_BUY}|buys|had|bought|got|carried|offered|did|would {_BUY})",
        rf"(?:suggest|recommend|request|propose|consider|how about|what about|think about|why not|why don'?t {_YOU})"
        rf"(?: (?:{_BUYING}|{_BUY}))?(?: {_THING}(?!\w))?",
        rf"{_THING}? ?(?:purchase |program |event )?(?:request|suggestion|proposal|idea)(?: for| of)?",
        rf"(?:i have|here'?s|my|tengo|mi) (?:an? |una? )?(?:idea|suggestion|proposal|sugerencia|propuesta)"
        rf"(?:(?: for| of| is| para| es|:)(?: {_THING}(?!\w))?)?",
        r"(?:buy|order|purchase|get|subscribe to|compra|comprar)",
        rf"(?:{_YOU} )?(?:deberian|podrian|pueden|puede|podria|tienen que|deben|tendrian que|debiera|debieran){_GAP} "
        rf"{_COMPRAR}",
        rf"(?:(?:yo )?(?:quiero|quisiera|me gustaria|deseo|queria|puedo|podria)) (?:sugerir|proponer|recomendar|"
        rf"solicitar|pedir)(?: (?:que {_COMPREN}|la compra de|{_COMPRAR}))?(?: {_THING}(?!\w))?",
        rf"(?:quiero|quisiera|me gustaria|ojala|desearia)(?: que)?(?: {_YOU})? {_COMPREN}",
        rf"(?:sugiero|propongo|recomiendo|que tal|por que no)(?: (?:que {_COMPREN}|la compra de|{_COMPRAR}|"
        rf"{_COMPREN}))?",
        rf"{_COMPREN}",
        r"(?:sugerencia|solicitud|propuesta|peticion)(?: de (?:compra|programa|evento|actividad))?(?::| de| para)?",
        r"(?:an?|another|a second|an extra|one|some|more|the|extra|new|un|una|otro|otra|el|la) "
        r"(?:cop(?:y|ies)|ejemplar(?:es)?|copias?) (?:of|de)|(?:copies|ejemplares|copias) (?:of|de)",
        r"(?:the|a|an|some|el|la|un|una) (?=(?:large[ -]print|audio ?book|e-?book|dvd|blu-?ray|libro|novela|book|novel|"
        r"pelicula|movie|film)\b)",
        r"(?:book|novel|movie|film|board game|libro|novela|pelicula|juego)(?: (?:called|named|titled|llamad[oa]|"
        r"titulad[oa]))?(?!s)(?=[\s:])",
        r"(?:edition|version|edicion) (?:of|de)|called|named|titled|llamad[oa]|titulad[oa]|(?:of|de)(?= \w)",
    )
)
"""What comes before the thing itself: taken off again and again."""

NAMING = re.compile(
    r"^(?:(?:it|that|this)(?:'s| is| would be) (?:called|named|titled)|(?:it|that|this)(?:'s| is)|i (?:think|believe)"
    r"(?: it(?:'s| is))?|(?:the )?(?:title|name)(?: is| was|:)?|se (?:llama|titula)|(?:el )?titulo(?: es|:)?|"
    r"creo que (?:es|se llama)|es)(?!\w)[\s,.:;!?¿¡-]*"
)
"""What comes before the title in an answer to "Which title?"."""

AFTER = re.compile(
    r"(?:[\s,.;:!?-]+(?:please|pls|plz|thanks?(?: you)?(?: so much| very much)?|thank u|por favor|porfa|gracias|"
    r"for (?:the|your) (?:library|collection|shelves)|for my \w+|to (?:the|your) (?:library|collection|shelves)|"
    r"para la biblioteca|a la coleccion|if (?:you|u) can|si pueden)|"
    # a reason: "..., my mom would love it", "..., you only have the first"
    r"\s*[,;:!?-]\s+(?:my|mi|the wait|it|it's|there|we|i|you|they|could|can|because|since|with|porque|hay|no|me|"
    r"es)\b.*)\W*$"
)
"""What comes after it."""

SUBJECT = re.compile(
    r"^(?:more|newer|better|new|other|additional|mas|nuevos|nuevas|otros|otras|libros|revistas|peliculas|books|movies|"
    r"magazines|dvds|audiobooks|e-?books|manga|graphic novels|games|something|anything|algo)\b"
)
"""The start of a wish for many things, of which no single title can be told: "more manga", "books in Vietnamese"."""

POINTING = re.compile(
    r"^(?:(?:buy|get|order|have) )?(?:it|some|this|that|this (?:book|one|title)|that (?:book|one|title)|them|these|"
    r"the book|the title|one|esto|eso|ese|este|ese libro|este libro|lo|la|el libro|uno|)$|"
    r"^(?:(?:a book|un libro|something|algo) )?(?:that |which |que )?(?:you |we )?(?:don'?t|do not|no) "
    r"(?:have|own|tienen)$"
)
"""What points to a thing without naming it."""

ASKS = re.compile(
    r"^\W*(?:(?:hi|hello|hey|hola|please|ok|so|and|but|y|pero)\W+)*(?:how (?!about)|where|who|whom|when|which|what "
    r"(?!about|if)|why (?!don'?t (?:you|we) (?:buy|get|order|have|start|do)|not)|is there|are there|do (?:you|i|we) "
    r"|does|did|has|have (?!you (?:thought|considered|ever))|will (?:i|you (?:tell|let|notify))|can (?:i|patrons|"
    r"anyone|"
    r"kids|students|faculty|teachers|we) (?:suggest|request|recommend|order|ask)|may (?:patrons|anyone)|como |donde|"
    r"quien|a quien|cuando|cuanto|cual|que (?!tal)|por que (?!no)|hay |aceptan|existe|se puede|los ninos pueden|"
    r"con quien|me avisan|si lo compran)"
)
"""The start of a question about suggestions, which the library's pages answer."""

WHAT_BECAME = re.compile(
    r"what (?:happened|became|'s happening|is happening)|status|heard? (?:back|anything|nothing)|never heard|any news|"
    r"did (?:you|the library|they) (?:ever )?(?:buy|get|order|read|see)|has my|was my|is my|became of|"
    r"que paso|que fue de|estado de|en que quedo|ya (?:compraron|leyeron|vieron)|aceptaron|hay noticias|"
    r"nunca me contest"
)
OWN = re.compile(
    r"\b(?:i|my|mi|me)\b.{0,60}\b(?:suggest\w*|request\w*|asked|idea|complain\w*|comment|feedback|proposal|"
    r"recommended)|"
    r"\b(?:suggestion|request|idea|complaint|comment|proposal)\b|\b(?:mi|mis|la|el|que)\b.{0,40}(?:sugerencia|sugeri|"
    r"pedi|queja|idea|comentario|solicitud|propuesta)"
)

FORMS_ONLY = re.compile(
    r"^(?:an? |the |some |my |una? |la |el |mi |quiero |i |we |want |would |like |to |leave |give |make |file |dejar |"
    r"poner |hacer |presentar |have |tengo |i'd |for |de |para |about |sobre |of |and |or |y |o |new |formal |please |"
    r"por favor |suggest(?:ion)?s? |feedback |comments? |complaints? |complain |compliments? |praise |review |ideas? |"
    r"requests? |proposals? |programs? |programmes? |events? |workshops? |classe?s? |clubs? |activit(?:y|ies) |"
    r"services? |"
    r"purchases? |books? |titles? |acquisitions? |forms? |cards? |boxe?s? |sugerencias? |sugerir |quejas? |quejarme |"
    r"queja |felicitaciones |felicitar |comentarios? |reclamos? |reclamacion |reclamaciones |hojas? |buzon |compras? |"
    r"libros? |titulos? |desiderata |solicitud |actividad(?:es)? |eventos? |programas? |talleres? |taller |clases? |"
    r"suggesting |suggest |recommend |recomendar |proponer |propose |something |algo |the library |buy |comprar )*$"
)
"""A message that only says that somebody wants to suggest something, not what."""

BUYING = re.compile(
    r"\b(?:buy|order|purchase|get|carry|stock|acquire|compr(?:ar|en|aran)|adquir\w+|encarg\w+|consig\w+)\b"
)
EVENT = re.compile(
    r"\b(?:class(?:es)?|course|workshop|club|night|evening|storytime|story time|event|program(?:me)?s?|talk|lecture|"
    r"concert|group|circle|reading|tournament|contest|camp|session|film|movie|swap|exchange|lesson|seminar|"
    r"meet(?:ing|up)|"
    r"party|open mic|festival|fair|demo|walk|series|cafe|breakfast|hour|show|craft\w*|tai chi|yoga|esl|"
    r"game|bingo|karaoke|"
    r"clase|curso|taller|noche|cuentacuentos|evento|programa|charla|conferencia|concierto|grupo|circulo|lectura|torneo|"
    r"concurso|campamento|sesion|cine|pelicula|intercambio|fiesta|festival|feria|caminata|actividad(?:es)?)\b"
)
COMPLAINT = re.compile(
    r"\b(?:rude|dirty|filthy|noisy|loud|freezing|cold|hot|smells?|stinks?|broken?|wobbl\w+|awful|terrible|horrible|"
    r"worst|"
    r"bad|poor|unhappy|not happy|complain\w*|complaint|disappoint\w+|angry|upset|mad|nobody|no one|never|out of|"
    r"leak\w*|"
    r"disgust\w+|confusing|annoy\w+|unacceptable|wrong|slow|crash\w*|too|problem|hate|object|bring back|missing|"
    r"scratched|"
    r"flicker\w*|trash|gum|yell\w*|shout\w*|scream\w*|waited|ruido|sucios?|sucias?|frio|calor|groser[oa]|mal|mala|malo|"
    r"peor|queja|quejarme|reclam\w+|horrible|pesim[oa]|nadie|huele|rot[oa]s?|gotera|basura|grit\w+|incomod\w+|desastre|"
    r"no (?:me )?gusta|no sirve|problema|rayado|molest\w+|discrimin\w+)\b"
)
PRAISE = re.compile(
    r"\b(?:love|loved|great|wonderful|fantastic|awesome|amazing|excellent|best|kudos|shout ?out|thank\w*|praise|"
    r"compliment\w*|helpful|lovely|kind|patient|beautiful|rock|appreciate\w*|grateful|super|felicit\w+|gracias|"
    r"agradec\w+|"
    r"excelente|mejor(?:es)?|bonit[oa]|precios[oa]|maravill\w+|encant\w+|amable|paciencia|genial|gusto mucho|"
    r"los quiero)\b"
)

_LEAD = (
    r"\W*(?:(?:no|not|actually|sorry|wait|oops|i meant?|i mean|rather|change|correction|please|make that|perdon|mejor|"
    r"espera|quise decir|quiero decir|digo|en realidad|cambie|cambia|corrige|ponga|pon)\W+)"
)
NAMED = re.compile(
    rf"{_LEAD}*(?:the |that the |el |la )?(?P<field>title|book|name|author|writer|format|form|contact|e-?mail|phone|"
    r"number|titulo|libro|nombre|autora?|escritora?|formato|contacto|correo|telefono)"
    r"(?: (?:is|was|should be|should read|must be|to|es|era|debe ser|seria|a)|:)+\s+(?P<value>\S.*)"
)
"""A correction that names what it corrects: "the title is ..."."""
BY_ANOTHER = re.compile(
    rf"{_LEAD}+(?:(?:it'?s|it is|es|that'?s) )?(?:by|from|written by|de|por|"
    rf"escrito por)\s+(?P<value>\S.*)"
)
INSTEAD = re.compile(rf"{_LEAD}+(?:(?:it'?s|it is|it should be|es) )?(?P<value>\S.*)")
