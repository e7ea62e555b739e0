#!/usr/bin/env python3
"""Extracts the data of these tests from the published description of the API.

    python3 extract.py path/to/realtime-openapi.json

The description is openai/openai-openapi at commit f85dbe2 (2026-08-21), cut down to `paths` under /realtime and the schemas they and the
events need. It is not in this repository. The script needs nothing beyond Python 3.11 and writes, beside itself:

    examples.json         every example of the Realtime part, repaired where it has to be
    examples.repairs.md   what was repaired, and why
    schemas.json          for each schema a table of its properties, with a place in an instance where each can be seen; and which are left out, and why
    instances.json        for each thing that is read or written as a whole the smallest instance and the largest ones, which together show every
                          alternative of every union; with the places of the open values, of the maps and of free JSON in them

It stops with an error when an example is not JSON and no repair is listed for it, or when a listed repair no longer applies.
"""
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
SPEC = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
SCHEMAS = SPEC["components"]["schemas"]


# ---------------------------------------------------------------------------------------------------------------------------------
# Which schema is what. A root is a thing that is read or written as a whole; what is not named here is reached through a root.

def event_kinds():
    kinds = {}
    for union, kind in (("RealtimeClientEvent", "client-event"), ("RealtimeServerEvent", "server-event"),
                        ("RealtimeTranslationClientEvent", "translation-client-event"), ("RealtimeTranslationServerEvent", "translation-server-event")):
        for alternative in SCHEMAS[union]["anyOf"]:
            kinds.setdefault(name_of(alternative), kind)
    return kinds


def name_of(schema):
    return schema["$ref"].rsplit("/", 1)[-1]


ROOTS = event_kinds() | {
    "RealtimeConversationItemMessageSystem": "item",
    "RealtimeConversationItemMessageUser": "item",
    "RealtimeConversationItemMessageAssistant": "item",
    "RealtimeConversationItemFunctionCall": "item",
    "RealtimeConversationItemFunctionCallOutput": "item",
    "RealtimeMCPApprovalResponse": "item",
    "RealtimeMCPListTools": "item",
    "RealtimeMCPToolCall": "item",
    "RealtimeMCPApprovalRequest": "item",
    "RealtimeResponse": "response",
    "RealtimeResponseCreateParams": "response-request",
    "RealtimeSessionCreateRequestGA": "session-request",
    "RealtimeTranscriptionSessionCreateRequestGA": "transcription-session-request",
    "RealtimeTranslationSessionCreateRequest": "translation-session-request",
    "RealtimeTranslationSessionUpdateRequest": "translation-session-update",
    "RealtimeSessionCreateResponseGA": "session-reply",
    "RealtimeTranscriptionSessionCreateResponseGA": "transcription-session-reply",
    "RealtimeTranslationSession": "translation-session-reply",
    "RealtimeCreateClientSecretRequest": "client-secret-request",
    "RealtimeCreateClientSecretResponse": "client-secret-reply",
    "RealtimeTranslationClientSecretCreateRequest": "translation-client-secret-request",
    "RealtimeTranslationClientSecretCreateResponse": "translation-client-secret-reply",
    "RealtimeCallReferRequest": "refer-request",
    "RealtimeCallRejectRequest": "reject-request",
    "WebhookRealtimeCallIncoming": "webhook",
}

LEFT_OUT = {
    "RealtimeClientEvent": "A union; its alternatives are tables of their own.",
    "RealtimeServerEvent": "A union; its alternatives are tables of their own.",
    "RealtimeTranslationClientEvent": "A union; its alternatives are tables of their own.",
    "RealtimeTranslationServerEvent": "A union; its alternatives are tables of their own.",
    "RealtimeConversationItem": "A union; its alternatives are tables of their own.",
    "RealtimeCallCreateRequest": "A multipart form, no JSON object. Its session part is RealtimeSessionCreateRequestGA.",
    "InputTextContent": "Only the variables of a stored prompt reach it. They are kept as free JSON.",
    "InputImageContent": "Only the variables of a stored prompt reach it. They are kept as free JSON.",
    "InputFileContent": "Only the variables of a stored prompt reach it. They are kept as free JSON.",
    "FileInputDetail": "Only the variables of a stored prompt reach it. They are kept as free JSON.",
    "ImageDetail": "Only the variables of a stored prompt reach it. They are kept as free JSON.",
    "PromptCacheBreakpointConfig": "Only the variables of a stored prompt reach it. They are kept as free JSON.",
    "RealtimeSession": "Beta shape, and nothing refers to it.",
    "RealtimeSessionCreateRequest": "Beta: the flat session of POST /realtime/sessions, which the service has switched off. Its example is in examples.json.",
    "RealtimeSessionCreateResponse": "Beta: the reply of POST /realtime/sessions; a mixture of both shapes. Its example is in examples.json.",
    "RealtimeTranscriptionSessionCreateRequest": "Beta: POST /realtime/transcription_sessions.",
    "RealtimeTranscriptionSessionCreateResponse": "Beta: the reply of POST /realtime/transcription_sessions. Its example is in examples.json.",
}


