import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

/** Where the golden files lie: `NAME.bin.gz` of a case of bytes, the folder `NAME` of a case of a folder, and `answers.json`. */
export const goldenFolder = join(import.meta.dirname, 'files');

/** What is known of a case. */
export interface Golden {
  /** Of the bytes, before they were compressed. */
  sha256?: string;
  sizeBytes?: number;
  answers: unknown;
}

const answersFile = join(goldenFolder, 'answers.json');

export function readAnswers(): Record<string, Golden> {
  return JSON.parse(readFileSync(answersFile, 'utf8'));
}

/** @returns the path of the file */
export function writeAnswers(answers: Record<string, Golden>): string {
  writeFileSync(answersFile, JSON.stringify(answers));
  return answersFile;
}

const fileOf = (name: string) => join(goldenFolder, `${name}.bin.gz`);

export function readGolden(name: string): Uint8Array {
  return Uint8Array.from(gunzipSync(readFileSync(fileOf(name))));
}

export function writeGolden(name: string, bytes: Uint8Array): void {
  writeFileSync(fileOf(name), gzipSync(bytes, { level: 9 }));
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
