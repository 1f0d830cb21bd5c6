"""R80: who may say that it is this person."""

import base64
import hashlib
import hmac
import json

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.auth.identity import NOTHING_PROVEN, Claim, Proof, check
from app.errors import IdentityNotProven

NOW = 1_700_000_000.0
NEW, OLD, FOREIGN = "new-secret-" + "n" * 64, "old-secret-" + "o" * 64, "foreign-secret-" + "f" * 64
LIVE = (NEW, OLD)


def _hash(subject: str, secret: str = NEW) -> str:
    return hmac.new(secret.encode(), subject.encode(), hashlib.sha256).hexdigest()


def _token(secret: str = NEW, algorithm: str = "HS256", **claims: object) -> str:
    return jwt.encode({"exp": NOW + 60, **claims}, secret, algorithm=algorithm)


def _unsigned(**claims: object) -> str:
    """A token with ``alg: none``, as attackers write it."""
    parts = ({"alg": "none", "typ": "JWT"}, {"exp": NOW + 60, **claims})
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
        + "."
    )


def _required(claim: Claim, now: float = NOW) -> Proof:
    return check(claim, LIVE, now, required=True)


@pytest.mark.parametrize("secret", LIVE)
def test_R80_a_hash_by_either_live_secret_proves_the_user_id(secret: str) -> None:
    proof = _required(Claim(user_id="123", email="a@example.com", user_hash=_hash("123", secret)))
    assert proof == Proof(user_id="123")
    assert proof.is_proven


def test_R80_without_a_user_id_the_hash_proves_the_email() -> None:
    assert _required(Claim(email="a@example.com", user_hash=_hash("a@example.com"))) == Proof(
        email="a@example.com"
    )


def test_R80_a_hash_of_the_email_does_not_prove_a_user_id() -> None:
    with pytest.raises(IdentityNotProven):
        _required(Claim(user_id="123", email="a@example.com", user_hash=_hash("a@example.com")))


def test_R80_the_hash_may_be_in_capitals_and_ids_in_any_script() -> None:
    assert _required(Claim(user_id="王伟", user_hash=_hash("王伟").upper())).user_id == "王伟"


@pytest.mark.parametrize(
    "user_hash",
    [
        None,
        _hash("123", FOREIGN),
        _hash("124"),
        _hash("123")[:-1],
        _hash("123") + "0",
        hashlib.sha256(b"123").hexdigest(),
        "",
        "é" * 64,
        "\ud800",
    ],
    ids=["absent", "foreign", "of-another", "short", "long", "unkeyed", "empty", "not-ascii", "surrogate"],
)
def test_R80_a_user_id_without_a_right_hash_is_refused(user_hash: str | None) -> None:
    with pytest.raises(IdentityNotProven):
        _required(Claim(user_id="123", user_hash=user_hash))


def test_R80_an_email_without_a_proof_is_refused() -> None:
    with pytest.raises(IdentityNotProven):
        _required(Claim(email="a@example.com"))


def test_R80_a_visitor_who_claims_nothing_needs_no_proof() -> None:
    assert _required(Claim()) == NOTHING_PROVEN
    assert _required(Claim(user_hash=_hash(""))) == NOTHING_PROVEN
    assert not NOTHING_PROVEN.is_proven


def test_R80_half_a_character_is_no_identity_and_no_crash() -> None:
    with pytest.raises(IdentityNotProven):
        _required(Claim(user_id="\ud800", user_hash=_hash("?")))


@pytest.mark.parametrize("secret", LIVE)
def test_R80_a_token_proves_who_it_names_even_where_the_page_names_nobody(secret: str) -> None:
    token = _token(secret, user_id="123", email="a@example.com", plan="pro")
    for claim in (
        Claim(token=token),
        Claim(user_id="123", token=token),
        Claim(email="b@example.com", token=token),
    ):
        proof = _required(claim)
        assert (proof.user_id, proof.email) == ("123", "a@example.com")
        assert proof.signed == {"user_id": "123", "email": "a@example.com", "plan": "pro"}


def test_R80_a_token_may_write_the_user_id_as_a_number() -> None:
    assert _required(Claim(user_id="123", token=_token(user_id=123))).user_id == "123"


def test_R80_a_token_may_carry_other_registered_claims_of_any_kind() -> None:
    token = _token(user_id="123", sub=123, aud="intercom", iss="shop", jti="1", iat=NOW + 9999)
    assert _required(Claim(token=token)).signed == {"user_id": "123"}


def test_R80_a_token_of_somebody_else_is_refused() -> None:
    with pytest.raises(IdentityNotProven, match="not the user_id of this ping"):
        _required(Claim(user_id="123", token=_token(user_id="124")))


def test_R80_a_token_for_an_email_does_not_prove_a_user_id() -> None:
    with pytest.raises(IdentityNotProven):
        _required(Claim(user_id="123", token=_token(email="a@example.com")))


