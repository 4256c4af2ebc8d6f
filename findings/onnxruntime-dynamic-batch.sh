#!/usr/bin/env bash
# onnxruntime 1.32.0, onnx 1.23.2 (Python), models quantized by quantize_dynamic (the usual q8 files of sentence embedders)
# Guess: the answer to one row does not depend on which rows are in the same batch.
# Seen:  it does. The scale of the activations is taken over the whole batch, so one large row makes the steps of all others coarser:
#        the same text gets another vector in another batch, and caches, tests and searches that expect equal vectors break.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv v; v/bin/pip install -q onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6
cat > run.py <<'PY'
import numpy as np, onnx, onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
random = np.random.default_rng(0)
weights = random.standard_normal((16, 4)).astype(np.float32)
graph = helper.make_graph([helper.make_node('MatMul', ['x', 'w'], ['y'])], 'g',
    [helper.make_tensor_value_info('x', TensorProto.FLOAT, ['n', 16])], [helper.make_tensor_value_info('y', TensorProto.FLOAT, ['n', 4])],
    [numpy_helper.from_array(weights, 'w')])
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8), 'model.onnx')
quantize_dynamic('model.onnx', 'q8.onnx', weight_type=QuantType.QInt8)
row, large = random.standard_normal((1, 16)).astype(np.float32), 20 * random.standard_normal((1, 16)).astype(np.float32)
def answer(file, x): return onnxruntime.InferenceSession(file).run(None, {'x': x})[0][0]
alone, beside = answer('q8.onnx', row), answer('q8.onnx', np.vstack([row, large]))
exact, exact_beside = answer('model.onnx', row), answer('model.onnx', np.vstack([row, large]))
print('q8 alone          ', alone); print('q8 beside another ', beside)
assert np.abs(exact - exact_beside).max() < 1e-5, 'the float model must not care'
assert np.abs(alone - beside).max() > 0.1
PY
v/bin/python run.py 2>/dev/null
