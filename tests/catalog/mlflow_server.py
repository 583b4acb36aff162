"""A real MLflow server for tests: on 127.0.0.1, on a SQLite file, filled by the real client."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

SECONDS = 180


@contextmanager
def mlflow_server(folder: Path) -> Iterator[str]:
    """Run ``mlflow server`` with its files in a folder, and give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", f"{folder}/artifacts",
    ]  # fmt: skip
    environment = {
        **os.environ,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}", server, folder / "server.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(server.pid, 15)
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, 9)
                server.wait(10)


def _wait_for(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            if httpx.get(f"{address}/health", timeout=2, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.3)
    raise RuntimeError(f"The MLflow server did not come up:\n{log.read_text()[-2000:]}")


FILL = """
import math, sys

from mlflow import MlflowClient
from mlflow.data.pandas_dataset import from_pandas
from mlflow.entities import Dataset, DatasetInput, InputTag
from sklearn.datasets import load_breast_cancer
from sklearn.tree import DecisionTreeClassifier

client = MlflowClient(tracking_uri=sys.argv[1])
frame = load_breast_cancer(as_frame=True).frame
table = from_pandas(frame, name="breast-cancer")
said = table.to_dict()
dataset = Dataset(said["name"], said["digest"], said["source_type"], said["source"], said["schema"], said["profile"])
experiment = client.create_experiment("screening")
client.create_registered_model("Screening Model v2", {"risk_tier": "high"}, "Sorts tumours.")
client.create_registered_model("bare")
for depth in (2, 4):
    tags = {"mlflow.source.git.commit": "0123456789abcdef0123456789abcdef01234567", "mlflow.user": "ana"}
    run = client.create_run(experiment, tags=tags).info.run_id
    model = DecisionTreeClassifier(max_depth=depth).fit(frame.drop(columns="target"), frame["target"])
    client.log_param(run, "max_depth", depth)
    client.log_metric(run, "accuracy", model.score(frame.drop(columns="target"), frame["target"]))
    client.log_metric(run, "drift", math.nan)
    client.log_inputs(run, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
    client.create_model_version("Screening Model v2", f"runs:/{run}/model", run)
client.set_registered_model_alias("Screening Model v2", "champion", "1")
"""


def fill(address: str, folder: Path) -> None:
    """Log two runs of a small model and register both, as a person would with the MLflow client."""
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "GIT_PYTHON_REFRESH": "quiet"}
    command = [sys.executable, "-W", "ignore", "-c", FILL, address]
    done = subprocess.run(
        command, cwd=folder, env=environment, check=False, capture_output=True, text=True, timeout=180
    )
    if done.returncode:
        raise RuntimeError(f"The model could not be logged:\n{done.stderr[-3000:]}")
