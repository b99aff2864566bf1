import { Global, Module, type DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { pino } from 'pino';
import { Conditions } from './conditions.js';
import { HealthController } from './health.controller.js';
import { Log, LOG_OUTPUT, type LogOutput } from './log.js';
import { Metrics } from './metrics.js';

@Global()
@Module({})
export class TelemetryModule {
  static with(output: LogOutput = pino.destination(1)): DynamicModule {
    return {
      module: TelemetryModule,
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController],
      providers: [{ provide: LOG_OUTPUT, useValue: output }, Conditions, Log, Metrics],
      exports: [Conditions, Log, Metrics],
    };
  }
}
