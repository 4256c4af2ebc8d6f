const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });
const whole = new Intl.NumberFormat('en-US');

export const inDollars = (amount: number) => dollars.format(amount);
export const inWhole = (amount: number) => whole.format(amount);
export const inPercent = (share: number) => `${Math.round(Math.max(0, Math.min(1, share)) * 100)}%`;
export const plural = (amount: number, one: string, many = `${one}s`) => `${inWhole(amount)} ${amount === 1 ? one : many}`;
export const productUrl = (id: string) => `/product/${encodeURIComponent(id)}`;
export const shortCategory = (name: string) => name.replace(' & Accessories', '');
