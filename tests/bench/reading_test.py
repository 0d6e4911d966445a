"""What the benchmarks make of their figures: ratios, verdicts, budgets, the picture."""
import importlib.machinery
import importlib.util
import random
import sys
import unittest
import xml.etree.ElementTree
from pathlib import Path

BENCH = Path(__file__).resolve().parents[2] / "bench"
sys.path.insert(0, str(BENCH))

import fault_rows  # noqa: E402
import picture  # noqa: E402
import rows  # noqa: E402
import scale_rows  # noqa: E402
from tables import Results  # noqa: E402


def script(name):
    loader = importlib.machinery.SourceFileLoader(name, str(BENCH / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


RATE = rows.Row("rate", "requests & answers/s", "higher")
COST = rows.Row("cost", "CPU", "lower")


def results(**figures):
    """One group, one line of figures for each peer: peer=[(rate, cost), …]."""
    peers = [peer.replace("_", "-") for peer in figures]
    found = Results([rows.Group("group", None, [RATE, COST])], peers)
    for peer, rounds in zip(peers, figures.values()):
        for rate, cost in rounds:
            if rate is None:
                found.fail(found.groups[0], peer, "broke")
            else:
                found.add(found.groups[0], peer, {"rate": rate, "cost": cost})
    return found


class Ratios(unittest.TestCase):
    def test_are_to_the_better_mode_of_each_row(self):
        found = results(direct=[(9, 1)], firedrill=[(6, 2)], haproxy=[(3, 4)], haproxy_splice=[(4, 8)])

        rate, cost = found.ratio_table({}).splitlines()[2:]

        self.assertIn("| 1.50 ×, splice", rate)
        self.assertIn("| 0.50 × ", cost)
        self.assertNotIn("splice", cost)
        self.assertIn("haproxy, better mode", found.ratio_table({}))

    def test_are_left_out_where_a_peer_was_not_measured(self):
        self.assertIsNone(results(firedrill=[(1, 1)], haproxy=[(None, None)]).better_mode(RATE, ["haproxy", "other"]))


class Picture(unittest.TestCase):
    def bars(self, found):
        drawn = xml.etree.ElementTree.fromstring(picture.picture(found, "a <title> & more", "a note"))
        space = "{http://www.w3.org/2000/svg}"
        return ([(bar.get("class"), float(bar.get("width"))) for bar in drawn.iter(f"{space}rect") if bar.get("class") != "page"],
                "".join(drawn.itertext()))

    def test_bars_are_as_long_as_the_medians(self):
        found, _ = self.bars(results(direct=[(10, 1)], firedrill=[(5, 2), (5, 2)]))

        (kind, direct), (ours, half) = found[:2]
        self.assertEqual((kind, ours), ("theirs", "ours"))
        self.assertAlmostEqual(half, direct / 2, delta=0.1)

    def test_says_what_failed_and_survives_any_title(self):
        found, text = self.bars(results(direct=[(10, 1)], nginx=[(None, None)]))

        self.assertEqual(len(found), 2)
        self.assertIn("failed", text)
        self.assertIn("requests & answers/s", text)
        self.assertIn("a <title> & more", text)


class Budget(unittest.TestCase):
    judge = staticmethod(script("budget").judge)

    def test_within_ten_percent_is_kept(self):
        _, wrong, low = self.judge({"a": 110, "b": 90}, {"a": 100, "b": 100})
        self.assertEqual((wrong, low), (0, 0))

    def test_growth_fails_and_says_by_how_much(self):
        lines, wrong, _ = self.judge({"a": 111, "b": 100}, {"a": 100, "b": 100})
        self.assertEqual(wrong, 1)
        self.assertIn("OVER BUDGET by 11.0 %", lines[0])

    def test_a_shrunk_case_should_lower_its_budget(self):
        lines, wrong, low = self.judge({"a": 80}, {"a": 100})
        self.assertEqual((wrong, low), (0, 1))
        self.assertIn("20.0 % under budget", lines[0])

    def test_cases_and_budget_are_the_same(self):
        self.assertEqual(self.judge({"new": 1}, {"old": 1})[1], 2)


class Faults(unittest.TestCase):
    def test_delays_as_asked_pass_and_delays_that_are_off_do_not(self):
        random.seed(5)
        below = fault_rows.SHAPES["uniform"][1]
        asked = [random.uniform(10, 110) for _ in range(4000)]

        self.assertLess(fault_rows.kolmogorov_smirnov(asked, below), 1)
        self.assertGreater(fault_rows.kolmogorov_smirnov([delay + 5 for delay in asked], below), 1)

    def test_a_goal_is_met_up_to_and_with_its_limit(self):
        verdict = script("faults").verdict
        self.assertTrue(verdict(fault_rows.Row("k", "t", most=2), [1, 2, 9]))
        self.assertFalse(verdict(fault_rows.Row("k", "t", most=2), [3]))
        self.assertTrue(verdict(fault_rows.Row("k", "t", least=2), [2]))
        self.assertIsNone(verdict(fault_rows.Row("k", "t"), [2]))
        self.assertIsNone(verdict(fault_rows.Row("k", "t", most=2), []))

    def test_rounds_that_disagree_are_marked(self):
        met, row = script("faults").met, fault_rows.Row("k", "t", most=2)
        self.assertEqual(met(row, [1, 2, 2]), "yes")
        self.assertEqual(met(row, [3, 4, 5]), "**no**")
        self.assertEqual(met(row, [1, 2, 9]), "~ yes: in 2 of 3 rounds")
        self.assertEqual(met(row, [1, 3, 9]), "~ **no**: in 1 of 3 rounds")
        self.assertEqual(met(fault_rows.Row("k", "t"), [1]), "")

    def test_every_row_has_a_name_of_its_own(self):
        keys = [row.key for group in fault_rows.GROUPS + scale_rows.GROUPS for row in group.rows]
        self.assertEqual(len(keys), len(set(keys)))

    def test_the_long_drill_is_as_long_as_asked(self):
        drill = scale_rows.long_drill(1000)
        self.assertTrue(1000 <= drill.count("\n") < 1050)
        self.assertEqual(drill.count("[[fault]]"), scale_rows.MOST_FAULTS)


if __name__ == "__main__":
    unittest.main()
