"""Serving, as its user does: the greeting, the sentence where it can't be, and a clean end."""

import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.product import Product


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = Product(tmp_path)
    product.start()
    yield product
    product.stop()


def test_server_says_where_it_is_and_ends_cleanly_when_told(product: Product) -> None:
    assert f"Porchlight serves on {product.url}" in product.log()
    assert product.stop() == 0


def test_demo_is_served_where_the_deployment_is_of_another_region(tmp_path: Path) -> None:
    product = Product(tmp_path, REGION="eu")
    product.start("--demo")
    try:
        [app_id] = re.findall(r"^app_id: (\w+)$", product.log(), re.MULTILINE)
        assert app_id.startswith("e")
        with urllib.request.urlopen(f"{product.url}/widget/{app_id}", timeout=60) as answer:
            assert answer.status == 200
    finally:
        product.stop()


def test_port_in_use_is_one_sentence_and_exit_status_1(product: Product, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    second = subprocess.run(
        [sys.executable, "-m", "app.cli", "serve", "--port", str(product.port)],
        env={"PORCHLIGHT_DATA_DIR": str(tmp_path / "second")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert f"--port {product.port} can't be listened on" in second.stderr
    assert "Traceback" not in second.stderr


def test_second_server_on_the_same_data_is_one_sentence_and_exit_status_1(
    product: Product, tmp_path: Path
) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "app.cli", "serve", "--port", "0"],
        env={"PORCHLIGHT_DATA_DIR": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert "another server is running on it" in second.stderr
    assert "Traceback" not in second.stderr


def test_city_file_of_another_kind_is_one_sentence_and_exit_status_1(tmp_path: Path) -> None:
    (tmp_path / "cities.mmdb").write_text("no city file")
    server = subprocess.run(
        [sys.executable, "-m", "app.cli", "serve", "--port", "0"],
        env={
            "PORCHLIGHT_DATA_DIR": str(tmp_path / "data"),
            "PORCHLIGHT_GEOIP_MMDB": str(tmp_path / "cities.mmdb"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert server.returncode == 1
    assert server.stderr.startswith(f"PORCHLIGHT_GEOIP_MMDB is {tmp_path / 'cities.mmdb'}: ")
    assert "Traceback" not in server.stderr
