/** One generator of seedrandom alone: the package's entry loads all of them, and `crypto`. */
declare module 'seedrandom/lib/alea.js' {
  export default function alea(seed: string): import('./random.ts').SeededNumbers;
}
