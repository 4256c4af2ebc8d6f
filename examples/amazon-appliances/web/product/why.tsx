import type { Explanation } from '../lib/api.ts';
import type { Person } from '../lib/person.ts';
import { inPercent, productUrl } from '../lib/words.ts';

/** Why the shop recommends this product to this person: the parts that their own ratings have in its score. */
export function Why({ why, person }: { why: Explanation | undefined; person: Person }) {
  const parts = why?.contributions.slice(0, 4) ?? [];
  // That others like it is why it stands on a list, and no reason for somebody who came to it without one.
  const reason = why?.strategy === 'popular' && !why.list ? undefined : why?.reasons[0]?.text;
  return (
    <section class="why" aria-labelledby="why-title">
      <h2 id="why-title">Why this is shown</h2>
      {reason ? (
        <p class="why-reason">
          {reason}.{why?.list?.placement === 'home' ? <span class="why-list"> It was in “Recommended for you”.</span> : null}
        </p>
      ) : null}
      {parts.length > 0 ? (
        <>
          <p>What {person.isVisitor ? 'you' : person.name} rated, bought or looked at before speaks for it. These weigh most:</p>
          <ol>
            {parts.map((part) => (
              <li key={part.item_id}>
                <a href={productUrl(part.item_id)}>
                  <img src={part.image_url} alt="" width="56" height="56" loading="lazy" />
                  <span class="why-title">{part.title}</span>
                  <span class="why-share">
                    <span class="match-meter" aria-hidden="true">
                      <span style={{ width: inPercent(part.share) }} />
                    </span>
                    {inPercent(part.share)} of the score
                  </span>
                </a>
              </li>
            ))}
          </ol>
        </>
      ) : reason ? null : (
        <p>
          Because you opened it: we know too little about {person.isVisitor ? 'you' : person.name} to have chosen it. Like or buy a few
          things, or choose another shopper above, and this place says what speaks for it.
        </p>
      )}
    </section>
  );
}
