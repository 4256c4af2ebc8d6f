import { useState } from 'preact/hooks';
import { Failure } from '../components/states.tsx';
import { latest, useLoading } from '../lib/loading.ts';
import { inDollars, inWhole, plural } from '../lib/words.ts';
import { type Category, change, type InsertResult, parsed, read } from './admin-api.ts';

const kinds = {
  products: {
    title: 'Products',
    list: 'asins',
    by: 'by-asins',
    label: 'Product ids, separated by commas',
    json: '[{ "parent_asin": "B0EXAMPLE", "title": "Quiet dishwasher", "price": 499.5, "categories": ["Appliances", "Dishwashers"] }]',
    csv: 'parent_asin,title,price,categories\nB0EXAMPLE,Quiet dishwasher,499.5,"[""Appliances"", ""Dishwashers""]"',
  },
  reviews: {
    title: 'Reviews',
    list: 'user_ids',
    by: 'by-users',
    label: 'User ids, separated by commas',
    json: '[{ "user_id": "A1", "parent_asin": "B0EXAMPLE", "rating": 5 }]',
    csv: 'user_id,parent_asin,rating\nA1,B0EXAMPLE,5',
  },
} as const;

type Kind = keyof typeof kinds;

/** Adds and removes, and says what there is. */
export function Data() {
  const [changes, setChanges] = useState(0);
  const onChanged = () => setChanges((n) => n + 1);
  return (
    <>
      {(['products', 'reviews'] as const).map((kind) => (
        <section key={kind} class="columns" aria-label={kinds[kind].title}>
          <Insert kind={kind} onChanged={onChanged} />
          <Remove kind={kind} onChanged={onChanged} />
        </section>
      ))}
      <Statistics changes={changes} />
    </>
  );
}

interface Props {
  kind: Kind;
  onChanged: () => void;
}

/** Runs a change and keeps what came of it. */
function useChange(onChanged: () => void) {
  const [state, setState] = useState<{ text: string; failed?: boolean; rows?: InsertResult['rejected'] }>();
  const [busy, setBusy] = useState(false);
  const run = async (work: () => Promise<{ text: string; rows?: InsertResult['rejected'] }>) => {
    setBusy(true);
    try {
      setState(await work());
      onChanged();
    } catch (error) {
      setState({ text: (error as Error).message, failed: true });
    }
    setBusy(false);
  };
  const result = state ? (
    <div class={state.failed ? 'result failed' : 'result'} role="status">
      <p>{state.text}</p>
      {state.rows?.slice(0, 10).map(({ row, reason }) => (
        <p key={row}>
          Row {row + 1}: {reason}
        </p>
      ))}
    </div>
  ) : null;
  return { run, busy, result };
}

function Insert({ kind, onChanged }: Props) {
  const { title, json, csv } = kinds[kind];
  const [format, setFormat] = useState<'json' | 'csv'>('json');
  const [text, setText] = useState('');
  const { run, busy, result } = useChange(onChanged);
  const insert = () =>
    run(async () => {
      const rows = format === 'json' ? parsed(text) : undefined;
      const body = format === 'json' ? { [kind]: Array.isArray(rows) ? rows : [rows] } : { csv_data: text };
      const path = `/admin/${kind}/insert${format === 'csv' ? '-csv' : ''}`;
      const { inserted, updated, rejected } = await change<InsertResult>('POST', path, body);
      return { text: `${inWhole(inserted)} added, ${inWhole(updated)} replaced, ${inWhole(rejected.length)} left out.`, rows: rejected };
    });
  return (
    <form
      class="panel"
      onSubmit={(event) => {
        event.preventDefault();
        insert();
      }}
    >
      <h2>Add {title.toLowerCase()}</h2>
      <label class="field">
        Format
        <select value={format} onChange={(event) => setFormat(event.currentTarget.value as 'json' | 'csv')}>
          <option value="json">JSON</option>
          <option value="csv">CSV</option>
        </select>
      </label>
      <label class="field">
        Rows
        <textarea
          required
          spellcheck={false}
          placeholder={format === 'json' ? json : csv}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <div class="buttons">
        <button type="submit" class="button primary" disabled={busy}>
          Add
        </button>
        <button type="button" class="button" onClick={() => setText(format === 'json' ? json : csv)}>
          Fill in an example
        </button>
      </div>
      {result}
    </form>
  );
}

function Remove({ kind, onChanged }: Props) {
  const { title, list, by, label } = kinds[kind];
  const [ids, setIds] = useState('');
  const [count, setCount] = useState('1');
  const { run, busy, result } = useChange(onChanged);
  const remove = (question: string, path: string, body?: unknown) => {
    if (!confirm(question)) return;
    run(async () => ({
      text: `${plural((await change<{ deleted: number }>('DELETE', `/admin/${kind}/${path}`, body)).deleted, 'row')} deleted.`,
    }));
  };
  const named = ids
    .split(',')
    .map((it) => it.trim())
    .filter(Boolean);
  const n = Number(count);
  return (
    <div class="panel">
      <h2>Delete {title.toLowerCase()}</h2>
      <form
        class="inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          remove(`Delete ${kind} of ${named.length} ids?`, by, { [list]: named });
        }}
      >
        <label class="field">
          {label}
          <input type="text" required value={ids} onInput={(event) => setIds(event.currentTarget.value)} />
        </label>
        <button type="submit" class="button danger" disabled={busy || named.length === 0}>
          Delete
        </button>
      </form>
      <label class="field">
        How many
        <input type="number" min="1" step="1" value={count} onInput={(event) => setCount(event.currentTarget.value)} />
      </label>
      <div class="buttons">
        {(['first', 'last'] as const).map((end) => (
          <button
            key={end}
            type="button"
            class="button danger"
            disabled={busy || !(Number.isInteger(n) && n > 0)}
            onClick={() => remove(`Delete the ${end} ${n} ${kind}?`, `${end}/${n}`)}
          >
            Delete the {end}
          </button>
        ))}
      </div>
      <p>
        {kind === 'products'
          ? 'Their reviews go with them, and they leave every list at once.'
          : 'The next answers for these users follow.'}
      </p>
      {result}
    </div>
  );
}

function Statistics({ changes }: { changes: number }) {
  const loading = useLoading(`stats ${changes}`, (signal) =>
    read<{ total: number; categories: Category[] }>('/admin/products/stats', signal),
  );
  const shown = latest(loading);
  return (
    <section aria-labelledby="stats-title">
      <h2 id="stats-title">By category</h2>
      <p class="lead">{shown ? plural(shown.total, 'product') : 'Counting…'}</p>
      {loading.state === 'failed' ? (
        <Failure error={loading.error} onRetry={loading.retry} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        <section class="table" aria-label="Products by category" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th>Category</th>
                <th class="number">Products</th>
                <th class="number">Mean rating</th>
                <th class="number">Mean price</th>
              </tr>
            </thead>
            <tbody>
              {shown?.categories.map((it) => (
                <tr key={it.category}>
                  <td>{it.category ?? 'none'}</td>
                  <td class="number">{inWhole(it.count)}</td>
                  <td class="number">{it.average_rating ?? '–'}</td>
                  <td class="number">{it.average_price === null ? '–' : inDollars(it.average_price)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}
