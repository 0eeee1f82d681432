"""Makes data/timm_*.csv and data/measurement_series.csv from the published tables.

usage: python tools/catalog/build/timm_tables.py SHARED_DATA TIMM_PACKAGE_FOLDER COUNTS.csv ...
SHARED_DATA: folder with timm/*.csv. TIMM_PACKAGE_FOLDER: site-packages/timm of timm 1.0.31,
read as text for the module of each model and the licence in each pretrained configuration.
COUNTS.csv: what count_timm.py wrote. A model it could not build keeps the figures of the published tables, rounded as
printed there, at the largest side they were measured at; "GMACs" in these tables are MACs.
"""

from __future__ import annotations

import ast
import csv
import re
import sys
import tomllib
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"
COUNTED = "computed: timm 1.0.31 on the meta device"
RESULTS = "huggingface/pytorch-image-models results/"
DEVICES = {"rtx3090": "rtx-3090", "rtx4090": "rtx-4090", "4090": "rtx-4090", "pro6000maxq": "rtx-pro-6000-max-q"}
PRECISIONS = {"amp": "amp-fp16", "amp_bf16": "amp-bf16", "bf16": "bf16", "fp32": "fp32"}
ARCHITECTURE = (
    "id,name,family,architecture_class,domain,params,macs,macs_at,activations,ops,footprint,config,aliases,source"
)
WEIGHTS = (
    "architecture_id,tag,where,hub,license,code_license,pretraining_data,"
    "metric,value,unit,dataset,resolution,year,source"
)
SERIES = "series,device_id,precision,runtime,layout,batch,mode,source"


def rows(path: Path) -> list[dict[str, str]]:
    """All rows of one CSV file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write(name: str, header: str, body: list[list[str]]) -> None:
    """One data file, rows in the order given."""
    with (DATA / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(body)


def modules(package: Path) -> dict[str, str]:
    """Model id -> file stem that registers it."""
    found = {}
    for path in sorted((package / "models").glob("*.py")):
        for match in re.finditer(r"@register_model\s+def (\w+)\(", path.read_text(encoding="utf-8")):
            found[match[1]] = path.stem
    return found


def licenses(package: Path) -> dict[str, str]:
    """Weight name ("model.tag") -> licence as its entry, or the function that makes its entry, states it."""
    found = {}
    for path in sorted((package / "models").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        usual = {node.name: _usual_license(node) for node in tree.body if isinstance(node, ast.FunctionDef)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Dict):
                continue
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
                    own = [_text(word.value) for word in value.keywords if word.arg == "license"]
                    found[str(key.value)] = own[0] if own else usual.get(value.func.id, "")
    return {name: license for name, license in found.items() if license}


def _usual_license(function: ast.FunctionDef) -> str:
    """The licence among the defaults a configuration function returns, or ""."""
    for node in ast.walk(function):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "license":
                    return _text(value)
    return ""


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def measurements(folder: Path) -> tuple[dict[str, list[str]], list[list[str]]]:
    """Cells per model id, and the series table; one series per benchmark file."""
    cells: dict[str, list[str]] = {}
    about = []
    for number, path in enumerate(sorted(folder.glob("benchmark-*.csv"))):
        _, mode, precision, layout, *rest = path.stem.split("-")
        compiled = rest[-1] == "dynamo"
        torch = next(part for part in rest if part.startswith("pt"))
        place = rest[-2] if compiled else rest[-1]
        device = "core-i7-12700h" if "i7_12700h" in place else DEVICES[place]
        runtime = f"pytorch-{torch[2]}.{torch[3:] if torch[2] == '1' else torch[3]}" + ("-compile" if compiled else "")
        kind = "infer" if mode == "infer" else "train"
        # A run that failed left its cells empty; it is no measurement.
        table = [row for row in rows(path) if row[f"{'infer' if mode == 'infer' else 'train'}_samples_per_sec"]]
        batches = [round(float(row[f"{kind}_batch_size"])) for row in table]
        usual = max(set(batches), key=batches.count)
        full = "training" if kind == "train" else "inference"
        about.append(
            [f"s{number}", device, PRECISIONS[precision], runtime, layout, str(usual), full, RESULTS + path.name]
        )
        for row, batch in zip(table, batches, strict=True):
            cell = f"s{number}:{row[f'{kind}_img_size']}:{float(row[f'{kind}_samples_per_sec']):g}"
            cells.setdefault(row["model"].partition(".")[0], []).append(cell + ("" if batch == usual else f":{batch}"))
    return cells, about


def printed(folder: Path) -> dict[str, list[str]]:
    """Model id -> params, MACs, size and activations of the newest published table, at its largest measured side."""
    found: dict[str, list[str]] = {}
    names = sorted(folder.glob("benchmark-infer-*.csv"), key=lambda path: re.findall(r"pt(\d+)", path.name))
    for path in names:
        usable = [row for row in rows(path) if row["infer_gmacs"] and row["infer_macts"]]
        for row in sorted(usable, key=lambda row: int(row["infer_img_size"])):
            side, millions = row["infer_img_size"], float(row["param_count"])
            macs, written = float(row["infer_gmacs"]) * 1e9, float(row["infer_macts"]) * 1e6
            cells = [str(round(millions * 1e6)), str(round(macs)), f"{side}x{side}", str(round(written))]
            found[row["model"].partition(".")[0]] = cells
    return found


def counted(paths: list[Path]) -> dict[str, list[str]]:
    """The same cells as count_timm.py wrote them."""
    found = {}
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            model, params, macs, height, width, written = line.split(",")
            found[model] = [params, macs, f"{height}x{width}", written]
    return found


def main(shared: Path, package: Path, exact: list[Path]) -> None:
    """Writes every generated file."""
    where, stated = modules(package), licenses(package)
    classes = tomllib.loads(Path(__file__).with_name("timm_classes.toml").read_text(encoding="utf-8"))
    class_of = {module: kind for kind, listed in classes.items() for module in listed}
    cells, about = measurements(shared / "timm")
    ours, theirs, body = counted(exact), printed(shared / "timm"), []
    for model in sorted(theirs):
        module = where.get(model)
        if module is None or module not in class_of:
            print("left out, no module or class:", model, module)
            continue
        source = COUNTED if model in ours else RESULTS + "benchmark-infer-*.csv (rounded as printed)"
        numbers = ours.get(model) or theirs[model]
        body.append([model, model, module, class_of[module], "CV", *numbers, "", "", "", "", source])
    print("rounded as printed:", *(row[0] for row in body if row[0] not in ours))
    listed = {row[0] for row in body}
    write("timm_architecture.csv", ARCHITECTURE, body)
    write("timm_measurement.csv", "id,cells", [[m, "|".join(c)] for m, c in sorted(cells.items()) if m in listed])
    write("measurement_series.csv", SERIES, about)
    weights = []
    for row in sorted(rows(shared / "timm" / "results-imagenet.csv"), key=lambda row: row["model"]):
        model, _, tag = row["model"].partition(".")
        if model in listed:
            side, license = row["img_size"], stated.get(row["model"], "unknown")
            result = ["top1_accuracy", row["top1"], "%", "ImageNet-1k val", f"{side}x{side}", ""]
            hub = f"timm/{row['model']}"
            weights.append(
                [model, tag, "timm", hub, license, "apache-2.0", "", *result, RESULTS + "results-imagenet.csv"]
            )
    write("timm_weights.csv", WEIGHTS, weights)
    print(len(body), "architectures", len(weights), "weights", sum(map(len, cells.values())), "measurements")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), [Path(name) for name in sys.argv[3:]])