# ---------------------------------------------------------------------------------------------------------------------------------
# Examples

# (schema or "METHOD path part") -> [(what stands there, what is put instead, why)]
NOT_JSON = {
    "RealtimeClientEventResponseCreate": [
        ("// Trigger a response with the default Conversation and no special parameters\n", "", "a comment"),
        ('"response.create",\n}\n', '"response.create"\n}\n', "a comma after the last member"),
        ("// Trigger an out-of-band response that does not write to the default Conversation\n", "", "a comment; and two examples in one text, which become two"),
        (" // clear any session tools", "", "a comment"),
    ],
    "RealtimeServerEventInputAudioBufferDtmfEventReceived": [
        ('"type":" input_audio', '"type": "input_audio', "the blank stands inside the quotes: no event has that name"),
        ('1763605109,\n', '1763605109\n', "a comma after the last member"),
    ],
    "RealtimeServerEventResponseCreated": [("  },\n}", "  }\n}", "a comma after the last member")],
    "RealtimeServerEventSessionCreated": [("  },\n}", "  }\n}", "a comma after the last member")],
    "RealtimeServerEventSessionUpdated": [("  },\n}", "  }\n}", "a comma after the last member")],
    "WebhookRealtimeCallIncoming": [('"application/sdp"},\n', '"application/sdp"}\n', "a comma after the last element")],
    "POST /realtime/client_secrets reply": [('"server_vad",\n', '"server_vad"\n', "a comma after the last member")],
    "POST /realtime/calls/{call_id}/accept request": [('Example Corp.",\n', 'Example Corp."\n', "a comma after the last member")],
}

# Valid JSON, but the audio in it is no base64. Both forms are kept: `asPublished` beside `json`.
NO_BASE64 = {
    '"Base64EncodedAudioData"': '"QmFzZTY0RW5jb2RlZEF1ZGlvRGF0YQ=="',
    '"Base64EncodedAudioDelta"': '"QmFzZTY0RW5jb2RlZEF1ZGlvRGVsdGE="',
    '"8//2//v/9//q/+//+P/s..."': '"8//2//v/9//q/+//+P/s"',
}

# What the paths' examples are.
EXCHANGES = {
    ("/realtime/calls/{call_id}/accept", "request"): ("RealtimeSessionCreateRequestGA", "session-request"),
    ("/realtime/calls/{call_id}/refer", "request"): ("RealtimeCallReferRequest", "refer-request"),
    ("/realtime/calls/{call_id}/reject", "request"): ("RealtimeCallRejectRequest", "reject-request"),
    ("/realtime/client_secrets", "request"): ("RealtimeCreateClientSecretRequest", "client-secret-request"),
    ("/realtime/client_secrets", "reply"): ("RealtimeCreateClientSecretResponse", "client-secret-reply"),
    ("/realtime/sessions", "request"): ("RealtimeSessionCreateRequest", "beta-session-request"),
    ("/realtime/sessions", "reply"): ("RealtimeSessionCreateResponse", "beta-session-reply"),
    ("/realtime/transcription_sessions", "request"): ("RealtimeTranscriptionSessionCreateRequest", "beta-transcription-session-request"),
    ("/realtime/transcription_sessions", "reply"): ("RealtimeTranscriptionSessionCreateResponse", "beta-transcription-session-reply"),
    ("/realtime/translations/client_secrets", "request"): ("RealtimeTranslationClientSecretCreateRequest", "translation-client-secret-request"),
    ("/realtime/translations/client_secrets", "reply"): ("RealtimeTranslationClientSecretCreateResponse", "translation-client-secret-reply"),
}

# Examples of schemas that are no roots.
EXAMPLE_KINDS = {
    "RealtimeSessionCreateRequest": "beta-session-reply",  # the schema is the request's, the example the reply's
    "RealtimeSessionCreateResponse": "session-reply",  # GA shape, but without `type`
    "RealtimeTranscriptionSessionCreateResponse": "beta-transcription-session-reply",
}

