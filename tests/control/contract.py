#!/usr/bin/env python3
"""Holds answers against the document that describes them.

contract.py OPENAPI ANSWERS: ANSWERS has a JSON object a line, {"method", "target", "status", "type", "body"}. Prints what
does not fit, and which operations and answers of the document were never seen; exit code 1 for the former.
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


def wrong_with(document, answer):
    template = template_for(document["paths"], answer["target"])
    operation = document["paths"].get(template, {}).get(answer["method"].lower())
    if operation is None:
        return None if answer["status"] in (404, 405) else "no such operation in the document"
    response = operation["responses"].get(str(answer["status"]))
    if response is None:
        return "the document has no such status for it"
    content = response.get("content", {})
    if not content:
        return "a body where there should be none" if answer["body"] else None
    if answer["type"] not in content:
        return f"content type {answer['type']}, not {', '.join(content)}"
    schema = {"components": document["components"], **content[answer["type"]]["schema"]}
    errors = sorted(Draft202012Validator(schema).iter_errors(json.loads(answer["body"])), key=lambda e: list(e.path))
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
    for template, operations in document["paths"].items():
        for method in operations:
            if (template, method) not in seen:
                failed += 1
                print(f"{method.upper()} {template}: never asked")
    print(f"{len(answers)} answers, {failed} complaints")
    return 1 if failed else 0


sys.exit(main())
