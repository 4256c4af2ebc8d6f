import { useState } from 'preact/hooks';
import { change, type Previewed } from './admin-api.ts';

/** The list of a placement as somebody would see it, and why a product is not on it. */
export function PlacementPreview({ name }: { name: string }) {
  const [user, setUser] = useState('');
  const [item, setItem] = useState('');
  const [missing, setMissing] = useState('');
  const [list, setList] = useState<Previewed>();
  const [said, setSaid] = useState<{ text: string; failed: boolean }>();
  const ask = { user_id: user.trim() || 'visitor', n: 10, ...(item.trim() && { item_id: item.trim() }) };
  const act = async (work: () => Promise<string | undefined>) => {
    try {
      const text = await work();
      setSaid(text === undefined ? undefined : { text, failed: false });
    } catch (error) {
      setSaid({ text: (error as Error).message, failed: true });
    }
  };
  const show = async () => {
    setList(await change<Previewed>('POST', `/admin/placements/${name}/preview`, ask));
    return undefined;
  };
  const explain = async () =>
    (await change<{ text: string }>('POST', `/admin/placements/${name}/why-not`, { ...ask, missing_id: missing.trim() })).text;
  return (
    <section class="panel" aria-labelledby="preview-title">
      <h2 id="preview-title">As somebody sees it</h2>
      <p>Nothing that is shown here is counted.</p>
      <label class="field">
        User id
        <input value={user} placeholder="visitor" onInput={(event) => setUser(event.currentTarget.value)} />
      </label>
      <label class="field">
        Product the page is about, if any
        <input value={item} onInput={(event) => setItem(event.currentTarget.value)} />
      </label>
      <button type="button" class="button" onClick={() => act(show)}>
        Show the list
      </button>
      {list ? (
        <ol class="preview-list" aria-label={`List, ${list.strategy}`}>
          {list.recommendations.map((it) => (
            <li key={it.item_id}>
              <a href={`/product/${encodeURIComponent(it.item_id)}`}>{it.title}</a>
              <span>
                {it.item_id} · {it.score.toFixed(3)} · {it.reasons.map((reason) => reason.text).join('; ')}
              </span>
            </li>
          ))}
        </ol>
      ) : null}
      <label class="field">
        A product that is missed
        <input value={missing} onInput={(event) => setMissing(event.currentTarget.value)} />
      </label>
      <button type="button" class="button" disabled={missing.trim() === ''} onClick={() => act(explain)}>
        Why is it not there?
      </button>
      {said ? (
        <p class={said.failed ? 'result failed' : 'result'} role={said.failed ? 'alert' : 'status'}>
          {said.text}
        </p>
      ) : null}
    </section>
  );
}
