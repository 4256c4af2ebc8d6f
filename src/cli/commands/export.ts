import { readFile } from 'node:fs/promises';
import { AttuneError, type Factors, type IdMap, type Recommender } from '../../entries/index.ts';
import { replaceFile } from '../../storage/file/writing.ts';
import { command, UsageError } from '../command.ts';
import { loadModel } from '../models.ts';
import { checkOutputs } from '../output.ts';
import { count, remark } from '../terminal.ts';

const formats = ['csv', 'jsonl', 'parquet', 'safetensors'];

export default command({
  summary: 'Writes what a model learned in a format that other programs read.',
  usage: '<model>',
  more: 'Example: attune export als.attune --what item-factors --out items.parquet\nA model file is a safetensors file already: safetensors writes it as it is.',
  options: {
    what: { type: 'text', help: 'factors of which side', choices: ['item-factors', 'user-factors'], default: 'item-factors' },
    format: {
      type: 'text',
      help: 'by default what the name of the file ends with; parquet has columns id and features',
      choices: formats,
    },
    out: { type: 'text', short: 'o', help: 'file to write (required)' },
  },
  async run([file], { what, out, format = formats.find((each) => out?.endsWith(`.${each}`)) }) {
    if (out === undefined) throw new UsageError('attune export: --out is missing, the file to write.');
    await checkOutputs({ out });
    if (format === undefined)
      throw new UsageError(`--out: the name '${out}' tells no format. Let it end with .${formats.join(', .')}, or pass --format.`);
    if (format === 'safetensors') {
      await loadModel(file); // refuses what is no model
      await replaceFile(out, new Uint8Array(await readFile(file)));
      return remark(`wrote ${out}`);
    }
    const model = await loadModel(file);
    const { ids, factors } = sideOf(model, what);
    await replaceFile(out, await written(format, Array.from(ids), factors));
    remark(`wrote ${out}: ${count(factors.rows)} rows of ${factors.columns} factors`);
  },
});

function sideOf(model: Recommender, what: string): { ids: IdMap; factors: Factors } {
  const { userFactors, itemFactors } = model as Recommender & { userFactors?: Factors; itemFactors?: Factors };
  const factors = what === 'item-factors' ? itemFactors : userFactors;
  if (!factors)
    throw new UsageError(`attune export: a model of kind '${model.kind}' has no factors. Write its lists with attune recommend --all.`);
  return { ids: what === 'item-factors' ? model.items : model.users, factors };
}

async function written(format: string, ids: string[], { data, columns }: Factors): Promise<Uint8Array | string> {
  const rowOf = (k: number) => data.subarray(k * columns, (k + 1) * columns);
  if (format === 'parquet')
    return parquet(
      ids,
      ids.map((_, k) => rowOf(k)),
    );
  if (format === 'jsonl') return ids.map((id, k) => `${JSON.stringify({ id, features: Array.from(rowOf(k)) })}\n`).join('');
  const head = `id,${Array.from({ length: columns }, (_, k) => `f${k}`).join(',')}\n`;
  return head + ids.map((id, k) => `"${id.replaceAll('"', '""')}",${rowOf(k).join(',')}\n`).join('');
}

async function parquet(ids: string[], rows: Float32Array[]): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import('hyparquet-writer').catch(() => {
    throw new AttuneError('ERR_MISSING_PEER', "attune export: Parquet is written by 'hyparquet-writer'. Run npm install hyparquet-writer.");
  });
  const required = { repetition_type: 'REQUIRED' } as const;
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'id', data: ids },
        { name: 'features', data: rows.map((row) => Array.from(row)) },
      ],
      schema: [
        { name: 'root', num_children: 2 },
        { name: 'id', type: 'BYTE_ARRAY', converted_type: 'UTF8', ...required },
        { name: 'features', converted_type: 'LIST', num_children: 1, ...required },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 } as const,
        { name: 'element', type: 'FLOAT', ...required },
      ],
    }),
  );
}
