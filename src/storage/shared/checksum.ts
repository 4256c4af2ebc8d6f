import { hashing, xxHash32 } from '../../numeric/xx-hash.ts';
import { inSlices } from '../../work/steps.ts';
import { damaged } from './model-store.ts';

/** What a store remembers of the bytes of a model, to know them again: xxHash32 in hexadecimal digits. */
export function checksumOf(bytes: Uint8Array): string {
  return digits(xxHash32(bytes));
}

/** A checksum as stores keep it. */
export function digits(hash: number): string {
  return hash.toString(16).padStart(8, '0');
}

/** What is known of the bytes of a version; `checksum` is missing in what was stored before there were checksums. */
export interface KnownBytes {
  name: string;
  version: number;
  sizeBytes: number;
  checksum?: string | undefined;
}

/** Checks the bytes of a model that were read, and lets others work meanwhile. @param where they lie, for the message @throws ERR_BAD_FILE naming the version */
export async function checkBytes({ name, version, sizeBytes, checksum }: KnownBytes, bytes: Uint8Array, where: string): Promise<void> {
  if (bytes.length !== sizeBytes) throw damaged(name, version, `${sizeBytes} bytes ${where}, got ${bytes.length}`);
  const found = checksum === undefined ? undefined : digits(await inSlices(hashing(bytes)));
  if (found !== checksum) throw damaged(name, version, `bytes with the checksum ${checksum} ${where}, got ${found}`);
}
