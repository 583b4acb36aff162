"""Files as people really have them: what they give, and that unchanged they come back to the byte."""

import json
from typing import Any

import pytest

from apps.cards.rules.formats import read_file, write_file


def bom(version: str, components: list[Any], **more: Any) -> bytes:
    whole = {"bomFormat": "CycloneDX", "specVersion": version, "version": 1, "components": components} | more
    return json.dumps(whole).encode()


MODEL = {
    "type": "machine-learning-model",
    "name": "loans",
    "modelCard": {"quantitativeAnalysis": {"performanceMetrics": [{"type": "auc", "value": "0.9"}]}},
}
TWO_MODELS = b"""---
language: [en, de]
license: apache-2.0
model-index:
- name: bert
  results:
  - task: {type: text-classification, name: Text Classification}
    dataset: {name: glue, type: glue, config: sst2, split: validation}
    metrics:
    - {name: Accuracy, type: accuracy, value: 0.91, verified: true}
    - {name: F1, type: f1, value: "91.2%"}
  - task: {type: summarization}
    dataset: {name: imdb, type: imdb}
    metrics: {type: rouge, value: 0.4}
- {name: distilbert, results: []}
---
# Bert
"""
FIRST_SHAPE = {
    "model_details": {"name": "knn", "license": "Apache-2.0", "citation": "A, 2020", "references": ["a"]},
    "model_parameters": {"data": {"train": {"name": "a", "link": "b"}, "eval": {"name": "e"}}},
    "considerations": {"users": ["Nurses", "Doctors"], "limitations": ["At night"]},
}
SECOND_SHAPE = {
    "schema_version": "0.0.2",
    "model_details": {
        "name": "knn",
        "owners": None,
        "licenses": ["MIT", {"custom_text": "Ours."}],
        "references": ["https://example.com", {"reference": "a book"}],
    },
    "quantitative_analysis": {
        "performance_metrics": [
            {
                "type": "acc",
                "value": "0.9",
                "confidence_interval": {"lower_bound": "0.8", "upper_bound": "n/a"},
            }
        ]
    },
}


@pytest.mark.parametrize(
    ("data", "name", "gives", "leaves"),
    [
        (TWO_MODELS, "huggingface", {"languages": ["en", "de"]}, "“91.2%” is no number"),
        (TWO_MODELS, "huggingface", {"name": "bert"}, "another model"),
        (
            b"# Model Card for loans\n\nIt scores.\n\n## Uses\n\nLoans.\n\n### Out-of-Scope Use\n\nJobs.\n",
            "huggingface",
            {"name": "loans", "overview": "It scores.", "intended_use": "Loans.", "prohibited_use": "Jobs."},
            "",
        ),
        (
            b"\xef\xbb\xbf---\r\nlicense: mit\r\ntags:\r\n- a\r\n---\r\n# T\r\n\r\n## Limitations\r\n\r\nNone.\r\n",
            "huggingface",
            {"name": "T", "tags": ["a"], "limitations": "None."},
            "",
        ),
        (
            b"---\nlicense: &l mit\ntags: [*l, nlp]\nbase: &x {a: 1}\nmore: {<<: *x, b: 2}\n---\n# T\n",
            "huggingface",
            {"tags": ["mit", "nlp"]},
            "A card has no field for it.",
        ),
        (
            b"---\nlanguage: no\ninference: false\nlibrary_name: 5\npipeline_tag: [a, b]\n---\n# T\n",
            "huggingface",
            {"languages": ["no"], "library": "5"},
            "A card has no field for it.",
        ),
        (
            b"\n---\nlicense:\tmit\n\ttags: [a]\n---\n# T\n",
            "huggingface",
            {"name": "T"},
            "found a tab character",
        ),
        (
            json.dumps(FIRST_SHAPE).encode(),
            "toolkit",
            {"users": "- Nurses\n- Doctors", "limitations": "At night"},
            "",
        ),
        (
            json.dumps(SECOND_SHAPE, indent="\t").encode(),
            "toolkit",
            {"references": ["https://example.com", "a book"]},
            "“n/a” is no number",
        ),
        (
            b'{"model_details": {"name": null, "overview": "x"}, "model_parameters": null}',
            "toolkit",
            {"overview": "x"},
            "",
        ),
        (
            bom("1.5", [{"type": "library", "name": "numpy"}, MODEL, MODEL]),
            "cyclonedx",
            {"name": "loans"},
            "another model",
        ),
        (
            bom("1.6", [], metadata={"component": {"components": [MODEL]}}),
            "cyclonedx",
            {"name": "loans"},
            "no field",
        ),
        (
            bom("1.7", [MODEL | {"licenses": "MIT", "modelCard": {"considerations": {"users": "all"}}}]),
            "cyclonedx",
            {"users": "all"},
            "no field",
        ),
    ],
)
def test_odd_file_gives_what_can_be_taken_says_what_is_left_and_comes_back_as_it_was(
    data: bytes, name: str, gives: dict[str, Any], leaves: str
) -> None:
    found, taken = read_file(data)
    assert found.name == name
    assert gives.items() <= taken.said.items()
    assert not leaves or any(leaves in one.reason for one in taken.left)
    written = write_file(taken.said, name)
    assert written.text.encode() == data.removeprefix(b"\xef\xbb\xbf")
    assert not written.lost
