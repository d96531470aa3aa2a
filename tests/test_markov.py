"""Promises of the Markov chain."""

from __future__ import annotations

import random

import numpy as np
import pytest

from hub.learning.markov import Counts, beta_beats, dense, half_life, neighbourhood, solve


def worked() -> Counts:
    counts = Counts()
    counts.edge("A", "B", 30)
    counts.edge("A", "C", 25)
    counts.end("A", 0, 25)
    counts.edge("C", "B", 10)
    counts.end("C", 2, 23)
    counts.end("B", 130, 6)
    return counts


def test_the_worked_example_of_the_paper_comes_out_to_three_digits() -> None:
    reach = solve(worked(), "A", kappa=0.0)
    assert reach.at["A"] == pytest.approx(0.0, abs=5e-4)
    assert reach.at["B"] == pytest.approx(0.444, abs=5e-4)
    assert reach.at["C"] == pytest.approx(0.018, abs=5e-4)
    assert reach.success == pytest.approx(0.462, abs=5e-4)
    best = reach.best()
    assert best is not None
    assert best[0] == "B", "A is rewritten to B; going through C is rejected"


def test_the_neighbourhood_solve_is_exact_against_the_dense_inverse() -> None:
    rng = random.Random(7)
    for trial in range(25):
        counts = Counts()
        names = [f"n{k}" for k in range(rng.randint(2, 12))]
        for name in names:
            for other in rng.sample(names, rng.randint(0, min(4, len(names)))):
                if other != name:
                    counts.edge(name, other, rng.randint(1, 20))
            counts.end(name, rng.randint(0, 20), rng.randint(0, 20))
        nodes, joint = dense(counts)
        for start in names:
            reach = solve(counts, start, hops=len(names))
            expected = {node: joint[nodes.index(start), k] for k, node in enumerate(nodes)}
            for node, value in reach.at.items():
                assert value == pytest.approx(expected[node], abs=1e-9), f"trial {trial}"
            assert reach.success == pytest.approx(float(joint[nodes.index(start)].sum()), abs=1e-9)


def test_probabilities_stay_probabilities_on_a_cycle_without_an_end() -> None:
    counts = Counts()
    counts.edge("a", "b", 5)
    counts.edge("b", "a", 5)
    reach = solve(counts, "a", kappa=0.0)
    assert 0.0 <= reach.success <= 1.0
    assert np.isfinite(reach.success)


def test_three_hops_are_looked_at_and_no_more() -> None:
    counts = Counts()
    for k in range(6):
        counts.edge(k, k + 1)
    assert neighbourhood(counts, 0) == [0, 1, 2, 3]


@pytest.mark.parametrize(("arms", "expected"), [((3, 0, 0, 3), 0.986), ((4, 1, 1, 4), 0.96), ((8, 1, 6, 3), 0.85)])
def test_the_margin_is_the_beta_comparison_of_the_guard_rail(arms: tuple[int, int, int, int], expected: float) -> None:
    assert beta_beats(*arms) == pytest.approx(expected, abs=0.006)


def test_evidence_halves_in_sixty_days() -> None:
    assert half_life(60) == pytest.approx(0.5)
    assert half_life(-3) == 1.0
