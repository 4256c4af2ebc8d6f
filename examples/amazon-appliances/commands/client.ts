import { writeFileSync } from 'node:fs';
import { command } from '../cli/command.ts';

export const client = command({
  name: 'client',
  summary: 'writes a typed client from the OpenAPI document of a running shop',
  options: {
    url: { type: 'text', help: 'address of the shop', default: 'http://localhost:8000' },
    out: { type: 'text', help: 'the file to write', default: 'shop-client.ts' },
  },
  async run({ url, out }) {
    const { clientCode } = await import('../server/client-code.ts');
    const response = await fetch(new URL('/openapi.json', url)).catch((error) => {
      throw Object.assign(
        new Error(`No shop answers at ${url}. Start one with npm start, or say where it is with --url.`, { cause: error }),
        {
          code: 'ERR_NOT_FOUND',
        },
      );
    });
    writeFileSync(out, clientCode(await response.json()));
    console.log(out);
  },
});
