import type { Site } from '../site.js';
import { Connection, get, type Answer } from './http.js';
import type { Question } from './questions.js';

/** Pages of one subject that are turned. */
const PAGES = 4;

interface Page {
  readonly items: readonly object[];
  readonly cursor: string | null;
  readonly more: boolean;
}

/** Asks a question about so many subjects, each page by the cursor of the one before. @returns ms of each page */
export async function askAll(site: Site, question: Question, subjects: number): Promise<number[]> {
  const connection = await Connection.open(site.port);
  const token = site.tokenOfAuditor(question.auditor);
  const times: number[] = [];
  try {
    for (let i = 0; i < subjects; i += 1) {
      const request = question.ask();
      let after: string | undefined;
      let found = 0;
      for (let page = 1; page <= PAGES; page += 1) {
        const start = performance.now();
        const answer = await connection.send(request(after, token));
        times.push(performance.now() - start);
        const { items, cursor, more } = pageOf(answer);
        found += items.length;
        if (!more || cursor === null) break;
        after = cursor;
      }
      if (found === 0 && question.certain) throw new Error(`nothing answers the question ${question.name}`);
    }
    return times;
  } finally {
    connection.close();
  }
}

/** @returns ms of each proof */
export async function askProofs(site: Site, entries: readonly string[]): Promise<number[]> {
  const connection = await Connection.open(site.port);
  const token = site.tokenOfAuditor();
  const times: number[] = [];
  try {
    for (const entry of entries) {
      const start = performance.now();
      const { status, body } = await connection.send(get(`/v1/log/proofs/${entry}`, token));
      times.push(performance.now() - start);
      if (status !== 200) throw new Error(`a proof: HTTP ${status} ${body.toString('utf8', 0, 500)}`);
    }
    return times;
  } finally {
    connection.close();
  }
}

function pageOf({ status, body }: Answer): Page {
  if (status !== 200)
    throw new Error(`an auditor is answered HTTP ${status} ${body.toString('utf8', 0, 500)}`);
  return JSON.parse(body.toString('utf8')) as Page;
}
