import './frame.css';
import type { ComponentChildren, Ref } from 'preact';
import { useCart } from '../lib/cart.ts';
import type { Choose, Person } from '../lib/person.ts';
import { plural } from '../lib/words.ts';
import { Cart, Mark } from './icons.tsx';
import { PersonMenu } from './person-menu.tsx';
import { SearchBox } from './search-box.tsx';

interface Props {
  person: Person;
  onPerson: Choose;
  query?: string;
  /** Default: the landing page with what was found. */
  onSearch?: (query: string) => void;
  onSearchOpen?: (id: string, list: string[]) => void;
  /** Comes after everything, so that one can see when somebody has read to the end. */
  end?: Ref<HTMLDivElement>;
  children: ComponentChildren;
}

/** What every page has around it: the bar on top and the foot. */
export function Frame({ person, onPerson, query, onSearch, onSearchOpen, end, children }: Props) {
  const inCart = useCart().reduce((sum, it) => sum + it.quantity, 0);
  return (
    <>
      <a class="skip-link" href="#main">
        Skip to the content
      </a>
      <header class="bar">
        <div class="bar-inside page">
          <a class="logo" href="/" aria-label="Hob & Drum, home">
            <Mark />
            <span>Hob &amp; Drum</span>
          </a>
          <SearchBox initial={query} onSubmit={onSearch ?? searchOnLanding} onOpen={onSearchOpen} />
          <div class="bar-side">
            <a class="cart-link" href="/cart" aria-label={`Cart, ${plural(inCart, 'product')}`}>
              <Cart />
              {inCart > 0 ? <span aria-hidden="true">{inCart}</span> : null}
            </a>
            <PersonMenu person={person} onChoose={onPerson} />
          </div>
        </div>
      </header>
      <main id="main">{children}</main>
      <footer class="foot">
        <div class="foot-inside page">
          <p>
            <strong>Hob &amp; Drum</strong> is the example shop of attune. Nothing here is sold.
          </p>
          <p>
            <a href="/docs">The API behind it</a> · <a href="/redoc">Its reference</a> · <a href="/admin">Administration</a>
          </p>
        </div>
      </footer>
      <div ref={end} class="end" aria-hidden="true" />
    </>
  );
}

export const searchOnLanding = (query: string) => location.assign(query ? `/?q=${encodeURIComponent(query)}` : '/');
