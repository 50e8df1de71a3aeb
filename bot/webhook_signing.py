"""The signatures of the Standard Webhooks specification 1.0.0 (https://www.standardwebhooks.com).

A secret is written `whsec_` and 24 to 64 random bytes in base64. What is signed is ID.TIMESTAMP.BODY.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

PREFIX = "whsec_"
TOLERANCE_SECONDS = 300.0


def read_secret(secret: str) -> bytes:
    """Return the key that a secret stands for; raise ValueError."""
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True) if secret.startswith(PREFIX) else b""
    if not 24 <= len(key) <= 64:
        raise ValueError("no whsec_ with 24 to 64 bytes in base64")
    return key


def sign(key: bytes, webhook_id: str, timestamp: int, data: bytes) -> str:
    """Return the signature header of one attempt; `timestamp` in epoch seconds."""
    signed = f"{webhook_id}.{timestamp}.".encode() + data
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def is_signed(key: bytes, webhook_id: str, timestamp: str, signatures: str, data: bytes, now: float) -> bool:
    """Tell whether one of the signatures (parted by spaces) is right and at most five minutes old or early."""
    if not webhook_id or not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        return False
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    right = sign(key, webhook_id, int(timestamp), data).encode()
    return any(hmac.compare_digest(right, one.encode()) for one in signatures.split(" "))
