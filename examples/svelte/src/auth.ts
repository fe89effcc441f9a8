// Where people sign in, and what went wrong last. Both are stores: `$auth`, `$problem`.

import { createAuth, type AuthError } from "@housekey/svelte";
import { readable } from "svelte/store";
import { navigate } from "./route";

const { VITE_HOUSEKEY_ISSUER, VITE_HOUSEKEY_CLIENT } = import.meta.env;

export const issuer: string = VITE_HOUSEKEY_ISSUER ?? "http://localhost:8085";

export const auth = createAuth({
  issuer,
  clientId: VITE_HOUSEKEY_CLIENT ?? "dev",
  // From /callback to where the person wanted to go, by the app's own router.
  onNavigate: navigate,
});

let last: AuthError | undefined;
let tell: (problem: AuthError | undefined) => void = () => {};

// From the start, because the answer in the address bar does not wait for a component.
auth.onChange((event) => {
  if (event.type === "state") return;
  last = event.type === "error" ? event.error : undefined;
  tell(last);
});

export const problem = readable<AuthError | undefined>(undefined, (set) => {
  tell = set;
  set(last);
});
