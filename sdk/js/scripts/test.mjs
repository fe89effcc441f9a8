// Makes plain JavaScript of the tests, and runs them.

import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";

const find = (folder) =>
  readdirSync(folder, { recursive: true })
    .map((file) => `${folder}/${file}`)
    .filter((file) => /\.test\.tsx?$/.test(file) && !/node_modules|\/dist\//.test(file));

const wanted = process.argv[2] ?? "";
rmSync("build", { recursive: true, force: true });
const entryPoints = [...find("packages"), ...find("tests")].filter((file) => file.includes(wanted));
await build({
  entryPoints,
  outdir: "build",
  outbase: ".",
  bundle: true,
  platform: "node",
  format: "esm",
  packages: "external",
  jsx: "automatic",
  sourcemap: "inline",
  outExtension: { ".js": ".mjs" },
});
const files = entryPoints.map((file) => `build/${file.replace(/\.tsx?$/, ".mjs")}`);
const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], { stdio: "inherit" });
process.exit(status ?? 1);
