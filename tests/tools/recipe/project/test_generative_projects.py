"""Parts of the projects for diffusion, run where a Python with torch is at hand (DL_EXPERT_TORCH_PYTHON): the noise
schedule, drawing, the trivial denoiser, and what data.py makes of a folder of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deep_learning_expert.tools.errors import CannotSayError
from deep_learning_expert.tools.recipe.project.choice import read_choice
from deep_learning_expert.tools.recipe.project.write import write_project


def test_the_schedule_ends_in_noise_and_larger_pictures_get_more_of_it(run_in: Any) -> None:
    run_in(
        "pictures",
        """
        from dataclasses import replace
        import torch
        from config import PLAN
        from diffusion import asked, clean_of, shares

        keep, blur = shares(PLAN)
        assert torch.allclose(keep**2 + blur**2, torch.ones(PLAN.noise_steps))
        assert keep[0] > 0.999 and keep[-1] < 0.01 and (keep.diff() < 0).all()
        assert torch.equal(keep, shares(replace(PLAN, image_size=32))[0])
        larger = shares(replace(PLAN, image_size=256))[0]
        signal = lambda part: part**2 / (1 - part**2)
        ratio = (signal(keep) / signal(larger))[100:900]  # Hoogeboom et al. 2023: the side's ratio squared
        assert (ratio / 16 - 1).abs().max() < 0.05, ratio
        clean, noise = torch.rand(2, 3, 8, 8), torch.randn(2, 3, 8, 8)
        for kind in ("epsilon", "v_prediction"):
            config = replace(PLAN, prediction=kind)
            answer = asked(clean, noise, keep[300], blur[300], config)
            again = clean_of(keep[300] * clean + blur[300] * noise, answer, keep[300], blur[300], config)
            assert torch.allclose(again, clean, atol=1e-4), kind
        """,
    )


def test_a_perfect_denoiser_draws_the_distribution_it_knows(run_in: Any) -> None:
    run_in(
        "pictures",
        """
        from dataclasses import replace
        import torch
        from torch import nn
        from config import PLAN
        from diffusion import asked, draw_many, shares

        config = replace(PLAN, image_size=8, draw_steps=100, eval_batch_size=64)
        keeps, blurs = shares(config)
        mean, deviation = 0.2, 0.1

        class Perfect(nn.Module):  # for pixels that are normally distributed, each by itself
            def forward(self, inputs):
                keep, blur = (part[inputs["time"]][:, None, None, None] for part in (keeps, blurs))
                noisy = inputs["noisy"]
                clean = mean + keep * deviation**2 / (keep**2 * deviation**2 + blur**2) * (noisy - keep * mean)
                return asked(clean, (noisy - keep * clean) / blur, keep, blur, config)

        drawn = draw_many(Perfect(), 100, config, torch.device("cpu"), seed=1)
        assert drawn.shape == (100, 3, 8, 8)
        assert abs(drawn.mean() - mean) < 0.01 and abs(drawn.std() - deviation) < 0.01, (drawn.mean(), drawn.std())
        assert torch.equal(drawn, draw_many(Perfect(), 100, config, torch.device("cpu"), seed=1))
        """,
    )


def test_frechet_distance_agrees_with_hand_calculation(run_in: Any) -> None:
    run_in(
        "pictures",
        """
        import numpy as np
        from evaluate import frechet

        ones = np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]] * 3)
        assert frechet(ones, ones) < 1e-9
        assert abs(frechet(ones, ones + [3, 4]) - 25) < 1e-9  # the same shape elsewhere: distance of the means, squared
        variance = np.cov(ones, rowvar=False)[0, 0]
        assert abs(frechet(ones, 2 * ones) - 2 * variance) < 1e-9  # per axis (2 s - s)^2
        """,
    )


def test_copies_count_once_and_judged_pictures_keep_their_noise(run_in: Any) -> None:
    run_in(
        "pictures",
        """
        import shutil
        from dataclasses import replace
        from pathlib import Path
        import torch
        from config import PLAN
        from data import load_data
        from sample import write_sample

        write_sample(Path("digits"))
        for number in range(5):
            shutil.copy("digits/0000.png", f"digits/copy-{number}.png")
        data = load_data(Path("digits"), replace(PLAN, image_size=8))
        assert len(data.train) + len(data.val) + len(data.test) == 1797
        first, second = data.val[3], data.val[3]
        assert all(torch.equal(first["inputs"][name], second["inputs"][name]) for name in ("noisy", "time"))
        assert not torch.equal(data.train[3]["target"], data.train[3]["target"])
        assert len(load_data(Path("digits"), replace(PLAN, image_size=8, val_pictures=50)).val) == 50
        assert data.train.picture(0).abs().max() <= 1
        """,
    )


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        ("Path('data').mkdir(); Path('data/a.png').write_text('no picture')", "cannot be read"),
        ("Path('data').mkdir()", "at least ten"),
        ("pass", "is not a folder"),
    ],
)
def test_a_folder_without_pictures_stops_with_one_sentence(prepare: str, sentence: str, run_in: Any) -> None:
    said = run_in(
        "pictures",
        f"""
        from pathlib import Path
        from config import PLAN
        from data import load_data
        from records import Stop
        {prepare}
        if Path("data").exists() and any(Path("data").iterdir()):
            for number in range(12):
                Path(f"data/{{number}}.png").write_text(f"no picture {{number}}")
        try:
            load_data(Path("data"), PLAN)
        except Stop as reason:
            print(reason)
        """,
    )
    assert sentence in said


def test_a_network_without_template_is_refused(make_report: Any) -> None:
    report = make_report("pictures")
    report["decisions"]["architecture"] |= {"id": "edm_ffhq64", "name": "EDM (DDPM++ U-Net)", "family": "edm"}
    with pytest.raises(CannotSayError) as caught:
        read_choice(report)
    assert caught.value.code == "project.no_model"


def test_restorers_are_the_published_networks_in_size(run_in: Any) -> None:
    run_in(
        "restoration",
        """
        import torch
        from config import PLAN
        from model import build_model

        with torch.device("meta"):
            network = build_model(PLAN, None)
        assert sum(item.numel() for item in network.parameters()) == 29_159_715  # NAFNet of width 32, as in our catalog
        """,
    )


def test_enlarging_has_the_published_size_and_answers_in_the_larger_size(
    make_report: Any, folder: Path, run_in: Any
) -> None:
    report = make_report("restoration")
    report["decisions"]["architecture"] |= {"id": "swinir_m", "name": "SwinIR", "family": "swinir", "mode": "finetune"}
    report["decisions"]["architecture"]["weights"] = "JingyunLiang/SwinIR"
    report["decisions"]["recipe"]["techniques"].append("pretrained-init")
    write_project(report, folder)
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert "in the place of the plan's SwinIR" in readme
    assert "pretrained weights" in readme.split("left to you")[1]
    run_in(
        "restoration",
        """
        import torch
        from config import PLAN
        from model import build_model

        network = build_model(PLAN, None)
        assert sum(item.numel() for item in network.parameters()) == 1_517_571  # EDSR-baseline, four times larger
        assert network(torch.rand(1, 3, 12, 10)).shape == (1, 3, 48, 40)
        """,
    )


def test_psnr_and_ssim_agree_with_hand_calculation(run_in: Any) -> None:
    run_in(
        "restoration",
        """
        import math
        import torch
        from evaluate import quality, smoothed

        picture = (torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(0)) * 200).round() / 255
        off = picture + 10 / 255
        psnr, ssim = quality(off, picture)
        assert abs(psnr - 20 * math.log10(255 / 10)) < 1e-3  # an error of 10 of 255 everywhere
        assert 0.9 < ssim < 1 and abs(quality(picture, picture)[1] - 1) < 1e-6
        assert quality(torch.rand(3, 32, 32), picture)[1] < 0.3
        assert torch.allclose(smoothed(torch.full((3, 20, 20), 0.4), 1.0), torch.tensor(0.4))
        """,
    )


def test_pairs_are_cut_at_the_same_place(run_in: Any) -> None:
    run_in(
        "restoration",
        """
        from dataclasses import replace
        from pathlib import Path
        import numpy as np
        import torch
        from PIL import Image
        from config import PLAN
        from data import load_data

        generator = np.random.default_rng(0)
        for part in ("input", "target"):
            (Path("pairs") / part).mkdir(parents=True)
        for number in range(12):
            values = generator.integers(0, 128, (40, 56, 3), dtype=np.uint8)
            Image.fromarray(2 * values).save(f"pairs/target/{number}.png")
            Image.fromarray(values).save(f"pairs/input/{number}.png")
        data = load_data(Path("pairs"), replace(PLAN, patch=16, patches_each=4))
        assert "0 degraded here" in data.info.summary and len(data.train) == 4 * 8
        for item in range(20):
            row = data.train[item]
            assert row["inputs"].shape == (3, 16, 16) and torch.allclose(2 * row["inputs"], row["target"])
        assert data.val[0]["inputs"].shape == (3, 32, 48)  # the middle whose sides the network can halve four times
        clean = load_data(Path("pairs/target"), replace(PLAN, patch=16))
        assert torch.equal(clean.val[1]["inputs"], clean.val[1]["inputs"])
        assert not torch.equal(clean.val[1]["inputs"], clean.val[1]["target"])
        """,
    )


@pytest.mark.parametrize(
    ("size", "sentence"), [((30, 40), "lower `patch`"), ((300, 300), "have none of the same name")]
)
def test_pairs_that_do_not_fit_stop_with_one_sentence(size: tuple[int, int], sentence: str, run_in: Any) -> None:
    said = run_in(
        "restoration",
        f"""
        from pathlib import Path
        from PIL import Image
        from config import PLAN
        from data import load_data
        from records import Stop

        for part in ("input", "target"):
            Path("pairs", part).mkdir(parents=True)
        for number in range(12):
            Image.new("RGB", {size}).save(f"pairs/target/{{number}}.png")
            if {size} != (300, 300):
                Image.new("RGB", {size}).save(f"pairs/input/{{number}}.png")
        try:
            load_data(Path("pairs"), PLAN)
        except Stop as reason:
            print(reason)
        """,
    )
    assert sentence in said


@pytest.mark.parametrize(
    "architecture",
    [
        {"id": "sdxl", "name": "SDXL"},
        {"id": "sd15", "name": "Stable Diffusion 1.5", "weights": "stable-diffusion-v1-5/stable-diffusion-v1-5"},
    ],
    ids=lambda chosen: chosen["id"],
)
def test_adapters_alone_are_kept_and_diffusers_reads_them(
    architecture: dict[str, str], make_report: Any, folder: Path, run_in: Any
) -> None:
    report = make_report("captioned")
    report["decisions"]["architecture"] |= architecture
    write_project(report, folder)
    said = run_in(
        "captioned",
        """
        from dataclasses import replace
        from pathlib import Path
        import torch
        from adapters import draw, save_adapters
        from config import SMOKE
        from data import load_data
        from evaluate import predict
        from model import build_model
        from records import Stop
        from sample import make_tiny_base, write_sample

        config = replace(SMOKE, weights="base", draws=2)
        make_tiny_base(config, Path("base"), steps=1)
        write_sample(Path("data"))
        often = load_data(Path("data"), replace(config, least_epoch_steps=100)).train
        assert 100 * config.batch_size <= len(often) < 100 * config.batch_size + 168 and often[len(often) - 1]
        data = load_data(Path("data"), config)
        assert len(data.train) == 168
        model, place = build_model(config, data.info), torch.device("cpu")
        trained = [name for name, item in model.named_parameters() if item.requires_grad]
        assert trained and all("lora_" in name and name.startswith("unet.") for name in trained)
        assert set(model.state_dict()) == set(trained)  # a checkpoint holds no published weights
        _, first, _ = predict(model, data.val, config, data.info, place)
        with model.untuned():
            _, untuned, _ = predict(model, data.val, config, data.info, place)
        assert (first == untuned).all() and len(first) == len(data.val) // 2  # new adapters change nothing
        for name, item in model.named_parameters():
            if item.requires_grad:
                torch.nn.init.normal_(item, std=0.05)
        _, changed, _ = predict(model, data.val, config, data.info, place)
        assert abs(changed - first).max() > 1e-4
        again = build_model(config, data.info)
        again.load_state_dict(model.state_dict())
        assert (predict(again, data.val, config, data.info, place)[1] == changed).all()
        try:
            build_model(replace(config, lora_rank=4), data.info).load_state_dict({})
        except Stop as reason:
            print(reason)
        assert save_adapters(again, Path("lora")).exists()  # compares the answers
        with_, without = draw(model.eval(), config, "a bright two", 1, seed=0)
        assert with_.size == (32, 32) and list(with_.getdata()) != list(without.getdata())
        """,
    )
    assert "belong to other weights" in said and "agree with the model" in said


def test_other_networks_and_full_training_of_them_are_refused(make_report: Any) -> None:
    report = make_report("captioned")
    report["decisions"]["architecture"] |= {"id": "flux1_dev", "name": "FLUX.1-dev", "family": "flux"}
    with pytest.raises(CannotSayError) as caught:
        read_choice(report)
    assert caught.value.code == "project.no_model"
    with pytest.raises(CannotSayError) as caught:
        report = make_report("images")
        report["decisions"]["architecture"]["mode"] = "lora"
        read_choice(report)
    assert caught.value.code == "project.no_mode"
