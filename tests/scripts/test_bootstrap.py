"""What the scripts share: when .venv is made, when it is left alone, and what is said where that fails.

A Python of straw stands in for the real one and writes down what it is asked to do.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

STRAW_PYTHON = """#!/bin/bash
case "$1 $2" in
    "-c "*) exit "${STRAW_TOO_OLD:-0}" ;;
    "-m venv")
        for folder; do :; done
        rm -r "$folder" 2>/dev/null
        mkdir -p "$folder/bin" && cp "$0" "$folder/bin/python" ;;
    "-m pip")
        [ "$3" = install ] || exit 0
        for what; do :; done
        echo "${what#"$STRAW_ROOT"}" >>"$STRAW_LOG"
        [ -z "${STRAW_COMPLAINT:-}" ] || { echo "$STRAW_COMPLAINT" >&2; exit 1; }
        touch "${0%/*}/porchlight" && chmod +x "${0%/*}/porchlight" ;;
esac
"""


class Clone:
    """A fresh clone, as far as the bootstrap looks at it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "a clone"
        self.log = folder / "installs.log"
        self._programs = folder / "programs"
        (self.root / "scripts").mkdir(parents=True)
        shutil.copy(ROOT / "scripts" / "bootstrap.sh", self.root / "scripts")
        (self.root / "pyproject.toml").write_text("[project]\n")
        (self.root / "requirements").mkdir()
        for extra in ("base", "test"):
            self.pin(extra, "some==1")
        self._programs.mkdir()
        for name in (
            "bash",
            "cat",
            "chmod",
            "cksum",
            "cp",
            "dirname",
            "flock",
            "grep",
            "mkdir",
            "rm",
            "tail",
            "touch",
        ):
            program = shutil.which(name)
            if program:
                (self._programs / name).symlink_to(program)
        self.put_python("python3")

    def pin(self, extra: str, text: str) -> None:
        (self.root / f"requirements/{extra}.txt").write_text(text)

    def put_python(self, name: str) -> None:
        path = self._programs / name
        path.write_text(STRAW_PYTHON)
        path.chmod(0o755)

    def take_python(self, name: str) -> None:
        (self._programs / name).unlink()

    def ensure(self, extra: str, **environ: str) -> subprocess.CompletedProcess[str]:
        given = {"STRAW_ROOT": str(self.root), "STRAW_LOG": str(self.log), **environ}
        return subprocess.run(
            [
                "bash",
                "-c",
                f'set -euo pipefail; . "$0"; ensure_venv {extra}',
                self.root / "scripts/bootstrap.sh",
            ],
            env={"PATH": str(self._programs), **given},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def installs(self) -> list[str]:
        """Which pins were installed so far, after each of which comes the folder itself."""
        told = self.log.read_text().splitlines() if self.log.exists() else []
        pins, folders = told[::2], told[1::2]
        assert folders == [""] * len(pins)
        return [Path(path).name for path in pins]


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_a_fresh_clone_is_installed_once_and_says_so_in_one_line(clone: Clone) -> None:
    first, second = clone.ensure("base"), clone.ensure("base")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert first.stderr.count("\n") == 1
    assert first.stderr.startswith("Installing Porchlight into .venv")
    assert (first.stdout, second.stdout, second.stderr) == ("", "", "")
    assert clone.installs() == ["base.txt"]


def test_what_the_tests_need_includes_what_the_program_needs(clone: Clone) -> None:
    clone.ensure("test")
    clone.ensure("base")
    assert clone.installs() == ["test.txt"]


def test_the_tests_need_more_than_the_program(clone: Clone) -> None:
    clone.ensure("base")
    clone.ensure("test")
    assert clone.installs() == ["base.txt", "test.txt"]


def test_a_changed_pyproject_is_installed_anew(clone: Clone) -> None:
    clone.ensure("base")
    (clone.root / "pyproject.toml").write_text('[project]\ndependencies = ["more"]\n')
    clone.ensure("base")
    assert clone.installs() == ["base.txt", "base.txt"]


def test_changed_pins_are_installed_anew(clone: Clone) -> None:
    clone.ensure("base")
    clone.pin("base", "some==2")
    clone.ensure("base")
    assert clone.installs() == ["base.txt", "base.txt"]


def test_a_clone_that_was_moved_is_made_anew(clone: Clone) -> None:
    clone.ensure("base")
    clone.root = clone.root.rename(clone.root.with_name("moved"))
    left_over = clone.root / ".venv/bin/with-the-old-path"
    left_over.touch()
    assert clone.ensure("base").returncode == 0
    assert clone.installs() == ["base.txt", "base.txt"]
    assert not left_over.exists()


@pytest.mark.parametrize(
    "complaint",
    [
        "Failed to establish a new connection: [Errno 111] Connection refused",
        "ERROR: No matching distribution found for hatchling",
    ],
)
def test_without_a_network_it_says_so_and_tries_again_next_time(clone: Clone, complaint: str) -> None:
    failed = clone.ensure("base", STRAW_COMPLAINT=complaint)
    assert failed.returncode == 1
    assert "could not be fetched" in failed.stderr
    assert clone.ensure("base").returncode == 0


def test_any_other_failure_is_shown(clone: Clone) -> None:
    failed = clone.ensure("base", STRAW_COMPLAINT="error: no space left on device")
    assert failed.returncode == 1
    assert "no space left on device" in failed.stderr


def test_without_python_it_says_what_is_missing(clone: Clone) -> None:
    clone.take_python("python3")
    failed = clone.ensure("base")
    assert failed.returncode == 1
    assert "needs Python 3.11 or newer" in failed.stderr
    assert clone.installs() == []


def test_a_python_that_is_too_old_is_passed_over(clone: Clone) -> None:
    failed = clone.ensure("base", STRAW_TOO_OLD="1")
    assert failed.returncode == 1
    assert "needs Python 3.11 or newer" in failed.stderr


def test_python_is_found_by_its_version_too(clone: Clone) -> None:
    clone.take_python("python3")
    clone.put_python("python3.12")
    assert clone.ensure("base").returncode == 0


@pytest.mark.parametrize("script", ["serve", "test", "check", "load", "bench", "screenshots"])
def test_every_script_may_be_run_from_anywhere(script: str) -> None:
    path = ROOT / "scripts" / script
    assert os.access(path, os.X_OK)
    text = path.read_text()
    assert text.startswith("#!/usr/bin/env bash\n")
    assert '. "$(dirname -- "${BASH_SOURCE[0]}")/bootstrap.sh"\nensure_venv ' in text


def test_only_pinned_packages_with_known_hashes_are_installed() -> None:
    text = (ROOT / "scripts/bootstrap.sh").read_text()
    installs = [line for line in text.splitlines() if '"${install[@]}"' in line]
    assert len(installs) == 2
    assert all('--require-hashes --requirement "$1" && ' in line and "--no-deps" in line for line in installs)
