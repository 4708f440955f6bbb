"""The reference at ``/docs``: one HTML page made from the OpenAPI document, without scripts and without a network."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light; --ink: #1c2733; --soft: #5b6875; --line: #e3e8ec; --brand: #0f766e; }
body { margin: 0; background: #f6f8f9; color: var(--ink);
  font: 15px/1.6 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem 5rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 0; }
h3 { font-size: .8rem; text-transform: uppercase; letter-spacing: .06em; color: var(--soft); margin: 1.25rem 0 .25rem; }
section { background: #fff; border: 1px solid var(--line); border-radius: 10px;
  padding: 1.25rem 1.5rem; margin-top: 1rem; }
code, pre { font: 13px/1.5 ui-monospace, "SFMono-Regular", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace; }
code { background: #eef3f3; padding: .1em .35em; border-radius: 4px; } h2 code { background: none; padding: 0; }
pre { background: #f3f6f7; border-radius: 8px; padding: .9rem 1rem; overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
td { border-top: 1px solid var(--line); padding: .4rem .75rem .4rem 0; vertical-align: top; }
td:first-child { white-space: nowrap; width: 1%; } .soft { color: var(--soft); }
.verb { color: #fff; background: var(--brand); border-radius: 5px; padding: .1em .5em; margin-right: .5em;
  font-size: .8rem; font-weight: 600; } a { color: var(--brand); }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
CONTENT_SECURITY_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'"
"""Nothing but the page's own style may load."""


def render(document: dict[str, Any]) -> str:
    """Make the page from an OpenAPI 3.1 document."""
    info = document["info"]
    operations = [
        _operation(document, path, verb, operation)
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(info['title'])}</title><style>{_STYLE}</style></head><body><main>"
        f'<h1>{escape(info["title"])}</h1><p class="soft">Version {escape(info["version"])} · '
        '<a href="/openapi.json">openapi.json</a></p>'
        f"{_paragraphs(info['description'])}{''.join(operations)}</main></body></html>"
    )


def _operation(document: dict[str, Any], path: str, verb: str, operation: dict[str, Any]) -> str:
    parts = [
        f'<section><h2><span class="verb">{verb.upper()}</span><code>{escape(path)}</code></h2>',
        f"<p><strong>{escape(operation['summary'])}</strong></p>{_paragraphs(operation.get('description', ''))}",
        '<p class="soft">Needs the header <code>X-API-Key</code>.</p>' if operation.get("security") else "",
    ]
    if operation.get("parameters"):
        parts.append(f"<h3>Parameters</h3><table>{''.join(map(_parameter, operation['parameters']))}</table>")
    parts.append(f"<h3>Answers</h3><table>{''.join(_answers(operation))}</table>")
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    example = json.dumps(_example(document, schema), ensure_ascii=False, indent=2)
    parts.append(f"<h3>Example</h3><pre>{escape(example)}</pre></section>")
    return "".join(parts)


def _parameter(parameter: dict[str, Any]) -> str:
    schema = parameter["schema"]
    options = schema.get("enum") or schema.get("items", {}).get("enum") or []
    notes = [_inline(parameter.get("description", ""))]
    if options:
        notes.append("One of " + ", ".join(f"<code>{escape(option)}</code>" for option in options) + ".")
    if schema.get("default") not in (None, []):
        notes.append(f"Default <code>{escape(str(schema['default']))}</code>.")
    if parameter.get("required"):
        notes.append("Required.")
    return f"<tr><td><code>{escape(parameter['name'])}</code></td><td>{' '.join(notes)}</td></tr>"


def _answers(operation: dict[str, Any]) -> list[str]:
    return [
        f"<tr><td><code>{status}</code></td><td>{_inline(answer['description'])}</td></tr>"
        for status, answer in operation["responses"].items()
    ]


def _example(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    """An instance of ``schema`` from the examples its fields carry; a type's name where a field carries none."""
    if "$ref" in schema:
        return _example(document, document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    if schema.get("examples"):
        return schema["examples"][0]
    if "default" in schema:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return _example(document, schema["anyOf"][0])
    if schema.get("type") == "object" and "properties" in schema:
        return {name: _example(document, field) for name, field in schema["properties"].items()}
    if schema.get("type") == "array":
        return [_example(document, schema["items"])] if "items" in schema else []
    return {"string": "...", "integer": 1, "number": 1.0, "boolean": False}.get(schema.get("type", ""))


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_inline(part.strip())}</p>" for part in text.strip().split("\n\n") if part.strip())


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
