import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coldstart_lab.redaction import printable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain (text) <with> \"quotes\" 'and' \\ é 日本 🙂", None),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("a\tb\nc\rd\x00e\x7f", r"a\tb\nc\rd\x00e\x7f"),
        ("abc\u202edcba\u2066x\u2069", r"abc\u202edcba\u2066x\u2069"),
        ("zero\u200bwidth\ufeff\u00ad", r"zero\u200bwidth\ufeff\xad"),
        ("line\u2028end", r"line\u2028end"),
        (b"\xff".decode("utf-8", "surrogateescape"), r"\udcff"),
        ("\ud800", r"\ud800"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("", ""),
    ],
)
def test_what_a_terminal_obeys_becomes_visible(text, expected):
    assert printable(text) == (text if expected is None else expected)


@given(st.text(st.characters(exclude_categories=()), max_size=100))
def test_nothing_invisible_is_left(text):
    shown = printable(text)
    assert printable(shown) == shown
    shown.encode("utf-8")
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert not {unicodedata.bidirectional(char) for char in shown} & {
        "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"
    }  # fmt: skip
