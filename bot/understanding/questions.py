"""Finds what a message asks: one question, however it is wrapped, or several."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.understanding.clauses import Clause, clauses, halves

Ranking = Mapping[str, float]
"""The probability of each intent."""
Part = tuple[Clause, Ranking]

SMALL_TALK = frozenset(("greet", "thank", "goodbye", "affirm", "deny", "chitchat"))
LEANING = frozenset(("change_detail", "choose_shown", "never_mind"))
"""What makes sense only after something else."""
EXPLAINED = frozenset(
    [
        "get_library_card",
        "ask_account",
        "renew_items",
        "ask_due_dates_and_fines",
        "place_hold",
        "use_printing",
        "use_computers_and_wifi",
        "book_space",
        "ask_accessibility",
        "ask_policy",
    ]
)
"""Topics of many pages: two questions on one of them may want two answers."""
NOTHING = SMALL_TALK | LEANING | {"out_of_scope"}

MOST = 3  # questions of one message that are answered
SHORT = 3  # words of a clause that no "and" is looked for in
JOINTS_MOST = 3  # that are tried in one clause
CLAUSES_MOST = 8  # that are looked at; the last of a long story are where it asks

# Probabilities, tuned on tests/understanding/two_questions.jsonl.
SURE = 0.45  # from which a clause that leans on the one before asks something of its own
CLEARER = 0.4  # from which the rest of a story has a bearing on its question
SOCIAL = 0.6  # from which a clause is greeting or thanks
TOLD = 0.75  # from which a clause without the form of a question asks all the same ("forgot my pin")
APART = 0.6  # from which both sides of an "and" are questions of their own
CLEAR = 0.85  # the same, however little of the whole message it seems to be
HEARD = 0.01  # of the whole message, for what a clause without the form of a question is taken to ask
SHARE = 0.4  # of the asking clauses, beside the whole message, where one question is told in a story
BARE = 0.7  # the same where all the rest is greeting, thanks, or beside the point


@dataclass(frozen=True)
class Question:
    """One thing that is asked: the patron's words, the probability of each intent, and the clause that asks it."""

    text: str
    ranking: Ranking
    core: str

    @property
    def intent(self) -> str:
        """The likeliest intent."""
        return top(self.ranking)


def questions_in(text: str, rank: Callable[[Sequence[str]], Sequence[Ranking]]) -> list[Question]:
    """Return what a message asks, in order, never empty; `rank` ranks many texts at once."""
    found = clauses(text)[-CLAUSES_MOST:]
    joints = {clause: halves(clause, text)[:JOINTS_MOST] for clause in found if len(clause.text.split()) > SHORT}
    sides = [side.text for pairs in joints.values() for pair in pairs for side in pair]
    texts = list(dict.fromkeys([text, *(clause.text for clause in found), *sides]))
    ranked = dict(zip(texts, rank(texts), strict=True))
    parts: list[Part] = []
    for clause in found:
        apart = next(
            (
                pair
                for pair in joints.get(clause, ())
                if are_apart(ranked[pair[0].text], ranked[pair[1].text], ranked[text])
            ),
            (clause,),
        )
        parts += [(one, ranked[one.text]) for one in apart]
    return asked(text, ranked[text], parts)


def top(ranking: Ranking) -> str:
    """Return the likeliest intent."""
    return max(ranking, key=lambda intent: ranking[intent])


def are_apart(left: Ranking, right: Ranking, whole: Ranking) -> bool:
    """Tell whether the two sides of an "and" ask about two things, each of them clearly and as part of the whole."""
    one, two = top(left), top(right)
    if one == two or {one, two} & NOTHING:
        return False
    sure, heard = min(left[one], right[two]), min(whole[one], whole[two])
    return sure >= CLEAR or (sure >= APART and heard >= HEARD)


