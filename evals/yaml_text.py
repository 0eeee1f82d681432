"""YAML text to plain objects, strictly: the only place that knows PyYAML (MIT).

Scalars follow JSON, not YAML 1.1: only true, false, null and decimal numbers are anything but text, so `no` is the word
"no" and `1:30` is no number of seconds. A key that stands twice is an error.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from deep_learning_expert.tools.errors import ScriptError

if TYPE_CHECKING:
    import yaml

_SCALARS = {
    "null": (r"null|~|", "n~"),
    "bool": (r"true|false", "tf"),
    "int": (r"-?(?:0|[1-9]\d*)", "-0123456789"),
    "float": (r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", "-0123456789"),
}


def parse_yaml(text: str, source: str) -> object:
    """One document. Errors: ScriptError with line and column."""
    import yaml

    try:
        loader = _loader()(text)
        try:
            return loader.get_single_data()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = {"line": mark.line + 1, "column": mark.column + 1} if mark else {"line": "?", "column": "?"}
        raise ScriptError("eval.not_yaml", source=source, problem=error.problem or error.context, **place) from error
    except yaml.YAMLError as error:
        raise ScriptError("eval.not_yaml", source=source, problem=error, line="?", column="?") from error


@cache
def _loader() -> type[yaml.SafeLoader]:
    import yaml

    class Loader(yaml.SafeLoader):
        """Safe, without YAML 1.1's surprises."""

        yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own name

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            seen: set[str] = set()
            for key, _ in node.value:
                if key.value in seen:
                    problem = f'the key "{key.value}" stands twice'
                    raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
                seen.add(key.value)
            return super().construct_mapping(node, deep=deep)

    for name, (pattern, first) in _SCALARS.items():
        starts = [*first, ""] if name == "null" else list(first)
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{name}", re.compile(f"^(?:{pattern})$"), starts)
    return Loader
