import { AttuneError } from '../errors.ts';
import { readOptions } from '../options.ts';
import { type DocumentFields, DocumentReader } from './catalogue/documents.ts';
import { type IndexParts, unpackIndex } from './index-file.ts';
import { loadChecks } from './semantic-options.ts';

/** The inverse of `packIndex` by steps, with what reads further items; without it where fields were functions and are not given again. */
export function* loadParts<Item>(
  bytes: Uint8Array,
  options: object,
): Generator<void, { parts: IndexParts; reader: DocumentReader<Item> | undefined }> {
  const { id, text, metadata, ...given } = readOptions('SemanticIndex.fromBytes', options, loadChecks);
  const parts = yield* unpackIndex(bytes, given);
  const fields = {
    id: id ?? parts.fields.id,
    text: text ?? parts.fields.text,
    metadata: metadata ?? parts.fields.metadata,
  } as DocumentFields<Item>;
  if (fields.id === undefined || fields.text === undefined || fields.metadata === undefined) return { parts, reader: undefined };
  const reader = new DocumentReader(fields, 'SemanticIndex.fromBytes');
  const weights = parts.bm25.weights ?? [1];
  if (reader.weights.length !== weights.length || reader.weights.some((weight, k) => weight !== weights[k])) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `This index was built with text fields of weights ${weights.join(', ')}, got ${reader.weights.join(', ')}. Pass the same ones as option 'text'.`,
    );
  }
  return { parts: { ...parts, fields: reader.names }, reader };
}
