"""Wine: how many kinds are there? k-means and Gaussian mixtures with 2 to 8 clusters.

Shows per-cluster figures, interactive figures (plotly, Altair), series by iteration rather than by
epoch, and a summary run that reads the others back with ``search_runs``.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go
from matplotlib.figure import Figure
from sklearn import datasets, metrics
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import StandardScaler

import reporter as rp
from studies import pace
from studies.drawing import COLORS, altair_style, axes, plotly_style

__all__ = ["EXPERIMENT", "make"]

EXPERIMENT = "wine-clusters"
NOTE = """\
178 Italian wines, 13 chemical measurements each, from three cultivars. The clustering does not see
the cultivar; `ari` says afterwards how well the clusters agree with it.

13 項目の化学分析値だけを使い、ワイン 178 本をいくつの群に分けるのが自然かを調べる実験です。
品種(3 種)は学習に使わず、結果との一致度 `ari` の計算にだけ使います。
"""
DEFINITIONS = (
    ("silhouette", "max", "Mean silhouette width on standardised measurements."),
    ("davies_bouldin", "min", "Mean ratio of spread within to distance between clusters."),
    ("calinski_harabasz", "max", "Ratio of variance between to variance within clusters."),
    ("ari", "max", "Agreement with the three cultivars: adjusted Rand index."),
    ("bic", "min", "Bayesian information criterion; mixtures only."),
    ("inertia", "min", "Squared distances to the cluster centres; k-means only."),
    ("log_likelihood", "max", "Lower bound of the mean log-likelihood; mixtures only."),
)
SEED = 7
MAX_ITERATIONS = 60
Labels = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Wines:
    """Standardised measurements (178, 13), their three main axes (178, 3), and the cultivars."""

    x: Floats
    pca: Floats
    cultivar: Labels
    features: tuple[str, ...]


def load() -> Wines:
    """Standardise the measurements and find their main axes."""
    raw = datasets.load_wine()
    x = StandardScaler().fit_transform(raw.data)
    names = (name.replace("_", " ") for name in raw.feature_names)
    features = tuple("od280/od315" if name.startswith("od280") else name for name in names)
    return Wines(x, PCA(3, random_state=0).fit_transform(x), raw.target, features)


def fit_k_means(x: Floats, k: int) -> Labels:
    """Cluster by k-means; log the inertia of every iteration."""
    model = KMeans(k, n_init=1, max_iter=1, random_state=SEED).fit(x)
    for iteration in range(MAX_ITERATIONS):
        rp.log_metric("inertia", float(model.inertia_), step=iteration)
        pace.move(1.5)
        before = model.inertia_
        model = KMeans(k, init=model.cluster_centers_, n_init=1, max_iter=1).fit(x)
        if before - model.inertia_ < 1e-9:
            break
    return np.asarray(model.labels_, np.int64)


def fit_mixture(x: Floats, k: int, covariance: str) -> Labels:
    """Cluster by a Gaussian mixture; log the likelihood after every iteration."""
    model = GaussianMixture(
        k,
        covariance_type=covariance,
        reg_covar=1e-2,
        max_iter=1,
        warm_start=True,
        random_state=SEED,
    )
    before = -np.inf
    for iteration in range(MAX_ITERATIONS):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # one iteration at a time
            model.fit(x)
        rp.log_metric("log_likelihood", float(model.lower_bound_), step=iteration)
        pace.move(2.5)
        if model.lower_bound_ - before < 1e-4:
            break
        before = model.lower_bound_
    rp.log_metric("bic", float(model.bic(x)))
    return np.asarray(model.predict(x), np.int64)


def ordered(labels: Labels) -> Labels:
    """Renumber the clusters by size, the largest first."""
    found, sizes = np.unique(labels, return_counts=True)
    rank = {old: new for new, old in enumerate(found[np.argsort(-sizes, kind="stable")])}
    return np.array([rank[label] for label in labels])


def run(wines: Wines, algorithm: str, k: int) -> None:
    """Cluster once and log what came out."""
    family, _, covariance = algorithm.partition("-")
    with rp.start_run(run_name=f"{algorithm} k={k}", tags={"family": family}):
        begin_run(wines)
        rp.log_params({"algorithm": algorithm, "k": k, "seed": SEED})
        if covariance:
            rp.log_params({"covariance": covariance, "reg_covar": "1e-2"})
            labels = ordered(fit_mixture(wines.x, k, covariance))
        else:
            labels = ordered(fit_k_means(wines.x, k))
        rp.log_metrics(score(wines, labels))
        log_figures(wines, labels, algorithm)
    pace.move(9)


def begin_run(wines: Wines) -> None:
    """Say what the metrics mean and which wines are read."""
    for key, direction, description in DEFINITIONS:
        rp.define_metric(key, direction, description=description)
    source = "sklearn.datasets.load_wine"
    digest = sha256(wines.x.round(9).tobytes()).hexdigest()[:8]
    rp.log_input(
        rp.Dataset(name="wine", digest=digest, source_type="sklearn", source=source), "clustering"
    )


def score(wines: Wines, labels: Labels) -> dict[str, float]:
    """Score a clustering by itself and against the cultivars."""
    return {
        "silhouette": float(metrics.silhouette_score(wines.x, labels)),
        "davies_bouldin": float(metrics.davies_bouldin_score(wines.x, labels)),
        "calinski_harabasz": float(metrics.calinski_harabasz_score(wines.x, labels)),
        "ari": float(metrics.adjusted_rand_score(wines.cultivar, labels)),
        "smallest_cluster": float(np.bincount(labels).min()),
    }


def log_figures(wines: Wines, labels: Labels, algorithm: str) -> None:
    """Log the map of the wines; for k-means each cluster, for three clusters everything."""
    suffix = "svg" if algorithm == "gmm-diag" else "png"
    rp.log_figure(draw_map(wines, labels), f"map.{suffix}")
    if algorithm == "kmeans":
        for cluster in range(labels.max() + 1):
            rp.log_figure(draw_profile(wines, labels, cluster), f"clusters/cluster-{cluster}.png")
    if labels.max() + 1 != len(set(wines.cultivar)):
        return
    rp.log_figure(draw_interactive_map(wines, labels), "map.plotly.json")
    html = {"div_id": "map", "full_html": True}
    rp.log_figure(draw_interactive_map(wines, labels), "map.html", save_kwargs=html)
    rp.log_figure(draw_silhouettes(wines, labels), "silhouettes.json")
    table = pd.DataFrame(wines.x.round(3), columns=wines.features)
    rp.log_table(table.assign(cultivar=wines.cultivar, cluster=labels), "assignments.parquet")


def draw_map(wines: Wines, labels: Labels) -> Figure:
    """Draw the wines on their two main axes; colour is the cluster, shape the cultivar."""
    figure, ax = axes("Colour: cluster. Shape: cultivar", "first main axis", "second main axis")
    for cultivar, marker in enumerate("o^s"):
        chosen = wines.cultivar == cultivar
        colors = [COLORS[label] for label in labels[chosen]]
        ax.scatter(*wines.pca[chosen, :2].T, c=colors, marker=marker, s=12, linewidth=0)
    return figure


def draw_profile(wines: Wines, labels: Labels, cluster: int) -> Figure:
    """Draw how one cluster's wines differ from all wines."""
    means = wines.x[labels == cluster].mean(0)
    title = f"Cluster {cluster}: {int((labels == cluster).sum())} wines"
    figure, ax = axes(title, "mean, in standard deviations from all wines", "")
    ax.barh(wines.features, means, color=COLORS[cluster], height=0.7)
    ax.axvline(0, color="black", linewidth=0.6)
    ax.set_xlim(-2, 2)
    ax.invert_yaxis()
    return figure


