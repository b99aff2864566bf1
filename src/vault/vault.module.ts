import { Global, Module } from '@nestjs/common';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { loadKeyring } from './keyring.js';
import { KEYRING, VaultService } from './vault.service.js';
import { YouthsService } from './youths.service.js';

@Global()
@Module({
  providers: [
    { provide: KEYRING, useFactory: (config: Config) => loadKeyring(config), inject: [CONFIG] },
    VaultService,
    YouthsService,
  ],
  exports: [VaultService, YouthsService],
})
export class VaultModule {}
