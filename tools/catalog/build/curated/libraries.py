"""How networks of the model libraries are built from a configuration, without weights and without a network."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import torch

from deep_learning_expert.tools.catalog.build.operations import torchvision_shim

torchvision_shim()
TRANSFORMERS = "transformers 5.24.0 on the meta device, the published configuration"
DIFFUSERS = "diffusers 0.42.1 on the meta device, the published configuration"


def hugging_face(settings: str, network: str, sizes: Mapping[str, Any]) -> Callable[[], Any]:
    """A network of transformers; `sizes` are what differs from the configuration's own defaults."""

    def build() -> Any:
        library = import_module("transformers")
        _without_masks()
        return getattr(library, network)(getattr(library, settings)(**sizes))

    return build


def _without_masks() -> None:
    """Whether a mask is needed is read from its values; counts do not depend on it, so none is made."""
    masking = import_module("transformers.masking_utils")
    for name in ("_ignore_causal_mask_sdpa", "_ignore_bidirectional_mask_sdpa"):
        setattr(masking, name, lambda *_, **__: True)


def diffuser(network: str, sizes: Mapping[str, Any]) -> Callable[[], Any]:
    """A network of diffusers."""
    return lambda: getattr(import_module("diffusers"), network)(**sizes)


def from_repository(repository: str, module: str, folder: str = "", without: Iterable[str] = ()) -> Any:
    """A module of a repository's checkout, $CATALOG_SOURCES/<owner>+<name>/<folder>.

    without: modules it imports that counting does not need, and that are not installed; of a package of its own, only
    what its __init__ imports. Its own modules are forgotten after the import, since many repositories call theirs
    "models" and "utils".
    """
    root = Path(os.environ["CATALOG_SOURCES"]) / repository.replace("/", "+") / folder
    before = set(sys.modules)
    for name in without:
        parent, _, child = name.rpartition(".")
        sys.modules[name] = _stand_in(name, root)
        if parent in sys.modules:
            setattr(sys.modules[parent], child, sys.modules[name])
    sys.path.insert(0, str(root))
    try:
        return import_module(module)
    finally:
        sys.path.remove(str(root))
        for name in set(sys.modules) - before:
            one = sys.modules[name]
            if name in without or str(root) in str(getattr(one, "__file__", None) or getattr(one, "__path__", "")):
                del sys.modules[name]


def _stand_in(name: str, root: Path) -> Any:
    folder = root.joinpath(*name.split("."))
    if not folder.is_dir():
        return MagicMock()
    package = ModuleType(name)
    package.__path__ = [str(folder)]
    package.__getattr__ = lambda _: MagicMock()
    return package


def checkout(
    repository: str, module: str, make: Callable[[Any], Any], folder: str = "", without: Iterable[str] = ()
) -> Callable[[], Any]:
    """A network of a repository; `make` gets its module."""
    return lambda: make(from_repository(repository, module, folder, without))


def trainable(network: Any) -> int:
    """Parameters without fixed tables of sines."""
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)


def tokens(*shape: int) -> torch.Tensor:
    """Token ids; their values are never read on the meta device."""
    return torch.zeros(shape, dtype=torch.long)
