"""Koha's REST API (https://api.koha-community.org): biblios found by a query, and the items of each."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from bot.knowledge.sources.marc import add_copy, in_branches, parse_xml, read_marcxml
from bot.knowledge.sources.records import Copies, Record, Sought, fold


def search_path(sought: Sought, most: int) -> str:
    """Return path and query that ask for the biblios that match what is sought."""
    asked = {"q": json.dumps(_query(sought), separators=(",", ":")), "_per_page": most, "_order_by": "+title"}
    return f"/api/v1/biblios?{urlencode(asked)}"


def items_path(biblio_id: str) -> str:
    """Return the path that asks for the items of a biblio."""
    return f"/api/v1/public/biblios/{biblio_id}/items?_per_page=100"


def _query(sought: Sought) -> dict[str, Any]:
    """Return Koha's query: every word of a title, of an author, or of either."""
    if sought.isbn:
        return {"isbn": {"-like": f"%{sought.isbn}%"}}
    parts: list[dict[str, Any]] = []
    parts += [{"title": _holds(word)} for word in fold(sought.title).split()]
    parts += [{"author": _holds(word)} for word in fold(sought.author).split()]
    parts += [
        {"-or": [{name: _holds(word)} for name in ("title", "author", "subtitle")]}
        for word in fold(sought.words).split()
    ]
    return {"-and": parts}


def _holds(word: str) -> dict[str, str]:
    return {"-like": "%" + re.sub(r"([%_\\])", r"\\\1", word) + "%"}


def read_biblios(body: bytes, branches: Mapping[str, str]) -> list[Record]:
    """Return the records of a list of biblios in MARCXML; raise ValueError for anything else."""
    return read_marcxml(parse_xml(body), branches)


def read_items(body: bytes, branches: Mapping[str, str]) -> tuple[Copies, ...] | None:
    """Return the copies that a list of items tells; raise ValueError for anything else."""
    items = json.loads(body)
    if not isinstance(items, list):
        raise ValueError("Koha gave no list of items")
    counted: dict[str, tuple[int, int]] = {}
    for item in items:
        if not isinstance(item, dict) or item.get("lost_status") or item.get("withdrawn"):
            continue
        code = str(item.get("holding_library_id") or item.get("home_library_id") or "")
        not_for_loan = item.get("effective_not_for_loan_status", item.get("not_for_loan_status"))
        away = item.get("checked_out_date") or item.get("damaged_status") or not_for_loan
        add_copy(counted, branches.get(code, code.lower()), not away)
    return in_branches(counted)
