import { Frame } from '../components/frame.tsx';
import { ProductRow } from '../components/product-row.tsx';
import type { Recommendation, Recommendations } from '../lib/api.ts';
import { type Loading, latest, recommendationList } from '../lib/loading.ts';
import { Catalogue } from './catalogue.tsx';
import { Found } from './found.tsx';
import { Hero } from './hero.tsx';
import { RecentlyRated } from './recently-rated.tsx';
import { useLanding } from './use-landing.ts';
import './landing.css';

export function Landing() {
  const shop = useLanding();
  const forYou = latest(shop.forYou);
  const isFirst = shop.view.page === 1 && !shop.view.category;
  const known = forYou !== undefined && forYou.strategy !== 'popular';
  const opened = (list: Loading<Recommendation[]>, recommendationId?: string) => (id: string) =>
    shop.opened(
      id,
      (latest(list) ?? []).map((it) => it.item_id),
      recommendationId,
    );
  const forYouList = recommendationList(shop.forYou);
  const popularList = recommendationList(shop.popular);
  return (
    <Frame
      person={shop.person}
      onPerson={shop.choosePerson}
      query={shop.view.query}
      onSearch={(query) => shop.go({ query, category: '' })}
      onSearchOpen={shop.opened}
      end={shop.end}
    >
      {shop.searching ? (
        <Found
          query={shop.view.query}
          found={shop.found}
          wanted={shop.wanted}
          onMore={shop.canShowMore ? () => shop.go({ page: shop.view.page + 1 }) : undefined}
          onOpen={shop.opened}
          onSearch={(query) => shop.go({ query })}
        />
      ) : (
        <>
          {isFirst ? (
            <>
              <Hero products={latest(shop.catalogue)?.products ?? []} onSearch={(query) => shop.go({ query, category: '' })} />
              <div class="page rows">
                {shop.person.isVisitor ? null : <RecentlyRated history={shop.history} name={shop.person.name} />}
                {known || forYou === undefined ? (
                  <ProductRow
                    id="for-you"
                    title="Recommended for you"
                    note={noteFor(forYou)}
                    list={forYouList}
                    withReasons
                    onOpen={opened(forYouList, forYou?.recommendation_id)}
                  />
                ) : null}
                <ProductRow
                  id="popular"
                  title="Popular now"
                  note="What most people buy and keep"
                  list={popularList}
                  onOpen={opened(popularList)}
                />
              </div>
            </>
          ) : null}
          <Catalogue
            view={shop.view}
            isAlone={!isFirst}
            catalogue={shop.catalogue}
            categories={latest(shop.categories)?.categories ?? []}
            onGo={shop.go}
            onOpen={shop.opened}
          />
        </>
      )}
    </Frame>
  );
}

function noteFor(answer: Recommendations | undefined): string | undefined {
  if (answer?.strategy === 'personalized') return 'From what you and people like you rated';
  if (answer?.strategy === 'fold-in') return 'From what you told us you like';
  return answer ? 'From what interests you' : undefined;
}
