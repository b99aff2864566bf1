import { addDays, type Day } from '../common/days.js';
import { isObject, type Json, type JsonObject } from '../common/json.js';
import type { FieldError } from '../common/problems.js';
import type { FieldCode } from './field-spec.js';

/** An error about a field of the data; `path` as in `youth/birthDate`. */
export const wrong = (path: string, code: FieldCode): FieldError => ({ pointer: `/data/${path}`, code });

/** The error where a rule is broken, else nothing. */
export const unless = (holds: boolean, path: string, code: FieldCode): FieldError[] =>
  holds ? [] : [wrong(path, code)];

/** A field that must be there on a condition, and must not be there without it. */
export function onlyWhen(condition: boolean, data: JsonObject, path: string): FieldError[] {
  const there = data[path] !== undefined;
  if (condition === there) return [];
  return [wrong(path, condition ? 'required' : 'not-applicable')];
}

/** A field that must not be there without a condition. */
export const notWithout = (condition: boolean, data: JsonObject, path: string): FieldError[] =>
  unless(condition || data[path] === undefined, path, 'not-applicable');

/** Whether an optional day, if given, lies from `first` to `last`, both included. */
export function within(day: Json | undefined, first: string | undefined, last: string | undefined): boolean {
  if (typeof day !== 'string') return true;
  return (first === undefined || day >= first) && (last === undefined || day <= last);
}

/** A year in days, the longest there is. */
export const YEAR = 366;

/** An optional day that lies some days back or ahead at the most: a day far off is a slip of the keyboard. */
export function near(
  data: JsonObject,
  name: string,
  today: Day,
  reach: { readonly back: number; readonly ahead: number },
  at = '',
): FieldError[] {
  const [first, last] = [addDays(today, -reach.back), addDays(today, reach.ahead)];
  return unless(within(data[name], first, last), at + name, 'range');
}

/** The later day must not come before the earlier, where both are given. */
export function inOrder(data: JsonObject, earlier: string, later: string): FieldError[] {
  const from = data[earlier];
  return unless(typeof from !== 'string' || within(data[later], from, undefined), later, 'order');
}

/** A part of the data, empty where it is not given. */
export function partOf(data: JsonObject, name: string): JsonObject {
  const part = data[name];
  return isObject(part) ? part : {};
}

/** The objects of a list in the data. */
export function partsOf(data: JsonObject, name: string): JsonObject[] {
  const list = data[name];
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** Whether one in any of these roles has signed. */
export const signedBy = (data: JsonObject, ...roles: readonly string[]): boolean =>
  partsOf(data, 'signatures').some(({ role }) => typeof role === 'string' && roles.includes(role));

/** Whether the youth was under 18 on a day, by the day of birth that the sender gives and never by the number. */
export function underAge(data: JsonObject, day: Json | undefined): boolean {
  const { birthDate } = partOf(data, 'youth');
  if (typeof birthDate !== 'string' || typeof day !== 'string') return false;
  return day < `${Number(birthDate.slice(0, 4)) + 18}${birthDate.slice(4)}`;
}

/** Whether a list of codes holds one. */
export function holds(list: Json | undefined, code: string): boolean {
  return Array.isArray(list) && list.includes(code);
}

const number = (value: Json | undefined): number => (typeof value === 'number' ? value : 0);

/** The sum of whole numbers, those not given counted as nought. */
export const sum = (...values: (Json | undefined)[]): number =>
  values.reduce<number>((total, value) => total + number(value), 0);
