import { useState } from 'preact/hooks';
import { Frame } from '../components/frame.tsx';
import { api } from '../lib/api.ts';
import { remember, usePerson } from '../lib/person.ts';
import { keepAdminToken } from '../lib/session.ts';

/** Two doors: a new shopper, and the administrator. */
export function Login() {
  const [person, choosePerson] = usePerson();
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(location.hash === '#ended' ? 'Your session has ended. Log in again to go on.' : undefined);
  const attempt = async (work: () => Promise<string>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      location.assign(await work());
    } catch (error) {
      setProblem((error as Error).message);
      setBusy(false);
    }
  };
  const asUser = () =>
    attempt(async () => {
      const { user_id } = await api.login({ role: 'user' });
      remember({ id: user_id, name: 'New shopper' });
      return '/';
    });
  const asAdmin = (event: Event) => {
    event.preventDefault();
    attempt(async () => {
      const { token, expires_in } = await api.login({ role: 'admin', password });
      keepAdminToken(token, expires_in);
      return '/admin';
    });
  };
  return (
    <Frame person={person} onPerson={choosePerson}>
      <div class="narrow screen">
        <header>
          <h1>Log in</h1>
          <p class="lead">There are no accounts here. A shopper gets a fresh id; whoever runs the shop has a password.</p>
        </header>
        {problem ? (
          <p class="result failed" role="alert">
            {problem}
          </p>
        ) : null}
        <div class="columns">
          <section class="panel" aria-labelledby="user-title">
            <h2 id="user-title">Shop as somebody new</h2>
            <p>Nothing is known of you at first. Like, buy or rate a few things, and the shop follows.</p>
            <div class="buttons">
              <button type="button" class="button primary" onClick={asUser} disabled={busy}>
                Start shopping
              </button>
            </div>
          </section>
          <form class="panel" aria-labelledby="admin-title" onSubmit={asAdmin}>
            <h2 id="admin-title">Run the shop</h2>
            <label class="field">
              Password
              <input
                type="password"
                autoComplete="current-password"
                required
                maxLength={1000}
                value={password}
                onInput={(event) => setPassword(event.currentTarget.value)}
              />
            </label>
            <div class="buttons">
              <button type="submit" class="button primary" disabled={busy}>
                Log in
              </button>
            </div>
            <p>The server printed it when it started, unless ADMIN_PASSWORD is set.</p>
          </form>
        </div>
      </div>
    </Frame>
  );
}
