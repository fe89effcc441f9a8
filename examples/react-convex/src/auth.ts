// Where people sign in, and how Convex hears of it. Made once, outside of React.

import { createAuth } from "@housekey/client";
import { createConvexHook } from "@housekey/react/convex";
import { problemsOf } from "../../page/problem";

const { VITE_HOUSEKEY_ISSUER, VITE_HOUSEKEY_CLIENT } = import.meta.env;

export const auth = createAuth({
  issuer: VITE_HOUSEKEY_ISSUER ?? "http://localhost:8085",
  clientId: VITE_HOUSEKEY_CLIENT ?? "dev",
});

export const useConvexAuth = createConvexHook(auth);

export const problem = problemsOf(auth);
