/** What a browser remembers for the shop; one that forbids storage gets a memory that ends with the page. */
const fallback = new Map<string, string>();

export const memory = {
  get(key: string): string | null {
    try {
      return localStorage.getItem(key);
    } catch {
      return fallback.get(key) ?? null;
    }
  },
  set(key: string, value: string): void {
    try {
      localStorage.setItem(key, value);
    } catch {
      fallback.set(key, value);
    }
  },
  remove(key: string): void {
    try {
      localStorage.removeItem(key);
    } catch {
      fallback.delete(key);
    }
  },
};

/** A value kept as JSON; what is damaged counts as missing. */
export function readStored<T>(key: string, otherwise: T): T {
  try {
    return (JSON.parse(memory.get(key) ?? 'null') as T | null) ?? otherwise;
  } catch {
    return otherwise;
  }
}
