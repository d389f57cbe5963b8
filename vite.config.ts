import { defineConfig } from 'vite';
import type { Plugin } from 'vite';

/** Other sites name this file in their pages, so its name never changes. */
const embedded = 'widget';

/** The pages that run in a browser: the chat, the notice of what is stored, and the script other sites embed. */
export default defineConfig({
  root: 'src/browser/widget',
  base: '/',
  plugins: [asClassicScript(embedded)],
  build: {
    outDir: '../../../dist/pages',
    emptyOutDir: true,
    target: 'es2020',
    // A page may load styles and fonts from our own files only (content security policy).
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        index: 'src/browser/widget/index.html',
        privacy: 'src/browser/widget/privacy.html',
        [embedded]: 'src/browser/widget/embed.ts',
      },
      output: {
        entryFileNames: ({ name }) =>
          name === embedded ? `${embedded}.js` : 'assets/[name]-[hash].js',
      },
    },
  },
});

/** A script without `type="module"` shares its names with the page it runs in; this one keeps them to itself. */
function asClassicScript(entry: string): Plugin {
  return {
    name: 'as-classic-script',
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk' || chunk.name !== entry) continue;
        if (chunk.imports.length > 0) this.error(`${entry}.js must not import other files.`);
        chunk.code = `(()=>{${chunk.code.trim()}})();\n`;
      }
    },
  };
}
