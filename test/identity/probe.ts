import { Controller, Get, HttpException, Post, Put } from '@nestjs/common';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { AnyAgency, Needs, Public } from '../../src/common/access.js';
import { JsonBody, QueryOf, UuidParam } from '../../src/common/dto.js';

export class ProbePart {
  @IsString()
  @MaxLength(10)
  name: string;
}

export class ProbeDto {
  @IsString()
  @MaxLength(10)
  text: string;

  @IsOptional()
  @IsInt()
  @Min(1)
  count?: number;

  @IsOptional()
  @ValidateNested()
  @Type(() => ProbePart)
  part?: ProbePart;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(2)
  @ValidateNested({ each: true })
  @Type(() => ProbePart)
  parts?: ProbePart[];
}

export class ProbeQuery {
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(500)
  limit?: number;

  @IsOptional()
  @IsIn(['a', 'b'])
  kind?: string;

  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  type?: string[];
}

/** Routes to call, each with a way to fail. */
@Controller('probe')
export class ProbeController {
  @Post('body')
  @AnyAgency()
  body(@JsonBody(ProbeDto) body: ProbeDto): ProbeDto {
    return body;
  }

  @Put('open')
  @Public()
  open(@JsonBody(ProbeDto) body: ProbeDto): ProbeDto {
    return body;
  }

  @Get('query')
  @Public()
  query(@QueryOf(ProbeQuery) query: ProbeQuery): ProbeQuery {
    return query;
  }

  @Get('items/:id')
  @Public()
  item(@UuidParam('id') id: string): { id: string } {
    return { id };
  }

  @Get('inbox')
  @Needs('stafett:inbox')
  inbox(): { read: true } {
    return { read: true };
  }

  @Get('audit')
  @Needs('stafett:audit', 'stafett:admin')
  audit(): { read: true } {
    return { read: true };
  }

  @Get('fault')
  @Public()
  fault(): never {
    throw new TypeError('Ola Nordmann 01019012345 is not a function');
  }

  @Get('failed-precondition')
  @Public()
  condition(): never {
    throw new HttpException('"01019012345"', 412);
  }

  @Get('beyond-the-end')
  @Public()
  range(): never {
    throw new HttpException('bytes=01019012345-', 416);
  }

  @Get('sql')
  @Public()
  sql(): never {
    throw Object.assign(new Error('duplicate key value (01019012345)'), { code: '23505' });
  }
}
