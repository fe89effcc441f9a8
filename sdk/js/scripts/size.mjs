// What an app downloads for @housekey/client: minified, then gzip. Fails above the promise.

import { buildSync } from "esbuild";
import { gzipSync } from "node:zlib";

const LIMIT = 6_000;

const { outputFiles } = buildSync({
  entryPoints: ["packages/client/dist/index.js"],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  write: false,
});
const minified = outputFiles[0].contents;
const size = gzipSync(minified, { level: 9 }).length;
console.log(`@housekey/client: ${size} bytes gzip (${minified.length} minified), limit ${LIMIT}`);
if (size > LIMIT) {
  console.error("That is more than promised.");
  process.exit(1);
}
