import { AttuneError, shown } from '../../errors.ts';
import { anything, readOptions } from '../../options.ts';
import type { Candidate, ItemAttributes, Reranker } from './reranker.ts';
import { type RuleTarget, readTarget } from './target.ts';

/** Never shows some items. @throws ERR_BAD_OPTION */
export function exclude(options: RuleTarget): Reranker {
  const { where, items } = readOptions('exclude', options, {
    where: anything<RuleTarget['where']>(),
    items: anything<RuleTarget['items']>(),
  });
  const { meets, needsAttributes, says } = readTarget('exclude', where, items);
  return {
    kind: 'exclude',
    phase: 'filter',
    needsAttributes,
    says,
    rerank: (candidates, { attributesOf }) => candidates.filter(({ item }) => !meets(item, attributesOf)),
  };
}

/**
 * Limits the number of items with the same value of an attribute to the best `max`. Items without the attribute are not limited; of a list
 * of values each counts. Pinned items count first, and stay even when they are too many.
 *
 * @param attribute such as `'brand'`.
 * @param max a whole number from 1.
 * @throws ERR_BAD_OPTION
 */
export function limitPer(attribute: string, max: number): Reranker {
  if (typeof attribute !== 'string' || attribute === '') {
    throw new AttuneError('ERR_BAD_OPTION', `limitPer: expected the name of an attribute, such as 'brand', got ${shown(attribute)}.`);
  }
  if (!(Number.isInteger(max) && max >= 1)) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `limitPer: expected a whole number from 1 for '${attribute}', got ${shown(max)}. To show none at all, use exclude({ where }).`,
    );
  }
  return {
    kind: 'limitPer',
    phase: 'select',
    needsAttributes: true,
    says: { limits: attribute },
    rerank(candidates, { attributesOf, pinned }) {
      const counts = new Map<unknown, number>();
      const count = (values: unknown[]) => {
        for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
      };
      const isPinned = new Set(pinned);
      for (const item of isPinned) count(valuesOf(attributesOf(item), attribute));
      return candidates.filter(({ item }: Candidate) => {
        if (isPinned.has(item)) return true;
        const values = valuesOf(attributesOf(item), attribute);
        if (values.some((value) => (counts.get(value) ?? 0) >= max)) return false;
        count(values);
        return true;
      });
    },
  };
}

/** The distinct values of an attribute; none when it is missing. */
export function valuesOf(attributes: ItemAttributes | undefined, name: string): unknown[] {
  const value = attributes && Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  const values = Array.isArray(value) ? [...new Set(value)] : [value];
  return values.filter((one) => one !== undefined && one !== null && one !== '');
}
