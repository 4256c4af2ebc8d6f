export { type TransformersEmbedder, type TransformersOptions, transformersEmbedder } from '../semantic/embedders/transformers.ts';
