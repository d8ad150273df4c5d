"""Handwritten digits: a network of one hidden layer, written in numpy and trained by epochs.

A sweep of hidden units × learning rate × seeds, a baseline, a run that diverges and a run whose
process is killed.
"""

from __future__ import annotations

import io
import os
import pickle
import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure
from sklearn import datasets, metrics
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

import reporter as rp
from studies import pace
from studies.drawing import COLORS, axes, tiles

__all__ = ["EXPERIMENT", "make", "train_until_killed"]

EXPERIMENT = "digits-mlp"
NOTE = """\
How many hidden units, and which learning rate, does a network need to read 8 × 8 pixel digits?

- 1,000 digits to train, 297 to choose by (`val_*`), 500 touched once at the end (`test_*`).
- Two seeds where the answer is plain, five where it is close. **Compare groups, not single runs.**
- `baseline` is logistic regression on the same pixels.
- Two runs went wrong on purpose: `h32 lr=5e2 seed=0` diverges, and the process of
  `h128 lr=1e-1 seed=0` is killed in epoch 17.
"""
DEFINITIONS = (
    ("val_acc", "max", "Share of the 297 validation digits that are read right."),
    ("val_loss", "min", "Mean cross-entropy on the validation digits, in nats."),
    ("train_loss", "min", "Mean cross-entropy over the batches of an epoch, in nats."),
    ("batch_loss", "min", "Cross-entropy of each batch of 50."),
    ("test_acc", "max", "Share of the 500 test digits that are read right."),
    ("test_f1", "max", "F1 score on the test digits, mean over the ten digits."),
    ("test_loss", "min", "Mean cross-entropy on the test digits, in nats."),
    ("grad_norm", "", "Length of the gradient, mean over the batches of an epoch."),
)
SPLIT_SEED = 20261112
KILL_EPOCH = 17
Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Digits:
    """The digits in three parts; pixels in 0…1, shape (n, 64)."""

    train: Floats
    val: Floats
    test: Floats
    y_train: Labels
    y_val: Labels
    y_test: Labels


def load() -> Digits:
    """Split the 1,797 digits into 1,000 to train, 297 to choose by and 500 to test."""
    x, y = datasets.load_digits(return_X_y=True)
    x = (x / 16).astype(np.float32)
    x, test, y, y_test = train_test_split(x, y, test_size=500, stratify=y, random_state=SPLIT_SEED)
    train, val, y_train, y_val = train_test_split(
        x, y, test_size=297, stratify=y, random_state=SPLIT_SEED
    )
    return Digits(train, val, test, y_train, y_val, y_test)


@dataclass(frozen=True)
class Setting:
    """How one network is trained; numbers are text where it matters how they are written."""

    hidden: int
    lr: str
    seed: int
    epochs: int = 40
    batch_size: int = 50
    momentum: str = "0.9"
    weight_decay: str = "1e-4"

    @property
    def name(self) -> str:
        """Tell the runs of the sweep apart."""
        return f"h{self.hidden} lr={self.lr} seed={self.seed}"

    def params(self) -> dict[str, object]:
        """Return what is logged."""
        return {"model": "mlp", "activation": "relu", "schedule": "cosine", **vars(self)}


class DivergedError(ArithmeticError):
    """The loss became infinite or NaN."""


class Network:
    """One hidden ReLU layer and a softmax; stochastic gradient descent with momentum."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.rng = np.random.default_rng(setting.seed)
        h = setting.hidden
        layers = (((64, h), np.sqrt(2 / 64)), ((h,), 0), ((h, 10), np.sqrt(1 / h)), ((10,), 0))
        self.weights = [
            (self.rng.normal(0, 1, shape) * scale).astype(np.float32) for shape, scale in layers
        ]
        self.speed = [np.zeros_like(weight) for weight in self.weights]

    def log_proba(self, x: Floats) -> Floats:
        """Return the log-probability of each digit, shape (n, 10)."""
        w1, b1, w2, b2 = self.weights
        z = np.maximum(x @ w1 + b1, 0) @ w2 + b2
        z = z - z.max(axis=1, keepdims=True)
        result: Floats = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        return result

    def gradients(self, x: Floats, y: Labels) -> tuple[float, list[Floats]]:
        """Return a batch's loss and its gradient for each array of weights."""
        w1, b1, w2, _ = self.weights
        decay = np.float32(self.setting.weight_decay)
        hidden = np.maximum(x @ w1 + b1, 0)
        log_p = self.log_proba(x)
        dz = np.exp(log_p)
        dz[np.arange(len(y)), y] -= 1
        dz /= len(y)
        dh = (dz @ w2.T) * (hidden > 0)
        grads = [x.T @ dh + decay * w1, dh.sum(0), hidden.T @ dz + decay * w2, dz.sum(0)]
        return cross_entropy(log_p, y), grads

    def update(self, grads: list[Floats], lr: float) -> None:
        """Take one step downhill."""
        momentum = np.float32(self.setting.momentum)
        self.speed = [momentum * old + new for old, new in zip(self.speed, grads, strict=True)]
        self.weights = [
            weight - np.float32(lr) * speed
            for weight, speed in zip(self.weights, self.speed, strict=True)
        ]


