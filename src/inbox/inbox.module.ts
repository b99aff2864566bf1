import { Module } from '@nestjs/common';
import { ConsentsModule } from '../consents/consents.module.js';
import { DirectoryModule } from '../directory/directory.module.js';
import { DispatchModule } from '../dispatch/dispatch.module.js';
import { AnswersService } from './answers.service.js';
import { InboxController } from './inbox.controller.js';
import { PullService } from './pull.service.js';
import { AnsweredUpTo } from './answered-up-to.js';

@Module({
  imports: [ConsentsModule, DirectoryModule, DispatchModule],
  controllers: [InboxController],
  providers: [AnswersService, PullService, AnsweredUpTo],
})
export class InboxModule {}
