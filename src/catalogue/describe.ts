import type { Day } from '../common/days.js';
import type { GroundView, RecordTypeView, RouteView } from './catalogue.dto.js';
import { dataCategories } from './data-categories.js';
import { eventTypeOf, type Answers, type RecordType, type Route } from './record-type.js';
import type { Texts } from './texts.js';

/** The four answers that are in force on a day, of those for one category. */
export const inForce = (answers: readonly Answers[] | undefined, day: Day): Answers | undefined =>
  answers?.find(({ validFrom, validTo }) => validFrom <= day && (validTo === null || day <= validTo));

/** A record type as the API shows it, with the answers in force on a day. */
export function describeType(type: RecordType, today: Day, texts: Texts): RecordTypeView {
  return {
    key: type.key,
    version: type.version,
    eventType: eventTypeOf(type),
    ...texts.type(type.key),
    about: type.about,
    essential: [...type.essential],
    retentionDays: type.retentionDays,
    retentionEndsOn: type.retentionEndsOn ?? null,
    answers: [...(type.answersTypes ?? [])],
    schema: `/v1/record-types/${type.key}/schema`,
    routes: type.routes.map((route) => describeRoute(route, today, texts)),
  };
}

function describeRoute(route: Route, today: Day, texts: Texts): RouteView {
  const { from, to, controllers, counties, addressed, statePartOnly = false, manual = false } = route;
  const grounds = dataCategories.flatMap((category): GroundView[] => {
    const answers = inForce(route.answers[category], today);
    return answers ? [{ category, title: texts.category(category).title, ...answers }] : [];
  });
  return { from: [...from], to: [...to], controllers, counties, addressed, statePartOnly, manual, grounds };
}
