import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { recordTypes } from '../catalogue/catalogue.js';
import { AnyAgency, CallerOf, type Caller } from '../common/access.js';
import { DirectoryService } from '../directory/directory.service.js';
import { Me } from './me.dto.js';
import { openRoutes } from './open-routes.js';
import { scopesOfKind } from './scopes.js';

@ApiTags('identity')
@ApiBearerAuth()
@Controller('v1')
export class MeController {
  constructor(private readonly directory: DirectoryService) {}

  @Get('me')
  @AnyAgency()
  @ApiOperation({ summary: 'Who you are to the hub, what your token may do, and the routes open to you' })
  @ApiOkResponse({ type: Me })
  async me(@CallerOf() caller: Caller): Promise<Me> {
    const { orgNumber, name, kind, county, controllerId, scopes } = caller;
    const controller = (await this.directory.snapshot()).controllerById(controllerId);
    if (!controller) throw new Error('an agency has no controller');
    return {
      agency: { orgNumber, name, kind, county },
      controller: { orgNumber: controller.orgNumber, name: controller.name },
      scopes: [...scopes].sort(),
      scopesOfKind: [...scopesOfKind(kind)].sort(),
      routes: openRoutes(kind, recordTypes),
    };
  }
}
