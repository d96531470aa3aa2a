"""Opens an ONNX file for the CPU with one thread and no spinning. Knows nothing of what the file does."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def open_session(path: Path | str, *, arena: bool = True) -> Any:
    """An onnxruntime session that takes one core while it runs and none while it waits.

    `arena=False` gives memory back after each run: for models whose input length changes from call to call.
    Raises onnxruntime's own errors if the file is damaged, FileNotFoundError if it is not there.
    """
    import onnxruntime

    if not Path(path).is_file():
        raise FileNotFoundError(str(path))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = arena
    options.enable_mem_pattern = arena  # else a plan is kept for every input length that ever came
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), sess_options=options, providers=["CPUExecutionProvider"])
