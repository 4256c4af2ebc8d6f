/** The few commands of Redis that a key-value store needs, over a Map, with patterns as Redis reads them. */
export function fakeRedis() {
  const values = new Map<string, Uint8Array>();
  return {
    getBuffer: async (key: string) => values.get(key)?.slice() ?? null,
    async set(key: string, value: Uint8Array, condition?: 'NX') {
      if (condition === 'NX' && values.has(key)) return null;
      values.set(key, value.slice());
      return 'OK' as const;
    },
    del: async (key: string) => (values.delete(key) ? 1 : 0),
    async keys(pattern: string) {
      const regular = pattern.replace(/\\(.)|[\s\S]/g, (found, escaped) =>
        escaped !== undefined
          ? escaped.replace(/\W/, '\\$&')
          : found === '*'
            ? '[\\s\\S]*'
            : found === '?'
              ? '[\\s\\S]'
              : found.replace(/[^\w[\]]/, '\\$&'),
      );
      return [...values.keys()].filter((key) => new RegExp(`^${regular}$`).test(key));
    },
  };
}
