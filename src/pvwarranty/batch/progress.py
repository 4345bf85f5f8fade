"""How a run goes on, told on standard error: a line rewritten on a terminal, else now and then."""

from __future__ import annotations

import sys
import time
from collections import deque

WINDOW = 120.0  # the rate is that of the last two minutes [s]
TERMINAL, PLAIN = 0.2, 15.0  # least time between two lines [s]


class Meter:
    """Counts sites done and tells rate and remaining time."""

    def __init__(self) -> None:
        self.seen: deque[tuple[float, int]] = deque([(time.monotonic(), 0)])
        self.told = 0.0
        self.terminal = sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        """Take note: `done` of `total` sites."""
        now = time.monotonic()
        if done < self.seen[-1][1]:  # the next pass over the sites, begun when that one ended
            self.seen = deque([(self.seen[-1][0], 0)])
        self.seen.append((now, done))
        while len(self.seen) > 2 and now - self.seen[0][0] > WINDOW:
            self.seen.popleft()
        ended = done >= total
        if ended or now - self.told >= (TERMINAL if self.terminal else PLAIN):
            self.told = now
            self._tell(done, total, ended=ended)

    def _tell(self, done: int, total: int, *, ended: bool) -> None:
        since, before = self.seen[0]
        rate = (done - before) / max(self.seen[-1][0] - since, 1e-3)
        left = duration((total - done) / rate) if rate > 0 else "?"
        text = f"{done} of {total} sites, {rate:.2f} a second, {left} left"
        if self.terminal:
            print(f"\r{text}\033[K", end="\n" if ended else "", file=sys.stderr, flush=True)
        else:
            print(text, file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """Return a duration as people read it: 42 s, 12 min, 3 h 20 min."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02d} min"
