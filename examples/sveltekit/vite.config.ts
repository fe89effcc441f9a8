// The port is fixed because the redirect URI names it. `allow` is only needed here, where the SDK and the look are next door.
import { sveltekit } from "@sveltejs/kit/vite";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [sveltekit()],
  server: { port: 5180, strictPort: true, fs: { allow: ["../.."] } },
});
