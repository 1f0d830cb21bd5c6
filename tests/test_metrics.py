"""Metrics: every reading is described, and what is printed is Prometheus's format."""

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


def test_reading_that_nobody_described_is_refused() -> None:
    with pytest.raises(KeyError):
        metrics.render({"porchlight_surprise": 1.0})
