import hashlib
import re

import pytest

from app.auth.secrets_at_rest import fingerprint, new_secret


def test_a_secret_holds_256_bits_and_goes_into_urls_and_cookies() -> None:
    assert re.fullmatch(r"pl_[A-Za-z0-9_-]{43}", new_secret("pl_"))
    assert len({new_secret() for _ in range(100)}) == 100


def test_a_fingerprint_is_sha256_in_hex() -> None:
    assert fingerprint("é") == hashlib.sha256("é".encode()).hexdigest()


@pytest.mark.parametrize("text", ["", "\ud800", "x" * 100_000])
def test_whatever_is_sent_has_a_fingerprint(text: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", fingerprint(text))
