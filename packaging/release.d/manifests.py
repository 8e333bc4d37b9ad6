"""Checks what the manifests say: manifests.py FOLDER VERSION

Every URL in them ends with the name of an archive that is in FOLDER, and has that archive's hash beside it; so has the
URL that cargo-binstall makes. JSON and YAML have the fields that Scoop and winget ask for.
"""

import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import zipfile

import yaml

folder, version = pathlib.Path(sys.argv[1]), sys.argv[2]
manifests = folder / "manifests"


def ok(message):
    print(f"ok: {message}")


def names(archive):
    if archive.suffix == ".zip":
        return set(zipfile.ZipFile(archive).namelist())
    return set(tarfile.open(archive).getnames())


def check_hashes():
    """A hash follows its URL in every format, before the next one; in the PKGBUILD, after all URLs."""
    for path in sorted(manifests.glob("*/*")):
        text = path.read_text()
        assert "@" not in re.sub(r"<[^>]*@[^>]*>", "", text), f"{path}: a name in @ is left"
        if path.parent.name == "scoop":
            text = text.split('"autoupdate"')[0]
        urls = re.findall(r"https?://[^\s\"']+/releases/download/[^\s\"']+", text)
        hashes = re.findall(r"\b[0-9a-f]{64}\b", text)
        archives = [folder / url.rsplit("/", 1)[1] for url in urls]
        found = [hashlib.sha256(archive.read_bytes()).hexdigest() for archive in archives]
        assert found == hashes, f"{path}: {urls} {hashes}"
        assert f"/releases/download/v{version}/" in text or not urls, path
        if urls:
            ok(f"{path.relative_to(manifests)} has {len(urls)} addresses with the hashes of these archives")


def check_scoop():
    scoop = json.loads((manifests / "scoop/aws-sso.json").read_text())
    for field in ("version", "description", "homepage", "license", "architecture", "bin", "pre_install", "autoupdate"):
        assert scoop[field], field
    build = scoop["architecture"]["64bit"]
    inside = names(folder / build["url"].rsplit("/", 1)[1])
    assert all(f"{build['extract_dir']}/{program}" in inside for program in scoop["bin"]), inside
    ok("the Scoop manifest is JSON with its fields, and its programs are in the archive")


def check_winget():
    documents = [yaml.safe_load(path.read_text()) for path in sorted((manifests / "winget").glob("*.yaml"))]
    by_type = {document["ManifestType"]: document for document in documents}
    required = {
        "version": ["DefaultLocale"],
        "defaultLocale": ["PackageLocale", "Publisher", "PackageName", "License", "ShortDescription"],
        "installer": ["Installers"],
    }
    for kind, fields in required.items():
        for field in ["PackageIdentifier", "PackageVersion", "ManifestVersion", *fields]:
            assert by_type[kind].get(field), f"winget {kind}: {field}"
    installer = by_type["installer"]
    inside = names(folder / installer["Installers"][0]["InstallerUrl"].rsplit("/", 1)[1])
    for file in installer["NestedInstallerFiles"]:
        assert file["RelativeFilePath"].replace("\\", "/") in inside, file
    assert len(by_type["defaultLocale"]["ShortDescription"]) <= 256
    ok("the three winget manifests are YAML with their fields, and their programs are in the archive")


def check_binstall():
    command = ["cargo", "metadata", "--no-deps", "--locked", "--format-version", "1"]
    package = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["packages"][0]
    general = package["metadata"]["binstall"]
    for target, suffix in [
        ("x86_64-unknown-linux-musl", ""),
        ("aarch64-unknown-linux-musl", ""),
        ("x86_64-pc-windows-msvc", ".exe"),
        ("x86_64-pc-windows-gnu", ".exe"),
    ]:
        rules = {**general, **general["overrides"].get(target, {})}
        values = {"repo": package["repository"], "version": version, "name": "aws-sso", "target": target}

        def filled(template, **more):
            return re.sub(r"\{ ([a-z-]+) \}", lambda name: {**values, **more}[name[1]], template)

        archive = folder / filled(rules["pkg-url"]).rsplit("/", 1)[1]
        inside = names(archive)
        for program in ("aws-sso", "aws-sso-pick"):
            path = filled(rules["bin-dir"], bin=program, **{"binary-ext": suffix})
            assert path in inside, f"{target}: no {path} in {archive}"
        assert rules["pkg-fmt"] == ("zip" if archive.suffix == ".zip" else "tgz")
    ok("cargo-binstall finds the archive of each target, and both programs in it")


check_hashes()
check_scoop()
check_winget()
check_binstall()
