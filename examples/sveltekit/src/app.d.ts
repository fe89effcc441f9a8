// What every `load` and every route of the server knows.

import type { ServerSession } from "@housekey/server";

declare global {
  namespace App {
    interface Locals {
      session: ServerSession | null;
    }
  }
}
