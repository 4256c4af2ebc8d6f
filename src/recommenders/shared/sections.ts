import type { Recommender } from '../../contracts/recommender.ts';
import { type ModelFile, modelFileSections } from '../../data/files/model-file.ts';

/** A model that can say its file part by part; `toBytes` writes the same. */
interface InParts {
  file(): ModelFile;
}

/** The file of a model as its bytes follow each other. Those of models of this library are views of the model, which are not copied. */
export function sectionsOf(model: Pick<Recommender, 'toBytes'>): Uint8Array[] {
  return isInParts(model) ? modelFileSections(model.file()) : [model.toBytes()];
}

/** A class that was derived from a family may write another file: the family's own is wanted only where `toBytes` is the family's too. */
function isInParts(model: object): model is InParts {
  const home = ownerOf(model, 'file');
  return home !== undefined && home === ownerOf(model, 'toBytes');
}

function ownerOf(model: object, method: string): object | undefined {
  for (let at: object | null = model; at !== null; at = Object.getPrototypeOf(at)) if (Object.hasOwn(at, method)) return at;
  return undefined;
}
