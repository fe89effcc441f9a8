// Where people sign in, and what went wrong last. Both are stores: `$auth`, `$problem`.

import { createAuth } from "@housekey/svelte";
import { problemsOf } from "../../page/problem";
import { navigate } from "./route";

const { VITE_HOUSEKEY_ISSUER, VITE_HOUSEKEY_CLIENT } = import.meta.env;

export const issuer: string = VITE_HOUSEKEY_ISSUER ?? "http://localhost:8085";

export const auth = createAuth({
  issuer,
  clientId: VITE_HOUSEKEY_CLIENT ?? "dev",
  // From /callback to where the person wanted to go, by the app's own router.
  onNavigate: navigate,
});

export const problem = problemsOf(auth);
