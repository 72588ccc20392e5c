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
      },
      preserveEntrySignatures: "strict",
    },
    reportCompressedSize: false,
  },
  base: "./",
  logLevel: "warn",
  test: {
    environment: "happy-dom",
    include: ["test/**/*.test.ts"],
    restoreMocks: true,
  },
});
