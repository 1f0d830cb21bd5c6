"""``porchlight import``, ``export`` and ``missing-users``, as an operator meets them: rules R54 and R55."""

import csv
import io
from pathlib import Path

import pytest

from app.contacts import import_reader
from support.shell import Shell, shell

__all__ = ["shell"]


@pytest.fixture
def app_id(shell: Shell) -> str:
    return shell.made("workspace", "create", "Acme")["app_id"]


def file(shell: Shell, text: str | bytes) -> str:
    path: Path = shell.folder / "people.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def exported(shell: Shell, app_id: str) -> list[dict[str, str]]:
    outcome = shell.run("export", app_id)
    assert (outcome.status, outcome.err) == (0, "")
    return list(csv.DictReader(io.StringIO(outcome.out, newline="")))


def test_R55_a_file_is_imported_and_told_in_figures(shell: Shell, app_id: str) -> None:
    path = file(shell, "user_id,email,name\n1,ada@example.com,Ada\n2,bob@example.com,Bob\n")
    assert shell.made("import", app_id, path) == {"created": "2", "updated": "0", "failed": "0"}
    assert shell.made("import", app_id, path) == {"created": "0", "updated": "2", "failed": "0"}


def test_R55_bad_lines_are_named_and_the_good_ones_written(shell: Shell, app_id: str) -> None:
    outcome = shell.run(
        "import", app_id, file(shell, "email,role\nada@example.com,\nno email,\nb@c.example,king\n")
    )
    assert outcome.status == 1
    assert outcome.values == {"created": "1", "updated": "0", "failed": "2"}
    assert outcome.err.splitlines() == [
        "line 3: email is no email address",
        "line 4: role must be user or lead",
    ]


def test_R55_a_large_file_is_imported_as_a_small_one_is(
    shell: Shell, app_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_reader, "LINES_WORTH_IT", 2)
    outcome = shell.run("import", app_id, file(shell, "email\nada@example.com\nno email\n"))
    assert outcome.values == {"created": "1", "updated": "0", "failed": "1"}
    assert outcome.err == "line 3: email is no email address\n"


def test_R55_columns_of_other_names_are_mapped(shell: Shell, app_id: str) -> None:
    path = file(shell, "E-mail,Shoe size\nada@example.com,42\n")
    made = shell.made("import", app_id, path, "--map", "E-mail=email", "--map", "Shoe size=")
    assert made["created"] == "1"


def test_R55_a_preview_writes_nothing(shell: Shell, app_id: str) -> None:
    outcome = shell.run("import", app_id, file(shell, "email\nada@example.com\nno email\n"), "--preview")
    assert outcome.status == 1
    assert outcome.values == {"lines": "2", "line 2": "email = 'ada@example.com'"}
    assert outcome.err == "line 3: email is no email address\n"
    assert exported(shell, app_id) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "The file is empty"),
        ("shoe_size\n1\n", "'shoe_size' is no field"),
        (b"email\n\xff\n", "not UTF-8"),
    ],
)
def test_R55_a_file_that_can_not_be_read_is_one_sentence(
    shell: Shell, app_id: str, text: str | bytes, told: str
) -> None:
    outcome = shell.run("import", app_id, file(shell, text))
    assert (outcome.status, outcome.out) == (1, "")
    assert told in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [["nowhere.csv"], ["people.csv", "--map", "Mail"]])
def test_a_mistyped_import_ends_with_status_2(shell: Shell, app_id: str, arguments: list[str]) -> None:
    file(shell, "email\n")
    assert shell.run("import", app_id, *arguments).status == 2


def test_R55_an_export_is_safe_and_can_be_imported(shell: Shell, app_id: str) -> None:
    shell.made("import", app_id, file(shell, 'user_id,name,company_size\n1,"=1+1",50\n'))
    [row] = exported(shell, app_id)
    assert (row["name"], row["company_size"]) == ("'=1+1", "50")
    again = shell.run("export", app_id).out
    assert shell.made("import", app_id, file(shell, again)) == {"created": "0", "updated": "1", "failed": "0"}
    assert exported(shell, app_id)[0]["name"] == "'=1+1"


def test_R54_users_whom_nobody_has_seen_are_named(shell: Shell, app_id: str) -> None:
    shell.made("import", app_id, file(shell, "user_id\n1\n"))
    told = shell.made("missing-users", app_id)
    assert (told.pop("synced"), told.pop("missing")) == ("1", "1")
    assert list(told.values()) == ["1"]


@pytest.mark.parametrize("command", ["import", "export", "missing-users"])
def test_an_unknown_workspace_is_named_as_such(shell: Shell, command: str) -> None:
    arguments = [file(shell, "email\n")] if command == "import" else []
    outcome = shell.run(command, "uunknown", *arguments)
    assert (outcome.status, outcome.out) == (1, "")
    assert "No workspace has this app_id" in outcome.err
