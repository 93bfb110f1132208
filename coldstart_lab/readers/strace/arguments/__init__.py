"""Looks into the arguments of many calls at once: paths, descriptors, addresses, buffers, flags."""

from coldstart_lab.readers.strace.arguments.addresses import socket_addresses
from coldstart_lab.readers.strace.arguments.buffers import call_buffers
from coldstart_lab.readers.strace.arguments.descriptors import descriptors
from coldstart_lab.readers.strace.arguments.epoll import epoll_data
from coldstart_lab.readers.strace.arguments.flags import call_flags, flag_columns, has_flag
from coldstart_lab.readers.strace.arguments.numbers import leading_addresses
from coldstart_lab.readers.strace.arguments.paths import call_paths
from coldstart_lab.readers.strace.arguments.sizes import call_sizes
from coldstart_lab.readers.strace.arguments.splitting import split_arguments
from coldstart_lab.readers.strace.arguments.tracking import track_descriptors

__all__ = [
    "call_buffers",
    "call_flags",
    "call_paths",
    "call_sizes",
    "descriptors",
    "epoll_data",
    "flag_columns",
    "has_flag",
    "leading_addresses",
    "socket_addresses",
    "split_arguments",
    "track_descriptors",
]
