/** The library as cases are given it, so that the same cases can ask the sources and a built package. */
export type Attune = typeof import('attune') &
  typeof import('attune/experiments') &
  typeof import('attune/node') &
  typeof import('attune/sqlite') &
  typeof import('attune/tracking');

/** The library that `attune` resolves to. */
export async function attuneHere(): Promise<Attune> {
  return {
    ...(await import('attune')),
    ...(await import('attune/experiments')),
    ...(await import('attune/node')),
    ...(await import('attune/sqlite')),
    ...(await import('attune/tracking')),
  };
}

/** Answers as JSON holds them, every number exactly: typed arrays become lists, NaN and infinities become text. */
export function plain(answers: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answers, (_, value) => {
      if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
      return ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value;
    }) ?? 'null',
  );
}

/** What a call gives, or the code it throws: what a model cannot do is an answer, too. */
export function answerOf<T>(ask: () => T): T | { throws: string } {
  try {
    return ask();
  } catch (error) {
    return { throws: (error as { code: string }).code };
  }
}
