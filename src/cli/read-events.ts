import { open } from 'node:fs/promises';
import { isObject, parseJson } from '../common/json.js';
import { Problem } from '../common/problems.js';
import { CommandError } from './command-error.js';

export type Event = Readonly<Record<string, unknown>>;

/**
 * The events of a file: one CloudEvent a line, which are read as they are needed; or one CloudEvent or a list of them over
 * several lines, which must be read to the end first. `-` reads standard input.
 * @throws CommandError that names the line or the event
 */
export async function* readEvents(path: string): AsyncGenerator<Event> {
  let number = 0;
  let events = 0;
  let whole: string[] | undefined;
  for await (const line of linesOf(path)) {
    number += 1;
    if (whole) whole.push(line);
    if (whole || line.trim() === '') continue;
    const where = `line ${number} of ${path}`;
    const value = parsed(line, where);
    if (value !== undefined) {
      for (const event of eventsIn(value, where)) {
        events += 1;
        yield event;
      }
    } else if (events === 0) whole = [line];
    else
      throw new CommandError(
        `Line ${number} of ${path} is not JSON. Mend it and send the file again: what was taken keeps its receipt.`,
      );
  }
  if (whole) {
    const value = parsed(whole.join('\n'), path);
    if (value === undefined)
      throw new CommandError(`${path} is not JSON. Give CloudEvents: one, a JSON list, or one a line.`);
    const list = eventsIn(value, path);
    events += list.length;
    yield* list;
  }
  if (events === 0) throw new CommandError(`${path} holds no event.`);
}

function eventsIn(value: unknown, where: string): Event[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.every(isObject)) return list;
  throw new CommandError(`What stands in ${where} is no CloudEvent: give JSON objects.`);
}

async function* linesOf(path: string): AsyncGenerator<string> {
  try {
    const stream = path === '-' ? process.stdin : (await open(path)).createReadStream();
    const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    let rest = '';
    for await (const bytes of stream as AsyncIterable<Buffer>) {
      const [first = '', ...more] = utf8.decode(bytes, { stream: true }).split('\n');
      const last = more.pop();
      if (last === undefined) rest += first;
      else {
        yield rest + first;
        yield* more;
        rest = last;
      }
    }
    yield rest + utf8.decode();
  } catch (error) {
    const { syscall, code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw new CommandError(
        `${path} is not UTF-8: names would be broken for good. Save it as UTF-8 and send it again: what was taken keeps its receipt.`,
      );
    if (syscall)
      throw new CommandError(
        `${path} cannot be read (${code}). Give a file with CloudEvents, or - for standard input.`,
      );
    throw error;
  }
}

/**
 * As strictly as the hub reads it: what it would refuse must not go out as something else.
 * @returns undefined where it is no JSON, or not the whole of it
 */
function parsed(text: string, where: string): unknown {
  try {
    return parseJson(Buffer.from(text.replace(/^\uFEFF/, '')), Infinity);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const code = error.errors[0]?.code ?? error.code;
    if (code === 'syntax') return undefined;
    throw new CommandError(`What stands in ${where} is JSON that the hub refuses: ${code}.`);
  }
}
