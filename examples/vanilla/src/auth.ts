// Where people sign in. The only file that knows; all others ask `auth`.

import { createAuth } from "@housekey/client";
import { problemsOf } from "../../page/problem";

const { VITE_HOUSEKEY_ISSUER, VITE_HOUSEKEY_CLIENT } = import.meta.env;

export const issuer: string = VITE_HOUSEKEY_ISSUER ?? "http://localhost:8085";

export const auth = createAuth({ issuer, clientId: VITE_HOUSEKEY_CLIENT ?? "dev" });

export const problem = problemsOf(auth);
