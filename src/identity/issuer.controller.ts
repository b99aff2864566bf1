import { Controller, Get, Header, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { JSONWebKeySet } from 'jose';
import { Public, type HubRequest } from '../common/access.js';
import { OAuthError } from './issuer.grant.js';
import { DevelopmentIssuer, type TokenAnswer } from './issuer.js';
import { GRANT_TYPE } from './issuer.tokens.js';

interface OAuthAnswer {
  readonly error: string;
  readonly error_description: string;
}

/** The development issuer's own addresses. Part of the module only where the hub issues its tokens itself. */
@ApiTags('development issuer')
@Controller()
@Public()
export class IssuerController {
  constructor(private readonly issuer: DevelopmentIssuer) {}

  @Get('oauth2/jwks')
  @ApiOperation({ summary: 'The keys that development tokens are signed with' })
  keys(): Promise<JSONWebKeySet> {
    return this.issuer.keys();
  }

  @Get('.well-known/oauth-authorization-server')
  @ApiOperation({ summary: 'The development issuer, as RFC 8414 describes one' })
  metadata(): Readonly<Record<string, unknown>> {
    return this.issuer.metadata();
  }

  @Post('oauth2/token')
  @HttpCode(200)
  @Header('Pragma', 'no-cache')
  @ApiOperation({ summary: 'A token for an assertion signed with the development client key' })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['grant_type', 'assertion'],
      properties: { grant_type: { type: 'string', enum: [GRANT_TYPE] }, assertion: { type: 'string' } },
    },
  })
  async token(
    @Req() { headers, body }: HubRequest,
    @Res({ passthrough: true }) reply: { code(status: number): unknown },
  ): Promise<TokenAnswer | OAuthAnswer> {
    try {
      return await this.issuer.grant(headers['content-type'], body);
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      reply.code(400);
      return { error: error.error, error_description: error.description };
    }
  }
}
