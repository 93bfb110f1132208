"""Attribution: every nanosecond from exec to a milestone has one cause, with its evidence."""

from coldstart_lab.attribution.counts import (
    count_calls,
    count_failures,
    count_look_ups,
    count_searches,
)
from coldstart_lab.attribution.result import Attribution, sum_causes
from coldstart_lab.attribution.rules import add_rule, default_rules
from coldstart_lab.attribution.spans import SpanComparison, compare_with_spans
from coldstart_lab.attribution.startup import attribute_events, attribute_startup

__all__ = [
    "Attribution",
    "SpanComparison",
    "add_rule",
    "attribute_events",
    "attribute_startup",
    "compare_with_spans",
    "count_calls",
    "count_failures",
    "count_look_ups",
    "count_searches",
    "default_rules",
    "sum_causes",
]
