"""What a path is: a file, a folder or an assembly; what is skipped, counted or an error."""

import json
import subprocess
import sys

import pytest

from constructs_lib.assembly import InputError, from_documents, load, nearest

GOOD = {"Resources": {"It": {"Type": "X"}}}


def fill(folder, **files):
    for name, content in files.items():
        path = folder / name.replace("__", ".").replace("_in_", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))


def test_folder(tmp_path):
    """Templates below a folder are one group; other files are skipped and counted; broken templates are left for the end."""
    fill(
        tmp_path,
        a__json=GOOD,
        sub_in_b__yaml="Resources:\n  It: {Type: !Ref X}\n",
        sub_in_c__yml="AWSTemplateFormatVersion: 2010-09-09\n",
        d__template=GOOD,
        package__json={"name": "x"},
        mkdocs__yml="nav: !!python/name:x\n",
        list__json=[{"Resources": 1}],
        e__json='{"Resources": {',
        f__yaml="Resources:\n  A: 5\n",
        readme__md="Resources:",
        node_modules_in_g__json=GOOD,
        __hidden_in_h__json=GOOD,
    )
    given = load([str(tmp_path)])
    assert [group.name for group in given.groups] == [str(tmp_path)]
    names = [template.path.removeprefix(f"{tmp_path}/") for template in given.templates]
    assert names == ["a.json", "d.template", "sub/c.yml"]
    assert [path.removeprefix(f"{tmp_path}/") for path in given.skipped] == ["list.json", "mkdocs.yml", "package.json"]
    assert [str(error).removeprefix(f"{tmp_path}/") for error in given.errors] == [
        "e.json: line 1: not valid JSON: expecting property name enclosed in double quotes",
        "f.yaml: Resources.A: must be an object, not a number",
        "sub/b.yaml: Resources.It: needs a Type",
    ]


def test_folder_with_binary_and_large_files(tmp_path):
    """What cannot be read and was no template is skipped; what was one is an error."""
    (tmp_path / "image.json").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "broken.json").write_bytes(b'{"Resources": "\xff"}')
    with (tmp_path / "large.json").open("wb") as stream:
        stream.truncate(20 * 1024 * 1024 + 1)
    given = load([str(tmp_path)])
    assert [path.removeprefix(f"{tmp_path}/") for path in given.skipped] == ["image.json", "large.json"]
    assert [str(error) for error in given.errors] == [f"{tmp_path}/broken.json: line 1: not a text file in UTF-8"]


def test_assembly_inside_a_folder(tmp_path):
    """A project folder is read with the assembly in it, which stays a group of its own."""
    fill(
        tmp_path,
        app__json=GOOD,
        out_in_cdk__out="{}",
        out_in_manifest__json={
            "artifacts": {"A": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "A.json"}}}
        },
        out_in_A__json=GOOD,
    )
    assert [
        [found.path.removeprefix(f"{tmp_path}/") for found in group.templates] for group in load([str(tmp_path)]).groups
    ] == [
        ["out/A.json"],
        ["app.json"],
    ]


def test_progress(tmp_path):
    """Progress is told for each file, with how many there are."""
    fill(tmp_path, a__json=GOOD, b__json=GOOD)
    seen = []
    load([str(tmp_path)], progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 2), (1, 2), (2, 2)]
    seen.clear()
    load([str(tmp_path / "a.json"), str(tmp_path / "b.json")], progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 2), (1, 2), (2, 2)]


PARAMETERS = [
    ({"SubnetID": "x"}, '--parameter: no template has a parameter "SubnetID", did you mean "SubnetId"?'),
    ({"Zebra": "x"}, '--parameter: no template has a parameter "Zebra"'),
]


@pytest.mark.parametrize(("given", "message"), PARAMETERS)
def test_parameters_that_no_template_has(given, message):
    """A parameter that is given must be one, and the nearest name is told."""
    document = {"Parameters": {"SubnetId": {"Type": "String"}}, "Resources": {}}
    assert from_documents({"t": document}, parameters={"SubnetId": "x"}).templates
    with pytest.raises(InputError) as caught:
        from_documents({"t": document}, parameters=given)
    assert str(caught.value) == message


def test_nearest():
    """The nearest name is found whatever its case, and none where nothing is near."""
    assert nearest("privatedns", ["privateDns", "type"]) == ', did you mean "privateDns"?'
    assert nearest("zzz", ["privateDns", "type"]) == ""


def test_reading_json_imports_nothing_heavy(tmp_path):
    """Checking a JSON template loads neither YAML nor what takes long to import."""
    fill(tmp_path, t__json=GOOD)
    program = (
        "import sys; before = set(sys.modules)\n"
        "from constructs_lib.assembly import load\n"
        f"load([{str(tmp_path / 't.json')!r}]).templates[0].resources['It'].get()\n"
        "print(sorted(name for name in set(sys.modules) - before if '.' not in name))"
    )
    found = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=".").stdout
    loaded = set(json.loads(found.replace("'", '"')))
    heavy = {
        "yaml",
        "dataclasses",
        "typing",
        "inspect",
        "pathlib",
        "argparse",
        "difflib",
        "ipaddress",
        "multiprocessing",
        "concurrent",
        "aws_cdk",
        "jsii",
    }
    assert loaded & heavy == set()
