import type { ComponentChildren } from 'preact';

/** Line icons; they say nothing that the text beside them does not say. */
const Icon = ({ children }: { children: ComponentChildren }) => (
  <svg width="20" height="20" viewBox="0 0 20 20" class="icon" aria-hidden="true">
    {children}
  </svg>
);

export const Magnifier = () => (
  <Icon>
    <circle cx="9" cy="9" r="5.5" />
    <path d="m13.2 13.2 3.8 3.8" />
  </Icon>
);

export const Chevron = ({ left = false, down = false }: { left?: boolean; down?: boolean }) => (
  <Icon>
    <path d={down ? 'm5.5 8 4.5 4.5L14.5 8' : left ? 'M12 5 7 10l5 5' : 'm8 5 5 5-5 5'} />
  </Icon>
);

export const Heart = () => (
  <Icon>
    <path d="M10 16.2S3.5 12.5 3.5 8A3.4 3.4 0 0 1 10 6.7 3.4 3.4 0 0 1 16.5 8c0 4.5-6.5 8.2-6.5 8.2Z" />
  </Icon>
);

export const Cross = () => (
  <Icon>
    <path d="m5.5 5.5 9 9m0-9-9 9" />
  </Icon>
);

export const Check = () => (
  <Icon>
    <path d="m4.5 10.5 3.5 3.5 7.5-8" />
  </Icon>
);

export const Cart = () => (
  <Icon>
    <path d="M2.5 3.5h2l2 9.2h8.4l1.9-6.7H5.2" />
    <circle cx="7.5" cy="16" r="1.2" />
    <circle cx="14" cy="16" r="1.2" />
  </Icon>
);

/** A washer's drum. */
export const Mark = () => (
  <svg width="34" height="34" viewBox="0 0 34 34" fill="none" class="mark" aria-hidden="true">
    <rect x="1" y="1" width="32" height="32" rx="10" fill="currentColor" />
    <circle cx="17" cy="17" r="9" />
    <path d="M10.5 18.5c2.2-2 4.3-2 6.5 0s4.3 2 6.5 0" />
  </svg>
);
