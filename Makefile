# fakeface_ros. `make demo` first; `make help` lists the rest.
#
#   DISTRO=jazzy|kilted     ROS 2 release, from Python wheels: nothing of it need be installed
#   PYTHON=python3.12       Python 3.10 to 3.13 that the environment is made with
#   SOURCE=path|0           what the demo shows: image, folder, video, webcam index

DISTRO ?= jazzy
PYTHON ?= python3
ifeq ($(DISTRO),jazzy)
VENV ?= .venv
else
VENV ?= .venv-$(DISTRO)
endif
SOURCE ?=
MINUTES ?= 10
MESSAGES ?= 20000

BIN := $(abspath $(VENV))/bin
BUILD := build/$(DISTRO)
INSTALL := $(BUILD)/install
PACKAGE_PARTS := package.xml CMakeLists.txt fakeface_ros msg launch models
PACKAGE_FILES := $(shell find $(wildcard $(PACKAGE_PARTS)) -type f -not -name '*.pyc')
# A workspace with a copy: CMake refuses to export targets that use headers from within their own
# source folder, as NumPy's are where the environment lies inside it.
WORKSPACE := $(BUILD)/src/fakeface_ros

# Nothing of the user's shell gets in, be it another ROS installation or another environment.
# Discovery stays on this machine; where multicast is missing, as in containers, it needs that.
CLEAN_ENV := env -u PYTHONPATH -u PYTHONHOME -u AMENT_PREFIX_PATH -u CMAKE_PREFIX_PATH \
	-u COLCON_PREFIX_PATH -u LD_LIBRARY_PATH -u RMW_IMPLEMENTATION -u ROS_LOCALHOST_ONLY \
	-u ROS_PYTHON_VERSION -u _ROS_WHEELS_BOOTSTRAP_COMPLETE \
	VIRTUAL_ENV="$(abspath $(VENV))" PATH="$(BIN):$$PATH" ROS_DISTRO=$(DISTRO) ROS_VERSION=2 \
	ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST
WITH_ROS := $(CLEAN_ENV) bash -c '. $(INSTALL)/setup.bash && exec "$$@"' make

.DELETE_ON_ERROR:
.PHONY: help setup setup-all build demo test lint bench soak fuzz audit train clean

help:
	@echo "make demo    judge a stream of frames on real ROS 2 nodes   (SOURCE=image, folder, video, 0)"
	@echo "make test    ruff, mypy, all tests                        (DISTRO=jazzy or kilted)"
	@echo "make bench   measure speed and memory, write build/bench.json"
	@echo "make soak    the node under changing scenes: does it grow? (MINUTES=10), build/soak/"
	@echo "make fuzz    generated messages into the node over DDS     (MESSAGES=20000)"
	@echo "make audit   known vulnerabilities of what is pinned"
	@echo "make train   small run of the whole training chain"
	@echo "make build   colcon build into build/$(DISTRO)"
	@echo "make setup   the environment $(VENV), with $(VENV)/bin/fakeface"
	@echo "make lint    ruff and mypy"
	@echo "make clean   remove build/ (the environment stays: rm -rf $(VENV))"

RUNTIME_STAMP := $(VENV)/.runtime-is-ready
ALL_STAMP := $(VENV)/.all-is-ready
BUILD_STAMP := $(BUILD)/.is-built

$(RUNTIME_STAMP): requirements/install.py requirements/runtime.txt requirements/ros-$(DISTRO).txt setup.py
	@$(CLEAN_ENV) $(PYTHON) requirements/install.py $(VENV) requirements/runtime.txt \
		requirements/ros-$(DISTRO).txt --editable
	@touch $@

$(ALL_STAMP): $(RUNTIME_STAMP) requirements/test.txt requirements/training.txt
	@$(CLEAN_ENV) $(PYTHON) requirements/install.py $(VENV) requirements/test.txt requirements/training.txt
	@touch $@

$(BUILD_STAMP): $(RUNTIME_STAMP) $(PACKAGE_FILES)
	@echo "[build] colcon build into $(BUILD)"
	@rm -rf $(BUILD)/src $(INSTALL) && mkdir -p $(WORKSPACE)
	@cp -rp $(wildcard $(PACKAGE_PARTS)) $(WORKSPACE)
	@$(CLEAN_ENV) AMENT_PREFIX_PATH="$(abspath $(VENV))" CMAKE_PREFIX_PATH="$(abspath $(VENV))" \
		colcon --log-base $(BUILD)/log build --base-paths $(WORKSPACE) --build-base $(BUILD)/build \
		--install-base $(INSTALL) --event-handlers console_direct- console_cohesion- summary+ \
		--cmake-args -DPython3_EXECUTABLE="$(BIN)/python" -DBUILD_TESTING=OFF --no-warn-unused-cli
	@touch $@

setup: $(RUNTIME_STAMP)
setup-all: $(ALL_STAMP)
build: $(BUILD_STAMP)

demo: $(BUILD_STAMP)
	@$(WITH_ROS) $(INSTALL)/fakeface_ros/lib/fakeface_ros/demo --out build/demo $(if $(SOURCE),--source "$(SOURCE)")

lint: $(ALL_STAMP)
	@echo "[lint] ruff and mypy"
	@$(CLEAN_ENV) ruff check .
	@$(CLEAN_ENV) mypy

test: lint $(BUILD_STAMP)
	@echo "[test] core and training"
	@$(CLEAN_ENV) pytest test --ignore=test/ros
	@echo "[test] nodes on ROS 2 $(DISTRO)"
	@$(WITH_ROS) pytest test/ros

bench: $(ALL_STAMP) $(BUILD_STAMP)
	@$(WITH_ROS) python test/benchmark/bench.py --out build/bench.json

soak: $(ALL_STAMP) $(BUILD_STAMP)
	@$(WITH_ROS) python test/benchmark/soak.py --minutes $(MINUTES) --out build/soak

fuzz: $(ALL_STAMP) $(BUILD_STAMP)
	@$(WITH_ROS) env FUZZ_MESSAGES=$(MESSAGES) pytest test/ros/test_fuzz_node.py

# In an environment of its own: what it needs is no part of what it looks at.
audit: $(RUNTIME_STAMP)
	@test -x build/audit/bin/pip-audit || { $(PYTHON) -m venv build/audit && \
		build/audit/bin/pip install --quiet --requirement requirements/audit.txt; }
	@build/audit/bin/pip-audit --strict --disable-pip --no-deps --progress-spinner off \
		$(foreach name,runtime ros-$(DISTRO) test training,--requirement requirements/$(name).txt)

train: $(ALL_STAMP)
	@$(CLEAN_ENV) python -m training.chain --small

clean:
	rm -rf build
