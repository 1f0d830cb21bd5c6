"""``/openapi.json``."""

import httpx2

from app.openapi.document import document


async def test_description_is_there_for_everybody(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json() == document()
