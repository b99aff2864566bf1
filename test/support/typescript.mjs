/**
 * Lets Node run the TypeScript sources as they are: `node --import ./test/support/typescript.mjs file.ts`. For processes that
 * tests start outside Jest. Compiles as jest.config.js says, so that decorators keep the metadata that Nest needs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';

if (isMainThread) register(import.meta.url);

/** An import of x.js from a source means x.ts or x.tsx. */
export async function resolve(specifier, context, next) {
  if (
    /^\.{1,2}\/.*\.js$/.test(specifier) &&
    context.parentURL &&
    !context.parentURL.includes('/node_modules/')
  ) {
    for (const ending of ['.ts', '.tsx']) {
      const url = new URL(specifier.replace(/\.js$/, ending), context.parentURL);
      if (existsSync(url)) return { url: url.href, format: 'module', shortCircuit: true };
    }
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!/\.tsx?$/.test(url)) return next(url, context);
  const { transform } = await import('@swc/core');
  const { default: jest } = await import('../../jest.config.js');
  const filename = fileURLToPath(url);
  const { code } = await transform(readFileSync(filename, 'utf8'), {
    ...jest.transform['^.+\\.tsx?$'][1],
    filename,
    swcrc: false,
  });
  return { format: 'module', source: code, shortCircuit: true };
}
