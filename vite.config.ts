import { defineConfig } from 'vite';

/** The pages that run in a browser: the chat, the notice of what is stored, and the script other sites embed. */
export default defineConfig({
  root: 'src/browser/widget',
  base: '/',
  build: {
    outDir: '../../../dist/pages',
    emptyOutDir: true,
    target: 'es2020',
    assetsInlineLimit: 0,
    rollupOptions: {
      input: ['src/browser/widget/index.html', 'src/browser/widget/privacy.html'],
    },
  },
});
