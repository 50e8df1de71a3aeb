"""Conversation ids and the tokens that open them: made here, never by a client."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets

from bot.conversations.errors import BadToken

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{22}")


class Tokens:
    """Makes and checks tokens: 256 random bits and a signature, which refuses guesses without asking the database."""

    def __init__(self, secret: bytes) -> None:
        self._key = hashlib.sha256(b"patron token\0" + secret).digest()

    def new(self) -> str:
        """Return a fresh token."""
        body = secrets.token_urlsafe(32)
        return f"{body}.{self._signature(body)}"

    def fingerprint(self, token: str) -> str:
        """Return what the database keeps of `token`; raise BadToken when we did not sign it."""
        if not _TOKEN.fullmatch(token):
            raise BadToken
        body, signature = token.split(".")
        if not hmac.compare_digest(signature, self._signature(body)):
            raise BadToken
        return hashlib.sha256(token.encode()).hexdigest()

    def _signature(self, body: str) -> str:
        digest = hmac.digest(self._key, body.encode(), "sha256")[:16]
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def new_conversation_id(channel: str) -> str:
    """Return an id that nobody can guess, prefixed by its channel so that ids of two channels never meet."""
    return f"{channel}-{secrets.token_hex(16)}"
