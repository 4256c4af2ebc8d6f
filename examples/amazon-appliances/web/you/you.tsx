import './you.css';
import { useState } from 'preact/hooks';
import { Frame } from '../components/frame.tsx';
import { Cross, Heart } from '../components/icons.tsx';
import { Avatar, tasteOf } from '../components/person-menu.tsx';
import { CardSkeleton, ProductCard } from '../components/product-card.tsx';
import { Empty, Failure } from '../components/states.tsx';
import { api, type Recommendation } from '../lib/api.ts';
import { chooseModel, chosenModel, type Model, models } from '../lib/choice.ts';
import { latest, useLoading } from '../lib/loading.ts';
import { type Choose, type Person, usePerson } from '../lib/person.ts';
import { track } from '../lib/tracking.ts';
import { History } from './history.tsx';

const shown = 12;

const strategies = {
  personalized: 'The model was trained with these ratings.',
  'fold-in': 'Folded in from what was said since the model was trained.',
  content: 'From words and contents alone.',
  popular: 'Too little is known, so this is what everybody likes.',
};

/** Who one is to the shop: people to try, which model answers, likes and skips that change the next answer, and everything that is known. */
export function You() {
  const [person, choosePerson] = usePerson();
  const [model, setModel] = useState(chosenModel);
  const [said, setSaid] = useState(0);
  const [problem, setProblem] = useState<string>();
  const key = `${person.id} ${said}`;
  const list = useLoading(`${key} ${model}`, (signal) => api.recommendations(person.id, shown, model, signal));
  const history = useLoading(key, (signal) => api.history(person.id, signal));
  const answer = latest(list);
  const tell = async (item_id: string, type: 'like' | 'skip') => {
    setProblem(undefined);
    try {
      await api.feedback({ user_id: person.id, item_id, type });
      setSaid((n) => n + 1);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const opened = (key: string) =>
    track({
      user_id: person.id,
      event_type: 'click_product',
      key,
      key_type: 'product',
      list_of_recommendations: answer?.recommendations.map((it) => it.item_id) ?? [],
    });
  return (
    <Frame person={person} onPerson={choosePerson}>
      <div class="page screen">
        <header>
          <h1>{person.isVisitor ? 'You, so far' : person.name}</h1>
          <p class="lead">Choose who is shopping and which model answers. Like or skip something, and watch the list change.</p>
        </header>
        <People person={person} onChoose={choosePerson} />
        <ModelChoice
          model={model}
          onChoose={(name) => {
            chooseModel(name);
            setModel(name);
          }}
        />
        <section aria-labelledby="list-title" aria-busy={list.state === 'loading'}>
          <header class="row-head">
            <div>
              <h2 id="list-title">Recommended now</h2>
              <p class="row-note" aria-live="polite">
                {answer ? strategies[answer.strategy] : 'Asking…'}
              </p>
            </div>
          </header>
          {problem ? (
            <p class="result failed" role="alert">
              That was not saved. {problem}
            </p>
          ) : null}
          {list.state === 'failed' ? (
            <Failure error={list.error} onRetry={list.retry} />
          ) : answer?.recommendations.length === 0 ? (
            <Empty title="There is nothing left to recommend.">
              <p>Everything was seen or skipped.</p>
            </Empty>
          ) : (
            <Cards list={answer?.recommendations} withReasons={answer?.strategy !== 'popular'} onOpen={opened} onTell={tell} />
          )}
        </section>
        <History history={history} />
      </div>
    </Frame>
  );
}

function People({ person, onChoose }: { person: Person; onChoose: Choose }) {
  const people = useLoading('people', api.knownUsers);
  return (
    <section aria-labelledby="people-title">
      <h2 id="people-title">People to try</h2>
      <ul class="people">
        {latest(people)?.users.map((user) => (
          <li key={user.user_id}>
            <button type="button" aria-pressed={user.user_id === person.id} onClick={() => onChoose({ id: user.user_id, name: user.name })}>
              <Avatar id={user.user_id} name={user.name} />
              <span>
                {user.name}
                <small>{tasteOf(user)}</small>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ModelChoice({ model, onChoose }: { model: Model; onChoose: (model: Model) => void }) {
  return (
    <fieldset class="choices">
      <legend>Which model answers</legend>
      {models.map(([name, title, note]) => (
        <label key={name} class="choice">
          <input type="radio" name="model" class="unseen" checked={model === name} onChange={() => onChoose(name)} />
          <b>{title}</b>
          {note}
        </label>
      ))}
    </fieldset>
  );
}

interface CardsProps {
  /** Undefined while it is on its way. */
  list?: Recommendation[];
  withReasons: boolean;
  onOpen: (id: string) => void;
  onTell: (id: string, type: 'like' | 'skip') => void;
}

function Cards({ list, withReasons, onOpen, onTell }: CardsProps) {
  return (
    <ul class="grid">
      {list
        ? list.map((it) => (
            <li key={it.item_id}>
              <ProductCard id={it.item_id} product={it} reason={withReasons ? it.reasons[0]?.text : undefined} onOpen={onOpen} />
              <div class="verdicts">
                <button type="button" class="button" aria-label={`Like ${it.title}`} onClick={() => onTell(it.item_id, 'like')}>
                  <Heart />
                </button>
                <button type="button" class="button" aria-label={`Skip ${it.title}`} onClick={() => onTell(it.item_id, 'skip')}>
                  <Cross />
                </button>
              </div>
            </li>
          ))
        : Array.from({ length: shown }, (_, k) => (
            <li key={k}>
              <CardSkeleton />
            </li>
          ))}
    </ul>
  );
}
