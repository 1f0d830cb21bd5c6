"""What it is shipped in: a container and a unit of systemd, both under a user of their own."""

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
STEPS: Final = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ").splitlines()


def steps(instruction: str) -> list[str]:
    return [step.partition(" ")[2] for step in STEPS if step.startswith(f"{instruction} ")]


def test_container_has_all_that_the_wheel_is_built_from() -> None:
    sources = [source for step in steps("COPY") for source in step.split()[:-1]]
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert {"pyproject.toml", "README.md", "LICENSE", "app", "static"} <= set(sources)


def test_container_takes_only_packages_whose_hashes_are_known() -> None:
    installs = [step for step in steps("RUN") if "pip install" in step]
    assert all("--require-hashes" in step or "--no-deps" in step for step in installs)
    assert len(installs) == 2


def test_server_is_nobody_special_in_the_container_and_under_systemd() -> None:
    assert STEPS.index("USER porchlight") < next(n for n, step in enumerate(STEPS) if step.startswith("CMD"))
    (unit,) = re.findall(r"```ini\n(.*?)```", (ROOT / "docs/operations.md").read_text("utf-8"), re.DOTALL)
    assert "\nUser=porchlight\n" in unit
