"""Samples of several rounds against the budgets: the table of ratios, and the table of figures."""

from statistics import median

# Measured against others, but never a peer of ours.
NOT_PEERS = {"lineside", "floor", "null"}


class Samples:
    """What every subject measured, by round."""

    def __init__(self):
        self.all = []

    def add(self, round_number, sample):
        self.all.append({"round": round_number, **sample})

    def rounds(self):
        return sorted({sample["round"] for sample in self.all})

    def subjects(self):
        return list(dict.fromkeys(sample["subject"] for sample in self.all))

    def values(self, measure, **wanted):
        return [
            sample[measure]
            for sample in self.all
            if measure in sample and all(sample[key] == value for key, value in wanted.items())
        ]

    def value(self, measure, **wanted):
        """The median of those that match, or None."""
        found = self.values(measure, **wanted)
        return median(found) if found else None

    def best_peer(self, budget, round_number):
        cell = {"workload": budget["workload"], "connections": budget["connections"], "round": round_number}
        figures = [
            self.value(budget["measure"], subject=subject, **cell)
            for subject in self.subjects()
            if subject not in NOT_PEERS
        ]
        return max((figure for figure in figures if figure is not None), default=None)


def judge(budget, samples):
    """Compares within each round, where all were measured in the same minute, then takes the medians."""
    pairs = [pair for number in samples.rounds() if (pair := measured_and_limit(budget, samples, number))]
    if not pairs:
        verdict = "FAIL" if failures(budget, samples) else "not measured"
        return {"name": budget["name"], "verdict": verdict, "target": describe(budget)}
    ratio = median(measured / limit for measured, limit in pairs)
    passed = ratio <= 1 if "at_most" in budget else ratio >= 1
    return {
        "name": budget["name"],
        "measured": median(measured for measured, _ in pairs),
        "limit": median(limit for _, limit in pairs),
        "target": describe(budget),
        "ratio": ratio,
        "verdict": "pass" if passed and not failures(budget, samples) else "FAIL",
        "not_ok": failures(budget, samples),
    }


def bound(budget):
    return budget.get("at_most") or budget["at_least"]


def measured_and_limit(budget, samples, round_number):
    cell = {"workload": budget["workload"], "connections": budget["connections"], "round": round_number}
    measured = samples.value(budget["measure"], subject="lineside", **cell)
    parts = [
        samples.best_peer(budget, round_number)
        if subject == "best peer"
        else samples.value(budget["measure"], subject=subject, **cell)
        for subject in bound(budget).get("of", [])
    ]
    if measured is None or None in parts:
        return None
    return measured, sum(parts) * bound(budget).get("times", 1) + bound(budget).get("plus", 0)


def failures(budget, samples):
    """Requests that were not answered with 200: a refusal is quick and cheap, and no answer."""
    cell = {"workload": budget["workload"], "connections": budget["connections"]}
    return sum(samples.values("not_ok", subject="lineside", **cell))


def describe(budget):
    """The bound in words, such as `<= (floor + null) x 1.03`."""
    of, times, plus = (bound(budget).get(key) for key in ("of", "times", "plus"))
    text = " + ".join(of or [])
    if times is not None:
        text = f"({text}) x {times:g}" if len(of) > 1 else f"{text} x {times:g}"
    if plus is not None:
        text = f"{text} + {plus:g}" if text else f"{plus:g}"
    return ("<= " if "at_most" in budget else ">= ") + text


# -- Markdown ---------------------------------------------------------------------------------------------------------


def number(value):
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def table(head, rows):
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def verdict_table(verdicts):
    rows = []
    for verdict in verdicts:
        refused = f" ({verdict['not_ok']} not 200)" if verdict.get("not_ok") else ""
        rows.append(
            [
                verdict["name"],
                number(verdict.get("measured")),
                verdict["target"],
                number(verdict.get("limit")),
                number(verdict.get("ratio")),
                verdict["verdict"] + refused,
            ]
        )
    return table(["", "measured", "target", "which is", "measured / target", "verdict"], rows)


def figures_table(samples):
    """Every subject's medians, cell by cell: p50 ms / CPU ms per request / requests per second."""
    cells = list(dict.fromkeys((s["workload"], s["connections"]) for s in samples.all if s["workload"] != "start"))
    head = ["p50 ms / CPU ms / requests/s", *(f"{workload}, {connections}" for workload, connections in cells)]
    rows = [
        [subject, *(figures(samples, subject, *cell) for cell in cells), *start_figures(samples, subject)]
        for subject in samples.subjects()
    ]
    return table([*head, "start ms", "idle PSS MB"], rows)


def figures(samples, subject, workload, connections):
    cell = {"subject": subject, "workload": workload, "connections": connections}
    values = [samples.value(measure, **cell) for measure in ("p50_ms", "cpu_ms", "rps")]
    refused = sum(samples.values("not_ok", **cell))
    note = f" ({refused} not 200)" if refused else ""
    return "-" if values[0] is None else " / ".join(map(number, values)) + note


def start_figures(samples, subject):
    cell = {"subject": subject, "workload": "start"}
    return [number(samples.value(measure, **cell)) for measure in ("start_ms", "pss_mb")]
