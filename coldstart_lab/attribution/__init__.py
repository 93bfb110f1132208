"""Attribution: every nanosecond from exec to a milestone has one cause, with its evidence."""

from coldstart_lab.attribution.counts import (
    count_calls,
    count_failures,
    count_look_ups,
    count_searches,
)
from coldstart_lab.attribution.result import Attribution, sum_causes
from coldstart_lab.attribution.rules import add_rule, default_rules
from coldstart_lab.attribution.startup import attribute_events, attribute_startup

__all__ = [
    "Attribution",
    "add_rule",
    "attribute_events",
    "attribute_startup",
    "count_calls",
    "count_failures",
    "count_look_ups",
    "count_searches",
    "default_rules",
    "sum_causes",
]
