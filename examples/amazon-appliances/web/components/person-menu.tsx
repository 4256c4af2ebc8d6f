import './person-menu.css';
import { useEffect, useRef } from 'preact/hooks';
import { api, type KnownUser } from '../lib/api.ts';
import { latest, useLoading } from '../lib/loading.ts';
import type { Choose, Person } from '../lib/person.ts';
import { plural, shortCategory } from '../lib/words.ts';
import { Check, Chevron } from './icons.tsx';

interface Props {
  person: Person;
  onChoose: Choose;
}

/** Chooses who is shopping: this visitor, or one of a few users with a history, so that one sees what that changes. */
export function PersonMenu({ person, onChoose }: Props) {
  const menu = useRef<HTMLDetailsElement>(null);
  const users = latest(useLoading('users', api.knownUsers))?.users ?? [];
  useEffect(() => {
    const close = (event: Event) => {
      const outside = !menu.current?.contains(event.target as Node);
      if (menu.current?.open && (event instanceof KeyboardEvent ? event.key === 'Escape' : outside)) {
        menu.current.open = false;
        if (event instanceof KeyboardEvent) menu.current.querySelector('summary')?.focus();
      }
    };
    document.addEventListener('pointerdown', close);
    document.addEventListener('keydown', close);
    return () => {
      document.removeEventListener('pointerdown', close);
      document.removeEventListener('keydown', close);
    };
  }, []);
  const choose = (chosen: Parameters<Choose>[0]) => {
    onChoose(chosen);
    if (menu.current) menu.current.open = false;
    menu.current?.querySelector('summary')?.focus();
  };
  return (
    <details class="person" ref={menu}>
      <summary>
        <Avatar id={person.isVisitor ? '' : person.id} name={person.name} />
        <span class="person-name">
          <span>Shopping as</span>
          <b>{person.name}</b>
          <span class="unseen">, change</span>
        </span>
        <Chevron down />
      </summary>
      <div class="person-panel">
        <p>See the shop as somebody else sees it.</p>
        <ul>
          <Choice id="" title="Visitor" note="Nobody knows you yet" chosen={person.isVisitor} onChoose={() => choose(undefined)} />
          {users.map((user) => (
            <Choice
              key={user.user_id}
              id={user.user_id}
              title={user.name}
              note={tasteOf(user)}
              chosen={user.user_id === person.id}
              onChoose={() => choose({ id: user.user_id, name: user.name })}
            />
          ))}
        </ul>
        <nav class="person-links" aria-label="Your pages">
          <a href="/you">History and model</a>
          <a href="/login">Log in</a>
          <a href="/admin">Administration</a>
        </nav>
      </div>
    </details>
  );
}

function Choice({ id, title, note, chosen, onChoose }: { id: string; title: string; note: string; chosen: boolean; onChoose: () => void }) {
  return (
    <li>
      <button type="button" onClick={onChoose} aria-pressed={chosen}>
        <Avatar id={id} name={title} />
        <span>
          {title}
          <span>{note}</span>
        </span>
        {chosen ? <Check /> : null}
      </button>
    </li>
  );
}

export function Avatar({ id, name }: { id: string; name: string }) {
  const hue = [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 997, 7) * 137.5;
  return (
    <span class="avatar" aria-hidden="true" style={id ? { background: `oklch(0.55 0.09 ${hue})` } : undefined}>
      {id ? name.slice(0, 1).toUpperCase() : '?'}
    </span>
  );
}

/** "Rates refrigerator parts, 12 ratings" */
export const tasteOf = ({ taste, ratings }: KnownUser): string =>
  [taste && `Into ${shortCategory(taste).toLowerCase()}`, plural(ratings, 'rating')].filter(Boolean).join(' · ');
