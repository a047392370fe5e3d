"""A model as ONNX says the same as in torch, to whoever runs it."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gallery.emotions import EMOTIONS
from gallery.errors import CheckpointError, ExportError, UsageError
from gallery.vision.checkpoints import find_model, read_card
from gallery.vision.classifier import NetworkClassifier
from tests.support.cli_gallery import Gallery
from tests.support.faces import easy_faces, plain_card, save_small_checkpoint, small_network

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxscript")

from onnx.reference import ReferenceEvaluator  # noqa: E402

from gallery.vision import onnx_export  # noqa: E402
from gallery.vision.networks import build_network  # noqa: E402
from gallery.vision.onnx_export import export_onnx  # noqa: E402
from gallery.vision.preprocess import Preprocessing  # noqa: E402
from gallery.vision.weights import save_checkpoint  # noqa: E402

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_small_checkpoint(tmp_path_factory.mktemp("model") / "small.safetensors", temperature=1.7)


@pytest.fixture(scope="module")
def exported(model: Path) -> Path:
    export_onnx(model, model.with_suffix(".onnx"))
    return model.with_suffix(".onnx")


def answers(exported: Path, faces: np.ndarray) -> np.ndarray:
    """As any program would read grey pictures [N, 48, 48] with the file."""
    [found] = ReferenceEvaluator(str(exported)).run(None, {"faces": faces[:, None].astype(np.float32)})
    return np.asarray(found)


@pytest.mark.parametrize("count", [1, 3])
def test_exported_model_reads_faces_as_the_program_does(model: Path, exported: Path, count: int) -> None:
    faces = easy_faces(1).pixels.numpy()[:count]
    expected = [one.probabilities for one in NetworkClassifier(model).predict([Image.fromarray(f) for f in faces])]
    found = answers(exported, faces)
    assert (found.shape, found.dtype) == ((count, 7), np.float32)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_file_says_what_goes_in_and_what_comes_out(model: Path, exported: Path) -> None:
    graph = onnx.load(exported)
    onnx.checker.check_model(graph, full_check=True)
    shapes = {
        one.name: [size.dim_param or size.dim_value for size in one.type.tensor_type.shape.dim]
        for one in (*graph.graph.input, *graph.graph.output)
    }
    assert shapes == {"faces": ["n", 1, 48, 48], "probabilities": ["n", 7]}
    kinds = {one.type.tensor_type.elem_type for one in (*graph.graph.input, *graph.graph.output)}
    assert kinds == {onnx.TensorProto.FLOAT}
    told = {one.key: one.value for one in graph.metadata_props}
    assert json.loads(told["labels"]) == list(EMOTIONS)
    assert (told["name"], told["model_id"]) == ("small", read_card(model).model_id())
    assert (told["framing"], told["temperature"]) == ("fer2013", "1.7")
    assert "MIT" in told["licence"]
    assert "FER2013" in told["licence"]
    assert [path.name for path in exported.parent.iterdir() if path != model] == ["small.onnx"]


def test_resnet_with_faces_normalised_by_themselves_can_be_exported_too(tmp_path: Path) -> None:
    path, options, alone = tmp_path / "r.safetensors", {"stem": "coarse"}, Preprocessing(per_face=True, mirror=True)
    save_checkpoint(
        path,
        build_network("resnet18", options).eval(),
        **{
            **plain_card_arguments(),
            "name": "r",
            "architecture": "resnet18",
            "options": options,
            "preprocessing": alone,
        },
    )
    export_onnx(path, tmp_path / "r.onnx")
    [face] = easy_faces(1).pixels.numpy()[:1]
    [expected] = NetworkClassifier(path).predict([Image.fromarray(face)])
    np.testing.assert_allclose(answers(tmp_path / "r.onnx", face[None])[0], expected.probabilities, atol=1e-4)


def plain_card_arguments() -> dict[str, Any]:
    card = plain_card()
    return {"preprocessing": Preprocessing(), **{key: card[key] for key in ("temperature", "metrics", "training")}}


def test_reference_evaluator_stands_in_where_onnxruntime_is_missing(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    export_onnx(model, tmp_path / "a.onnx")
    assert (tmp_path / "a.onnx").stat().st_size > 0


def test_answers_that_differ_are_an_error_and_leave_no_file(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing can make two right evaluators differ so little; a limit below their rounding does.
    monkeypatch.setattr(onnx_export, "MAX_DIFFERENCE", -1.0)
    with pytest.raises(CheckpointError, match="answers differently"):
        export_onnx(model, tmp_path / "a.onnx")
    assert list(tmp_path.iterdir()) == []


def test_comparison_sees_another_network(exported: Path) -> None:
    def difference(seed: int, temperature: float) -> float:
        network = onnx_export.ProbabilityNetwork(small_network(seed), Preprocessing(), temperature)
        return onnx_export._difference(network, onnx_export._evaluator(exported.read_bytes()), 48)

    assert difference(0, 1.7) <= onnx_export.MAX_DIFFERENCE
    assert difference(0, 1.9) > onnx_export.MAX_DIFFERENCE
    assert difference(1, 1.7) > onnx_export.MAX_DIFFERENCE


def test_nothing_is_overwritten_unasked(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.onnx"
    out.write_bytes(b"mine")
    with pytest.raises(UsageError, match="is there already"):
        export_onnx(model, out)
    assert out.read_bytes() == b"mine"
    export_onnx(model, out, overwrite=True)
    assert onnx.load(out).producer_name == "gallery"
    with pytest.raises(UsageError, match="is there already"):
        export_onnx(model, tmp_path, overwrite=True)


def test_place_that_cannot_be_written_is_named(model: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"nowhere/a\.onnx: can't be written: No such file or directory"):
        export_onnx(model, tmp_path / "nowhere" / "a.onnx")


@pytest.mark.parametrize("package", ["onnx", "onnxscript"])
def test_missing_package_is_named_with_the_way_to_get_it(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UsageError, match=rf"{package}.*copy of the project: pip install '\.\[onnx\]'"):
        export_onnx(model, tmp_path / "a.onnx")
    assert list(tmp_path.iterdir()) == []


def test_command_prints_the_path_and_nothing_else(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(gallery.folder)
    with caplog.at_level(logging.WARNING):
        done = gallery.run("model", "export", "custom", "--format", "onnx")
    assert (done.exit_code, done.stdout, done.stderr, caplog.records) == (0, "custom.onnx\n", "", [])
    told = {one.key: one.value for one in onnx.load(gallery.folder / "custom.onnx").metadata_props}
    assert told["model_id"] == read_card(find_model("custom")).model_id()

    again = gallery.run("model", "export", "custom")
    assert (again.exit_code, again.stdout) == (2, "")
    assert again.stderr.startswith("error: custom.onnx: is there already; ")
    forced = gallery.run("model", "export", "custom", "--force", "--output", gallery.folder / "custom.onnx")
    assert (forced.exit_code, forced.stdout) == (0, f"{gallery.folder}/custom.onnx\n")
