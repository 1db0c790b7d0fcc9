"""Line numbers, in JSON and in YAML, of what is reported."""

import json
import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from constructs_lib.assembly import from_documents, load
from constructs_lib.assembly.lines import find_line

JSON = """{
 "Parameters": {"Other": {"Type": "String"}},
 "Outputs": {
  "Vpc": {"Value": "x"}
 },
 "Resources": {
  "Net": {"Type": "X", "Properties": {"Vpc": {"Ref": "Vpc"}}},
  "Vpc": {
   "Type": "X",
   "Properties": {
    "Text": "quoted \\" { [ \\\\",
    "List": [
     1,
     {"Deep": [
       "a", "b",
       "c"]},
     {
      "Deep": 5
     }
    ]
   }
  }
 }
}
"""
YAML = """# a comment
Parameters:
  Other: {Type: String}
Resources:
  Net:
    Type: X
    Properties: {Vpc: !Ref Vpc,
      List: [a,
        b]}
  Vpc:
    Type: X
    Properties:
      Text: |
        Net:
          Type: no
      List:
      - 1
      - Deep:
          - a
          - !Sub 'b'
      -
        Deep: 5
      Chosen: !If
        - On
        - {Port: 443}
        - 5
  'Last':
    Type: X
"""
ROWS = [
    (JSON, ("Net",), 7), (JSON, ("Vpc",), 8), (JSON, ("Net", "Vpc"), 7), (JSON, ("Vpc", "Text"), 11), (JSON, ("Vpc", "List"), 12),
    (JSON, ("Vpc", "List", 0), 13), (JSON, ("Vpc", "List", 1, "Deep"), 14), (JSON, ("Vpc", "List", 1, "Deep", 2), 16),
    (JSON, ("Vpc", "List", 2, "Deep"), 18), (JSON, ("Vpc", "List", 7), 12), (JSON, ("Vpc", "Gone", "More"), 10), (JSON, ("Gone",), 6),
    (YAML, ("Net",), 5), (YAML, ("Vpc",), 10), (YAML, ("Net", "Vpc"), 7), (YAML, ("Net", "List", 1), 9), (YAML, ("Vpc", "Text"), 13),
    (YAML, ("Vpc", "List", 1, "Deep", 1), 20), (YAML, ("Vpc", "List", 2, "Deep"), 22), (YAML, ("Vpc", "Chosen", "Port"), 23),
    (YAML, ("Last",), 27), (YAML, ("Last", "Gone"), 27), (YAML, ("Gone",), 4),
]  # fmt: skip


@pytest.mark.parametrize(("text", "path", "line"), ROWS)
def test_lines(text, path, line, tmp_path):
    """A resource's or property's line is found; of what is not written there, the nearest thing around."""
    file = tmp_path / "t.template"
    file.write_text(text)
    assert load([str(file)]).templates[0].line(*path) == line


def test_no_line():
    """A template in memory has no lines, a file that is gone has none either."""
    assert from_documents({"t": {"Resources": {}}}).templates[0].line("It") is None
    assert find_line("/nowhere.json", ("Resources",)) is None


KEYS = st.text("ABCab1", min_size=1, max_size=3)
BODIES = st.recursive(
    st.one_of(st.integers(), st.text('AB "\\{}[]:,\n', max_size=6)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=12,
)


def paths(value, path=()):
    """Every path in a document."""
    yield path
    if isinstance(value, (dict, list)):
        for step, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths(item, (*path, step))


def written_line(text, path):
    """The line of a path as PyYAML's own nodes have it."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    line = None
    for step in path:
        if isinstance(node, yaml.MappingNode):
            key, node = next((key, item) for key, item in node.value if key.value == step)
            line = key.start_mark.line + 1
        else:
            node = node.value[step]
            line = node.start_mark.line + 1
    return line


@settings(deadline=None)
@given(st.dictionaries(KEYS, BODIES, max_size=3), st.sampled_from(["json", "wide", "block", "flow"]))
def test_every_path_has_its_line(tmp_path_factory, body, style):
    """In random documents, however they are written, every path has the line that a full parser gives it."""
    document = {"Metadata": json.loads(json.dumps(body)), "Resources": body}
    text = {
        "json": lambda: json.dumps(document, indent=1),
        "wide": lambda: json.dumps(document, indent=3, separators=(" ,", " :  ")),
        "block": lambda: yaml.safe_dump(document, default_flow_style=False),
        "flow": lambda: yaml.safe_dump(document, default_flow_style=True, width=10),
    }[style]()
    file = tmp_path_factory.mktemp("lines") / "t.yaml"
    file.write_text(text)
    for path in paths(body, ("Resources",)):
        assert find_line(str(file), path) == written_line(text, path)


def test_lookups_are_quick(tmp_path):
    """A thousand findings in a large template are located in a moment."""
    resources = {f"R{index}": {"Type": "X", "Properties": {"A": [1] * 20, "B": {"C": index}}} for index in range(1000)}
    (tmp_path / "t.json").write_text(json.dumps({"Resources": resources}, indent=1))
    template = load([str(tmp_path / "t.json")]).templates[0]
    started = time.process_time()
    assert [template.line(f"R{index}", "B", "C") for index in (0, 999)] == [29, 29 + 999 * 30]
    for index in range(1000):
        template.line(f"R{index}", "B", "C")
    assert time.process_time() - started < 3


TWICE = [
    ("t.yaml", "Resources:\n  A:\n    P: 1\n    Q: 2\n  B: {}\n  A:\n    P: 3\n"),
    ("t.json", '{"Resources": {\n"A": {\n"P": 1,\n"Q": 2}, "B": {},\n"A": {\n"P": 3}}}\n'),
]


@pytest.mark.parametrize(("name", "text"), TWICE)
def test_the_last_of_two_keys_is_shown(name, text, tmp_path):
    """Of a key that stands twice the last is deployed, so that is the one that is pointed at."""
    file = tmp_path / name
    file.write_text(text)
    last = text[: text.rindex("P")].count("\n") + 1
    assert find_line(str(file), ("Resources", "A", "P")) == last
    assert find_line(str(file), ("Resources", "A")) == last - 1
    assert find_line(str(file), ("Resources", "A", "Q")) == last - 1
