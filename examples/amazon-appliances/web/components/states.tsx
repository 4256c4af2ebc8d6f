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

/** @param level of the heading; 1 where it is all that the page has. */
export function Empty({ title, level = 2, children }: { title: string; level?: 1 | 2; children: ComponentChildren }) {
  const Heading = `h${level}` as const;
  return (
    <div class="notice empty">
      <Heading>{title}</Heading>
      {children}
    </div>
  );
}
