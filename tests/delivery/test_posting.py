"""One attempt, whatever the receiver does."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from app.delivery import posting
from app.delivery.posting import Post, open_client, poster
from app.trail.webhooks import Outcome
from support.receiving import Receiver


@pytest_asyncio.fixture
async def post() -> AsyncIterator[Post]:
    async with open_client() as client:
        yield poster(client)


async def test_body_and_headers_arrive_as_they_are(post: Post, receiver: Receiver) -> None:
    assert await post(receiver.url, b'{"a":1}', {"x-hub-signature": "sha1=1"}) == Outcome(200)
    [(headers, body)] = receiver.requests
    assert (headers["x-hub-signature"], body) == ("sha1=1", b'{"a":1}')


@pytest.mark.parametrize("status", [204, 404, 500])
async def test_status_is_what_counts(post: Post, receiver: Receiver, status: int) -> None:
    receiver.status = status
    assert await post(receiver.url, b"{}", {}) == Outcome(status)


async def test_redirect_is_not_followed(post: Post, receiver: Receiver) -> None:
    receiver.status, receiver.headers = 302, f"location: {receiver.url}\r\n"
    assert await post(receiver.url, b"{}", {}) == Outcome(302)
    assert len(receiver.requests) == 1


async def test_long_answer_is_not_read_to_its_end(post: Post, receiver: Receiver) -> None:
    receiver.body = b"x" * 1_000_000
    assert await post(receiver.url, b"{}", {}) == Outcome(200)


async def test_silent_receiver_is_left_at_the_deadline(
    post: Post, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "DEADLINE_SECONDS", 0.05)
    receiver.silent = True
    assert await post(receiver.url, b"{}", {}) == Outcome(error="no answer within 0.05 seconds")


async def test_nobody_there_is_told(post: Post, receiver: Receiver) -> None:
    await receiver.close()
    outcome = await post(receiver.url, b"{}", {})
    assert outcome.status is None
    assert outcome.error is not None
    assert outcome.error.startswith("ConnectError")


@pytest.mark.parametrize(
    "url", ["http://no.such.host.invalid/", "http://127.0.0.1:0/", "https://127.0.0.1:1/"]
)
async def test_address_that_leads_nowhere_is_no_fault_of_ours(post: Post, url: str) -> None:
    assert (await post(url, b"{}", {})).is_silence
