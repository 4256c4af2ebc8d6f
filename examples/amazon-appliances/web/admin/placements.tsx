import { useState } from 'preact/hooks';
import { Failure } from '../components/states.tsx';
import { latest, useLoading } from '../lib/loading.ts';
import { change, type Placement, parsed, read } from './admin-api.ts';
import { PlacementFigures } from './placement-figures.tsx';
import { PlacementPreview } from './placement-preview.tsx';

/** Named slots of the pages: how their lists are made, what came of them, and what somebody would see. */
export function Placements() {
  const [changes, setChanges] = useState(0);
  const [chosen, setChosen] = useState('home');
  const loading = useLoading(`placements ${changes}`, (signal) => read<{ placements: Placement[] }>('/admin/placements', signal));
  const placements = latest(loading)?.placements;
  const placement = placements?.find((it) => it.name === chosen);
  return (
    <>
      {loading.state === 'failed' ? <Failure error={loading.error} onRetry={loading.retry} /> : null}
      <label class="field narrow-field">
        Placement
        <select value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
          {(placements ?? []).map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      {placement ? (
        <>
          <div class="columns">
            <Editor key={`${placement.name} ${placement.version}`} placement={placement} onSaved={() => setChanges((n) => n + 1)} />
            <PlacementPreview key={placement.name} name={placement.name} />
          </div>
          <PlacementFigures key={`figures ${placement.name} ${changes}`} name={placement.name} />
        </>
      ) : null}
    </>
  );
}

function Editor({ placement: { name, version, definition, saved_at }, onSaved }: { placement: Placement; onSaved: () => void }) {
  const [text, setText] = useState(() => JSON.stringify(definition, null, 2));
  const [problem, setProblem] = useState<string>();
  const act = async (work: () => Promise<unknown>) => {
    setProblem(undefined);
    try {
      await work();
      onSaved();
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <section class="panel" aria-labelledby="recipe-title">
      <h2 id="recipe-title">How the list is made</h2>
      <p>
        Version {version}
        {saved_at ? `, saved ${new Date(saved_at).toLocaleString('en-US')}` : ', as a new shop has it'}. Sources have weights; rules are
        pin, boost, bury, exclude, filter and limit.
      </p>
      <label class="field">
        Recipe
        <textarea rows={16} spellcheck={false} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      {problem ? (
        <p class="result failed" role="alert">
          {problem}
        </p>
      ) : null}
      <div class="buttons">
        <button
          type="button"
          class="button primary"
          onClick={() => act(async () => change('PUT', `/admin/placements/${name}`, parsed(text)))}
        >
          Save
        </button>
        <button
          type="button"
          class="button"
          disabled={version < 1}
          onClick={() => act(() => change('POST', `/admin/placements/${name}/rollback`, { version: version - 1 }))}
        >
          Back to the version before
        </button>
      </div>
    </section>
  );
}
