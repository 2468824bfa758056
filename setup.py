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

"""`pip install .`: the part that needs no ROS, with the command `fakeface`.

On a robot colcon builds the whole package with CMakeLists.txt and does not run this file.
Bounds here say what works; requirements/*.txt pin what is tested.
"""

from pathlib import Path

from setuptools import find_packages, setup

MODELS = [
    (
        f"share/fakeface_ros/{directory}",
        [str(p) for p in sorted(directory.iterdir()) if p.is_file()],
    )
    for directory in sorted(Path("models").glob("*"))
    if directory.is_dir()
]

setup(
    name="fakeface_ros",
    version="0.1.0",
    description="Says of each face in an image whether a camera saw it or a generator made it.",
    license="Apache-2.0",
    python_requires=">=3.10",
    packages=find_packages(include=["fakeface_ros", "fakeface_ros.*", "training", "training.*"]),
    package_data={"training": ["configs/*.json"]},
    data_files=[*MODELS, ("share/fakeface_ros/msg", sorted(map(str, Path("msg").glob("*.msg"))))],
    install_requires=[
        "numpy>=1.23",
        "opencv-python-headless>=4.6,<5",  # 5 warps otherwise, and scores move by some 0.05
        "onnxruntime>=1.16",
        "onnx>=1.14",
        "mtcnn==1.0.0",  # its weight files are read, and checked by hash
        "joblib>=1.2",
        "lz4>=4.0",
        "rosbags>=0.11",
        "rosbags-image>=0.10",
        "scikit-image>=0.20",
    ],
    extras_require={
        "training": [
            "tensorflow>=2.17",
            "keras>=3.3",
            "tf2onnx>=1.16",
            "scikit-learn>=1.3",
            "matplotlib>=3.7",
            "tensorboard>=2.17",
        ],
        "test": ["pytest>=8", "ruff", "mypy"],
    },
    entry_points={"console_scripts": ["fakeface = fakeface_ros.__main__:main"]},
)
