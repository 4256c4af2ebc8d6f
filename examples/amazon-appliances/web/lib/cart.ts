import { useEffect, useState } from 'preact/hooks';
import type { ProductCard } from './api.ts';
import { memory, readStored } from './store.ts';

export interface CartEntry {
  id: string;
  title: string;
  price: number | null;
  image_url: string;
  quantity: number;
}

const key = 'shop.cart';
const changed = 'shop-cart';
export const mostOfOne = 99;

export const readCart = (): CartEntry[] => {
  const entries = readStored<CartEntry[]>(key, []);
  return Array.isArray(entries) ? entries : [];
};

export function putInCart({ parent_asin, title, price, image_url }: ProductCard): void {
  const cart = readCart();
  const known = cart.find((it) => it.id === parent_asin);
  if (known) known.quantity = Math.min(mostOfOne, known.quantity + 1);
  else cart.push({ id: parent_asin, title, price, image_url, quantity: 1 });
  writeCart(cart);
}

/** 0 takes it out. */
export function setQuantity(id: string, quantity: number): void {
  writeCart(readCart().flatMap((it) => (it.id !== id ? [it] : quantity > 0 ? [{ ...it, quantity: Math.min(mostOfOne, quantity) }] : [])));
}

export const emptyCart = () => writeCart([]);

/** The cart, also when another tab changes it. */
export function useCart(): CartEntry[] {
  const [cart, setCart] = useState(readCart);
  useEffect(() => {
    const read = () => setCart(readCart());
    addEventListener(changed, read);
    addEventListener('storage', read);
    return () => {
      removeEventListener(changed, read);
      removeEventListener('storage', read);
    };
  }, []);
  return cart;
}

function writeCart(cart: CartEntry[]): void {
  memory.set(key, JSON.stringify(cart));
  dispatchEvent(new Event(changed));
}
