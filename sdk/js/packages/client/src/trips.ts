// What a sign-in under way must remember until its answer comes: in this tab, by its state, so that
// tabs and attempts never mix. One trip, one answer.

import type { TokenStorage } from "./types.js";

export interface Trip {
  verifier?: string;
  nonce?: string;
  returnTo: string;
}

const KEPT = 5; // a person who presses Back and tries again leaves old ones behind

export function createTrips(storage: TokenStorage | undefined, key: string) {
  const read = (): [string, Trip][] => {
    try {
      return JSON.parse(storage?.getItem(key) ?? "[]");
    } catch {
      return [];
    }
  };
  const write = (trips: [string, Trip][]) => storage?.setItem(key, JSON.stringify(trips.slice(-KEPT)));
  return {
    begin: (state: string, trip: Trip) => write([...read(), [state, trip]]),
    take(state: string): Trip | undefined {
      const trips = read();
      write(trips.filter(([name]) => name !== state));
      return trips.find(([name]) => name === state)?.[1];
    },
    // Whether to begin again by ourselves: once, until a sign-in succeeds.
    mayBeginAgain(): boolean {
      const before = storage?.getItem(`${key}:again`);
      storage?.setItem(`${key}:again`, "1");
      return !!storage && !before;
    },
    succeeded: () => storage?.removeItem(`${key}:again`),
  };
}

export type Trips = ReturnType<typeof createTrips>;
