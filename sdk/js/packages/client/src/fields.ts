// Parameters of addresses and forms: what is undefined is left out, what is a list is repeated.

export type Fields = Record<string, string | number | boolean | string[] | undefined>;

export function form(fields: Fields, values: URLSearchParams = new URLSearchParams()): URLSearchParams {
  for (const [name, value] of Object.entries(fields)) for (const one of [value ?? []].flat()) values.append(name, `${one}`);
  return values;
}

export function address(endpoint: string, fields: Fields): string {
  const url = new URL(endpoint);
  form(fields, url.searchParams);
  return url.href;
}
