"""Purchase suggestions in Koha, where the library buys from.

The format is that of Koha's own description of its REST API, api/v1/swagger/definitions/suggestion.yaml and
paths/suggestions.yaml (`POST /api/v1/suggestions`, 201; other fields are refused). Koha fills `suggestion_id`. Its
lists SUGGEST_FORMAT (`item_type`) and OPAC_SUG (`patron_reason`) are the library's own: the formats here are those that
Koha is installed with, and one that is not among them is told in the note.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from bot.suggestions.model import Kind, formats_of
from bot.suggestions.outlets import Answer, Body, Caller, NotTaken, Refused, Unknown, ended

NAME = "koha"
# Koha has no idempotency key. A request that we gave up on may still be at work there: we ask only when it has ended.
SETTLE_SECONDS = 330.0
TOKEN_SECONDS = 3600.0
# What a database of Koha holds of each; a longer value would be an error of its own there.
MOST = {"title": 255, "author": 80, "isbn": 30}
ITEM_TYPES = {"book": "BOOK", "large_print": "LP", "ebook": "EBOOK", "audiobook": "AUDIOBOOK", "dvd": "DVD"}
TOLD = {"formats": "Format", "audience": "For", "language": "Language"}  # in the note: Koha has no field for them
# Suggestions without a borrower count as one person's in Koha, who would soon have too many.
OVERRIDE = {"x-koha-override": "any"}


class Koha:
    """Sends new purchase suggestions; a suggestion joined to another one is in Koha already."""

    name = NAME

    def __init__(
        self,
        caller: Caller,
        url: str,
        client_id: str,
        secret: str,
        zone: ZoneInfo,
        libraries: Mapping[str, str],
        settle_seconds: float = SETTLE_SECONDS,
    ) -> None:
        """`libraries`: Koha's code of each branch; a branch that is not in it is left out of what is sent."""
        self.settle_seconds = settle_seconds
        self._caller = caller
        self._base = url.rstrip("/")
        self._client_id, self._secret = client_id, secret
        self._zone = zone
        self._libraries = libraries
        self._header = ""
        self._until = 0.0
        self._opening = asyncio.Lock()

    def body(self, suggestion: Any, event: str, joined_to: str | None) -> Body | None:
        """Return the fields of Koha's suggestion."""
        if suggestion.kind != Kind.PURCHASE.value or event != "created" or joined_to is not None:
            return None
        details = suggestion.details
        body = {
            "title": _cut(details.get("title") or suggestion.text, MOST["title"]),
            "author": _cut(details.get("author"), MOST["author"]),
            "isbn": _cut(details.get("isbn"), MOST["isbn"]),
            "item_type": next((ITEM_TYPES[one] for one in formats_of(details) if one in ITEM_TYPES), None),
            "library_id": self._libraries.get(suggestion.branch or ""),
            "note": _note(suggestion.code, suggestion.text, details),
            "patron_reason": details.get("reason"),
            "suggestion_date": datetime.fromtimestamp(suggestion.created_at, self._zone).date().isoformat(),
            "status": "ASKED",
        }
        return {name: value for name, value in body.items() if value} | {"suggested_by": None}

    async def known(self, key: str, body: Body) -> str | None:
        """Ask Koha for a suggestion whose note holds our code."""
        mark = body["note"].split("\n", 1)[0]
        query = {"q": json.dumps({"note": {"-like": f"%{mark}%"}}, separators=(",", ":")), "_per_page": 20}
        answer = await self._call("GET", f"/api/v1/suggestions?{urlencode(query)}")
        if answer.status != 200:
            raise ended(answer, "Koha")
        found = _read(answer)
        if not isinstance(found, list):
            raise Unknown("Koha gave no list of suggestions")
        ids = [one.get("suggestion_id") for one in found if _holds(one, mark)]
        return str(ids[0]) if ids else None

    async def send(self, key: str, body: Body) -> str:
        """Add the suggestion and return Koha's number of it."""
        answer = await self._call("POST", "/api/v1/suggestions", json.dumps(body).encode())
        if answer.status != 201:
            raise ended(answer, "Koha")
        made = _read(answer)
        number = made.get("suggestion_id") if isinstance(made, dict) else None
        return "" if number is None else str(number)[:80]

    async def close(self) -> None:
        """End the connections."""
        await self._caller.close()

    async def _call(self, method: str, path: str, data: bytes | None = None) -> Answer:
        """Make a request with the key that opens the API; one that is opened no more is renewed once."""
        for last in (False, True):
            headers = {"Authorization": await self._opened(), "Accept": "application/json"}
            if data is not None:
                headers |= {"Content-Type": "application/json"} | OVERRIDE
            answer = await self._caller.call(method, self._base + path, headers=headers, data=data)
            if answer.status != 401 or last:
                break
            self._until = 0.0
        return answer

    async def _opened(self) -> str:
        """Return the Authorization header: of a token, or of name and password where Koha gives no tokens."""
        async with self._opening:
            if time.monotonic() < self._until:
                return self._header
            form = {"grant_type": "client_credentials", "client_id": self._client_id, "client_secret": self._secret}
            try:
                answer = await self._caller.call("POST", f"{self._base}/api/v1/oauth/token", data=form)
            except Unknown as unknown:  # whatever became of the token, no suggestion was sent
                raise NotTaken(str(unknown)) from None
            seconds = TOKEN_SECONDS
            if answer.status == 400:  # RESTOAuth2ClientCredentials is off there
                pair = base64.b64encode(f"{self._client_id}:{self._secret}".encode()).decode()
                self._header = f"Basic {pair}"
            elif answer.status == 200:
                told = _read(answer)
                token = told.get("access_token") if isinstance(told, dict) else None
                if not isinstance(token, str) or not token.isascii() or not token.isprintable():
                    raise NotTaken("Koha gave no token")
                lasts = told.get("expires_in")
                seconds = float(lasts) if isinstance(lasts, int) and 0 < lasts < TOKEN_SECONDS else TOKEN_SECONDS
                self._header = f"Bearer {token}"
            elif answer.status in (401, 403):
                raise Refused(f"Koha does not accept the key ({answer.status})")
            else:
                raise NotTaken(f"Koha gave no token ({answer.status})", answer.after)
            self._until = time.monotonic() + 0.9 * seconds
            return self._header


def _note(code: str, text: str, details: Mapping[str, Any]) -> str:
    known = {**details, "formats": ", ".join(formats_of(details))}
    more = [f"{words}: {str(known[name]).replace('_', ' ')}" for name, words in TOLD.items() if known.get(name)]
    return "\n".join([f"Foyer {code}", text, *more])


def _cut(value: object, most: int) -> str | None:
    line = " ".join(str(value or "").split())
    return None if not line else line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _read(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def _holds(one: object, mark: str) -> bool:
    # A Koha that does not know the query would give every suggestion.
    return isinstance(one, dict) and str(one.get("note") or "").startswith(mark)
