import { Global, Module, type DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { Conditions } from './conditions.js';
import { HealthController } from './health.controller.js';
import { Log, LOG_OUTPUT, type LogOutput } from './log.js';
import { Metrics } from './metrics.js';
import { Output } from './output.js';

@Global()
@Module({})
export class TelemetryModule {
  static with(output: LogOutput = new Output(1)): DynamicModule {
    return {
      module: TelemetryModule,
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController],
      providers: [{ provide: LOG_OUTPUT, useValue: output }, Conditions, Log, Metrics],
      exports: [Conditions, Log, Metrics],
    };
  }
}
