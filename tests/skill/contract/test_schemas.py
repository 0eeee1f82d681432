"""The checked-in schemas are those of the models, and the plan is checked by them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deep_learning_expert.skill.contract import validate
from deep_learning_expert.tools.errors import ContractError

FOLDER = Path(validate.__file__).with_name("schemas")


@pytest.mark.parametrize("name", sorted(validate.SCHEMAS))
def test_schema_files_are_up_to_date(name: str) -> None:
    stored = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert stored == validate.schema_of(name), "run python -m deep_learning_expert.skill.contract.validate"


def test_a_plan_without_a_section_is_refused() -> None:
    with pytest.raises(ContractError, match="trainingStrategy"):
        validate.validate_plan({"modelDesign": {"architecture": "a", "rationale": "b", "tradeoff": "c"}})
