"""Metrics: every reading is described, and what is printed is Prometheus's format."""

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app import metrics


def test_readings_and_counters_are_printed_together() -> None:
    metrics.pings.labels("recorded").inc()
    readings = {name: float(number) for number, name in enumerate(metrics.READINGS)}
    families = {
        family.name: family for family in text_string_to_metric_families(metrics.render(readings).decode())
    }
    for name, value in readings.items():
        kind, meaning = metrics.READINGS[name]
        family = families[name.removesuffix("_total") if kind == "counter" else name]
        assert (family.type, family.documentation) == (kind, meaning)
        assert [sample.value for sample in family.samples if sample.name == name] == [value]
    recorded = [s for s in families["porchlight_pings"].samples if s.labels == {"outcome": "recorded"}]
    assert recorded[0].value >= 1


def test_nothing_is_printed_that_is_not_a_metric_of_ours() -> None:
    metrics.pings.labels("recorded").inc()
    lines = metrics.render(dict.fromkeys(metrics.READINGS, 1.0)).decode().splitlines()
    printed = {re.split(r"[ {]", line)[0] for line in lines if not line.startswith("#")}
    counters = {f"{metric.name}_total" for metric in metrics.REGISTRY.collect()}
    assert printed <= counters | metrics.READINGS.keys()


def test_reading_that_nobody_described_is_refused() -> None:
    with pytest.raises(KeyError):
        metrics.render({"porchlight_surprise": 1.0})
