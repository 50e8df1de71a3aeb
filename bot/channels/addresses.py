"""Who a patron of a messaging channel is to us: a keyed hash; and the address itself, encrypted."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken


class Addresses:
    """Makes ids out of addresses, and keeps addresses so that only this installation can read them."""

    def __init__(self, secret: bytes) -> None:
        """`secret`: the installation's own (32 random bytes or more)."""
        self._key = hashlib.sha256(b"channel ids\0" + secret).digest()
        self._box = Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"channel addresses\0" + secret).digest()))

    def conversation_id(self, channel: str, address: str) -> str:
        """Return the id of the talk with an address: always the same, and nothing can be told from it."""
        return f"{channel}-{self._hash('address', channel, address)}"

    def received_key(self, channel: str, message_id: str) -> str:
        """Return under what it is kept that a message has come."""
        return self._hash("message", channel, message_id)

    def code_hash(self, code: str) -> str:
        """Return what is kept of a one-time code."""
        return self._hash("code", "", code)

    def seal(self, address: str) -> str:
        """Return an address encrypted and signed."""
        return self._box.encrypt(address.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """Return the address; None where it was sealed under another secret."""
        try:
            return self._box.decrypt(sealed).decode()
        except InvalidToken:
            return None

    def _hash(self, *parts: str) -> str:
        return hmac.new(self._key, "\0".join(parts).encode(), "sha256").hexdigest()[:32]
