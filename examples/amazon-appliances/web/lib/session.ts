/** The administrator's token, kept for this tab alone. */
const key = 'shop.admin';

export function adminToken(): string | undefined {
  try {
    const { token, until } = JSON.parse(sessionStorage.getItem(key) ?? '{}');
    return until > Date.now() ? token : undefined;
  } catch {
    return undefined;
  }
}

export function keepAdminToken(token: string, seconds: number): void {
  sessionStorage.setItem(key, JSON.stringify({ token, until: Date.now() + seconds * 1000 }));
}

export const forgetAdminToken = () => sessionStorage.removeItem(key);

let leaving = false;

/** Leads to the log-in, which says why when a token has ended. Of many requests that are refused together the first decides. */
export function goToLogin(): void {
  if (leaving) return;
  leaving = true;
  const ended = sessionStorage.getItem(key) !== null;
  forgetAdminToken();
  location.replace(ended ? '/login#ended' : '/login');
}
