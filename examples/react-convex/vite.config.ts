// `dedupe` and `allow` are only needed here, where the SDK is linked from the folder next door.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  resolve: { dedupe: ["react"] },
  server: { fs: { allow: ["../.."] } },
});
