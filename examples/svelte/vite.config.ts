// `allow` is only needed here, where the SDK is linked from the folder next door.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({ plugins: [svelte()], server: { fs: { allow: ["../.."] } } });
