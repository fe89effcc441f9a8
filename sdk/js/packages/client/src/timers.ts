// Waiting, on the platform's timers.

import type { Platform } from "./platform.js";

export const pause = (platform: Platform, ms: number): Promise<void> => new Promise((go) => void platform.setTimeout(go, ms));
