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

"""Judge folders of real and generated faces with a bundle, by the pipeline that the node runs.

    python -m training.evaluate --real DIR --fake DIR --model cae_kde --out build/evaluation

Writes OUT/metrics.json, OUT/report.html and, as CSV, every picture's scores (scores.csv), the
perturbed ones (perturbed.csv) and the table of folders (sets.csv). Several folders of a class may
be given: figures are over all of them together, and sets.csv has one row for each. Several bundles
may be given: each has its own folder OUT/NAME, and OUT/comparison.csv and OUT/report.html set them
side by side.

With --crops each picture is one aligned face; otherwise faces are detected, and each picture
counts once, by its largest face. Perturbed figures are of at most --perturbed pictures of a
folder.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from fakeface_ros.pipeline import Pipeline, PipelineConfig
from fakeface_ros.scoring.bundle import BundleError
from training.judging import Sample, judge_folder
from training.pictures import list_files
from training.report import page, table, write_report
from training.summary import summarise

PERTURBED = 200
COMPARED = ("model", "n_real", "n_fake", "auroc", "auroc_ci95", "average_precision", "eer",
            "tpr_at_fpr_05", "tpr_at_fpr_01", "false_alarm_rate", "detection_rate")  # fmt: skip


def evaluate(
    real: Sequence[Path],
    fake: Sequence[Path],
    model: str,
    out: Path,
    crops: bool = False,
    perturbed: int = PERTURBED,
    alpha: float | None = None,
    threads: int = 0,
) -> dict:
    """Evaluate one bundle and write its files to `out`; returns what metrics.json says.

    Args:
        real, fake: folders of pictures.
        model: name or folder of a bundle.
        out: folder for the results.
        crops: each picture is one aligned face.
        perturbed: judge at most so many pictures of each folder perturbed; 0 for none.
        alpha: false-alarm rate instead of the bundle's own.
        threads: at work on one frame; 0 for one on every core.

    Raises:
        ValueError: a class has no picture in which a face was judged.
        NotADirectoryError: a folder is missing.
        BundleError: the bundle cannot be used.
    """
    pipeline = Pipeline(PipelineConfig(model=model, alpha=alpha, threads=threads))
    samples: list[Sample] = []
    skipped: list[tuple[str, str]] = []
    for label, folders in (("real", real), ("fake", fake)):
        for folder in folders:
            count, began = len(samples), time.monotonic()
            chosen = _some(folder, perturbed)
            samples += judge_folder(pipeline, folder, label, crops, chosen, skipped)
            print(f"{model}: {label} {folder.name}: {len(samples) - count} pictures in "
                  f"{time.monotonic() - began:.0f} s", flush=True)  # fmt: skip
        if not any(s.judged for s in samples if s.label == label):
            raise ValueError(f"{label}: no face was judged in {', '.join(map(str, folders))}")
    out.mkdir(parents=True, exist_ok=True)
    summary = summarise(samples, pipeline)
    summary["skipped_files"] = len(skipped)
    _write_json(out / "metrics.json", summary)
    _write_samples(out, samples)
    _write_csv(out / "sets.csv", summary["per_set"])
    _write_csv(out / "skipped.csv", [{"path": path, "reason": why} for path, why in skipped])
    write_report(out / "report.html", summary, samples, pipeline, crops)
    return summary


def _some(folder: Path, count: int) -> Callable[[int], bool]:
    """Whether a picture, by its number, is among `count` random ones, always the same."""
    total = len(list_files(folder))
    picks = set(np.random.default_rng(0).permutation(total)[:count].tolist())
    return picks.__contains__


def plain(value):
    """Values as JSON has them: a figure that is not known is null."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value


def _write_json(path: Path, content: dict) -> None:
    path.write_text(json.dumps(plain(content), indent=2) + "\n", encoding="utf-8")


def _write_csv(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with open(path, "w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)


def _write_samples(out: Path, samples: list[Sample]) -> None:
    names = ("label", "folder", "found", "judged", "flagged", "reason", "fake_score", "p_real",
             "reconstruction_error", "log_density")  # fmt: skip
    rows = [
        {"picture": s.path.name, **{name: getattr(s, name) for name in names}, **s.cues}
        for s in samples
    ]
    _write_csv(out / "scores.csv", rows)
    changed = [
        {"picture": s.path.name, "label": s.label, "folder": s.folder, "perturbation": name,
         "fake_score": score, "flagged": flagged}
        for s in samples for name, (score, flagged) in s.perturbed.items()
    ]  # fmt: skip
    _write_csv(out / "perturbed.csv", changed)


def _write_comparison(out: Path, summaries: list[dict]) -> None:
    rows = [{name: summary[name] for name in COMPARED} for summary in summaries]
    _write_csv(out / "comparison.csv", rows)
    _write_json(out / "metrics.json", {"models": {s["model"]: s for s in summaries}})
    sets = [{"model": s["model"], **row} for s in summaries for row in s["per_set"]]
    sections = {"Bundles": table(rows), "Bundles and sets": table(sets)}
    text = page("Comparison of bundles", sections)
    (out / "report.html").write_text(text, encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m training.evaluate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--real", type=Path, nargs="+", required=True, metavar="DIR")
    parser.add_argument("--fake", type=Path, nargs="+", required=True, metavar="DIR")
    parser.add_argument(
        "--model", nargs="+", required=True, metavar="NAME", help="bundle name or folder"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--crops", action="store_true", help="each picture is one aligned face")
    parser.add_argument(
        "--perturbed",
        type=int,
        default=PERTURBED,
        metavar="N",
        help=f"judge at most N pictures of each folder perturbed (default {PERTURBED})",
    )
    parser.add_argument("--alpha", type=float, help="false-alarm rate instead of the bundle's")
    parser.add_argument(
        "--threads", type=int, default=0, help="at work on one frame; 0: all cores"
    )
    given = parser.parse_args(arguments)
    summaries = []
    try:
        for model in given.model:
            out = given.out / Path(model).name if len(given.model) > 1 else given.out
            summaries.append(
                evaluate(
                    given.real,
                    given.fake,
                    model,
                    out,
                    given.crops,
                    given.perturbed,
                    given.alpha,
                    given.threads,
                )
            )
    except (OSError, ValueError, BundleError) as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 2
    if len(summaries) > 1:
        _write_comparison(given.out, summaries)
    for summary in summaries:
        low, high = summary["auroc_ci95"]
        print(
            f"{summary['model']}: AUROC {summary['auroc']:.3f} [{low:.3f}, {high:.3f}], real "
            f"alarms {summary['false_alarm_rate']:.1%}, fakes found {summary['recall']:.1%}, "
            f"faces detected in {summary['detection_rate']:.1%} of pictures"
        )
    print(given.out / "report.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
