"""What the code says is written in data/responses, in both languages, with the facts that the code knows."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml

from actions.answers import SUGGESTED
from actions.smalltalk import WORDS as SMALL_TALK
from actions.topics import TOPICS
from bot.conversations.handoff import Command
from bot.conversations.handoff_words import DIVIDERS, RATINGS
from bot.knowledge.catalogue import CatalogueOutcome
from bot.knowledge.events import Audience, EventsOutcome, EventStatus
from bot.knowledge.sources.base import HoursState
from bot.knowledge.sources.records import Format
from bot.knowledge.taste_words import AUDIENCE_OF, GENRE_WORDS, MOOD_WORDS
from bot.settings import ROOT, Settings
from bot.suggestions.model import Kind, Status
from bot.web.desk.closure import REASONS
from bot.web.patron.greeting import FIRST_CHOICES
from bot.wording import LANGUAGES, Wording

SAYING = [*sorted((ROOT / "actions").glob("*.py")), *sorted((ROOT / "bot").rglob("*.py"))]
NOT_FOUND = [outcome.value for outcome in EventsOutcome if outcome is not EventsOutcome.FOUND]
KINDS = [kind.value for kind in Kind]
STATES = [state.value for state in HoursState]

# Every name that is put together, and what stands in its gaps: values of closed enums, or words named in the code.
PUT_TOGETHER: Mapping[str, list[list[str]]] = {
    "utter_hours_{}_{}": [STATES, ["now", "then"]],
    "utter_hours_{}_day": [[*STATES, "over", "missed"]],
    "utter_hours_all_{}_{}": [["open", "closed"], ["now", "then", "day"]],
    "utter_hours_some_{}": [["now", "then", "day"]],
    "utter_hours_each_{}": [["now", "then", "day"]],
    "utter_hours_service_{}": [["now", "then", "day"]],
    "utter_hours_its_{}": [["today", "day"]],
    "utter_hours_short_{}": [STATES],
    "utter_hours_state_{}": [STATES],
    "utter_place_{}_{}": [["open", "closed"], ["feminine", "masculine"]],
    "utter_closure_{}": [["now", "now_open_ended", "soon", "soon_open_ended"]],
    "utter_closure_reason_{}": [list(REASONS)],
    "utter_contact_head_{}": [["branch", "phone", "email"]],
    "utter_events_{}": [NOT_FOUND],
    "utter_events_cancelled_{}": [["one", "all"]],
    "utter_events_found_{}": [["one", "full"]],
    "utter_events_audience_{}": [[audience.value for audience in Audience]],
    "utter_events_badge_{}": [
        [EventStatus.CANCELLED.value, EventStatus.POSTPONED.value, EventStatus.FULL.value, "on_now", "moved"]
    ],
    "utter_catalogue_{}": [[outcome.value for outcome in CatalogueOutcome]],
    "utter_catalogue_branch_{}": [["in", "out", "without"]],
    "utter_catalogue_form_{}": [[form.value for form in Format]],
    "utter_catalogue_wanted_{}": [[form.value for form in Format]],
    "utter_recommendations_genre_{}": [list(GENRE_WORDS)],
    "utter_recommendations_mood_{}": [list(MOOD_WORDS)],
    "utter_recommendations_group_{}": [list(AUDIENCE_OF)],
    "utter_staff_divider_{}": [list(DIVIDERS)],
    "utter_staff_do_{}": [[command.value for command in Command]],
    "utter_staff_form_{}": [["question", "contact", "name"]],
    "utter_staff_rating_{}": [list(RATINGS)],
    "utter_suggestion_mail_{}_{}": [["purchase", "wish", "remark"], [status.value for status in Status]],
    "utter_suggestions_begin_{}": [list(SUGGESTED)],
    "utter_suggestions_heard_{}": [KINDS],
    "utter_suggestions_ask_{}": [KINDS],
    "utter_suggestions_summary_{}": [KINDS],
    "utter_suggestions_taken_{}": [KINDS],
    "utter_suggestions_status_{}": [[status.value for status in Status]],
    "utter_suggestions_unclear_{}": [["what", "owned", "author", "contact", "sure"]],
    "utter_suggestions_choice_{}": [["unknown", "will_do", "anyway", "without", "send", "change", "later"]],
    "utter_topic_{}": [list(TOPICS)],
    "utter_{}": [list(SMALL_TALK)],
    "utter_welcome_{}": [list(FIRST_CHOICES)],
}
# What helpers add to a sentence's facts.
FACTS_OF = {"contact": {"phone", "email"}, "agreed": {"open", "closed"}}


@dataclass(frozen=True)
class Saying:
    """One place in the code that says something: the responses it may choose, and the facts that it passes."""

    where: str
    names: tuple[str, ...]
    own: frozenset[str]  # facts written at the place itself
    passed: frozenset[str] | None  # all facts; None where they cannot be told from the code


@cache
def wording() -> Wording:
    return Wording.load(Settings().responses)


def names_in(node: ast.expr) -> tuple[str, ...]:
    """Return the responses that an expression may name."""
    match node:
        case ast.Constant(value=str(name)):
            return (name,) if re.fullmatch(r"utter_\w+", name) else ()
        case ast.JoinedStr():
            pattern = "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            if not pattern.startswith("utter_"):
                return ()
            return tuple(pattern.format(*gaps) for gaps in itertools.product(*PUT_TOGETHER[pattern]))
        case ast.IfExp():
            return names_in(node.body) + names_in(node.orelse)
    return ()


def facts_in(node: ast.expr, function: ast.AST) -> set[str] | None:
    """Return the keys of a dict that is passed on as facts, or None if the code does not show them."""
    match node:
        case ast.Dict():
            return {key.value for key in node.keys if isinstance(key, ast.Constant)}
        case ast.BinOp(op=ast.BitOr()):
            left, right = facts_in(node.left, function), facts_in(node.right, function)
            return None if left is None or right is None else left | right
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return FACTS_OF.get(name)
        case ast.Name():
            for one in ast.walk(function):
                match one:
                    case ast.Assign(targets=[ast.Name(id=node.id)], value=value):
                        return facts_in(value, function)
                    case ast.AnnAssign(target=ast.Name(id=node.id), value=ast.expr() as value):
                        return facts_in(value, function)
    return None


def sayings() -> Iterator[Saying]:
    for path in SAYING:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
        for function in functions:
            for call in ast.walk(function):
                if not isinstance(call, ast.Call) or not call.args or not names_in(call.args[0]):
                    continue
                own = {word.arg for word in call.keywords if word.arg is not None}
                passed: set[str] | None = set(own)
                for word in call.keywords:
                    more = facts_in(word.value, function) if word.arg is None else set()
                    passed = None if passed is None or more is None else passed | more
                where = f"{path.relative_to(ROOT)}:{call.lineno}"
                yield Saying(
                    where, names_in(call.args[0]), frozenset(own), None if passed is None else frozenset(passed)
                )


def said() -> set[str]:
    """Return every response that the code or a rule can say."""
    found = set()
    for path in SAYING:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = {id(part) for one in ast.walk(tree) if isinstance(one, ast.JoinedStr) for part in one.values}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in inside and _is_name(node):
                found.update(names_in(node))
    for path in sorted((ROOT / "data" / "rules").glob("*.yml")):
        found.update(re.findall(r"action: (utter_\w+)", path.read_text(encoding="utf-8")))
    return found


def _is_name(node: ast.Constant | ast.JoinedStr) -> bool:
    first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else node
    return isinstance(first, ast.Constant) and str(first.value).startswith("utter_")


def test_every_response_that_is_said_is_written_in_both_languages() -> None:
    missing = [
        f"{name} in {language}"
        for name in sorted(said())
        for language in LANGUAGES
        if name not in wording().names() or language not in wording().languages(name)
    ]
    assert missing == []


def test_every_response_that_is_written_is_said() -> None:
    assert sorted(wording().names() - said()) == []


def test_every_fact_that_a_response_names_is_passed_to_it() -> None:
    missing = [
        f"{saying.where} does not pass {{{fact}}} to {name} ({language})"
        for saying in sayings()
        if saying.passed is not None
        for name in saying.names
        for language in LANGUAGES
        for fact in sorted(wording().facts(name, language) - saying.passed)
    ]
    assert missing == []


def test_every_fact_that_is_passed_is_named_by_a_response() -> None:
    idle = [
        f"{saying.where} passes {{{fact}}}, which none of {saying.names} names"
        for saying in sayings()
        for fact in sorted(saying.own)
        if not any(fact in wording().facts(name, language) for name in saying.names for language in LANGUAGES)
    ]
    assert idle == []


def test_both_languages_tell_the_same_facts() -> None:
    grammar = {"open", "closed"}  # the Spanish words agree with their noun, or a verb does without them
    uneven = [
        name
        for name in sorted(wording().names())
        if (wording().facts(name, "en") ^ wording().facts(name, "es")) - grammar
    ]
    assert uneven == []


def variations() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "data" / "responses").glob("*.yml")):
        for name, written in yaml.safe_load(path.read_text(encoding="utf-8"))["responses"].items():
            for variation in written:
                yield name, variation["text"]


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("a dash in the middle of a sentence", r"\w ?[—–] ?\w"),
        ("a phrase of machines", r"(?i)\b(as an ai|i apologi[sz]e|oops|feel free|kindly|please note|invalid|error)\b"),
        ("a contraction, which second-language readers stumble over", r"(?i)\b(can't|don't|won't|i'm|it's|we're)\b"),
        ("two marks", r"!!|\?\?|\.\.(?!\.)"),
        ("space before a mark", r" [.,;:!?]"),
        ("a capital in the middle of an English label", r"^[A-Z][a-z]+ [A-Z][a-z]+$"),
        ("tú where patrons are usted", r"(?i)\b(tu|tus|te|puedes|quieres|llama|escribe|tienes)\b"),
    ],
)
def test_no_response_has(fault: str, pattern: str) -> None:
    assert [f"{name}: {text}" for name, text in variations() if re.search(pattern, text)] == []


def test_no_response_is_longer_than_a_text_message_or_two() -> None:
    assert [name for name, text in variations() if len(text) > 320] == []


@pytest.mark.parametrize("path", sorted((ROOT / "actions").glob("*.py")), ids=lambda path: path.name)
def test_no_sentence_is_written_in_an_action(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    aside = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as text):  # docstrings
                aside.add(id(text))
            case ast.Call(func=ast.Attribute(value=ast.Name(id="log" | "re"))):  # logs and patterns
                aside.update(id(part) for part in ast.walk(node))
    written = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in aside
        if re.search(r"[a-zA-Z]{2,} [a-zA-Z]{2,}", node.value)
    ]
    assert written == []
