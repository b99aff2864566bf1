import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { agencyKinds, scopes, type AgencyKind, type Scope } from '../common/access.js';

const ends = ['same', 'other', 'any'] as const;

/** One record type that the caller may send or receive, and to or from whom. */
export class OpenRoute {
  @ApiProperty({ example: 'referral' })
  recordType: string;

  @ApiProperty({ example: 'no.stafett.referral.v1' })
  eventType: string;

  @ApiPropertyOptional({ enum: agencyKinds, isArray: true, description: 'In `send`: the kinds it may go to' })
  to?: readonly AgencyKind[];

  @ApiPropertyOptional({
    enum: agencyKinds,
    isArray: true,
    description: 'In `receive`: the kinds it may come from',
  })
  from?: readonly AgencyKind[];

  @ApiProperty({
    enum: ['by-residence', 'to-asker', 'by-name'],
    description: 'Who gets it where the event names no recipient; by-name: it must name one',
  })
  addressed: string;

  @ApiProperty({ enum: ends, description: 'Whether both ends must, or must not, have the same controller' })
  controllers: (typeof ends)[number];

  @ApiProperty({ enum: ends, description: 'Whether both ends must, or must not, be of the same county' })
  counties: (typeof ends)[number];
}

export class OpenRoutes {
  @ApiProperty({ type: [OpenRoute] })
  send: OpenRoute[];

  @ApiProperty({ type: [OpenRoute] })
  receive: OpenRoute[];
}

export class MyAgency {
  @ApiProperty({ pattern: '^\\d{9}$' })
  orgNumber: string;

  @ApiProperty()
  name: string;

  @ApiProperty({ enum: agencyKinds })
  kind: AgencyKind;

  @ApiProperty({ pattern: '^\\d{2}$' })
  county: string;
}

export class MyController {
  @ApiProperty({ pattern: '^\\d{9}$' })
  orgNumber: string;

  @ApiProperty()
  name: string;
}

export class Me {
  @ApiProperty()
  agency: MyAgency;

  @ApiProperty()
  controller: MyController;

  @ApiProperty({ enum: scopes, isArray: true, description: 'Those of the token that count for this agency' })
  scopes: Scope[];

  @ApiProperty({ enum: scopes, isArray: true, description: 'Those that an agency of this kind may hold' })
  scopesOfKind: Scope[];

  @ApiProperty()
  routes: OpenRoutes;
}
