"""Writes the teacher as a folder that `transformers()` of src/embedders/ loads: ONNX (https://onnx.ai) and the files
of its tokenizer. It is for measuring and is not published with the package.

    python export_minilm.py FOLDER

needs onnx and onnxscript beside requirements.txt. The folder also gets `check.json`, some texts and the vectors
that the teacher itself gives for them, to compare with.
"""

import json
import shutil
import sys
from pathlib import Path

import torch

from teacher import Teacher, model_folder

TEXTS = [
    "How can I learn to play the guitar?",
    "Which planet is the largest?",
    "Résumé or CV: what's the difference in the UK, and does 12.5% more pay matter?",
    "ok",
]
OTHERS = ["tokenizer.json", "tokenizer_config.json", "config.json", "sentence_bert_config.json", "1_Pooling/config.json"]


class Exported(torch.nn.Module):
    def __init__(self, teacher: Teacher):
        super().__init__()
        self.teacher = teacher

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return self.teacher.states(input_ids, attention_mask.bool())


def export(folder: Path) -> None:
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    teacher = Teacher(exact=True)
    ids = torch.tensor([[101, 2129, 2079, 102], [101, 7929, 102, 0], [101, 7929, 102, 0]])
    free = {0: torch.export.Dim("rows"), 1: torch.export.Dim("tokens", max=512)}
    torch.onnx.export(
        Exported(teacher).eval(),
        (ids, (ids > 0).long()),
        str(folder / "onnx" / "model.onnx"),
        input_names=["input_ids", "attention_mask"],
        output_names=["last_hidden_state"],
        dynamic_shapes={"input_ids": free, "attention_mask": free},
        external_data=False,
        dynamo=True,
    )
    for name in OTHERS:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(model_folder() / name, folder / name)
    vectors = [[float(value) for value in row] for row in teacher.encode(TEXTS)]
    (folder / "check.json").write_text(json.dumps({"texts": TEXTS, "vectors": vectors}))


if __name__ == "__main__":
    export(Path(sys.argv[1]))
