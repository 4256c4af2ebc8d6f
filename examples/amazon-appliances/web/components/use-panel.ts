import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** The panel of a combobox: whether it is open, which option the keyboard is on (-1 = the text itself), and the keys that change that. */
export function usePanel(root: RefObject<HTMLElement>) {
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);

  useEffect(() => {
    const close = (event: PointerEvent) => root.current?.contains(event.target as Node) || setOpen(false);
    document.addEventListener('pointerdown', close);
    return () => document.removeEventListener('pointerdown', close);
  }, []);

  const onKey = (event: KeyboardEvent, options: number, isShown: boolean) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((now) => ((now + 1 + step + options + 1) % (options + 1)) - 1);
    } else if (event.key === 'Escape') {
      if (isShown) event.preventDefault();
      setOpen(false);
    }
  };
  return { open, setOpen, active, setActive, onKey };
}
