import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../common/access.js';
import { isProblemCode, problemPage, problemTable } from '../common/problem-page.js';
import { Problem } from '../common/problems.js';

/** What the `type` of a problem leads to. */
@ApiExcludeController()
@Controller('problems')
@Public()
export class ProblemsController {
  @Get()
  @Header('content-type', 'text/plain; charset=utf-8')
  all(): string {
    return problemTable();
  }

  @Get(':code')
  @Header('content-type', 'text/plain; charset=utf-8')
  page(@Param('code') code: string): string {
    if (!isProblemCode(code)) throw new Problem('not-found');
    return problemPage(code);
  }
}
