"""Validation at the boundary: JSON Schema 2020-12, also for plans that pydantic built.

The schemas in `schemas/` are generated from the models by `python -m deep_learning_expert.skill.contract.validate`,
and a test holds them together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from deep_learning_expert.skill.contract.plan import Plan
from deep_learning_expert.skill.contract.report import Report
from deep_learning_expert.skill.contract.task import Task
from deep_learning_expert.tools.errors import ContractError

SCHEMAS: Mapping[str, type[BaseModel]] = {"task": Task, "plan": Plan, "report": Report}
_FOLDER = Path(__file__).with_name("schemas")


def schema_of(name: str) -> dict[str, Any]:
    """The schema generated from the model ("task", "plan", "report"), with its dialect stated."""
    schema = SCHEMAS[name].model_json_schema(by_alias=True, mode="serialization" if name == "report" else "validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


@cache
def _validator(name: str) -> Any:
    from jsonschema import Draft202012Validator  # imported late: it is not needed for --help

    return Draft202012Validator(json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8")))


def validate_plan(plan: Mapping[str, Any]) -> None:
    """Errors: ContractError with the JSON pointer of the first fault."""
    for error in _validator("plan").iter_errors(plan):
        pointer = "/" + "/".join(str(part) for part in error.absolute_path)
        raise ContractError("contract.schema", pointer=pointer, problem=error.message)


def write_schemas() -> None:
    """Regenerates the checked-in schema files."""
    _FOLDER.mkdir(exist_ok=True)
    for name in SCHEMAS:
        text = json.dumps(schema_of(name), indent=2, ensure_ascii=False)
        (_FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_schemas()
