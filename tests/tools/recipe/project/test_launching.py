"""What a README says about starting is true: scripts for the shell, DeepSpeed's settings, several processes and seeds.

Tests that start processes need the libraries (test_smoke_runs.py); those of DeepSpeed run where it is installed too.
"""

from __future__ import annotations

import importlib.util
import itertools
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from deep_learning_expert.tools.recipe.project.backend import back_end
from deep_learning_expert.tools.recipe.project.choice import read_choice
from deep_learning_expert.tools.recipe.project.render import render
from deep_learning_expert.tools.recipe.project.write import write_project

_WITH_JOB = ("torch", "transformers", "trl", "keras")


def _module(folder: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"generated_{name}", folder / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[f"generated_{name}"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_shell_lines_are_shell(example: tuple[str, str], make_report: Any, folder: Path) -> None:
    write_project(make_report(*example), folder, example[1])
    readme = (folder / "README.md").read_text(encoding="utf-8")
    scripts = re.findall(r"^```\n(.*?)^```", readme, flags=re.DOTALL | re.MULTILINE)
    scripts += [path.read_text(encoding="utf-8") for path in folder.glob("*.sh")]
    assert scripts
    for script in scripts:
        done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{done.stderr}\n{script}"


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="NOT RUN: shellcheck is not installed")
def test_batch_scripts_pass_shellcheck(example: tuple[str, str], make_report: Any, folder: Path) -> None:
    write_project(make_report(*example), folder, example[1])
    readme = (folder / "README.md").read_text(encoding="utf-8")
    scripts = re.findall(r"^```\n(#!/bin/bash\n.*?)^```", readme, flags=re.DOTALL | re.MULTILINE)
    scripts += [path.read_text(encoding="utf-8") for path in folder.glob("*.sh")]
    for script in scripts:
        done = subprocess.run(["shellcheck", "-"], input=script, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("backend", _WITH_JOB)
def test_a_batch_job_starts_what_slurm_gave_it_and_goes_on_when_sent_again(
    backend: str, make_report: Any, folder: Path
) -> None:
    layout = next(iter(back_end(backend).layouts))
    write_project(make_report(layout, backend), folder, backend)
    script = (folder / "job.sh").read_text(encoding="utf-8")
    assert script.startswith("#!/bin/bash\n") and "#SBATCH --ntasks-per-node=1" in script
    tools = folder / "tools"
    tools.mkdir()
    for name, body in (("srun", 'printf "%s\\n" "$@"'), ("scontrol", "printf 'node7\\nnode8\\n'")):
        (tools / name).write_text(f"#!/bin/bash\n{body}\n")
        (tools / name).chmod(0o755)
    slurm = {"NNODES": "2", "GPUS_ON_NODE": "4", "CPUS_PER_TASK": "32", "JOB_ID": "11", "JOB_NODELIST": "node[7-8]"}
    environment = {"PATH": f"{tools}:{os.environ['PATH']}", **{f"SLURM_{name}": value for name, value in slurm.items()}}

    def started() -> list[str]:
        command = ["bash", "job.sh", "my data", "runs/1"]
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=True
        ).stdout.splitlines()

    first = started()
    assert first[0] == "--cpus-per-task=32"
    assert first[first.index("--data") + 1] == "my data" and "--resume" not in first
    if backend != "keras":
        pairs = list(itertools.pairwise(first))
        assert {("--nnodes", "2"), ("--nproc-per-node", "4"), ("--rdzv-endpoint", "node7:29500")} <= set(pairs)
    (folder / "runs" / "1").mkdir(parents=True)
    (folder / "runs" / "1" / "config.json").write_text("{}")
    assert started() == [*first, "--resume"]


@pytest.mark.parametrize(
    ("batch", "counts"), [(2, {"2"}), (12, {"4"}), (16, {"4", "2 --nproc-per-node 4"}), (1, set())]
)
def test_launch_lines_name_processes_that_share_the_batch(batch: int, counts: set[str], make_report: Any) -> None:
    readme = render(read_choice(make_report("images", batch_size=batch)))["README.md"]
    shown = re.findall(
        r"torchrun (?:--standalone --nproc-per-node|--nnodes) ([0-9]+(?: --nproc-per-node [0-9]+)?)", readme
    )
    assert set(shown) == counts
    assert ("accelerate launch" in readme) is bool(counts)


def test_a_moving_average_is_not_sent_to_fsdp(make_report: Any) -> None:
    plain, averaged = (
        render(read_choice(make_report("images", techniques=techniques)))["README.md"] for techniques in ([], ["ema"])
    )
    assert "--strategy fsdp" in plain and "--strategy fsdp" not in averaged


@pytest.mark.parametrize("backend", ["torch", "transformers", "trl"])
def test_weights_are_shared_out_only_where_the_plan_shards(backend: str, make_report: Any, folder: Path) -> None:
    layout = next(iter(back_end(backend).layouts))
    for number, (techniques, stage) in enumerate((([], 2), (["sharding"], 3))):
        target = folder.with_name(f"project{number}")
        write_project(make_report(layout, backend, techniques=techniques), target, backend)
        settings = json.loads((target / "deepspeed.json").read_text())
        assert settings["zero_optimization"]["stage"] == stage
        assert f"ZeRO stage {stage}" in (target / "README.md").read_text()


def test_deepspeed_reads_the_plans_numbers(run_in: Any, python_with: Any) -> None:
    _needs_deepspeed(python_with("torch"))
    run_in(
        "images",
        """
        import json, os
        os.environ["DS_ACCELERATOR"] = "cpu"
        from dataclasses import replace
        from config import PLAN
        from zero import SETTINGS, planned_settings
        from deepspeed.runtime.config import DeepSpeedConfig

        config = replace(PLAN, batch_size=64, accumulation=2, clip=0.7)
        settings = planned_settings(json.loads(SETTINGS.read_text()), config, 4)
        assert "auto" not in settings.values()
        os.environ.update(WORLD_SIZE="4", RANK="0")
        settings["train_batch_size"] = 64 // 4  # DeepSpeedConfig alone counts one process
        read = DeepSpeedConfig(settings)
        assert read.train_micro_batch_size_per_gpu == 8 and read.gradient_accumulation_steps == 2
        assert read.gradient_clipping == 0.7 and read.zero_optimization_stage == 2
        assert read.zero_allow_untested_optimizer
        """,
    )


def test_a_lock_that_deepspeed_would_wait_for_is_named(run_in: Any) -> None:
    said = run_in(
        "table",
        """
        import os, pathlib
        os.environ["TORCH_EXTENSIONS_DIR"] = "extensions"
        lock = pathlib.Path("extensions/py/deepspeed_shm_comm/lock")
        lock.parent.mkdir(parents=True)
        lock.touch()
        from records import Stop
        from zero import check_locks
        check_locks()  # a build may be under way
        os.utime(lock, (0, 0))
        try:
            check_locks()
        except Stop as reason:
            print(reason)
        """,
    )
    assert "extensions/py/deepspeed_shm_comm/lock" in said and "delete this file" in said


@pytest.mark.parametrize("strategy", ["ddp", "fsdp", "deepspeed"])
def test_a_run_of_two_processes_stopped_within_an_epoch_goes_on_as_if_it_had_not(
    strategy: str, run_in: Any, folder: Path, python_with: Any
) -> None:
    python = python_with("torch")
    if strategy == "deepspeed":
        _needs_deepspeed(python)
    run_in("table", "from sample import write_sample; from pathlib import Path; write_sample(Path('data'))")
    with (folder / "config.py").open("a") as stream:
        stream.write("\n\nPLAN = replace(SMOKE, epochs=3, accumulation=2, clip=0.5)\n")
    (folder / "half.py").write_text(_HALF.format(strategy=strategy))
    common = ["train.py", "--data", "data", "--strategy", strategy, "--out"]
    _two(python, folder, [*common, "runs/whole"])
    _two(python, folder, ["half.py"])
    _two(python, folder, [*common, "runs/again", "--resume"])
    whole, again = (_rows(folder / "runs" / name) for name in ("whole", "again"))
    assert len(whole) == len(again) == 3 * 12 + 3  # one line for each step and epoch, from one process
    for one, other in zip(whole, again, strict=True):
        assert one.keys() == other.keys()
        for name in {"step", "lr", "train_loss", "grad_norm", "val_loss"} & one.keys():
            assert one[name] == pytest.approx(other[name], rel=1e-9), name
    assert whole[-1]["train_loss"] < whole[0]["train_loss"] / 2
    results = [json.loads((folder / "runs" / name / "result.json").read_text()) for name in ("whole", "again")]
    assert results[0] == results[1] and results[0]["beats_baseline"]
    if strategy != "ddp":
        refused = _two(python, folder, ["train.py", "--data", "data", "--out", "runs/again", "--resume"], right=False)
        assert f"began with --strategy {strategy}" in refused


_HALF = """
from pathlib import Path
from config import PLAN
from data import load_data
from runs import find_place, wait_for_all
from train import train
import torch

place = find_place("{strategy}")
train(PLAN, load_data(Path("data"), PLAN), Path("runs/again"), place, stop_after=18)
wait_for_all(place)
torch.distributed.destroy_process_group()
"""


def test_a_language_model_starts_with_two_processes(make_report: Any, folder: Path, python_with: Any) -> None:
    python = python_with("trl")
    write_project(make_report("chats", "trl"), folder, "trl")
    with (folder / "config.py").open("a") as stream:
        stream.write("\n\nPLAN = replace(SMOKE, weights='base', epochs=1)\n")
    lines = (
        "from pathlib import Path; from config import SMOKE; from model import make_tiny_base; import sample; "
        "sample.write_sample(Path('data')); make_tiny_base(SMOKE, sample.base_texts(), Path('base'), steps=40)"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run([python, "-c", lines], cwd=folder, env=environment, capture_output=True, check=True, timeout=300)
    _two(python, folder, ["train.py", "--data", "data", "--out", "runs/1"])
    rows = _rows(folder / "runs" / "1")
    steps = [row["step"] for row in rows if "train_loss" in row]
    assert steps == sorted(set(steps)) and steps[-1] == rows[-1]["total_steps"]
    assert (folder / "runs" / "1" / "result.json").exists()


def _two(python: str, folder: Path, command: list[str], right: bool = True) -> str:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    launch = [python, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", *command]
    done = subprocess.run(launch, cwd=folder, env=environment, capture_output=True, text=True, timeout=590, check=False)
    assert (done.returncode == 0) is right, done.stderr[-2000:]
    return done.stderr


def _rows(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "log.jsonl").read_text(encoding="utf-8").splitlines()]


def _needs_deepspeed(python: str) -> None:
    asked = "import importlib.util as u; raise SystemExit(not (u.find_spec('deepspeed') and u.find_spec('accelerate')))"
    if subprocess.run([python, "-c", asked], check=False).returncode:
        pytest.skip("NOT RUN: DeepSpeed and accelerate are not installed beside torch")


@pytest.mark.parametrize("backend", ["torch", "keras", "transformers", "trl", "gbdt", "sb3"])
def test_the_band_of_three_seeds_is_their_spread(backend: str, make_report: Any, folder: Path) -> None:
    write_project(make_report(next(iter(back_end(backend).layouts)), backend), folder, backend)
    plan, intervals = _module(folder, "config").PLAN, _module(folder, "intervals")
    values = [0.8, 0.9, 0.85]
    runs = [(replace(plan, seed=seed), value) for seed, value in enumerate(values)]
    band = json.loads(intervals.seed_noise(runs))
    assert band["mean"] == pytest.approx(0.85) and band["seeds"] == [0, 1, 2] and band["runs"] == 3
    assert band["seed_noise_standard_deviation"] == pytest.approx((0.005 / 2) ** 0.5)  # squares: 0.05², 0.05², 0
    assert band["seed_noise_standard_deviation"] == pytest.approx(statistics.stdev(values))
    assert (band["lowest"], band["highest"]) == (0.8, 0.9)
    assert "seed_noise(values)" in (folder / "evaluate.py").read_text()


def test_runs_that_are_no_seeds_of_one_plan_have_no_band(make_report: Any, folder: Path) -> None:
    write_project(make_report("table"), folder)
    plan, intervals = _module(folder, "config").PLAN, _module(folder, "intervals")
    other = replace(plan, seed=1, learning_rate=plan.learning_rate * 2)
    assert "differ in learning_rate" in intervals.seed_noise([(plan, 0.8), (other, 0.9)])
    assert "same seed" in intervals.seed_noise([(plan, 0.8), (plan, 0.8)])
