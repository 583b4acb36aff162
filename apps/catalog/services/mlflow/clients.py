"""Asks an MLflow registry over REST, or reads what one answered from a folder."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import httpx

from apps.catalog.rules.registry import Answer, items, mapping
from apps.core.errors import PortalError

PREFIX = "/api/2.0/mlflow/"
SECONDS = 15.0
MAX_BYTES = 50_000_000
MAX_PAGES = 10_000


class RegistryUnreachable(PortalError):
    """The registry does not answer, or answers with something that is no MLflow answer."""


class Registry(Protocol):
    """Where registered models are read from. ``root`` names it, without any password in the address."""

    root: str

    def models(self) -> Iterator[Answer]:
        """Yield every registered model with its aliases."""

    def versions(self) -> Iterator[Answer]:
        """Yield every model version."""

    def run(self, run_id: str) -> Answer | None:
        """Return a run with its metrics, parameters, tags and inputs; None when it is gone."""

    def close(self) -> None:
        """Let go of connections."""


def registry_at(place: str) -> Registry:
    """Return the registry at an http address, or the answers saved in a folder.

    Raises:
        RegistryUnreachable: it is neither.
    """
    if place.startswith(("http://", "https://")):
        return LiveRegistry(place)
    if Path(place).is_dir():
        return SavedRegistry(Path(place))
    raise RegistryUnreachable(f"{place} is neither an http address nor a folder.")


class LiveRegistry:
    """An MLflow tracking server. Redirects are not followed: the address given is the one that is asked."""

    def __init__(self, address: str) -> None:
        try:
            url = httpx.URL(address.rstrip("/"))
        except httpx.InvalidURL as error:
            raise RegistryUnreachable(f"This is not an address: {error}.") from error
        self.root = str(url.copy_with(username=None, password=None, query=None, fragment=None))
        self._client = httpx.Client(base_url=url, timeout=SECONDS, follow_redirects=False, trust_env=False)

    def models(self) -> Iterator[Answer]:
        for model in self._pages("registered-models/search", "registered_models", 100):
            if "aliases" not in model:
                # Older servers leave aliases out of a search, and every server leaves out an empty list.
                one = self._ask("registered-models/get", {"name": str(model.get("name"))}) or {}
                model = {**model, "aliases": mapping(one.get("registered_model")).get("aliases", [])}
            yield model

    def versions(self) -> Iterator[Answer]:
        return self._pages("model-versions/search", "model_versions", 1000)

    def run(self, run_id: str) -> Answer | None:
        answer = self._ask("runs/get", {"run_id": run_id})
        return mapping(answer.get("run")) if answer is not None else None

    def close(self) -> None:
        self._client.close()

    def _pages(self, path: str, name: str, size: int) -> Iterator[Answer]:
        token = ""
        for _ in range(MAX_PAGES):
            question = {"max_results": str(size)} | ({"page_token": token} if token else {})
            answer = self._ask(path, question)
            if answer is None:
                raise RegistryUnreachable(f"{self.root} has no model registry: it does not know {path}.")
            yield from items(answer.get(name))
            token = str(answer.get("next_page_token") or "")
            if not token:
                return
        raise RegistryUnreachable(f"{self.root} never comes to the last page of {path}.")

    def _ask(self, path: str, question: dict[str, str]) -> Answer | None:
        try:
            with self._client.stream("GET", PREFIX + path, params=question) as response:
                content = _read(response, self.root)
        except httpx.HTTPError as error:
            why = " ".join(str(error).split()) or type(error).__name__
            raise RegistryUnreachable(f"{self.root} cannot be reached: {why}.") from error
        answer = _parse(content)
        if answer is not None and response.is_success:
            return answer
        if answer is not None and answer.get("error_code") == "RESOURCE_DOES_NOT_EXIST":
            return None
        raise RegistryUnreachable(
            f"{self.root} answered {response.status_code} to {path}, which is no MLflow answer."
        )


class SavedRegistry:
    """What a registry answered, one JSON file an answer, named after the call as in ``runs_get.baseline.json``."""

    def __init__(self, folder: Path) -> None:
        self.root = str(folder.resolve())
        self._folder = folder
        self._runs = {
            str(mapping(run.get("info")).get("run_id")): run
            for answer in self._answers("runs_get")
            if (run := mapping(answer.get("run")))
        }

    def models(self) -> Iterator[Answer]:
        for answer in self._answers("registered-models_search", required=True):
            yield from items(answer.get("registered_models"))

    def versions(self) -> Iterator[Answer]:
        for answer in self._answers("model-versions_search", required=True):
            yield from items(answer.get("model_versions"))

    def run(self, run_id: str) -> Answer | None:
        return self._runs.get(run_id)

    def close(self) -> None:
        """Nothing is held open."""

    def _answers(self, call: str, *, required: bool = False) -> list[Answer]:
        paths = sorted(self._folder.glob(f"{call}*.json"))
        if required and not paths:
            raise RegistryUnreachable(f"{self.root} holds no answer to {call} ({call}.json).")
        found = []
        for path in paths:
            answer = _parse(path.read_bytes())
            if answer is None:
                raise RegistryUnreachable(f"{path.name} in {self.root} is not a JSON object.")
            found.append(answer)
        return found


def _read(response: httpx.Response, root: str) -> bytes:
    content = bytearray()
    for part in response.iter_bytes():
        content += part
        if len(content) > MAX_BYTES:
            raise RegistryUnreachable(f"{root} sent an answer of more than {MAX_BYTES // 1_000_000} MB.")
    return bytes(content)


def _parse(content: bytes) -> Answer | None:
    try:
        answer: Any = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
