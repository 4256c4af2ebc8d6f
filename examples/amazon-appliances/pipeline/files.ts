import { renameSync, writeFileSync } from 'node:fs';

/** Writes a text whole or not at all. */
export function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
}
