import { Cart, Cross, Heart } from '../components/icons.tsx';
import { Price } from '../components/product-card.tsx';
import { Stars } from '../components/stars.tsx';
import type { Product } from '../lib/api.ts';
import type { Said } from './use-product.ts';

interface Props {
  product: Product;
  said: Said;
  onBuy: () => void;
  onCart: () => void;
  onLike: (liked: boolean) => void;
  onRate: (stars: number) => void;
}

/** What it is, what it costs, and what one can do about it. */
export function BuyBox({ product, said, onBuy, onCart, onLike, onRate }: Props) {
  return (
    <div class="buy-box">
      {product.store ? <p class="card-brand">{product.store}</p> : null}
      <h1>{product.title}</h1>
      <Stars rating={product.average_rating} count={product.rating_number} />
      <Price amount={product.price} />
      <div class="buy-buttons">
        <button type="button" class="button primary" onClick={onBuy} disabled={said.bought}>
          {said.bought ? 'Bought' : 'Buy now'}
        </button>
        <button type="button" class="button" onClick={onCart}>
          <Cart />
          Add to cart
        </button>
        <button type="button" class="button" aria-pressed={said.liked === true} onClick={() => onLike(true)}>
          <Heart />
          Like
        </button>
        <button type="button" class="button" aria-pressed={said.liked === false} onClick={() => onLike(false)}>
          <Cross />
          Not for me
        </button>
      </div>
      <div class="said" aria-live="polite">
        {said.error ? <p class="said-error">That was not saved. {said.error}</p> : null}
        {said.inCart ? (
          <p>
            It is in your <a href="/cart">cart</a>.
          </p>
        ) : null}
        {said.bought ? <p>Thank you. Nothing is charged or sent; your next recommendations know about it.</p> : null}
        {said.liked === true ? <p>Noted. Your next recommendations follow from it.</p> : null}
        {said.liked === false ? <p>Noted. You will not be recommended this again.</p> : null}
        {said.bought || said.stars ? <StarChoice stars={said.stars} onRate={onRate} /> : null}
      </div>
      {product.features.length > 0 ? (
        <ul class="features">
          {product.features.slice(0, 6).map((feature) => (
            <li key={feature}>{feature}</li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

const words = ['Bad', 'Poor', 'Fair', 'Good', 'Great'];

function StarChoice({ stars, onRate }: { stars?: number; onRate: (stars: number) => void }) {
  return (
    <fieldset class="star-choice">
      <legend>{stars ? `You gave it ${stars} of 5 stars` : 'How is it?'}</legend>
      {words.map((word, k) => (
        <label key={word} class={stars !== undefined && k < stars ? 'full' : undefined}>
          <input type="radio" name="stars" class="unseen" checked={stars === k + 1} onChange={() => onRate(k + 1)} />
          <span aria-hidden="true">★</span>
          <span class="unseen">
            {k + 1} stars: {word}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