def cross_entropy(log_p: npt.NDArray[np.floating], y: Labels) -> float:
    """Return the mean of minus the log-probability of what was right."""
    return float(-log_p[np.arange(len(y)), y].mean())


def norm(arrays: list[Floats]) -> float:
    """Return the length of all these arrays taken as one vector."""
    return float(np.sqrt(sum(float((array**2).sum()) for array in arrays)))


def train_epoch(net: Network, data: Digits, epoch: int) -> None:
    """Train one epoch; log each batch's loss, then what the epoch came to."""
    setting = net.setting
    lr = float(setting.lr) * 0.5 * (1 + np.cos(np.pi * epoch / setting.epochs))
    order = net.rng.permutation(len(data.train)).reshape(-1, setting.batch_size)
    losses, norms = [], []
    for i, batch in enumerate(order):
        loss, grads = net.gradients(data.train[batch], data.y_train[batch])
        net.update(grads, lr)
        losses.append(loss)
        norms.append(norm(grads))
        pace.move(0.1 + setting.hidden / 800)
        rp.log_metric("batch_loss", loss, step=epoch * len(order) + i)
    log_p = net.log_proba(data.val)
    rp.log_metrics(
        {
            "train_loss": float(np.mean(losses)),
            "val_loss": cross_entropy(log_p, data.y_val),
            "val_acc": float((log_p.argmax(1) == data.y_val).mean()),
            "grad_norm": float(np.mean(norms)),
            "lr": float(lr),
        },
        step=epoch,
    )
    if np.isnan(losses[-1]):
        raise DivergedError(f"the loss is NaN after epoch {epoch} with lr={setting.lr}")


def train(setting: Setting, data: Digits, image_epochs: Sequence[int] = ()) -> Network:
    """Train a network within the active run."""
    begin_run(data)
    rp.log_params(setting.params())
    net = Network(setting)
    for epoch in range(setting.epochs):
        train_epoch(net, data, epoch)
        if epoch in image_epochs:
            log_images(net, data, epoch)
    return net


def begin_run(data: Digits) -> None:
    """Say what the metrics mean and which digits are read."""
    for key, direction, description in DEFINITIONS:
        rp.define_metric(key, direction, description=description)
    for context, x in (("training", data.train), ("validation", data.val), ("test", data.test)):
        digits = rp.Dataset(
            name="digits",
            digest=sha256(x.tobytes()).hexdigest()[:8],
            source_type="sklearn",
            source="sklearn.datasets.load_digits",
            profile=f'{{"num_rows": {len(x)}, "num_elements": {x.size}}}',
        )
        rp.log_input(digits, context=context)


def log_images(net: Network, data: Digits, epoch: int) -> None:
    """Log which digits are misread after this epoch, and what the hidden units look for."""
    wrong = np.flatnonzero(net.log_proba(data.val).argmax(1) != data.y_val)
    rp.log_image(tiles(data.val[wrong[:40]], rows=5), key="misread", step=epoch)
    units = net.weights[0].T[:32]
    rp.log_image(tiles(units / np.abs(units).max() / 2 + 0.5), key="hidden_units", step=epoch)


def log_results(log_p: npt.NDArray[np.floating], data: Digits, *, whole: bool) -> None:
    """Log test metrics and the confusion matrix; when `whole`, also ROC, report, predictions."""
    predicted = log_p.argmax(1)
    rp.log_metrics(
        {
            "test_acc": float(metrics.accuracy_score(data.y_test, predicted)),
            "test_f1": float(metrics.f1_score(data.y_test, predicted, average="macro")),
            "test_loss": cross_entropy(log_p, data.y_test),
        }
    )
    rp.log_figure(draw_confusion(data.y_test, predicted), "confusion_matrix.png")
    if not whole:
        return
    p = np.exp(np.asarray(log_p, np.float64))
    rp.log_figure(draw_roc(data.y_test, p), "roc.png")
    report = metrics.classification_report(data.y_test, predicted, digits=3, zero_division=0)
    rp.log_text(report, "classification_report.txt")
    frame = pd.DataFrame({"digit": data.y_test, "read_as": predicted, "confidence": p.max(1)})
    frame["is_right"] = frame.digit == frame.read_as
    rp.log_table(frame.round(3), "predictions.json")


def draw_confusion(y: Labels, predicted: Labels) -> Figure:
    """Draw how often each digit was read as which."""
    counts = metrics.confusion_matrix(y, predicted)
    figure, ax = axes("Confusion matrix, 500 test digits", "read as", "is", (4, 3.6))
    ax.imshow(np.sqrt(counts), cmap="Blues")
    for (row, column), n in np.ndenumerate(counts):
        if n:
            color = "white" if n > counts.max() / 3 else "black"
            ax.text(column, row, n, ha="center", va="center", fontsize=7, color=color)
    ax.set_xticks(range(10))
    ax.set_yticks(range(10))
    return figure


