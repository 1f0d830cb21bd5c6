"""What is looked for in a server's log."""

import pytest

from support.product import personal_in

TICKET = "u7rj0acg.6b07cfdc8cbf7792362218d6.OWU5ZjAyOGFi.1a21683f53b.HqD_ZtteUJy66nBP2jW0NzFRavI"


@pytest.mark.parametrize(
    "word", ["ada@example.com", "pl_tEGBJ4CRRWxqSMUuPoWCy2pl5pQVeALEDuaZLi", TICKET, "Ada Okonkwo"]
)
def test_personal_words_are_found_in_lines_of_the_log_alone(word: str) -> None:
    assert personal_in(f'{{"event": "ping.refused", "why": "{word}"}}\n', ["Ada Okonkwo"]) == [word]
    assert personal_in(f"token: {word}\n", ["Ada Okonkwo"]) == []


def test_ids_are_not_personal() -> None:
    line = '{"event": "server.opened", "contact": "6b07cfdc8cbf7792362218d6", "app_id": "u7rj0acg"}'
    assert personal_in(line, ["Ada Okonkwo"]) == []
