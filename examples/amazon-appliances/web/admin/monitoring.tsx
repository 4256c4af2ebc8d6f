import { useState } from 'preact/hooks';
import { Empty, Failure } from '../components/states.tsx';
import { latest, useLoading } from '../lib/loading.ts';
import { inPercent, inWhole } from '../lib/words.ts';
import { change, type Observation, type ObservationPage, read, readText } from './admin-api.ts';
import { Chart } from './chart.tsx';
import { type Sample, useLive } from './use-live.ts';

const qualities = ['good', 'bad', 'pending'] as const;
const time = new Intl.DateTimeFormat('en-US', { dateStyle: 'short', timeStyle: 'medium' });

/** What was shown, and what came of it, while it happens. */
export function Monitoring() {
  const { samples, counts } = useLive();
  const [quality, setQuality] = useState('');
  const [page, setPage] = useState(1);
  const [cleared, setCleared] = useState(0);
  const now = `${counts?.good} ${counts?.bad} ${counts?.pending}`;
  const loading = useLoading(`${quality} ${page} ${cleared} ${now}`, (signal) =>
    read<ObservationPage>(`/monitoring/observations?page=${page}&page_size=25${quality && `&quality=${quality}`}`, signal),
  );
  const shown = latest(loading);
  const total = shown?.counts;
  const clear = async () => {
    if (!confirm('Forget all observations? Purchases and opinions stay.')) return;
    await change('DELETE', '/monitoring/observations');
    setPage(1);
    setCleared((n) => n + 1);
  };
  const valuesOf = (name: keyof Sample) => samples.map((it) => it[name]);
  return (
    <>
      <dl class="figures">
        <Figure name="Lists shown" value={total && inWhole(total.total)} />
        {qualities.map((name) => (
          <Figure key={name} name={name} dot={name} value={total && inWhole(total[name])} />
        ))}
        <Figure name="Success rate" value={total && (total.success_rate === null ? '–' : inPercent(total.success_rate))} />
      </dl>
      <div class="charts">
        <Chart title="What came of the lists" lines={qualities.map((name) => ({ name, kind: name, values: valuesOf(name) }))} />
        <Chart title="Requests" unit="/s" lines={[{ name: 'now', values: valuesOf('requestsPerSecond') }]} />
        <Chart title="Event loop, 99th percentile" unit=" ms" lines={[{ name: 'lag', values: valuesOf('lagMs') }]} />
        <Chart title="Memory" unit=" MB" lines={[{ name: 'resident', values: valuesOf('memoryMb') }]} />
      </div>
      <section aria-labelledby="observations-title">
        <header class="row-head spread">
          <h2 id="observations-title">Observations</h2>
          <Controls
            quality={quality}
            onQuality={(next) => {
              setQuality(next);
              setPage(1);
            }}
            onClear={clear}
          />
        </header>
        {loading.state === 'failed' ? (
          <Failure error={loading.error} onRetry={loading.retry} />
        ) : shown?.observations.length === 0 ? (
          <Empty title="Nothing has been shown yet.">
            <p>Open the shop in another window and look around.</p>
          </Empty>
        ) : (
          <Table observations={shown?.observations ?? []} />
        )}
        {shown && shown.pages > 1 ? (
          <nav class="buttons pager" aria-label="Pages of observations">
            <button type="button" class="button small" disabled={page <= 1} onClick={() => setPage(page - 1)}>
              Newer
            </button>
            <span>
              Page {inWhole(page)} of {inWhole(shown.pages)}
            </span>
            <button type="button" class="button small" disabled={page >= shown.pages} onClick={() => setPage(page + 1)}>
              Older
            </button>
          </nav>
        ) : null}
      </section>
    </>
  );
}

function Table({ observations }: { observations: Observation[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section class="table" aria-label="Table of observations" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th>When</th>
            <th>Who</th>
            <th>Where</th>
            <th class="number">Shown</th>
            <th>Chosen</th>
            <th>Quality</th>
          </tr>
        </thead>
        <tbody>
          {observations.map((it) => (
            <tr key={it.id}>
              <td>{time.format(it.timestamp)}</td>
              <td class="long" title={it.user_id}>
                {it.user_id}
              </td>
              <td>{it.key}</td>
              <td class="number">{it.list_of_recommendations.length}</td>
              <td>{it.chosen ?? '–'}</td>
              <td>
                <span class="tag">
                  <span class={`dot ${it.quality}`} />
                  {it.quality}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface ControlsProps {
  quality: string;
  onQuality: (quality: string) => void;
  onClear: () => void;
}

function Controls({ quality, onQuality, onClear }: ControlsProps) {
  return (
    <div class="buttons">
      <label class="sort">
        <span>Show</span>
        <select value={quality} onChange={(event) => onQuality(event.currentTarget.value)}>
          <option value="">all</option>
          {qualities.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <button type="button" class="button small" onClick={() => download(quality)}>
        CSV
      </button>
      <button type="button" class="button small danger" onClick={onClear}>
        Clear
      </button>
    </div>
  );
}

function Figure({ name, value, dot }: { name: string; value?: string; dot?: string }) {
  return (
    <div class="figure">
      <dt>
        {dot ? <span class={`dot ${dot}`} /> : null}
        {name}
      </dt>
      <dd>{value ?? '…'}</dd>
    </div>
  );
}

async function download(quality: string): Promise<void> {
  const text = await readText(`/monitoring/observations${quality && `?quality=${quality}`}`, 'text/csv');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  link.download = 'observations.csv';
  link.click();
  URL.revokeObjectURL(link.href);
}
