import './person-menu.css';
import { useEffect, useRef } from 'preact/hooks';
import { api } from '../lib/api.ts';
import { latest, useLoading } from '../lib/loading.ts';
import type { Person } from '../lib/person.ts';
import { plural, shortCategory } from '../lib/words.ts';
import { Check, Chevron } from './icons.tsx';

interface Props {
  person: Person;
  onChoose: (userId: string | undefined) => void;
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
  const choose = (userId: string | undefined) => {
    onChoose(userId);
    if (menu.current) menu.current.open = false;
    menu.current?.querySelector('summary')?.focus();
  };
  const name = person.isVisitor ? 'Visitor' : shortName(person.id);
  return (
    <details class="person" ref={menu}>
      <summary aria-label={`Shopping as ${name}. Change`}>
        <Avatar id={person.isVisitor ? '' : person.id} />
        <span class="person-name">
          <span>Shopping as</span>
          <b>{person.isVisitor ? name : <PersonName id={person.id} />}</b>
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
              title={shortName(user.user_id)}
              note={[plural(user.ratings, 'rating'), shortCategory(user.taste)].filter(Boolean).join(' · ')}
              chosen={user.user_id === person.id}
              onChoose={() => choose(user.user_id)}
            />
          ))}
        </ul>
      </div>
    </details>
  );
}

function Choice({ id, title, note, chosen, onChoose }: { id: string; title: string; note: string; chosen: boolean; onChoose: () => void }) {
  return (
    <li>
      <button type="button" onClick={onChoose} aria-pressed={chosen}>
        <Avatar id={id} />
        <span>
          {title}
          <span>{note}</span>
        </span>
        {chosen ? <Check /> : null}
      </button>
    </li>
  );
}

/** On a phone there is room for the end of it only. */
function PersonName({ id }: { id: string }) {
  const [first, second] = shortName(id).split(' ');
  return second === undefined ? (
    first
  ) : (
    <>
      <span class="person-kind">{first} </span>
      {second}
    </>
  );
}

function Avatar({ id }: { id: string }) {
  const hue = [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 997, 7) * 137.5;
  return (
    <span class="avatar" aria-hidden="true" style={id ? { background: `oklch(0.55 0.09 ${hue})` } : undefined}>
      {id ? shortName(id).slice(-2).toUpperCase() : '?'}
    </span>
  );
}

export function shortName(id: string): string {
  return id.length > 12 ? `Shopper ${id.slice(-4)}` : id;
}
