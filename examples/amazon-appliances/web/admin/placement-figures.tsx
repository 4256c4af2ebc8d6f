import { Failure } from '../components/states.tsx';
import { latest, useLoading } from '../lib/loading.ts';
import { inPercent } from '../lib/words.ts';
import { type Difference, read, type VariantFigures } from './admin-api.ts';

/** What came of the lists of a placement, by variant. */
export function PlacementFigures({ name }: { name: string }) {
  const loading = useLoading(`figures ${name}`, (signal) =>
    read<{ variants: VariantFigures[] }>(`/admin/placements/${name}/statistics`, signal),
  );
  const variants = latest(loading)?.variants;
  return (
    <section aria-labelledby="figures-title">
      <header class="row-head">
        <div>
          <h2 id="figures-title">What came of it</h2>
          <p class="row-note">Differences are shares of users, with intervals that hold however often you look.</p>
        </div>
      </header>
      {loading.state === 'failed' ? <Failure error={loading.error} onRetry={loading.retry} /> : null}
      {variants?.length === 0 ? <p class="row-note">Nobody has seen a list of it yet.</p> : null}
      {variants && variants.length > 0 ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        <section class="table" aria-label={`Figures of ${name}`} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th>Variant</th>
                <th class="number">Lists</th>
                <th class="number">Users</th>
                <th class="number">Clicked</th>
                <th class="number">Bought</th>
                <th>Clicks against the first</th>
                <th>Purchases against the first</th>
              </tr>
            </thead>
            <tbody>
              {variants.map((it) => (
                <tr key={it.variant ?? ''}>
                  <td>{it.variant ?? 'all'}</td>
                  <td class="number">{it.lists}</td>
                  <td class="number">{it.users}</td>
                  <td class="number">{it.click_rate === null ? '–' : inPercent(it.click_rate)}</td>
                  <td class="number">{it.conversion_rate === null ? '–' : inPercent(it.conversion_rate)}</td>
                  <td>{it.against ? words(it.against.clicks) : '–'}</td>
                  <td>{it.against ? words(it.against.purchases) : '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ) : null}
    </section>
  );
}

function words({ difference, low, high, significant }: Difference): string {
  if (low === null || high === null) return 'too little is known yet';
  return `${inPercent(difference)} (${inPercent(low)} to ${inPercent(high)})${significant ? ', a real difference' : ''}`;
}
