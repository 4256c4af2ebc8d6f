#!/usr/bin/env bash
# ml-matrix 6.15.1 (npm), EigenvalueDecomposition
# Guess: the eigenvalues of a covariance come in one order, whatever its rounding.
# Seen:  those of a matrix that is symmetric to the last bit come in ascending order. One entry that differs from its mirror by rounding, as in a
#        product of matrices, takes another algorithm, whose order is here the reverse: "the last two columns" are then the smallest ones.
#        `assumeSymmetric: true` gives the ascending order again.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null; npm install --silent --no-audit --no-fund --ignore-scripts ml-matrix@6.15.1
cat > run.cjs <<'JS'
const assert = require('node:assert');
const { EigenvalueDecomposition, Matrix } = require('ml-matrix');
const rounded = (values) => values.map((x) => Number(x.toFixed(6)));
const covariance = new Matrix([[4, 1, 0], [1, 3, 1], [0, 1, 2]]);
const symmetric = rounded(new EigenvalueDecomposition(covariance).realEigenvalues);
covariance.set(0, 1, 1 + 1e-15);
const nearly = rounded(new EigenvalueDecomposition(covariance).realEigenvalues);
const assumed = rounded(new EigenvalueDecomposition(covariance, { assumeSymmetric: true }).realEigenvalues);
console.log({ symmetric, nearly, assumed });
assert.deepStrictEqual(symmetric, [1.267949, 3, 4.732051]);
assert.deepStrictEqual(nearly, [4.732051, 3, 1.267949]);
assert.deepStrictEqual(assumed, symmetric);
JS
node run.cjs