_REFUSED = {
    "foreign secret": _token(FOREIGN, user_id="123"),
    "alg none": _unsigned(user_id="123"),
    "alg none, signature of another": _unsigned(user_id="123") + _token(user_id="123").rpartition(".")[2],
    "HS384": _token(algorithm="HS384", user_id="123"),
    "HS512": _token(algorithm="HS512", user_id="123"),
    "no exp": jwt.encode({"user_id": "123"}, NEW, algorithm="HS256"),
    "exp is text": _token(user_id="123", exp=str(int(NOW + 60))),
    "exp is true": _token(user_id="123", exp=True),
    "exp is null": _token(user_id="123", exp=None),
    "exp is no number": _token(user_id="123", exp=float("nan")),
    "not yet valid": _token(user_id="123", nbf=NOW + 1),
    "nbf is text": _token(user_id="123", nbf="0"),
    "names nobody": _token(plan="pro"),
    "empty user_id": _token(user_id=""),
    "user_id is true": _token(user_id=True),
    "user_id is a list": _token(user_id=["123"]),
    "email is a number": _token(user_id="123", email=5),
    "a list": jwt.api_jws.encode(b'["123"]', NEW, algorithm="HS256"),
    "no JSON": jwt.api_jws.encode(b"{", NEW, algorithm="HS256"),
    "empty": "",
    "one part": "abc",
    "dots": "..",
    "not ascii": "é.é.é",
    "surrogate": "\ud800.\ud800.\ud800",
    "tampered": _token(user_id="123").replace(".", ".A", 1),
}


@pytest.mark.parametrize("token", _REFUSED.values(), ids=_REFUSED.keys())
@pytest.mark.parametrize("user_id", ["123", None])
def test_R80_a_token_that_proves_nothing_is_refused(token: str, user_id: str | None) -> None:
    with pytest.raises(IdentityNotProven):
        _required(Claim(user_id=user_id, token=token))


def test_R80_a_token_is_valid_until_its_expiry_and_not_at_it() -> None:
    token = _token(user_id="123", exp=NOW + 60)
    assert _required(Claim(token=token), NOW + 59.9).user_id == "123"
    with pytest.raises(IdentityNotProven, match="has expired"):
        _required(Claim(token=token), NOW + 60)


def test_R80_a_token_is_valid_from_its_nbf_on() -> None:
    token = _token(user_id="123", nbf=NOW + 10)
    with pytest.raises(IdentityNotProven):
        _required(Claim(token=token), NOW + 9.9)
    assert _required(Claim(token=token), NOW + 10).user_id == "123"


def test_R80_a_wrong_token_is_refused_beside_a_right_hash() -> None:
    with pytest.raises(IdentityNotProven):
        _required(Claim(user_id="123", user_hash=_hash("123"), token=_token(FOREIGN, user_id="123")))


def test_R80_a_secret_that_was_retired_proves_nothing() -> None:
    with pytest.raises(IdentityNotProven):
        check(Claim(user_id="123", user_hash=_hash("123", OLD)), (NEW,), NOW, required=True)


def test_R80_switched_off_nothing_is_refused_and_only_what_is_signed_is_proven() -> None:
    def optional(claim: Claim) -> Proof:
        return check(claim, LIVE, NOW, required=False)

    assert optional(Claim(user_id="123")) == NOTHING_PROVEN
    assert optional(Claim(user_id="123", user_hash=_hash("123", FOREIGN))) == NOTHING_PROVEN
    assert optional(Claim(user_id="123", user_hash=_hash("123"))) == Proof(user_id="123")
    assert optional(Claim(user_id="123", token=_unsigned(user_id="123"))) == NOTHING_PROVEN
    assert optional(Claim(token=_token(user_id="123"))).user_id == "123"


@given(st.text(), st.text() | st.none(), st.text() | st.none())
def test_R80_no_text_passes_for_a_proof(user_id: str, user_hash: str | None, token: str | None) -> None:
    with pytest.raises(IdentityNotProven):
        _required(Claim(user_id=user_id, user_hash=user_hash, token=token))


@given(st.data())
def test_R80_no_changed_token_proves_anything(data: st.DataObject) -> None:
    """A changed character is refused, unless it only spells the same bytes another way (the last bits of base64)."""
    token = _token(user_id="123")
    at = data.draw(st.integers(0, len(token) - 1))
    changed = token[:at] + data.draw(st.characters(max_codepoint=300)) + token[at + 1 :]
    if at == len(token) - 1 or changed == token:
        return
    with pytest.raises(IdentityNotProven):
        _required(Claim(user_id="123", token=changed))


def test_the_reasons_hold_nothing_personal() -> None:
    for claim in (
        Claim(user_id="123-secret", email="ada@example.com"),
        Claim(user_id="123-secret", email="ada@example.com", user_hash="beef"),
        Claim(user_id="123-secret", email="ada@example.com", token=_token(user_id="other")),
        Claim(user_id="123-secret", email="ada@example.com", token="x"),
    ):
        with pytest.raises(IdentityNotProven) as caught:
            _required(claim)
        assert "123-secret" not in caught.value.message
        assert "ada" not in caught.value.message
