export { type CrossEncoder, type CrossEncoderOptions, crossEncoder } from '../semantic/embedders/cross-encoder.ts';
export { type TransformersEmbedder, type TransformersOptions, transformersEmbedder } from '../semantic/embedders/transformers.ts';
