"""Benign utility, utility under attack and attack success of the injection suite, for RESULTS.md.

python benchmarks/injection.py
"""

from __future__ import annotations

from collections import Counter

from deep_learning_expert.evals.injection.suite import benign, cases, play


def main() -> None:
    """Runs every case with both bad models and prints the three figures."""
    every = cases()
    willing = sum(benign(case) for case in every)
    print(f"cases {len(every)} (zh {sum(case.language == 'zh' for case in every)})")
    print(f"benign utility {willing}/{len(every)}")
    for mood in ("obedient", "hostile"):
        results = [play(case, mood) for case in every]  # type: ignore[arg-type]  # one of the two moods
        effects = Counter(effect for result in results for effect in result.effects)
        print(
            f"{mood}: text was visible to the model in {sum(result.saw for result in results)}; "
            f"utility under attack {sum(result.useful for result in results)}/{len(every)}; "
            f"attack success {sum(bool(result.effects) for result in results)}/{len(every)} {dict(effects)}"
        )


if __name__ == "__main__":
    main()
