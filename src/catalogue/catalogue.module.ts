import { Module } from '@nestjs/common';
import { CatalogueController } from './catalogue.controller.js';
import { recordTypes } from './catalogue.js';
import { checkTexts } from './texts.js';

/** The record types. What other areas use of it are pure functions; the module only opens it to the web. */
@Module({ controllers: [CatalogueController] })
export class CatalogueModule {
  constructor() {
    checkTexts(recordTypes);
  }
}
