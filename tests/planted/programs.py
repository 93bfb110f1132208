"""The table of programs whose truth is known: how each is built and run, and what it plants."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).parent
DEAD_FOLDERS = 60  # of a library search, without any library


@dataclass(frozen=True)
class Library:
    """A shared library to build, or copies of it that count as many.

    Attributes
    ----------
    source : str
        C file.
    folder : str
        Where below the build folder.
    copies : int
        How many: of one ``libNAME.so``, of more ``libNAME00.so`` and so on.
    """

    source: str
    folder: str
    copies: int = 1

    @property
    def names(self) -> list[str]:
        """What the linker calls them."""
        stem = Path(self.source).stem
        if self.copies == 1:
            return [stem]
        return [f"{stem}{number:02d}" for number in range(self.copies)]


@dataclass(frozen=True)
class Program:
    """A program whose truth is known, in one of its modes.

    Attributes
    ----------
    name : str
        What it is called here.
    about : str
        What it shows.
    source : str
        Its C file or Go package below this folder.
    plants : dict of str to int
        The causes of its marks (``causes.CAUSES``), each with what it costs at least, in ms; 0
        where that is not planned beforehand.
    args : tuple of str
        Its arguments, before the file of its marks. ``{folder}`` is where it was built, ``{peer}``
        the address of its peer.
    peer : tuple of str
        Command of the server it talks to, outside the trace; empty for none.
    launcher : tuple of str
        Command that runs it, and becomes it.
    flags : tuple of str
        What the linker is told besides.
    libraries : tuple of Library
        Shared libraries it loads.
    linked : bool
        Whether it is linked with them; otherwise it opens them itself.
    private_network : bool
        Whether it needs a network and mounts of its own, which needs root.
    cgo : bool
        Whether its Go calls C.
    """

    name: str
    about: str
    source: str
    plants: dict[str, int]
    args: tuple[str, ...] = ()
    peer: tuple[str, ...] = ()
    launcher: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    libraries: tuple[Library, ...] = ()
    linked: bool = False
    private_network: bool = False
    cgo: bool = False

    @property
    def is_go(self) -> bool:
        """Whether it is a Go program."""
        return not self.source.endswith(".c")

    @property
    def binary(self) -> str:
        """Its file below the build folder: modes of one source share it, but for libraries."""
        if self.is_go:
            return self.source
        return f"c/{self.name if self.libraries else Path(self.source).stem}"

    @property
    def needs(self) -> tuple[str, ...]:
        """The tools it takes to build and run it."""
        tools = ("go", "gcc") if self.cgo else ("go",) if self.is_go else ("gcc",)
        return (*tools, *(("unshare", "nsenter", "mount") if self.private_network else ()))


_PEER = ("{python}", "-I", str(SOURCES / "peer.py"))
_LIBRARY_PATH = ":".join(
    [*(f"{{folder}}/dead/{number:03d}" for number in range(DEAD_FOLDERS)), "{folder}/found"]
)
_RELAUNCH = ("{folder}/c/relaunch",)

_C = (
    Program("sleep", "sleeps and work in turn", "c/sleep.c", {"sleep": 65, "cpu": 20}),
    Program("spin", "a worker works while the main thread waits on a semaphore", "c/spin.c",
            {"cpu": 50}),
    Program("lock", "the holder of a mutex sleeps and works", "c/lock.c", {"sleep": 30, "cpu": 25}),
    Program("cond", "a baton through three threads", "c/cond.c", {"cpu": 45, "sleep": 30}),
    Program("join", "three threads joined, the longest on the path", "c/join.c",
            {"sleep": 35, "cpu": 25}),
    Program("parallel_sleeps", "four threads sleep at once", "c/parallel.c", {"sleep": 70},
            args=("sleep",)),
    Program("parallel_spins", "four threads work at once", "c/parallel.c", {"cpu": 70},
            args=("spin",)),
    Program("futex_chain", "bare futexes through three threads", "c/futex.c",
            {"cpu": 44, "sleep": 32}),
    Program("barrier", "three threads meet, each time another one last", "c/barrier.c",
            {"cpu": 35, "sleep": 40}),
    Program("shared_memory", "two processes share a mutex and a condition", "c/shared.c",
            {"sleep": 30, "cpu": 45}),
    Program("flock", "the holder of a file's lock is another process", "c/flock.c",
            {"sleep": 35, "cpu": 40}),
    Program("pipe", "a forked child and its parent hand on by pipes", "c/pipe.c",
            {"sleep": 25, "cpu": 50}, args=("pipe",)),
    Program("socketpair", "the same by a pair of sockets", "c/pipe.c", {"sleep": 25, "cpu": 50},
            args=("socketpair",)),
    Program("child", "a child by vfork and exec is waited for", "c/child.c",
            {"process": 0, "cpu": 50, "sleep": 20}, args=("plain",)),
    Program("vfork", "the same child is slow before its exec", "c/child.c",
            {"process": 0, "cpu": 70, "sleep": 45}, args=("vfork",)),
    Program("tree", "fork, exec and wait, two levels deep", "c/tree.c",
            {"process": 0, "cpu": 40, "sleep": 30}, args=("root",)),
    Program("signal_process", "a child process ends a sigsuspend", "c/signal.c",
            {"sleep": 30, "cpu": 25}, args=("process",)),
    Program("signal_thread", "a thread ends a sigwait", "c/signal.c", {"sleep": 30, "cpu": 25},
            args=("thread",)),
    Program("alarm", "a timer's signal ends a sigsuspend", "c/signal.c", {"sleep": 45, "cpu": 20},
            args=("alarm",)),
    Program("timers", "time-outs of epoll, poll, select and a condition", "c/timers.c",
            {"sleep": 65, "cpu": 15}),
    Program("epoll", "an eventfd is waited for by epoll", "c/epoll.c", {"cpu": 25, "sleep": 30}),
    Program("server", "an epoll server with three clients in turn", "c/server.c",
            {"sleep": 36, "cpu": 36}),
    Program("tcp", "a server in another process, both traced", "c/tcp.c", {"sleep": 38, "cpu": 45},
            args=("tcp",)),
    Program("udp", "the same by datagrams", "c/tcp.c", {"sleep": 38, "cpu": 45}, args=("udp",)),
    Program("unix", "the same by a UNIX socket", "c/tcp.c", {"sleep": 38, "cpu": 45},
            args=("unix",)),
    Program("unix_early", "a request before its connection is accepted", "c/tcp.c",
            {"sleep": 38, "cpu": 45}, args=("early",)),
    Program("backoff", "connections refused, longer sleeps between", "c/backoff.c",
            {"back-off": 70}),
    Program("decoys", "far busier threads that nobody waits for", "c/decoys.c",
            {"sleep": 45, "cpu": 30}),
    Program("peer", "a slow server that is not traced", "c/peer.c",
            {"connect": 0, "reply": 70, "cpu": 20}, args=("reply", "{peer}"),
            peer=(*_PEER, "reply")),
    Program("peer_late", "one that refuses connections at first", "c/peer.c",
            {"back-off": 30, "reply": 70, "cpu": 20}, args=("late", "{peer}"),
            peer=(*_PEER, "late")),
    Program("peer_full", "one that is slow to accept a connection", "c/peer.c",
            {"connect": 20, "reply": 70, "cpu": 20}, args=("full", "{peer}"),
            peer=(*_PEER, "full")),
    Program("peer_far", "one behind a slow network", "c/peer.c",
            {"connect": 30, "reply": 130, "cpu": 20}, args=("far", "{peer}"),
            peer=(*_PEER, "far"), private_network=True),
    Program("dns", "a slow name server, asked by hand", "c/dns.c", {"dns": 40, "cpu": 20},
            args=("query", "{peer}"), peer=(*_PEER, "dns")),
    Program("dns_resolver", "a slow name server, asked by getaddrinfo", "c/dns.c",
            {"dns": 40, "cpu": 20}, args=("resolver",),
            peer=(*_PEER, "dns", "{folder}/resolv.conf"), private_network=True),
    Program("search", "a long library search by dlopen", "c/search.c",
            {"library search": 0, "cpu": 30}, libraries=(Library("c/searched.c", "found"),),
            flags=(f"-Wl,-rpath,{_LIBRARY_PATH}",)),
    Program("search_load", "a long library search at load", "c/load.c", {"loading": 0, "cpu": 20},
            launcher=(*_RELAUNCH, _LIBRARY_PATH), libraries=(Library("c/empty.c", "found"),),
            linked=True),
    Program("many_libraries", "sixty libraries by dlopen", "c/many.c",
            {"library load": 0, "cpu": 20}, args=("{folder}/sixty", "60"),
            libraries=(Library("c/empty.c", "sixty", 60),)),
    Program("many_load", "eighty libraries at load", "c/load.c", {"loading": 0, "cpu": 20},
            launcher=(*_RELAUNCH, "{folder}/eighty"), linked=True,
            libraries=(Library("c/empty.c", "eighty", 80),)),
    Program("page_faults", "fresh memory touched page by page", "c/faults.c",
            {"sleep": 20, "page faults": 60}),
    Program("large_read", "a large file read", "c/large.c", {"cpu": 20, "files": 60},
            args=("{folder}/large",)),
    Program("files", "many small files, each made safe", "c/files.c", {"sleep": 30, "files": 0}),
    Program("scan", "folders gone through", "c/scan.c", {"sleep": 20, "files": 0},
            args=("{folder}/tree",)),
)  # fmt: skip

_GO = (
    Program("go_sleeps", "time.Sleep and work in turn", "go/sleeps", {"sleep": 90, "cpu": 25}),
    Program("go_fanout", "a WaitGroup, the longest on the path", "go/fanout",
            {"sleep": 35, "cpu": 30}),
    Program("go_parallel", "goroutines work at once", "go/parallel", {"cpu": 80}),
    Program("go_pipeline", "a value through goroutines by channels", "go/pipeline",
            {"sleep": 50, "cpu": 25}),
    Program("go_mutex", "the holder of a sync.Mutex works and sleeps", "go/mutex",
            {"cpu": 30, "sleep": 25}),
    Program("go_rwmutex", "readers wait for a writer, and it for them", "go/rwmutex",
            {"sleep": 55, "cpu": 20}),
    Program("go_cond", "a baton by sync.Cond", "go/cond", {"cpu": 45, "sleep": 30}),
    Program("go_once", "four ask for what a sync.Once makes", "go/once", {"sleep": 35, "cpu": 25}),
    Program("go_timers", "all kinds of timers", "go/timers", {"sleep": 66, "cpu": 20}),
    Program("go_netpoll", "waits in the runtime's poller", "go/netpoll", {"sleep": 50, "cpu": 25}),
    Program("go_network", "client and server in one process over loopback", "go/network",
            {"sleep": 30, "cpu": 45}),
    Program("go_http", "the same by net/http", "go/http", {"sleep": 35, "cpu": 45}),
    Program("go_child", "a child process by os/exec", "go/child",
            {"process": 0, "cpu": 30, "sleep": 45}, args=("parent",)),
    Program("go_start", "packages work and sleep before main", "go/start",
            {"cpu": 50, "sleep": 40}),
    Program("go_gc", "garbage collected again and again", "go/gc",
            {"cpu": 0, "gc": 0, "sleep": 20}),
    Program("go_pressure", "more garbage than the heap has room for", "go/pressure",
            {"allocation": 60, "sleep": 20}),
    Program("go_cgo", "C sleeps and works", "go/cgo", {"sleep": 30, "cpu": 45}, cgo=True),
    Program("go_locked", "goroutines locked to their threads", "go/locked",
            {"cpu": 56, "sleep": 28}),
    Program("go_migrate", "work goes from thread to thread", "go/migrate",
            {"cpu": 48, "sleep": 30}),
    Program("go_sysmon", "the monitor hands the processor on", "go/sysmon",
            {"cpu": 40, "sleep": 30}),
    Program("go_peer", "a slow server that is not traced", "go/peer",
            {"connect": 0, "reply": 70, "cpu": 20}, args=("reply", "{peer}"),
            peer=(*_PEER, "reply")),
    Program("go_peer_http", "a slow HTTP server", "go/peer", {"reply": 70, "cpu": 20},
            args=("http", "{peer}"), peer=(*_PEER, "http")),
    Program("go_peer_late", "one that refuses connections at first", "go/peer",
            {"back-off": 30, "reply": 35}, args=("late", "{peer}"), peer=(*_PEER, "late")),
    Program("go_peer_far", "one behind a slow network", "go/peer",
            {"connect": 30, "reply": 130, "cpu": 20}, args=("far", "{peer}"),
            peer=(*_PEER, "far"), private_network=True),
    Program("go_dns", "a slow name server, by an address of its own", "go/dns",
            {"dns": 40, "cpu": 20}, args=("given", "{peer}"), peer=(*_PEER, "dns")),
    Program("go_dns_resolver", "a slow name server of the system", "go/dns",
            {"dns": 40, "cpu": 20}, args=("resolver",),
            peer=(*_PEER, "dns", "{folder}/resolv.conf"), private_network=True),
    Program("go_tls", "a slow TLS server", "go/tls",
            {"connect": 0, "tls": 45, "cpu": 20, "reply": 25}, args=("{peer}",),
            peer=("{folder}/go/tls", "serve")),
)  # fmt: skip

PROGRAMS = {program.name: program for program in (*_C, *_GO)}
