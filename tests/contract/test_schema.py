"""What the description promises holds, whatever is sent: no fault of ours, no status that is not in it.

Schemathesis sends what the description allows, and much that it does not, to a server of its own. The
ids in paths are real ones half of the time, so that it gets behind the first 404; cursors and CSV are made
by strategies of our own (``support.sending``). The seed is fixed. A build machine sends more, for longer
(``PORCHLIGHT_TESTS_LONG=1``).
"""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from app.openapi.document import document
from support import sending
from support.product import Product

LONG: Final = os.environ.get("PORCHLIGHT_TESTS_LONG") == "1"
SECONDS: Final = "150" if LONG else "45"
EXAMPLES: Final = "60" if LONG else "10"
CHECKS: Final = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
)
# One that never ends.
LEFT_OUT: Final = ("/presence/stream",)


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    running = Product(tmp_path)
    running.start()
    yield running
    assert running.stop() == 0


class Caller:
    """Asks the server with a token."""

    def __init__(self, product: Product, token: str) -> None:
        self._url = product.url
        self.token = token

    def get(self, path: str) -> dict[str, Any]:
        return self._ask(path, None)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._ask(path, json.dumps(body).encode())

    def _ask(self, path: str, body: bytes | None) -> dict[str, Any]:
        request = urllib.request.Request(
            self._url + path,
            body,
            {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            told: dict[str, Any] = json.loads(answer.read())
        return told


def belongings(product: Product, app_id: str, caller: Caller) -> dict[str, str]:
    """One real id for each segment of a path that an id stands behind."""
    ada = caller.post("/contacts", {"external_id": "ada", "name": "Ada", "email": "ada@example.com"})
    sender = {"type": "user", "id": ada["id"]}
    begun = caller.post("/conversations", {"from": sender, "body": "Hello"})
    topics, attribute = ["contact.archived"], {"name": "plan", "model": "contact", "data_type": "string"}
    return {
        "admins": product.command(
            "admin", "create", app_id, "a@x.org", "--password-stdin", given="long enough 1\n"
        )["admin_id"],
        "companies": caller.post("/companies", {"company_id": "acme", "name": "Acme"})["id"],
        "contacts": ada["id"],
        "conversations": begun["conversation_id"],
        "customers": ada["id"],
        "data_attributes": str(caller.post("/data_attributes", attribute)["id"]),
        "find_by_external_id": "ada",
        "imports": "f" * 24,
        "notes": caller.post(f"/contacts/{ada['id']}/notes", {"body": "Hello"})["id"],
        "segments": caller.post(
            "/segments", {"name": "Ours", "filter": {"field": "email", "operator": "contains", "value": "x"}}
        )["id"],
        "tags": caller.post("/tags", {"name": "VIP"})["id"],
        "webhooks": caller.post("/webhooks", {"url": "http://127.0.0.1:9/", "topics": topics})["id"],
    }


def cursors(caller: Caller) -> list[str]:
    """The cursors of every list that gives them."""
    for number in range(2):
        made = caller.post("/contacts", {"external_id": f"page-{number}"})
        caller.post("/conversations", {"from": {"type": "user", "id": made["id"]}, "body": "Hello"})
    anybody = {"query": {"field": "role", "operator": "=", "value": "user"}, "pagination": {"per_page": 1}}
    said = {**anybody, "query": {"field": "state", "operator": "=", "value": "open"}}
    pages = [
        *(caller.get(f"/{name}?per_page=1") for name in ("contacts", "conversations", "missing_users")),
        *(
            caller.post(f"/{name}/search", body)
            for name, body in (("contacts", anybody), ("conversations", said))
        ),
    ]
    return [page["pages"]["next"]["starting_after"] for page in pages]


def with_cursors(told: Any) -> Any:
    """The description, with ``starting_after`` said to be a cursor, and needed, wherever it may be sent."""
    if isinstance(told, list):
        return [with_cursors(inner) for inner in told]
    if not isinstance(told, dict):
        return told
    made = {key: with_cursors(inner) for key, inner in told.items()}
    cursor = {"type": "string", "format": sending.CURSOR}
    if made.get("in") == "query" and made.get("name") == "starting_after":
        made |= {"schema": cursor, "required": True}
    for name, needed in (("starting_after", cursor), ("pagination", None)):
        if name in made.get("properties", {}):
            made["properties"][name] = needed or made["properties"][name]
            made["required"] = [*made.get("required", ()), name]
    return made


def with_real_ids(told: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    """The description, with a real id among those that a path may have."""
    for path, item in told["paths"].items():
        parts = path.strip("/").split("/")
        for parameter in item.get("parameters", ()):
            before = parts[parts.index(f"{{{parameter['name']}}}") - 1]
            if before in ids:
                parameter["schema"] = {"anyOf": [{"enum": [ids[before]]}, {"type": "string"}]}
                parameter["example"] = ids[before]
    return told


@pytest.mark.journey
def test_answers_keep_to_the_description(product: Product, tmp_path: Path) -> None:
    app_id = product.command("workspace", "create", "Acme")["app_id"]
    caller = Caller(product, product.command("token", "create", app_id, "--name", "test")["token"])
    described = tmp_path / "openapi.json"
    told = with_cursors(json.loads(json.dumps(document())))
    described.write_text(json.dumps(with_real_ids(told, belongings(product, app_id, caller))))
    left_out = [word for path in LEFT_OUT for word in ("--exclude-path", path)]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(described), "--url", product.url),
            *("--header", f"Authorization: Bearer {caller.token}", "--checks", CHECKS, *left_out),
            *("--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES, "--max-time", SECONDS),
            *("--seed", "1", "--rate-limit", "90/s", "--request-timeout", "60", "--no-color"),
            *("--generation-database", "none", "--continue-on-failure"),
        ],
        cwd=tmp_path,
        env=os.environ
        | {
            "SCHEMATHESIS_HOOKS": sending.__name__,
            "PYTHONPATH": str(Path(sending.__file__).parent.parent),
            sending.GIVEN: json.dumps(cursors(caller)),
        },
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    sent = re.search(r"(\d+) generated", done.stdout)
    assert sent is not None
    assert int(sent[1]) > 100  # a busy machine gets no further in the time it has
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
