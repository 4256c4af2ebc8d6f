import { Frame } from '../components/frame.tsx';
import { ProductRow } from '../components/product-row.tsx';
import { Empty, Failure } from '../components/states.tsx';
import type { Recommendation } from '../lib/api.ts';
import { type Loading, latest, recommendationList } from '../lib/loading.ts';
import { About } from './about.tsx';
import { BuyBox } from './buy-box.tsx';
import { useProduct } from './use-product.ts';
import { Why } from './why.tsx';
import './product.css';

export function ProductScreen({ id }: { id: string }) {
  const shop = useProduct(id);
  const { product } = shop;
  const opened = (list: Loading<Recommendation[]>) => (to: string) =>
    shop.opened(
      to,
      (latest(list) ?? []).map((it) => it.item_id),
    );
  const alsoLiked = recommendationList(shop.alsoLiked);
  const similar = recommendationList(shop.similar);
  return (
    <Frame person={shop.person} onPerson={shop.choosePerson} onSearch={shop.search} onSearchOpen={shop.opened} end={shop.end}>
      <div class="page product-page">
        {product.state === 'failed' ? (
          (product.error as { status?: number }).status === 404 ? (
            <Empty level={1} title="We do not carry this product.">
              <p>It may have left the shop, or the address has a slip in it.</p>
              <a class="button primary" href="/">
                To the shop
              </a>
            </Empty>
          ) : (
            <Failure error={product.error} onRetry={product.retry} />
          )
        ) : product.state === 'loading' ? (
          <ProductSkeleton />
        ) : (
          <>
            <nav class="crumbs" aria-label="Where you are">
              <a href="/">Shop</a>
              {product.value.category ? (
                <a href={`/?category=${encodeURIComponent(product.value.category)}`}>{product.value.category}</a>
              ) : null}
            </nav>
            <article class="product">
              <div class="product-picture">
                <img src={product.value.image_url} alt="" width="400" height="400" />
              </div>
              <BuyBox
                product={product.value}
                said={shop.said}
                onBuy={shop.buy}
                onCart={shop.toCart}
                onLike={shop.like}
                onRate={shop.rate}
              />
            </article>
            <Why why={latest(shop.why)} person={shop.person} />
            <ProductRow
              id="also-liked"
              title="Users also liked this"
              note="Found in what the same people rate"
              list={alsoLiked}
              empty="Too few people have rated this to say what else they like."
              onOpen={opened(alsoLiked)}
            />
            <ProductRow
              id="similar"
              title="Similar products"
              note="Found in what the products say of themselves"
              list={similar}
              empty="There is nothing like it in the shop."
              onOpen={opened(similar)}
            />
            <About product={product.value} />
          </>
        )}
      </div>
    </Frame>
  );
}

function ProductSkeleton() {
  return (
    <div class="product skeleton" aria-busy="true">
      <span class="unseen">Loading the product</span>
      <div class="product-picture" />
      <div class="buy-box">
        <span class="bone short" />
        <span class="bone tall" />
        <span class="bone half" />
        <span class="bone" />
        <span class="bone" />
      </div>
    </div>
  );
}
