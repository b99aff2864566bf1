import { fieldsOf, type PartClass } from './field-spec.js';
import { categoriesOf } from './project.js';
import type { RecordType, Route } from './record-type.js';

/**
 * A catalogue that contradicts itself does not start.
 * @throws Error with every contradiction, one a line
 */
export function checkCatalogue(types: readonly RecordType[]): void {
  const faults = types.flatMap((type) => faultsOf(type, types).map((fault) => `${type.key}: ${fault}`));
  if (new Set(types.map(({ key }) => key)).size < types.length)
    faults.push('two record types have the same key');
  if (faults.length > 0) throw new Error(`The catalogue contradicts itself:\n${faults.join('\n')}`);
}

function faultsOf(type: RecordType, types: readonly RecordType[]): string[] {
  const faults: string[] = [];
  const has = categoriesOf(type);
  if (fieldsOf(type.data).size === 0) faults.push('has no fields');
  if (type.routes.length === 0) faults.push('has no route');
  if (fieldsOf(type.data).has('youth') !== (type.about === 'youth'))
    faults.push('is about a youth or not, but not both');
  for (const category of type.essential) {
    if (!has.has(category)) faults.push(`no field has the essential category ${category}`);
  }
  for (const key of type.answersTypes ?? []) {
    if (!types.some((other) => other.key === key)) faults.push(`answers ${key}, which is no type`);
  }
  for (const name of [...(type.sameEventBy ?? []), type.cancelsField, type.forwardsField]) {
    if (name !== undefined && !fieldsOf(type.data).has(name))
      faults.push(`names the field ${name}, which it has not`);
  }
  if (freeTexts(type.data) > 1) faults.push('has more than one free text');
  type.routes.forEach((route, i) => faults.push(...routeFaults(type, route, i)));
  return faults;
}

function routeFaults(type: RecordType, route: Route, i: number): string[] {
  const has: ReadonlySet<string> = categoriesOf(type);
  const faults = Object.keys(route.answers)
    .filter((category) => !has.has(category))
    .map((category) => `route ${i} answers for ${category}, which no field has`);
  for (const category of type.essential) {
    if (!route.answers[category]?.length)
      faults.push(`route ${i} has no answers for the essential ${category}`);
  }
  if (type.routes.slice(0, i).some((earlier) => overlap(earlier, route))) {
    faults.push(`route ${i} overlaps an earlier one: which ground holds would be a matter of order`);
  }
  if (route.addressed === 'to-asker' && !type.answersTypes)
    faults.push(`route ${i} goes to an asker, but nothing asks`);
  return faults;
}

function overlap(a: Route, b: Route): boolean {
  const meet = <T>(one: T, other: T): boolean => one === other || one === 'any' || other === 'any';
  return (
    a.from.some((kind) => b.from.includes(kind)) &&
    a.to.some((kind) => b.to.includes(kind)) &&
    meet(a.controllers, b.controllers) &&
    meet(a.counties, b.counties)
  );
}

function freeTexts(part: PartClass): number {
  return [...fieldsOf(part).values()].reduce(
    (total, spec) => total + (spec.kind === 'part' ? freeTexts(spec.part()) : Number(spec.kind === 'text')),
    0,
  );
}
