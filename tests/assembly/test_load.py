"""What a path is: a file, a folder or an assembly; what is skipped, counted or an error."""

import json
import os
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


@pytest.mark.parametrize(
    "section", ["Metadata", "Mappings", "Parameters", "Conditions", "Outputs", "Rules", "Transform"]
)
def test_a_section_with_nothing_in_it_is_none(section, tmp_path):
    """A heading whose lines are commented out does not keep the rest of the template from being read."""
    (tmp_path / "t.yaml").write_text(f"{section}:\nResources:\n  A:\n    Type: AWS::EC2::VPC\n")
    found = load([str(tmp_path / "t.yaml")])
    assert list(found.templates[0].resources) == ["A"]


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


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, ""),
        ({"package__json": {"name": "x"}}, " (1 file without resources skipped)"),
        ({"package__json": {"name": "x"}, "sub_in_notes__yaml": "a: b", "readme__md": ""}, " (2 files without resources skipped)"),
    ],
)  # fmt: skip
def test_folder_without_templates(tmp_path, files, said):
    """A folder without any template is most likely the wrong one: an error, rather than nothing to complain about."""
    fill(tmp_path, **files)
    with pytest.raises(InputError) as caught:
        load([str(tmp_path)])
    assert str(caught.value) == f"{tmp_path}: no CloudFormation template in it{said}"
    assert load([str(tmp_path)], lenient=True).templates == []


def test_each_file_is_read_once(tmp_path, monkeypatch):
    """A file that is given twice, by another name, by a link, or besides its folder, is one template; its group is the folder's."""
    monkeypatch.chdir(tmp_path)
    fill(tmp_path, a__json=GOOD, sub_in_b__json=GOOD)
    (tmp_path / "link.json").symlink_to("a.json")
    (tmp_path / "sub/round").symlink_to(tmp_path)
    for paths, found in (
        (["a.json", "./a.json", f"{tmp_path}/a.json", "link.json"], [["a.json"]]),
        (["."], [["./a.json", "./sub/b.json"]]),
        (["link.json", "."], [["./a.json", "./sub/b.json"]]),
        ([".", "sub"], [["./a.json", "./sub/b.json"]]),
        (["sub", "."], [["sub/b.json"], ["./a.json"]]),
        (["sub/", "sub"], [["sub/b.json"]]),
        (["sub/round/a.json", "a.json"], [["sub/round/a.json"]]),
    ):
        assert [[template.path for template in group.templates] for group in load(paths).groups] == found, paths


def test_a_file_given_by_name_must_be_a_template_in_any_case(tmp_path):
    """Also where its folder, in which it would be skipped, is given too."""
    fill(tmp_path, a__json=GOOD, package__json={"name": "x"})
    with pytest.raises(InputError, match="not a CloudFormation template"):
        load([str(tmp_path), str(tmp_path / "package.json")])


def test_an_assembly_is_read_once(tmp_path):
    """Its folder given twice, within another folder, or with one of its templates by name."""
    fill(
        tmp_path,
        out_in_manifest__json={
            "artifacts": {"A": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "A.json"}}}
        },
        out_in_A__json=GOOD,
    )
    out = str(tmp_path / "out")
    for paths in ([out, f"{out}/"], [str(tmp_path), out], [out, str(tmp_path)], [out, f"{out}/A.json"]):
        assert len(load(paths).templates) == 1, paths


def test_links_that_lead_nowhere_are_skipped(tmp_path):
    """A dangling link and one that leads to itself are no templates."""
    fill(tmp_path, a__json=GOOD)
    (tmp_path / "gone.json").symlink_to("nowhere")
    (tmp_path / "self.json").symlink_to("self.json")
    given = load([str(tmp_path)])
    assert len(given.templates) == 1
    assert len(given.skipped) == 2
    assert given.errors == []


def test_what_may_not_be_read_is_an_error(tmp_path, monkeypatch):
    """A file or folder that may hold a template, but whose permissions hide it, is told rather than skipped."""
    fill(tmp_path, a__json=GOOD, b__json=GOOD, closed_in_c__json=GOOD)
    real_open, real_scandir = open, os.scandir

    def refusing(path, *arguments, **options):
        if str(path).endswith("b.json"):
            raise PermissionError(13, "Permission denied", str(path))
        return real_open(path, *arguments, **options)

    def hiding(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real_scandir(path)

    monkeypatch.setattr("builtins.open", refusing)
    monkeypatch.setattr(os, "scandir", hiding)
    given = load([str(tmp_path)])
    assert len(given.templates) == 1
    assert [str(error) for error in given.errors] == [
        f"{tmp_path}/closed: cannot be read: permission denied",
        f"{tmp_path}/b.json: cannot be read: permission denied",
    ]
