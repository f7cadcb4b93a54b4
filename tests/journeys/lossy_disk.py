"""A disk that lost its power, rebuilt from a trace of calls: all that was flushed and some of the rest."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CALLS = "pwrite64,ftruncate,fdatasync,fsync,sendto"
EVERY = 400  # writes of one file
_LINE = re.compile(r"(?P<pid>\d+) +(?P<rest>.*)")
_WRITE = re.compile(r'pwrite64\(\d+<(?P<path>[^>]+)>, "(?P<data>[^"]*)"(?P<cut>\.*), \d+, (?P<at>\d+)')
_TRUNCATE = re.compile(r"ftruncate\(\d+<(?P<path>[^>]+)>, (?P<size>\d+)")
_SYNC = re.compile(r"(?:fdatasync|fsync)\(\d+<(?P<path>[^>]+)>")
_SEND = re.compile(r'sendto\(\d+<[^>]*>, "(?P<data>[^"]*)"')
_SYNCED = re.compile(r"(?:(?:fdatasync|fsync)\(.*\)|<\.\.\. (?:fdatasync|fsync) resumed>.*) *= 0$")
_ID = re.compile(rb'"id":"([0-9A-Z]{20})"')


@dataclass
class LossyFile:
    """One file: what certainly reached the disk, and the writes that may not have."""

    durable: bytearray = field(default_factory=bytearray)
    waiting: list[tuple[int, bytes]] = field(default_factory=list)
    writes: int = 0

    def write(self, at: int, data: bytes) -> None:
        self.waiting.append((at, data))
        self.writes += 1

    def flush(self, how_many: int) -> None:
        for at, data in self.waiting[:how_many]:
            _put(self.durable, at, data)
        del self.waiting[:how_many]

    def after_a_power_cut(self, chance: random.Random) -> bytes:
        """Of what waited, each write got there or not, in whatever order the disk liked."""
        found = bytearray(self.durable)
        for at, data in self.waiting:
            if chance.random() < 0.5:
                _put(found, at, data[: chance.choice((len(data), len(data) // 2))])
        return bytes(found)


def _put(content: bytearray, at: int, data: bytes) -> None:
    if len(content) < at:
        content.extend(bytes(at - len(content)))
    content[at : at + len(data)] = data


class LossyDisk:
    """Plays a trace; stops whenever somebody learned that leads are kept, and at times between writes."""

    def __init__(self, folder: Path, names: tuple[str, ...], *, flushes_count: bool = True) -> None:
        self._flushes_count = flushes_count  # False: as if the program never flushed
        self.files = {name: LossyFile() for name in names}
        # strace writes names as it writes data.
        self._traced = {_written(str(folder / name)): file for name, file in self.files.items()}
        self.acknowledged: set[str] = set()
        self._syncing: dict[str, tuple[LossyFile, int]] = {}

    def play(self, trace: str) -> Iterator[None]:
        for line in trace.splitlines():
            found = _LINE.fullmatch(line)
            if found is not None and self._step(found["pid"], found["rest"]):
                yield

    def cut(self, target: Path, chance: random.Random) -> None:
        """Write down what a machine that starts again would find."""
        for name, file in self.files.items():
            (target / name).write_bytes(file.after_a_power_cut(chance))

    def _step(self, pid: str, call: str) -> bool:
        if (write := _WRITE.match(call)) and (file := self._traced.get(write["path"])):
            assert not write["cut"], "the trace must hold every byte"
            file.write(int(write["at"]), _bytes(write["data"]))
            return file.writes % EVERY == 0
        if send := _SEND.match(call):
            return self._told(_bytes(send["data"]))
        if (truncate := _TRUNCATE.match(call)) and (file := self._traced.get(truncate["path"])):
            file.flush(len(file.waiting))
            del file.durable[int(truncate["size"]) :]
        elif (sync := _SYNC.match(call)) and (file := self._traced.get(sync["path"])):
            self._syncing[pid] = (file, len(file.waiting))
        if pid in self._syncing and _SYNCED.match(call):
            file, how_many = self._syncing.pop(pid)
            if self._flushes_count:
                file.flush(how_many)
        return False

    def _told(self, data: bytes) -> bool:
        news = {each.decode() for each in _ID.findall(data)} - self.acknowledged
        self.acknowledged |= news
        return bool(news)


def _written(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


def _bytes(text: str) -> bytes:
    r"""The trace writes every byte as \xNN."""
    return bytes.fromhex(text.replace("\\x", ""))
