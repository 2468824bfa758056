# Copyright 2026 fakeface_ros maintainers
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""A bundle: one folder with the networks and arrays of a trained detector, checked before use.

models/NAME/manifest.json names every file with its sha256. Files are read once, checked, and
handed on as bytes, so that what was checked is what is used.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from fakeface_ros.share import share_directories

FORMAT = "fakeface-bundle"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""Of a bundle's files: no folder, so that none lies outside."""


class BundleError(Exception):
    """A bundle that is missing, incomplete, altered or not ours; the message names the file."""


@dataclass(frozen=True)
class EvidenceSpec:
    """How one kind of evidence counts: (x - threshold) / scale, or its negative for "below"."""

    name: str
    fake_when: Literal["above", "below"]
    threshold: float
    scale: float


@dataclass(frozen=True)
class LimitSpec:
    """Where a kind of evidence lies for faces that the bundle can judge; None for no limit."""

    name: str
    reason: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Bundle:
    """A checked bundle.

    Attributes:
        directory: where it was read from.
        name, kind, version: as its manifest says.
        sha256: of manifest.json, which holds the hashes of all other files: it names the bundle.
        size_px: side of the square crops that the networks take.
        jpeg_quality: of the codec that crops go through first, or None.
        evidence: what is computed of a crop, and how each kind counts.
        limits: a face outside of any of them is unknown, for the reason that it gives.
        rule: how the kinds are put together: "any" is their maximum (one kind beyond its
            threshold is enough), "sum" adds them up, as a logistic regression does.
        alpha: nominal false-alarm rate that the bundle ships with.
        files: content of each file by name.
        manifest: all that the manifest says.
    """

    directory: Path
    name: str
    kind: str
    version: str
    sha256: str
    size_px: int
    jpeg_quality: int | None
    evidence: tuple[EvidenceSpec, ...]
    limits: tuple[LimitSpec, ...]
    rule: Literal["any", "sum"]
    alpha: float
    files: dict[str, bytes]
    manifest: dict[str, Any]

    def file(self, name: str) -> bytes:
        """Content of a file; BundleError names it where the manifest does not list it."""
        if name not in self.files:
            raise BundleError(
                f"bundle {self.directory}: {MANIFEST} lists no file {name!r}, which "
                f"kind {self.kind!r} needs"
            )
        return self.files[name]


def find_bundle(name_or_path: str | Path) -> Path:
    """Folder of a bundle given by name (cae_kde) or by path (./my_models/night).

    Raises:
        BundleError: there is none; the message lists those that there are.
    """
    path = Path(name_or_path).expanduser()
    if len(path.parts) != 1 or path.is_dir():
        if (path / MANIFEST).is_file():
            return path
        raise BundleError(f"no bundle at {path}: {path / MANIFEST} is missing")
    directories = share_directories("models")
    for directory in directories:
        if (directory / path / MANIFEST).is_file():
            return directory / path
    known = sorted({m.parent.name for d in directories for m in d.glob(f"*/{MANIFEST}")})
    raise BundleError(
        f"no bundle named {str(name_or_path)!r}; there are: {', '.join(known) or 'none'}"
    )


def load_bundle(name_or_path: str | Path) -> Bundle:
    """Read and check a bundle.

    Raises:
        BundleError: it is missing, a file is missing or differs from its hash, the manifest is
            not valid JSON, of another format or version, or says something impossible.
    """
    directory = find_bundle(name_or_path)
    try:
        text = (directory / MANIFEST).read_bytes()
        manifest = json.loads(text)
    except (OSError, ValueError) as error:
        raise BundleError(f"{directory / MANIFEST} cannot be read: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BundleError(f"{directory / MANIFEST} is not a bundle's: format must be {FORMAT!r}")
    if manifest.get("format_version") != FORMAT_VERSION:
        raise BundleError(
            f"{directory / MANIFEST} has format_version "
            f"{manifest.get('format_version')!r}, this release reads {FORMAT_VERSION}"
        )
    try:
        return _parse(directory, manifest, hashlib.sha256(text).hexdigest())
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BundleError(f"{directory / MANIFEST}: {_explain(error)}") from error


def _explain(error: Exception) -> str:
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)


def _parse(directory: Path, manifest: dict[str, Any], sha256: str) -> Bundle:
    quality = manifest["input"].get("jpeg_quality")
    bundle = Bundle(
        directory=directory,
        name=str(manifest["name"]),
        kind=str(manifest["kind"]),
        version=str(manifest["version"]),
        sha256=sha256,
        size_px=int(manifest["input"]["size_px"]),
        jpeg_quality=None if quality is None else int(quality),
        evidence=tuple(EvidenceSpec(**item) for item in manifest["evidence"]),
        limits=tuple(LimitSpec(**item) for item in manifest.get("limits", ())),
        rule=manifest.get("rule", "any"),
        alpha=float(manifest["alpha"]),
        files={
            name: _read_checked(directory, name, entry)
            for name, entry in manifest["files"].items()
        },
        manifest=manifest,
    )
    if not 16 <= bundle.size_px <= 1024:
        raise ValueError(f"input.size_px must be 16 to 1024, got {bundle.size_px}")
    if bundle.jpeg_quality is not None and not 1 <= bundle.jpeg_quality <= 100:
        raise ValueError(f"input.jpeg_quality must be 1 to 100 or null, got {bundle.jpeg_quality}")
    if not 0 < bundle.alpha < 1:
        raise ValueError(f"alpha must lie between 0 and 1, got {bundle.alpha}")
    if bundle.rule not in ("any", "sum"):
        raise ValueError(f"rule must be 'any' or 'sum', got {bundle.rule!r}")
    if not bundle.evidence:
        raise ValueError("evidence must name at least one kind")
    for item in bundle.evidence:
        if item.fake_when not in ("above", "below") or not item.scale > 0:
            raise ValueError(
                f"evidence {item.name!r}: fake_when must be 'above' or 'below' and "
                f"scale positive, got {item.fake_when!r} and {item.scale}"
            )
    return bundle


def _read_checked(directory: Path, name: str, entry: dict[str, Any]) -> bytes:
    if not _FILE_NAME.fullmatch(name):
        raise BundleError(
            f"{directory / MANIFEST}: file name {name!r} is none of a file in the bundle's folder"
        )
    path = directory / name
    try:
        # Before anything is read: a link may lead to what has no end.
        if path.exists() and not path.is_file():
            raise BundleError(f"bundle file {path} is no ordinary file")
        size = path.stat().st_size
        if size != entry["bytes"]:
            raise BundleError(
                f"bundle file {path} has {size} bytes, "
                f"the manifest says {entry['bytes']}: truncated or altered"
            )
        content = path.read_bytes()
    except OSError as error:
        raise BundleError(f"bundle file {path} cannot be read: {error.strerror}") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != entry["sha256"]:
        raise BundleError(
            f"bundle file {path} has sha256 {digest[:12]}…, the manifest says "
            f"{str(entry['sha256'])[:12]}…: altered"
        )
    return content


def write_manifest(directory: Path, manifest: dict[str, Any], files: list[str]) -> None:
    """Write manifest.json for files already in the folder, adding format, sizes and hashes."""
    entries = {}
    for name in files:
        content = (directory / name).read_bytes()
        entries[name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    whole = {"format": FORMAT, "format_version": FORMAT_VERSION, **manifest, "files": entries}
    (directory / MANIFEST).write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")
