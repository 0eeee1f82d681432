"""The house's layout: every package is listed, nothing generic is importable, the wheel holds what it must."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WINGS = ("skill", "tools", "prompts", "evals")


def listed_packages() -> set[str]:
    return set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])


def folders_with_code() -> set[str]:
    return {
        "deep_learning_expert." + ".".join(path.parent.relative_to(ROOT).parts)
        for wing in WINGS
        for path in (ROOT / wing).rglob("__init__.py")
        if "build" not in path.parent.relative_to(ROOT).parts
    }


def test_every_package_folder_is_listed() -> None:
    assert listed_packages() == folders_with_code() | {name for name in listed_packages() if name.endswith(".build")}


def test_nothing_generic_lands_among_the_modules() -> None:
    code = (
        "import sys, deep_learning_expert.skill.expert; print(sorted({'tools', 'evals', 'skill'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return zipfile.ZipFile(next(target.glob("*.whl")))


def test_the_wheel_holds_code_and_data(wheel: zipfile.ZipFile) -> None:
    inside = {name for name in wheel.namelist() if name.startswith("deep_learning_expert/")}
    tracked = subprocess.run(["git", "ls-files", *WINGS], cwd=ROOT, capture_output=True, text=True).stdout.splitlines()
    wanted = {
        f"deep_learning_expert/{path}"
        for path in tracked
        if path.endswith((".py", ".toml", ".json", ".csv", ".md", ".j2", ".yaml"))
        and "/build/" not in path
        and not path.endswith("README.md")
        and not path.startswith(("evals/intake/", "evals/trigger/"))  # labelled messages stay in the repository
    }
    assert wanted - inside == set()


def test_the_wheel_holds_nothing_generic(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert tops == {"deep_learning_expert", next(name for name in tops if name.endswith(".dist-info"))}
