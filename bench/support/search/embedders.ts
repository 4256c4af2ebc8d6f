import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ngramEmbedder } from 'attune';
import { transformersEmbedder } from 'attune/transformers';
import type { Row } from '../table.ts';
import type { SearchTask } from './context.ts';
import { readScifact, type ScifactFigures, scifactFigures } from './scifact.ts';

/** Quality on SciFact (BEIR; the 809 training queries) of the embedders, alone and beside BM25. */
export const embedders: SearchTask = {
  name: 'embedders',
  summary: 'SciFact: nDCG@10 and Recall@100 of lexical, semantic and hybrid search.',
  async run({ data, models, quick, say }) {
    const scifact = readScifact(resolve(data, 'scifact'));
    if (!scifact) {
      say(`skipped: no SciFact in ${data}; set ATTUNE_DATA to the folder that holds scifact/`);
      return { rows: [] };
    }
    const detail: ScifactFigures[] = [];
    detail.push(...(await scifactFigures(scifact, ngramEmbedder(), ['lexical', 'semantic', 'hybrid'])));
    for (const dimensions of quick ? [] : [256, 1024])
      detail.push(...(await scifactFigures(scifact, ngramEmbedder({ dimensions }), ['semantic', 'hybrid'])));
    if (!existsSync(resolve(models, 'Xenova/all-MiniLM-L6-v2')))
      say(`skipped: no models in ${models}; set ATTUNE_MODELS to the folder that holds Xenova/all-MiniLM-L6-v2`);
    else if (!quick)
      detail.push(
        ...(await scifactFigures(scifact, transformersEmbedder({ localModelPath: models, dtype: 'q8' }), ['semantic', 'hybrid'])),
      );
    return { rows: detail.map(row), detail };
  },
};

const row = ({ embedder, mode, ndcg, recall, msPerQuery, buildSeconds }: ScifactFigures): Row => ({
  task: `SciFact nDCG@10, ${mode}${mode === 'lexical' ? '' : `, ${embedder}`}`,
  unit: '',
  attune: ndcg,
  goal: mode === 'lexical' ? '>= .667' : undefined,
  note: `Recall@100 ${recall.toFixed(4)}, ${msPerQuery.toFixed(2)} ms a query, built in ${buildSeconds.toFixed(1)} s`,
});
