/** Families of models, as `train --model` and `evaluate --models` take them; in a file of their own, so that help loads no models. */
export const familyNames = [
  'als',
  'popularity',
  'item-knn',
  'graph-filter',
  'sequence-linear',
  'ease',
  'bpr',
  'light-gcn',
  'two-tower',
  'ncf',
  'sasrec',
] as const;

export type Family = (typeof familyNames)[number];

export const isFamily = (name: string): name is Family => (familyNames as readonly string[]).includes(name);
