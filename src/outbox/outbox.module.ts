import { Module } from '@nestjs/common';
import { DirectoryModule } from '../directory/directory.module.js';
import { OutboxController } from './outbox.controller.js';
import { OutboxService } from './outbox.service.js';

@Module({ imports: [DirectoryModule], controllers: [OutboxController], providers: [OutboxService] })
export class OutboxModule {}
