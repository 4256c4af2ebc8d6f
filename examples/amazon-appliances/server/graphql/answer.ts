import type { FastifyBaseLogger } from 'fastify';
import { type DocumentNode, execute, GraphQLError, Kind, parse, type SelectionSetNode, validate } from 'graphql';
import type { Shop } from '../domain/shop.ts';
import { toHttpError } from '../http/errors.ts';
import { rootOf, schema } from './schema.ts';

export interface GraphqlRequest {
  query: string;
  variables?: Record<string, unknown> | null;
  operationName?: string | null;
}

/** What a query may ask for at most, so that a short text cannot cause long work: tokens of the text, lists in lists, and fields that make a list. */
const limits = { tokens: 1000, depth: 7, lists: 10 };
const listFields = new Set(['search', 'recommendations', 'placement', 'similar']);

/** What the fields of a query are, or why it cannot be read or asks for too much; then there is no `data`. */
export async function answer(shop: Shop, { query, variables, operationName }: GraphqlRequest, log: FastifyBaseLogger) {
  const document = read(query);
  if (!('kind' in document)) {
    // Clients of GraphQL read `errors`, all others `error`.
    const error = { code: 'ERR_VALIDATION', message: document[0].message };
    return { error, errors: document.map((it) => it.toJSON()) };
  }
  const { data, errors } = await execute({ schema, document, rootValue: rootOf(shop), variableValues: variables, operationName });
  const told = errors?.map((it) => {
    // One that GraphQL itself has found, such as a variable of another type, is no fault of the server.
    const isOurs = it.originalError !== undefined && !(it.originalError instanceof GraphQLError);
    const { status, code, message } = isOurs ? toHttpError(it.originalError) : { status: 400, code: 'ERR_VALIDATION', message: it.message };
    if (status >= 500 && status !== 503) log.error(it.originalError);
    return { message, path: it.path, locations: it.locations, extensions: { code } };
  });
  return { data: data ?? null, ...(told && { errors: told }) };
}

function read(query: string): DocumentNode | readonly GraphQLError[] {
  try {
    const document = parse(query, { maxTokens: limits.tokens });
    const problems = validate(schema, document, undefined, { maxErrors: 10 });
    return problems.length > 0 ? problems : (tooMuch(document) ?? document);
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

/** Fragments are followed where they are used; validation has made sure that none contains itself. */
function tooMuch(document: DocumentNode): readonly GraphQLError[] | undefined {
  const fragments = new Map(
    document.definitions.flatMap((it) => (it.kind === Kind.FRAGMENT_DEFINITION ? [[it.name.value, it.selectionSet]] : [])),
  );
  let lists = 0;
  let deepest = 0;
  const walk = (set: SelectionSetNode | undefined, depth: number) => {
    deepest = Math.max(deepest, depth);
    if (deepest > limits.depth || lists > limits.lists) return;
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        if (listFields.has(selection.name.value)) lists++;
        walk(selection.selectionSet, depth + 1);
      } else walk(selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : fragments.get(selection.name.value), depth);
    }
  };
  for (const it of document.definitions) if (it.kind === Kind.OPERATION_DEFINITION) walk(it.selectionSet, 0);
  const problem =
    lists > limits.lists ? `more than ${limits.lists} lists` : deepest > limits.depth ? `more than ${limits.depth} levels` : undefined;
  return problem === undefined ? undefined : [new GraphQLError(`The query asks for ${problem}.`)];
}
