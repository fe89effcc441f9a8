// Only needed here, where the SDK is linked from the folder next door. With the packages from npm, leave it out.
import { defineConfig } from "vite";

export default defineConfig({ server: { fs: { allow: ["../.."] } } });
