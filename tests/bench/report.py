"""Writes docs/benchmarks.md from what was measured."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from tests.bench import machine
from tests.bench.load import Result

HEAD = """# Benchmarks

Written by `make bench`. Everything was measured in one run, on one machine: first this product (Foyer), then stock Rasa
{rasa} as `rasa init` sets it up, with its default pipeline and policies, REST channel, SQL tracker store on SQLite and
the SDK's own action server, on the same examples, rules, domain and actions. Seconds differ from machine to machine;
the last column, how many times as much stock Rasa needs, differs less.

- {day}. {machine}.
- {versions}.
- Other work kept {before:.0%} of the cores busy just before the run and {after:.0%} just after.
- The {patrons} patrons are a process of their own, niced, which used {share:.0%} of one core and sent 95 % of its
  messages within {late:.0f} ms of their time.

"""

MEANINGS = """
## What the lines mean

- **One turn, a lone patron**: from sending a message to reading its answer. Foyer: POST to the gateway, which stores
  the message, asks Rasa and its action server, stores the answer and pushes it over the WebSocket. Stock: POST to the
  REST channel, and its response; nothing is stored before it is acknowledged there, and no sender is checked.
- **Growth** is the median of turns 41 to 50 of a talk over that of its first 10.
- **{patrons} patrons, {rate:g} messages a second** come whether or not earlier answers have (open loop), each patron at
  random moments. *Lost* is acknowledged and not answered within 30 s; *doubled* counts messages of the assistant that
  nobody waited for, apologies too.
- **{crowd} patrons without a pause** each ask again as soon as they have read the answer (closed loop): messages a
  second is then the most that the machine can do, and a turn takes as long as {crowd} messages take at that rate.
- **Memory** is each process's proportional share (PSS). Foyer's Rasa leaves TensorFlow out
  (bot/understanding/without_tensorflow.py).
- **Train**: stock Rasa was trained for {epochs} of its {full} epochs, which changes neither its size nor its speed; the
  time of {full} is reckoned from it.
- **First answer**: from starting the processes to the first right answer. **Second start**: the same once more, with
  the files in the system's cache and the talks of the first run in the database.
"""


@dataclass
class Side:
    """What was measured of one product. Seconds, MB and messages a second."""

    lone: Result = field(default_factory=dict)
    closed: Result = field(default_factory=dict)
    rest: Mapping[str, float] = field(default_factory=dict)
    loaded: Mapping[str, float] = field(default_factory=dict)
    train: float = 0.0
    first_answer: float = 0.0


@dataclass
class Ours(Side):
    """What was measured of this product alone, too."""

    crowd: Result = field(default_factory=dict)
    gateway: float = 0.0
    second: float = 0.0


def turns(result: Result, first: int, last: int) -> list[float]:
    """Return the seconds of the turns from `first` to `last`, counted from 1, of all talks."""
    return [one for talk in result["talks"] for one in talk[first - 1 : last]]


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of the values do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def table(ours: Ours, stock: Side) -> str:
    """Return the table of both."""
    rows: list[tuple[str, str, str, str]] = []

    def compare(what: str, mine: float, theirs: float, unit: str, digits: int = 0) -> None:
        rows.append((what, f"{mine:.{digits}f} {unit}", f"{theirs:.{digits}f} {unit}", f"{theirs / mine:.1f}"))

    def alone(what: str, value: str) -> None:
        rows.append((what, value, "", ""))

    for name, first, last in (("first 10 turns", 1, 10), ("turns 41 to 50", 41, 50)):
        mine, theirs = turns(ours.lone, first, last), turns(stock.lone, first, last)
        for word, of in (("median", statistics.median), ("p95", lambda values: quantile(values, 0.95))):
            compare(f"One turn, a lone patron, {name}: {word}", 1000 * of(mine), 1000 * of(theirs), "ms")
    growth = [
        statistics.median(turns(side.lone, 41, 50)) / statistics.median(turns(side.lone, 1, 10))
        for side in (ours, stock)
    ]
    rows.append(("Growth over 50 turns", f"x {growth[0]:.2f}", f"x {growth[1]:.2f}", ""))
    crowd = ours.crowd
    for share in (0.5, 0.95, 0.99):
        what = f"{crowd['patrons']} patrons, {crowd['rate']:g} messages a second: p{share * 100:.0f}"
        alone(what, f"{1000 * quantile(crowd['seconds'], share):.0f} ms")
    counts = (crowd["sent"], crowd["lost"], crowd["extra"], crowd["errors"])
    alone("the same: sent / lost / doubled / refused", " / ".join(str(count) for count in counts))
    mine, theirs = ours.closed, stock.closed
    what = f"{mine['patrons']} patrons without a pause"
    rates = [len(side["seconds"]) / side["wall"] for side in (mine, theirs)]
    rows.append((f"{what}: messages a second", f"{rates[0]:.0f}", f"{rates[1]:.0f}", f"{rates[1] / rates[0]:.1f}"))
    compare(f"{what}: p95", 1000 * quantile(mine["seconds"], 0.95), 1000 * quantile(theirs["seconds"], 0.95), "ms")
    rows.append((f"{what}: errors", str(mine["errors"]), str(theirs["errors"]), ""))
    for when, of_mine, of_theirs in (("at rest", ours.rest, stock.rest), ("after load", ours.loaded, stock.loaded)):
        for name in ("rasa", "actions"):
            compare(f"Memory of {name} {when}", of_mine[name], of_theirs[name], "MB")
        alone(f"Memory of gateway {when}", f"{of_mine['gateway']:.0f} MB")
        compare(f"Memory in all {when}", sum(of_mine.values()), sum(of_theirs.values()), "MB")
    compare("Train", ours.train, stock.train, "s")
    compare("First answer", ours.first_answer, stock.first_answer, "s", 1)
    alone("Gateway answers", f"{ours.gateway:.1f} s")
    alone("Second start: first answer", f"{ours.second:.1f} s")
    lines = ["| | Foyer | Stock Rasa | Stock / Foyer |", "|---|---:|---:|---:|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def page(ours: Ours, stock: Side, before: float, after: float, epochs: int, full: int) -> str:
    """Return docs/benchmarks.md."""
    head = HEAD.format(
        rasa=machine.version("rasa"),
        day=date.today().isoformat(),
        machine=machine.described(),
        versions=machine.versions(),
        before=before,
        after=after,
        patrons=ours.crowd["patrons"],
        share=ours.crowd["share"],
        late=1000 * ours.crowd["late"],
    )
    meanings = MEANINGS.format(
        patrons=ours.crowd["patrons"], rate=ours.crowd["rate"], crowd=ours.closed["patrons"], epochs=epochs, full=full
    )
    return head + table(ours, stock) + meanings
