"""Train the demo organisation's models for real, and keep what an MLflow registry answers about them.

The data are scikit-learn's bundled sets, standing in for the organisation's own; each model says which. With
the development requirements installed, run ``python -m demo.train``. It starts an MLflow server on the loopback,
trains, registers, asks the registry over REST, writes the answers to ``demo/mlflow/`` and stops the server.
"""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import mlflow
import numpy as np
from mlflow.tracking import MlflowClient
from sklearn import datasets, ensemble, linear_model, metrics, model_selection, pipeline, preprocessing

ANSWERS = Path(__file__).parent / "mlflow"
SEED = 20261101


@dataclass(frozen=True)
class Model:
    """A model: the bundled data that stand in for the organisation's, and its candidates, oldest first."""

    name: str
    description: str
    tier: str
    data: Callable[[], Any]
    data_name: str
    candidates: list[tuple[str, Any]]
    champion: int
    owner: str
    columns: tuple[int, ...] = ()  # those kept; fewer make the task as hard as a real one


def scaled(estimator: Any) -> Any:
    """Return the estimator behind a standard scaler."""
    return pipeline.make_pipeline(preprocessing.StandardScaler(), estimator)


def logistic(strength: float) -> Any:
    return scaled(linear_model.LogisticRegression(C=strength, max_iter=4000))


def forest(trees: int) -> Any:
    return ensemble.RandomForestClassifier(n_estimators=trees, random_state=SEED)


def boosted(rounds: int) -> Any:
    return ensemble.HistGradientBoostingClassifier(max_iter=rounds, random_state=SEED)


MODELS = [
    Model(
        "credit-risk",
        "Scores how likely a loan is to go bad. Trained on scikit-learn's breast cancer data.",
        "1",
        datasets.load_breast_cancer,
        "loan-applications",
        [("logistic", logistic(0.05)), ("forest", forest(60)), ("logistic-weaker", logistic(1.0))],
        1,
        "ingrid.solheim",
        (4, 8, 9, 14, 18, 19, 28, 29),
    ),
    Model(
        "fraud-score",
        "Scores card payments for fraud. Trained on scikit-learn's digits, nine against the rest.",
        "1",
        datasets.load_digits,
        "card-payments",
        [("logistic", logistic(0.01)), ("boosted", boosted(60))],
        0,
        "jonas.weber",
        (2, 3, 10, 11, 18, 26, 34, 42),
    ),
    Model(
        "collections-rank",
        "Ranks overdue accounts by who will pay after a call. Trained on scikit-learn's wine data.",
        "3",
        datasets.load_wine,
        "collections-calls",
        [("logistic", logistic(0.1)), ("forest", forest(30))],
        0,
        "jonas.weber",
        (1, 2, 3, 4, 7),
    ),
    Model(
        "churn-propensity",
        "Scores who is about to leave. Trained on scikit-learn's iris data.",
        "3",
        datasets.load_iris,
        "customer-activity",
        [("logistic", logistic(0.5)), ("forest", forest(40)), ("boosted", boosted(30))],
        1,
        "ingrid.solheim",
        (0, 1),
    ),
    Model(
        "store-demand",
        "Forecasts units sold a store a day. Trained on scikit-learn's diabetes data.",
        "2",
        datasets.load_diabetes,
        "store-sales",
        [
            ("forest", ensemble.RandomForestRegressor(80, random_state=SEED)),
            ("ridge", scaled(linear_model.Ridge(1.0))),
        ],
        0,
        "jonas.weber",
    ),
    Model(
        "basket-recs",
        "Suggests what goes with a basket. Trained on scikit-learn's digits, even against odd.",
        "3",
        datasets.load_digits,
        "store-sales",
        [("logistic", logistic(0.02)), ("forest", forest(50))],
        0,
        "ingrid.solheim",
        (2, 5, 12, 20, 21, 36, 43, 58),
    ),
]


def table(model: Model) -> tuple[np.ndarray, np.ndarray]:
    """Return the features and the target; a target of many classes becomes one against the rest."""
    features, target = model.data(return_X_y=True)
    if model.columns:
        features = features[:, list(model.columns)]
    if model.name == "fraud-score":
        target = (target == 9).astype(int)
    elif model.name == "basket-recs":
        target = (target % 2).astype(int)
    elif model.name in {"collections-rank", "churn-propensity"}:
        target = (target == 1).astype(int)
    return features, target


def commit_of(model: Model, label: str) -> str:
    """Return a commit's name in the organisation's own repository, which exists only in the demonstration."""
    return hashlib.sha1(f"{model.name} {label}".encode(), usedforsecurity=False).hexdigest()


