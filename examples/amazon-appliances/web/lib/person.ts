import { useState } from 'preact/hooks';
import { memory } from './store.ts';

/** Who is looking: a known user that was chosen or logged in, or this browser's own visitor, who is unknown at first. */
export interface Person {
  id: string;
  /** As people call them. */
  name: string;
  isVisitor: boolean;
}

const chosenKey = 'shop.user';
const nameKey = 'shop.name';
const visitorKey = 'shop.visitor';

export type Choose = (chosen: { id: string; name: string } | undefined) => void;

export function usePerson(): [Person, Choose] {
  const [person, setPerson] = useState(read);
  const choose: Choose = (chosen) => {
    remember(chosen);
    setPerson(read());
  };
  return [person, choose];
}

/** Makes somebody the one who is shopping; undefined makes it the visitor again. */
export function remember(chosen: { id: string; name: string } | undefined): void {
  if (chosen === undefined) {
    memory.remove(chosenKey);
    memory.remove(nameKey);
  } else {
    memory.set(chosenKey, chosen.id);
    memory.set(nameKey, chosen.name);
  }
}

function read(): Person {
  const chosen = memory.get(chosenKey);
  if (chosen) return { id: chosen, name: memory.get(nameKey) ?? 'Shopper', isVisitor: false };
  return { id: visitorId(), name: 'Visitor', isVisitor: true };
}

function visitorId(): string {
  const known = memory.get(visitorKey);
  if (known) return known;
  const id = `visitor-${Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  memory.set(visitorKey, id);
  return id;
}
