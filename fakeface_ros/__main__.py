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

"""The command `fakeface`, also as `python -m fakeface_ros`."""

from __future__ import annotations

import sys

from fakeface_ros.process_settings import settle_process


def main() -> int:
    """See cli.main."""
    settle_process()
    from fakeface_ros import cli  # imports numpy, which reads some of these settings

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