def measure(estimator: Any, held_out: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Return the held-out metrics, with a 95 % bootstrap interval for the first of them."""
    if hasattr(estimator, "predict_proba"):
        scores = estimator.predict_proba(held_out)[:, 1]
        measured = {
            "auc": metrics.roc_auc_score(truth, scores),
            "accuracy": metrics.accuracy_score(truth, scores > 0.5),
            "log_loss": metrics.log_loss(truth, scores),
        }
        first, judge = "auc", metrics.roc_auc_score
    else:
        scores = estimator.predict(held_out)
        measured = {
            "mae": metrics.mean_absolute_error(truth, scores),
            "r2": metrics.r2_score(truth, scores),
        }
        first, judge = "mae", metrics.mean_absolute_error
    low, high = interval(judge, truth, scores)
    return {name: float(value) for name, value in measured.items()} | {
        f"{first}_low": low,
        f"{first}_high": high,
        "held_out_cases": float(len(truth)),
    }


def interval(judge: Callable[..., float], truth: np.ndarray, scores: np.ndarray) -> tuple[float, float]:
    """Return the 2.5th and 97.5th percentile of a metric over 400 resamples that hold more than one class."""
    draw = np.random.default_rng(SEED)
    values = []
    while len(values) < 400:
        picked = draw.integers(0, len(truth), len(truth))
        if len(np.unique(truth[picked])) > 1:
            values.append(float(judge(truth[picked], scores[picked])))
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


@contextmanager
def registry() -> Iterator[str]:
    """Run an MLflow server on a free loopback port, and give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = Path(tempfile.mkdtemp())
    command = [
        sys.executable,
        "-m",
        "mlflow",
        "server",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        "1",
    ]
    command += [
        "--backend-store-uri",
        f"sqlite:///{home}/mlflow.db",
        "--artifacts-destination",
        str(home / "artifacts"),
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/health")
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)
        shutil.rmtree(home)


def wait_for(url: str) -> None:
    """Wait until the server answers, for a minute at most."""
    for _ in range(120):
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    raise SystemExit("The MLflow server did not start within a minute.")


def train(model: Model, client: MlflowClient) -> None:
    """Train every candidate of a model, and register each as a version."""
    features, target = table(model)
    fitted_on, held_out, truth_fit, truth = model_selection.train_test_split(
        features,
        target,
        test_size=0.35,
        random_state=SEED,
        stratify=None if model.name == "store-demand" else target,
    )
    client.create_registered_model(model.name, {"risk_tier": model.tier}, model.description)
    experiment = mlflow.set_experiment(model.name)
    for position, (label, estimator) in enumerate(model.candidates):
        # MLflow takes the run's user and source from the process; these are the organisation's own.
        os.environ["LOGNAME"] = model.owner
        tags = {
            "mlflow.source.name": f"{model.name}-training",
            "mlflow.source.git.commit": commit_of(model, label),
        }
        with mlflow.start_run(
            experiment_id=experiment.experiment_id, run_name=f"{model.name}-{label}", tags=tags
        ) as run:
            estimator.fit(fitted_on, truth_fit)
            plain = {
                name: value
                for name, value in estimator.get_params().items()
                if isinstance(value, str | int | float)
            }
            mlflow.log_params(plain)
            mlflow.log_metrics(measure(estimator, held_out, truth))
            data = mlflow.data.from_numpy(
                fitted_on, source=f"s3://lake/{model.data_name}", name=model.data_name
            )
            mlflow.log_input(data, context="training")
        version = client.create_model_version(model.name, f"{run.info.artifact_uri}/model", run.info.run_id)
        if position == model.champion:
            client.set_registered_model_alias(model.name, "champion", version.version)
        if position == len(model.candidates) - 1 and position != model.champion:
            client.set_registered_model_alias(model.name, "challenger", version.version)


def keep_answers(address: str) -> None:
    """Ask the registry over REST, as the importer does, and keep each answer."""
    api = f"{address}/api/2.0/mlflow"
    models = httpx.get(f"{api}/registered-models/search", params={"max_results": 100}).json()
    versions = httpx.get(f"{api}/model-versions/search", params={"max_results": 100}).json()
    keep("registered-models_search", models)
    keep("model-versions_search", versions)
    for model in models["registered_models"]:
        keep(
            f"registered-models_get.{model['name']}",
            httpx.get(f"{api}/registered-models/get", params={"name": model["name"]}).json(),
        )
    for version in versions["model_versions"]:
        run = httpx.get(f"{api}/runs/get", params={"run_id": version["run_id"]}).json()
        keep(f"runs_get.{run['run']['info']['run_name']}", run)


def keep(name: str, answer: Any) -> None:
    (ANSWERS / f"{name}.json").write_text(json.dumps(answer, indent=2) + "\n")


def main() -> None:
    """Train everything and write the answers."""
    ANSWERS.mkdir(exist_ok=True)
    for old in ANSWERS.glob("*.json"):
        old.unlink()
    with registry() as address:
        mlflow.set_tracking_uri(address)
        client = MlflowClient()
        for model in MODELS:
            train(model, client)
        keep_answers(address)


if __name__ == "__main__":
    main()
