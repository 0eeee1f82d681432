"""Text networks: transformers' classes at the published configurations, and small networks of `networks`.

Encoders see one sequence, encoder-decoders a text in and, with teacher forcing, a text out; decoders are counted by one
token that attends to itself alone, which is what every generated token costs before its look back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from deep_learning_expert.tools.catalog.build.count_timm import parameters
from deep_learning_expert.tools.catalog.build.curated.counting import Entry
from deep_learning_expert.tools.catalog.build.curated.libraries import TRANSFORMERS, hugging_face, tokens
from deep_learning_expert.tools.catalog.build.curated.networks import Decoder, Embedded, Recurrent, TextCnn


def encoder(row: str, kind: str, sizes: dict[str, Any], length: int, how: str = TRANSFORMERS) -> Entry:
    """One sequence."""
    build = hugging_face(f"{kind}Config", f"{kind}Model", sizes)
    return Entry(row, build, lambda n: (tokens(n, length),), f"seq {length}", how)


def pair(
    row: str, kind: str, sizes: dict[str, Any], into: int, out: int, network: str = "ForConditionalGeneration"
) -> Entry:
    """A text in and a text out."""

    def inputs(n: int) -> dict[str, Any]:
        return {"input_ids": tokens(n, into), "decoder_input_ids": tokens(n, out)}

    build = hugging_face(f"{kind}Config", kind + network, sizes)
    return Entry(row, build, inputs, f"{into} tokens in, {out} out", TRANSFORMERS, size=with_head)


def with_head(network: Any) -> int:
    """Parameters; where the published weights do not share the output with the embedding, both."""
    config = network.config
    # Pegasus' sines are parameters that never change; the published weights do not hold them.
    shared = parameters(p for name, p in network.named_parameters() if p.requires_grad or "embed_positions" not in name)
    own_head = getattr(config, "feed_forward_proj", "") == "gated-gelu"
    return shared + own_head * config.vocab_size * config.d_model


def decoder(
    row: str, kind: str, sizes: dict[str, Any], network: str = "ForCausalLM", kind_of_network: str = ""
) -> Entry:
    """One generated token."""
    build = hugging_face(f"{kind}Config", (kind_of_network or kind) + network, sizes)
    return Entry(row, build, lambda n: (tokens(n, 1),), "1 token", TRANSFORMERS, train=False)


def bart(width: int, layers: int, heads: int, inner: int) -> dict[str, Any]:
    """Sizes of BART and its relatives, both sides alike."""
    sizes: dict[str, Any] = {"d_model": width}
    for side in ("encoder", "decoder"):
        sizes |= {f"{side}_layers": layers, f"{side}_attention_heads": heads, f"{side}_ffn_dim": inner}
    return sizes


def t5(width: int, inner: int, layers: int, heads: int, vocab: int, *, gated: bool = True) -> dict[str, Any]:
    """Sizes of T5, mT5 and FLAN-T5; the later ones are gated and do not share the output with the embedding."""
    sizes = {"d_model": width, "d_ff": inner, "num_layers": layers, "num_heads": heads, "vocab_size": vocab, "d_kv": 64}
    return sizes | ({"feed_forward_proj": "gated-gelu"} if gated else {})


def characters(row: str, layers: int, width: int, heads: int, context: int, how: str) -> Entry:
    """nanoGPT over 65 characters; learned positions do not count where the row says so."""
    positions = 0 if "not counted" in how else context
    return Entry(
        row,
        lambda: Decoder(layers, width, heads, 65, positions=positions),
        lambda n: (tokens(n, context),),
        f"seq {context}",
        f"the layers of karpathy/nanoGPT ({how})",
        samples=8,
        size=lambda network: parameters(network.parameters()) - positions * width,
    )


def ranker(row: str, kind: str, sizes: dict[str, Any]) -> Entry:
    """An encoder of a pair of texts with one score."""
    build = hugging_face(f"{kind}Config", f"{kind}ForSequenceClassification", sizes | {"num_labels": 1})
    return Entry(row, build, lambda n: (tokens(n, 128),), "seq 128", TRANSFORMERS)


def bert(width: int, layers: int, heads: int, inner: int, vocab: int = 30522, **more: int) -> dict[str, Any]:
    """Sizes of BERT and its relatives."""
    sizes = {"hidden_size": width, "num_hidden_layers": layers, "num_attention_heads": heads, "vocab_size": vocab}
    return sizes | {"intermediate_size": inner} | more


def roberta(width: int, layers: int, heads: int, vocab: int, positions: int = 514) -> dict[str, Any]:
    """Sizes of RoBERTa and XLM-R: one type of token, two more places."""
    return bert(width, layers, heads, 4 * width, vocab, max_position_embeddings=positions, type_vocab_size=1)


def deberta(width: int, layers: int, heads: int, vocab: int) -> dict[str, Any]:
    """Sizes of DeBERTa-v3: no types, no absolute places in the input, shared relative keys."""
    relative = {"relative_attention": True, "pos_att_type": ["p2c", "c2p"], "share_att_key": True}
    relative |= {"position_buckets": 256, "norm_rel_ebd": "layer_norm", "position_biased_input": False}
    return bert(width, layers, heads, 4 * width, vocab, type_vocab_size=0) | relative


CHINESE, XLM = 21128, 250002
BASE_ZH, LARGE_ZH = bert(768, 12, 12, 3072, CHINESE), bert(1024, 24, 16, 4096, CHINESE)
SMALL_EN, SMALL_ZH = bert(384, 12, 12, 1536), bert(512, 4, 8, 2048, CHINESE)
ENCODERS: dict[str, tuple[str, dict[str, Any]]] = {
    "bert-base-uncased": ("Bert", {}),
    "bert-base-chinese": ("Bert", BASE_ZH),
    "roberta-base": ("Roberta", roberta(768, 12, 12, 50265)),
    "roberta-large": ("Roberta", roberta(1024, 24, 16, 50265)),
    "deberta-v3-base": ("DebertaV2", deberta(768, 12, 12, 128100)),
    "deberta-v3-small": ("DebertaV2", deberta(768, 6, 12, 128100)),
    "deberta-v3-large": ("DebertaV2", deberta(1024, 24, 16, 128100)),
    "mdeberta-v3-base": ("DebertaV2", deberta(768, 12, 12, 251000)),
    "distilbert-base-uncased": ("DistilBert", {}),
    "minilm-l12-h384": ("Bert", SMALL_EN),
    "tinybert-6l": ("Bert", bert(768, 6, 12, 3072)),
    "tinybert-4l": ("Bert", bert(312, 4, 12, 1200)),
    "chinese-roberta-wwm-ext": ("Bert", BASE_ZH),
    "chinese-macbert-base": ("Bert", BASE_ZH),
    "chinese-macbert-large": ("Bert", LARGE_ZH),
    "rbt3": ("Bert", bert(768, 3, 12, 3072, CHINESE)),
    "rbt6": ("Bert", bert(768, 6, 12, 3072, CHINESE)),
    "xlm-roberta-base": ("XLMRoberta", roberta(768, 12, 12, XLM)),
    "xlm-roberta-large": ("XLMRoberta", roberta(1024, 24, 16, XLM)),
    "setfit-minilm-l6": ("Bert", bert(384, 6, 12, 1536)),
    "setfit-mpnet": ("MPNet", {"max_position_embeddings": 514}),
    "setfit-bge-small-zh": ("Bert", SMALL_ZH),
    "setfit-paraphrase-multilingual": ("Bert", bert(384, 12, 12, 1536, 250037)),
    "bge-small-en-v1.5": ("Bert", SMALL_EN),
    "bge-base-en-v1.5": ("Bert", {}),
    "bge-small-zh-v1.5": ("Bert", SMALL_ZH),
    "bge-base-zh-v1.5": ("Bert", BASE_ZH),
    "bge-m3": ("XLMRoberta", roberta(1024, 24, 16, XLM, 8194)),
    "multilingual-e5-base": ("XLMRoberta", roberta(768, 12, 12, XLM)),
    "m3e-base": ("Bert", BASE_ZH),
}
RANKERS: dict[str, tuple[str, dict[str, Any]]] = {
    "ms-marco-minilm-l6": ("Bert", bert(384, 6, 12, 1536)),
    "bge-reranker-base": ("XLMRoberta", roberta(768, 12, 12, XLM)),
    "bge-reranker-v2-m3": ("XLMRoberta", roberta(1024, 24, 16, XLM, 8194)),
}
LONG = {"vocab_size": 50265, "max_position_embeddings": 4098, "type_vocab_size": 1}
QWEN_EMBEDDING = {
    "vocab_size": 151669,
    "hidden_size": 1024,
    "intermediate_size": 3072,
    "num_hidden_layers": 28,
    "num_attention_heads": 16,
    "num_key_value_heads": 8,
    "head_dim": 128,
}
GEMMA_3 = {
    "vocab_size": 262144,
    "hidden_size": 1152,
    "intermediate_size": 6912,
    "num_hidden_layers": 26,
    "num_attention_heads": 4,
    "num_key_value_heads": 1,
    "head_dim": 256,
}
LARGE_MODERN = {"hidden_size": 1024, "num_hidden_layers": 28, "num_attention_heads": 16, "intermediate_size": 2624}
WIDE = bart(1024, 12, 16, 4096)
ENTRIES = [
    encoder("modernbert-base", "ModernBert", {}, 128),
    encoder("modernbert-large", "ModernBert", LARGE_MODERN, 128),
    pair("t5-small", "T5", t5(512, 2048, 6, 8, 32128, gated=False), 128, 128),
    pair("flan-t5-base", "T5", t5(768, 2048, 12, 12, 32128), 128, 128),
    pair("mt5-small", "MT5", t5(512, 1024, 8, 6, 250112), 128, 128),
    pair("mt5-base", "MT5", t5(768, 2048, 12, 12, 250112), 128, 128),
    pair("bart-base", "Bart", bart(768, 6, 12, 3072), 128, 128),
    pair("bart-large-cnn", "Bart", {"vocab_size": 50264}, 128, 128),
    pair(
        "pegasus-cnn",
        "Pegasus",
        bart(1024, 16, 16, 4096) | {"vocab_size": 96103, "max_position_embeddings": 1024},
        128,
        128,
    ),
    pair("m2m100-418m", "M2M100", {}, 128, 128),
    pair("nllb-200-600m", "M2M100", WIDE | {"vocab_size": 256206}, 128, 128),
    pair("mbart-large-50", "MBart", {"vocab_size": 250054}, 128, 128),
    decoder("gpt2", "GPT2", {}, "LMHeadModel"),
    decoder(
        "gemma-2-9b",
        "Gemma2",
        {
            "hidden_size": 3584,
            "intermediate_size": 14336,
            "num_hidden_layers": 42,
            "num_attention_heads": 16,
            "num_key_value_heads": 8,
            "head_dim": 256,
        },
    ),
    encoder("qwen3-embedding-0.6b", "Qwen3", QWEN_EMBEDDING, 128),
    decoder("gemma-3-1b", "Gemma3Text", GEMMA_3, kind_of_network="Gemma3"),
    characters(
        "nanogpt-char",
        6,
        384,
        6,
        256,
        "6 layers, width 384, 65 characters, config/train_shakespeare_char.py",
    ),
    characters("nanogpt-char-small", 4, 128, 4, 64, "4 layers, width 128, 65 characters, positions not counted"),
    Entry(
        "textcnn",
        lambda: Embedded(20_000, 300, TextCnn()),
        lambda n: (tokens(n, 64),),
        "64 words",
        "the layers of Kim 2014, arXiv:1408.5882 (windows of 3, 4, 5, 100 maps), 20,000 vectors of 300, 2 classes",
        samples=8,
    ),
    Entry(
        "lstm-char",
        lambda: Embedded(65, 256, Recurrent("lstm", 256, 512, 65, 2, every=True)),
        lambda n: (tokens(n, 128),),
        "seq 128",
        "the layers of two LSTM layers of 512 on vectors of 256, 65 characters",
        samples=8,
    ),
    replace(encoder("longformer-base-4096", "Longformer", LONG, 4096), samples=1, device="cpu", train=False),
    replace(pair("led-base-16384", "LED", bart(768, 6, 12, 3072), 4096, 128), samples=1, device="cpu", train=False),
    *(encoder(row, kind, sizes, 128) for row, (kind, sizes) in ENCODERS.items() if "Deberta" not in kind),
    # DeBERTa reads its table of distances while it runs.
    *(
        replace(encoder(row, kind, sizes, 128), device="cpu", samples=1)
        for row, (kind, sizes) in ENCODERS.items()
        if "Deberta" in kind
    ),
    *(ranker(row, kind, sizes) for row, (kind, sizes) in RANKERS.items()),
]
