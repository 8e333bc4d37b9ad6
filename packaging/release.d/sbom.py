"""Leaves in an SBOM what is linked into a program: sbom.py SBOM ROOT, with the crates' names and versions on stdin.

cargo-cyclonedx lists each crate that some system or some set of features could need, and macros as required.
"""

import json
import pathlib
import sys

path, root = pathlib.Path(sys.argv[1]), sys.argv[2]
linked = {tuple(line.split()[:2]) for line in sys.stdin}
sbom = json.loads(path.read_text().replace(f"path+file://{root}#", "path+file:///aws-sso#"))
sbom["components"] = [c for c in sbom["components"] if (c["name"], f"v{c['version']}") in linked]
own = sbom["metadata"]["component"]["bom-ref"]
known = {own} | {component["bom-ref"] for component in sbom["components"]}
sbom["dependencies"] = [
    {key: [ref for ref in value if ref in known] if key == "dependsOn" else value for key, value in entry.items()}
    for entry in sbom["dependencies"]
    if entry["ref"] in known
]
print(json.dumps(sbom, indent=2, ensure_ascii=False))
