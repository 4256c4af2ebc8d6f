"""fastembed as a servant of the benchmark: one JSON request a line on stdin, one JSON answer a line."""
import json
import sys
import time
from importlib.metadata import version

from fastembed import TextEmbedding
from fastembed.common.model_description import ModelSource, PoolingType

name = "local/model"
model = None


def load(folder, file, dimensions, threads):
    """Opens an ONNX file of sentence embeddings, for mean pooling and vectors of length 1."""
    global model
    TextEmbedding.add_custom_model(
        model=name,
        pooling=PoolingType.MEAN,
        normalization=True,
        sources=ModelSource(hf=name),
        dim=dimensions,
        model_file=file,
    )
    model = TextEmbedding(name, specific_model_path=folder, threads=threads)
    return {"fastembed": version("fastembed"), "onnxruntime": version("onnxruntime")}


def embed(file):
    """Embeds the texts of a file, with the batches that fastembed takes by itself. The first vector is there to be compared."""
    with open(file) as source:
        texts = json.load(source)
    wall, cpu = time.perf_counter(), time.process_time()
    vectors = list(model.embed(texts))
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "first": vectors[0].tolist()}


tasks = {"load": load, "embed": embed}
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = tasks[request.pop("do")](**request)
    except Exception as error:  # the benchmark says what went wrong
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
