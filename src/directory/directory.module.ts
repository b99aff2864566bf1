import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AgencyEntity } from './agency.entity.js';
import { ControllerEntity } from './controller.entity.js';
import { DirectoryController } from './directory.controller.js';
import { DirectoryService } from './directory.service.js';
import { RegionEntity } from './region.entity.js';
import { ServiceAreaEntity } from './service-area.entity.js';
import { TeamMemberEntity } from './team-member.entity.js';
import { TeamEntity } from './team.entity.js';

const rows = [ControllerEntity, RegionEntity, AgencyEntity, TeamEntity, TeamMemberEntity, ServiceAreaEntity];

@Module({
  imports: [TypeOrmModule.forFeature(rows)],
  controllers: [DirectoryController],
  providers: [DirectoryService],
  exports: [DirectoryService],
})
export class DirectoryModule {}
