"""From figures to what is read: medians, spreads, ratios, and the Markdown that shows them."""
import statistics
from dataclasses import dataclass, field

MODES = {"haproxy-splice": "haproxy"}  # other ways to run a peer; ratios are to whichever serves a row best
NOISE = 0.15  # a spread of `direct` above this share of its median says that the machine had other things to do


@dataclass
class Series:
    """The figures of one row through one peer; None where a round failed."""
    values: list = field(default_factory=list)
    failures: list = field(default_factory=list)

    def known(self):
        return [value for value in self.values if value is not None]


def summary(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)} if values else None


def spread(values):
    """How far apart the rounds lie, as a share of their median."""
    middle = statistics.median(values) if values else 0
    return (max(values) - min(values)) / middle if middle else 0.0


def ratios(ours, theirs):
    """Round by round, since neighbours in time share the machine's mood."""
    return [a / b for a, b in zip(ours.values, theirs.values) if a is not None and b is not None and a >= 0 and b > 0]


def show(value):
    if value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def cell(values, unit=""):
    if not values:
        return "–"
    said = summary(values)
    text = show(said["median"]) + unit
    return text if said["min"] == said["max"] else f"{text} ({show(said['min'])}..{show(said['max'])})"


def table(head, lines):
    """Markdown whose columns also line up as plain text."""
    widths = [max(len(line[i]) for line in [head, *lines]) for i in range(len(head))]
    def draw(line):
        return "| " + " | ".join(text.ljust(width) for text, width in zip(line, widths)) + " |"
    return "\n".join([draw(head), "|" + "|".join("-" * (width + 2) for width in widths) + "|", *map(draw, lines)])


class Footnotes:
    """Reasons, each told once."""
    def __init__(self):
        self.texts = []

    def mark(self, failures):
        for text in failures:
            if text not in self.texts:
                self.texts.append(text)
        return " ".join(f"[{self.texts.index(text) + 1}]" for text in dict.fromkeys(failures))


class Results:
    def __init__(self, groups, peers):
        self.groups, self.peers = groups, peers
        self.series = {(row.key, peer): Series() for group in groups for row in group.rows for peer in peers}

    def add(self, group, peer, figures):
        """A peer's figures of one round; a row that the peer does not have is left out."""
        for row in group.rows:
            self.series[row.key, peer].values.append(figures.get(row.key))

    def fail(self, group, peer, why):
        for row in group.rows:
            self.series[row.key, peer].values.append(None)
            self.series[row.key, peer].failures.append(why)

    def failed(self):
        return any(series.failures for series in self.series.values())

    def noise(self):
        """The rows in which even `direct` varied too much, and by how much."""
        found = {}
        for group in self.groups:
            for row in group.rows:
                varied = spread(self.series[row.key, "direct"].known()) if "direct" in self.peers else 0
                if varied > NOISE and not row.key.endswith("_failed"):
                    found[row.key] = varied
        return found

    def absolute_table(self, noise):
        notes, lines = Footnotes(), []
        for group in self.groups:
            for row in group.rows:
                line = [("~ " if row.key in noise else "") + row.title]
                for peer in self.peers:
                    series = self.series[row.key, peer]
                    text = cell(series.known())
                    if series.failures:
                        mark = notes.mark(series.failures)
                        text = f"{text}, {len(series.failures)} of {len(series.values)} rounds failed {mark}" \
                            if series.known() else f"failed {mark}"
                    line.append(text)
                lines.append(line)
        text = table(["median (min..max)", *self.peers], lines)
        return text + "".join(f"\n\n[{i}] {why}" for i, why in enumerate(notes.texts, 1))

    def ratio_table(self, noise):
        others = [peer for peer in self.peers if peer not in ("firedrill", *MODES)]
        modes = {first: [first, *(name for name, of in MODES.items() if of == first and name in self.peers)]
                 for first in others}
        lines = []
        for group in self.groups:
            for row in group.rows:
                if row.key.endswith("_failed"):
                    continue
                ours = self.series[row.key, "firedrill"]
                line = [("~ " if row.key in noise else "") + row.title, row.better]
                for first in others:
                    peer = self.better_mode(row, modes[first]) or first
                    theirs = self.series[row.key, peer]
                    broken = [name for name, series in (("firedrill", ours), (peer, theirs))
                              if series.failures and not series.known()]
                    mode = f", {peer.removeprefix(first)[1:]}" if peer != first else ""
                    line.append(f"{' and '.join(broken)} failed" if broken
                                else cell(ratios(ours, theirs), " ×") + mode)
                lines.append(line)
        heads = [f"{first}, better mode" if len(modes[first]) > 1 else first for first in others]
        return table(["Firedrill / peer", "better", *heads], lines)

    def better_mode(self, row, names):
        """Of several ways to run the same peer, the one that serves this row best by its median; None if none does."""
        known = {name: statistics.median(self.series[row.key, name].known())
                 for name in names if name in self.peers and self.series[row.key, name].known()}
        best = max if row.better == "higher" else min
        return best(known, key=known.get) if known else None

    def as_json(self):
        rows = []
        for group in self.groups:
            for row in group.rows:
                peers = {}
                for peer in self.peers:
                    series = self.series[row.key, peer]
                    if series.known() or series.failures:
                        peers[peer] = {"rounds": series.values, **(summary(series.known()) or {}),
                                       "failures": series.failures}
                ours = self.series.get((row.key, "firedrill"))
                against = {peer: summary(ratios(ours, self.series[row.key, peer]))
                           for peer in self.peers if ours and peer != "firedrill"}
                rows.append({"key": row.key, "group": group.name, "title": row.title, "better": row.better,
                             "peers": peers, "firedrill_to": {peer: said for peer, said in against.items() if said}})
        return rows
