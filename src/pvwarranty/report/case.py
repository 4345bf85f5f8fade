"""What a claim report is made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pvwarranty.model import Site
from pvwarranty.terms import Library, Terms, Vocabulary, packaged_library
from pvwarranty.verify.result import Result, Verdict


@dataclass(frozen=True, slots=True)
class Case:
    """A judged site: its result, the site as it was read, and the library it was judged by."""

    result: Result
    site: Site
    library: Library = field(default_factory=packaged_library)

    def maker_of(self, verdict: Verdict) -> str:
        """Return the name of the maker whose terms judged an asset."""
        for battery in self.site.batteries:
            if battery.id == verdict.asset:
                return battery.maker
        channel = next(c for c in self.site.channels if c.id == verdict.asset)
        return self.site.array(channel.arrays[0]).maker

    def vocabulary_of(self, verdict: Verdict) -> Vocabulary:
        """Return the words in which the facts of an asset's maker are told."""
        return self.library.maker(self.maker_of(verdict)).vocabulary

    def editions(self) -> Iterator[Terms]:
        """Yield the editions that judged the result."""
        used = {t["id"] for t in self.result.terms}
        makers = dict.fromkeys(self.maker_of(v) for v in self.result.verdicts)
        for maker in makers:
            yield from (t for t in self.library.editions[maker] if t.id in used)

    def modules_of(self, verdict: Verdict) -> int:
        """Return how many modules are behind a channel, 1 where that is not known."""
        channel = next((c for c in self.site.channels if c.id == verdict.asset), None)
        if channel is None:
            return 1
        listed = [self.site.array(a).modules or 0 for a in channel.arrays]
        return channel.modules or sum(listed) or 1
