// The smallest router: which path is open. Bring your own, and give its `navigate` to `createAuth`.

import { useSyncExternalStore } from "react";

export function navigate(to: string, { replace = false } = {}): void {
  history[replace ? "replaceState" : "pushState"](null, "", to);
  dispatchEvent(new PopStateEvent("popstate"));
}

function subscribe(changed: () => void): () => void {
  addEventListener("popstate", changed);
  return () => removeEventListener("popstate", changed);
}

export const usePath = (): string => useSyncExternalStore(subscribe, () => location.pathname);
