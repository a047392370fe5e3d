"""A model as one ONNX file, for programs without torch: grey faces in, calibrated probabilities out.

Input `faces`: float32 [N, 1, 48, 48], grey values 0 to 255 of crops framed as the metadata say. Output `probabilities`:
float32 [N, 7], in the order of the metadata's `labels`. Normalisation, the three equal channels, the second look at
the mirror image where the model takes one, and the temperature are part of the graph.
"""

from __future__ import annotations

import json
import logging
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from gallery.errors import CheckpointError, ExportError, UsageError
from gallery.system.files import write_beside
from gallery.vision.checkpoints import ModelCard, read_card
from gallery.vision.preprocess import Preprocessing
from gallery.vision.weights import load_network, preprocessing_of

if TYPE_CHECKING:
    import onnx

MAX_DIFFERENCE: Final = 1e-4
"""In any probability, between torch's answer and that of the exported graph."""

OPSET: Final = 18
LICENCE: Final = (
    "Exported by gallery, which is under the MIT licence and so are the models it ships. They were trained on FER2013, "
    "whose pictures come from web searches and belong to others; a model of your own is yours to license."
)

Faces = npt.NDArray[np.float32]
Evaluate = Callable[[Faces], Faces]


def export_onnx(checkpoint: Path, out: Path, *, overwrite: bool = False) -> None:
    """Writes the model as ONNX after checking that an evaluator other than torch gets the same from it.

    The file appears whole or not at all. Raises UsageError without the packages `onnx` and `onnxscript`, and where
    something is there already and `overwrite` is false; CheckpointError for an unusable checkpoint, or one whose
    graph gives other probabilities than torch; ExportError where the file can't be written.
    """
    _require_packages()
    if os.path.lexists(out) and (not overwrite or out.is_dir()):
        raise UsageError(f"{out}: is there already; choose another name by --output, or --force to replace it")
    card = read_card(checkpoint)
    network = ProbabilityNetwork(load_network(checkpoint), preprocessing_of(card), card.temperature)
    graph = _with_metadata(_translated(network), card)
    content: bytes = graph.SerializeToString()
    worst = _difference(network, _evaluator(content), int(card.preprocessing["size"]))
    if not worst <= MAX_DIFFERENCE:
        raise CheckpointError(
            checkpoint, f"as ONNX it answers differently, by {worst:.2g} in a probability; not exported"
        )
    try:
        write_beside(out, content)
    except OSError as error:
        raise ExportError(out, f"can't be written: {error.strerror or error}") from None


class ProbabilityNetwork(nn.Module):
    """A network with all that stands around it when faces are read: grey values in, calibrated probabilities out."""

    def __init__(self, network: nn.Module, preprocessing: Preprocessing, temperature: float) -> None:
        super().__init__()
        self.network = network.to(memory_format=torch.contiguous_format)
        self.preprocessing, self.temperature = preprocessing, temperature
        self.eval()

    def forward(self, faces: torch.Tensor) -> torch.Tensor:
        logits = self.preprocessing.logits(self.network, faces.squeeze(1))
        probabilities: torch.Tensor = (logits / self.temperature).softmax(1)
        return probabilities


def _require_packages() -> None:
    for name in ("onnx", "onnxscript"):
        try:
            import_module(name)
        except ImportError:
            raise UsageError(
                f"exporting to ONNX needs the package {name}; in a copy of the project: pip install '.[onnx]'"
            ) from None


def _translated(network: ProbabilityNetwork) -> onnx.ModelProto:
    # Two faces: torch takes a size of one for a constant.
    example = torch.zeros(2, 1, 48, 48)
    with _silence():
        program = torch.onnx.export(
            network,
            (example,),
            input_names=["faces"],
            output_names=["probabilities"],
            dynamic_shapes={"faces": {0: torch.export.Dim("n")}},
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    if program is None:
        raise RuntimeError("torch gave no program")
    return program.model_proto


@contextmanager
def _silence() -> Iterator[None]:
    """Torch and onnxscript tell of their stages, and warn of what they themselves will change."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)


def _with_metadata(graph: onnx.ModelProto, card: ModelCard) -> onnx.ModelProto:
    from onnx.helper import set_model_props

    graph.producer_name = "gallery"
    graph.doc_string = (__doc__ or "").partition("\n\n")[2]
    values = {
        "name": card.name,
        "model_id": card.model_id(),
        "architecture": card.architecture,
        "labels": json.dumps(card.labels),
        "framing": str(card.preprocessing["framing"]),
        "preprocessing": json.dumps(card.preprocessing),
        "temperature": repr(card.temperature),
        "metrics": json.dumps(card.metrics),
        "thresholds": json.dumps(card.thresholds),
        "licence": LICENCE,
    }
    set_model_props(graph, values)
    return graph


def _evaluator(content: bytes) -> Evaluate:
    """What runs the graph: onnxruntime where it is installed, else onnx's own reference, which is slow."""
    runner: Any
    try:
        runner = import_module("onnxruntime").InferenceSession(content, providers=["CPUExecutionProvider"])
    except ImportError:
        import onnx
        from onnx.reference import ReferenceEvaluator

        runner = ReferenceEvaluator(onnx.load_from_string(content))
    return lambda faces: np.asarray(runner.run(None, {"faces": faces})[0], dtype=np.float32)


@torch.inference_mode()
def _difference(network: ProbabilityNetwork, evaluate: Evaluate, side: int) -> float:
    """The largest difference in any probability, over one face and over several; NaN where an answer is."""
    differences = []
    for faces in (_noise(1, side), _noise(4, side), _face_like(4, side)):
        expected = network(torch.from_numpy(faces)).numpy()
        differences.append(float(np.abs(evaluate(faces) - expected).max()))
    return float(np.max(differences))


def _noise(count: int, side: int) -> Faces:
    return np.random.default_rng(0).uniform(0, 255, (count, 1, side, side)).astype(np.float32)


def _face_like(count: int, side: int) -> Faces:
    """Bright ovals on dark ground with two dark eyes and a mouth, the later ones wider open."""
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    faces = []
    for number in range(count):
        face = 40 + 150 * np.exp(-((x / 0.7) ** 4) - (y / 0.9) ** 4)
        for left, top, width, height in ((-0.3, -0.25, 0.15, 0.08), (0.3, -0.25, 0.15, 0.08), (0, 0.45, 0.3, 0.06)):
            face -= 110 * np.exp(-(((x - left) / width) ** 2) - ((y - top) / (height * (1 + number))) ** 2)
        faces.append(face.clip(0, 255))
    return np.stack(faces)[:, None].astype(np.float32)
