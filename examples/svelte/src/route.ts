// The smallest router: which path is open. Bring your own, and give its `navigate` to `createAuth`.

import { readable } from "svelte/store";

export function navigate(to: string, { replace = false } = {}): void {
  history[replace ? "replaceState" : "pushState"](null, "", to);
  dispatchEvent(new PopStateEvent("popstate"));
}

export const path = readable(location.pathname, (set) => {
  const changed = () => set(location.pathname);
  changed();
  addEventListener("popstate", changed);
  return () => removeEventListener("popstate", changed);
});
