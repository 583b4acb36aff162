"""Ask Countersign from a pipeline: may this go out? Send evidence. Verify an answer offline.

    countersign gate CHG-1042 --stage pre-deploy --artifact sha256:… --environment production
    countersign send CHG-1042 results.json junit.xml --artifact sha256:…
    countersign verify answer.json --key ledger.key --artifact sha256:… --stage pre-deploy

It reads COUNTERSIGN_URL and COUNTERSIGN_TOKEN. It ends with 0 for yes, 1 for no, and 2 when it could not find out: only
0 lets anything go out. It needs Python 3.9 or newer and nothing else.
"""

from __future__ import annotations

import argparse
import json
import mimetypes
import os
import sys
import time
import uuid
from datetime import datetime, timezone
from importlib import import_module
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener
from xml.etree import ElementTree

YES, NO, NOT_REACHED = 0, 1, 2
TRIES, SECONDS = 3, 30
LONGEST_ANSWER = 5_000_000
OWN_MACHINE = ("localhost", "127.0.0.1", "::1")
PREDICATE = "https://slsa.dev/verification_summary/v1"


class Unreachable(Exception):
    """The portal could not be asked, or what it said could not be understood."""


class NoRedirect(HTTPRedirectHandler):
    """A token goes to the address that was given, and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return


def main(argv: list[str]) -> int:
    """Run a command; return its exit code."""
    asked = arguments(argv)
    try:
        code: int = asked.run(asked)
        return code
    except Unreachable as error:
        say(f"Not known: {error}")
        return NOT_REACHED


def arguments(argv: list[str]) -> argparse.Namespace:
    """Return what the command line asks for. argparse itself ends with 2 when it cannot be read."""
    parser = argparse.ArgumentParser(prog="countersign", description="Ask Countersign from a pipeline.")
    commands = parser.add_subparsers(dest="command", required=True)

    gate = commands.add_parser("gate", help="may this go out?")
    gate.set_defaults(run=ask)
    gate.add_argument("change", help="its reference, such as CHG-1042")
    gate.add_argument(
        "--stage", required=True, help="data, features, model, integration, pre-deploy or promotion"
    )
    gate.add_argument("--key", default="", help="the same question with the same key has the same answer")
    gate.add_argument("--dry-run", action="store_true", help="ask, and leave no trace")
    gate.add_argument("--save", metavar="FILE", help="keep the answer, for “verify”")

    send = commands.add_parser("send", help="send what was measured")
    send.set_defaults(run=send_all)
    send.add_argument("change", help="its reference, such as CHG-1042")
    send.add_argument("files", nargs="+", metavar="FILE", help="what the tools wrote")
    send.add_argument(
        "--stage", default="", help="the stage that it is for; any that asks for it when left out"
    )
    send.add_argument("--measured-at", default="", help="when it was measured, where the file does not say")
    send.add_argument("--source-url", default="", help="the run that measured it")

    check = commands.add_parser("verify", help="check a kept answer, offline")
    check.set_defaults(run=verify)
    check.add_argument("answer", metavar="FILE", help="what “gate --save” kept")
    check.add_argument(
        "--key", required=True, metavar="FILE", help="the ledger's public key, which you pinned"
    )
    check.add_argument("--change", default="", help="it must be about this change")
    check.add_argument("--stage", default="", help="it must be about this stage")

    for one in (gate, send, check):
        one.add_argument("--component", default="", help="its key, when the change moves several")
    for one in (gate, check):
        one.add_argument("--environment", default="", help="where it goes")
    for one in (gate, send, check):
        one.add_argument(
            "--artifact", default="", help="SHA-256 of what is to run, or was measured: sha256:…"
        )
    return parser.parse_args(argv)


# ---------------------------------------------------------------- asking


def ask(asked: argparse.Namespace) -> int:
    """Ask the gate, print why it is closed, and return 0 only for a pass that answers this question."""
    question = {
        "change": asked.change,
        "stage": asked.stage.replace("-", "_"),
        "component": asked.component,
        "artifact": asked.artifact,
        "environment": asked.environment,
        "idempotency_key": asked.key,
        "dry_run": asked.dry_run,
    }
    status, answer = call("gate/", json.dumps(question).encode(), "application/json")
    if asked.save and "verdict" in answer:
        with open(asked.save, "w", encoding="utf-8") as file:
            json.dump(answer, file, indent=1)
    if "verdict" not in answer:
        return refused(status, answer)
    would = "would be " if asked.dry_run else ""
    say(f"{answer.get('change')}, {asked.stage}: {would}{answer['verdict']}")
    for failed in answer.get("failed", []):
        rule = f" ({failed['rule']})" if failed.get("rule") else ""
        say(f"  {failed.get('code')}: {failed.get('says')}{rule}")
        say(f"    {failed.get('remedy')} {failed.get('url')}".rstrip())
    return YES if status == 200 and answer["verdict"] == "pass" and is_about(question, answer) else NO


def is_about(question: dict[str, object], answer: dict[str, object]) -> bool:
    """Return whether an answer is to this question: it names the same stage and artifact."""
    artifact = str(question["artifact"]).removeprefix("sha256:").lower()
    return (answer.get("stage"), answer.get("artifact")) == (question["stage"], artifact)


def send_all(asked: argparse.Namespace) -> int:
    """Send each file; return 0 when every one was taken."""
    worst = YES
    for label, name, content in to_send(asked.files):
        fields = {
            "component": asked.component,
            "artifact": asked.artifact,
            "stage": asked.stage.replace("-", "_"),
            "measured_at": asked.measured_at,
            "source_url": asked.source_url,
        }
        body, kind = form({field: value for field, value in fields.items() if value}, name, content)
        status, answer = call(f"changes/{quote(asked.change, safe='')}/evidence/", body, kind)
        if status in (200, 201):
            say(f"{label}: {answer.get('ref')}, {answer.get('format')}, {answer.get('outcome')}")
        else:
            say(f"{label}:")
            worst = max(worst, refused(status, answer))
    return worst


def to_send(paths: list[str]) -> list[tuple[str, str, bytes]]:
    """Return what goes out: what to call it here, its name and its content. Reports of tests go as one.

    Of two files about one matter the later alone counts, so a suite that passed would hide one that failed.
    """
    files = [(path, os.path.basename(path), content_of(path)) for path in dict.fromkeys(paths)]
    reports = {path: root for path, _, content in files if (root := report_of_tests(content)) is not None}
    if len(reports) < 2:
        return files
    whole = ElementTree.Element("testsuites")
    whole.extend(reports.values())
    as_one = (f"{', '.join(reports)}, sent as one", "junit.xml", ElementTree.tostring(whole))
    return [*(file for file in files if file[0] not in reports), as_one]


def content_of(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise Unreachable(f"{path} cannot be read: {error.strerror}.") from None


def report_of_tests(content: bytes) -> ElementTree.Element | None:
    """Return the root of JUnit XML; None for anything else, and for what the portal refuses with a reason."""
    if b"<testsuite" not in content or b"<!DOCTYPE" in content:
        return None
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, LookupError, ValueError):
        return None
    for one in root.iter():
        one.tag = one.tag.rpartition("}")[2]
    return root if root.tag in ("testsuite", "testsuites") else None


def form(fields: dict[str, str], name: str, content: bytes) -> tuple[bytes, str]:
    """Return a multipart body with the fields and the file, and its type."""
    mark = uuid.uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in fields.items()
    ]
    name = name.replace('"', "_").replace("\r", "_").replace("\n", "_")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
    return b"".join(
        [*parts, head.encode(), content, f"\r\n--{mark}--\r\n".encode()]
    ), f"multipart/form-data; boundary={mark}"


def call(path: str, body: bytes, kind: str) -> tuple[int, dict[str, Any]]:
    """Return the status and the JSON that the portal answers. Tries again when it does not answer or fails."""
    base, token = os.environ.get("COUNTERSIGN_URL", ""), os.environ.get("COUNTERSIGN_TOKEN", "")
    if not base or not token:
        raise Unreachable("Set COUNTERSIGN_URL and COUNTERSIGN_TOKEN.")
    if not keeps_the_token(base):
        raise Unreachable(
            "COUNTERSIGN_URL has to begin with https://. Only on this machine may it be http://."
        )
    request = Request(f"{base.rstrip('/')}/api/v1/{path}", data=body, method="POST")
    request.add_header("Authorization", f"Bearer {token}")
    request.add_header("Content-Type", kind)
    request.add_header("Accept", "application/json, application/problem+json")
    trouble = ""
    for wait in range(TRIES):
        time.sleep(wait)
        try:
            return once(request)
        except Unreachable as error:
            trouble = str(error)
    raise Unreachable(trouble)


def keeps_the_token(base: str) -> bool:
    """Return whether nobody on the way can read what is sent to an address."""
    try:
        parts = urlsplit(base)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in OWN_MACHINE)


def once(request: Request) -> tuple[int, dict[str, Any]]:
    """Ask once. A 5xx, a redirect and an answer that is no JSON are no answers."""
    try:
        with build_opener(NoRedirect()).open(request, timeout=SECONDS) as response:
            status, content = response.status, response.read(LONGEST_ANSWER)
    except HTTPError as error:
        status, content = error.code, error.read(LONGEST_ANSWER)
    except (URLError, OSError, ValueError) as error:
        raise Unreachable(f"The portal does not answer: {getattr(error, 'reason', error)}.") from None
    if status >= 500 or 300 <= status < 400:
        raise Unreachable(f"The portal answered with {status}.")
    try:
        answer = json.loads(content)
    except ValueError:
        raise Unreachable(f"The portal answered {status} with something that is not JSON.") from None
    if not isinstance(answer, dict):
        raise Unreachable("The portal answered with something that is not an object.")
    return status, answer


def refused(status: int, answer: dict[str, Any]) -> int:
    """Print a problem document, and return 1: the portal answered, and it is no."""
    say(f"Refused ({status}): {answer.get('detail', 'no reason was given')}")
    errors = answer.get("errors")
    for field, messages in (errors if isinstance(errors, dict) else {}).items():
        for message in messages if isinstance(messages, list) else [messages]:
            say(f"  {field}: {message}")
    return NO


# ---------------------------------------------------------------- verifying offline


def verify(asked: argparse.Namespace) -> int:
    """Check that the key signed a pass about exactly this, and that it still counts."""
    verifier = import_module("verify")

    try:
        key = verifier.read_key(asked.key)
        with open(asked.answer, encoding="utf-8") as file:
            said = signed(json.load(file), key, verifier)
    except verifier.Usage as error:
        raise Unreachable(str(error)) from None
    except (OSError, ValueError) as error:
        raise Unreachable(f"{asked.answer} cannot be read: {error}.") from None
    except (KeyError, TypeError, AttributeError):
        say("No: the answer holds no attestation of a pass.")
        return NO
    except verifier.Wrong as error:
        say(f"No: {error}")
        return NO
    wanted = {
        "change": asked.change,
        "stage": asked.stage.replace("-", "_"),
        "component": asked.component,
        "environment": asked.environment,
        "artifact": asked.artifact.lower().removeprefix("sha256:") if asked.artifact else "",
    }
    for name, value in wanted.items():
        if value and said.get(name) != value:
            say(f"No: it is about the {name} {said.get(name)}, and not {value}.")
            return NO
    now = datetime.now(timezone.utc)  # noqa: UP017 - Python 3.9 has no other name for it
    if datetime.fromisoformat(str(said["expires"]).replace("Z", "+00:00")) <= now:
        say(f"No: it counted until {said['expires']}. Ask again.")
        return NO
    say(f"Yes: {said['change']} may pass {said['stage']} until {said['expires']}.")
    return YES


def signed(answer: dict[str, Any], key: Any, verifier: Any) -> dict[str, Any]:
    """Return what the attestation of an answer says, and what it is about, once the key signed it (DSSE)."""
    envelope = answer["attestation"]
    (signature,) = envelope["signatures"]
    kind = envelope["payloadType"].encode("ascii")
    payload, mark = verifier.from_base64(envelope["payload"]), verifier.from_base64(signature["sig"])
    if payload is None or mark is None:
        raise verifier.Wrong("the attestation is not well formed.")
    message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    if not verifier.signature_holds(key.public, message, mark):
        raise verifier.Wrong("the attestation was changed, or another key signed it.")
    statement = json.loads(payload)
    predicate = statement["predicate"]
    if statement["predicateType"] != PREDICATE or predicate["verificationResult"] != "PASSED":
        raise verifier.Wrong("the attestation is about something else.")
    (about,) = statement["subject"]
    return {**predicate["countersign"], "component": about["name"], "artifact": about["digest"]["sha256"]}


def say(text: str) -> None:
    print(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
