import type { Figure } from '../figure.js';
import { rounded } from '../maths.js';

export const floor: Figure = {
  name: 'floor',
  what: 'plain pg, 16 connections, youth + record + audit row in one durable transaction per record',
  must: 1,
  aim: 1,
  async measure(bench) {
    for (let round = 0; round < bench.options.rounds; round += 1) await bench.floorSlice();
    return { perSecond: rounded(bench.floorRate), ratio: 1 };
  },
};
