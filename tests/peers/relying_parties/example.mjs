// A module of examples/, made plain JavaScript by the tool that they are built with.

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const folder = new URL('../../../examples/', import.meta.url);

export async function example(path) {
  const { build } = await import(createRequire(new URL('package.json', folder)).resolve('vite'));
  const { output } = await build({
    configFile: false,
    logLevel: 'silent',
    root: fileURLToPath(folder),
    build: { ssr: fileURLToPath(new URL(path, folder)), write: false },
    ssr: { noExternal: true },
  });
  return import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString('base64')}`);
}
