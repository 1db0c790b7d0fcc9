"""The reference app synthesized: for the tests, the generated docs and the release's templates.

``python -m tools.reference FOLDER [REGION...]`` writes one cloud assembly for each region, and one that any region can take (``agnostic``), all in
one process: starting the CDK takes longer than synthesizing. Each assembly is judged by all packs of cdk-nag.

``python -m tools.reference --release`` writes the templates of this version to tests/released, which later versions are compared with.
"""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

from constructs_lib.version import VERSION

ROOT = Path(__file__).resolve().parent.parent
RELEASED = ROOT / "tests" / "released"
AGNOSTIC = "agnostic"
# What the CDK adds to every template, and what differs with each build.
_BOOTSTRAP = {"Parameters": "BootstrapVersion", "Rules": "CheckBootstrapVersion"}
_ASSET = re.compile(r"\b[0-9a-f]{64}\b")


def synthesize(folder: Path, regions: tuple[str, ...] = ()) -> None:
    """Write the assembly `agnostic` and one for each region into the folder.

    Raises:
        RuntimeError: a check or a pack found something of severity error.

    """
    import aws_cdk as cdk
    import cdk_nag

    context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    construct_app = cdk.App
    for name in (AGNOSTIC, *regions):

        def app(outdir: Path = folder / name, region: str = name) -> cdk.App:
            given = {} if region == AGNOSTIC else {"region": region}
            made = construct_app(outdir=str(outdir), context={**context, **given})
            for pack in (cdk_nag.HIPAASecurityChecks, cdk_nag.NIST80053R5Checks, cdk_nag.PCIDSS321Checks):
                # AwsSolutions stands in the app itself.
                cdk.Validations.of(made).add_plugins(pack(made))
            return made

        with mock.patch.object(cdk, "App", app):
            runpy.run_path(str(ROOT / "app.py"), run_name="__main__")


def templates(assembly: Path) -> dict[str, dict[str, Any]]:
    """Return stack name to template, without what the CDK adds and what differs with each build."""
    return {
        path.name.partition(".")[0]: _quiet(json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(assembly.glob("*.template.json"))
    }


def write_templates(assembly: Path, folder: Path) -> None:
    """Write each template of the assembly into the folder, as `templates` returns it."""
    folder.mkdir(parents=True)
    for name, template in templates(assembly).items():
        (folder / f"{name}.template.json").write_text(json.dumps(template, indent=1) + "\n", encoding="utf-8")


def in_process_of_its_own(folder: Path, regions: tuple[str, ...] = ()) -> None:
    """Synthesize as `synthesize` does, in a new Python with the Node.js of this environment.

    Raises:
        RuntimeError: it failed, with what it said.

    """
    import subprocess

    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "tools.reference", str(folder), *regions]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the reference app cannot be synthesized:\n{done.stdout}\n{done.stderr}")


def _quiet(template: dict[str, Any]) -> dict[str, Any]:
    for section, name in _BOOTSTRAP.items():
        template.get(section, {}).pop(name, None)
        if not template.get(section, True):
            del template[section]
    resources = {
        name: _plain(resource)
        for name, resource in template["Resources"].items()
        if resource["Type"] != "AWS::CDK::Metadata"
    }
    quiet: dict[str, Any] = json.loads(_ASSET.sub("<asset>", json.dumps({**template, "Resources": resources})))
    return quiet


def _plain(resource: dict[str, Any]) -> dict[str, Any]:
    """Without the CDK's own metadata; ours says what the checks read."""
    metadata = {key: value for key, value in resource.get("Metadata", {}).items() if not key.startswith("aws:")}
    rest = {key: value for key, value in resource.items() if key != "Metadata"}
    return {**rest, "Metadata": metadata} if metadata else rest


def _release() -> None:
    """Replace the templates of the last release by this version's."""
    with tempfile.TemporaryDirectory() as folder:
        in_process_of_its_own(Path(folder))
        shutil.rmtree(RELEASED, ignore_errors=True)
        write_templates(Path(folder) / AGNOSTIC, RELEASED / VERSION)
    print(f"wrote {(RELEASED / VERSION).relative_to(ROOT)}")


if __name__ == "__main__":
    if sys.argv[1:] == ["--release"]:
        _release()
    else:
        synthesize(Path(sys.argv[1]), tuple(sys.argv[2:]))
