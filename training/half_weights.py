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

"""Weights of an ONNX network kept in half precision: half the size, computed in single precision.

ONNX Runtime turns them back into float32 once, when it loads the network.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LEAST_VALUES = 256
"""Smaller arrays (offsets, shapes) stay as they are: nothing to win."""


def halve(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy in which large float32 arrays are float16, each followed by a Cast to float32."""
    halved = onnx.ModelProto()
    halved.CopyFrom(model)
    casts = []
    for initializer in halved.graph.initializer:
        if initializer.data_type != TensorProto.FLOAT:
            continue
        values = numpy_helper.to_array(initializer)
        if values.size < LEAST_VALUES:
            continue
        name = initializer.name
        initializer.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *halved.graph.node]
    del halved.graph.node[:]
    halved.graph.node.extend(nodes)
    onnx.checker.check_model(halved)
    return halved


def whole(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy with the arrays that `halve` made float16 as float32 again, without a Cast."""
    widened = onnx.ModelProto()
    widened.CopyFrom(model)
    graph = widened.graph
    arrays = {initializer.name: initializer for initializer in graph.initializer}
    kept = []
    for node in graph.node:
        source = arrays.get(node.input[0]) if node.op_type == "Cast" else None
        if source is None or source.data_type != TensorProto.FLOAT16:
            kept.append(node)
            continue
        values = numpy_helper.to_array(source).astype(np.float32)
        source.CopyFrom(numpy_helper.from_array(values, node.output[0]))
    del graph.node[:]
    graph.node.extend(kept)
    onnx.checker.check_model(widened)
    return widened