def draw_roc(y: Labels, p: npt.NDArray[np.float64]) -> Figure:
    """Draw one ROC curve per digit, over the half where they differ."""
    title = "ROC, each digit against the others"
    figure, ax = axes(title, "false positive rate", "true positive rate")
    for digit in range(10):
        fpr, tpr, _ = metrics.roc_curve(y == digit, p[:, digit])
        style = "-" if digit < len(COLORS) else "--"
        ax.plot(fpr, tpr, style, drawstyle="steps-post", linewidth=1, label=str(digit))
    ax.set(xlim=(-0.01, 0.5), ylim=(0.5, 1.01))
    ax.legend(ncols=2, title="digit", title_fontsize=7)
    return figure


def settings() -> Iterator[Setting]:
    """Yield the settings of the sweep in the order they are trained."""
    for hidden in (8, 32, 128):
        for lr in ("3e-3", "3e-2", "3e-1"):
            seeds = 5 if hidden == 32 or (hidden, lr) == (128, "3e-1") else 2
            yield from (Setting(hidden, lr, seed) for seed in range(seeds))


def run_sweep(data: Digits) -> None:
    """Train every setting; the first seed of each also logs its model and more figures."""
    for setting in settings():
        is_first = setting.seed == 0
        image_epochs = (0, 4, 9, 19, 39) if is_first and setting.lr == "3e-1" else ()
        with rp.start_run(run_name=setting.name, tags={"stage": "sweep"}):
            net = train(setting, data, image_epochs)
            log_results(net.log_proba(data.test), data, whole=is_first)
            if is_first:
                lines = (f"{key}: {value}\n" for key, value in setting.params().items())
                rp.log_text("".join(lines), "config.yaml")
                log_weights(net)
        pace.move(25)


def log_weights(net: Network) -> None:
    """Log the trained weights as a numpy archive."""
    archive = io.BytesIO()
    np.savez(archive, **dict(zip(("w1", "b1", "w2", "b2"), net.weights, strict=True)))
    archive.seek(0)
    rp.log_stream(archive, "model/weights.npz")


def run_baseline(data: Digits) -> None:
    """Fit logistic regression: the number that every network must beat."""
    note = "Multinomial logistic regression on the same pixels. A network has to beat this."
    with rp.start_run(run_name="baseline", tags={"stage": "baseline"}, description=note):
        begin_run(data)
        rp.log_params({"model": "logistic regression", "C": "1e-1", "seed": 0})
        model = LogisticRegression(C=0.1, max_iter=500, random_state=0)
        model.fit(data.train, data.y_train)
        pace.move(4)
        log_p = model.predict_log_proba(data.val)
        val_acc = float((log_p.argmax(1) == data.y_val).mean())
        rp.log_metrics({"val_acc": val_acc, "val_loss": cross_entropy(log_p, data.y_val)})
        log_results(model.predict_log_proba(data.test), data, whole=True)
        rp.log_stream(io.BytesIO(pickle.dumps(model)), "model/model.pkl")


def run_diverging(data: Digits) -> None:
    """Train with 5e2 where 5e-2 was meant: the loss overflows and the run fails."""
    setting = Setting(hidden=32, lr="5e2", seed=0)
    note = "The learning rate is wrong on purpose (5e2 for 5e-2): this is a run that fails."
    with (
        suppress(DivergedError),
        np.errstate(all="ignore"),
        rp.start_run(run_name=setting.name, tags={"stage": "sweep"}, description=note),
    ):
        train(setting, data)


def train_until_killed() -> None:
    """Train in this process until it kills itself, as an out-of-memory killer would."""
    rp.set_experiment(EXPERIMENT)
    pace.at("2026-11-12 16:20")
    data, setting = load(), Setting(hidden=128, lr="1e-1", seed=0)
    note = "The process is killed in epoch 17, on purpose: this is a run that never ended."
    rp.start_run(run_name=setting.name, tags={"stage": "sweep"}, description=note)
    begin_run(data)
    rp.log_params(setting.params())
    net = Network(setting)
    for epoch in range(KILL_EPOCH):
        train_epoch(net, data, epoch)
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def make() -> None:
    """Make the experiment, except for the run that is killed: 32 runs."""
    pace.at("2026-11-12 09:02")
    rp.set_experiment(EXPERIMENT)
    rp.set_experiment_tags({"mlflow.note.content": NOTE, "dataset": "digits"})
    data = load()
    run_baseline(data)
    pace.at("2026-11-12 09:10")
    run_sweep(data)
    pace.at("2026-11-12 16:05")
    run_diverging(data)
