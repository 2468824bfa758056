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

"""Another model takes over without a pause; what does not load changes nothing."""

from __future__ import annotations

import json
import shutil
import threading
from types import SimpleNamespace

import pytest
from fakeface_ros.msg import FaceVerdict
from onlooker import Onlooker, reliable
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import GetParameters, SetParametersAtomically

from fakeface_ros.node.conversion import to_image
from fakeface_ros.node.replacement import Replacement
from fakeface_ros.pipeline import Pipeline, PipelineConfig
from fakeface_ros.scoring.bundle import BundleError, write_manifest

NAMESPACE = "/replace"


@pytest.fixture(scope="module")
def onlooker(start, onlook) -> Onlooker:
    start("fakeface_node", reliable(NAMESPACE), NAMESPACE)
    onlooker = onlook(NAMESPACE)
    onlooker.wait_for_match()
    return onlooker


def parameter(name: str, value: object) -> Parameter:
    kind, field = {
        str: (ParameterType.PARAMETER_STRING, "string_value"),
        float: (ParameterType.PARAMETER_DOUBLE, "double_value"),
        int: (ParameterType.PARAMETER_INTEGER, "integer_value"),
    }[type(value)]
    return Parameter(name=name, value=ParameterValue(type=kind, **{field: value}))


def set_all(onlooker: Onlooker, **values: object):
    request = SetParametersAtomically.Request(parameters=[parameter(*v) for v in values.items()])
    name = "fakeface/set_parameters_atomically"
    return onlooker.call(SetParametersAtomically, name, request).result


def get(onlooker: Onlooker, *names: str) -> list[ParameterValue]:
    request = GetParameters.Request(names=list(names))
    return onlooker.call(GetParameters, "fakeface/get_parameters", request).values


def judge_until_model(onlooker: Onlooker, model: str, picture) -> list:
    """Every image is answered, whichever model judges it."""
    answers = []

    def judged() -> bool:
        answers.append(onlooker.judge(to_image(picture)))
        return answers[-1].model == model

    onlooker.wait(judged, f"a verdict of {model}")
    return answers


def test_a_model_is_swapped_without_losing_an_image_or_a_face(onlooker, astronaut):
    first = onlooker.judge(to_image(astronaut))
    assert first.model == "default"
    for model in ("cae_kde", "default"):
        assert set_all(onlooker, model=model).successful
        answers = judge_until_model(onlooker, model, astronaut)
        assert {answer.faces[0].id for answer in answers} == {first.faces[0].id}
    assert onlooker.judge(to_image(astronaut)).model == "default"


def test_several_parameters_change_together_or_not_at_all(onlooker, astronaut):
    result = set_all(onlooker, alpha=0.98, min_face_px=3)
    assert not result.successful
    assert "min_face_px" in result.reason
    assert get(onlooker, "alpha")[0].double_value == 0.0

    assert set_all(onlooker, alpha=0.98, min_face_px=30, model="cae_kde").successful
    answers = judge_until_model(onlooker, "cae_kde", astronaut)
    assert answers[-1].faces[0].verdict == FaceVerdict.VERDICT_FAKE  # the model with its alpha
    assert set_all(onlooker, alpha=0.0, min_face_px=40, model="default").successful
    judge_until_model(onlooker, "default", astronaut)


def test_a_bundle_that_does_not_load_leaves_model_and_parameters(
    onlooker, astronaut, model_copy, tmp_path
):
    """Hashes are right and the network is none: what checking cannot see, loading does."""
    broken = shutil.copytree(model_copy, tmp_path / "broken")
    manifest = json.loads((broken / "manifest.json").read_text())
    (broken / "autoencoder.onnx").write_bytes(b"no network")
    files = list(manifest["files"])
    rest = {k: v for k, v in manifest.items() if k not in ("files", "format", "format_version")}
    write_manifest(broken, rest, files)
    set_all(onlooker, model=str(broken))
    onlooker.status(lambda values, _: str(broken) in values["last error"])
    onlooker.wait(
        lambda: get(onlooker, "model")[0].string_value == "default", "the old model's name"
    )
    assert onlooker.judge(to_image(astronaut)).model == "default"


class SlowPipeline:
    """Of a pipeline only what replacing needs; its successor loads until it is let go."""

    def __init__(self, config: PipelineConfig):
        self.config = config
        self.bundle = Pipeline(config).bundle
        self.may_load = threading.Event()

    loads_for = Pipeline.loads_for

    def successor(self, config, bundle=None):
        if self.loads_for(config):
            assert self.may_load.wait(30)
        other = SlowPipeline(config)
        other.bundle = bundle or self.bundle
        return other


@pytest.fixture
def slow():
    """A judge, its replacement, and what it reported."""
    judge = SimpleNamespace(pipeline=SlowPipeline(PipelineConfig()))
    done: list = []
    failed: list = []
    changed = threading.Event()

    def on_done(pipeline) -> None:
        done.append(pipeline)
        changed.set()

    replacement = Replacement(judge, on_done, failed.append)
    yield SimpleNamespace(judge=judge, replacement=replacement, done=done, failed=failed,
                          changed=changed)  # fmt: skip
    judge.pipeline.may_load.set()
    replacement.stop()


def test_the_old_pipeline_stays_while_the_new_one_loads(slow):
    old = slow.judge.pipeline
    slow.replacement.request(PipelineConfig(model="cae_kde"))
    assert slow.judge.pipeline is old
    old.may_load.set()
    assert slow.changed.wait(30)
    assert slow.judge.pipeline.config.model == "cae_kde"


def test_alpha_alone_loads_nothing_and_counts_at_once(slow):
    slow.replacement.request(PipelineConfig(alpha=0.2))
    assert slow.judge.pipeline.config.alpha == 0.2


def test_a_change_of_mind_wins_over_what_is_still_loading(slow):
    old = slow.judge.pipeline
    slow.replacement.request(PipelineConfig(model="cae_kde"))
    slow.replacement.request(PipelineConfig(alpha=0.3))
    old.may_load.set()
    slow.replacement.stop()
    slow.replacement._loader.stop(timeout_s=30)
    assert slow.judge.pipeline.config == PipelineConfig(alpha=0.3)
    assert len(slow.done) == 1


def test_what_is_refused_changes_nothing(slow):
    with pytest.raises(BundleError, match="nobody"):
        slow.replacement.request(PipelineConfig(model="nobody"))
    with pytest.raises(ValueError, match="alpha"):
        slow.replacement.request(PipelineConfig(alpha=2.0))
    assert slow.judge.pipeline.config == PipelineConfig()
    assert not slow.failed
