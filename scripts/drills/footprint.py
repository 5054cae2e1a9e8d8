"""What the server's processes hold, and whether that stays flat."""

import math
import time
from dataclasses import dataclass
from statistics import mean, median

from benchmarks import process_tree

# A leak of one a round is a thousand in the end; a connection that is just being closed is not a leak.
RSS_GROWTH_MAX, COUNT_GROWTH_MAX = 0.05, 2


class ServerGone(Exception):
    pass


@dataclass
class Footprint:
    """What the front holds, and what front and engines hold together."""

    front_rss_mb: float
    tree_rss_mb: float
    front_files: int
    tree_files: int
    front_threads: int
    tree_threads: int
    processes: int

    @staticmethod
    def of(server):
        tree = process_tree.tree_of(server.pid)
        if not tree or tree[0].pid != server.pid:
            raise ServerGone("the server is gone")
        files = [process_tree.open_files(process.pid) for process in tree]
        return Footprint(
            front_rss_mb=tree[0].resident_bytes / 1e6,
            tree_rss_mb=sum(process.resident_bytes for process in tree) / 1e6,
            front_files=files[0],
            tree_files=sum(files),
            front_threads=tree[0].threads,
            tree_threads=sum(process.threads for process in tree),
            processes=len(tree),
        )

    @staticmethod
    def typical(footprints):
        """The median of each figure: a reload or a restart caught in the middle does not count."""
        fields = Footprint.__dataclass_fields__
        return Footprint(**{name: median(getattr(one, name) for one in footprints) for name in fields})

    @staticmethod
    def at_rest(server, settle_seconds=1.0, samples=5):
        """After engines that were replaced have left."""
        time.sleep(settle_seconds)
        footprints = []
        for _ in range(samples):
            footprints.append(Footprint.of(server))
            time.sleep(0.1)
        return Footprint.typical(footprints)

    def __str__(self):
        return (
            f"front {self.front_rss_mb:.1f} MB {self.front_files:.0f} fds {self.front_threads:.0f} threads, "
            f"all {self.tree_rss_mb:.1f} MB {self.tree_files:.0f} fds {self.tree_threads:.0f} threads "
            f"in {self.processes:.0f} processes"
        )


def growth(values):
    """How much a straight line through the values rises from the first to the last, as a share of their mean."""
    places = range(len(values))
    spread = sum((place - mean(places)) ** 2 for place in places)
    if len(values) < 2 or spread == 0:
        return 0.0
    slope = sum((place - mean(places)) * (value - mean(values)) for place, value in zip(places, values)) / spread
    return slope * (len(values) - 1) / mean(values)


def check_flat(report, footprints):
    """Resident memory within 5 % from first to last; descriptors and threads as many at the end as at the start."""
    for name in ("front_rss_mb", "tree_rss_mb"):
        share = growth([getattr(one, name) for one in footprints])
        report.check(share <= RSS_GROWTH_MAX, f"{name} grew by {share:+.1%} (at most {RSS_GROWTH_MAX:.0%})")
    quarter = max(len(footprints) // 4, 1)
    first, last = Footprint.typical(footprints[:quarter]), Footprint.typical(footprints[-quarter:])
    for name in ("front_files", "tree_files", "front_threads", "tree_threads"):
        before, after = getattr(first, name), getattr(last, name)
        report.check(after <= before + COUNT_GROWTH_MAX, f"{name} {before:g} at first, {after:g} at last")


def quantile(values, part):
    """Nearest rank: the smallest value that at least this part of all values does not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(len(ordered) * part) - 1, 0)]
