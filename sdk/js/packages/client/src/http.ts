// One request, and what its answer means: yes, over, later, or a mistake.

import { AuthError, isRetryable } from "./error.js";
import type { Platform } from "./platform.js";
import { pause } from "./timers.js";

export type Answer = Record<string, any>;

// Shorter than the time in which the server takes a replaced refresh token once more (10 s), so that
// asking again after an answer that never came is not taken for theft.
const PATIENCE_MS = 8000;

export async function ask(platform: Platform, url: string, init: RequestInit = {}): Promise<Answer> {
  const stop = new AbortController();
  const timer = platform.setTimeout(() => stop.abort(), PATIENCE_MS);
  let response: Response;
  let answer: Answer;
  try {
    response = await platform.fetch(url, { ...init, signal: stop.signal });
    answer = await read(response);
  } catch {
    throw new AuthError("network", `${url}: down, or this origin not registered?`, { retryable: true });
  } finally {
    platform.clearTimeout(timer);
  }
  if (response.ok) return answer;
  const { status } = response;
  const code: string = answer.error ?? `http_${status}`;
  if (status === 408 || status === 429 || status >= 500) {
    const seconds = Number(response.headers.get("Retry-After"));
    throw new AuthError("unavailable", `${status} ${code}`, { retryable: true, retryAfterMs: seconds > 0 ? seconds * 1000 : undefined });
  }
  if (code === "invalid_grant" || status === 401) throw new AuthError("session_over", answer.error_description, { reason: answer.reason });
  throw new AuthError(code, answer.error_description);
}

// A good status without JSON is half an answer, or somebody else's (a hotel's login page).
// A bad status says enough by itself.
async function read(response: Response): Promise<Answer> {
  try {
    return await response.json();
  } catch (error) {
    if (response.ok && response.status !== 204) throw error;
    return {};
  }
}

/** Again a few times, as long as the answer is none or "later". */
export async function persist<T>(platform: Platform, times: number, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!isRetryable(error) || tries >= times) throw error;
      const wait = (error as AuthError).retryAfterMs ?? 250 * 2 ** tries;
      await pause(platform, wait);
    }
  }
}
