"""The base of every contract model: camelCase JSON keys, snake_case names in Python, unknown keys refused."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class ContractModel(BaseModel):
    """Frozen, strict about keys; `model_dump(by_alias=True)` gives the JSON of the contract."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True, serialize_by_alias=True
    )
