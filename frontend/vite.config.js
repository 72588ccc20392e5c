import { defineConfig } from "vite";

export default defineConfig({
  build: {
    outDir: "../custom_components/smart_charge_point/frontend/dist",
    emptyOutDir: true,
    target: "es2022",
    // Which file the browser begins with; the integration reads it, see panel.py.
    manifest: "manifest.json",
    modulePreload: false,
    // Each name changes with its content, so that browsers may keep the files for good.
    rolldownOptions: {
      input: "src/panel.ts",
      output: {
        format: "es",
        entryFileNames: "[name]-[hash].js",
        chunkFileNames: "[name]-[hash].js",
        // One file of charts for all tabs that have them; without what they share with the panel, which is loaded first.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ name: "charts", test: /src\/charts\/|node_modules\/(d3-|internmap|@date-fns)/ }],
        },
      },
      preserveEntrySignatures: "allow-extension",
    },
    reportCompressedSize: false,
    // What the files hold of others asks for its licence to come along.
    license: { fileName: "licenses.md" },
  },
  base: "./",
  logLevel: "warn",
  test: {
    environment: "happy-dom",
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/patience.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
  },
});
