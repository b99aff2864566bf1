import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { Access, Caller, HubRequest } from '../common/access.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { dayOf } from '../common/days.js';
import { Problem } from '../common/problems.js';
import { DirectoryService } from '../directory/directory.service.js';
import { Log } from '../telemetry/log.js';
import { callerOf, obstacle } from './admission.js';
import { presented } from './bearer.js';
import { KeysUnavailable } from './key-source.js';
import { RateLimiter, type Rate } from './rate-limiter.js';
import { TokenRefused, type Verified } from './token.claims.js';
import { TokenVerifier } from './token.verifier.js';

/** A request with the headers as they came, before Node merges or drops double ones. */
export interface RawRequest extends HubRequest {
  readonly raw: Pick<IncomingMessage, 'headersDistinct'>;
  /** Set once the caller is known. */
  rate?: Rate;
}

/** Who is calling. One request is looked at once, however often it is asked about. */
@Injectable()
export class Authenticator {
  private readonly seen = new WeakMap<object, Promise<Caller>>();

  constructor(
    private readonly verifier: TokenVerifier,
    private readonly directory: DirectoryService,
    private readonly limiter: RateLimiter,
    private readonly log: Log,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The agency of the request's token, be it active or not.
   * @throws Problem unauthenticated, agency-unknown, rate-limited; busy or unavailable where that cannot be found out
   */
  identify(request: RawRequest): Promise<Caller> {
    let caller = this.seen.get(request);
    if (!caller) this.seen.set(request, (caller = this.look(request)));
    return caller;
  }

  /** Lets the caller through to a route, or throws what keeps it from there. Puts it on the request in either case. */
  async admit(request: RawRequest, access: Access): Promise<void> {
    const caller = await this.identify(request);
    request.caller = caller;
    const problem = obstacle(caller, access, await this.directory.snapshot(), dayOf(this.clock.now()));
    if (problem) throw problem;
  }

  private async look(request: RawRequest): Promise<Caller> {
    const verified = await this.verified(request);
    const agency = (await this.directory.snapshot()).agencyByNumber(verified.orgNumber);
    if (!agency) throw new Problem('agency-unknown');
    const caller = callerOf(verified, agency);
    request.rate = await this.limiter.take(caller.agencyId);
    if (!request.rate.allowed) {
      request.caller = caller;
      throw new Problem('rate-limited');
    }
    return caller;
  }

  private async verified(request: RawRequest): Promise<Verified> {
    const credentials = presented(request.raw.headersDistinct['authorization']);
    if (credentials.is === 'nothing') throw new Problem('unauthenticated');
    try {
      if (credentials.is === 'unusable') throw new TokenRefused(credentials.reason);
      return await this.verifier.verify(credentials.token);
    } catch (error) {
      if (error instanceof KeysUnavailable) throw new Problem('busy', [], {}, { cause: error });
      if (!(error instanceof TokenRefused)) throw error;
      this.log.info('token-refused', { reason: error.reason });
      throw new Problem('unauthenticated');
    }
  }
}
