import './cart.css';
import { useState } from 'preact/hooks';
import { Frame } from '../components/frame.tsx';
import { ProductRow } from '../components/product-row.tsx';
import { Empty } from '../components/states.tsx';
import { api } from '../lib/api.ts';
import { type CartEntry, emptyCart, setQuantity, useCart } from '../lib/cart.ts';
import { chosenModel } from '../lib/choice.ts';
import { recommendationList, useLoading } from '../lib/loading.ts';
import { usePerson } from '../lib/person.ts';
import { inDollars, plural, productUrl } from '../lib/words.ts';

/** What is to be bought, and what goes with it once it is. */
export function CartScreen() {
  const [person, choosePerson] = usePerson();
  const cart = useCart();
  const [bought, setBought] = useState(0);
  const [problem, setProblem] = useState<string>();
  const next = useLoading(bought > 0 ? `${person.id} ${bought}` : undefined, (signal) =>
    api.recommendations(person.id, 12, chosenModel(), signal),
  );
  const buy = async () => {
    setProblem(undefined);
    try {
      await Promise.all(cart.map((it) => api.feedback({ user_id: person.id, item_id: it.id, type: 'purchase' })));
      setBought((n) => n + cart.length);
      emptyCart();
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <Frame person={person} onPerson={choosePerson}>
      <div class="narrow screen">
        <header>
          <h1>Your cart</h1>
          <p class="lead" aria-live="polite">
            {bought > 0 && cart.length === 0
              ? 'Thank you. Nothing is charged or sent; your next recommendations know about it.'
              : 'Nothing here is sold. Buying teaches the shop what you like.'}
          </p>
        </header>
        {problem ? (
          <p class="result failed" role="alert">
            That was not saved. {problem}
          </p>
        ) : null}
        {cart.length === 0 ? (
          bought === 0 ? (
            <Empty title="There is nothing in it yet.">
              <a class="button primary" href="/">
                To the shop
              </a>
            </Empty>
          ) : null
        ) : (
          <Contents cart={cart} onBuy={buy} />
        )}
      </div>
      {bought > 0 ? (
        <div class="page screen">
          <ProductRow
            id="next"
            title="What may come next"
            note="Made from what you just bought"
            list={recommendationList(next)}
            withReasons
          />
        </div>
      ) : null}
    </Frame>
  );
}

function Contents({ cart, onBuy }: { cart: CartEntry[]; onBuy: () => void }) {
  const sum = cart.reduce((total, it) => total + (it.price ?? 0) * it.quantity, 0);
  return (
    <section class="panel" aria-label="In your cart">
      <ul class="cart-list">
        {cart.map((it) => (
          <li key={it.id}>
            <img src={it.image_url} alt="" width="80" height="80" />
            <a href={productUrl(it.id)}>{it.title}</a>
            <span class="quantity">
              <button type="button" aria-label={`One less of ${it.title}`} onClick={() => setQuantity(it.id, it.quantity - 1)}>
                −
              </button>
              <span>{it.quantity}</span>
              <button type="button" aria-label={`One more of ${it.title}`} onClick={() => setQuantity(it.id, it.quantity + 1)}>
                +
              </button>
            </span>
            <span class="cart-price">{it.price === null ? 'On request' : inDollars(it.price * it.quantity)}</span>
          </li>
        ))}
      </ul>
      <p class="cart-sum">
        <span>
          {plural(
            cart.reduce((n, it) => n + it.quantity, 0),
            'product',
          )}
        </span>
        <span>{inDollars(sum)}</span>
      </p>
      <div class="buttons">
        <button type="button" class="button primary" onClick={onBuy}>
          Buy
        </button>
        <a class="button" href="/">
          Go on shopping
        </a>
      </div>
    </section>
  );
}
