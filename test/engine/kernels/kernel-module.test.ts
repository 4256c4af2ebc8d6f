import { expect, it } from 'vitest';
import { bytesOf } from '../../../src/engine/families.ts';
import { kernelFamilies, kernelsFile } from '../kernel-families.ts';

it('the kernels hold no data of their own, since an engine lays out its memory as if it were empty', async () => {
  const modules = [kernelsFile(), ...(await kernelFamilies()).map(({ code }) => bytesOf(code))];
  for (const bytes of modules) expect(sectionsOf(bytes)).not.toContain(11); // Math.log and its like would bring tables
});

/** Numbers of the sections of a WebAssembly module. */
function sectionsOf(bytes: Uint8Array): number[] {
  const sections: number[] = [];
  for (let at = 8; at < bytes.length; ) {
    sections.push(bytes[at++]);
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      length |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    at += length;
  }
  return sections;
}
