"""Random secrets, of which only a fingerprint is stored."""

import hashlib
import secrets


def new_secret(prefix: str = "") -> str:
    """256 random bits in URL-safe text."""
    return prefix + secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """What is stored: enough to know the secret again, and no way back to it. 64 hex digits."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
