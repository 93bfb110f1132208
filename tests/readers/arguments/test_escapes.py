"""Strings that strace printed are decoded to the bytes they were printed from."""

from __future__ import annotations

import pandas as pd
import pytest
import slow_arguments as slow
from hypothesis import given
from hypothesis import strategies as st

from coldstart_lab.readers.strace.arguments.escapes import decode_strings
from coldstart_lab.readers.strace.arguments.text import text_of, whole

STYLES = ("octal", "mixed", "hex")


def decode(printed, **options):
    text = text_of(pd.Series(printed, dtype="string[pyarrow]"))
    decoded = decode_strings(text.data, whole(text), **options)
    strings = [
        decoded.data[start : start + length].tobytes() if length >= 0 else None
        for start, length in zip(*decoded.spans, strict=True)
    ]
    return strings, decoded.truncated.tolist()


@given(st.lists(st.tuples(st.binary(max_size=40), st.booleans(), st.sampled_from(STYLES))))
def test_bytes_come_back(given_strings):
    printed = [
        f'"{slow.escape(data, style=style)}"{"..." if cut else ""}'
        for data, cut, style in given_strings
    ]
    strings, truncated = decode(printed)
    assert strings == [data for data, _, _ in given_strings]
    assert truncated == [cut for _, cut, _ in given_strings]


@given(st.lists(st.binary(max_size=40)), st.integers(0, 50))
def test_the_first_bytes_are_kept(given_strings, at_most):
    printed = [f'"{slow.escape(data)}"' for data in given_strings]
    strings, truncated = decode(printed, at_most=at_most)
    assert strings == [data[:at_most] for data in given_strings]
    assert truncated == [len(data) > at_most for data in given_strings]


@given(st.binary(max_size=40), st.sampled_from(STYLES))
def test_text_without_quotes_is_decoded_to_its_end(data, style):
    assert decode([slow.escape(data, style=style)], quoted=False)[0] == [data]


@pytest.mark.parametrize(
    ("printed", "data"),
    [
        (r'"\1\19\377\303\251"', b"\x01\x019\xff\xc3\xa9"),
        (r'"\0001"', b"\x001"),
        (r'"\e\q"', b"eq"),
        (r'"\x4g\xAB"', b"\x04g\xab"),
        ("NULL", None),
        ("0x7ffe", None),
        ("", None),
        ('""', b""),
    ],
)
def test_forms(printed, data):
    assert decode([printed])[0] == [data]


def test_a_string_that_is_cut_off_is_truncated():
    assert decode(['"abc', '"abc\\', '"', '"abc"'])[1] == [True, True, True, False]


@given(st.lists(st.text(alphabet='"\\x01789a.', max_size=12)), st.booleans())
def test_any_text_is_decoded_without_an_error(texts, quoted):
    strings, _ = decode(texts, quoted=quoted)
    assert all(len(s) <= len(t) for s, t in zip(strings, texts, strict=True) if s is not None)


def test_bytes_that_are_no_text_are_shown_as_escapes():
    text = text_of(pd.Series([r'"\303\251\377"'], dtype="string[pyarrow]"))
    assert list(decode_strings(text.data, whole(text)).text()) == ["é\\xff"]
