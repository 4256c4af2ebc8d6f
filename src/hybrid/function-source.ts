import type { SourceRole } from '../cold-start/strategy.ts';
import { readHistory } from './request.ts';
import type { AnsweringSource, Source, Visitor, Want } from './sources.ts';

/** A function, or an object that answers. It receives the whole request; its role says what kind of evidence it uses. */
export function functionSource(name: string, given: AnsweringSource, role: SourceRole = given.role): Source {
  return {
    name,
    role,
    isModel: false,
    standing(visitor) {
      const request = requestOf(visitor, { n: 0, exclude: [], unseen: [], only: undefined, includeSeen: false });
      const words = visitor.query !== undefined || visitor.interests.length > 0;
      const interactions = visitor.user !== undefined && !visitor.isStoredKnown ? Number.POSITIVE_INFINITY : visitor.history.length;
      const needsNothing = role === 'custom' || role === 'popular';
      return {
        isAble: given.canAnswer?.(request) ?? (needsNothing || interactions > 0 || (role === 'content' && words)),
        knowsUser: false,
        interactions,
        words,
      };
    },
    ask: (visitor, want, signal) => given.answer({ ...requestOf(visitor, want), signal }),
    interactionsOf(user) {
      const known = given.interactionsOf?.(user);
      return known && readHistory(known);
    },
  };
}

function requestOf({ user, history, interests, query, context }: Visitor, { n, exclude, only, includeSeen }: Want) {
  return { user, history, interests, query, context, n, exclude, only, includeSeen };
}
