import { sharedBuffers } from '../../src/database/server-settings.js';

const GB = 1024 ** 3;

it.each([
  [0.5, '128MB'],
  [4, '256MB'],
  [24, '512MB'],
])('gives the embedded server of a machine with %d GB of memory %s for its pages', (memory, buffers) => {
  expect(sharedBuffers(memory * GB)).toBe(buffers);
});
