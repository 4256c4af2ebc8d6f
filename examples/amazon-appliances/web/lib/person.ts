import { useState } from 'preact/hooks';

/** Who is looking: a known user that was chosen, or this browser's own visitor, who is unknown at first. */
export interface Person {
  id: string;
  isVisitor: boolean;
}

const chosenKey = 'shop.user';
const visitorKey = 'shop.visitor';

export function usePerson(): [Person, (userId: string | undefined) => void] {
  const [person, setPerson] = useState(read);
  const choose = (userId: string | undefined) => {
    if (userId === undefined) memory.remove(chosenKey);
    else memory.set(chosenKey, userId);
    setPerson(read());
  };
  return [person, choose];
}

function read(): Person {
  const chosen = memory.get(chosenKey);
  return chosen ? { id: chosen, isVisitor: false } : { id: visitorId(), isVisitor: true };
}

function visitorId(): string {
  const known = memory.get(visitorKey);
  if (known) return known;
  const id = `visitor-${Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  memory.set(visitorKey, id);
  return id;
}

/** Browsers that forbid storage get a memory that ends with the page. */
const fallback = new Map<string, string>();
const memory = {
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
