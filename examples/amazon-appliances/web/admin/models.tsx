import { useEffect, useState } from 'preact/hooks';
import { Failure } from '../components/states.tsx';
import { latest, useLoading } from '../lib/loading.ts';
import { inPercent } from '../lib/words.ts';
import { change, followJob, type Job, read, type Version } from './admin-api.ts';

const when = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'short' });

/** Versions and their figures, training as it goes, and which version answers. */
export function Models() {
  const [changes, setChanges] = useState(0);
  const [problem, setProblem] = useState<string>();
  const loading = useLoading(`models ${changes}`, (signal) => read<Version[]>('/models', signal));
  const versions = latest(loading) ?? [];
  const act = async (path: string, body?: unknown) => {
    setProblem(undefined);
    try {
      await change('POST', path, body);
      setChanges((n) => n + 1);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const names = [...new Set(versions.map((it) => it.name))];
  return (
    <>
      <Training onTrained={() => setChanges((n) => n + 1)} />
      {problem ? (
        <p class="result failed" role="alert">
          {problem}
        </p>
      ) : null}
      {loading.state === 'failed' ? <Failure error={loading.error} onRetry={loading.retry} /> : null}
      {names.map((name) => (
        <Versions key={name} name={name} versions={versions.filter((it) => it.name === name)} onAct={act} />
      ))}
    </>
  );
}

interface VersionsProps {
  name: string;
  /** Oldest first. */
  versions: Version[];
  onAct: (path: string, body?: unknown) => void;
}

function Versions({ name, versions, onAct }: VersionsProps) {
  const live = versions.findIndex((it) => it.alias === 'production');
  return (
    <section aria-labelledby={`${name}-title`}>
      <header class="row-head spread">
        <h2 id={`${name}-title`}>{name}</h2>
        <button type="button" class="button small" disabled={live < 1} onClick={() => onAct(`/models/${name}/rollback`)}>
          Roll back
        </button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section class="table" aria-label={`Versions of ${name}`} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th class="number">Version</th>
              <th>Trained</th>
              <th>Figures</th>
              <th>Answers</th>
            </tr>
          </thead>
          <tbody>
            {versions.toReversed().map((it) => (
              <tr key={it.version}>
                <td class="number">{it.version}</td>
                <td>{when.format(new Date(it.trained_at))}</td>
                <td>
                  {Object.entries(it.metrics)
                    .map(([metric, value]) => `${metric} ${value}`)
                    .join(' · ')}
                </td>
                <td>
                  {it.alias === 'production' ? (
                    <span class="tag live">live</span>
                  ) : (
                    <button
                      type="button"
                      class="button small"
                      aria-label={`Promote version ${it.version} of ${name}`}
                      onClick={() => onAct(`/models/${name}/promote`, { version: it.version })}
                    >
                      Promote
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

const kinds = [
  ['both', 'Everything'],
  ['mf', 'Matrix factorization'],
  ['ss', 'Semantic search'],
] as const;

function Training({ onTrained }: { onTrained: () => void }) {
  const [job, setJob] = useState<Job>();
  const [kind, setKind] = useState('both');
  const [force, setForce] = useState(false);
  const [problem, setProblem] = useState<string>();
  const isRunning = job?.status === 'running';

  useEffect(() => {
    // A training that somebody else started is shown as well.
    read<{ jobs: Job[] }>('/training').then(
      ({ jobs }) => setJob((now) => now ?? jobs[0]),
      () => undefined,
    );
  }, []);
  useEffect(() => {
    if (!job || !isRunning) return;
    const controller = new AbortController();
    const onState = (state: Job) => {
      setJob(state);
      if (state.status !== 'running') onTrained();
    };
    followJob(job.job_id, onState, controller.signal).catch(() => undefined);
    return () => controller.abort();
  }, [job?.job_id, isRunning]);

  const start = async (event: Event) => {
    event.preventDefault();
    setProblem(undefined);
    try {
      const started = await change<Job>('POST', '/training', { model_type: kind, force_retrain: force });
      setJob(started);
      if (started.status !== 'running') onTrained();
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <form class="panel" onSubmit={start} aria-labelledby="training-title">
      <h2 id="training-title">Train</h2>
      <p>The shop goes on with the old models meanwhile. A new one takes over unless it is worse on held-out ratings.</p>
      <div class="columns">
        <label class="field">
          What
          <select value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
            {kinds.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          When
          <select value={String(force)} onChange={(event) => setForce(event.currentTarget.value === 'true')}>
            <option value="false">only if data or settings changed</option>
            <option value="true">in any case</option>
          </select>
        </label>
      </div>
      <div class="buttons">
        <button type="submit" class="button primary" disabled={isRunning}>
          {isRunning ? 'Training…' : 'Train'}
        </button>
      </div>
      {problem ? (
        <p class="result failed" role="alert">
          {problem}
        </p>
      ) : null}
      {job ? <JobState job={job} /> : null}
    </form>
  );
}

function JobState({ job }: { job: Job }) {
  const { progress } = job;
  const share = progress?.total ? progress.done / progress.total : undefined;
  const seconds = `${job.duration_s.toFixed(1)} s`;
  if (job.status === 'failed')
    return (
      <p class="result failed">
        The training failed after {seconds}. {job.error?.message} The old models go on.
      </p>
    );
  if (job.status === 'completed') {
    return (
      <p class={job.gate?.promoted === false ? 'result failed' : 'result'} role="status">
        Done after {seconds}.{' '}
        {job.gate ? `${job.gate.promoted ? 'The new model answers.' : 'The old model stays.'} ${job.gate.reason}` : ''}
      </p>
    );
  }
  return (
    <div class="result" role="status">
      <p>
        {progress?.phase ?? 'starting'}
        {share === undefined ? '' : `, ${inPercent(share)}`} · {seconds}
      </p>
      <progress max="1" value={share} aria-label="Progress of the training" />
    </div>
  );
}