def draw_interactive_map(wines: Wines, labels: Labels) -> go.Figure:
    """Draw the map with plotly: hovering tells a wine's cultivar and colour intensity."""
    figure = go.Figure()
    color = wines.x[:, wines.features.index("color intensity")]
    for cluster in range(labels.max() + 1):
        chosen = labels == cluster
        figure.add_scatter(
            x=wines.pca[chosen, 0].round(3).tolist(),
            y=wines.pca[chosen, 1].round(3).tolist(),
            customdata=np.stack([wines.cultivar, color.round(2)], 1)[chosen].tolist(),
            hovertemplate="cultivar %{customdata[0]:.0f}, colour intensity %{customdata[1]}",
            mode="markers",
            name=f"cluster {cluster}",
        )
    figure.update_layout(xaxis_title="first main axis", yaxis_title="second main axis")
    return plotly_style(figure, "Wines by cluster")


def draw_silhouettes(wines: Wines, labels: Labels) -> alt.Chart:
    """Draw with Altair how well each wine sits in its cluster."""
    widths = metrics.silhouette_samples(wines.x, labels).round(3)
    frame = pd.DataFrame({"cluster": labels.astype(str), "width": widths})
    frame = frame.sort_values(["cluster", "width"], ascending=[True, False], kind="stable")
    frame["place"] = np.arange(len(frame))
    chart = (
        alt.Chart(frame)
        .mark_bar(width=2)
        .encode(
            x=alt.X("place:Q", title="wines, by cluster", axis=alt.Axis(labels=False, ticks=False)),
            y=alt.Y("width:Q", title="silhouette width"),
            color=alt.Color("cluster:N"),
            tooltip=["cluster", "width"],
        )
    )
    return altair_style(chart, "Silhouettes")


