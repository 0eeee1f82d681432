"""Do the calls of a generated project still fit the installed libraries? To be run by an interpreter that has them.

    PYTHON benchmarks/emitted_arguments.py FOLDER [FOLDER ...]

Walks every call in every file of a project, finds what is called (a name imported from a library, an attribute of one,
or a class derived from one), and looks each keyword argument up in the signature of the installed version. Prints one
JSON object: how many keywords were checked, which libraries could not be imported, which calls take any keyword, and
which keywords do not exist (file, line, call, keyword). Exit status 1 when there is such a keyword or nothing could be
checked. Needs the standard library only.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any


class Scope(ast.NodeVisitor):
    """The imported names of one file (whatever block they are imported in), and its classes by name."""

    def __init__(self, own: set[str], absent: set[str]) -> None:
        self.own, self.absent = own, absent
        self.names: dict[str, Any] = {}

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            found = self._module(alias.name)
            if found is not None:
                self.names[alias.asname or alias.name.split(".")[0]] = (
                    found if alias.asname else sys.modules[alias.name.split(".")[0]]
                )

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        found = self._module(node.module or "")
        for alias in node.names:
            if found is not None and hasattr(found, alias.name):
                self.names[alias.asname or alias.name] = getattr(found, alias.name)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """A derived class is called like the library's class it derives from, unless it has its own __init__."""
        own = any(isinstance(item, ast.FunctionDef) and item.name == "__init__" for item in node.body)
        bases = [base for base in (self.resolved(base) for base in node.bases) if inspect.isclass(base)]
        if bases and not own:
            self.names[node.name] = bases[-1]
        self.generic_visit(node)

    def resolved(self, node: ast.expr) -> Any:
        """The object a name or an attribute chain stands for; None when it comes from no library."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id)
        if isinstance(node, ast.Attribute):
            owner = self.resolved(node.value)
            return None if owner is None else getattr(owner, node.attr, None)
        return None

    def _module(self, name: str) -> Any:
        top = name.split(".")[0]
        if not name or top in self.own or top in sys.stdlib_module_names or top in self.absent:
            return None
        try:
            return importlib.import_module(name)
        except Exception:  # a library that is missing, or whose installation is broken
            self.absent.add(name)
            return None


def check(folder: Path, absent: set[str]) -> tuple[int, Counter[str], list[dict[str, Any]]]:
    """Checked keywords, calls that take any keyword, keywords that do not exist."""
    own = {path.stem for path in folder.glob("*.py")}
    checked, taking_any, wrong = 0, Counter[str](), []
    for path in sorted(folder.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        scope = Scope(own, absent)
        scope.visit(tree)
        for node in ast.walk(tree):
            target = scope.resolved(node.func) if isinstance(node, ast.Call) and node.keywords else None
            if target is None or not isinstance(node, ast.Call):
                continue
            call = ast.unparse(node.func)
            known, open_ended = parameters(target)
            for keyword in node.keywords:
                if keyword.arg is None:
                    continue
                if keyword.arg in known:
                    checked += 1
                elif open_ended:
                    taking_any[call] += 1
                else:
                    place = {"file": f"{folder.name}/{path.name}", "line": node.lineno}
                    wrong.append({**place, "call": call, "keyword": keyword.arg})
    return checked, taking_any, wrong


def parameters(target: Any) -> tuple[set[str], bool]:
    """Names a call may use, and whether it takes any besides. A class is asked along its bases while it passes
    keywords on (**kwargs)."""
    owners = target.__mro__ if inspect.isclass(target) else (target,)
    known: set[str] = set()
    for owner in owners:
        function = owner.__dict__.get("__init__") if inspect.isclass(owner) else owner
        if function is None or owner is object:
            continue
        try:
            found = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):
            return known, True
        known |= {item.name for item in found if item.kind is not inspect.Parameter.VAR_KEYWORD}
        if not any(item.kind is inspect.Parameter.VAR_KEYWORD for item in found):
            return known, False
    return known, True


def main() -> None:
    """Checks the folders given and prints what was found."""
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    absent: set[str] = set()
    total, taking_any, wrong = 0, Counter[str](), []
    for folder in sys.argv[1:]:
        checked, open_calls, faults = check(Path(folder), absent)
        total, taking_any, wrong = total + checked, taking_any + open_calls, wrong + faults
    found = {"checked": total, "not_installed": sorted(absent), "take_any": dict(taking_any), "wrong": wrong}
    print(json.dumps(found, indent=1))
    sys.exit(1 if wrong or not total else 0)


if __name__ == "__main__":
    main()
