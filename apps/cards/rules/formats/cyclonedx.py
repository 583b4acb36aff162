"""Model cards in CycloneDX bills of materials: JSON of versions 1.5 to 1.7, written as 1.7.

A card is the ``modelCard`` of a component, with what the component itself says. The schemas are those of
https://github.com/CycloneDX/specification. What they have no place for travels in the card's ``properties``.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from apps.cards.rules.formats.carried import NAME, as_text, of_text, read_carried, to_carry
from apps.cards.rules.formats.cleaning import without_blanks
from apps.cards.rules.formats.cyclonedx_component import LISTS, component_of
from apps.cards.rules.formats.files import parsed_json, refused, written_json
from apps.cards.rules.formats.items import text_of
from apps.cards.rules.formats.licences import spdx_of
from apps.cards.rules.formats.merging import merged
from apps.cards.rules.formats.sheet import Sheet
from apps.cards.rules.formats.source import Ledger, Node
from apps.cards.rules.formats.telling import Taken

VERSIONS = ("1.5", "1.6", "1.7")
NEWEST = VERSIONS[-1]
MODEL = "machine-learning-model"
_SCHEMA = f"http://cyclonedx.org/schema/bom-{NEWEST}.schema.json"


def read(text: str) -> Taken:
    """Return what the first component with a model card gives.

    Raises:
        Invalid: (``file``) it is no CycloneDX in JSON, of a version without model cards, or has no model.
    """
    return _taken(parsed_json(text))


def write(content: Mapping[str, Any], original: str = "") -> str:
    """Return a card as a bill of materials, or as the one that it came from with what has changed since."""
    ours = _component(content)
    if not original:
        head = {"$schema": _SCHEMA, "bomFormat": "CycloneDX", "specVersion": NEWEST, "version": 1}
        return written_json(head | {"components": [ours]})
    document = parsed_json(original)
    base = _component(_taken(document).said)
    if base == ours:
        return original
    node = _models(document)[0]
    node.value.update(changed := merged(node.value, base, ours))
    for key in set(node.value) - set(changed):
        del node.value[key]
    newer = {"$schema": _SCHEMA} if "$schema" in document else {}
    return written_json(document | newer | {"specVersion": NEWEST})


def _taken(document: dict[str, Any]) -> Taken:
    _known(document)
    models = _models(document)
    if not models:
        raise refused("No component of this bill of materials is a model, and none has a model card.")
    sheet, component = Sheet(), models[0]
    root = Node(document, component.ledger)
    for key in ("$schema", "bomFormat", "specVersion"):
        root[key].text()
    _read_component(sheet, component)
    card = component["modelCard"]
    _read_parameters(sheet, card["modelParameters"], document)
    for metric in card["quantitativeAnalysis"]["performanceMetrics"].items():
        _read_metric(sheet, metric)
    _read_considerations(sheet, card["considerations"])
    for each in card["properties"].items():
        space, _, name = (
            each["name"].value.partition(":") if isinstance(each["name"].value, str) else ("", "", "")
        )
        if space == NAME and isinstance(each["value"].value, str):
            read_carried(sheet, name, of_text(name, each["value"].value), each)
    for other in models[1:]:
        other.leave("It is another model. A card is of one: this file gives the first.")
    return sheet.taken(root)


def _known(document: dict[str, Any]) -> None:
    version = document.get("specVersion")
    if document.get("bomFormat") != "CycloneDX":
        raise refused("This is no CycloneDX file: it does not say “bomFormat”: “CycloneDX”.")
    if version not in VERSIONS:
        said = f"“{str(version)[:20]}”" if version else "no version"
        raise refused(
            f"The file says {said} of CycloneDX. The portal reads {', '.join(VERSIONS[:-1])} and {NEWEST}."
        )


def _models(document: dict[str, Any]) -> list[Node]:
    """Return the components that have a model card, wherever they stand; else those that are models."""
    every = list(_components(Node(document, Ledger())))
    carded = [each for each in every if isinstance(each["modelCard"].value, dict)]
    return carded or [each for each in every if each["type"].value == MODEL]


def _components(root: Node) -> Iterator[Node]:
    waiting = [root["metadata"]["component"], *root["components"].items()]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node.value, dict):
            yield node
            waiting += node["components"].items()


def _read_component(sheet: Sheet, component: Node) -> None:
    component["type"].text()
    component["bom-ref"].text()
    sheet.put("name", component["name"].line(), component["name"])
    sheet.put("version", component["version"].line(), component["version"])
    sheet.put("overview", component["description"].text(), component["description"])
    for author in component["authors"].items():
        contact = author["email"].line() or author["phone"].line()
        sheet.row("authors", {"name": author["name"].line(), "contact": contact}, author)
    for licence in component["licenses"].items():
        _read_licence(sheet, licence)
    sheet.lines("references", [each["url"] for each in component["externalReferences"].items()])
    sheet.lines("tags", component["tags"].items())
    ancestors = component["pedigree"]["ancestors"].items()
    sheet.lines("base_models", [each["name"] for each in ancestors])


def _read_licence(sheet: Sheet, choice: Node) -> None:
    licence = choice["license"]
    name = licence["id"].line() or licence["name"].line() or choice["expression"].line()
    content = licence["text"]["content"] if licence["text"]["encoding"].value is None else licence["absent"]
    row = {"identifier": spdx_of(name), "link": licence["url"].line(), "text": content.text()}
    sheet.row("licences", row, choice)


def _read_parameters(sheet: Sheet, parameters: Node, document: dict[str, Any]) -> None:
    approach, task = parameters["approach"]["type"], parameters["task"]
    sheet.put("approach", approach.line(), approach)
    sheet.put("task", task.line(), task)
    family, architecture = parameters["architectureFamily"], parameters["modelArchitecture"]
    sheet.put("architecture_family", family.line(), family)
    sheet.put("architecture", architecture.text(), architecture)
    for side in ("inputs", "outputs"):
        for port in parameters[side].items():
            sheet.row(side, {"name": "", "format": port["format"].line()}, port)
    components = {str(each["bom-ref"].value): each for each in _components(Node(document, Ledger()))}
    for dataset in parameters["datasets"].items():
        data = _meant(dataset, components)
        sheet.row("datasets", _dataset(data), dataset)


def _meant(dataset: Node, components: Mapping[str, Node]) -> Node:
    """Return the data that an entry describes, or the data of the component that it refers to."""
    ref = dataset["ref"].text()
    if not ref:
        return dataset
    component = components.get(ref)
    if component is None:
        dataset["ref"].leave(f"It refers to “{ref[:60]}”, which is not in the file.")
        return Node(None, Ledger())
    data = next((each.value for each in component["data"].items() if isinstance(each.value, dict)), {})
    about = {"name": component["name"].value, "description": component["description"].value}
    return Node(about | data, Ledger())


def _dataset(data: Node) -> dict[str, Any]:
    data["type"].text()
    parties = [
        each for side in ("owners", "stewards", "custodians") for each in data["governance"][side].items()
    ]
    named = [each["organization"]["name"].line() or each["contact"]["name"].line() for each in parties]
    return {
        "name": data["name"].line(),
        "link": data["contents"]["url"].line(),
        "classification": data["classification"].line(),
        "sensitive": [each.line() for each in data["sensitiveData"].items()],
        "governance": ", ".join(dict.fromkeys(filter(None, named))),
        "description": data["description"].text(),
    }


def _read_metric(sheet: Sheet, metric: Node) -> None:
    interval = metric["confidenceInterval"]
    row = {
        "name": metric["type"].line(),
        "slice": metric["slice"].line(),
        "value": metric["value"].number(),
        "low": interval["lowerBound"].number(),
        "high": interval["upperBound"].number(),
    }
    sheet.row("metrics", row, metric)


def _read_considerations(sheet: Sheet, considerations: Node) -> None:
    for key, name in LISTS.items():
        sheet.put(name, text_of([each.text() for each in considerations[key].items()]), considerations[key])
    for risk in considerations["ethicalConsiderations"].items():
        row = {"name": risk["name"].line(), "mitigation": risk["mitigationStrategy"].text()}
        sheet.row("ethical_risks", row, risk)
    for group in considerations["fairnessAssessments"].items():
        row = {key: group[key].text() for key in ("benefits", "harms")}
        row |= {"group": group["groupAtRisk"].line(), "mitigation": group["mitigationStrategy"].text()}
        sheet.row("fairness", row, group)


def _component(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the component of a card, with what the schema has no place for in its properties."""
    plain = without_blanks(component_of(content))
    plain = {"type": MODEL, "name": "Model"} | plain
    head = {"bomFormat": "CycloneDX", "specVersion": NEWEST}
    carry = to_carry(content, _taken(head | {"components": [plain]}).said)
    properties = [{"name": f"{NAME}:{name}", "value": as_text(value)} for name, value in carry.items()]
    card = plain.get("modelCard", {}) | ({"properties": properties} if properties else {})
    return plain | {"modelCard": card}
