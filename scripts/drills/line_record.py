"""What the gate did against what the ledger says: a PASS at the gate needs a PASS in the ledger for part and turn."""

import json
import sqlite3
import subprocess
from dataclasses import dataclass, field

from drill import PROGRAM

PART_KIND, EVENT_KIND = 1, 4
JUDGED = ("OK", "DEFECT")
# Between the camera and the gate lie 150 ms, at 200 parts a second at most.
UNDER_WAY_MAX = 31
# An entry waits 50 ms for its commit, and the commit takes its time; a verdict is shown and taken within two scans.
LOST_BEFORE_KILL_S = 0.150
# What the killed station said is taken from the mailbox and shown while the PLC process still believes that it lives.
SHOWN_AFTER_KILL_S = 0.250
SHOWN_MAX = 5


def entries_of(state):
    """Every part's entries as they stand in the ledger: (part, turn) to bodies, oldest first."""
    found = {}
    database = sqlite3.connect(f"file:{state}/ledger.db?mode=ro", uri=True)
    try:
        for (body,) in database.execute("SELECT body FROM entries WHERE kind = ? ORDER BY n", (PART_KIND,)):
            entry = json.loads(body)
            found.setdefault((entry["part"], entry["sequence"]), []).append(entry)
    finally:
        database.close()
    return found


def verify(state):
    """`lineside ledger verify`: its answer, or what it said instead."""
    finished = subprocess.run(
        [PROGRAM, "ledger", "verify", "--state", str(state), "-o", "json"], capture_output=True, text=True
    )
    try:
        return json.loads(finished.stdout)
    except ValueError:
        return {"ok": False, "said": finished.stderr.strip()}


@dataclass
class Comparison:
    """Every PASS at the gate has one of these places."""

    passes: int = 0
    proven: int = 0
    # The ledger has the part and says something else: the worst that can happen.
    contradicted: list = field(default_factory=list)
    # No entry, and no kill -9 of the station just then.
    unproven: list = field(default_factory=list)
    # No entry, because the station was killed before the commit: how long before the kill each was taken, in ms.
    lost_with_station: list = field(default_factory=list)

    def check(self, report):
        for part in [*self.contradicted[:SHOWN_MAX], *self.unproven[:SHOWN_MAX]]:
            report.say(f"wrong PASS: {part}")
        wrong = len(self.contradicted) + len(self.unproven)
        report.check(
            wrong == 0,
            f"{self.passes} PASSes at the gate: {self.proven} in the ledger, {len(self.lost_with_station)} lost with a "
            f"killed station, {len(self.contradicted)} contradicted, {len(self.unproven)} without a record",
        )
        if self.lost_with_station:
            spans = ", ".join(f"{span:.0f}" for span in sorted(self.lost_with_station))
            report.say(f"PASSes that a killed station took along, ms before its kill (negative: after): {spans}")

    def figures(self):
        return {
            "passes": self.passes,
            "proven": self.proven,
            "lost_with_station": len(self.lost_with_station),
            "contradicted": len(self.contradicted),
            "unproven": len(self.unproven),
        }


def compare(parts, entries, kills=()):
    """`parts` as plc-sim logged them; `kills`: when a station was killed, on the same clock as the parts' `at`."""
    comparison = Comparison()
    for part in parts:
        if part["gate"] != "PASS":
            continue
        comparison.passes += 1
        verdicts = [entry["verdict"] for entry in entries.get((part["part"], part["sequence"]), [])]
        lags = [kill - part["at"] for kill in kills if -SHOWN_AFTER_KILL_S <= kill - part["at"] <= LOST_BEFORE_KILL_S]
        if "PASS" in verdicts:
            comparison.proven += 1
        elif verdicts:
            comparison.contradicted.append(part)
        elif lags:
            comparison.lost_with_station.append(min(lags, key=abs) * 1e3)
        else:
            comparison.unproven.append(part)
    return comparison


def check_all_gone(report, parts, tally):
    """Every part that was fed has left through the gate, with a verdict or as the PLC's own reject.

    Those that are under way when plc-sim is told to stop are not logged: the last ones, as many as fit before the gate.
    """
    opened = [part for part in parts if part["verdict"] is None and part["gate"] != "REJECT"]
    strange = [part for part in parts if part["gate"] not in ("PASS", "REJECT", "REVIEW")]
    missing = tally["parts"] - len(parts)
    numbers = {part["part"] for part in parts}
    holes = holes_in(numbers) if numbers else tally["parts"]
    gone = not opened and not strange and holes == 0 and 0 <= missing <= UNDER_WAY_MAX
    said = f"{len(parts)} of {tally['parts']} parts left the gate, {holes} left out, {missing} under way at the end"
    report.check(gone, said)


def holes_in(numbers):
    """Parts that are missing before those that may still have been under way."""
    end = max(numbers) - UNDER_WAY_MAX
    return max(end - min(numbers) + 1, 0) - sum(number <= end for number in numbers)


def differences(parts, reference):
    """Parts that the model judged in both runs, and differently; and how many it judged in both."""
    before = {part["part"]: part["verdict"] for part in reference if part["reason"] in JUDGED}
    both = [part for part in parts if part["reason"] in JUDGED and part["part"] in before]
    return [part for part in both if part["verdict"] != before[part["part"]]], len(both)


def gaps_of(state):
    """How many entries the ledger's own gap events speak for."""
    database = sqlite3.connect(f"file:{state}/ledger.db?mode=ro", uri=True)
    try:
        bodies = database.execute("SELECT body FROM entries WHERE kind = ?", (EVENT_KIND,)).fetchall()
    finally:
        database.close()
    events = [json.loads(body) for (body,) in bodies]
    return sum(event["facts"]["lost"] for event in events if event["event"] == "gap")


def tally_text(parts):
    """How the parts were decided, in words."""
    judged = sum(part["reason"] in JUDGED for part in parts)
    unanswered = sum(part["verdict"] is None for part in parts)
    reasons = {}
    for part in parts:
        if part["reason"] not in (*JUDGED, None):
            reasons[part["reason"]] = reasons.get(part["reason"], 0) + 1
    safe = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items())) or "none"
    return f"{judged} judged, fail-safe: {safe}; {unanswered} rejected by the PLC's own watchdog"