# Where an example holds another object that is read by itself too: name of the member -> kind.
PARTS = {"item": "item", "output": "item", "input": "item", "response": None, "session": None}


def examples():
    found, repairs = [], []
    for name, schema in SCHEMAS.items():
        text = (schema.get("x-oaiMeta") or {}).get("example")
        if text:
            add_example(found, repairs, name, ROOTS.get(name) or EXAMPLE_KINDS[name], name, text)
    for path, methods in SPEC["paths"].items():
        for method, operation in methods.items():
            texts = (operation.get("x-oaiMeta") or {}).get("examples") or {}
            curl = texts.get("request", {}).get("curl", "")
            body = re.search(r"-d '(.*)'", curl, re.DOTALL)
            for part, text in (("request", body and body.group(1)), ("reply", texts.get("response"))):
                if text and (path, part) in EXCHANGES:
                    name, kind = EXCHANGES[path, part]
                    add_example(found, repairs, name, kind, f"{method.upper()} {path} {part}", text)
    unused = set(NOT_JSON) - {r["example"] for r in repairs}
    if unused:
        sys.exit(f"Repairs for examples that are not there: {unused}")
    return found, repairs


def add_example(found, repairs, schema, kind, source, text):
    for old, new, why in NOT_JSON.get(source, []):
        if text.count(old) != 1:
            sys.exit(f"{source}: the repair of {old!r} does not apply")
        repairs.append({"example": source, "old": old, "new": new, "why": why})
        text = text.replace(old, new)
    decoder, texts, rest = json.JSONDecoder(), [], text.strip()
    while rest:
        _, end = decoder.raw_decode(rest)
        texts.append(rest[:end])
        rest = rest[end:].strip()
    for number, one in enumerate(texts):
        example = {"name": source + (f" {number + 1}" if len(texts) > 1 else ""), "schema": schema, "kind": kind, "json": json.loads(one)}
        base64 = one
        for old, new in NO_BASE64.items():
            if old in base64:
                repairs.append({"example": source, "old": old, "new": new, "why": "no base64; the published text is kept as `asPublished`"})
                base64 = base64.replace(old, new)
        if base64 != one:
            example |= {"json": json.loads(base64), "asPublished": json.loads(one)}
        found.append(example)


# ---------------------------------------------------------------------------------------------------------------------------------
# Instances. A node is a piece of JSON that remembers which property of which schema each of its values came from.

class Node:
    def __init__(self, value, rows=(), **marks):
        self.value, self.rows, self.marks = value, tuple(rows), marks

    def with_row(self, row):
        return Node(self.value, (row,) + self.rows, **self.marks)

    def json(self):
        if isinstance(self.value, dict):
            return {k: v.json() for k, v in self.value.items()}
        if isinstance(self.value, list):
            return [v.json() for v in self.value]
        return self.value

    def walk(self, pointer="", row=None):
        """Every node below with its place, and the property that it is or is an element of."""
        row = self.rows[0] if self.rows else row
        yield pointer, row, self
        if isinstance(self.value, dict):
            for k, v in self.value.items():
                yield from v.walk(f"{pointer}/{k}", row)
        elif isinstance(self.value, list):
            for i, v in enumerate(self.value):
                yield from v.walk(f"{pointer}/{i}", row)


# An object whose `type` is one of several words, and which members go with which word. The schemas leave that to the prose.
SPLIT = {
    ("input_text", "input_audio", "input_image"): {"input_text": ["text"], "input_audio": ["audio", "transcript"], "input_image": ["image_url", "detail"]},
    ("output_text", "output_audio"): {"output_text": ["text"], "output_audio": ["audio", "transcript"]},
    ("audio", "text"): {"audio": ["audio", "transcript"], "text": ["text"]},
}

