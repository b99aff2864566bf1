import { eventTypeOf, type RecordType, type Route } from '../catalogue/record-type.js';
import type { AgencyKind } from '../common/access.js';
import type { OpenRoute, OpenRoutes } from './me.dto.js';

/** The routes of the catalogue that are open to agencies of a kind: from it, and to it. */
export function openRoutes(kind: AgencyKind, types: readonly RecordType[]): OpenRoutes {
  const open = (end: 'from' | 'to', tell: (route: Route) => Partial<OpenRoute>): OpenRoute[] =>
    types.flatMap((type) =>
      type.routes
        .filter((route) => route[end].includes(kind))
        .map((route) => ({
          recordType: type.key,
          eventType: eventTypeOf(type),
          ...tell(route),
          ...terms(route),
        })),
    );
  return { send: open('from', ({ to }) => ({ to })), receive: open('to', ({ from }) => ({ from })) };
}

const terms = ({
  addressed,
  controllers,
  counties,
}: Route): Pick<OpenRoute, 'addressed' | 'controllers' | 'counties'> => ({
  addressed,
  controllers,
  counties,
});
