"""The descriptors that the arguments of calls begin with."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coldstart_lab.readers.strace.arguments.annotations import printed_targets
from coldstart_lab.readers.strace.arguments.numbers import in_hexadecimal, numbers
from coldstart_lab.readers.strace.arguments.splitting import argument_spans
from coldstart_lab.readers.strace.arguments.text import text_of

_LARGEST = 0x7FFFFFFF


def descriptors(args: pd.Series) -> pd.DataFrame:
    """Read the descriptor that the arguments of each call begin with.

    Parameters
    ----------
    args : Series of string, shape (n,)
        Arguments of calls whose first argument is a descriptor, such as read, epoll_wait; of other
        calls any small number stands there. :func:`track_descriptors` knows what each call takes.

    Returns
    -------
    DataFrame, n rows, with the index of ``args``
        ``fd`` (Int32, NA where there is none: AT_FDCWD, -1, an address) and ``target`` (category:
        what -y or -yy says it stands for, NA where there is nothing).
    """
    text = text_of(args)
    first = argument_spans(text, np.arange(len(args)), np.zeros(len(args), dtype=np.int64))
    fd, known = numbers(text.data, first)
    known &= (fd >= 0) & (fd <= _LARGEST)
    known[known] = ~in_hexadecimal(text.data, first.take(known))
    return pd.DataFrame(
        {
            "fd": pd.arrays.IntegerArray(np.where(known, fd, 0).astype(np.int32), ~known),
            "target": printed_targets(text.data, first),
        },
        index=args.index,
    )