def asked(text: str, whole: Ranking, parts: Sequence[Part]) -> list[Question]:
    """Return what a message asks, in order; `whole` ranks the message, `parts` its clauses. Never empty."""
    parts = [part for part in parts if not _is_courtesy(part[1])] or parts
    if len(parts) > 1:
        parts = [(clause, _alone(ranking)) for clause, ranking in parts]
    groups = _groups(_asking(parts, whole))
    if len(groups) < 2:
        said = groups[0] if groups else _clearest(parts)
        besides = [ranking for clause, ranking in parts if (clause, ranking) not in said]
        share = BARE if all(_says_nothing(ranking) for ranking in besides) else SHARE
        ranking = _mixed(whole, _mean([one for _, one in said]), share) if said else whole
        return [Question(text, ranking, _core(said, text))]
    questions = []
    for group in groups[:MOST]:
        words = text[group[0][0].start : group[-1][0].end].strip(" ,;")
        # What only leans on the group's first clause says nothing of its topic.
        of_topic = [one for _, one in group if top(one) == top(group[0][1])]
        questions.append(Question(words, _mean(of_topic), _core(group, words)))
    return questions


def _core(group: Sequence[Part], text: str) -> str:
    """Return the clause of a group that asks, the last of several; the whole text where none does."""
    return next((clause.text for clause, _ in reversed(group) if clause.asks), text)


def _is_courtesy(ranking: Ranking) -> bool:
    """Tell whether a clause is greeting or thanks."""
    return max(ranking.get(intent, 0) for intent in ("greet", "thank", "goodbye")) >= SOCIAL


def _says_nothing(ranking: Ranking) -> bool:
    """Tell whether a clause is beside the point: nothing of the library's, or nothing clear."""
    intent = top(ranking)
    return intent in NOTHING or ranking[intent] < CLEARER


def _alone(ranking: Ranking) -> Ranking:
    """Return the ranking of a clause without what makes sense only after an earlier message."""
    without = LEANING | SMALL_TALK if max(ranking.get(intent, 0) for intent in SMALL_TALK) < SOCIAL else LEANING
    left = {intent: 0.0 if intent in without else chance for intent, chance in ranking.items()}
    total = sum(left.values())
    return {intent: chance / total for intent, chance in left.items()} if total > 0.02 else ranking


def _asking(parts: Sequence[Part], whole: Ranking) -> list[Part]:
    """Return the clauses that ask: by their form, by what they clearly are about, or since "also ..." follows."""
    if len(parts) == 1:
        return list(parts)
    asking = []
    for place, (clause, ranking) in enumerate(parts):
        intent = top(ranking)
        if intent in SMALL_TALK:
            continue
        followed = place + 1 < len(parts) and parts[place + 1][0].adds and intent != "out_of_scope"
        told = intent not in NOTHING and ranking[intent] >= TOLD and whole[intent] >= HEARD
        if clause.asks or clause.adds or followed or told:
            asking.append((clause, ranking))
    return asking


def _clearest(parts: Sequence[Part]) -> list[Part]:
    """Return the one clause of a message without a question that says most clearly what it is about."""
    about = [(clause, ranking) for clause, ranking in parts if top(ranking) not in NOTHING]
    return [max(about, key=lambda part: max(part[1].values()))] if about else []


def _groups(asking: Sequence[Part]) -> list[list[Part]]:
    """Put together what asks the same, and what makes sense only with what stands before it."""
    groups: list[list[Part]] = []
    for clause, ranking in asking:
        if groups:
            intent = top(ranking)
            leans = clause.leans and (ranking[intent] < SURE or intent == "out_of_scope")
            same = [group for group in groups if top(_mean([one for _, one in group])) == intent]
            if leans or (same and (clause.leans or not clause.asks or intent not in EXPLAINED)):
                (same[-1] if same else groups[-1]).append((clause, ranking))
                continue
        groups.append([(clause, ranking)])
    return groups


def _mean(rankings: Sequence[Ranking]) -> Ranking:
    return {intent: sum(ranking[intent] for ranking in rankings) / len(rankings) for intent in rankings[0]}


def _mixed(whole: Ranking, part: Ranking, share: float) -> Ranking:
    return {intent: (1 - share) * whole[intent] + share * part[intent] for intent in whole}
