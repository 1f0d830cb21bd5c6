"""Looks that scripts repeat."""

import pytest

from app.api import looks as looks_module
from app.api.looks import Looks, look_of
from app.ids import ContactId

ADA, BEN = ContactId("65536f0e1b2c3d4e5f60718a"), ContactId("65536f0e1b2c3d4e5f60718b")


@pytest.mark.parametrize(("later", "is_repeated"), [(0.0, True), (599.9, True), (600.0, False)])
def test_R82_the_same_look_is_one_for_ten_minutes(later: float, is_repeated: bool) -> None:
    looks, look = Looks(), look_of(1, [ADA, BEN])
    assert not looks.has(look, 1_000.0)
    looks.add(look, 1_000.0)
    assert looks.has(look, 1_000.0 + later) is is_repeated


def test_R82_a_look_is_the_same_in_any_order_and_another_by_another_token_or_at_others() -> None:
    look = look_of(1, [ADA, BEN])
    assert look_of(1, [BEN, ADA]) == look
    assert len({look, look_of(2, [ADA, BEN]), look_of(1, [ADA]), look_of(1, [BEN])}) == 4


def test_a_limited_number_of_looks_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks_module, "MOST_KEPT", 2)
    looks = Looks()
    ada, ben, both = look_of(1, [ADA]), look_of(1, [BEN]), look_of(1, [ADA, BEN])
    for now, look in enumerate((ada, ben, ada, both)):
        looks.add(look, float(now))
    assert [look for look in (ada, ben, both) if looks.has(look, 3.0)] == [ada, both]
