// To deploy it, add the adapter of the place where it will run: https://svelte.dev/docs/kit/adapters

/** @type {import("@sveltejs/kit").Config} */
export default {};
