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

"""Write measured figures into a bundle: its manifest's metrics and its MODEL_CARD.md, with curves.

    python -m training.card --bundle models/cae_kde --run build/runs/reference \\
        --evaluation build/evaluation/dev --evaluation build/evaluation/others

The first evaluation's figures go to the manifest. The manifest's hash names the bundle, so this
comes last. Figures stand where the note says FIGURES, or at its end.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from fakeface_ros.scoring.bundle import BundleError, load_bundle, write_manifest
from training.figures import training_curves
from training.report import number
from training.train import HISTORY_NAME

CARD_NAME = "MODEL_CARD.md"
KEPT = ("n_real", "n_fake", "auroc", "auroc_ci95", "average_precision", "eer", "tpr_at_fpr_05",
        "tpr_at_fpr_01", "fpr_at_tpr_95", "false_alarm_rate", "recall", "confusion")  # fmt: skip
SET_COLUMNS = ("folder", "label", "pictures", "judged", "unknown_rate", "flagged_rate", "auroc",
               "auroc_ci95", "tpr_at_fpr_05")  # fmt: skip
PLACE_OF_FIGURES = "FIGURES"


def write_card(
    bundle: Path, run: Path | None, evaluations: Sequence[Path], note: str = ""
) -> None:
    """Put figures and curves of `run` and `evaluations` into `bundle`.

    Args:
        bundle: folder of a bundle.
        run: the run of training.train it was exported from, None for a bundle made otherwise.
        evaluations: output folders of training.evaluate for this bundle, the main one first.
        note: Markdown put below the title: what the figures mean. Those stand in place of its
            line FIGURES, or after it.

    Raises:
        ValueError: an evaluation judged another bundle.
    """
    loaded = load_bundle(str(bundle))
    summaries = [json.loads((e / "metrics.json").read_text(encoding="utf-8")) for e in evaluations]
    for folder, summary in zip(evaluations, summaries, strict=True):
        if (summary["model"], summary["model_version"]) != (loaded.name, loaded.version):
            raise ValueError(
                f"{folder}: judged {summary['model']} {summary['model_version']}, "
                f"not {loaded.name} {loaded.version}"
            )
    if run is not None:
        for name, picture in training_curves(run / HISTORY_NAME).items():
            (bundle / f"{name}.png").write_bytes(picture)
    manifest = dict(loaded.manifest)
    manifest["metrics"] = {name: summaries[0][name] for name in KEPT} | {
        "folders": [row["folder"] for row in summaries[0]["per_set"]]
    }
    (bundle / CARD_NAME).write_text(card(manifest, summaries, note), encoding="utf-8")
    write_manifest(bundle, manifest, list(loaded.files))


def card(manifest: Mapping, summaries: Sequence[Mapping], note: str) -> str:
    """The model card as Markdown."""
    before, _, after = note.partition(f"\n{PLACE_OF_FIGURES}\n")
    parts = [f"# {manifest['name']} {manifest['version']}", before, *_figures(manifest, summaries)]
    if "autoencoder" in manifest["training"]:
        parts += _training(manifest)
    parts += [after, f"Licence: {manifest['licence']}"]
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def _figures(manifest: Mapping, summaries: Sequence[Mapping]) -> list[str]:
    main = summaries[0]
    scores = [{"score": name, **row} for name, row in main["per_evidence"].items() if row]
    perturbed = [s for s in summaries if s["per_perturbation"]]
    return [
        "## Figures",
        "Fake is positive; AUROC 0.5 is chance; intervals are 95 %, by bootstrap. Verdict: fake "
        f"where p_real <= {manifest['alpha']:g}.",
        _table([{"figure": name.replace("_", " "), "value": main[name]} for name in KEPT[:-1]]),
        _table([{"": row, "judged fake": main["confusion"][a], "judged real": main["confusion"][b]}
                for row, a, b in (("is fake", "true_positive", "false_negative"),
                                  ("is real", "false_positive", "true_negative"))]),
        "### By folder",
        "A fake folder's AUROC is against all real folders of its evaluation; flagged is of the "
        "judged.",
        *(_table([{name: row.get(name, "") for name in SET_COLUMNS} for row in summary["per_set"]])
          for summary in summaries),
        *(["### By score, in the direction used", _table(scores)] if scores else []),
        "### Trivial cues beside it (high = fake)",
        _table([{"cue": name, **row} for name, row in main["baselines"].items()]),
        "### Perturbed, both classes, threshold unchanged",
        *(_table([{"perturbation": name, **row} for name, row in s["per_perturbation"].items()])
          for s in perturbed),
    ]  # fmt: skip


def _training(manifest: Mapping) -> list[str]:
    training = manifest["training"]
    sources = "; ".join(
        f"{name}: {', '.join(folders)}" for name, folders in training["sources"].items()
    )
    return [
        "## Training",
        f"Autoencoder `{training['autoencoder']}`, {training['parameters']:,} parameters, "
        f"{training['epochs']} epochs of {training['images']['train/real']:,} faces, batch "
        f"{training['batch_size']}, {training['optimizer']} at {training['learning_rate']:g}, "
        f"loss {training['loss']}, seed {training['seed']}, {training['backend']}, "
        f"{training['seconds'] / 60:.0f} minutes.",
        "![loss](loss.png) ![accuracy](accuracy.png)",
        "## Fit",
        _fit_text(training["fit"], manifest["alpha"]),
        *([_compact_text(training["compact"])] if "compact" in training else []),
        "## Data",
        f"Folders: {sources}.",
    ]


def _fit_text(fit: Mapping, alpha: float) -> str:
    density, faces = fit["density"], fit["faces"]
    return (
        f"Gaussian kernel density over {density['codes']:,} codes of {density['dimension']:,} "
        f"values, h = {fit['bandwidth']:.4g} ({fit['bandwidth_choice']}), kept in "
        f"{density['components'] or 'all'} principal axes and the residual's norm: rank "
        f"correlation with the exact sum {density['rank_correlation_with_exact']}. Thresholds "
        f"{fit['thresholds']} ({faces['validation']} validation faces). Conformal calibration on "
        f"{faces['calibration']} other real faces: it promises a false-alarm rate of {alpha:.0%} "
        "for faces like these, and for no others."
    )


def _compact_text(compact: Mapping) -> str:
    ranks = ", ".join(f"{name} {rank}" for name, rank in compact["rank_correlation"].items())
    return (
        "Made compact afterwards (`training.compact`): the network in int8, in ranges of "
        f"{compact['range_faces']} training faces, and the density in {compact['components']} "
        f"axes. Over the calibration faces, rank correlation with before: {ranks}. The "
        "calibration is of what is shipped."
    )


def _table(rows: Sequence[Mapping[str, object]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [[name.replace("_", " ") for name in names], ["---"] * len(names)]
    lines += [[number(row.get(name, "")) for name in names] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main(arguments: list[str] | None = None) -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m training.card",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--bundle", type=Path, required=True)
    parser.add_argument("--run", type=Path, help="folder of training.train, where there is one")
    parser.add_argument("--evaluation", type=Path, action="append", required=True, metavar="DIR")
    parser.add_argument("--note", type=Path, help="Markdown file put below the title")
    given = parser.parse_args(arguments)
    try:
        note = given.note.read_text(encoding="utf-8") if given.note else ""
        write_card(given.bundle, given.run, given.evaluation, note)
    except (OSError, ValueError, KeyError, BundleError) as error:
        print(f"card: {error}", file=sys.stderr)
        return 2
    print(given.bundle / CARD_NAME)
    return 0


if __name__ == "__main__":
    sys.exit(main())