def run_summary() -> None:
    """Read the runs back and compare them: one table, two charts, and what we conclude."""
    columns = ["params.algorithm", "params.k", "metrics.silhouette", "metrics.ari", "metrics.bic"]
    frame = rp.search_runs(experiment_names=[EXPERIMENT], order_by=["attributes.start_time"])
    frame = frame[columns].rename(columns=lambda name: name.partition(".")[2])
    frame["k"] = frame.k.astype(int)
    with rp.start_run(run_name="summary", tags={"family": "summary"}, description=conclude(frame)):
        rp.log_table(frame.round(4), "comparison.json")
        rp.log_figure(draw_comparison(frame), "silhouette_by_k.json")
        rp.log_figure(draw_parallel(frame), "parallel.plotly.json")
        rp.log_text(conclude(frame), "まとめ.md")
        pace.move(6)


def conclude(frame: pd.DataFrame) -> str:
    """Write the note of the summary run, in English and Japanese."""
    best = frame.loc[frame.silhouette.idxmax()]
    agree = frame.loc[frame.ari.idxmax()]
    rows = "\n".join(
        f"| {row.algorithm} | {row.k} | {row.silhouette:.3f} | {row.ari:.3f} |"
        for row in frame.nlargest(5, "silhouette").itertuples()
    )
    return (
        "## Conclusion\n\n"
        f"The widest silhouette is that of **{best.algorithm}, k = {best.k}** "
        f"({best.silhouette:.3f}). The clusters that agree best with the cultivars are those of "
        f"**{agree.algorithm}, k = {agree.k}** (ARI {agree.ari:.3f}).\n\n"
        "| algorithm | k | silhouette | ARI |\n|---|---|---|---|\n"
        f"{rows}\n\n"
        "## まとめ\n\n"
        f"シルエット幅が最大だったのは **{best.algorithm}(k = {best.k})** で"
        f" {best.silhouette:.3f}、品種との一致度が最も高かったのは "
        f"**{agree.algorithm}(k = {agree.k})**(ARI {agree.ari:.3f})でした。\n"
    )


def draw_comparison(frame: pd.DataFrame) -> alt.Chart:
    """Draw the silhouette over k, one line per algorithm."""
    chart = (
        alt.Chart(frame[["algorithm", "k", "silhouette"]].round(4))
        .mark_line(point=True)
        .encode(
            x=alt.X("k:O", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("silhouette:Q", scale=alt.Scale(zero=False)),
            color="algorithm:N",
            tooltip=["algorithm", "k", "silhouette"],
        )
    )
    return altair_style(chart, "Silhouette by number of clusters")


def draw_parallel(frame: pd.DataFrame) -> go.Figure:
    """Draw k, silhouette and agreement of every run as parallel coordinates."""
    dimensions = [
        {"label": label, "values": frame[label].round(4).tolist()}
        for label in ("k", "silhouette", "ari")
    ]
    line = {"color": frame.ari.round(4).tolist(), "colorscale": "Blues"}
    figure = go.Figure(go.Parcoords(dimensions=dimensions, line=line))
    return plotly_style(figure, "Every run")


def settings() -> Iterator[tuple[str, int]]:
    """Yield algorithm and number of clusters in the order they are run."""
    for algorithm in ("kmeans", "gmm-full", "gmm-diag"):
        yield from ((algorithm, k) for k in range(2, 9))


def make() -> None:
    """Make the experiment: 22 runs."""
    pace.at("2026-11-14 13:30")
    rp.set_experiment(EXPERIMENT)
    rp.set_experiment_tags({"mlflow.note.content": NOTE, "dataset": "wine"})
    wines = load()
    for algorithm, k in settings():
        run(wines, algorithm, k)
    run_summary()
