"""Writes models/weights/nlu from a checkpoint: int8 ONNX, word pieces, labels and temperature."""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from models.training.model import Net

OUT = Path(__file__).parents[1] / "weights" / "nlu"


class Shipped(nn.Module):
    """The network for one sentence: the word table as int8 rows with a scale each, no padding mask."""

    def __init__(self, net: Net) -> None:
        super().__init__()
        self.net = net
        table = net.words.weight.detach()
        scale = table.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("table", (table / scale).round().to(torch.int8))
        self.register_buffer("scale", scale)
        net.embed = self.embed  # type: ignore[method-assign]

    def embed(self, ids: Tensor) -> Tensor:
        return self.table[ids].float() * self.scale[ids]

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        return self.net(ids)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--checkpoint", type=Path, default=Path(".venv-train/nlu/checkpoint.pt"))
    ask.add_argument("--out", type=Path, default=OUT)
    args = ask.parse_args()
    saved = torch.load(args.checkpoint)
    net = Net(len(saved["words"]), len(saved["intents"]), len(saved["tags"]), saved["layers"])
    net.load_state_dict(saved["net"])
    shipped = Shipped(net.eval()).eval()
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            shipped,
            (torch.randint(4, 1000, (1, 12)),),
            str(whole),
            input_names=["ids"],
            output_names=["intent", "tag", "count", "mine"],
            dynamic_axes={
                "ids": {0: "batch", 1: "pieces"},
                "intent": {0: "batch"},
                "tag": {0: "batch", 1: "pieces"},
                "count": {0: "batch"},
                "mine": {0: "batch"},
            },
            opset_version=17,
            dynamo=False,
        )
        graph = onnx.load(whole)
        big = [
            t.name
            for t in graph.graph.initializer
            if t.data_type == onnx.TensorProto.FLOAT and len(t.dims) == 2 and t.dims[0] > 10_000 and t.dims[1] > 100
        ]
        assert not big, big
        heads = [
            n.name
            for n in graph.graph.node
            if n.op_type in ("MatMul", "Gemm") and any(h in n.name for h in ("/intent/", "/count/", "/mine/", "/tag/"))
        ]
        quantize_dynamic(
            whole,
            args.out / "nlu.onnx",
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul", "Gemm"],
            nodes_to_exclude=heads,
        )
    (args.out / "pieces.txt.gz").write_bytes(gzip.compress("\n".join(saved["words"]).encode(), mtime=0))
    digest = hashlib.sha256((args.out / "nlu.onnx").read_bytes()).hexdigest()[:12]
    about = {
        "version": digest,
        "intents": saved["intents"],
        "tags": saved["tags"],
        "temperature": saved["temperature"],
        "trained": json.loads(saved["arguments"]),
    }
    about["trained"] = {k: about["trained"][k] for k in ("size", "layers", "rate", "tokens", "seed")}
    (args.out / "labels.json").write_text(json.dumps(about, indent=1) + "\n")
    size = sum(p.stat().st_size for p in args.out.iterdir())
    print(f"{args.out}: {size / 1e6:.1f} MB, version {digest}")


if __name__ == "__main__":
    main()
