#!/usr/bin/env python3
"""Holds answers against the document that describes them.

contract.py OPENAPI ANSWERS [PATHS]: ANSWERS has a JSON object a line, {"method", "target", "status", "type", "body"}. Prints
what does not fit, and which operations of the document were never asked, among the paths that the pattern PATHS fits.
Exit code 1 for either.
"""
import json
import re
import sys

from jsonschema import Draft202012Validator


def template_for(paths, target):
    path = target.split("?")[0]
    for template in paths:
        if re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", template), path):
            return template
    return None


def resolved(document, thing):
    while "$ref" in thing:
        at = document
        for key in thing["$ref"].removeprefix("#/").split("/"):
            at = at[key]
        thing = at
    return thing


def events_of(text):
    """Those of a stream (HTML, section 9.2), as {"id", "event", "data"}."""
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        if "event" in fields:
            yield fields


def instances_of(media, kind, body):
    """What of the body has to fit what: pairs of schema and instance."""
    if kind.endswith("json"):
        return [(media["schema"], json.loads(body))]
    pairs = [(media["schema"], body)]
    if kind == "application/jsonl":
        pairs += [({"type": "object"}, json.loads(line)) for line in body.splitlines()]
    if "x-events" in media:
        for event in events_of(body):
            pairs.append((media["x-events"], {event["event"]: json.loads(event["data"])}))
            pairs.append(({"type": "boolean", "const": event["event"] != "lost"}, event.get("id", "").isdigit()))
    return pairs


def wrong_with(document, answer):
    template = template_for(document["paths"], answer["target"])
    operation = document["paths"].get(template, {}).get(answer["method"].lower())
    if operation is None:
        return None if answer["status"] in (404, 405) else "no such operation in the document"
    response = operation["responses"].get(str(answer["status"]))
    if response is None:
        return "the document has no such status for it"
    content = resolved(document, response).get("content", {})
    if not content:
        return "a body where there should be none" if answer["body"] else None
    if answer["type"] not in content:
        return f"content type {answer['type']}, not {', '.join(content)}"
    errors = []
    for schema, instance in instances_of(content[answer["type"]], answer["type"], answer["body"]):
        validator = Draft202012Validator({"components": document["components"], **schema})
        errors += sorted(validator.iter_errors(instance), key=lambda e: list(e.path))
    return "; ".join(f"at /{'/'.join(map(str, e.path))}: {e.message[:300]}" for e in errors) or None


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        document = json.load(file)
    with open(sys.argv[2], encoding="utf-8") as file:
        answers = [json.loads(line) for line in file]
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    failed = 0
    seen = set()
    for answer in answers:
        seen.add((template_for(document["paths"], answer["target"]), answer["method"].lower()))
        wrong = wrong_with(document, answer)
        if wrong:
            failed += 1
            print(f"{answer['method']} {answer['target']}: {answer['status']}: {wrong}")
    wanted = re.compile(sys.argv[3] if len(sys.argv) > 3 else "")
    for template, operations in document["paths"].items():
        for method in operations:
            if wanted.search(template) and (template, method) not in seen:
                failed += 1
                print(f"{method.upper()} {template}: never asked")
    print(f"{len(answers)} answers, {failed} complaints")
    return 1 if failed else 0


sys.exit(main())
