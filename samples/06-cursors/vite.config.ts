import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

export default defineConfig({
  plugins: [react()],
  // The page may be on any path.
  base: './',
  resolve: {
    // This sample is inside the package that it imports. In an application of your own leave it out.
    alias: [{ find: /^enfilade\/(client|react)$/, replacement: path('../../dist/$1/index.js') }],
  },
  build: {
    outDir: path('../../build/samples/06-cursors/public'),
    emptyOutDir: true,
    // Flat, as the app serves the folder.
    assetsDir: '',
    // The page's policy allows no script but its own files.
    modulePreload: { polyfill: false },
  },
})
