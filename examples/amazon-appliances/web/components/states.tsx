import './states.css';
import type { ComponentChildren } from 'preact';

export function Failure({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  return (
    <div class="notice failure" role="alert">
      <p>
        <strong>That did not load.</strong> {error.message}
      </p>
      {onRetry ? (
        <button type="button" class="button" onClick={onRetry}>
          Try again
        </button>
      ) : null}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="notice empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
