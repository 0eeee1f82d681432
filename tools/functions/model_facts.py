"""Tool: everything about one model under stated conditions."""

from __future__ import annotations

from collections.abc import Mapping

from deep_learning_expert.tools.catalog.devices import device
from deep_learning_expert.tools.catalog.models import architecture, measurements_of, weights_of
from deep_learning_expert.tools.estimate.model_facts import ModelFactsArgs, model_facts
from deep_learning_expert.tools.toolbox import Tool


def run(arguments: ModelFactsArgs) -> Mapping[str, object]:
    """The figures asked for and what cannot be said and why; of a catalogued model also its published weights with
    licences, and its published timings on the device asked for.

    Errors: UnknownNameError with the nearest names, OutOfRangeError, ToolError; see `estimate.model_facts`.
    """
    found = model_facts(arguments)
    answer: dict[str, object] = {"model": found.model, "facts": found.facts, "unknown": found.unknown}
    if arguments.model is not None:
        row = architecture(arguments.model)
        answer |= {"architecture": row, "weights": weights_of(row.id)}
        if arguments.device is not None:
            wanted = device(arguments.device).id
            answer["measurements"] = [one for one in measurements_of(row.id) if device(one.device_id).id == wanted]
    return answer


TOOL = Tool(
    "model_facts",
    "Anything about one model, by name or config: parameters, MACs, sizes, memory of inference and training, largest "
    "safe batch, latency on a device, training time, cost and energy, each with its source; weights and licences.",
    ModelFactsArgs,
    run,
)
