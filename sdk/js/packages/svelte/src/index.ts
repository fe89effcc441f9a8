// `auth` already is a Svelte store: `{$auth.status}`. What is left is the way to Convex.

export * from "@housekey/client";
export { setupConvex } from "@housekey/client/convex";
