import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { AgencyId, ControllerId, OrgNumber } from './ids.js';

/** What a token may be used for. Each agency kind may hold only some (see identity/scopes.ts). */
export const scopes = [
  'stafett:records.write',
  'stafett:inbox',
  'stafett:consents',
  'stafett:audit',
  'stafett:admin',
  'stafett:reconciliation',
] as const;
export type Scope = (typeof scopes)[number];

export const agencyKinds = ['school', 'ot', 'nav', 'municipality', 'career-centre', 'county'] as const;
export type AgencyKind = (typeof agencyKinds)[number];

/** The agency that a verified token speaks for. */
export interface Caller {
  readonly agencyId: AgencyId;
  readonly orgNumber: OrgNumber;
  readonly name: string;
  readonly kind: AgencyKind;
  readonly controllerId: ControllerId;
  /** Two-digit county number of the agency's county. */
  readonly county: string;
  readonly scopes: ReadonlySet<Scope>;
}

export const ACCESS = 'stafett:access';
export type Access = { readonly public: true } | { readonly anyOf: readonly Scope[] };

/** Who may call a route. A route without one of these three does not start: identity/ checks it for every route. */
export const Public = (): MethodDecorator & ClassDecorator =>
  SetMetadata(ACCESS, { public: true } satisfies Access);
/** Any agency in force, whatever its scopes. */
export const AnyAgency = (): MethodDecorator & ClassDecorator =>
  SetMetadata(ACCESS, { anyOf: [] } satisfies Access);
/** An agency whose token holds at least one of these scopes. */
export const Needs = (...anyOf: Scope[]): MethodDecorator & ClassDecorator =>
  SetMetadata(ACCESS, { anyOf } satisfies Access);

export const SHARES_ITSELF = 'stafett:shares-itself';
/** A route that waits, or works for many callers at once, and takes its part of the database itself (FairShare) or none. */
export const SharesItself = (): MethodDecorator => SetMetadata(SHARES_ITSELF, true);

/** A request as far as the areas look at it. `raw` bodies are read by each area with common/json.ts. */
export interface HubRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly raw: Pick<IncomingMessage, 'headersDistinct'>;
  readonly body: unknown;
  readonly query: unknown;
  readonly routeOptions?: { readonly url?: string };
  caller?: Caller;
}

/** The connection on which the caller waits for the answer. */
export const ConnectionOf = createParamDecorator(
  (_: unknown, context: ExecutionContext): Socket =>
    context.switchToHttp().getRequest<{ readonly raw: IncomingMessage }>().raw.socket,
);

/** The caller, which the guard in identity/ has put on the request. */
export const CallerOf = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<HubRequest>();
  if (!caller) throw new Error('the route asks for a caller but is public');
  return caller;
});
