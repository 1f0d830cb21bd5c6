"""``porchlight webhook …``, as an operator meets it."""

import pytest

from support.shell import Shell, assert_refused, shell

__all__ = ["shell"]


def test_webhook_is_made_listed_and_deleted(shell: Shell) -> None:
    app_id = shell.made("workspace", "create", "Acme")["app_id"]
    url = "http://127.0.0.1:9/in"
    made = shell.made(
        "webhook", "create", app_id, url, "--topic", "contact.online", "--topic", "contact.deleted"
    )
    assert len(made["signing_secret"]) > 30
    listed = shell.made("webhook", "list", app_id)
    assert listed == {made["webhook_id"]: f"on {url} contact.online contact.deleted"}
    assert shell.made("webhook", "delete", app_id, made["webhook_id"]) == {"deleted": made["webhook_id"]}
    assert shell.made("webhook", "list", app_id) == {}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("create", "uzzzzzzz", "https://hooks.example", "--topic", "*"), "No workspace has this app_id"),
        (("create", "{app_id}", "hooks.example", "--topic", "*"), "url is 'hooks.example'"),
        (("create", "{app_id}", "https://hooks.example", "--topic", "x"), "topics has 'x'"),
        (("delete", "{app_id}", "7"), "Resource Not Found"),
    ],
)
def test_webhook_that_makes_no_sense_is_refused(
    shell: Shell, arguments: tuple[str, ...], sentence: str
) -> None:
    app_id = shell.made("workspace", "create", "Acme")["app_id"]
    outcome = shell.run("webhook", *(argument.format(app_id=app_id) for argument in arguments))
    assert_refused(outcome, sentence)
