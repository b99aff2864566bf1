import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { problemDocument, problemTable } from '../../src/common/problem-page.js';
import { nodeFlags } from '../../src/common/memory.js';
import { texts } from '../../src/cli/tour/texts.js';
import { stepKeys } from '../../src/cli/tour/words.js';
import { shape } from '../../src/config/config.schema.js';
import { projectFolder } from '../../src/config/load.js';

const read = (path: string): string => readFileSync(join(projectFolder, path), 'utf8');
/** Formatting pads the cells of a table: what counts is what they say. */
const bare = (text: string): string => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');

it('lists in docs/problems.md and in the README exactly the problems that the hub answers with', () => {
  expect(bare(read('docs/problems.md')).trim()).toBe(bare(problemDocument()).trim());
  const table =
    /<!-- problems:begin[^>]*-->\n([\s\S]*?)<!-- problems:end -->/.exec(read('README.md'))?.[1] ?? '';
  expect(bare(table).trim()).toBe(bare(problemTable()).trim());
});

it('promises in the README the last line that the tour ends with', () => {
  const promised = /`(Tour: [^`]+)`/.exec(read('README.md'))?.[1];
  expect(promised).toBe(texts.en.score(stepKeys.length, stepKeys.length));
});

it('documents every setting in config/default.yaml, with a comment, and none that is not there', () => {
  const text = read('config/default.yaml');
  const file = parse(text) as Record<string, Record<string, unknown>>;
  const keysOf = (sections: object): string[] =>
    Object.entries(sections).flatMap(([section, keys]) =>
      Object.keys(keys as object).map((key) => `${section}.${key}`),
    );
  expect(keysOf(file).sort()).toEqual(keysOf(shape).sort());
});

it('starts Node in the image as `npm run hub` does', () => {
  const [, command = '[]'] = /^CMD (.+)$/m.exec(read('docker/Dockerfile')) ?? [];
  expect(JSON.parse(command)).toEqual(['node', ...nodeFlags, 'dist/src/main.js']);
});

it('names no test file that is not there', () => {
  const named = [...read('docs/data-protection.md').matchAll(/`(test\/[\w./-]+)`/g)].map(
    (match) => match[1] ?? '',
  );
  expect(named.length).toBeGreaterThan(8);
  for (const path of named) expect(() => readFileSync(join(projectFolder, path))).not.toThrow(/ENOENT/);
});