# Samples where the type alone does not do. By the property's name.
SAMPLES = {
    "audio": "AAECAwQFBgc=", "arguments": '{"city":"Bern"}', "image_url": "data:image/png;base64,iVBORw0KGgo=", "server_url": "https://mcp.example.com/sse",
    "tunnel_id": "tunnel_0123456789abcdef0123456789abcdef", "target_uri": "tel:+14155550123", "language": "en", "code": "code_1", "threshold": 0.5,
    "retention_ratio": 0.8, "speed": 1.25, "temperature": 0.75, "logprob": -0.125, "start": 0.5, "end": 2.25, "reset_seconds": 59.5, "limit": 50000,
    "remaining": 49950, "sdp": "v=0\r\n", "event": "9", "status_code": 486, "idle_timeout_ms": 6000,
}
NUMBERS = {"seconds": 600, "bytes": 104, "rate": 24000, "channels": 1, "sample_rate": 24000, "content_index": 1, "output_index": 2}
UNIX_TIMES = {"expires_at", "created_at", "received_at"}
AUDIO_DELTAS = {"RealtimeServerEventResponseAudioDelta", "RealtimeTranslationServerEventSessionOutputAudioDelta"}
FREE_JSON = {"parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}
VARIABLES = {"name": "Ada", "greeting": {"type": "input_text", "text": "hello"}}


class Builder:
    """Builds the instances of one root. Numbers and texts are all different, so that no value can stand in for another."""

    def __init__(self, root):
        self.root, self.count = root, 0

    def largest(self, schema, where, name):
        """All variants: together they show every alternative, each with every property."""
        schema, where = resolve(schema, where)
        if where[0] in ("ResponsePromptVariables",):
            return [Node(free(VARIABLES), free=True), Node(None)]
        alternatives = flatten(schema)
        if alternatives is None:
            return self.one(schema, where, name)
        if is_open(alternatives):
            values = [v for a in alternatives for v in a.get("enum", [])]
            return [Node(values[0], open=values)]
        tagged = len([a for a in alternatives if a.get("type") != "null"]) > 1
        variants = []
        for alternative in alternatives:
            if alternative.get("type") == "null":
                variants.append(Node(None))
            else:
                variants += self.largest(alternative, alternative_of(where, alternative, tagged), name)
        return variants

    def one(self, schema, where, name):
        kind = schema.get("type")
        if "const" in schema or "enum" in schema:
            values = [schema["const"]] if "const" in schema else schema["enum"]
            return [Node(values[0], open=values, const=len(values) == 1)] if isinstance(values[0], str) else [Node(values[0])]
        if kind == "null":
            return [Node(None)]
        if kind == "array" or "items" in schema:
            inner = self.largest(schema["items"], (where[0], where[1] + "[]"), name)
            values = inner[0].marks.get("open") if len(inner) == 1 else None
            if values and not inner[0].marks.get("const"):
                inner = [Node(v, open=values) for v in values[:2]]
            return [Node(inner)]
        if kind == "object" or "properties" in schema:
            return self.object(schema, where, name)
        return [Node(self.sample(schema, name, where))]

    def object(self, schema, where, name):
        properties = schema.get("properties")
        if properties is None:
            extra = schema.get("additionalProperties")
            if isinstance(extra, dict):
                return [Node({"key_1": Node(self.text("value")), "key_2": Node(self.text("value"))}, map=True)]
            return [Node(free(FREE_JSON.get(name, {"any": ["thing", 1, None, True]})), free=True)]
        words = tuple(properties.get("type", {}).get("enum", []))
        if words in SPLIT:
            return [self.split(schema, where, word, members) for word, members in SPLIT[words].items()]
        inner = {p: [n.with_row((where[0], join(where[1], p))) for n in self.largest(s, (where[0], join(where[1], p)), p)] for p, s in properties.items()}
        return [Node({p: v[k % len(v)] for p, v in inner.items()}) for k in range(max(map(len, inner.values()), default=1))]

    def split(self, schema, where, word, members):
        row = lambda p: (where[0], join(where[1], p))
        value = {"type": Node(word, [row("type")], open=list(schema["properties"]["type"]["enum"]), const=True)}
        for p in members:
            value[p] = self.largest(schema["properties"][p], row(p), p)[0].with_row(row(p))
        return Node(value)

    def smallest(self, schema, where, name):
        """What is required and nothing else. An alternative of a union keeps its `type`."""
        schema, where = resolve(schema, where)
        alternatives = flatten(schema)
        if alternatives is not None:
            if is_open(alternatives):
                return self.largest(schema, where, name)[0]
            first = next(a for a in alternatives if a.get("type") != "null")
            return self.smallest(first | ({"required": [*first.get("required", []), "type"]} if "type" in first.get("properties", {}) else {}), where, name)
        if schema.get("type") == "array":
            return Node([])
        if "properties" in schema:
            return Node({p: self.smallest(s, (where[0], join(where[1], p)), p) for p, s in schema["properties"].items() if p in schema.get("required", [])})
        return self.one(schema, where, name)[0]

    def sample(self, schema, name, where):
        self.count += 1
        kind = schema.get("type")
        if name in UNIX_TIMES:
            return 1756310000 + self.count
        if kind == "boolean":
            return self.count % 2 == 0
        if kind == "integer":
            return NUMBERS[name] if name in NUMBERS else SAMPLES[name] if isinstance(SAMPLES.get(name), int) else 1000 + self.count
        if kind == "number":
            return SAMPLES[name] if isinstance(SAMPLES.get(name), (int, float)) else self.count + 0.5
        if kind == "string":
            if name == "delta" and where[0] in AUDIO_DELTAS:
                return SAMPLES["audio"]
            if name == "type" and "turn_detection" in "".join(map(str, where)):
                return "server_vad"  # a plain string in replies of transcription, documented as this
            return SAMPLES[name] if isinstance(SAMPLES.get(name), str) else self.text(name)
        sys.exit(f"{where}: no sample for {schema}")

    def text(self, name):
        self.count += 1
        return f"{name} {self.count}"


def resolve(schema, where):
    while True:
        if "$ref" in schema:
            where = (name_of(schema), "")
            schema = SCHEMAS[where[0]]
        elif list(schema.get("allOf", [])) and len(schema["allOf"]) == 1:
            schema = schema["allOf"][0]
        else:
            return schema, where


def flatten(schema):
    """The alternatives of a union, a union within it opened; None when it is no union."""
    alternatives = schema.get("anyOf") or schema.get("oneOf")
    if alternatives is None:
        return None
    flat = []
    for a in alternatives:
        inner = a if "$ref" in a else resolve(a, ("", ""))[0]
        flat += (flatten(inner) if "$ref" not in inner else None) or [inner]
    if schema.get("nullable"):
        flat.append({"type": "null"})
    return flat


def is_open(alternatives):
    """A string whose known values are listed beside the plain string."""
    return all(a.get("type") == "string" for a in alternatives) and any("enum" in a for a in alternatives)


def alternative_of(where, schema, tagged):
    if not tagged or "$ref" in schema or "properties" not in schema:
        return where
    kind = schema["properties"].get("type", {})
    word = kind.get("const") or (kind.get("enum") or [None])[0] or "object"
    return where[0], f"{where[1]}({word})"


def join(path, name):
    return f"{path}.{name}" if path else name


def free(value):
    if isinstance(value, dict):
        return {k: Node(free(v)) for k, v in value.items()}
    if isinstance(value, list):
        return [Node(free(v)) for v in value]
    return value


# ---------------------------------------------------------------------------------------------------------------------------------
# Tables of properties

def table(name):
    rows = []

    def visit(schema, path):
        if "$ref" in schema:
            return
        for alternative in flatten(schema) or []:
            if not is_open(flatten(schema)):
                tagged = len([a for a in flatten(schema) if a.get("type") != "null"]) > 1
                visit(alternative, alternative_of(("", path), alternative, tagged)[1])
        if "items" in schema:
            visit(schema["items"], path + "[]")
        for p, s in schema.get("properties", {}).items():
            inner = s if "$ref" in s else resolve(s, ("", ""))[0]
            rows.append({"path": join(path, p), **describe(inner), "required": p in schema.get("required", []), "nullable": nullable(inner)})
            visit(inner, join(path, p))

    visit(SCHEMAS[name], "")
    return rows


def describe(schema):
    schema_name = name_of(schema) if "$ref" in schema else None
    resolved = resolve(schema, ("", ""))[0]
    alternatives = flatten(resolved)
    if alternatives is not None and is_open(alternatives):
        kind = "string"
    elif alternatives is not None:
        kind = " | ".join(dict.fromkeys(name_of(a) if "$ref" in a else a.get("type", "object") for a in alternatives if a.get("type") != "null"))
    else:
        kind = resolved.get("type") or ("array" if "items" in resolved else "object")
    values, any_text = words(resolved)
    return {"type": kind, **({"schema": schema_name} if schema_name else {}), "open": len(values) > 1 or (any_text and bool(values)), "values": values}


def words(schema):
    """The words that may stand there, or in the array there; and whether any other text may."""
    resolved = resolve(schema, ("", ""))[0]
    found, any_text = [], False
    for alternative in flatten(resolved) or [resolved]:
        alternative = resolve(alternative, ("", ""))[0]
        if "items" in alternative:
            inner, plain = words(alternative["items"])
        elif flatten(alternative) is not None:
            inner, plain = words(alternative)
        elif alternative.get("type") == "string":
            inner, plain = [alternative["const"]] if "const" in alternative else alternative.get("enum", []), not {"const", "enum"} & alternative.keys()
        else:
            continue
        found, any_text = found + inner, any_text or plain
    return found, any_text


def nullable(schema):
    resolved = resolve(schema, ("", ""))[0]
    return any(a.get("type") == "null" or ("$ref" in a and nullable(a)) for a in flatten(resolved) or []) or bool(resolved.get("nullable"))


def schemas():
    built, places = [], {}
    for name in sorted(ROOTS, key=list(SCHEMAS).index):
        builder = Builder(name)
        largest = builder.largest({"$ref": f"#/components/schemas/{name}"}, (name, ""), "")
        smallest = Builder(name).smallest({"$ref": f"#/components/schemas/{name}"}, (name, ""), "")
        instances = []
        for number, node in enumerate(largest):
            opened, maps, free_json = {}, [], []
            for pointer, own, inner in node.walk():
                for row in inner.rows:
                    places.setdefault(row, []).append((row[0] != name, {"root": name, "instance": number, "pointer": pointer}, inner))
                if "open" in inner.marks and not (pointer == "/type" and "event" in ROOTS[name]):
                    opened[pointer] = f"{own[0]} {own[1]}"
                if inner.marks.get("map"):
                    maps.append(pointer)
                if inner.marks.get("free"):
                    free_json.append(pointer)
            instances.append({"json": node.json(), "open": opened, "maps": maps, "free": free_json})
        wire = SCHEMAS[name].get("properties", {}).get("type", {}).get("enum", [None])[0]
        built.append({"name": name, "kind": ROOTS[name], **({"wireName": wire} if "event" in ROOTS[name] else {}), "smallest": smallest.json(), "largest": instances})

    tables = []
    for name in SCHEMAS:
        if name in LEFT_OUT:
            continue
        rows = table(name)
        for row in rows:
            seen = sorted(places.get((name, row["path"]), []), key=lambda p: p[0])
            if not seen:
                sys.exit(f"{name} {row['path']}: no instance shows it")
            best = next((p for p in seen if p[2].json() is not None), seen[0])
            sample = best[2].json()
            row |= ({} if holds_objects(sample) else {"sample": sample}) | {"at": best[1]}
        tables.append({"schema": name, "properties": rows})
    without = {t["schema"]: "A word or a union without properties of its own." for t in tables if not t["properties"]}
    return built, {"tables": [t for t in tables if t["properties"]], "leftOut": LEFT_OUT | without}


def holds_objects(value):
    return isinstance(value, dict) or (isinstance(value, list) and any(map(holds_objects, value)))


# ---------------------------------------------------------------------------------------------------------------------------------

def dump(value, depth=0):
    """JSON with as much on a line as a line holds, and one row of a table a line."""
    one = json.dumps(value, ensure_ascii=False)
    if len(one) <= 180 or not isinstance(value, (dict, list)) or "at" in value:
        return one
    pad, end = " " * (depth + 1), " " * depth
    if isinstance(value, dict):
        inner = [f"{pad}{json.dumps(k)}: {dump(v, depth + 1)}" for k, v in value.items()]
        return "{\n" + ",\n".join(inner) + f"\n{end}}}"
    return "[\n" + ",\n".join(pad + dump(v, depth + 1) for v in value) + f"\n{end}]"


def repairs_text(repairs):
    lines = ["# Repairs of the examples", "",
             "Written by `extract.py`. The examples are those of openai/openai-openapi, commit f85dbe2; `NOTICE.md` has their licence.", "",
             "| Example | Stands there | Put instead | Why |", "|---|---|---|---|"]
    show = lambda t: "`" + t.replace("\n", "⏎").replace("|", "\\|") + "`" if t else "(nothing)"
    lines += [f"| {r['example']} | {show(r['old'])} | {show(r['new'])} | {r['why']} |" for r in repairs]
    return "\n".join(lines) + "\n"


def main():
    found, repairs = examples()
    (HERE / "examples.json").write_text(dump(found) + "\n", encoding="utf-8")
    (HERE / "examples.repairs.md").write_text(repairs_text(repairs), encoding="utf-8")
    built, data = schemas()
    (HERE / "schemas.json").write_text(dump(data) + "\n", encoding="utf-8")
    (HERE / "instances.json").write_text(dump(built) + "\n", encoding="utf-8")
    rows = sum(len(t["properties"]) for t in data["tables"])
    print(f"{len(found)} examples, {len(repairs)} repairs; {len(data['tables'])} tables with {rows} properties; "
          f"{len(built)} roots with {sum(len(i['largest']) for i in built)} largest instances")


main()
