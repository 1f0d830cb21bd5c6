"""Identity verification: may this page say that it is this person? Rule R80.

The customer's own server signs who is signed in, with a secret that the page never sees:
either a hash (``user_hash``: HMAC-SHA256 of the ``user_id``, or of the email where there is no
``user_id``, in hex), or a JSON Web Token (HS256, with ``exp``). Two secrets may be live at once,
so that one can be rotated out while pages still carry the other.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import jwt

from app.errors import IdentityNotProven

_STANDARD_CLAIMS: Final = frozenset({"exp", "iat", "nbf", "iss", "aud", "sub", "jti"})


@dataclass(frozen=True, slots=True)
class Claim:
    """Who a ping says it is, and what it shows for it."""

    user_id: str | None = None
    email: str | None = None
    user_hash: str | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proven. ``signed`` holds the token's own fields, which win over the page's."""

    user_id: str | None = None
    email: str | None = None
    signed: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_proven(self) -> bool:
        return self.user_id is not None or self.email is not None


NOTHING_PROVEN: Final = Proof()


def check(claim: Claim, secrets: Sequence[str], now: float, *, required: bool) -> Proof:
    """What a claim proves at ``now``.

    ``required`` is the workspace's switch. With it on, a claim to a ``user_id`` or email without a valid
    proof raises IdentityNotProven; with it off, such a claim simply proves nothing. Somebody who claims
    nothing is a visitor, and needs no proof.
    """
    proof = _proof_of(claim, secrets, now)
    if not required:
        return proof or NOTHING_PROVEN
    claims_nothing = claim.user_id is None and claim.email is None and claim.token is None
    if proof is None and not claims_nothing:
        raise IdentityNotProven(_reason(claim))
    proof = proof or NOTHING_PROVEN
    if claim.user_id is not None and proof.user_id != claim.user_id:
        raise IdentityNotProven("The signed user_id is not the user_id of this ping")
    return proof


def _proof_of(claim: Claim, secrets: Sequence[str], now: float) -> Proof | None:
    if claim.token is not None:
        return _read_token(claim.token, secrets, now)
    if claim.user_hash is None:
        return None
    subject = claim.user_id if claim.user_id is not None else claim.email
    if subject is None or not _is_hash_of(subject, claim.user_hash, secrets):
        return None
    return Proof(user_id=subject) if claim.user_id is not None else Proof(email=subject)


def _is_hash_of(subject: str, user_hash: str, secrets: Sequence[str]) -> bool:
    given = user_hash.strip().lower().encode("utf-8", "replace")
    # Every secret is tried, whatever the first one says: time tells nothing.
    matches = [
        hmac.compare_digest(
            hmac.digest(secret.encode(), subject.encode("utf-8", "surrogatepass"), "sha256").hex().encode(),
            given,
        )
        for secret in secrets
    ]
    return any(matches)


def _read_token(token: str, secrets: Sequence[str], now: float) -> Proof | None:
    for secret in secrets:
        try:
            # The time is checked here below, against the clock that was passed in.
            payload = jwt.decode(
                token,
                secret,
                algorithms=["HS256"],
                options={
                    "require": ["exp"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                    "verify_aud": False,
                    "verify_iss": False,
                    "verify_sub": False,
                    "verify_jti": False,
                },
            )
        except (jwt.PyJWTError, UnicodeError, RecursionError):
            continue
        expires_at, not_before = payload["exp"], payload.get("nbf", 0)
        if not _is_moment(expires_at) or not _is_moment(not_before) or not not_before <= now < expires_at:
            return None
        return _proof_from(payload)
    return None


def _proof_from(payload: Mapping[str, object]) -> Proof | None:
    user_id, email = payload.get("user_id"), payload.get("email")
    if isinstance(user_id, int) and not isinstance(user_id, bool):
        user_id = str(user_id)
    if not isinstance(user_id, str | None) or not isinstance(email, str | None):
        return None
    signed = {name: value for name, value in payload.items() if name not in _STANDARD_CLAIMS}
    proof = Proof(user_id or None, email or None, signed)
    return proof if proof.is_proven else None


def _is_moment(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _reason(claim: Claim) -> str:
    if claim.token is not None:
        return "intercom_user_jwt is not valid for this workspace, or has expired"
    if claim.user_hash is not None:
        return "user_hash does not match the user_id or email of this ping"
    return "This workspace verifies identities: send user_hash or intercom_user_jwt with a user_id or email"
