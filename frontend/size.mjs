// What a browser loads before the panel shows anything: the first file and all that it imports at once, compressed.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const MOST = 100 * 1024;
const built = new URL("../custom_components/smart_charge_point/frontend/dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", built), "utf8"));

const first = new Set();
const add = (key) => {
  if (!first.has(key)) {
    first.add(key);
    (manifest[key].imports ?? []).forEach(add);
  }
};
// The tab that is open when the panel is opened belongs to its first load.
for (const key of ["src/panel.ts", "src/now/now-tab.ts"]) {
  if (!(key in manifest)) throw new Error(`${key} is not a file of its own in the built panel`);
  add(key);
}

const sizeOf = (key) => gzipSync(readFileSync(new URL(manifest[key].file, built))).length;
const bytes = [...first].map(sizeOf).reduce((sum, size) => sum + size, 0);
console.log(`The panel's first load is ${(bytes / 1024).toFixed(1)} KB compressed, of at most ${MOST / 1024}`);
if (bytes > MOST) process.exit(1);

const charts = Object.keys(manifest).filter((key) => manifest[key].name === "charts");
if (charts.length !== 1 || first.has(charts[0])) throw new Error("The charts are not in one file of their own, loaded later");
console.log(`The charts, loaded with the first tab that has some, are ${(sizeOf(charts[0]) / 1024).toFixed(1)} KB`);
