import './admin.css';
import { useEffect, useState } from 'preact/hooks';
import { Frame } from '../components/frame.tsx';
import { usePerson } from '../lib/person.ts';
import { adminToken, forgetAdminToken, goToLogin } from '../lib/session.ts';
import { Data } from './data.tsx';
import { Models } from './models.tsx';
import { Monitoring } from './monitoring.tsx';
import { Placements } from './placements.tsx';

const tabs = [
  ['monitoring', 'Monitoring', Monitoring],
  ['data', 'Data', Data],
  ['models', 'Models', Models],
  ['placements', 'Placements', Placements],
] as const;

type Tab = (typeof tabs)[number][0];

const readTab = (): Tab => tabs.find(([name]) => name === location.hash.slice(1))?.[0] ?? 'monitoring';

export function Admin() {
  const [person, choosePerson] = usePerson();
  const [tab, setTab] = useState(readTab);
  useEffect(() => {
    if (!adminToken()) goToLogin();
    const back = () => setTab(readTab());
    addEventListener('hashchange', back);
    return () => removeEventListener('hashchange', back);
  }, []);
  const choose = (name: Tab) => {
    location.hash = name;
    setTab(name);
  };
  const move = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const at = tabs.findIndex(([name]) => name === tab);
    const [next] = tabs[(at + step + tabs.length) % tabs.length];
    choose(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  const Content = tabs.find(([name]) => name === tab)![2];
  return (
    <Frame person={person} onPerson={choosePerson}>
      <div class="page screen">
        <header class="admin-head">
          <h1>Administration</h1>
          <button
            type="button"
            class="button small"
            onClick={() => {
              forgetAdminToken();
              goToLogin();
            }}
          >
            Log out
          </button>
        </header>
        <div class="tabs" role="tablist" aria-label="Administration" onKeyDown={move}>
          {tabs.map(([name, label]) => (
            <button
              key={name}
              id={`tab-${name}`}
              type="button"
              role="tab"
              aria-selected={tab === name}
              aria-controls="tab-content"
              tabIndex={tab === name ? 0 : -1}
              onClick={() => choose(name)}
            >
              {label}
            </button>
          ))}
        </div>
        <div id="tab-content" role="tabpanel" aria-labelledby={`tab-${tab}`} class="tab-content">
          <Content />
        </div>
      </div>
    </Frame>
  );
}
