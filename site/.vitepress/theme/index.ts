/// <reference types="vite/client" />
import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import { defineAsyncComponent, h } from 'vue';
import AsMarkdown from './AsMarkdown.vue';
import './style.css';

/** Parts of pages that do something; their code is loaded by the pages that have them. */
export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, undefined, { 'doc-footer-before': () => h(AsMarkdown) }),
  enhanceApp({ app }) {
    app.component(
      'PlaygroundApp',
      defineAsyncComponent(() => import('../../playground/Playground.vue')),
    );
    app.component(
      'BrowserBenchmark',
      defineAsyncComponent(() => import('../../playground/BrowserBenchmark.vue')),
    );
    app.component(
      'ModelChooser',
      defineAsyncComponent(() => import('../../chooser/ModelChooser.vue')),
    );
    if (!import.meta.env.SSR && import.meta.env.PROD) navigator.serviceWorker?.register(`${import.meta.env.BASE_URL}sw.js`);
  },
} satisfies Theme;
